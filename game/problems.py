"""How a problem looks to a person: file:line:column, the line with a caret, the hint."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.cells import cell_len

from game.story.diagnostics import Diagnostic, Location, printable


def found_at(place: Location, story: Path) -> Path:
    """The path of a location as seen from here; `story` is the folder or file as the person named it."""
    base = story if story.is_dir() else story.parent
    return base / place.path if (base / place.path).exists() else Path(place.path)


def whereabouts(place: Location, story: Path) -> str:
    """A location with its path as seen from here."""
    return str(Location(str(found_at(place, story)), place.line, place.column))


def describe(problem: Diagnostic, story: Path) -> str:
    """A problem in up to four lines."""
    place = problem.location
    lines = [f"{whereabouts(place, story)}: {problem.severity}: {problem.message} [{problem.code}]"]
    if problem.excerpt:
        excerpt = problem.excerpt.rstrip()
        indent = len(excerpt) - len(excerpt.lstrip())
        caret = cell_len(excerpt[indent : place.column - 1])
        lines += [f"    {excerpt[indent:]}", f"    {' ' * caret}^"]
    if problem.hint:
        lines.append(f"    hint: {problem.hint}")
    return "\n".join(printable(line) for line in lines)


_KEY = re.compile(r"""( *)["']?(\w+)["']? *:""")


def by_scene(problems: Iterable[Diagnostic], story: Path) -> dict[str, list[Diagnostic]]:
    """Problems by the scene they are in, '' for none. The lines tell it: a file with errors may be no YAML yet."""
    scenes: dict[str, list[str]] = {}
    found: dict[str, list[Diagnostic]] = {}
    for problem in problems:
        place = problem.location
        if place.path not in scenes:
            scenes[place.path] = list(_scenes(found_at(place, story)))
        owners = scenes[place.path]
        owner = owners[place.line - 1] if 0 < place.line <= len(owners) else ""
        found.setdefault(owner, []).append(problem)
    return found


def _scenes(path: Path) -> Iterator[str]:
    """For each line of a file the scene it is in, or ''."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return
    section, scene, margin = "", "", 0  # the margin is where the names in a section begin
    for line in lines:
        if key := _KEY.match(line):
            indent = len(key[1])
            if not indent:
                section, scene, margin = key[2], "", 0
            elif indent <= (margin or indent):
                scene, margin = key[2] if section == "scenes" else "", indent
        yield scene


def summary(problems: tuple[Diagnostic, ...]) -> str:
    """`2 errors, 1 warning`"""
    errors = sum(p.is_error for p in problems)
    counts = ((errors, "error"), (len(problems) - errors, "warning"))
    return ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in counts if n) or "no problems"
