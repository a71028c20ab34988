"""A column of text with options below it: every page of the game is one of these.

Model in (`show`), message out (`Chosen`). The surprising rule: the options are lines of the same text, so they scroll
with it, and none can be taken before it has been in view, nor in the moment after. What stays put when the width
changes is the letter at the top, not the line.
"""

from collections.abc import Callable, Sequence
from functools import cache
from math import inf
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from game.layout import BLANK, Line, Run, text_of, wrap
from game.tui.widgets.paper import Aside, Paper

CUT = 3  # first lines of a block that are shown again where it is cut by the end of a page
Document = Callable[[int], tuple[list[Line], int]]  # width -> lines, and the first that is new


@cache
def bound_by(kind: type) -> tuple[Binding, ...]:
    """What a class itself binds to keys: its `KEYS`, written as Textual's `BINDINGS` are, but obeyed here. Of those
    Textual asks the name in Unicode whenever a field has the keys, and the table of names takes 0.7 MB."""
    return tuple(Binding.make_bindings(vars(kind).get("KEYS", ())))


@cache
def keys_of(kind: type) -> dict[str, Binding]:
    """What a kind of page or reader does, by key; a class goes before those it comes from."""
    return {binding.key: binding for base in reversed(kind.__mro__) for binding in bound_by(base)}


async def obey(node: DOMNode, key: str) -> bool:
    """Does what a key is bound to by a page or a reader; whether there is anything."""
    binding = keys_of(type(node)).get(key)
    return binding is not None and await node.app.run_action(binding.action, node)


class Item(NamedTuple):
    """One option: what it says, why it can't be taken (it then has no number), and what stands above and below it, for
    the width there is."""

    label: tuple[Run, ...]
    locked: tuple[Run, ...] | None = None
    above: Callable[[int], list[Line]] | None = None
    below: Callable[[int], list[Line]] | None = None


