"""Line mode while the story is written: what was saved is told between two lines typed."""

import threading
from queue import Empty, SimpleQueue
from typing import TextIO

from game.plain import LETTERS, LineMode
from game.plain_told import Left
from game.play.inspection import behind
from game.play.session import Session
from game.play.slots import Play, Slots
from game.problems import describe, summary
from game.settings import Settings
from game.watch import POLL, Watch


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
        self.letters = LETTERS | {"x": "behind the page: state, reads and writes, choices not offered"}
        self.commands["x"] = self.behind
        self.lines: SimpleQueue[str] = SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

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
        for problem in loaded.diagnostics:
            self.target.write(describe(problem, self.watching.path) + "\n")
        if loaded.story is None:
            self.say(f"{summary(loaded.diagnostics)}: the play goes on with the story as it was before.")
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


def play_watched(
    watch: Watch,
    slots: Slots,
    source: TextIO,
    target: TextIO,
    slot: str | None,
    play: Play | None,
    settings: Settings,
    *,
    width: int,
    waits: bool,
) -> int:
    """As `play_plain`, for an author."""
    return WatchedLineMode(watch, slots, source, target, settings, width=width, waits=waits).run(slot, play)
