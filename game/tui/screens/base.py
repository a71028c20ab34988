"""What all screens share: a header line, a Reader, a footer line, and Escape for one step back."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, ClassVar, NamedTuple, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Input, Static

from game.layout import Line, Run
from game.tui.drawing import Draw
from game.tui.widgets.reader import Document, Item, Reader, bound_by, keys_of, obey

if TYPE_CHECKING:
    from game.play.slots import Slots
    from game.tui.app import GameApp

SHORT = 16  # rows below which the rule gives its place to text
BARS = 120  # cells: the bars get no wider, and stand in the middle as the text does
TINY = 10  # rows below which the header, the gauges and the margins do, too
LEAST = Size(20, 5)  # below which there is no page


def is_letter(key: str) -> bool:
    return len(key) == 1 and key.isalpha()


def is_too_small(size: Size) -> bool:
    return size.width < LEAST.width or size.height < LEAST.height


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
        if content.plain != self.shown.plain:
            self.shown = content
            self.update(content, layout=self.styles.auto_dimensions)


class Header(Bar):
    """Where one is, at the right when, and a rule below. What there is no room for is cut, of where before when."""

    where, when = "", ""
    fitted: object = None  # what it was fitted for

    def fit(self, width: int) -> None:
        if self.fitted == (self.where, self.when, width):
            return
        self.fitted = self.where, self.when, width
        when = Content(self.when).truncate(width * 7 // 10, ellipsis=True)
        gap = "  " if when else ""
        where = Content(self.where).truncate(max(width - when.cell_length - len(gap), 0), ellipsis=True, pad=True)
        self.set(Content.assemble(where, gap, when, "\n", ("─" * width, "$rule")))


class Field(Input):
    """A line to type on. Of a paste it takes what there is room for, where Textual's own takes nothing."""

    def on_paste(self, event: events.Paste) -> None:
        line = next(iter(event.text.splitlines()), "")
        if self.max_length is not None:
            line = line[: max(self.max_length - len(self.value) + len(self.selected_text), 0)]
        event.text = line


def typed(most: int, done: str = "Go on") -> Iterable[Widget]:
    """A field for at most so many characters, and words to click in place of Enter. A screen shows them while it has
    the class `-typed`."""
    field = Field(id="answer", classes="column", max_length=most, select_on_focus=False)
    field.cursor_blink = False
    with Vertical(id="ask"):
        yield field
        yield GoOn(done, id="go_on", classes="column", markup=False)


class GoOn(Bar):
    """What Enter does in a field, for a player who has only a mouse."""

    async def on_click(self) -> None:
        await self.screen.query_one(Input).action_submit()


Hint = tuple[str, str]  # a key, as Textual names it, and the word for what it does


class Hints(Bar):
    """What keys do, as many as there is room for, the first and the way back before those between them. A click on one
    does what its key does."""

    GAP = "  "
    KEPT: ClassVar = {"escape", "p", "question_mark"}  # that go on every screen

    def set_hints(self, hints: Sequence[Hint], width: int, *, letters: bool) -> None:
        """Without `letters`, keys of one letter are left out; their words can still be clicked."""
        shown = [
            Content.assemble(
                (f"{name} " if (name := key_for(key, letters=letters)) else "", "bold not dim"), word
            ).stylize(Style.from_meta({"@click": f"screen.press({key!r})"}))
            for key, word in hints
        ]
        less = [n for n, (key, _) in enumerate(hints) if n and key not in self.KEPT]
        while len(shown) > 1 and Content(self.GAP).join(shown).cell_length > width:
            del shown[less.pop() if less else -1]
        self.set(Content(self.GAP).join(shown))


def key_for(key: str, *, letters: bool) -> str:
    """The name of a key; without `letters`, of another that does the same, '' where none does."""
    return key_name(key) if letters or not is_letter(key) else {"p": "ctrl+p", "q": "ctrl+c"}.get(key, "")


