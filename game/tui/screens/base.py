"""What all screens share: a header line, a Reader, a footer line, and Escape for one step back."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Rule, Static

from game.layout import Line
from game.tui.drawing import Draw
from game.tui.widgets.reader import Document, Item, Reader

if TYPE_CHECKING:
    from game.tui.app import GameApp

SHORT = 16  # rows below which the rule and the margins give their place to text
TINY = 8  # rows below which the header and the gauges do, too
NAMES = {"?": "question_mark", "esc": "escape"}  # of keys, as hints say them and as Textual does


def is_letter(key: str) -> bool:
    return len(key) == 1 and key.isalpha()


def whole(draw: Draw) -> Document:
    """A document that is new from its first line."""
    return lambda width: (draw(width), 0)


def items(labels: Sequence[str]) -> list[Item]:
    return [Item(((label, ""),)) for label in labels]


class Bar(Static):
    """One line of plain text: story text in it is never read as markup."""

    shown = Content()

    def set(self, text: str | Content) -> None:
        content = Content(text) if isinstance(text, str) else text
        if content.plain != self.shown.plain:  # an update lays the screen out anew
            self.shown = content
            self.update(content)


class Hints(Bar):
    """What keys do, in pairs of a key and a word or more, two spaces or more apart. A click on one does the same."""

    def set_hints(self, text: str, *, letters: bool) -> None:
        """Without `letters`, keys of one letter are left out, and their words can still be clicked."""
        parts = re.split("(  +)", text)
        self.update(Content.assemble(*(p if p.isspace() else self._hint(p, letters=letters) for p in parts)))

    @staticmethod
    def _hint(hint: str, *, letters: bool) -> Content:
        key, _, words = hint.partition(" ")
        return Content(words if not letters and is_letter(key) else hint).stylize(
            Style.from_meta({"@click": f"screen.press('{NAMES.get(key, key)}')"})
        )


class PageScreen(Screen[None]):
    """A page. Subclasses fill it in `on_mount` and do what is `chosen`."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "Back")]
    KEYS = "esc back"
    more = False  # text below what is in view

    def compose(self) -> ComposeResult:
        with Horizontal(id="header"):
            yield Bar(id="where", markup=False)
            yield Bar(id="when", markup=False)
        yield Rule(id="rule")
        yield Reader(id="reader")
        yield from self.compose_more()
        yield Bar(id="gauges", markup=False)
        yield Hints(id="keys", markup=False)

    def compose_more(self) -> Iterable[Widget]:
        return ()

    @property
    def game(self) -> "GameApp":
        return cast("GameApp", self.app)

    @property
    def reader(self) -> Reader:
        return self.query_one(Reader)

    def bars(self, where: str = "", when: str = "", gauges: str | Content = "") -> None:
        for name, text in (("#where", where), ("#when", when), ("#gauges", gauges)):
            self.query_one(name, Bar).set(text)
        self.set_class(not gauges, "-bare")

    def on_mount(self) -> None:
        """Textual calls this one too, after a subclass's own."""
        PageScreen.setting_changed(self)

    def setting_changed(self) -> None:
        """A setting has another value."""
        settings = self.game.settings
        self.set_class(not settings.gauges, "-no-gauges")
        self.reader.set_widest(settings.column)
        for widget in self.query(".column"):
            widget.styles.width = settings.column
        self._write_hints()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < SHORT, "-short")
        self.set_class(event.size.height < TINY, "-tiny")

    def on_reader_moved(self, event: Reader.Moved) -> None:
        self.more = event.more
        self._write_hints()

    def _write_hints(self) -> None:
        hints = f"space more   {self.hints()}" if self.more else self.hints()
        self.query_one(Hints).set_hints(hints, letters=self.game.settings.letters)

    async def action_press(self, key: str) -> None:
        """Does what a key is bound to, whether or not keys of one letter are on."""
        bound = self.active_bindings.get(key)
        if bound is not None:
            await self.app.run_action(bound.binding.action, bound.node)

    def on_reader_chosen(self, event: Reader.Chosen) -> None:
        if event.page == self.reader.page:  # else another key has turned the page before
            self.chosen(event.index)

    def chosen(self, index: int) -> None:
        """The item of that index, among those that can be taken."""

    def hints(self) -> str:
        return self.KEYS

    def action_back(self) -> None:
        self.app.pop_screen()


class Panel(PageScreen):
    """Something to read over the story: evidence, the file, the journal, help."""

    def __init__(self, title: str, draw: Draw) -> None:
        super().__init__()
        self.panel_title, self.draw = title, draw

    def on_mount(self) -> None:
        self.bars(self.panel_title)
        self.reader.show(whole(self._lines), items(["Back"]))

    def _lines(self, width: int) -> list[Line]:
        return self.draw(width)

    def chosen(self, index: int) -> None:  # noqa: ARG002  # there is one
        self.action_back()
