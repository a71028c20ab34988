"""`special-tasks report`: plays set against the record."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from game.commands.common import Commands, find_story, is_code, read_story, stories_folder, write_text
from game.errors import SaveError
from game.play.saves import Save
from game.play.shelf import read_limited
from game.story.diagnostics import printable
from game.story.model import Story

if TYPE_CHECKING:
    from game.classroom.handed import Handed

HELP = "decisions set against the record, of one play or many"


def add(commands: Commands) -> None:
    example = "example: special-tasks report saves/special-tasks/play-1.json --format html -o play.html"
    report = commands.add_parser(
        "report", help=HELP, description=HELP, epilog=example, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    report.add_argument("saves", nargs="+", metavar="SAVE", help="a save file, or a code (ST1. ...)")
    report.add_argument("--story", metavar="STORY", help="the saves' story, where it is not a built-in one")
    formats = {"md": "everything", "html": "decisions and answers", "csv": "the same as a table"}
    said = "; ".join(f"{name}: {what}" for name, what in formats.items())
    report.add_argument("--format", choices=formats, default="md", help=f"{said} (md)")
    report.add_argument("-o", "--output", metavar="FILE", type=Path, help="where to write (standard output)")
    report.set_defaults(run=_report)


def _report(options: argparse.Namespace) -> int:
    from game.classroom.reports import as_csv, as_html, as_markdown

    own = read_story(find_story(options.story)) if options.story else None
    stories: dict[str, Story] = {}
    plays: list[Handed] = []
    for word in options.saves:
        try:
            plays.append(_open(word, own, stories))
        except SaveError as error:
            print(f"special-tasks: {printable(str(error))}", file=sys.stderr)
    if not plays:
        return 1
    text = {"md": as_markdown, "html": as_html, "csv": as_csv}[options.format](plays)
    if options.output is not None:
        write_text(options.output, text)
        print(f"{options.output}: written")
    else:
        sys.stdout.write(text.removeprefix("\ufeff"))
    return int(len(plays) < len(options.saves))


def _open(word: str, own: Story | None, stories: dict[str, Story]) -> "Handed":
    """The play in a file or code, of the story given, else of the built-in one it names. Raises SaveError."""
    from game.classroom.handed import played_again

    name = "the code" if is_code(word) else word[:200]
    try:
        save = Save.decode(word.encode(errors="replace") if is_code(word) else read_limited(Path(word)))
        if own is None and save.story not in stories:
            folder = next(
                (p.parent for p in stories_folder().glob("*/story.yaml") if p.parent.name == save.story), None
            )
            if folder is None:
                raise SaveError("of a story that is not built in: name it with --story")
            stories[save.story] = read_story(folder)
        play = played_again(save, own or stories[save.story], name)
    except (OSError, ValueError) as error:
        why = f"can't be read: {error.strerror}" if isinstance(error, OSError) else error
        raise SaveError(f"{name}: {why}") from None
    for note in play.notes:
        print(f"{printable(name)}: {printable(note)}", file=sys.stderr)
    return play