def key_name(key: str) -> str:
    """A key as people call it."""
    names = {"question_mark": "?", "escape": "esc", "pagedown": "PgDn", "pageup": "PgUp"}
    return names.get(key, key)


class PageScreen(Screen[None], inherit_bindings=False):
    """A page. Subclasses fill it in `on_mount` and do what is `chosen`.

    A key's description is its word in the line of keys; its tooltip says what it does, in the help and the palette.
    """

    KEYS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "back", tooltip="Go one step back"),
        Binding("p", "app.command_palette", "actions", tooltip="All actions, to search and pick"),
        Binding("question_mark", "app.help", "help", tooltip="Help: every key and what it does"),
    ]
    AUTO_FOCUS = ""  # a field takes the keys where something is to be typed; else they are the Reader's
    FIRST: ClassVar[Sequence[Hint]] = ()  # what stands before the screen's own keys
    HEADED: ClassVar = True  # it tells where one is
    READER: ClassVar[type[Reader]] = Reader
    BESIDE: ClassVar[frozenset[str]] = frozenset()  # keys that are obeyed on a panel over it, too
    ABOUT = "Your play is saved after every step. With the mouse, click a choice or a word in the line of keys."  # help
    more = False  # text is below what is in view
    below = 0  # how many options, where nothing else is

    def compose(self) -> ComposeResult:
        if self.HEADED:
            yield Header(id="header", markup=False)
        yield self.READER(id="reader")
        yield from self.compose_more()
        yield Hints(id="keys", markup=False)

    def compose_more(self) -> Iterable[Widget]:
        return ()

    @property
    def game(self) -> "GameApp":
        return cast("GameApp", self.app)

    @property
    def reader(self) -> Reader:
        return self.query_one(Reader)

    def head(self, where: str, when: str = "") -> None:
        header = self.query_one(Header)
        header.where, header.when = where, when
        header.fit(self.room)

    @property
    def room(self) -> int:
        """Cells for the text of a bar."""
        return max(min(self.app.size.width, BARS) - 4, 0)

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
        self.write_hints()

    def story_changed(self, slots: "Slots") -> None:
        """The story was saved while it is watched: `slots` are those of the last version that can be played."""

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < SHORT, "-short")
        self.set_class(event.size.height < TINY, "-tiny")
        self.set_class(is_too_small(event.size), "-small")
        left = 0 if is_too_small(event.size) else max((event.size.width - BARS) // 2, 0)
        for bar in self.query("#header, #gauges, #keys"):
            bar.styles.offset = left, 0
        for header in self.query(Header):
            header.fit(self.room)
        self.write_hints()

    # --- the line of keys

    def on_reader_moved(self, event: Reader.Moved) -> None:
        self.more, self.below = event.more, event.options
        self.write_hints()

    def write_hints(self) -> None:
        """What keys do, or that there is no room for a page: the line is then as large as the screen."""
        if is_too_small(self.app.size):
            self.query_one(Hints).set(f"A little larger, please: {LEAST.width} x {LEAST.height}.")
            return
        typed = self.has_class("-typed")  # where the space bar writes a space
        word = f"more ({self.below} below)" if self.below else "more"
        more: list[Hint] = [("space", word)] if self.more and not typed else []
        hints = [hint for hint in self.hints() if hint != ("enter", "choose") or self.reader.takes]
        self.query_one(Hints).set_hints([*more, *hints], self.room, letters=self.game.settings.letters)

    def hints(self) -> Sequence[Hint]:
        return (*self.FIRST, *((b.key, b.description) for b in self.bindings if b.show))

    @property
    def bindings(self) -> Sequence[Binding]:
        """What keys do here, as it is told."""
        return bindings_of(type(self))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        return self.game.check_action(action, parameters)

    async def action_press(self, key: str) -> None:
        """Does what a key is bound to, whether or not keys of one letter are on."""
        done = (self.focused is None and await obey(self.reader, key)) or await self.obey(key)
        if not done and (bound := self.active_bindings.get(key)) is not None:
            await self.app.run_action(bound.binding.action, bound.node)

    # --- the page

    async def on_key(self, event: events.Key) -> None:
        """The Reader's keys come first, unless they go to a field."""
        if (self.focused is None and await self.reader.press(event)) or await self.obey(event.key):
            event.stop()

    async def obey(self, key: str) -> bool:
        """Does what a key is bound to here, if anything."""
        return await obey(self, key)

    def on_screen_suspend(self) -> None:
        """What is covered is not kept as it was drawn."""
        self.reader.forget()

    def on_screen_resume(self) -> None:
        """Back from what was opened over it: an option can be taken again."""
        self.reader.taken = False

    def on_reader_chosen(self, event: Reader.Chosen) -> None:
        if event.page == self.reader.page and self.is_current:  # else another key has turned the page, or left it
            self.chosen(event.index)

    def chosen(self, index: int) -> None:
        """The item of that index, among those that can be taken."""

    def action_back(self) -> None:
        self.app.pop_screen()


@cache
def bindings_of(screen: type[PageScreen]) -> tuple[Binding, ...]:
    """What a kind of screen binds, its own before what all screens do; where it binds a key anew, as it does."""
    kinds: list[type[PageScreen]] = [kind for kind in screen.__mro__ if issubclass(kind, PageScreen)]
    newest = keys_of(screen)
    return tuple(b for kind in [*kinds[-2::-1], kinds[-1]] for b in bound_by(kind) if newest[b.key] is b)


class Way(NamedTuple):
    """An option of a panel, and what taking it does."""

    label: Sequence[Run] | str
    take: Callable[[], object]


class Panel(PageScreen):
    """Something to read over the story, with ways on below it; the last leads back. So does the `key` that opened it;
    the keys of what else lies beside the page lead there."""

    key = ""

    def __init__(
        self,
        title: str,
        draw: Draw,
        ways: Sequence[Way] = (),
        *,
        at_end: bool = False,
        marked: int = 0,
        seek: bool = False,
    ) -> None:
        super().__init__()
        self.marked, self.seek = marked, seek  # the way that is marked at first, and whether it is to be in view
        self.panel_title, self.draw, self.at_end = title, draw, at_end
        self.ways = [*ways, Way("Back", self.action_back)]

    def on_mount(self) -> None:
        self.head(self.panel_title)
        self.show()

    def show(self) -> None:
        """At its beginning, or `at_end`, with the newest text in view."""

        def document(width: int) -> tuple[list[Line], int]:
            lines = self.draw(width)
            return lines, len(lines) if self.at_end else 0

        labels = [((way.label, ""),) if isinstance(way.label, str) else tuple(way.label) for way in self.ways]
        self.reader.show(document, [Item(label) for label in labels], selected=self.marked, seek=self.seek)

    @property
    def page(self) -> PageScreen:
        """What it lies on."""
        pages = (s for s in reversed(self.app.screen_stack) if isinstance(s, PageScreen) and not isinstance(s, Panel))
        return next(pages, self)

    @property
    def bindings(self) -> Sequence[Binding]:
        page = self.page
        beside = [b for b in bindings_of(type(page)) if b.key in page.BESIDE and b.key != self.key]
        return (*beside, *super().bindings)

    async def obey(self, key: str) -> bool:
        if await super().obey(key):
            return True
        page = self.page
        if key not in page.BESIDE:
            return False
        self.game.back_to(type(page))
        return key == self.key or await page.obey(key)

    def hints(self) -> Sequence[Hint]:
        return [("enter", "choose"), *super().hints()] if len(self.ways) > 1 else super().hints()

    def chosen(self, index: int) -> None:
        self.reader.taken = False  # what it leads to may come back
        self.ways[index].take()
