"""What the desk looks like: parts, sheets and panels as lines of styled runs, for a column of a given width."""

from collections.abc import Callable, Iterable

from rich.cells import cell_len, set_cell_size

from game.layout import BLANK, Line, Run, shown_lines, span_runs, text_of, wrap
from game.play.journal import RECORDS, Decision
from game.play.page import (
    STANDINGS,
    Card,
    Echo,
    Ending,
    Heading,
    Known,
    Opening,
    Part,
    Prose,
    Reply,
    SheetShown,
    Telling,
)
from game.story.model import Fact, Story
from game.story.text import Shown

Draw = Callable[[int], list[Line]]
SHEET_NAMES = {
    "cable": "Cable",
    "memo": "Memorandum",
    "letter": "Letter",
    "form": "Form",
    "note": "Note",
    "press": "Newspaper",
}


def heading(text: str, width: int) -> list[Line]:
    """A section's heading, with a thin rule below it."""
    return [*wrap([(text, "heading")], width), (("─" * width, "rule"),), BLANK]


def paragraph(text: str, width: int, style: str = "") -> list[Line]:
    return wrap([(text, style)], width)


def sentence(words: str) -> str:
    return words[0].upper() + words[1:] + "."


def spaced(blocks: Iterable[list[Line]]) -> list[Line]:
    """Blocks of lines with a blank line between them; empty ones leave no gap."""
    lines: list[Line] = []
    for block in blocks:
        if block:
            lines += ([BLANK] if lines else []) + block
    return lines


def draw_parts(parts: Iterable[Part], width: int, style: str = "") -> list[Line]:
    """Parts of turns as they stand in the text; `style` is `old` for what has been read."""
    return spaced(_part(part, width, style) for part in parts)


def _part(part: Part, width: int, style: str) -> list[Line]:
    match part:
        case Echo(label):
            return wrap(span_runs(label, "echo"), width, "> ", "  ", "echo")
        case Reply(prose) | Telling(prose):
            return draw_prose(prose, width, style)
        case Card():
            return draw_card(part, width)
        case Opening(chapter):
            plate = draw_plate(chapter.plate, width) or paragraph(chapter.plate_alt, width, "plate")
            return spaced([plate if chapter.plate else [], heading(chapter.title, width)[:2]])
        case Heading(_, title, place, date):
            where = ", ".join(s.plain for s in (place, date) if s)
            lines = wrap(span_runs(title, "heading"), width) if title else []
            return lines + (paragraph(where, width, "dim") if where else [])
    return []


