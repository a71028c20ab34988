"""The slips of indentation and punctuation that make a file no YAML, found by looking at its lines.

A YAML parser stops where it can go no further, which is often a line after the mistake, and says what it expected. This
looks at the lines from there upward as their author sees them: a name, a colon, a dash, so many spaces. The surprising
rule: it is asked only once a file has failed, so it may guess, and says nothing where it has no good guess.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from game.story.schema import BLOCKS, PARTS, SHAPES, shapes_of

_FAR = 5_000  # lines above the one in question that are looked at
_WIDE = 1_000  # characters of a line that are looked at
_LINE = re.compile(r"(\s*)((?:- +)*)(.*)\Z")
_KEY = re.compile(r"(?![-\"'\[{&*!|>%@`#])([^:]+?|[^:].*?\S):(?: +(.*))?\Z")
_WORD = re.compile(r"[A-Za-z]\w*\Z")
_GLUED = re.compile(r"(\w+)[:\uff1a](?!//)\s*(\S.*)")
_GLUED_DASH = re.compile(r"-(\w+):")
_HALF = re.compile(r"(\w+) *[{\[](\w+: .*[}\]]\Z)?")  # `ending {title: ...}`
_DASHES = ("-", "\u2013", "\u2014", "\u2022")  # and what a word processor makes of them
_HEADER = re.compile(r"[|>][-+0-9]*\Z")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_NAMED = {name for name, key in PARTS.items() if key.shape == "named"}
_LISTS = {name for block in BLOCKS.values() for name, key in block.items() if key.shape == "blocks"}
_PROSE = frozenset(["text", "inline", "passage"])
_BLOCK_SHAPES = frozenset(["effects", "block", "values", "bands", "named"])


@dataclass(frozen=True, slots=True)
class Slip:
    """A problem with its place: the line from 1, the column from 0."""

    code: str
    line: int
    column: int
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A line that is not blank, no comment and not within a `|` text. Columns count from 0."""

    line: int
    indent: int  # where the line begins, with its dash if it has one
    column: int  # where it begins behind the dashes
    key: str  # '' where there is none
    value: str  # what follows the key; the whole line where there is none
    spaces: str  # before it
    below_text: bool  # a `|` text stands between it and the row above
    goes_on: bool  # it continues the text of the row above

    @property
    def dash(self) -> bool:
        return self.column > self.indent


def shared_block(one: str, other: str) -> bool:
    """Whether two keys may stand side by side."""
    return any(one in block and other in block for block in BLOCKS.values())


def _alike(one: Row, other: Row) -> bool:
    """Whether two lines are keys of one block, or both names of the author's own."""
    return shared_block(one.key, other.key) or not (shapes_of(one.key) or shapes_of(other.key))


def find_slip(lines: Sequence[str], line: int, column: int) -> Slip | None:
    """What is wrong at the line (from 1) and column (from 0) where a parser stopped, or in the line above."""
    rows = list(_rows(lines, line))
    if not rows or rows[-1].line != line:
        return None
    for index in range(max(len(rows) - 2, 0), len(rows)):
        if slip := _misspelt(rows[index]):
            return slip
    row = rows[-1]
    if row.key and column > row.column + len(row.key):  # a second colon
        shapes = shapes_of(row.key)
        if shapes and shapes <= _BLOCK_SHAPES and row.value[:1] not in ("{", "["):
            wanted = SHAPES[min(shapes)]
            meant = f"{row.key}: {{{row.value.strip('() ')}}}"
            fields = {"what": f"`{row.key}`", "wanted": wanted, "found": "text", "char": "", "meant": meant}
            return Slip("wrong-shape", line, row.column + len(row.key) + 2, fields)
        return None
    return _misplaced(rows) if len(rows) > 1 else None


def _rows(lines: Sequence[str], last: int) -> Iterator[Row]:
    above: Row | None = None
    text_beyond = -1  # lines further in than this belong to a `|` text
    below_text = False
    first = max(last - _FAR, 0)
    for number, content in enumerate(lines[first:last], first + 1):
        match = _LINE.match(content[:_WIDE].rstrip())
        if not match or not match[3] or match[3].startswith("#"):
            continue
        indent, column = len(match[1]), match.end(2)
        if above is None and first and indent:
            continue
        if 0 <= text_beyond < indent:
            text_beyond = text_beyond if below_text else indent - 1  # the first line of a text sets its margin
            below_text = True
            continue
        text_beyond = -1
        found = _KEY.match(match[3])
        key, value = (found[1], found[2] or "") if found else ("", match[3])
        value = _COMMENT.sub("", value)
        goes_on = (
            above is not None
            and not match[2]
            and indent > above.column
            and bool(above.value or above.goes_on)
            and not below_text
        )
        above = Row(number, indent, column, key, value, match[1], below_text, goes_on)
        yield above
        below_text = False
        if _HEADER.match(value):
            text_beyond = column if key else indent


