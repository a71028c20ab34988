"""Problems with a story, as data with a place. Nothing here prints; exceptions are for bugs of our own.

The words of each code live in `catalogue.py`, the drawing of a problem in `game/problems.py`.
"""

from enum import StrEnum
from typing import NamedTuple


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
