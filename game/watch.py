"""A story watched while it is written: what was saved is read again, and the play goes on where it was.

The surprising rule: files are looked at, not listened to. What the system tells of changes differs between systems and
editors; names, times and sizes tell a save in place from one by renaming, and a look takes no time worth saving.
"""

import gc
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from game.errors import SaveError
from game.play.restore import Restored, restore
from game.play.session import Session
from game.play.slots import Play, Slots
from game.story.diagnostics import Diagnostic
from game.story.loader import Known, Loaded, load
from game.story.model import Story

POLL = 0.02  # seconds between two looks; a save is read after two
_PASSING = re.compile(r"[.#]|.*(~|___)\Z|\d+\Z")  # what editors write beside a file while they save it
Look = dict[str, tuple[int, int, int]]
Opening = Callable[[Slots], Play | None]  # the play that was asked for; raises PlayError where there is none


class Watch:
    """The files of the story at `path`. `problems` are those of the last reading."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read = self._seen = self._look()
        self._known: dict[str, Known] = {}  # by file
        self.problems: tuple[Diagnostic, ...] = ()
        self._left: tuple[int, list[dict[str, Any]]] = 0, []  # steps kept, and those that no longer fitted behind them

    def changed(self) -> bool:
        """Whether anything was saved since it was read, and is whole: nothing has changed since the last call."""
        now, before = self._look(), self._seen
        self._seen = now
        return now == before and now != self._read

    def read(self) -> Loaded:
        self._read = self._seen
        loaded = load(self.path, known=self._known)
        gc.freeze()  # see `play`; a story that is left has no circles, and goes all the same
        self.problems = loaded.diagnostics
        return loaded

    def _look(self) -> Look:
        return {path: mark for path in self._files() if (mark := _mark(path))}

    def _files(self) -> Iterator[str]:
        if not self.path.is_dir():
            yield os.fspath(self.path)
            return
        for folder, folders, files in os.walk(self.path):
            folders[:] = [name for name in folders if not name.startswith(".")]
            yield from (os.path.join(folder, name) for name in files if not _PASSING.match(name))  # noqa: PTH118  # fast

    def follow(self, play: Play, story: Story) -> tuple[str, ...]:
        """Takes a play over to the story as it is now, by its steps; what could not be kept is told, a line each.

        Steps that no longer fitted are tried again at the next reading, as long as the reader has not gone another way.
        """
        save = play.as_save()
        kept, left = self._left
        if left and kept == len(save.steps) and play.left_over[: len(left)] == left:
            save.steps, play.left_over = save.steps + left, play.left_over[len(left) :]
        try:
            restored = restore(story, replace(save, story=story.id))
        except SaveError as error:  # it began at a scene that is gone
            restored = Restored(Session(story), (f"The play begins anew: {error}.",), tuple(save.steps))
        self._left = len(restored.session.steps), list(restored.left_over)
        play.move(restored, Slots.on(play.slots, story))
        return restored.notes


def nothing_yet(path: Path) -> Story:
    """Stands for a story that can't be played yet: the only one without scenes."""
    return Story(id="unread", title=path.resolve().name, digest="", start="", scenes={}, choices={})


def _mark(path: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116  # asked fifty times a second of every file
    except OSError:  # gone between two looks
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
