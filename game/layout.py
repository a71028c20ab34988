"""Prose to lines of a given width, for every front end that counts cells.

The surprising rule: a line is runs of (text, style name); what a style looks like is the front end's business, and line
mode leaves styles out.
"""

import re
from collections.abc import Iterable, Iterator

from rich.cells import cell_len, set_cell_size

from game.story.text import Block, Shown, Span

Run = tuple[str, str]
Line = tuple[Run, ...]
BLANK: Line = ()
HELD = "\N{NO-BREAK SPACE}"  # between words that stay on one line, where it has room for them
_GAPS = re.compile(r"([ \n])")
_LETTERS = "[!-~\u00c0-\u024f\u2013\u2014\u2018\u2019\u201c\u201d\u2026]+"  # of one cell, and none a joiner's
_PLAIN = re.compile(f"{_LETTERS}(?: {_LETTERS})*")
COLUMNS = re.compile(r" *\S+(?: \S+)*  +(?=\S)")  # of a kept line in two columns: the first, and the gap


def text_of(line: Line) -> str:
    return "".join([text for text, _ in line])


def cells(text: str) -> int:
    """How many cells a text takes. Of most it is plain; Rich would keep them, 4,096 and their widths."""
    return len(text) if text.isascii() else cell_len(text)


def style_of(span: Span, base: str = "") -> str:
    """Style names, joined by spaces: the base, then `em` and `strong`."""
    return " ".join(name for name, on in ((base, base), ("em", span.em), ("strong", span.strong)) if on)


