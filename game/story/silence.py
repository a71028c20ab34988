"""Warnings silenced on purpose, by a comment in the story: `# special-tasks: ignore unused-fact`.

The surprising rule: a comment is good for its own line, or for what begins below it where it has a line to itself.
Errors can't be silenced, and what silences nothing is a warning itself.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from game.record import record
from game.story.diagnostics import Diagnostic, Location, Problems

PROOF = frozenset(
    "never-met never-taken never-offered never-told always-told never-asked never-holds always-holds".split()
)
SILENCERS = frozenset(["unknown-silencer", "unused-silencer"])  # which nothing silences
MARK = "# special-tasks: ignore"
_COMMENT = re.compile(r"(\s*)(?:.*\s)?# special-tasks: ignore\b(.*)")
_CODE = re.compile(r"[\w-]+")
_BARE = re.compile(r"\s*(?:[\w.-]+:|-)?\s*(?:#.*)?\Z")  # nothing, a comment, or a name whose block begins below


@record
class Silencer:
    """A code silenced from line `first` to line `last` of its file; `location` is where it is written."""

    code: str
    location: Location
    first: int
    last: int

    def covers(self, problem: Diagnostic) -> bool:
        at = problem.location
        return problem.code == self.code and at.path == self.location.path and self.first <= at.line <= self.last


def silencers(lines: Mapping[str, Sequence[str]], problems: Problems) -> tuple[Silencer, ...]:
    """Those written in the files, by path; a code that can't be silenced is noted."""
    return tuple(found for path, content in lines.items() for found in _in_file(path, content, problems))


def _in_file(path: str, lines: Sequence[str], problems: Problems) -> Iterator[Silencer]:
    for number, line in enumerate(lines, 1):
        if MARK not in line or not (comment := _COMMENT.match(line)):
            continue
        first = last = number
        if line.lstrip().startswith("#"):
            first = last = number + 1
            while last < len(lines) and _BARE.match(lines[last - 1]):
                last += 1
        codes = list(_CODE.finditer(line, comment.start(2)))
        if not codes:
            problems.add("unknown-silencer", path, number, line.index(MARK) + 1, name="", near=_codes())
        for code in codes:
            if code[0] in _codes():
                yield Silencer(code[0], Location(path, number, code.start() + 1), first, last)
            else:
                problems.add("unknown-silencer", path, number, code.start() + 1, name=code[0], near=_codes())


@cache
def _codes() -> list[str]:
    """What can be silenced."""
    from game.story.catalogue import CATALOGUE  # a story without such comments does without

    return [code for code, wording in CATALOGUE.items() if not wording.is_error and code not in SILENCERS]


def left(found: Iterable[Diagnostic], silenced: Sequence[Silencer]) -> tuple[Diagnostic, ...]:
    """The problems that are told all the same."""
    return tuple(p for p in found if p.is_error or not any(s.covers(p) for s in silenced))


def idle(silenced: Sequence[Silencer], found: Sequence[Diagnostic], *, proved: bool) -> list[Silencer]:
    """Those that silence none of the problems `found`. Of codes that only a proof tells, asked of once it is `proved`,
    and of the others before."""
    return [s for s in silenced if (s.code in PROOF) is proved and not any(s.covers(p) for p in found)]