class Reader(Paper):
    PACE: ClassVar = 0.07  # seconds from a new line to the next, where they arrive one by one
    PAUSE: ClassVar = 1.5  # seconds after which a digit begins another number
    GUARD: ClassVar = 0.25  # seconds without a key, after new lines are painted, before a choice is taken
    KEYS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False, tooltip="The choice before"),
        Binding("down", "move(1)", show=False, tooltip="The next choice"),
        Binding("tab", "move(1)", show=False, tooltip="The next choice"),
        Binding("shift+tab", "move(-1)", show=False, tooltip="The choice before"),
        Binding("enter", "take", show=False, tooltip="Take the choice"),
        Binding("space,pagedown", "page(1)", show=False, tooltip="A page down"),
        Binding("pageup", "page(-1)", show=False, tooltip="A page up"),
        Binding("home", "edge(0)", show=False, tooltip="To the top"),
        Binding("end", "edge(1)", show=False, tooltip="To the bottom"),
        Binding("n", "heading(1)", show=False, tooltip="To the next heading"),
        Binding("b", "heading(-1)", show=False, tooltip="Back to the heading before"),
        *[Binding(str(n), f"number({n})", show=False, tooltip="Take the choice of that number") for n in range(10)],
    ]

    class Chosen(Message):
        """`index` counts the items that can be taken, from 0; `page` the pages shown."""

        def __init__(self, index: int, page: int) -> None:
            super().__init__()
            self.index, self.page = index, page

    class Moved(Message):
        """The text has moved; `more` tells that some is below, `options` how many, where nothing but options is."""

        def __init__(self, more: bool, options: int) -> None:
            super().__init__()
            self.more, self.options = more, options

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name for it
        super().__init__(id=id)
        self._document: Document = lambda _: ([], 0)
        self._items: Sequence[Item] = ()
        self._rows: list[tuple[int, int]] = []  # per item that can be taken: its first line and the one after its last
        self._ends: list[int] = []  # and the line after what stands below it
        self._last = 0  # the line after all of them
        self._seeks = False  # the selected item comes into view, not the first new line
        self.widest = 68  # letters a line of prose gets
        self._first = 0  # the first new line
        self._old = 0  # those before it, which a second tone tells from it; none where nothing is new
        self._top: int | None = None  # the line the reader moved to the top; None until the text is moved
        self._place: int | None = None  # letters and digits above that line, where it was laid out anew since
        self._drawn = Size(0, 0)  # the size the lines were laid out for
        self._typed, self._typed_at = 0, 0.0  # the digits of a number that may get another, and when
        self._painted = self._open = inf  # when the page was painted, and from when a choice is taken
        self.by_line = False  # new lines arrive one by one
        self._arrived = inf  # how many lines have
        self._arriving: Timer | None = None
        self.selected = 0
        self.taken = False  # an item of this page: no second one can be, however fast the keys

    # --- the model

    def show(
        self,
        document: Document,
        items: Sequence[Item] = (),
        *,
        selected: int = 0,
        keep: bool = False,
        seek: bool = False,
        aside: Aside | None = None,
    ) -> None:
        """Puts a document and its options on the page, with the first new line in view, or, to `keep`, the text where
        it was, or, to `seek`, the selected item; what is before that line is drawn as read. `aside` gets the right
        margin's width and gives what stands there, where there is room."""
        self._document, self._items, self._aside = document, items, aside
        self.selected, self._seeks = selected, seek
        self.page += 1
        self.taken = False
        self._typed = 0
        if not keep:
            self._top = self._place = None
        self._arrive_all()
        self._painted = self._open = inf
        if self.by_line and not keep:
            self._arrived = 0
            self._arriving = self.set_interval(self.PACE, self._arrive)
        self._lay_out()

    def amend(self, items: Sequence[Item]) -> None:
        """The same page, whose document or options say something else now: what could be taken still can, at once."""
        self._items = items
        self._lay_out()

    def on_paper_painted(self, event: Paper.Painted) -> None:
        if event.page == self.page and self._painted == inf:
            self._painted = event.time
            if self._arriving is None:
                self._open = event.time + self.GUARD
        self._tell()

    def _arrive(self) -> None:
        """The next new line; once the view is full, all the others."""
        arrived = int(max(self._arrived, self._first))
        if arrived >= min(self.scroll_offset.y + self.size.height, len(self._lines)):
            self._arrive_all()
        elif self._drawn:
            self._arrived = arrived + 1
            self.paint()

    def _arrive_all(self) -> None:
        if self._arriving is not None:
            self._arriving.stop()
            self._arriving, self._arrived = None, inf
            self._open = _now() + self.GUARD
            self.paint()

    @property
    def is_open(self) -> bool:
        """The page is painted, and keys that choose are heard."""
        return _now() >= self._open

    def set_widest(self, letters: int) -> None:
        """How many letters a line of prose gets, where there is room."""
        if letters != self.widest:
            self.widest = letters
            self._lay_out()

    @property
    def takeable(self) -> int:
        """How many items can be taken."""
        return len(self._rows)

    def render_lines(self, crop: Region) -> list[Strip]:
        """A new size is painted in before it is told: else the page would stand empty, or as it was, for a frame."""
        if self._drawn != self.size:
            self._fit()
        return super().render_lines(crop)

    def _lay_out(self) -> None:
        if self.size.width > 0:  # else it is not on the screen yet
            self._fit()
            self.paint()

    def _fit(self) -> None:
        """Lines for the width there is, and the text where it was."""
        width = self.size.width
        if self._top is not None:
            self._place = sum(map(_letters, self._lines[: self._top]))
        self._column = max(min(self.widest, width - 4), 1)
        lines, self._first = self._document(self._column)
        self._old = self._first if self._first < len(lines) else 0
        self._lines = list(lines)
        self._rows, self._ends = [], []
        if self._items:
            self._lines.append(BLANK)
        digits = len(str(sum(item.locked is None for item in self._items)))
        for item in self._items:
            self._lines += item.above(self._column) if item.above else []
            start = len(self._lines)
            if item.locked is None:
                number = f"{len(self._rows) + 1:>{digits}}"
                self._lines += wrap(item.label, self._column, f"  {number}  ", " " * (digits + 4), "choice")
                self._rows.append((start, len(self._lines)))
            else:
                self._lines += self._locked(item.label, item.locked, digits)
            self._lines += item.below(self._column) if item.below else []
            self._ends += [len(self._lines)] * (item.locked is None)
        self._last = len(self._lines)
        self._lines += [BLANK] * self._missing()
        self._beside = None
        self._drawn, self._told = Size(0, 0), False
        self.virtual_size = Size(width, len(self._lines))
        top = self._first if self._place is None else self._line_at(self._place)
        if self._seeks and self._place is None and self._rows:
            fits = self._ends[self.selected] <= self.size.height
            top = 0 if fits else self._rows[self.selected][0] - self.size.height // 3
        self.scroll_to(y=min(max(top, 0), self.max_scroll_y), animate=False, force=True, immediate=True)
        self._top, self._drawn = None, self.size
        if self.styles.auto_dimensions:
            self.refresh(layout=True)

    def _locked(self, label: tuple[Run, ...], reason: tuple[Run, ...], digits: int) -> list[Line]:
        """A choice that can't be taken, and why: beside it, or below where both don't fit on a line."""
        first, rest = " " * (digits + 1) + "-  ", " " * (digits + 4)
        lines = wrap([(text, f"locked {style}") for text, style in label], self._column, first, rest, "locked")
        why = [(text, f"locked {style} em") for text, style in reason]
        if len(lines) == 1 and cell_len(text_of((*lines[0], *why))) + 3 <= self._column:
            return [(*lines[0], ("   ", "locked"), *why)]
        return [*lines, *wrap(why, self._column, rest, rest, "locked")]

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        if self._drawn == self.size and round(old_value) != round(new_value):  # else a resize has moved it
            self._top = int(self.scroll_offset.y)
            self.paint()
            self._tell()

    def _line_at(self, place: int) -> int:
        """The line with the letter that has so many before it."""
        for index, line in enumerate(self._lines):
            place -= _letters(line)
            if place < 0:
                return index
        return len(self._lines)

    def _tell(self) -> None:
        bottom = int(self.scroll_offset.y) + self.size.height
        begun = self._rows and self._rows[0][0] < bottom
        self.post_message(self.Moved(self._last > bottom, sum(end > bottom for end in self._ends) if begun else 0))

    def on_resize(self) -> None:
        if self._drawn != self.size:
            self._lay_out()

    def toned(self, index: int) -> tuple[Line, str, bool]:
        line = self._lines[index]
        if index >= max(self._arrived, self._first):
            return BLANK, "", False
        first, end = self._rows[self.selected] if self.selected < len(self._rows) else (0, 0)
        if not first <= index < end:
            return line, "old" if index < self._old else "", False
        return ((">" + line[0][0][1:], line[0][1]), *line[1:]) if index == first else line, "selected", True

    # --- choosing

    async def press(self, event: events.Key) -> bool:
        """Does what a key is bound to here; whether the key is used up. What was typed at a page before it was painted
        is dropped. A key that chooses waits a moment longer, as long as keys keep coming: so neither a key pressed
        twice nor one that is held down chooses twice."""
        chooses = event.key == "enter" or event.key.isdecimal()
        if self._arriving is not None:  # to press anything is to be ahead of it
            self._arrive_all()
            return chooses or event.key in {"space", "pagedown"}
        if event.time < self._painted or (chooses and event.time < self._open):
            if chooses:
                self._open = max(self._open, event.time + self.GUARD)
            return True
        return await obey(self, event.key)

    def select(self, index: int) -> None:
        self._typed = 0
        if self._rows and index != self.selected:
            self.selected = index
            self.paint()

    def in_view(self, index: int) -> bool:
        top = int(self.scroll_offset.y)
        first, end = self._rows[index][0], self._ends[index]
        return top <= first and (end <= top + self.size.height or end - first > self.size.height)

    @property
    def takes(self) -> bool:
        """Whether Enter does more than bring an option into view."""
        return self.selected >= len(self._rows) or self.in_view(self.selected)

    def action_move(self, step: int) -> None:
        """The next or previous option; where it is out of view, the text moves first."""
        if not self._rows:
            self.scroll_relative(y=step, animate=False)
            return
        if not self.in_view(self.selected):
            self._towards(self.selected)
            return
        target = self.selected + step
        if 0 <= target < len(self._rows):
            self.select(target)
            if not self.in_view(target):
                self._towards(target)
        else:
            self.scroll_relative(y=step, animate=False)

    def _towards(self, index: int, *, numbered: bool = False) -> None:
        """Scrolls towards an option, at most a page down, so that nothing unread is jumped over, but for options above
        one that was asked for by its number."""
        top, height = int(self.scroll_offset.y), self.size.height
        first, end = self._rows[index][0], self._ends[index]
        below = min(self._ends[-1] - height, first)  # with all the options in view, if they fit
        wanted = first if first < top else max(end - height, below)
        if wanted >= top + height - 1 and not (numbered and self._rows[0][0] < top + height):
            wanted = self._next_page()
        elif wanted > top:
            wanted += min(self._blanks(wanted), first - wanted)
        self.scroll_to(y=wanted, animate=False, force=True)
        self._open = max(self._open, _now() + self.GUARD)

    def action_take(self) -> None:
        self._take(self.selected)

    def action_number(self, digit: int) -> None:
        """A digit: takes the choice of that number, unless a longer number may be meant; that waits for its next
        digit, or for Enter, and moves nothing: else the longer number's choice would never come into view."""
        if _now() > self._typed_at + self.PAUSE:
            self._typed = 0
        number, self._typed, self._typed_at = self._typed * 10 + digit, 0, _now()
        if 1 <= number <= len(self._rows):
            self.select(number - 1)
            if number * 10 <= len(self._rows):
                self._typed = number
            else:
                self._take(number - 1, numbered=True)

    def _take(self, index: int, *, numbered: bool = False) -> None:
        if not self._rows or self.taken:
            return
        if self.in_view(index):
            self.taken = True
            self.screen.post_message(self.Chosen(index, self.page))  # which is where it is heard
        else:
            self._towards(index, numbered=numbered)

    def action_page(self, step: int) -> None:
        """A page on or back, less a line."""
        back = int(self.scroll_offset.y) - max(self.size.height - 1, 1)
        self.scroll_to(y=self._next_page() if step > 0 else back, animate=False)

    def _next_page(self) -> int:
        """The line the next page begins with: the last one in view, or, where only the first lines of a block are, the
        first of these. What a block ends with is not shown again, but a heading without what is below it."""
        top = int(self.scroll_offset.y)
        last = end = top + max(self.size.height - 1, 1)
        while end < len(self._lines) and self._is_over(end):
            end += 1
        starts = [n for n in range(end, max(last - CUT, top + 1), -1) if self._begins(n)]
        heads = [n for n in starts if n <= last and self._is_heading(n)]
        return next(iter(heads or [n for n in starts if n > end - CUT]), end)

    def _is_heading(self, index: int) -> bool:
        return any("heading" in style for _, style in self._lines[index])

    def _is_over(self, index: int) -> bool:
        """Whether a line ends a block: a blank one, also of a sheet, or the lower edge of a sheet or a stamp."""
        text = text_of(self._lines[index]).strip(" │║")
        return not text or (text[0] in "└╚╰" and not any(map(str.isalnum, text)))

    def _begins(self, index: int) -> bool:
        """Whether a block of text begins here."""
        return 0 < index < len(self._lines) and self._is_over(index - 1) and not self._is_over(index)

    def _blanks(self, top: int) -> int:
        """Lines to the beginning of a block, where a page would begin with the last lines of the one before."""
        return next((n for n in range(min(CUT + 1, self.size.height // 3)) if self._begins(top + n)), 0)

    def _missing(self) -> int:
        """Blank lines to add, so that the last page does not begin with the last lines of a block."""
        top = self._last - self.size.height
        return 0 if top < 1 or self.styles.auto_dimensions else self._blanks(top)  # else it would grow by them

    def action_edge(self, end: int) -> None:
        self.scroll_to(y=self.max_scroll_y if end else 0, animate=False)

    def action_heading(self, step: int) -> None:
        """To the next heading or the one before; past the last to the bottom, before the first to the top."""
        top = int(self.scroll_offset.y)
        heads = [n for n in range(len(self._lines)) if self._is_heading(n) and not (n and self._is_heading(n - 1))]
        if step > 0:
            target = min([n for n in heads if n > top], default=self.max_scroll_y)
        else:
            target = max([n for n in heads if n < top], default=0)
        self.scroll_to(y=target, animate=False)

    def _row_at(self, event: events.MouseEvent) -> int | None:
        line = event.y + int(self.scroll_offset.y)
        if self.on_bar(event):
            return None
        return next((i for i, (first, end) in enumerate(self._rows) if first <= line < end), None)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        row = self._row_at(event)
        if row is not None:
            self.select(row)

    def on_click(self, event: events.Click) -> None:
        if self._arriving is not None:
            self._arrive_all()
            return
        row = self._row_at(event)
        if row is not None and event.time >= self._open:
            self.select(row)
            self._take(row)


def _letters(line: Line) -> int:
    return sum(map(str.isalnum, text_of(line)))


def _now() -> float:
    """The time by the clock that events carry."""
    return Message().time
