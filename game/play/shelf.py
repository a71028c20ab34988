"""The saves of a story in a folder: listed, read, written whole, renamed, deleted, without the story itself.

The surprising rule: nothing is ever lost by saving. The generation before stays beside each save.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import NamedTuple

from game.errors import SaveError
from game.play.files import write_atomically
from game.play.given import clean_answer
from game.play.saves import MAX_SAVE, Save

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\Z", re.IGNORECASE)  # names that Windows keeps for itself
_SLOT = re.compile(r"[^\W_](?:[\w -]{0,38}[\w-])?\Z")

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def steps_told(steps: int) -> str:
    return f"{steps} step{'' if steps == 1 else 's'}"


class SlotInfo(NamedTuple):
    """A slot in the list. `error` says why it can't be read; `has_previous` that an older generation can."""

    name: str
    saved: str = ""
    steps: int = 0
    error: str = ""
    has_previous: bool = False

    @property
    def told(self) -> str:
        """How far it is and since when it lies there, by this machine's clock."""
        steps = steps_told(self.steps)
        try:
            moment = datetime.fromisoformat(self.saved).astimezone()
        except (ValueError, OverflowError):
            return steps  # a save of another program
        return f"{steps}, saved {moment.day} {moment:%b %Y, %H:%M}"


class Shelf:
    """The saves of one story in one folder: `NAME.json`, and `NAME.json.bak`, the generation before. `kind` begins the
    names of new ones."""

    def __init__(self, folder: Path, story: str, clock: Clock = utc_now, kind: str = "play") -> None:
        self.folder = folder / story
        self.story_id = story
        self.clock, self.kind = clock, kind

    def path(self, name: str) -> Path:
        """Raises SaveError for a name that can't be a slot's: names never leave the folder."""
        if not _SLOT.match(name) or _RESERVED.match(name):
            raise SaveError(f"{name[:60]!r} can't be the name of a save: use up to 40 letters, digits, spaces, - and _")
        return self.folder / f"{name}.json"

    def fresh(self) -> str:
        """A name no slot has yet, nor a report of one that was deleted: another would be written over it."""
        names = (f"{self.kind}-{number}" for number in count(1))
        try:
            return next(name for name in names if not self.exists(name) and not self.report(name).exists())
        except SaveError:  # the folder can't be read, and nothing can be saved there
            return f"{self.kind}-1"

    def report(self, name: str) -> Path:
        """Where a player has the play written down."""
        return self.path(name).with_suffix(".md")

    def exists(self, name: str) -> bool:
        """Raises SaveError where the name can't be a slot's or the folder can't be read."""
        path = self.path(name)
        try:
            return path.exists() or before(path).exists()
        except OSError as error:
            raise SaveError(f"{name}: can't be read: {error.strerror}") from None

    def list(self) -> list[SlotInfo]:
        """Every slot, the newest first, damaged ones too."""
        try:
            names = {p.name.removesuffix(".bak").removesuffix(".json") for p in self.folder.iterdir() if _is_save(p)}
        except OSError:
            return []
        found = [self._info(name) for name in names if _SLOT.match(name)]
        return sorted(found, key=lambda info: (info.saved, info.name), reverse=True)

    def _info(self, name: str) -> SlotInfo:
        try:
            save = self.read(name)
        except SaveError as error:
            try:
                previous = self.read_previous(name)
            except SaveError:
                return SlotInfo(name, error=str(error))
            return SlotInfo(name, clean_answer(previous.saved), len(previous.steps), str(error), has_previous=True)
        return SlotInfo(name, clean_answer(save.saved), len(save.steps))

    def read(self, name: str) -> Save:
        """Raises SaveError, its message one line that begins with the slot's name."""
        return self._read(name, self.path(name))

    def read_previous(self, name: str) -> Save:
        return self._read(name, before(self.path(name)))

    def _read(self, name: str, path: Path) -> Save:
        try:
            save = Save.decode(read_limited(path))
        except OSError as error:
            raise SaveError(f"{name}: can't be read: {error.strerror}") from None
        except SaveError as error:
            raise SaveError(f"{name}: {error}") from None
        if save.story != self.story_id:
            raise SaveError(f"{name}: a save of another story, {clean_answer(save.title or save.story)!r}")
        return save

    def rename(self, name: str, new: str) -> None:
        """Raises SaveError where a slot can't have the new name or another has it."""
        path, target = self.path(name), self.path(new)
        if self.exists(new):
            raise SaveError(f"{new}: there is a save of that name")
        try:
            for old, moved in ((path, target), (before(path), before(target))):
                if old.exists():
                    old.rename(moved)
            if self.report(name).exists() and not self.report(new).exists():
                self.report(name).rename(self.report(new))
        except OSError as error:
            raise SaveError(f"{name}: can't be renamed: {error.strerror}") from None

    def delete(self, name: str) -> None:
        """The save and the generation before it. Raises SaveError when the disk refuses."""
        path = self.path(name)
        try:
            for file in (path, before(path)):
                file.unlink(missing_ok=True)
        except OSError as error:
            raise SaveError(f"{name}: can't be deleted: {error.strerror}") from None

    def mark(self, name: str) -> tuple[int, int] | None:
        """What tells a save from any other that is written to its slot; None where there is none."""
        try:
            found = self.path(name).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    def write(self, name: str, save: Save) -> None:
        """Atomic: temporary file, fsync, replace, fsync of the folder. The generation before is kept."""
        path = self.path(name)
        data = save.encode()
        if len(data) > MAX_SAVE:
            raise SaveError(f"{name}: can't be saved: longer than {MAX_SAVE // 2**20} MiB")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomically(path, data, keep=before(path))
        except OSError as error:
            raise SaveError(f"{name}: can't be saved: {error.strerror}") from None


def _is_save(path: Path) -> bool:
    return path.name.endswith((".json", ".json.bak")) and not path.name.startswith(".")


def before(path: Path) -> Path:
    return path.with_name(path.name + ".bak")


def read_limited(path: Path) -> bytes:
    """The bytes of a save. Raises OSError, or SaveError where it is too large to be one."""
    if not path.is_file():
        raise SaveError("there is no such save")
    with path.open("rb") as file:
        data = file.read(MAX_SAVE + 1)
    if len(data) > MAX_SAVE:
        raise SaveError(f"larger than {MAX_SAVE // 2**20} MiB: no save of this game")
    return data
