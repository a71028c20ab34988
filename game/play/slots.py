"""Slots: saves in a folder, written whole, and recovered when one is damaged.

The surprising rule: nothing is ever lost by saving. The generation before stays beside each save, and a damaged save is
put aside before anything is written over it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from game.play import outcomes
from game.play.ballot import KEY, Ballot
from game.play.files import write_atomically
from game.play.rehearsal import as_test
from game.play.saves import MAX_SAVE, STEP_KEYS, Restored, Save, SaveError, encode_code, restore
from game.play.session import Session, clean_answer, clean_lines
from game.story.model import Story

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\Z", re.IGNORECASE)  # names that Windows keeps for itself
_SLOT = re.compile(r"[^\W_](?:[\w -]{0,38}[\w-])?\Z")

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Play:
    """A session and the slot it is kept in. Saving is explicit, so that a front end can paint first."""

    def __init__(self, session: Session, slots: "Slots", slot: str, save: Save | None = None) -> None:
        now = _stamp(slots.clock())
        self.session = session
        self.slots = slots
        self.slot = slot
        self.started = save.started if save else now
        self.debrief: list[str] = [clean_lines(answer) for answer in save.debrief] if save else []
        self.name = save.name if save else ""
        self.read_steps = list(save.steps) if save else []
        self.left_over: list[dict[str, Any]] = list(save.left_over) if save else []
        self.extra: dict[str, Any] = dict(save.extra) if save else {}

    def as_save(self) -> Save:
        session = self.session
        steps = [
            {"id": s.id, "label": s.label.plain, "position": s.position} | ({"hands": list(s.hands)} if s.hands else {})
            for s in session.steps
        ]
        for step, read in zip(steps, self.read_steps, strict=False):
            if read["id"] == step["id"]:
                step.update({k: v for k, v in read.items() if k not in STEP_KEYS})
        return Save(
            story=session.story.id,
            digest=session.story.digest,
            title=session.story.title,
            started=self.started,
            saved=_stamp(self.slots.clock()),
            answers=dict(session.answers),
            steps=steps,
            start=session.start,
            debrief=self.debrief,
            name=self.name,
            left_over=self.left_over,
            extra=self.extra,
        )

    def move(self, restored: Restored, slots: "Slots") -> None:
        """Takes the play as it was played again, over to the slots of the story as it is now."""
        if slots.folder != self.slots.folder and slots.exists(self.slot):
            self.slot = slots.fresh()
        self.session, self.slots = restored.session, slots
        self.left_over = [*restored.left_over, *self.left_over]

    def save(self) -> None:
        """Raises SaveError when the disk refuses."""
        self.slots.write(self.slot, self.as_save())
        try:
            outcomes.keep(self.slots.folder, self.session, vote=KEY in self.extra)
        except OSError as error:
            raise SaveError(f"{self.slot}: its outcome can't be kept: {error.strerror}") from None

    def rewind(self, step: int, copy: str) -> None:
        """Takes a step, counted from 1, and all after it back. The play as it stands is kept in another slot first;
        raises SaveError where it can't be, and then nothing has changed."""
        self.slots.write(copy, self.as_save())
        self._back_to(step)

    def undo(self) -> bool:
        """Takes the last step back; False on the first page."""
        count = len(self.session.steps)
        if count:
            self._back_to(count)
        return bool(count)

    def _back_to(self, step: int) -> None:
        """To the page before a step. The hands a class gave for that step are on its page again."""
        steps = self.session.steps
        self.session.replay(steps[: step - 1])
        if KEY in self.extra:
            offered, hands = self.session.offered, list(steps[step - 1].hands or ())
            self.extra[KEY] = Ballot(tuple(offered), hands, taken_back=True).as_data()

    def answered(self, question: int) -> str:
        """What was answered to a question of the debriefing, counted from 0; '' for nothing yet."""
        return self.debrief[question] if question < len(self.debrief) else ""

    def answer(self, question: int, text: str) -> None:
        """Answers a question of the debriefing; `save` keeps it."""
        self.debrief += [""] * (question + 1 - len(self.debrief))
        self.debrief[question] = clean_lines(text)
        while self.debrief and not self.debrief[-1]:
            self.debrief.pop()

    def code(self) -> str:
        """The play as a code to copy. Raises SaveError where it is too long."""
        return encode_code(self.as_save(), self.session.story)

    def save_test(self) -> Path:
        """Writes the play as a test of the story, to a new file beside its save: where. Raises SaveError when the disk
        refuses, PlayError for a play that was not begun at the beginning."""
        text = as_test(self.session, f"{self.slot}, {_stamp(self.slots.clock())[:10]}")
        names = (f"{self.slot}{'' if n == 1 else f'-{n}'}.test.yaml" for n in count(1))
        try:
            self.slots.folder.mkdir(parents=True, exist_ok=True)
            path = next(path for name in names if not (path := self.slots.folder / name).exists())
            write_atomically(path, text.encode())
        except OSError as error:
            raise SaveError(f"{self.slot}: the test can't be written: {error.strerror}") from None
        return path


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def steps_told(steps: int) -> str:
    return f"{steps} step{'' if steps == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class SlotInfo:
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


