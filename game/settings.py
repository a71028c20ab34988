"""How a player likes to play: kept between plays, the same for every story and both front ends.

The surprising rule: settings are ways of viewing. None of them is part of a play, so none is in a save.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from game.play.files import write_atomically

FORMAT = 1
MAX_FILE = 2**16  # bytes
Value = bool | int | str


class Setting(NamedTuple):
    """What a setting is called, and what it may be, each in words."""

    label: str
    values: Mapping[Value, str]


SETTINGS = {
    "theme": Setting(
        "Theme",
        {
            "lamp": "lamp, cream on warm black",
            "paper": "paper, ink on cream",
            "contrast": "high contrast, white on black",
            "terminal": "terminal, its own colours",
        },
    ),
    "column": Setting("Column", {width: f"{width} letters wide" for width in (60, 64, 68, 72)}),
    "arrival": Setting("Text arrives", {"at-once": "at once", "by-line": "line by line"}),
    "letters": Setting("Keys of one letter", {True: "on", False: "off"}),
    "gauges": Setting("Gauges", {True: "shown", False: "hidden"}),
    "violence": Setting("Scenes of violence", {"full": "told in full", "summary": "told by a short summary"}),
    "confirm": Setting("Quitting", {False: "at once", True: "asks first"}),
}


@dataclass(slots=True)
class Settings:
    """The values there are, and the file they are kept in; None keeps them for this run only.

    `notes` says what there is to say about the file, `extra` holds keys this program does not know.
    """

    theme: str = "lamp"
    column: int = 68
    arrival: str = "at-once"
    letters: bool = True
    gauges: bool = True
    violence: str = "full"
    confirm: bool = False
    path: Path | None = None
    notes: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def summarise(self) -> bool:
        return self.violence == "summary"

    @classmethod
    def read(cls, path: Path) -> "Settings":
        """The settings in a file. What can't be used has its default and a note; a damaged file is put aside."""
        settings = cls(path=path)
        try:
            with path.open("rb") as file:
                data = file.read(MAX_FILE + 1)
        except FileNotFoundError:
            return settings
        except OSError as error:
            settings._forget(f"{path} can't be read: {error.strerror}")
            return settings
        try:
            raw = json.loads(data.decode())
            json.dumps(raw, ensure_ascii=False, allow_nan=False).encode()  # no NaN, no half characters
        except (ValueError, RecursionError):
            raw = None
        if not isinstance(raw, dict) or type(raw.get("format")) is not int or len(data) > MAX_FILE:
            settings._put_aside()
            return settings
        if raw["format"] != FORMAT:
            settings._forget(f"{path} is of another version of the game")
        settings.extra = {key: value for key, value in raw.items() if key not in SETTINGS and key != "format"}
        wrong = [key for key in SETTINGS if key in raw and not settings._set(key, raw[key])]
        if wrong:
            settings.notes.append(f"{path}: {', '.join(wrong)} can't be what it says there, and is as usual.")
        return settings

    def _set(self, name: str, value: Any) -> bool:
        if type(value) is not type(getattr(self, name)) or value not in SETTINGS[name].values:
            return False
        setattr(self, name, value)
        return True

    def _forget(self, why: str) -> None:
        """Leaves the file alone: settings are those of this run."""
        self.path = None
        self.notes.append(f"{why}. Settings hold until you quit.")

    def _put_aside(self) -> None:
        assert self.path is not None
        asides = (self.path.with_suffix(f".damaged-{n}") for n in count(1))
        try:
            aside = next(aside for aside in asides if not aside.exists())
            self.path.replace(aside)
        except OSError as error:
            self._forget(f"{self.path} is damaged and can't be put aside: {error.strerror}")
        else:
            self.notes.append(f"{self.path} was damaged: it is now {aside.name}, and all settings are as usual.")

    def change(self, name: str, value: Value) -> str:
        """Sets and keeps a value; what to say where it can't be kept, once, else nothing. ValueError for a value
        that can't be."""
        if not self._set(name, value):
            raise ValueError(f"{name} can't be {value!r}")
        if self.path is None:
            return ""
        kept = Settings.read(self.path) if self.path.exists() else self  # another game may have changed some
        kept = self if kept.notes else kept
        data = {"format": FORMAT, **{key: getattr(kept, key) for key in SETTINGS}, name: value, **kept.extra}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self.path, (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode())
        except OSError as error:
            self._forget(f"{self.path} can't be written: {error.strerror}")
            return self.notes[-1]
        return ""

    def next(self, name: str, step: int = 1) -> Value:
        """The value after the one there is, or before it, around."""
        values = list(SETTINGS[name].values)
        return values[(values.index(getattr(self, name)) + step) % len(values)]

    def words(self, name: str) -> str:
        return SETTINGS[name].values[getattr(self, name)]