def _misspelt(row: Row) -> Slip | None:
    """A line that is wrong in itself."""
    if strange := row.spaces.strip(" "):
        return Slip("odd-space", row.line, row.spaces.index(strange[0]), {"char": f"U+{ord(strange[0]):04X}"})
    whole = f"{row.key}: {row.value}" if row.key else row.value
    if row.goes_on and not row.dash:
        return None
    if whole.startswith("//"):
        return Slip("slash-comment", row.line, row.column, {})
    if glued := _GLUED_DASH.match(whole):
        return Slip("missing-space", row.line, row.column, {"sign": "-", "form": f"- {glued[1]}:"})
    if whole[:1] in _DASHES and not _WORD.match(row.key):
        return Slip("missing-dash", row.line, row.column, {"key": whole[:40]})
    if (half := _HALF.match(whole)) and (half[2] or shapes_of(half[1])):
        return Slip("missing-colon", row.line, row.column, {"key": half[1]})
    if row.key and (_WORD.match(row.key) or not _GLUED.match(row.key)):
        return None
    if (glued := _GLUED.match(whole)) and shapes_of(glued[1]):
        form = f"{glued[1]}: {glued[2]}"
        return Slip("missing-space", row.line, row.column + len(glued[1]), {"sign": f"{glued[1]}:", "form": form})
    first = whole.split(maxsplit=1)[0]
    if shapes_of(first):
        return Slip("missing-colon", row.line, row.column, {"key": first})
    return None


def _levels(rows: list[Row]) -> list[tuple[int, Row, bool]]:
    """The columns at which the next line may begin, innermost first: each with its row, and whether it is a dash's."""
    levels: list[tuple[int, Row, bool]] = []
    limit = 1 << 30
    for row in reversed(rows):
        if row.goes_on:
            continue
        if row.column < limit:
            levels.append((row.column, row, False))
        if row.dash and row.indent < limit:
            levels.append((row.indent, row, True))
        limit = min(limit, row.indent)
    return levels


def _misplaced(rows: list[Row]) -> Slip | None:
    """A line that does not stand where it should."""
    row, above = rows[-1], rows[-2]
    levels = _levels(rows[:-1])
    is_name = bool(_WORD.match(row.key))
    if _HEADER.match(above.value) and not row.below_text and not is_name and row.indent <= above.column:
        return Slip("text-not-indented", row.line, row.indent, {"key": above.key or "-"})
    if not is_name and not row.dash:
        if row.below_text:
            return Slip("ragged-text", row.line, row.indent, {})
        if row.value[:1] == "{" and any(row.indent == at and dash for at, _, dash in levels):
            return Slip("missing-dash", row.line, row.indent, {"key": row.value.rstrip()})
        if row.key or (row.goes_on and above.value[:1] not in ("{", "[")) or not row.value[:1].isalnum():
            return None
        if _WORD.match(row.value):
            return Slip("missing-colon", row.line, row.indent, {"key": row.value})
        return Slip("odd-line", row.line, row.indent, {})
    if not row.dash and row.indent > above.column and above.value:
        return _too_deep(rows, levels)
    dashes = [(at, found) for at, found, dash in levels if dash]
    if row.dash and row.key == "label" and not dashes:
        return Slip("missing-choices", row.line, row.column, {})
    for index, (at, found, dash) in enumerate(levels):
        holder = next((r.key for column, r, is_dash in levels[index + 1 :] if not is_dash and column <= at), "")
        if at == row.indent and dash and not row.dash:  # a name in line with dashes
            if holder in _NAMED:
                return Slip("stray-dash", found.line, found.indent, {"key": found.key or found.value})
            if shapes_of(row.key) and shared_block(row.key, found.key):
                return _out_of_line(row, found)
            return Slip("missing-heading", row.line, row.indent, {"key": row.key, "holder": holder})
        if at == row.indent and row.dash and not dash:  # a dash in line with names
            return Slip("stray-dash", row.line, row.indent, {"key": row.key or row.value})
    if any(at == row.indent for at, _, _ in levels):
        return None
    if row.dash:
        return _out_of_line(row, min(dashes, key=lambda level: abs(level[0] - row.indent))[1]) if dashes else None
    margin = levels[-1][1]
    if not margin.indent and margin.key not in BLOCKS["story"]:
        return Slip("at-the-margin", margin.line, margin.column, {"key": margin.key})
    return _out_of_line(row, min(levels, key=lambda level: (abs(level[0] - row.indent), not _alike(row, level[1])))[1])


def _too_deep(rows: list[Row], levels: list[tuple[int, Row, bool]]) -> Slip | None:
    """A name further in than the line above, which has a value already. The line above may be the culprit."""
    row, above = rows[-1], rows[-2]
    holder = next((r for at, r, dash in levels if at < above.column and not dash), None)
    if holder and holder.key in _LISTS and not holder.value and not above.dash and shapes_of(above.key):
        return Slip("missing-dash", above.line, above.column, {"key": above.key})
    hollow = rows[-3] if len(rows) > 2 else None
    if hollow and hollow.key and not hollow.value and hollow.column == above.column and shapes_of(above.key):
        return Slip("not-indented", above.line, above.column, {"key": above.key, "holder": hollow.key})
    beside = levels[0][1]
    if _alike(row, beside) or (shapes_of(row.key) and not beside.key):
        return _out_of_line(row, beside)
    if not row.value and not shapes_of(beside.key) & _PROSE:
        return _out_of_line(row, beside)
    return None


def _out_of_line(row: Row, beside: Row) -> Slip:
    further_in = row.indent > beside.indent if row.dash else row.column > beside.column
    where = "further in" if further_in else "further left"
    fields = {"key": row.key or row.value, "where": where, "beside": beside.key or beside.value}
    return Slip("misplaced-key", row.line, row.indent, fields)
