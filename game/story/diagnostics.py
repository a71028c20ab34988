"""Problems with a story, as data with a place; `Problems` collects them. Nothing here prints; exceptions are for bugs
of our own.

The words of each code live in `catalogue.py`, the drawing of a problem in `game/problems.py`.
"""

from collections.abc import Sequence
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from game.story.nodes import File

MAX_PROBLEMS = 1_000
MAX_NAMES = 5_000  # among which one is looked for
MAX_GUESSES = 100_000  # names compared for a "did you mean", over all problems
_LISTED = 200  # characters of known names in a hint
_EXCERPT = 200  # characters of a source line worth showing


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Location(NamedTuple):
    """A place in a file: `line` and `column` count from 1, in characters; 0 means the file as a whole."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join([self.path, *(str(n) for n in (self.line, self.column) if n)])


NOWHERE = Location("")


class Diagnostic(NamedTuple):
    """One problem. `excerpt` is the source line it stands on, empty where there is none."""

    code: str
    severity: Severity
    location: Location
    message: str
    hint: str = ""
    excerpt: str = ""

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR


def nearest(name: str, known: list[str]) -> str:
    """The known name closest to a misspelt one, or ''."""
    if len(name) > 80:
        return ""
    from difflib import get_close_matches  # 3 ms, only when something is wrong

    lowered = {k.lower(): k for k in known}
    match = get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    return lowered[match[0]] if match else ""


def _list(names: list[str]) -> str:
    """As many of the names as are read with ease."""
    shown: list[str] = []
    length = 0
    for name in names:
        length += len(name) + 2
        if length > _LISTED:
            return ", ".join([*shown, "..."])
        shown.append(name)
    return ", ".join(shown)


def printable(text: str) -> str:
    """The text with every character that a terminal might obey replaced, a tab by a space."""
    text = text.replace("\t", " ")
    return text if text.isprintable() else "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


class Problems:
    """Collects diagnostics, a bounded number of them, each once."""

    def __init__(self) -> None:
        self.found: dict[Diagnostic, None] = {}
        self.errors = 0
        self._left_out: set[Severity] = set()
        self._guesses = MAX_GUESSES
        self.lines: dict[str, Sequence[str]] = {}  # the source lines of each file, for excerpts

    @property
    def full(self) -> bool:
        return len(self.found) >= MAX_PROBLEMS

    @property
    def overflowing(self) -> bool:
        """Whether an error had to be left out: no more of them will be told."""
        return Severity.ERROR in self._left_out

    def at(self, file: "File", line: int, column: int, code: str, **fields: Any) -> None:
        """Adds a problem at a place in a file; `near` names, or a function gives, names for a "did you mean"."""
        self.add(code, file.path, line, column, **fields)

    def add(self, code: str, path: str, line: int = 0, column: int = 0, **fields: Any) -> None:
        from game.story.catalogue import CATALOGUE  # a story that has no problem does without

        wording = CATALOGUE[code]
        if self.full:
            self._add_full(path, wording.severity, CATALOGUE["too-many-problems"].message)
            return
        near = fields.pop("near", None)
        hint = ""
        if near is not None:
            near = list(islice(near() if callable(near) else near, MAX_NAMES))
            if self._guesses > 0 and (close := nearest(str(fields["name"]), near)):
                hint = f"Did you mean `{close}`?"
            self._guesses -= len(near)
            fields["known"] = _list(near)
        if meant := fields.pop("meant", ""):
            hint = f"Write `{meant}`."
        if block := fields.get("block"):
            fields["a_block"] = f"an {block}" if block[0] in "aeiou" else f"a {block}"
        fields = {
            k: v[:80] + "..." if isinstance(v, str) and len(v) > 80 and k != "known" else v for k, v in fields.items()
        }
        hint = hint or wording.hint.format(path=path, **fields)
        lines = self.lines.get(path, [])
        excerpt = lines[line - 1] if 0 < line <= len(lines) else ""
        if len(excerpt) > _EXCERPT:
            excerpt = excerpt[:_EXCERPT] if column <= _EXCERPT else ""
        message = wording.message.format(path=path, **fields)
        place = Location(path, line, column)
        problem = Diagnostic(code, wording.severity, place, printable(message), printable(hint), printable(excerpt))
        if problem.is_error and problem not in self.found:
            self.errors += 1
        self.found.setdefault(problem)

    def _add_full(self, path: str, severity: Severity, message: str) -> None:
        """One problem stands for all that are left out: an error as soon as one of them is."""
        self.errors += severity is Severity.ERROR
        if severity not in self._left_out:
            self._left_out.add(severity)
            message = message.format(limit=f"{MAX_PROBLEMS:,}")
            self.found.setdefault(Diagnostic("too-many-problems", severity, Location(path), message))

    def sorted(self) -> tuple[Diagnostic, ...]:
        return tuple(sorted(self.found, key=lambda d: (d.location, not d.is_error, d.code)))