def draw_plate(plate: str, width: int) -> list[Line]:
    """A drawing in the middle of the column; left out where it is too wide for it."""
    lines = plate.split("\n") if plate else []
    widest = max((cell_len(line) for line in lines), default=0)
    margin = " " * ((width - widest) // 2)
    return [((margin + line, "plate"),) if line else BLANK for line in lines] if widest <= width else []


def draw_prose(prose: Prose, width: int, style: str = "") -> list[Line]:
    return spaced(
        draw_sheet(piece, width) if isinstance(piece, SheetShown) else shown_lines(piece, width, style)
        for piece in prose
    )


def draw_sheet(sheet: SheetShown, width: int) -> list[Line]:
    """A document laid on the desk: a plain frame, its kind and heading on top, its lines as written."""
    inner = max(width - 4, 1)
    body: list[Line] = [*wrap(span_runs(sheet.heading, "sheet heading"), inner), BLANK]
    if sheet.stamp:
        stamp = wrap([(f"[ {sheet.stamp.plain.upper()} ]", "sheet stamp")], inner)
        used = max(cell_len(text_of(line)) for line in stamp)
        body[1:1] = [((" " * (inner - used), "sheet"), *line) for line in stamp]
    if sheet.text is None:
        body += shown_lines(sheet.summary, inner, "sheet")
    for text in sheet.text or ():
        body += shown_lines(text, inner, "sheet")
    if sheet.signed:
        body += [BLANK, *wrap(span_runs(sheet.signed, "sheet em"), inner, "    ", "    ", "sheet")]
    return framed(body, SHEET_NAMES[sheet.kind], width)


def framed(body: list[Line], name: str, width: int) -> list[Line]:
    """Lines in a plain frame, named in its upper edge."""
    inner = max(width - 4, 1)
    name = set_cell_size(name, max(inner - 2, 0)).rstrip() if cell_len(name) > inner - 2 else name
    rest = "─" * (inner - cell_len(name) - 1) + "┐"
    lines: list[Line] = [(("┌─ ", "sheet rule"), (name, "sheet dim strong"), (f" {rest}", "sheet rule"))]
    for line in body:
        used = sum(cell_len(text) for text, _ in line)
        fill = " " * max(inner - used, 0)
        styled = tuple((text, style if style.startswith("sheet") else f"sheet {style}".strip()) for text, style in line)
        lines.append((("│ ", "sheet rule"), *styled, (fill + " ", "sheet"), ("│", "sheet rule")))
    return [*lines, (("└" + "─" * (inner + 2) + "┘", "sheet rule"),)]


def draw_card(card: Card, width: int) -> list[Line]:
    inner = max(width - 4, 1)
    body = draw_prose(card.prose, inner)
    for fact in card.facts:
        body += [BLANK, *wrap([(f"{fact.text} ", ""), (f"({STANDINGS[fact.standing]})", "dim")], inner, "- ", "  ")]
    return framed(body, f"Record card: {card.chapter.title}", width)


def draw_facts(story: Story, facts: tuple[Fact, ...], width: int) -> list[Line]:
    blocks = []
    for fact in facts:
        sources = "; ".join(story.sources[s].title for s in fact.sources)
        blocks.append(
            [*paragraph(fact.text, width), *paragraph(f"{sentence(STANDINGS[fact.standing])} {sources}", width, "dim")]
        )
    return spaced(blocks)


def draw_glossary(known: tuple[Known, ...], width: int) -> list[Line]:
    return spaced(
        wrap([(k.title, "strong"), (f" ({k.kind}). ", "dim"), *span_runs(k.text)], width, "", "  ") for k in known
    )


def draw_file(sheets: tuple[SheetShown, ...], width: int) -> list[Line]:
    if not sheets:
        return paragraph("The file is empty.", width)
    return spaced(draw_sheet(sheet, width) for sheet in sheets)


def draw_decisions(found: list[Decision], width: int) -> list[Line]:
    if not found:
        return paragraph("Nothing has been chosen yet.", width)
    return spaced(_decision(decision, width) for decision in found)


def _decision(decision: Decision, width: int) -> list[Line]:
    label: list[Run] = [(f"{decision.title.plain}: ", "dim")] if decision.title else []
    lines = wrap([*label, *span_runs(decision.label)], width, f"{decision.number:>2}  ", "    ", "dim")
    if decision.record is not None:
        runs: list[Run] = [(sentence(RECORDS[decision.record]), f"record-{decision.record}")]
        runs += [(f" {text}", "dim") for text in decision.remarks]
        lines += wrap(runs, width, "    ", "    ")
    return lines


def draw_ending(ending: Ending, sheets: tuple[SheetShown, ...], found: list[Decision], width: int) -> list[Line]:
    """What follows an ending's text, in its order: outcome, the file, the decisions, the toll, the questions."""
    end = wrap([("Ending: ", "dim"), *span_runs(ending.title, "strong")], width) if ending.title else []
    if ending.outcome:
        end += wrap([("Outcome: ", "dim"), *span_runs(ending.outcome, "strong")], width)
        end += shown_lines(ending.outcome_summary, width)
    toll = spaced(
        wrap([*span_runs(who, "strong"), (". ", ""), *span_runs(text)], width, "", "  ") for who, text in ending.toll
    )
    questions = spaced(
        wrap(span_runs(question), width, f"{number}. ", "   ") for number, question in enumerate(ending.debrief, 1)
    )
    return spaced([
        end,
        heading("The file", width) + draw_file(sheets, width),
        heading("Your decisions, against the record", width) + draw_decisions(found, width),
        heading("The people harmed", width) + toll if toll else [],
        heading("Questions", width) + questions if questions else [],
    ])  # fmt: skip


def draw_shown(shown: Shown) -> Draw:
    """A text on its own, as a document that fits any width."""
    return lambda width: shown_lines(shown, width)
