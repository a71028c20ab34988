"""Lines of styled runs in a column, with a margin beside it and a scroll bar at the edge.

The surprising rule: rows are drawn when the text changes, not when Textual asks for them, and painted only where they
differ from what stands on the screen. A new page is painted in half the time so, and no layout of the screen is needed.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise, starmap

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from game.layout import Line, cells, text_of
from game.tui.themes import style_of

ASIDE = 110  # the width from which there is room for words in the right margin
Aside = Callable[[int], list[Line]]  # what stands there: width -> lines
Drawn = tuple[list[tuple[str, Style]], int]  # a line as it is painted, and its width in cells


class _Row(Strip):
    """A strip that does not remember itself, as Textual's do: in a circle each would stay until the collector came."""

    __slots__ = ()

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        cuts = list(cuts)
        return [self] if cuts == [self.cell_length] else super().divide(cuts)


class Paper(ScrollView, can_focus=False):
    """Subclasses fill it (`_lines`, `_column`, `_aside`), give its lines their tone, and `paint` what has changed."""

    class Painted(Message):
        """All rows stand on the screen; `page` is the number they were painted under."""

        def __init__(self, page: int) -> None:
            super().__init__()
            self.page = page

    virtual_size = Reactive(Size(0, 0), repaint=False)  # Textual's own lays the whole screen out anew

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name for it
        super().__init__(id=id)
        self.page = 0  # how often a page was shown
        self._lines: list[Line] = []
        self._column = 0  # the width of a line of text
        self._told = False  # that the page is painted
        self._styles: dict[str, Style] = {}
        self._kept: dict[tuple[int, str], tuple[Line, Drawn]] = {}  # what was drawn last, by identity and tone
        self._kept_for = 0, 0  # the width and the column's
        self._aside: Aside | None = None
        self._beside: list[Drawn] | None = None  # its lines; None until they are drawn
        self._shown: list[list[Segment]] = []  # what stands on the screen
        self._shown_for = Size(0, 0)  # the size it was drawn for; none where what stands there is not known
        self._strips: list[Strip] = []  # the same, for Textual

    def toned(self, index: int) -> tuple[Line, str, bool]:
        """A line as it is to be drawn now: its runs, the style names that come before theirs, and whether these go on
        to the end of the column."""
        raise NotImplementedError

    # --- painting

    def paint(self) -> None:
        """Paints the rows that differ from what stands on the screen, and says so."""
        if self._shown_for != self.size:  # Textual will ask for all of them
            self.refresh()
            return
        if changed := self._draw():
            breaks = [i for i in range(1, len(changed)) if changed[i] > changed[i - 1] + 1]
            blocks = [changed[a:b] for a, b in pairwise([0, *breaks, len(changed)])]
            self.refresh(*[Region(0, rows[0], self._shown_for.width, len(rows)) for rows in blocks])
        else:
            self._say_painted()

    def forget(self) -> None:
        """Lets go of what was drawn; it is drawn again when it is asked for."""
        self._kept.clear()
        self._shown_for, self._shown, self._strips = Size(0, 0), [], []

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles.clear()
        self._kept.clear()
        self._shown_for, self._beside = Size(0, 0), None  # the new styles are not known before they are asked for

    def render_lines(self, crop: Region) -> list[Strip]:
        if self._shown_for != self.size:
            self._draw()
        self._say_painted()
        strips = self._strips[crop.y : crop.bottom]
        return strips if crop.width == self.size.width else [strip.crop(crop.x, crop.right) for strip in strips]

    def _say_painted(self) -> None:
        if not self._told:
            self._told = True
            self.post_message(self.Painted(self.page))  # it is read when all that is being painted has been written

    def _draw(self) -> list[int]:
        """Draws the rows in view; those that are new."""
        width, height = self.size
        top, base = int(self.scroll_offset.y), self._style("")
        thumb, bar = self._thumb(height, top), (" ", self._style("thumb"))
        if self.app.native_ansi_color:  # which have none between the ground and the letters
            bar = ("▐", self._style("rule"))
        kept, self._kept = self._kept, {}
        if self._kept_for != (width, self._column):
            kept.clear()
            self._kept_for = width, self._column
        if self._beside is None:
            self._beside = self._draw_aside()
        known, self._shown = self._shown if self._shown_for == self.size else [], []
        self._shown_for = self.size
        strips, self._strips = self._strips, []
        changed = []
        margin = max((width - self._column) // 2, 0)
        for y in range(height):
            beside, taken = self._beside[y] if y < len(self._beside) else ([], 0)
            line, used = self._line(top + y, margin, kept)
            end = width - taken - 1
            if used > end:
                line, used = _cut(line, end), end
            row = _joined([*line, (" " * (end - used), base), *beside, bar if y in thumb else (" ", base)])
            if known and row == known[y]:
                strip = strips[y]
            else:
                changed.append(y)
                strip = _Row(row, width)
            self._shown.append(row)
            self._strips.append(strip)
        return changed

    def _line(self, index: int, margin: int, kept: dict[tuple[int, str], tuple[Line, Drawn]]) -> Drawn:
        """A line from the left edge on, drawn unless it is among those kept."""
        if not 0 <= index < len(self._lines):
            return [], 0
        line, tone, fills = self.toned(index)
        key = id(line), tone
        if key in kept:
            self._kept[key] = kept[key]
            return kept[key][1]
        used = margin + cells(text_of(line))
        runs = [(" " * margin, self._style("")), *[(text, self._style(f"{tone} {style}")) for text, style in line]]
        if fills:
            rest = max(margin + self._column - used, 0)
            return [*runs, (" " * rest, self._style(tone))], used + rest
        self._kept[key] = line, (runs, used)
        return runs, used

    def _draw_aside(self) -> list[Drawn]:
        """What stands in the right margin: lines as wide as it is."""
        room = (self.size.width - self._column) // 2 - 6
        if self._aside is None or self.app.size.width < ASIDE:
            return []
        drawn = []
        for line in self._aside(min(room, 26)):
            runs = [(text, self._style(style)) for text, style in line]
            rest = room + 2 - cells(text_of(line))
            drawn.append(([*runs, (" " * rest, self._style(""))], room + 2))
        return drawn

    def _style(self, names: str) -> Style:
        """The style of names joined by spaces, the later over the earlier, in the colours that there are."""
        if names not in self._styles:
            style = self.rich_style
            for name in names.split():
                style += style_of(name, self.app.theme_variables, named=self.app.native_ansi_color)
            if {"selected", "echo", "stamp"} & {*names.split()}:
                style += Style(dim=False)  # which would be hard to read where it is reversed, green or red
            if "selected" in names and style.reverse:
                style += Style(color=self.rich_style.color)  # one of its own would be what it lies on
            drawn = [Segment(" ", style)]
            for line_filter in self.get_line_filters():
                drawn = line_filter.apply(drawn, self.background_colors[1])
            self._styles[names] = drawn[0].style or style
        return self._styles[names]

    # --- the scroll bar

    def _thumb(self, height: int, top: int) -> range:
        """The rows on which the bar shows what part of the text is in view; none where all of it is."""
        if self.max_scroll_y < 1:
            return range(0)
        size = max(round(height * height / len(self._lines)), 1)
        start = round((height - size) * top / self.max_scroll_y)
        return range(start, start + size)

    def on_bar(self, event: events.MouseEvent) -> bool:
        """Whether the mouse is on the scroll bar, or has it."""
        return self.app.mouse_captured is self or (event.x == self.size.width - 1 and self.max_scroll_y > 0)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if self.on_bar(event):
            self.capture_mouse()
            self._drag(event.y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self:
            self._drag(event.y)

    def on_mouse_up(self) -> None:
        self.release_mouse()

    def _drag(self, y: int) -> None:
        self.scroll_to(y=round(y * self.max_scroll_y / max(self.size.height - 1, 1)), animate=False)


def _joined(runs: list[tuple[str, Style]]) -> list[Segment]:
    """Runs as segments, as few as there can be: neighbours of one style as one, and blanks as a neighbour they look the
    same in; none is empty."""
    joined: list[Segment] = []
    text, style = runs[0]
    for more, other in runs[1:]:
        if other is style or (more.isspace() and _alike(style, other)):
            text += more
        elif more:
            if text and not (text.isspace() and _alike(style, other)):
                joined.append(Segment(text, style))
                text = ""
            text, style = text + more, other
    return [*joined, Segment(text, style)] if text else joined


@lru_cache(maxsize=256)
def _alike(one: Style, other: Style) -> bool:
    """Whether a blank looks the same in two styles."""
    drawn = any(style.reverse or style.underline or style.strike for style in (one, other))
    return one.bgcolor == other.bgcolor and not drawn


def _cut(runs: list[tuple[str, Style]], width: int) -> list[tuple[str, Style]]:
    """Runs as wide as there is room, where a line is wider."""
    cut = Strip(starmap(Segment, runs)).crop(0, width)
    return [(text, style) for text, style, _ in cut if style is not None]
