"""Saves that are damaged, foreign or hostile: refused in one line, or played."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from game.errors import SaveError
from game.play import saves, shelf
from game.play.restore import restore
from game.play.saves import Save
from game.play.slots import Slots
from game.story.model import Story
from tests.saved import NOW, QUICK, STEPS, played, put, refusal, story_of, whole


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return story_of(tmp_path)


@pytest.fixture
def slots(tmp_path: Path, story: Story) -> Slots:
    return Slots(tmp_path / "saves", story, lambda: NOW)


def test_a_save_cut_off_at_any_byte_is_refused(slots: Slots) -> None:
    data = played(slots).as_save().encode()
    assert data.endswith(b"}\n")
    for length in range(len(data) - 1):
        with pytest.raises(SaveError, match="damaged: it is not whole JSON"):
            Save.decode(data[:length])
    assert Save.decode(data[:-1]) == Save.decode(data)


HUGE = "9" * 5_000
REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "damaged: it is not whole JSON"),
    "no JSON": (b"hello", "damaged: it is not whole JSON"),
    "not UTF-8": (b'{"format": 1, "name": "\xff"}', "damaged: it is not whole JSON"),
    "zeros": (b"\0" * 400, "damaged: it is not whole JSON"),
    "a list": (b"[1]", "no save of this game"),
    "null": (b"null", "no save of this game"),
    "another program's": (b'{"format": "1", "steps": []}', "no save of this game"),
    "a flag for the format": (b'{"format": true, "steps": []}', "no save of this game"),
    "without steps": (b'{"format": 1}', "no save of this game"),
    "newer": (b'{"format": 2, "steps": []}', r"made by a newer version \(format 2\)"),
    "much newer": (b'{"format": ' + HUGE[:4_000].encode() + b', "steps": []}', "made by a newer version"),
    "older": (b'{"format": 0, "steps": []}', "of an unknown format"),
    "a huge number": (b'{"format": 1, "steps": [], "x": ' + HUGE.encode() + b"}", "damaged"),
    "NaN": (b'{"format": 1, "steps": [], "x": NaN}', "damaged: it is not whole JSON"),
    "infinity": (b'{"format": 1, "steps": [], "x": -Infinity}', "damaged: it is not whole JSON"),
    "too large a float": (b'{"format": 1, "steps": [], "x": 1e999}', "damaged: it is not whole JSON"),
    "half a character": (b'{"format": 1, "steps": [], "name": "\\ud800"}', "damaged: it is not whole JSON"),
    "half a key": (b'{"format": 1, "steps": [], "\\udfff": 1}', "damaged: it is not whole JSON"),
    "deep lists": (b'{"format": 1, "steps": ' + b"[" * 100_000, "damaged: it is not whole JSON"),
    "deep whole lists": (b'{"format": 1, "steps": [], "x": ' + b"[" * 60 + b"]" * 60 + b"}", "nested too deep"),
    "deeper whole lists": (b'{"format": 1, "steps": [], "x": ' + b"[" * 900 + b"]" * 900 + b"}", "damaged"),
    "deep blocks": (b'{"format": 1, "steps": [], "x": ' + b'{"x":' * 300 + b"1" + b"}" * 301, "nested too deep"),
    "too large": (b'{"format": 1, "steps": []}' + b" " * shelf.MAX_SAVE, "larger than 4 MiB"),
    "too many steps": (
        b'{"format": 1, "steps": [' + b'{"id":""},' * saves.MAX_STEPS + b'{"id":""}]}', "more than 100,000 steps",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_whole_save_of_this_game_is_refused_in_one_line(slots: Slots, data: bytes, why: str) -> None:
    put(slots, data)
    assert re.match(f"a: .*{why}", refusal(slots))
    (info,) = slots.list()
    assert info.error
    assert info.error.isprintable()


WRONG: list[dict[str, Any]] = [
    {"story": 1}, {"story": None}, {"digest": []}, {"title": {}}, {"started": 5}, {"saved": False}, {"name": 3},
    {"answers": []}, {"answers": {"name": None}}, {"answers": {"name": 1.5}}, {"answers": {"name": ["x"]}},
    {"from": []}, {"from": {}}, {"from": {"scene": None}}, {"from": {"scene": "hall", "state": []}},
    {"from": {"scene": "hall", "state": {"n": 2.0}}},
    {"steps": None}, {"steps": {}}, {"steps": "x"}, {"steps": [1]}, {"steps": [{}]}, {"steps": [{"id": 1}]},
    {"steps": [{"id": "hall/leave", "label": 1}]}, {"steps": [{"id": "hall/leave", "label": None}]},
    {"steps": [{"id": "hall/leave", "position": "1"}]}, {"steps": [{"id": "hall/leave", "position": 1.0}]},
    {"steps": [{"id": "hall/leave", "position": True}]}, {"steps": [{"id": "hall/leave", "hands": 3}]},
    {"steps": [{"id": "hall/leave", "hands": [1, "2"]}]}, {"steps": [{"id": "hall/leave", "hands": [True]}]},
    {"debrief": "x"}, {"debrief": [1]}, {"left_over": 1}, {"left_over": [{}]},
]  # fmt: skip


@pytest.mark.parametrize("change", WRONG, ids=json.dumps)
def test_a_key_of_the_wrong_type_is_damage(slots: Slots, change: dict[str, Any]) -> None:
    (key,) = change
    put(slots, whole(slots, **change))
    assert refusal(slots) == f"a: damaged: `{key}` is not what it should be"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=8,
)
STEP = st.dictionaries(st.sampled_from(["id", "label", "position", "hands"]), st.sampled_from(STEPS) | JSON)


@QUICK
@given(
    key=st.sampled_from(sorted(saves._KEYS)),
    value=JSON | st.lists(STEP, max_size=4) | st.dictionaries(st.sampled_from(["name", "age", "scene", "state"]), JSON),
    elsewhere=st.booleans(),
)
@example(key="from", value={"scene": "x\ny\x1b[2J", "state": {}}, elsewhere=False)
@example(key="from", value={"scene": "hall", "state": {"x\ny\x1b[2J": 1}}, elsewhere=True)
@example(key="from", value={"scene": "hall", "state": {"n": "x" * 9_999}}, elsewhere=True)
@example(key="answers", value={"x\ny\x1b[2J" * 99: 1}, elsewhere=False)
@example(key="answers", value={"x\ny\x1b[2J" * 99: 1}, elsewhere=True)
@example(key="title", value="\x1b]0;x\x07", elsewhere=False)
@example(key="story", value="\x1b]0;x\x07\n", elsewhere=False)
@example(key="steps", value=[{"id": "x\ny\x1b[2J" * 99}], elsewhere=False)
def test_any_json_under_any_key_plays_or_is_refused_in_one_line(
    slots: Slots, key: str, value: Any, elsewhere: bool
) -> None:
    raw = whole(slots, **({"digest": "0"} if elsewhere else {})) | {key: value}
    put(slots, json.dumps(raw).encode())
    try:
        play, notes = slots.resume("a")
    except SaveError:
        refusal(slots)
    else:
        assert all(note.isprintable() for note in notes)
        play.save()
        again, _ = slots.resume("a")
        assert again.session.page == play.session.page


@QUICK
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_refused_in_one_line(slots: Slots, data: bytes) -> None:
    put(slots, data)
    refusal(slots)


def test_another_storys_save_is_refused_by_its_title(slots: Slots) -> None:
    put(slots, whole(slots, story="other", title="Moby\x1b[2J Dick\n"))
    assert refusal(slots) == "a: a save of another story, 'Moby [2J Dick'"
    put(slots, whole(slots, story="other", title=""))
    assert refusal(slots) == "a: a save of another story, 'other'"
    with pytest.raises(SaveError, match="another story"):
        restore(slots.story, Save.decode(slots.path("a").read_bytes()))


def test_what_is_no_file_is_refused(slots: Slots) -> None:
    played(slots, slot="b")
    slots.path("a").mkdir()
    os.mkfifo(slots.path("f"))
    for slot in ("a", "f", "missing"):
        assert refusal(slots, slot) == f"{slot}: there is no such save"
    slots.path("loop").symlink_to(slots.path("loop"))
    refusal(slots, "loop")
    with pytest.raises(SaveError):
        slots.write("a", played(slots, slot="b").as_save())
    assert [p.name for p in slots.folder.iterdir() if "tmp" in p.name] == []


def test_a_file_changed_by_hand_plays_what_could_have_happened_or_is_refused(slots: Slots) -> None:
    raw = whole(slots)
    raw["steps"] = [{"id": "hall/leave"}, {"id": "yard/go_on", "label": "Nonsense", "position": 77}]
    put(slots, raw)
    assert slots.resume("a")[0].session.place == "end"
    for wrong in ["yard/go_on", "hall/ask_the_man/about_war", "hall/continue", "nowhere/x", ""]:
        raw["steps"] = [{"id": wrong, "label": "Leave.", "position": 3}]
        put(slots, raw)
        assert refusal(slots) == f"a: changed by hand: step 1, {wrong!r}, is not offered there"
    for answers in [{"age": 10}, {"age": "7"}, {"n": 3}, {"zz": 1}, {"name": True}]:
        put(slots, whole(slots, answers=answers))
        assert refusal(slots) == f"a: changed by hand: the answer {next(iter(answers))!r} can't be given"
    for begun in [{"scene": "nowhere"}, {"scene": "hall", "state": {"n": 10}}, {"scene": "hall", "state": {"zz": 1}}]:
        put(slots, whole(slots, **{"from": begun}))
        assert refusal(slots).startswith("a: begins where this story can't: ")
    put(slots, whole(slots, answers={"name": "\x1b[31mEve\nx"}, steps=[]))
    assert slots.resume("a")[0].session.answers["name"] == "[31mEve x"