class Slots:
    """The saves of one story in one folder: `NAME.json`, and `NAME.json.bak`, the generation before. `kind` begins the
    names of new ones."""

    def __init__(self, folder: Path, story: Story, clock: Clock = utc_now, kind: str = "play") -> None:
        self.folder = folder / story.id
        self.story = story
        self.clock, self.kind = clock, kind

    def of(self, story: Story) -> "Slots":
        """The slots of another story, or of another version of it, in the same place."""
        return Slots(self.folder.parent, story, self.clock, self.kind)

    def path(self, name: str) -> Path:
        """Raises SaveError for a name that can't be a slot's: names never leave the folder."""
        if not _SLOT.match(name) or _RESERVED.match(name):
            raise SaveError(f"{name[:60]!r} can't be a slot's name: use up to 40 letters, digits, spaces, - and _")
        return self.folder / f"{name}.json"

    def fresh(self) -> str:
        """A name no slot has yet."""
        try:
            return next(name for n in count(1) if not self.exists(name := f"{self.kind}-{n}"))
        except SaveError:  # the folder can't be read, and nothing can be saved there
            return f"{self.kind}-1"

    def exists(self, name: str) -> bool:
        """Raises SaveError where the name can't be a slot's or the folder can't be read."""
        path = self.path(name)
        try:
            return path.exists() or _previous(path).exists()
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
        return self._read(name, _previous(self.path(name)))

    def _read(self, name: str, path: Path) -> Save:
        try:
            save = Save.decode(read_limited(path))
        except OSError as error:
            raise SaveError(f"{name}: can't be read: {error.strerror}") from None
        except SaveError as error:
            raise SaveError(f"{name}: {error}") from None
        if save.story != self.story.id:
            raise SaveError(f"{name}: a save of another story, {clean_answer(save.title or save.story)!r}")
        return save

    def resume(self, name: str, *, previous: bool = False) -> tuple[Play, tuple[str, ...]]:
        """The play in a slot and what there is to say about it. Raises SaveError.

        `previous` takes the generation before, and puts a damaged newer one aside, where nothing overwrites it.
        """
        save = self.read_previous(name) if previous else self.read(name)
        try:
            restored = restore(self.story, save)
        except SaveError as error:
            raise SaveError(f"{name}: {error}") from None
        if previous and self.path(name).exists():
            asides = (self.path(name).with_suffix(f".damaged-{n}") for n in count(1))
            try:
                self.path(name).replace(next(aside for aside in asides if not aside.exists()))
            except OSError as error:
                raise SaveError(f"{name}: can't be put aside: {error.strerror}") from None
        play = Play(restored.session, self, name, save)
        play.left_over = [*restored.left_over, *play.left_over]
        return play, restored.notes

    def rename(self, name: str, new: str) -> None:
        """Raises SaveError where a slot can't have the new name or another has it."""
        path, target = self.path(name), self.path(new)
        if self.exists(new):
            raise SaveError(f"{new}: there is a save of that name")
        try:
            for old, moved in ((path, target), (_previous(path), _previous(target))):
                if old.exists():
                    old.rename(moved)
        except OSError as error:
            raise SaveError(f"{name}: can't be renamed: {error.strerror}") from None

    def delete(self, name: str) -> None:
        """The save and the generation before it. Raises SaveError when the disk refuses."""
        path = self.path(name)
        try:
            for file in (path, _previous(path)):
                file.unlink(missing_ok=True)
        except OSError as error:
            raise SaveError(f"{name}: can't be deleted: {error.strerror}") from None

    def write(self, name: str, save: Save) -> None:
        """Atomic: temporary file, fsync, replace, fsync of the folder. The generation before is kept."""
        path = self.path(name)
        data = save.encode()
        if len(data) > MAX_SAVE:
            raise SaveError(f"{name}: can't be saved: longer than {MAX_SAVE // 2**20} MiB")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomically(path, data, keep=_previous(path))
        except OSError as error:
            raise SaveError(f"{name}: can't be saved: {error.strerror}") from None


def _is_save(path: Path) -> bool:
    return path.name.endswith((".json", ".json.bak")) and not path.name.startswith(".")


def _previous(path: Path) -> Path:
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
