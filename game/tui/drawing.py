"""What the desk looks like: parts, sheets and panels as lines of styled runs, for a column of a given width."""

from collections.abc import Callable, Iterable

from rich.cells import cell_len

from game.layout import BLANK, HELD, Line, balanced, shown_lines, span_runs, text_of, wrap
from game.play.page import (
    STANDINGS,
    Card,
    Echo,
    Heading,
    Opening,
    Part,
    Prose,
    Reply,
    SheetShown,
    Telling,
)
from game.story.text import Shown
from game.tui.sheets import draw_sheet, framed

Draw = Callable[[int], list[Line]]


def heading(text: str, width: int) -> list[Line]:
    """A section's heading, with a thin rule below it."""
    return [*wrap([(text, "heading")], width), (("─" * width, "rule"),), BLANK]


def paragraph(text: str, width: int, style: str = "") -> list[Line]:
    return wrap([(text, style)], width)


def unbroken(words: str) -> str:
    """Words that stay on one line, where it has room for them."""
    return words.replace(" ", HELD)


def sentence(words: str) -> str:
    return words[0].upper() + words[1:] + "."


def spaced(blocks: Iterable[list[Line]], gap: int = 1) -> list[Line]:
    """Blocks of lines with a blank line between them, or `gap` of them; empty ones leave none."""
    lines: list[Line] = []
    for block in blocks:
        if block:
            lines += [BLANK] * gap * bool(lines) + block
    return lines


def sections(blocks: Iterable[list[Line]]) -> list[Line]:
    """Blocks below headings, each further from the one before than from its heading."""
    return spaced(blocks, 2)


def draw_part(part: Part, width: int, rows: int = 0) -> list[Line]:
    """A part of a turn as it stands in the text. `rows` is how tall a plate may be; 0 for any height."""
    match part:
        case Echo(label):
            return wrap(span_runs(label, "echo"), width, "> ", "  ", "echo")
        case Reply(prose) | Telling(prose):
            return draw_prose(prose, width)
        case Card():
            return draw_card(part, width)
        case Opening(chapter):
            plate = draw_plate(chapter.plate, width, rows and max(rows - 2, 1))  # its title is in view with it
            if chapter.plate and not plate:
                plate = [centred(line, width) for line in balanced([(chapter.plate_alt, "plate em")], width)]
            return spaced([plate, titled(chapter.title, width)])
        case Heading(_, title, place, date):
            return _heading(title, ", ".join(s.plain for s in (place, date) if s), width)
    return []


def titled(title: str, width: int) -> list[Line]:
    """A title in the middle of the page, with a short rule under it."""
    lines = balanced([(title, "heading")], max(width - 4, 1))
    rule = "─" * min(max(cell_len(text_of(line)) for line in lines) + 4, width)
    return [centred(line, width) for line in (*lines, ((rule, "rule"),))]


def centred(line: Line, width: int) -> Line:
    margin = max(width - cell_len(text_of(line)), 0) // 2
    return ((" " * margin, ""), *line) if margin else line


def _heading(title: Shown, where: str, width: int) -> list[Line]:
    """A scene's heading line: its title, and at the right where and when; below each other where it is narrow."""
    lines = wrap(span_runs(title, "heading"), width) if title else []
    if not where:
        return lines
    gap = width - cell_len(where) - (cell_len(text_of(lines[0])) if len(lines) == 1 else width)
    if gap < 3:
        return lines + paragraph(where, width, "dim")
    return [(*lines[0], (" " * gap, ""), (where, "dim"))]


def draw_plate(plate: str, width: int, rows: int = 0) -> list[Line]:
    """A drawing in the middle of the column; left out where it is too wide for it, or taller than `rows`."""
    lines = plate.split("\n") if plate else []
    widest = max((cell_len(line) for line in lines), default=0)
    if widest > width or len(lines) > (rows or len(lines)):
        return []
    margin = " " * ((width - widest) // 2)
    return [((margin + line, "plate"),) if line else BLANK for line in lines]


def draw_prose(prose: Prose, width: int) -> list[Line]:
    return spaced(
        draw_sheet(piece, width) if isinstance(piece, SheetShown) else shown_lines(piece, width, quote="│ ")
        for piece in prose
    )


def draw_card(card: Card, width: int) -> list[Line]:
    inner = max(width - 4, 1)
    body = draw_prose(card.prose, inner)
    for fact in card.facts:
        if body:
            body.append(BLANK)
        body += wrap([(f"{fact.text} ", ""), (f"({unbroken(STANDINGS[fact.standing])})", "dim")], inner, "- ", "  ")
    return framed(body, f"Record card: {card.chapter.title}", width)


def draw_shown(shown: Shown) -> Draw:
    """A text on its own, as a document that fits any width."""
    return lambda width: shown_lines(shown, width)
