"""Saves: a play as JSON, slots in a folder, recovery.

The surprising rule: a save holds no state, only answers and steps. Loading plays them again, so a file changed by hand
either is a play that could have happened or is refused; and a story may be edited under a save.
"""

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import UnionType
from typing import Any

from game.play.session import PlayError, Session, Start, clean_answer
from game.story.expressions import Value
from game.story.model import Story

FORMAT = 1
MAX_SAVE = 4 * 2**20  # bytes
MAX_STEPS = 100_000
MAX_NESTING = 50  # of what other programs put into a save
_KEYS = frozenset("format story digest title started saved answers from steps debrief name summarise left_over".split())
_STEP_KEYS = frozenset("id label position hands".split())
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\Z", re.IGNORECASE)  # names that Windows keeps for itself
_SLOT = re.compile(r"[^\W_](?:[\w -]{0,38}[\w-])?\Z")

Clock = Callable[[], datetime]


class SaveError(ValueError):
    """A save that can't be read, written or played; the message is one line for a person."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Save:
    """A save file as data. `steps` and `left_over` (steps that no longer fit the story) are as in the file; `extra`
    holds keys this program does not know."""

    story: str
    digest: str
    title: str
    started: str
    saved: str
    answers: dict[str, Value]
    steps: list[dict[str, Any]]
    start: Start | None = None
    debrief: list[str] = field(default_factory=list)
    name: str = ""
    summarise: bool = False
    left_over: list[dict[str, Any]] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    def encode(self) -> bytes:
        start = {"scene": self.start.scene, "state": dict(self.start.state)} if self.start else None
        data = {
            "format": FORMAT,
            "story": self.story,
            "digest": self.digest,
            "title": self.title,
            "started": self.started,
            "saved": self.saved,
            "answers": self.answers,
            "from": start,
            "steps": self.steps,
            "debrief": self.debrief,
            "name": self.name,
            **({"summarise": True} if self.summarise else {}),
            **({"left_over": self.left_over} if self.left_over else {}),
            **self.extra,
        }
        return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode(errors="replace")

    @classmethod
    def decode(cls, data: bytes) -> "Save":
        """Raises SaveError for anything but a whole save of this format."""
        try:
            raw = json.loads(data.decode())
            json.dumps(raw, ensure_ascii=False, allow_nan=False).encode()  # no NaN, no half characters
        except (ValueError, RecursionError):
            raise SaveError("damaged: it is not whole JSON") from None
        if not isinstance(raw, dict) or type(raw.get("format")) is not int or "steps" not in raw:
            raise SaveError("no save of this game")
        if raw["format"] != FORMAT:
            newer = f"made by a newer version (format {raw['format']})"[:60]
            raise SaveError(newer if raw["format"] > FORMAT else "of an unknown format")
        if _nesting(raw) > MAX_NESTING:
            raise SaveError("damaged: it is nested too deep")
        text = {k: _checked(raw.get(k, ""), str, k) for k in ("story", "digest", "title", "started", "saved", "name")}
        answers = _checked(raw.get("answers", {}), dict, "answers")
        begun = raw.get("from")
        start = None
        if begun is not None:
            begun = _checked(begun, dict, "from")
            state = _checked(begun.get("state", {}), dict, "from")
            start = Start(_checked(begun.get("scene"), str, "from"), _values(state, "from"))
        debrief = [_checked(a, str, "debrief") for a in _checked(raw.get("debrief", []), list, "debrief")]
        return cls(
            **text,
            answers=_values(answers, "answers"),
            steps=_steps(raw["steps"], "steps"),
            start=start,
            debrief=debrief,
            summarise=_checked(raw.get("summarise", False), bool, "summarise"),
            left_over=_steps(raw.get("left_over", []), "left_over"),
            extra={k: v for k, v in raw.items() if k not in _KEYS},
        )


def _nesting(value: Any) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        inner = [v.values() if isinstance(v, dict) else v for v in level if isinstance(v, dict | list)]
        level = [v for values in inner for v in values]
    return depth


def _checked(value: Any, kind: type[Any] | UnionType, key: str) -> Any:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise SaveError(f"damaged: `{key}` is not what it should be")
    return value


def _values(values: Mapping[str, Any], key: str) -> dict[str, Value]:
    return {name: _checked(value, bool | int | str, key) for name, value in values.items()}


def _steps(raw: Any, key: str) -> list[dict[str, Any]]:
    steps = [_checked(step, dict, key) for step in _checked(raw, list, key)]
    if len(steps) > MAX_STEPS:
        raise SaveError(f"damaged: more than {MAX_STEPS:,} steps")
    for step in steps:
        _checked(step.get("id"), str, key)
        _checked(step.get("label", ""), str, key)
        _checked(step.get("position", 0), int, key)
        hands = step.get("hands")
        for hand in _checked(hands, list, key) if hands is not None else ():
            _checked(hand, int, key)
    return steps


# --- a save played again -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Restored:
    """A session at the save's end. `notes` say, a line each, what was found how because the story has changed;
    `left_over` are the steps that no longer fit."""

    session: Session
    notes: tuple[str, ...]
    left_over: tuple[dict[str, Any], ...]


def restore(story: Story, save: Save) -> Restored:
    """Plays a save's steps. Raises SaveError where it is another story's, or not a play of this very story."""
    if save.story != story.id:
        raise SaveError(f"a save of another story, {clean_answer(save.title or save.story)!r}")
    same = save.digest == story.digest
    notes: list[str] = []
    session = _begin(story, save, notes, same=same)
    for index, saved in enumerate(save.steps):
        step_id = saved["id"]
        found = step_id if step_id in session.offered else None
        if found is None:
            if same:
                raise SaveError(f"changed by hand: step {index + 1}, {step_id[:60]!r}, is not offered there")
            found, how = _stand_in(session, saved)
            if found is None:
                left = save.steps[index:]
                notes.append(
                    f"The story has changed: {len(left)} of {len(save.steps)} steps no longer fit and are kept aside."
                )
                return Restored(session, tuple(notes), tuple(left))
            notes.append(f"The story has changed: step {index + 1} was found by its {how}.")
        hands = saved.get("hands")
        session.choose(found, tuple(hands) if hands is not None else None)
    return Restored(session, tuple(notes), ())


def replay(data: bytes, begun: Session) -> Restored:
    """A save, or a bare JSON list of step ids taken in the session that has just begun. Raises SaveError."""
    try:
        steps = json.loads(data.decode())
    except (ValueError, RecursionError):
        raise SaveError("damaged: it is not whole JSON") from None
    if not isinstance(steps, list):
        return restore(begun.story, Save.decode(data))
    for number, step in enumerate(steps[:MAX_STEPS], 1):
        if not isinstance(step, str) or step not in begun.offered:
            raise SaveError(f"step {number}, {str(step)[:60]!r}, is not offered there")
        begun.choose(step)
    return Restored(begun, (), ())


def _begin(story: Story, save: Save, notes: list[str], *, same: bool) -> Session:
    answers: dict[str, Value] = {}
    for name, value in save.answers.items():
        try:
            Session(story, {name: value})
        except PlayError:
            if same:
                raise SaveError(f"changed by hand: the answer {name[:60]!r} can't be given") from None
            notes.append(f"The story has changed: the answer {name[:60]!r} no longer fits.")
        else:
            answers[name] = value
    try:
        return Session(story, answers, save.start, summarise=save.summarise)
    except PlayError as error:
        raise SaveError(f"begins where this story can't: {error}") from None


def _stand_in(session: Session, saved: Mapping[str, Any]) -> tuple[str | None, str]:
    """For a step whose id is gone: the choice with its label, else at its position, in the scene the id names."""
    step_id, label, position = saved["id"], saved.get("label", ""), saved.get("position", 0)
    scene, _, rest = step_id.partition("/")
    if scene != session.place or step_id in session.story.choices or rest == "continue":
        return None, ""
    offered = [o for o in session.page.options if o.number]
    for option in offered:
        if option.label.plain == label:
            return option.id, "label"
    if 1 <= position <= len(offered):
        return offered[position - 1].id, "position"
    return None, ""


# --- a play in a slot ----------------------------------------------------------------------------------------------


class Play:
    """A session and the slot it is kept in. Saving is explicit, so that a front end can paint first."""

    def __init__(self, session: Session, slots: "Slots", slot: str, save: Save | None = None) -> None:
        now = _stamp(slots.clock())
        self.session = session
        self.slots = slots
        self.slot = slot
        self.started = save.started if save else now
        self.debrief: list[str] = list(save.debrief) if save else []
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
                step.update({k: v for k, v in read.items() if k not in _STEP_KEYS})
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
            summarise=session.summarise,
            left_over=self.left_over,
            extra=self.extra,
        )

    def save(self) -> None:
        """Raises SaveError when the disk refuses."""
        self.slots.write(self.slot, self.as_save())


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class SlotInfo:
    """A slot in the list. `error` says why it can't be read; `has_previous` that an older generation can."""

    name: str
    saved: str = ""
    steps: int = 0
    error: str = ""
    has_previous: bool = False


