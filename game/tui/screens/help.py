"""The help and the palette: both read the bindings, so that neither can say what no key does."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual.app import App
from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.screen import Screen

from game.layout import Line, wrap
from game.settings import SETTINGS
from game.tui.drawing import paragraph, spaced
from game.tui.screens.base import Hint, PageScreen, Panel, key_for
from game.tui.widgets.reader import Reader, keys_of

if TYPE_CHECKING:
    from game.tui.app import GameApp


def does(app: App[Any], screen: Screen[Any]) -> list[Binding]:
    """What can be done on a screen, in the order it is told; moving about in a text is not among it."""
    own = screen.bindings if isinstance(screen, PageScreen) else ()
    bound = [*own, *Binding.make_bindings(vars(type(app))["BINDINGS"])]
    return [binding for binding in bound if binding.tooltip]


class HelpScreen(Panel):
    """Every key of the screen it is opened over."""

    def __init__(self, app: App[Any], over: Screen[Any]) -> None:
        keys: dict[str, list[str]] = {}
        reader = over.READER if isinstance(over, PageScreen) else Reader
        letters = not isinstance(over, PageScreen) or over.game.settings.letters
        for binding in (*keys_of(reader).values(), *does(app, over)):
            name, known = key_for(binding.key, letters=letters), keys.get(binding.tooltip, [])
            if name and name not in known:
                keys[binding.tooltip] = [*known, name]
        about = over.ABOUT if isinstance(over, PageScreen) else PageScreen.ABOUT
        super().__init__("Help", partial(draw_keys, about, {joined(names): text for text, names in keys.items()}))

    def hints(self) -> Sequence[Hint]:
        return [hint for hint in super().hints() if hint[1] != "help"]


def joined(names: list[str]) -> str:
    """Keys that do one thing, as one phrase."""
    return f"{names[0]} to {names[-1]}" if len(names) > 2 and names[0].isdecimal() else ", ".join(names)


def draw_keys(about: str, keys: dict[str, str], width: int) -> list[Line]:
    column = min(max(map(len, keys), default=0) + 2, width // 2)
    rows: list[Line] = []
    for names, text in keys.items():
        rows += wrap([(text, "")], width, f"{names:<{column}}", " " * column, "strong")
    return spaced([paragraph(about, width), rows])


def key_column(app: "GameApp", screen: Screen[Any]) -> int:
    """Cells for the keys in the palette."""
    names = (key_for(binding.key, letters=app.settings.letters) for binding in does(app, screen))
    return max(map(len, names), default=0) + 3


class Values(Provider):
    """Every value of every setting, for the command palette: what one types finds them, and none is listed before."""

    async def search(self, query: str) -> Hits:
        matcher, app = self.matcher(query), cast("GameApp", self.app)
        gap = " " * key_column(app, self.screen)
        for name, setting in SETTINGS.items():
            for value, words in setting.values.items():
                now = " (now)" if getattr(app.settings, name) == value else ""
                text = f"{setting.label}: {words}{now}"
                if (score := matcher.match(text)) > 0:
                    change = partial(app.change, name, value)
                    shown = Content.assemble(gap, matcher.highlight(text))
                    yield Hit(score * 0.9, shown, change, text)  # below an action that fits as well, in every run


class Actions(Provider):
    """What a screen can do, for the command palette: each by the words of its binding, its key before them."""

    def found(self) -> dict[str, Binding]:
        bound: dict[str, Binding] = {}
        for binding in does(self.app, self.screen):
            if "command_palette" not in binding.action:
                bound.setdefault(binding.tooltip, binding)
        return bound

    def row(self, text: Content, binding: Binding) -> Content:
        app = cast("GameApp", self.app)
        name = key_for(binding.key, letters=app.settings.letters)
        return Content.assemble((f"{name:<{key_column(app, self.screen)}}", "bold"), text)

    async def run(self, binding: Binding) -> None:
        await self.screen.run_action(f"press({binding.key!r})")

    async def discover(self) -> Hits:
        for text, binding in self.found().items():
            yield DiscoveryHit(self.row(Content(text), binding), partial(self.run, binding), text)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for text, binding in self.found().items():
            if (score := matcher.match(text)) > 0:
                yield Hit(score, self.row(matcher.highlight(text), binding), partial(self.run, binding), text)
