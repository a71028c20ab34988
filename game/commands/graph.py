"""`special-tasks graph`: the map of a story."""

import argparse
import csv
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from game.commands.common import Commands, command, find_story, read_story, write_text
from game.errors import InputError
from game.export.graph import Graph, Mark, Use, as_json, dot, graph, mermaid
from game.story.model import Story

MAX_HITS = 2**26  # bytes of a file of hits
MOST = 1e9  # hits a play that can be meant


def add(commands: Commands) -> None:
    example = "example: special-tasks graph my-story/ --format svg -o map.svg"
    made = command(commands, "graph", "draw the map of a story", example, _graph)
    formats = "svg to look at and print; mermaid and dot for their own tools; json for other programs"
    made.add_argument("--format", choices=FORMATS, required=True, help=formats)
    made.add_argument("--hits", metavar="FILE", type=Path, help="the more used, the thicker: a file of `walk --hits`")
    made.add_argument("--prove", action="store_true", help="mark what no play uses, or is not known to be used")
    made.add_argument("-o", "--output", metavar="FILE", type=Path, help="where to write (standard output)")


def _svg(made: Graph) -> str:
    from game.export.svg import LayoutError, svg  # Jinja2 is needed by this format alone

    try:
        return svg(made)
    except LayoutError as error:
        raise InputError(str(error)) from None


FORMATS: dict[str, Callable[[Graph], str]] = {"svg": _svg, "mermaid": mermaid, "dot": dot, "json": as_json}


def _graph(options: argparse.Namespace) -> int:
    story = read_story(find_story(options.story))
    hits = _read_hits(options.hits, story) if options.hits else {"scene": {}, "choice": {}}
    marks = _marks(story) if options.prove else {}
    text = FORMATS[options.format](graph(story, Use(hits["scene"], hits["choice"], marks)))
    if options.output is None:
        sys.stdout.write(text)
    else:
        write_text(options.output, text)
        print(f"{options.output}: written")
    return 0


def _read_hits(path: Path, story: Story) -> dict[str, dict[str, float]]:
    """Hits a play of scenes and choices, from what `walk --hits` wrote. Raises InputError."""
    hits: dict[str, dict[str, float]] = {"scene": {}, "choice": {}}
    known = {"scene": story.scenes, "choice": story.choices}
    try:
        if path.stat().st_size > MAX_HITS:
            raise InputError(f"{path}: too large for a file of hits")
        with path.open(newline="", encoding="utf-8") as file:
            for number, (kind, name, per_play) in enumerate(_rows(file), 2):
                if name not in known[kind]:
                    raise InputError(f"{path}: row {number}: no {kind} {name!r:.60} in this story; walk it again")
                hits[kind][name] = per_play
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror}") from None
    except (KeyError, ValueError, csv.Error):
        raise InputError(f"{path}: is not a file of hits, as `walk --hits` writes it") from None
    return hits


def _rows(file: TextIO) -> Iterator[tuple[str, str, float]]:
    """Kind, id and hits a play. Raises ValueError or csv.Error."""
    rows = csv.reader(file)
    if next(rows, []) != ["kind", "id", "hits", "per_play"]:
        raise ValueError
    for kind, name, _, per_play in rows:
        if not 0 <= float(per_play) < MOST:
            raise ValueError
        yield kind, name, float(per_play)


def _marks(story: Story) -> dict[str, Mark]:
    """What coverage says of scenes and choices, those below an unused one included."""
    from game.prove.coverage import cover  # NumPy, for this option alone

    found = cover(story)
    whys: dict[object, Mark] = {(gap.what, gap.location): "not known" for gap in found.unknown}
    whys |= {(gap.what, gap.location): "unused" for gap in found.unused}
    marks: dict[str, Mark] = {}
    for scene in story.scenes.values():
        if why := whys.get(("scene", scene.location)):
            marks[scene.id] = why
    for choice in story.choices.values():  # in the order of the files: a choice after the one it is nested in
        above = marks.get(choice.id.rpartition("/")[0])
        if why := above or whys.get(("choice", choice.location)):
            marks[choice.id] = why
    return marks
