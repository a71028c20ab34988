"""Documents laid on the desk: cable, memo, letter, form, note, cutting, and the record card.

The surprising rule: a kind is known by its lines and its words alone; colour only repeats what they say.
"""

from collections.abc import Iterable

from rich.cells import cell_len

from game.layout import BLANK, COLUMNS, Line, Run, balanced, shown_lines, span_runs, text_of, wrap
from game.play.page import SheetShown
from game.story.text import Shown

SLIP = 48  # cells: the widest a note gets
CUTTING = 58  # and a newspaper's column, with its rules


def draw_sheet(sheet: SheetShown, width: int) -> list[Line]:
    """A document as its kind is drawn, its lines as written; at most `width` cells wide."""
    match sheet.kind:
        case "cable":
            return _cable(sheet, width)
        case "letter":
            return _letter(sheet, width)
        case "form":
            return _form(sheet, width)
        case "note":
            return _note(sheet, width)
        case "press":
            return _press(sheet, width)
    return _memo(sheet, width)


def framed(body: list[Line], name: str, width: int) -> list[Line]:
    """An index card: its name, a red rule below it, and lines."""
    inner = _inner(width)
    rule = (("├", "sheet rule"), ("─" * (inner + 2), "sheet stamp"), ("┤", "sheet rule"))
    return [_edge("┌─┐", width), *_sided(wrap([(name, "strong")], inner), width), rule, *_sided(body, width),
            _edge("└─┘", width)]  # fmt: skip


# --- the kinds


def _cable(sheet: SheetShown, width: int) -> list[Line]:
    """A form of the telegraph office, its head in capitals; the words are strips of tape pasted on it."""
    inner = _inner(width)
    heading = [(text.upper(), style) for text, style in span_runs(sheet.heading, "strong")]
    gap = inner - 5 - cell_len("".join(text for text, _ in heading))
    if gap > 2 and not sheet.stamp:
        head: list[Line] = [(("CABLE", "dim"), (" " * gap, ""), *heading)]
    else:
        head = _headed("CABLE", heading, sheet.stamp, inner)
    strips = [_strip(line) if text_of(line).strip() else line for line in _lines(sheet, max(inner - 2, 1))]
    foot = [_edge("╟─╢", width), *_sided(_signed(sheet, inner), width, "║")] if sheet.signed else []
    return [
        _edge("╔═╗", width),
        *_sided(head, width, "║"),
        _edge("╟─╢", width),
        *_sided(strips, width, "║"),
        *foot,
        _edge("╚═╝", width),
    ]


def _strip(line: Line) -> Line:
    indent, *words = _split(line)
    return (indent, (" ", "strip"), *((text, f"{style} strip") for text, style in words), (" ", "strip"))


def _memo(sheet: SheetShown, width: int) -> list[Line]:
    """The house's own paper: what it is, what it is about, a stamp; a rule; the text; a name at the right."""
    inner = _inner(width)
    body = _lines(sheet, inner)
    if sheet.signed:
        body += [BLANK, *_signed(sheet, inner)]
    return [
        _edge("┌─┐", width),
        *_sided(_headed("MEMORANDUM", span_runs(sheet.heading, "strong"), sheet.stamp, inner), width),
        _edge("├─┤", width),
        *_sided(body, width),
        _edge("└─┘", width),
    ]


def _letter(sheet: SheetShown, width: int) -> list[Line]:
    """Private paper: where and when at the right, wide margins, a name in the writer's hand."""
    inner = _inner(width)
    longest = max(_cells(line) for line in _lines(sheet, inner))
    margin = next((m for m in (4, 2) if inner >= 13 * m and inner - 2 * m >= longest), 2 if inner >= 24 else 0)
    measure = inner - 2 * margin
    head = [_right(line, measure) for line in wrap(span_runs(sheet.heading, "em"), measure)]
    body = [*_stamped(head, sheet.stamp, measure, left=True), BLANK, *_lines(sheet, measure)]
    if sheet.signed:
        body += [BLANK, *_signed(sheet, measure, "em")]
    inset = [((" " * margin, ""), *line) for line in [BLANK, *body, BLANK]]
    return [_edge("╭─╮", width), *_sided(inset, width), _edge("╰─╯", width)]


def _form(sheet: SheetShown, width: int) -> list[Line]:
    """An office's form: its title in the middle, and every line on a rule."""
    inner = _inner(width)
    heading = span_runs(sheet.heading, "strong")
    title = balanced(heading, inner - _stamp_cells(sheet.stamp, inner))
    if not sheet.stamp:
        title = [_centred(line, inner) for line in title]
    rows = [_ruled(line, inner) for line in _lines(sheet, inner)]
    if sheet.signed:
        rows += [BLANK, *_signed(sheet, inner)]
    return [
        _edge("┌─┐", width),
        *_sided(_stamped(title, sheet.stamp, inner), width),
        _edge("├─┤", width),
        *_sided(rows, width),
        _edge("└─┘", width),
    ]


def _ruled(line: Line, inner: int) -> Line:
    """A line whose field is ruled to the edge; of a line in two columns the second is the field."""
    indent, *words = _split(line)
    if not words:
        return line
    column = COLUMNS.match(text_of(tuple(words)))
    label = len(column[0]) if column else 0
    runs: list[Run] = [indent]
    for text, style in words:
        field = text[label:].replace("_", " ") if set(text[label:]) <= {"_", " "} else text[label:]  # one rule, not two
        runs += [(text[:label], f"{style} dim"), (field, f"{style} ruled")]
        label = max(label - len(text), 0)
    return (*runs, (" " * (inner - _cells(line)), "ruled"))


