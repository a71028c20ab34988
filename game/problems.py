"""How a problem looks to a person: file:line:column, the line with a caret, the hint."""

from pathlib import Path

from rich.cells import cell_len

from game.story.catalogue import printable
from game.story.diagnostics import Diagnostic, Location


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


def summary(problems: tuple[Diagnostic, ...]) -> str:
    """`2 errors, 1 warning`"""
    errors = sum(p.is_error for p in problems)
    counts = ((errors, "error"), (len(problems) - errors, "warning"))
    return ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in counts if n) or "no problems"
