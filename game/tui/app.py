"""The Textual app: wiring only. What a screen shows is its own business; what a step does is the session's."""

import asyncio
import contextlib
import gc
import os
import select
import signal
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, cast

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen

from game.errors import InputError, SaveError
from game.layout import balanced, text_of
from game.play.shelf import Shelf
from game.settings import Settings, Value
from game.story.cover import Cover, cover_of
from game.tui.screens.base import SHORT, TINY, PageScreen, is_letter, is_too_small
from game.tui.screens.title import TitleScreen
from game.tui.themes import EIGHT_BIT, LAMP, SIXTEEN, THEMES

if TYPE_CHECKING:  # the title page does without
    from textual.command import Provider

    from game.play.session import Session
    from game.play.slots import Play, Slots
    from game.story.model import Story
    from game.tui.screens.scene import SceneScreen
    from game.watch import Opening, Watch


# What only some page needs is imported when it first does: the title page does not wait for it.


def _actions() -> "type[Provider]":
    from game.tui.screens.help import Actions

    return Actions


def _values() -> "type[Provider]":
    from game.tui.screens.help import Values

    return Values


def _settle() -> None:
    """What is there now stays: collecting garbage among 10,000 scenes would hold a key up for a third of a second."""
    if not gc.isenabled():  # as `play` left it
        gc.freeze()
        gc.enable()


READ = 1.5  # seconds in which a note is read
SEARCH = "Type a few letters of it. Enter takes, Escape goes back."


class Unread(NamedTuple):
    """A story of which only the cover is read. `read` raises InputError where it can't be played."""

    cover: Cover
    read: "Callable[[], Story]"