def _split(line: Line) -> list[Run]:
    """A line as the spaces it begins with, and the rest."""
    body = text_of(line)
    if not body.strip():
        return [(body, "")]
    skip = indent = len(body) - len(body.lstrip(" "))
    runs = [(" " * indent, "")]
    for text, style in line:
        runs.append((text[skip:], style))
        skip = max(skip - len(text), 0)
    return runs


def _note(sheet: SheetShown, width: int) -> list[Line]:
    """A slip of paper, torn off below, no wider than its words."""
    most = _inner(min(width, SLIP))
    head = wrap(span_runs(sheet.heading, "em"), most)
    body = [*_stamped(head, sheet.stamp, most), BLANK, *_lines(sheet, most)]
    if sheet.signed:
        body += [BLANK, *wrap(span_runs(sheet.signed, "em"), most)]
    needed = max(map(_cells, body)) + 4
    width = min(needed + needed % 2, width)
    torn = ("\\/" * width)[:width]
    return [_edge("┌─┐", width), *_sided(body, width), ((torn, "sheet rule"),)]


def _press(sheet: SheetShown, width: int) -> list[Line]:
    """A cutting: a headline between rules, and a column of print with a rule on either side."""
    width = min(width, CUTTING)
    inner = _inner(width)
    room = inner - _stamp_cells(sheet.stamp, inner)
    head = [_centred(line, room) for line in balanced(span_runs(sheet.heading, "strong"), room)]
    body = _lines(sheet, inner)
    if sheet.signed:
        body += [BLANK, *_signed(sheet, inner, "dim")]
    return [
        _edge("═══", width),
        *_sided(_stamped(head, sheet.stamp, inner), width, " "),
        _edge("───", width),
        *_sided(body, width),
        _edge("═══", width),
    ]


# --- their pieces


def _inner(width: int) -> int:
    return max(width - 4, 1)


def _cells(line: Line) -> int:
    return cell_len(text_of(line))


def _lines(sheet: SheetShown, width: int) -> list[Line]:
    """The text as written, or where only a summary is told, that."""
    lines: list[Line] = []
    for text in sheet.text if sheet.text is not None else (sheet.summary,):
        lines += ([BLANK] if lines else []) + shown_lines(text, width)
    return lines


def _edge(ends: str, width: int) -> Line:
    """An edge or a rule from its left end, its middle and its right end."""
    return ((ends[0] + ends[1] * (_inner(width) + 2) + ends[2], "sheet rule"),)


def _sided(lines: Iterable[Line], width: int, side: str = "│") -> list[Line]:
    """Lines on paper, between two sides."""
    inner = _inner(width)
    return [
        (
            (f"{side} ", "sheet rule"),
            *((text, f"sheet {style}".rstrip()) for text, style in line if text),
            (" " * max(inner - _cells(line), 0) + " ", "sheet"),
            (side, "sheet rule"),
        )
        for line in lines
    ]


def _right(line: Line, width: int) -> Line:
    return ((" " * max(width - _cells(line), 0), ""), *line)


def _centred(line: Line, width: int) -> Line:
    return ((" " * (max(width - _cells(line), 0) // 2), ""), *line)


def _signed(sheet: SheetShown, width: int, style: str = "") -> list[Line]:
    """The name under a document, at its right."""
    return [_right(line, width) for line in wrap(span_runs(sheet.signed, style), max(width - 4, 1))]


def _headed(name: str, heading: list[Run], stamp: Shown, width: int) -> list[Line]:
    """What the paper is and what it is about, with the stamp beside them."""
    room = width - _stamp_cells(stamp, width)
    return _stamped([*wrap([(name, "dim")], room), *wrap(heading, room)], stamp, width)


def _stamp_cells(stamp: Shown, width: int) -> int:
    """The cells that a bordered stamp takes beside a heading, with the gap; 0 for none, or where it has no room."""
    cells = cell_len(stamp.plain.upper()) + 6 if stamp else 0
    return cells if cells <= width // 2 else 0


def _stamped(head: list[Line], stamp: Shown, width: int, *, left: bool = False) -> list[Line]:
    """A heading and beside it a stamp, a bordered word in capitals; where it has no room, on lines of its own."""
    if not stamp:
        return head
    word = stamp.plain.upper()
    cells = _stamp_cells(stamp, width)
    if not cells or any(cell_len(text_of(line).lstrip()) > width - cells for line in head):
        return [*head, *(_right(line, width) for line in wrap([(f"[ {word} ]", "stamp")], width))]
    edge = "─" * (cells - 4)
    box = [f"┌{edge}┐", f"│ {word} │", f"└{edge}┘"]
    rows = [BLANK, *head, BLANK] if len(head) == 1 else [*head, *[BLANK] * (len(box) - len(head))]
    stamped: list[Line] = []
    for index, line in enumerate(rows):
        mark: Line = ((box[index], "stamp"),) if index < len(box) else ()
        if left:
            own = _split(line)[1:] if line else []
            stamped.append((*mark, *_right(tuple(own), width - _cells(mark))))
        else:
            stamped.append((*line, (" " * (width - _cells(line) - _cells(mark)), ""), *mark))
    return stamped
