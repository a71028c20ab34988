"""Line mode while the story is written: what was saved is told between two lines typed."""

import threading
from queue import Empty, SimpleQueue
from typing import TextIO

from game.errors import PlayError
from game.plain import LETTERS, LineMode, letter
from game.plain_told import Left
from game.play.inspection import behind
from game.play.session import Session
from game.play.slots import Play, Slots
from game.problems import describe, summary
from game.settings import Settings
from game.story.diagnostics import Diagnostic
from game.watch import POLL, Opening, Watch


class _Saved(Exception):  # noqa: N818  # no error: the way out of a prompt
    """A file of the story was saved while a line was waited for."""


class WatchedLineMode(LineMode):
    """Lines are read beside the game, because waiting for one can't be broken off in the same way everywhere."""

    def __init__(
        self,
        watch: Watch,
        slots: Slots,
        source: TextIO,
        target: TextIO,
        settings: Settings,
        *,
        width: int,
        waits: bool,
    ) -> None:
        super().__init__(slots, source, target, settings, width=width, waits=waits)
        self.watching, self.playing = watch, False
        self.opening: Opening | None = None  # for a story that can't be played yet: what to play once it can
        self.letters = LETTERS | {"x": "behind the page: state, reads and writes, choices not offered"}
        self.commands["x"] = self.behind
        self.lines: SimpleQueue[str] = SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def run(self, slot: str | None = None, play: Play | None = None) -> int:
        """As line mode does; 1 where the author leaves before the story could be played."""
        if self.opening is not None:
            try:
                play = self.await_story(self.opening)
            except Left:
                return 1
        return super().run(slot, play)

    def await_story(self, opening: Opening) -> Play | None:
        """Tells what is wrong at every save, until nothing is. Raises Left."""
        self.playing = True
        wrong = self.problems(self.watching.problems)
        while True:
            self.say(f"{wrong}. The story is read again at every save, and played once it can be. q leaves.")
            try:
                while letter(self.ask(), self.letters) != "q":
                    pass
                raise Left
            except _Saved:
                loaded = self.watching.read()
            self.say("\n\nThe story was saved.")
            wrong = self.problems(loaded.diagnostics)
            if loaded.story is not None:
                self.slots, self.story = Slots.on(self.slots, loaded.story), loaded.story
                try:
                    play = opening(self.slots)
                except PlayError as error:
                    wrong = str(error)
                else:
                    self.playing = False
                    return play

    def problems(self, found: tuple[Diagnostic, ...]) -> str:
        """Tells them; how many they are."""
        for problem in found:
            self.target.write(describe(problem, self.watching.path) + "\n")
        return summary(found)

    def _read(self) -> None:
        while True:
            line = self.source.readline()
            self.lines.put(line)
            if not line:
                return

    def ask(self, prompt: str = "> ") -> str:
        self.target.write(prompt)
        self.target.flush()
        while True:
            try:
                line = self.lines.get(timeout=POLL)
            except Empty:
                if self.playing and self.watching.changed():
                    raise _Saved from None
                continue
            if not line:
                self.say()
                raise Left
            return line.strip()

    def turn(self, play: Play) -> None:
        self.playing = True
        try:
            super().turn(play)
        except _Saved:
            self.story_changed(play)

    def story_changed(self, play: Play) -> None:
        loaded = self.watching.read()
        self.say("\n\nThe story was saved.")
        wrong = self.problems(loaded.diagnostics)
        if loaded.story is None:
            self.say(f"{wrong}: the play goes on with the story as it was before.")
            return
        for note in self.watching.follow(play, loaded.story):
            self.say(note)
        self.slots, self.story = play.slots, loaded.story
        play.session.summarise = self.settings.summarise
        self.save(play)
        self.again(play)

    def behind(self, session: Session) -> None:
        for title, rows in behind(session):
            self.say(f"{title}.")
            for name, told in rows:
                self.say(f"{name}: {told}", "  ")