class GameApp(App[int]):
    """Plays one story. `slot` opens a save at once, `play` a play that is already going; `opening` is for a story that
    can't be played yet, `unread` for one that is read behind its title page, `voting` for a class."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "leave", "quit", show=False, priority=True, tooltip="Save and quit"),
        Binding("ctrl+z", "suspend_process", show=False),
        Binding(
            "ctrl+p", "command_palette", "actions", show=False, priority=True, tooltip="All actions, to search and pick"
        ),
    ]
    CSS_PATH = "game.tcss"
    COMMANDS: ClassVar[set["type[Provider] | Callable[[], type[Provider]]"]] = {
        _actions,
        _values,
    }  # in place of Textual's own

    def __init__(
        self,
        shelf: Shelf,
        slot: str | None = None,
        play: "Play | None" = None,
        settings: Settings | None = None,
        watch: "Watch | None" = None,
        opening: "Opening | None" = None,
        *,
        unread: Unread | None = None,
        voting: bool = False,
    ) -> None:
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)  # else Textual draws it in greys
        self.shelf, self.slot, self.play = shelf, slot, play
        self.unread = unread
        self.unreadable: InputError | None = None  # why the story can't be played
        self.settings = settings or Settings()
        self.watching, self.opening, self.voting = watch, opening, voting
        self.signals: Sequence[signal.Signals] = ()  # that end the game as `q` does
        self.ended_by: signal.Signals | None = None
        self.saved: Path | None = None  # where what was played last is saved
        self.refused = ""  # why what was played last could not be saved
        self.held: Play | None = None  # what was played last, where it could not
        self.said, self.told = "", 0.0  # what was last said in passing, and when
        self.title = self.cover.title
        for theme in {"standard": SIXTEEN, "256": EIGHT_BIT}.get(self.console.color_system or "", THEMES):
            self.register_theme(theme)
        self.theme = self.styled = self.settings.theme
        self.stylesheet.set_variables(self.get_css_variables())  # of this theme: nothing is parsed for another one

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The names of our own that `game.tcss` uses, for any theme that does not set them."""
        return LAMP.variables

    def get_default_screen(self) -> TitleScreen:
        return TitleScreen(self.shelf, self.cover)

    @property
    def cover(self) -> Cover:
        return cover_of(self.slots.story) if self.unread is None else self.unread.cover

    @property
    def slots(self) -> "Slots":
        """The saves, of a story that is read."""
        return cast("Slots", self.shelf)

    def refresh_css(self, animate: bool = True) -> None:
        """Not for the theme it begins with, in whose colours the style sheet is read already."""
        if self.theme != self.styled:
            super().refresh_css(animate)
            self.styled = self.theme

    def on_load(self) -> None:
        """Before the terminal is taken over, so that no signal can end the game without giving it back."""
        loop = asyncio.get_running_loop()
        for number in self.signals:
            with contextlib.suppress(NotImplementedError):  # Windows
                loop.add_signal_handler(number, self._end, number)
        if self.signals and hasattr(select, "poll"):
            threading.Thread(target=self._watch, args=(loop,), daemon=True).start()

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Ends the game when its terminal is closed and no signal says so: Textual would wait for keys forever."""
        poll = select.poll()
        poll.register(0, 0)  # of the standard input, only whether it has hung up
        if any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll()):
            with contextlib.suppress(RuntimeError):  # the game has ended by itself
                loop.call_soon_threadsafe(self._end, signal.SIGHUP)

    def _end(self, number: signal.Signals) -> None:
        self.ended_by = number
        self.leave()

    def _handle_exception(self, error: Exception) -> None:
        """Ends the game without Textual's traceback: `run` says in a line what happened. Nothing is saved here, because
        what made the game break off should not be in the save; all before it is."""
        if self.is_headless:  # a test, which sees the error
            super()._handle_exception(error)
            return
        self._exception = self._exception or error
        self._close_messages_no_wait()

    def _set_pointer_shape(self, shape: str) -> None:
        """A screen that comes when the game has broken off finds the terminal given back, and leaves it alone."""
        if self._exception is None:
            super()._set_pointer_shape(shape)

    @property
    def broke_off(self) -> Exception | None:
        return self._exception

    def on_mount(self) -> None:
        self.app_resume_signal.subscribe(self, lambda _: self.screen.refresh(layout=True))  # the terminal is empty
        self.call_after_refresh(_settle if self.unread is None else self._read_on)
        for note in self.settings.notes:
            self.notify(note, severity="warning", markup=False)
        if self.watching is not None:
            self.run_worker(self._keep_watch(self.watching))
            if self.opening is not None:
                from game.tui.screens.watched import BrokenScreen

                self.push_screen(BrokenScreen(self.watching, self.opening))
                return
        self.open()

    def open(self) -> None:
        """What was asked for when the game was started, over the title."""
        if self.play is not None:
            self.push_screen(self.scene(self.play))
        elif self.slot is not None and self.slots.exists(self.slot):
            self.resume(self.slot)
        elif self.slot is not None:
            self.begin(self.slot)

    def scene(self, play: "Play", notes: tuple[str, ...] = ()) -> "SceneScreen":
        if self.voting:
            from game.tui.screens.vote import ClassScreen

            return ClassScreen(play, notes)
        if self.watching is None:
            from game.tui.screens.scene import SceneScreen

            return SceneScreen(play, notes)
        from game.tui.screens.watched import WatchedScreen

        return WatchedScreen(play, self.watching, notes)

    # --- a story read behind its title page

    def _read_on(self) -> None:
        """Reads the rest of the story once the title page can be seen; what is typed meanwhile waits."""
        assert self.unread is not None
        import game.story.loader  # noqa: F401  # first: what its own imports leave behind goes, too

        gc.collect()
        try:
            story = self.unread.read()
        except InputError as error:
            self.unreadable = error
            self.exit(1)
            return
        from game.play.slots import Slots
        from game.tui.screens import begin, scene  # noqa: F401  # which come next: no key should wait for them

        self.shelf, self.unread = Slots.on(self.shelf, story), None
        self.title = story.title
        for screen in self.screen_stack:
            if isinstance(screen, PageScreen):
                screen.story_changed(self.slots)
        _settle()

    # --- a story watched

    async def _keep_watch(self, watch: "Watch") -> None:
        """Reads the story anew when one of its files was saved, beside the game, which goes on meanwhile."""
        from game.play.slots import Slots
        from game.watch import POLL

        while True:
            await asyncio.sleep(POLL)
            if await asyncio.to_thread(watch.changed):
                loaded = await asyncio.to_thread(watch.read)
                if loaded.story is not None:
                    self.shelf = Slots.on(self.shelf, loaded.story)
                    self.title = loaded.story.title
                for screen in self.screen_stack:
                    if isinstance(screen, PageScreen):
                        screen.story_changed(self.slots)

    def change(self, name: str, value: Value) -> None:
        """Gives a setting another value, seen at once, and keeps it."""
        refused = self.settings.change(name, value)
        if refused:
            self.notify(refused, severity="error", markup=False)
        self.theme = self.settings.theme
        for screen in self.screen_stack:
            if isinstance(screen, PageScreen):
                screen.setting_changed()

    def notify(self, message: str, **options: Any) -> None:
        """Says something in passing; what is said again stands there once. It is half as wide as the screen, but wider
        on a short one rather than more than two lines tall: a field may be above it."""
        if self.told and message == self.said:
            self.clear_notifications()
        half, most = (max(self.size.width * tenths // 10 - 4, 1) for tenths in (5, 9))  # less its edges
        lines = balanced([(message, "")], half)
        if len(lines) > 2 and self.size.height < SHORT:
            lines = balanced([(message, "")], most)
        super().notify("\n".join(map(text_of, lines)), **options)
        self.said, self.told = message, monotonic()

    async def on_event(self, event: events.Event) -> None:
        """Drops keys that would do what cannot be seen, and those of one letter, where they are off. What was said in
        passing goes with the next key, once there was time to read it."""
        if isinstance(event, events.Key) and self.told and monotonic() > self.told + READ:
            self.told = 0.0
            self.clear_notifications()
        if isinstance(event, events.Key) and not event.is_forwarded and self._is_idle(event):
            return
        await super().on_event(event)

    def _is_idle(self, event: events.Key) -> bool:
        if is_too_small(self.size):
            return event.key not in {"q", "ctrl+c", "ctrl+q"}
        typed = self.focused is not None and self.focused.check_consume_key(event.key, event.character)
        return not self.settings.letters and is_letter(event.key) and not typed

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:  # noqa: ARG002  # Textual's own form
        """Nothing but to quit can be asked of a screen that is not there yet, as a key that comes late may do, or of a
        story that is not read."""
        return (self.screen.is_mounted and self.unread is None) or action in {"leave", "quit"}

    def begin(self, slot: str) -> None:
        """A new play in a slot: first the questions, then the first scene."""
        from game.play.slots import Play
        from game.tui.screens.begin import BeginScreen

        def done(session: "Session") -> None:
            self.switch_screen(self.scene(Play(session, self.slots, slot)))

        story, given = self.slots.story, {}
        if self.voting:
            from game.play import ballot

            given = ballot.given(story)
        self.push_screen(BeginScreen(story, done, given))

    def resume(self, slot: str, *, previous: bool = False) -> bool:
        """Goes on with the play in a slot; where it can't be, says why."""
        try:
            play, notes = self.slots.resume(slot, previous=previous)
        except SaveError as error:
            self.notify(str(error), severity="error", markup=False)
            return False
        self.back_to(TitleScreen)
        self.push_screen(self.scene(play, notes))
        return True

    def back_to(self, kind: type[Screen[None]]) -> None:
        """Closes what lies over the topmost screen of a kind, which is open."""
        while not isinstance(self.screen, kind):
            self.pop_screen()

    def leave(self) -> None:
        """Quits; whatever was being played is saved."""
        self._save()
        self.exit(0 if self.opening is None else 1)

    def _save(self) -> str:
        """Saves whatever is played: its slot, '' where nothing is."""
        from game.tui.screens.scene import SceneScreen

        slot = ""
        for screen in self.screen_stack:
            if isinstance(screen, SceneScreen):
                screen.save()
                slot = screen.play.slot
        return slot

    def resume_held(self) -> None:
        """Goes on with what could not be saved."""
        if self.held is not None:
            self.back_to(TitleScreen)
            self.push_screen(self.scene(self.held))

    def action_leave(self) -> None:
        """Quits, or asks first where the settings say so; to ask for it once more is an answer."""
        from game.tui.screens.leave import LeaveScreen

        if self.settings.confirm and not isinstance(self.screen, LeaveScreen):
            self.push_screen(LeaveScreen())
        else:
            self.leave()

    async def action_quit(self) -> None:
        """Textual's own way out, Ctrl+Q."""
        self.action_leave()

    def action_command_palette(self) -> None:
        from textual.command import CommandPalette
        from textual.widgets import Input

        if not isinstance(self.screen, CommandPalette):
            palette = CommandPalette(id="--command-palette", placeholder=SEARCH)
            palette.VERTICAL_BREAKPOINTS = [(0, "-tiny"), (TINY, "-roomy")]

            def steady() -> None:
                palette.query_one(Input).cursor_blink = False

            self.push_screen(palette)
            palette.call_after_refresh(steady)

    def action_settings(self) -> None:
        from game.tui.screens.settings import SettingsScreen

        self.push_screen(SettingsScreen())

    def action_help(self) -> None:
        from game.tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self, self.screen))

    def action_saves(self) -> None:
        """The saves; whatever is played is saved and closed first, and opened again on the way back."""
        from game.tui.screens.saves import SavesScreen

        playing = self._save()
        self.back_to(TitleScreen)
        self.push_screen(SavesScreen(self.slots, playing))

    def action_outcomes(self) -> None:
        from game.play import outcomes
        from game.tui.records import draw_outcomes
        from game.tui.screens.base import Panel

        met = outcomes.met(self.slots.folder)
        self.push_screen(Panel("Outcomes", partial(draw_outcomes, self.slots.story, met)))


def run(app: GameApp) -> tuple[int, str]:
    """Plays on the terminal until the player quits. The exit code, and what there is to say once the terminal is as it
    was, in a line. Raises InputError where the story turns out not to be one that can be played."""
    app.signals = [s for name in ("SIGTERM", "SIGHUP", "SIGINT") if (s := getattr(signal, name, None))]
    code = app.run() or 0
    error = app.broke_off
    if app.unreadable is not None:
        raise app.unreadable
    if error is None and app.ended_by is None:
        return (1, app.refused) if app.refused else (code, "")
    said = [f"the game was ended by {app.ended_by.name}." if app.ended_by else ""]
    if error is not None:
        from game.tui.crash import write_report  # rarely needed

        code = 1
        details = write_report(app.shelf.folder.parent / "crash.log", error)
        said = [f"the game broke off: {' '.join(f'{type(error).__name__}: {error}'.split())[:200]}.", details]
    if app.refused:
        said.insert(1, f"{app.refused}.")
        code = 1
    elif app.saved is not None:
        said.insert(1, f"What was played is saved in {app.saved}.")
    return code, " ".join(filter(None, said))
