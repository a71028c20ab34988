"""The Textual app: wiring only. What a screen shows is its own business; what a step does is the session's."""

import asyncio
import contextlib
import signal
from typing import ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType

from game.layout import Line, wrap
from game.play.saves import SaveError
from game.play.session import Session
from game.play.slots import Play, Slots
from game.settings import Settings, Value
from game.tui.drawing import paragraph, spaced
from game.tui.screens.base import PageScreen, Panel, is_letter
from game.tui.screens.begin import BeginScreen
from game.tui.screens.scene import SceneScreen
from game.tui.screens.settings import SettingsScreen
from game.tui.screens.title import TitleScreen
from game.tui.themes import LAMP, THEMES

KEYS = (
    ("1 to 9", "take a choice"),
    ("up, down, Tab", "move between choices; Enter takes one"),
    ("Space, PgUp, PgDn", "move the text"),
    ("u", "undo the last step, back to the first page"),
    ("e", "evidence: the facts behind this scene, people, places and terms"),
    ("f", "the file: every document seen so far"),
    ("j", "the journal: what was chosen, and what the record says"),
    ("v", "scenes of violence in full or by a short summary"),
    ("s", "settings: theme, column, keys and more"),
    ("Escape", "one step back"),
    ("?", "this help"),
    ("q", "save and quit"),
)


class GameApp(App[int]):
    """Plays one story. `slot` opens a save at once, `play` a play that is already going."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "leave", "Save and quit", show=False, priority=True)]
    CSS_PATH = "game.tcss"
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self, slots: Slots, slot: str | None = None, play: Play | None = None, settings: Settings | None = None
    ) -> None:
        super().__init__()
        self.slots, self.slot, self.play = slots, slot, play
        self.settings = settings or Settings()
        self.refused = ""  # why what was played last could not be saved
        self.title = slots.story.title

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The names of our own that `game.tcss` uses, for any theme that does not set them."""
        return LAMP.variables

    def on_mount(self) -> None:
        if not self.is_headless:
            self._obey_signals()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self.settings.theme
        for note in self.settings.notes:
            self.notify(note, severity="warning", markup=False)
        self.push_screen(TitleScreen(self.slots))
        if self.play is not None:
            self.push_screen(SceneScreen(self.play))
        elif self.slot is not None and self.slots.exists(self.slot):
            self.resume(self.slot)
        elif self.slot is not None:
            self.begin(self.slot)

    def _obey_signals(self) -> None:
        """A terminal that closes, or a system that shuts down, ends the game as `q` does."""
        with contextlib.suppress(NotImplementedError, AttributeError):  # Windows has neither
            for number in (signal.SIGTERM, signal.SIGHUP):
                asyncio.get_running_loop().add_signal_handler(number, self.leave)

    def change(self, name: str, value: Value) -> None:
        """Gives a setting another value, seen at once, and keeps it."""
        refused = self.settings.change(name, value)
        if refused:
            self.notify(refused, severity="error", markup=False)
        self.theme = self.settings.theme
        for screen in self.screen_stack:
            if isinstance(screen, PageScreen):
                screen.setting_changed()

    async def on_event(self, event: events.Event) -> None:
        """Where keys of one letter are off, they only type."""
        if (
            isinstance(event, events.Key)
            and not self.settings.letters
            and is_letter(event.key)
            and not (self.focused and self.focused.check_consume_key(event.key, event.character))
        ):
            return
        await super().on_event(event)

    def begin(self, slot: str) -> None:
        """A new play in a slot: first the questions, then the first scene."""

        def done(session: Session) -> None:
            self.switch_screen(SceneScreen(Play(session, self.slots, slot)))

        self.push_screen(BeginScreen(self.slots.story, done))

    def resume(self, slot: str, *, previous: bool = False) -> bool:
        """Goes on with the play in a slot; where it can't be, says why."""
        try:
            play, notes = self.slots.resume(slot, previous=previous)
        except SaveError as error:
            self.notify(str(error), severity="error", markup=False)
            return False
        self.push_screen(SceneScreen(play, notes))
        return True

    def leave(self) -> None:
        """Quits; whatever was being played is saved."""
        for screen in self.screen_stack:
            if isinstance(screen, SceneScreen):
                screen.save()
                self.refused = screen.refused
        self.exit(0)

    def action_leave(self) -> None:
        self.leave()

    async def action_quit(self) -> None:
        """Textual's own way out, Ctrl+Q."""
        self.leave()

    def action_settings(self) -> None:
        self.push_screen(SettingsScreen())

    def action_help(self) -> None:
        self.push_screen(Panel("Help", _help))


def _help(width: int) -> list[Line]:
    rows: list[Line] = []
    for keys, text in KEYS:
        rows += wrap([(text, "")], width, f"{keys:<19}", " " * 19, "strong")
    return spaced([paragraph("Your play is saved after every step.", width), rows])


def run(slots: Slots, slot: str | None, play: Play | None, settings: Settings) -> int:
    """Plays on the terminal until the player quits; the exit code. Raises SaveError where the play was not saved."""
    app = GameApp(slots, slot, play, settings)
    code = app.run() or app.return_code or 0
    if app.refused:
        raise SaveError(app.refused)
    return code
