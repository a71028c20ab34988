"""Saves: a play as JSON or as a code to copy.

The surprising rule: a save holds no state, only answers and steps.
"""

import json
import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import UnionType
from typing import TYPE_CHECKING, Any

from game.errors import SaveError
from game.play.given import Start

if TYPE_CHECKING:
    from game.story.expressions import Value
    from game.story.model import Story

FORMAT = 1
MAX_SAVE = 4 * 2**20  # bytes
MAX_STEPS = 100_000
MAX_NESTING = 50  # of what other programs put into a save
MAX_CODE = 2**20  # bytes of the save in a code
_KEYS = frozenset("format story digest title started saved answers from steps debrief name left_over".split())
VOTE = "vote"  # a key of a class's save, with the hands on the page that is open
STEP_KEYS = frozenset("id label position hands".split())


@dataclass(slots=True)
class Save:
    """A save file as data. `steps` and `left_over` (steps that no longer fit the story) are as in the file; `extra`
    holds keys this program does not know."""

    story: str
    digest: str
    title: str
    started: str
    saved: str
    answers: "dict[str, Value]"
    steps: list[dict[str, Any]]
    start: Start | None = None
    debrief: list[str] = field(default_factory=list)
    name: str = ""
    left_over: list[dict[str, Any]] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    def encode(self) -> bytes:
        return (json.dumps(self.as_data(), ensure_ascii=False, indent=1) + "\n").encode(errors="replace")

    def as_data(self) -> dict[str, Any]:
        start = {"scene": self.start.scene, "state": dict(self.start.state)} if self.start else None
        return {
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
            **({"left_over": self.left_over} if self.left_over else {}),
            **self.extra,
        }

    @classmethod
    def decode(cls, data: bytes) -> "Save":
        """A save file's bytes, or a code's. Raises SaveError for anything but a whole save of this format."""
        return decode_code(data.decode("utf-8-sig", errors="replace")) if is_code(data) else cls.decode_json(data)

    @classmethod
    def decode_json(cls, data: bytes) -> "Save":
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
            left_over=_steps(raw.get("left_over", []), "left_over"),
            extra={k: v for k, v in raw.items() if k not in _KEYS},
        )


# --- codes ---------------------------------------------------------------------------------------------------------


_CODE = re.compile(r"ST(\d+)\.")
_CUT = re.compile(r"ST1\.[\w-]*={0,2}(\.[0-9a-f]{0,7})?\Z", re.ASCII | re.IGNORECASE)
_ST1 = re.compile(r"ST1\.([\w-]+)={0,2}\.([0-9a-f]{8})\Z", re.ASCII | re.IGNORECASE)


def encode_code(save: Save, story: "Story") -> str:
    """A save as a code to copy: `ST1.`, base64url without padding of the zlib-compressed JSON, `.`, and the CRC32 of
    the compressed bytes as eight hexadecimal digits. It leaves out labels, what was typed (values of variables of
    `story` that hold text, and `name`) and what other programs added. Raises SaveError for a play too long."""
    from game.story.expressions import Kind  # a list of saves does without

    known = {v.id for v in story.variables.values() if v.kind is not Kind.TEXT}

    def untyped(values: "Mapping[str, Value]") -> "dict[str, Value]":
        return {name: value for name, value in values.items() if name in known}

    bare = replace(
        save,
        answers=untyped(save.answers),
        start=Start(save.start.scene, untyped(save.start.state)) if save.start else None,
        steps=_bare(save.steps),
        left_over=_bare(save.left_over),
        name="",
        extra={},
    )
    kept = {key: value for key, value in bare.as_data().items() if value or key == "steps"}
    data = json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    if len(data) > MAX_CODE:
        raise SaveError("too long a play for a code: copy its save instead")
    packed = zlib.compress(data, 9)
    return f"ST1.{urlsafe_b64encode(packed).decode().rstrip('=')}.{zlib.crc32(packed):08x}"


def decode_code(text: str) -> Save:
    """The save in a code. Raises SaveError, its message one line, for what is cut, mistyped, too large or foreign."""
    return Save.decode_json(_unpacked(text))


def is_code(data: bytes) -> bool:
    """Whether this is to be read as a code: no JSON begins with its first letter."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"S"


def _unpacked(text: str) -> bytes:
    """The JSON in a code, at most MAX_CODE bytes; line breaks and spaces anywhere in it are no matter."""
    text = "".join(text.split())
    version = _CODE.match(text)
    if version is None:
        raise SaveError("no code of this game: one begins with ST1.")
    if version[1] != "1":
        raise SaveError(f"a code made by another version (ST{version[1][:9]})")
    found = _ST1.match(text)
    if found is None:
        cut = _CUT.match(text)
        raise SaveError("the code is cut: its end is missing" if cut else "the code is mistyped or cut: copy it again")
    try:
        packed = urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4))
    except ValueError:  # a length that base64 never has
        packed = b""
    if f"{zlib.crc32(packed):08x}" != found[2].lower():
        raise SaveError("the code is mistyped or cut: copy it again")
    unpacking = zlib.decompressobj()
    try:
        raw = unpacking.decompress(packed, MAX_CODE + 1)
    except zlib.error:
        raise SaveError("damaged: no save is in this code") from None
    if len(raw) > MAX_CODE:
        raise SaveError(f"the code holds more than {MAX_CODE // 2**20} MiB: no save of this game")
    if not unpacking.eof or unpacking.unused_data:
        raise SaveError("damaged: no whole save is in this code")
    return raw


def _bare(steps: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{key: step[key] for key in ("id", "position", "hands") if key in step} for step in steps]


# --- what a save may hold ------------------------------------------------------------------------------------------


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


def _values(values: Mapping[str, Any], key: str) -> "dict[str, Value]":
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