class Slots:
    """The saves of one story in one folder: `NAME.json`, and `NAME.json.bak`, the generation before."""

    def __init__(self, folder: Path, story: Story, clock: Clock = utc_now) -> None:
        self.folder = folder / story.id
        self.story = story
        self.clock = clock

    def path(self, name: str) -> Path:
        """Raises SaveError for a name that can't be a slot's: names never leave the folder."""
        if not _SLOT.match(name) or _RESERVED.match(name):
            raise SaveError(f"{name[:60]!r} can't be a slot's name: use up to 40 letters, digits, spaces, - and _")
        return self.folder / f"{name}.json"

    def fresh(self) -> str:
        """A name no slot has yet."""
        try:
            return next(name for n in count(1) if not self.exists(name := f"play-{n}"))
        except SaveError:  # the folder can't be read, and nothing can be saved there
            return "play-1"

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


def write_atomically(path: Path, data: bytes, *, keep: Path | None = None) -> None:
    """Whoever reads `path` finds the old bytes or the new, also after a crash; the old ones stay at `keep`."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    spare = path.with_name(f".{path.name}.bak.{os.getpid()}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if keep is not None and path.exists():
            spare.unlink(missing_ok=True)
            try:
                os.link(path, spare)
            except OSError:  # a file system without links
                spare.write_bytes(path.read_bytes())
            spare.replace(keep)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
        spare.unlink(missing_ok=True)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