def wrap(
    runs: Iterable[Run], width: int, first: str = "", rest: str = "", prefix_style: str = "", *, spaces: bool = False
) -> list[Line]:
    """Greedy wrapping by cells. `first` and `rest` begin the first line and the others; a newline breaks the line; a
    word wider than the line is cut. Spaces in a row are one space, but for `spaces`, which keeps them."""
    first, rest = _prefix(first, width), _prefix(rest, width)
    room, later = (max(width - cells(prefix), 1) for prefix in (first, rest))
    runs = list(runs)
    if len(runs) == 1 and (plain := _plain(runs[0][0], room, later)):
        style = runs[0][1]
        starts = [((start, prefix_style),) if start else () for start in (first, rest)]
        return [(*starts[n > 0], (text, style)) for n, text in enumerate(plain)]
    lines: list[Line] = []
    line: list[Run] = []
    used = 0
    gap: Run | None = None

    def close() -> None:
        nonlocal line, used, gap, room
        start = rest if lines else first
        lines.append(tuple(([(start, prefix_style)] if start else []) + _joined(line)))
        line, used, gap, room = [], 0, None, later

    for word in _words(runs):
        if word is None:
            close()
            continue
        if word[0][0] == " ":
            if line:
                gap = (gap[0] + " " if gap and spaces else " ", word[0][1])
            continue
        size = sum([cells(text) for text, _ in word])
        if line and used + (len(gap[0]) if gap else 0) + size > room:
            close()
        if gap:
            line.append(gap)
            used, gap = used + len(gap[0]), None
        if used + size <= room:
            line += word
            used += size
            continue
        for part, style in word:
            text = part  # what is left of it
            while used + cells(text) > room:
                cut = _fit(text, room - used) or (0 if line else _fit(text, 2))  # one cell, and a character of two
                if cut:
                    path, held = text.rfind("/", cut // 2, cut) + 1, text.rfind(HELD, cut // 2, cut + 1)
                    cut = max(path, held, 0) or cut  # between the names of a path, or words that were to stay together
                    line.append((text[:cut], style))
                    text = text[cut:].lstrip(HELD)
                if text:
                    close()
                else:
                    used = room
            if text:
                line.append((text, style))
                used += cells(text)
    if line or not lines:
        close()
    return lines


def _plain(text: str, room: int, later: int) -> list[str]:
    """The lines of a text of plain letters, as most of it is, in a tenth of the time; none where a word must be cut."""
    if not _PLAIN.fullmatch(text):
        return []
    lines, start = [], 0
    while len(text) - start > room:
        end = text.rfind(" ", start, start + room + 1)
        if end < 0:
            return []
        lines.append(text[start:end])
        start, room = end + 1, later
    return [*lines, text[start:]]


def balanced(runs: Iterable[Run], width: int) -> list[Line]:
    """Wrapping into as few lines as there must be, of lengths as near as can be, for what stands in the middle."""
    runs = list(runs)
    lines = wrap(runs, width)
    longest = max(cells(word) for word in re.split("[ \n]", "".join(text for text, _ in runs)))
    while width > longest and 1 < len(narrower := wrap(runs, width - 1)) == len(lines):
        lines, width = narrower, width - 1
    return lines


def _prefix(prefix: str, width: int) -> str:
    """What begins a line, cut where the line is too narrow for it and a character."""
    return prefix if cells(prefix) <= width - 2 else set_cell_size(prefix, max(width - 2, 0))


def _fit(text: str, room: int) -> int:
    """How many characters of a text fit in some cells; marks stay with the character they belong to."""
    fit = 0
    while fit < len(text) and cells(text[: fit + 1]) <= room:
        fit += 1
    return fit


def _words(runs: Iterable[Run]) -> Iterator[list[Run] | None]:
    """Words (runs without spaces), a run of one space for each gap, and None for a hard break."""
    word: list[Run] = []
    for text, style in runs:
        for part in _GAPS.split(text):
            if part not in (" ", "\n"):
                _extend(word, part, style)
                continue
            if word:
                yield word
                word = []
            yield [(part, style)] if part == " " else None
    if word:
        yield word


def _extend(word: list[Run], text: str, style: str) -> None:
    """Adds a run to a word; what a joiner joins is one character, and has one style."""
    if text and word and "\u200d" in (word[-1][0][-1], text[0]):
        word[-1] = (word[-1][0] + text, word[-1][1])
    elif text:
        word.append((text, style))


def _joined(line: list[Run]) -> list[Run]:
    joined: list[Run] = []
    for text, style in line:
        if joined and joined[-1][1] == style:
            joined[-1] = (joined[-1][0] + text, style)
        else:
            joined.append((text, style))
    return joined


def shown_lines(shown: Shown, width: int, style: str = "", *, quote: str = "  ") -> list[Line]:
    """A text as lines: blocks apart by a blank line, the items of a list together. `quote` stands before the lines of
    a quotation, once for each that is open."""
    lines: list[Line] = []
    before: Block | None = None
    for block in shown.blocks:
        if before is not None and not _tight(before, block):
            bar = (quote * min(before.quote, block.quote)).rstrip()
            lines.append(((bar, "rule"),) if bar else BLANK)
        lines += _block_lines(block, width, style, quote)
        before = block
    return lines


def _tight(before: Block, block: Block) -> bool:
    return before.kind == block.kind == "line" or bool(before.depth and block.bullet and block.depth)


def _block_lines(block: Block, width: int, style: str, quote: str) -> list[Line]:
    margin = quote * block.quote
    prefix_style = "rule" if margin.strip() else style
    if block.depth:
        outer = margin + "   " * (block.depth - 1)
        first = outer + (f"{block.bullet} " if block.bullet else "").ljust(3)
        rest = outer + "   "
    else:
        first = rest = margin
    if block.kind == "rule":
        lead = _prefix(first, width)
        room = width - cells(lead)
        return [((lead, prefix_style), ("* * *".center(room).rstrip()[:room], style))]
    if block.kind == "heading":
        style = f"{style} strong".strip()
    if block.kind == "line":
        indent = len(block.plain) - len(block.plain.lstrip())
        column = COLUMNS.match(block.plain)
        hang = cells(column[0]) if column and cells(column[0]) <= width // 2 else indent
        first, rest = first + " " * indent, rest + " " * hang
    runs = [(span.text, style_of(span, style)) for span in block.spans]
    return wrap(runs, width, first, rest, prefix_style, spaces=block.kind == "line")


def span_runs(shown: Shown, style: str = "") -> list[Run]:
    """A label or title as runs on one line."""
    return [(span.text.replace("\n", " "), style_of(span, style)) for span in shown.spans]
