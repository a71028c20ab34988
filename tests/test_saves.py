"""Saves: written whole or not at all, refused in one line or played again, and outliving edits of the story."""

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from game.play import saves
from game.play import slots as slots_module
from game.play.saves import Save, SaveError, restore
from game.play.session import PlayError, Session, Start
from game.play.slots import Play, Slots
from game.story.loader import load
from game.story.model import Story

ROOT = Path(__file__).parent.parent
TEXT = """
format: 1
id: hall
title: The Hall
start: hall
state:
  name: {text: you, ask: "Who?"}
  age: {range: [1, 9], start: 5, ask: "How old?"}
  n: {range: [0, 9], start: 0, show: number}
scenes:
  hall:
    text: A hall, {name}, {n}, {age}.
    choices:
      - {label: Look around., stay: true, once: false, set: {n: n + 1}}
      - {label: Ask the man., choices: [{label: About rain.}, {label: About war., set: {n: 9}}], go: yard}
      - {label: Leave., go: yard}
  yard:
    text: A yard.
    choices:
      - {label: Go back., go: hall}
      - {label: Go on., go: end}
  end: {ending: {title: The end}, text: Over.}
"""
STEPS = ["hall/look_around", "hall/ask_the_man", "hall/ask_the_man/about_war", "yard/go_back", "hall/leave"]
NOW = datetime(2024, 3, 1, 12, 30, tzinfo=UTC)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def story_of(folder: Path, text: str = TEXT) -> Story:
    path = folder / "hall.yaml"
    path.write_text(text, encoding="utf-8")
    loaded = load(path)
    assert loaded.story is not None, loaded.errors
    return loaded.story


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return story_of(tmp_path)


@pytest.fixture
def slots(tmp_path: Path, story: Story) -> Slots:
    return Slots(tmp_path / "saves", story, lambda: NOW)


def played(slots: Slots, steps: list[str] = STEPS, slot: str = "a") -> Play:
    session = Session(slots.story, {"name": "Ada", "age": 7})
    for step in steps:
        session.choose(step)
    play = Play(session, slots, slot)
    play.save()
    return play


def put(slots: Slots, data: bytes | dict[str, Any], slot: str = "a") -> None:
    path = slots.path(slot)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())


def whole(slots: Slots, **changes: Any) -> dict[str, Any]:
    """A sound save as JSON, with some keys changed; a key of `...` is left out."""
    raw = json.loads(played(slots).as_save().encode())
    return {k: v for k, v in (raw | changes).items() if v is not ...}


def refusal(slots: Slots, slot: str = "a", *, previous: bool = False) -> str:
    """Why a slot is refused: one line that a terminal prints as it is."""
    with pytest.raises(SaveError) as refused:
        slots.resume(slot, previous=previous)
    said = str(refused.value)
    assert said.isprintable()
    assert len(said) < 200
    return said


# --- what a save is ------------------------------------------------------------------------------------------------


def test_a_save_is_the_answers_and_the_steps_as_json(slots: Slots) -> None:
    played(slots, STEPS[:2])
    raw = json.loads(slots.path("a").read_text(encoding="utf-8"))
    assert raw == {
        "format": 1,
        "story": "hall",
        "digest": slots.story.digest,
        "title": "The Hall",
        "started": "2024-03-01T12:30:00Z",
        "saved": "2024-03-01T12:30:00Z",
        "answers": {"name": "Ada", "age": 7},
        "from": None,
        "steps": [
            {"id": "hall/look_around", "label": "Look around.", "position": 1},
            {"id": "hall/ask_the_man", "label": "Ask the man.", "position": 2},
        ],
        "debrief": [],
        "name": "",
    }


def test_loading_plays_the_steps_again(slots: Slots) -> None:
    play = played(slots)
    loaded, notes = slots.resume("a")
    assert (notes, loaded.left_over, loaded.slot, loaded.started) == ((), [], "a", play.started)
    assert loaded.session.page == play.session.page
    assert loaded.session.state == {"name": "Ada", "age": 7, "n": 9}
    assert loaded.as_save() == play.as_save()


def test_the_hands_of_a_vote_are_kept(slots: Slots) -> None:
    play = Play(Session(slots.story), slots, "a")
    play.session.choose("hall/leave", (1, 2, 30))
    play.debrief, play.name = ["Because.", ""], "Class 9b"
    play.save()
    loaded, _ = slots.resume("a")
    assert loaded.session.steps[0].hands == (1, 2, 30)
    assert (loaded.debrief, loaded.name) == (["Because.", ""], "Class 9b")


def test_keys_this_program_does_not_know_survive(slots: Slots) -> None:
    raw = whole(slots, mood={"deep": [1, {"x": None}]}, zeit=1.5)
    raw["steps"][1]["seconds"] = 12
    raw["steps"][4]["seconds"] = 99
    put(slots, raw)
    play, _ = slots.resume("a")
    play.session.undo()
    play.session.choose("hall/look_around")
    play.save()
    after = json.loads(slots.path("a").read_bytes())
    assert (after["mood"], after["zeit"]) == ({"deep": [1, {"x": None}]}, 1.5)
    assert [step.get("seconds") for step in after["steps"]] == [None, 12, None, None, None]


@pytest.mark.parametrize("start", [Start("yard", {"n": 4}), Start("hall", {})])
def test_a_play_that_begins_elsewhere_loads_as_it_was(slots: Slots, start: Start) -> None:
    play = Play(Session(slots.story, {"age": 2}, start), slots, "a")
    play.session.choose(play.session.offered[0])
    play.save()
    assert json.loads(slots.path("a").read_bytes())["from"] == {"scene": start.scene, "state": dict(start.state)}
    loaded, _ = slots.resume("a")
    assert loaded.session.page == play.session.page
    assert loaded.session.start == start
    loaded.session.undo()
    assert loaded.session.place == start.scene


# --- damaged, foreign, hostile -------------------------------------------------------------------------------------


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
    "too large": (b'{"format": 1, "steps": []}' + b" " * slots_module.MAX_SAVE, "larger than 4 MiB"),
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


# --- saves outlive edits of the story ------------------------------------------------------------------------------

EDITS: dict[str, tuple[str, str, list[str]]] = {
    "a corrected text": ("A yard.", "A dark yard.", []),
    "a label corrected, found by its position": (
        "Ask the man.",
        "Ask the old man.",
        [
            "The story has changed: step 2 was found by its position.",
            "The story has changed: step 3 was found by its label.",
        ],
    ),
    "an id given, found by the label": (
        "{label: Leave., go: yard}",
        "{label: Leave., id: away, go: yard}",
        ["The story has changed: step 5 was found by its label."],
    ),
    "a new id in another place, found by the label": (
        """      - {label: Look around., stay: true, once: false, set: {n: n + 1}}
""",
        """      - {label: Sit., go: end}
      - {label: Look around., id: look, stay: true, once: false, set: {n: n + 1}}
""",
        ["The story has changed: step 1 was found by its label."],
    ),
    "a list in another order": (
        """      - {label: Go back., go: hall}
      - {label: Go on., go: end}
""",
        """      - {label: Go on., go: end}
      - {label: Go back., go: hall}
""",
        [],
    ),
}


@pytest.mark.parametrize(("before", "after", "expected"), EDITS.values(), ids=EDITS.keys())
def test_a_save_outlives_an_edit_and_says_what_was_found_how(
    slots: Slots, tmp_path: Path, before: str, after: str, expected: list[str]
) -> None:
    played(slots)
    assert TEXT.count(before) == 1
    edited = Slots(tmp_path / "saves", story_of(tmp_path, TEXT.replace(before, after)), lambda: NOW)
    play, notes = edited.resume("a")
    assert list(notes) == expected
    assert play.session.place == "yard"
    assert len(play.session.steps) == 5
    assert play.left_over == []
    play.save()
    assert edited.resume("a")[1] == ()  # the file now holds the story as it is


LOST: dict[str, tuple[str, str, int]] = {
    "a scene that is gone": ("      - {label: Go back., go: hall}\n", "", 3),
    "a scene renamed": ("yard", "court", 3),
    "a choice that is offered no more": ("{label: Leave., go: yard}", "{label: Leave., when: n > 90, go: yard}", 4),
    "an earlier way out": ("go: yard}\n      - {label: Leave.", "go: end}\n      - {label: Leave.", 3),
}


@pytest.mark.parametrize(("before", "after", "kept"), LOST.values(), ids=LOST.keys())
def test_steps_that_no_longer_fit_are_kept_in_the_file_and_play_goes_on(
    slots: Slots, tmp_path: Path, before: str, after: str, kept: int
) -> None:
    play = played(slots)
    old = json.loads(play.as_save().encode())["steps"]
    text = TEXT.replace(before, after).replace("n > 90", "n > 9 - 9 + 8 and n < 9")
    edited = Slots(tmp_path / "saves", story_of(tmp_path, text), lambda: NOW)
    play, notes = edited.resume("a")
    expected = f"The story has changed: {5 - kept} of 5 steps no longer fit and are kept aside."
    if before.startswith("      - {label: Go back"):  # what is left stands at its position
        assert notes == (
            "The story has changed: step 4 was found by its position.",
            "The story has changed: 1 of 5 steps no longer fit and are kept aside.",
        )
        kept = 4
    else:
        assert notes == (expected,)
    assert len(play.session.steps) == kept
    play.save()
    raw = json.loads(edited.path("a").read_bytes())
    assert raw["left_over"] == old[kept:]
    again, notes = edited.resume("a")
    assert notes == ()
    for _ in range(3):
        if again.session.offered:
            again.session.choose(again.session.offered[-1])
    again.save()
    assert json.loads(edited.path("a").read_bytes())["left_over"] == old[kept:]


def test_a_step_is_never_looked_for_in_another_scene(slots: Slots) -> None:
    raw = whole(slots, digest="0")
    raw["steps"] = [{"id": "yard/gone", "label": "Leave.", "position": 3}]
    put(slots, raw)
    play, notes = slots.resume("a")
    assert (play.session.steps, len(notes), len(play.left_over)) == ([], 1, 1)


def test_another_choice_stands_in_only_where_the_id_is_gone(slots: Slots, tmp_path: Path) -> None:
    played(slots, ["hall/leave"])
    text = TEXT.replace("{label: Leave., go: yard}", "{label: Leave., when: n > 5, go: yard}")
    text = text.replace("    choices:\n", "    choices:\n      - {label: Leave., id: off, go: end}\n", 1)
    edited = Slots(tmp_path / "saves", story_of(tmp_path, text), lambda: NOW)
    play, _ = edited.resume("a")
    assert (play.session.steps, [step["id"] for step in play.left_over]) == ([], ["hall/leave"])


def test_an_answer_that_no_longer_fits_is_let_go_of(slots: Slots, tmp_path: Path) -> None:
    played(slots)
    text = TEXT.replace('  name: {text: you, ask: "Who?"}\n', "").replace("{name}", "you").replace("[1, 9]", "[1, 6]")
    edited = Slots(tmp_path / "saves", story_of(tmp_path, text), lambda: NOW)
    play, notes = edited.resume("a")
    assert notes == (
        "The story has changed: the answer 'name' no longer fits.",
        "The story has changed: the answer 'age' no longer fits.",
    )
    assert play.session.answers == {"age": 5}
    assert len(play.session.steps) == 5


def test_a_new_question_takes_its_start(slots: Slots, tmp_path: Path) -> None:
    played(slots)
    text = TEXT.replace("state:\n", 'state:\n  far: {one_of: [yes, no], start: no, ask: "Far?"}\n')
    edited = Slots(tmp_path / "saves", story_of(tmp_path, text.replace("A yard.", "A yard, {far}.")), lambda: NOW)
    play, notes = edited.resume("a")
    assert (notes, play.session.answers["far"]) == ((), "no")


# --- writing -------------------------------------------------------------------------------------------------------


def test_a_save_is_written_beside_flushed_moved_into_place_and_the_folder_flushed(
    slots: Slots, monkeypatch: pytest.MonkeyPatch
) -> None:
    played(slots, STEPS[:1])
    done: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def flush(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        done.append("fsync folder" if path.is_dir() else f"fsync {path.suffix}")
        if not path.is_dir():
            assert Save.decode(path.read_bytes()).steps  # all of it is there to be flushed
            assert len(Save.decode(slots.path("a").read_bytes()).steps) == 1  # and the old one still stands
        fsync(descriptor)

    def move(self: Path, target: Path) -> Path:
        assert self.parent == target.parent
        done.append(f"move to {target.name}")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", flush)
    monkeypatch.setattr(Path, "replace", move)
    played(slots, STEPS[:2])
    assert done == ["fsync .tmp", "move to a.json.bak", "move to a.json", "fsync folder"]
    assert sorted(p.name for p in slots.folder.iterdir()) == ["a.json", "a.json.bak"]


FAILURES = [("fsync", 1), ("replace", 1), ("replace", 2), ("fsync", 2), ("open", 1), ("write", 1)]


@pytest.mark.parametrize(("what", "nth"), FAILURES)
def test_a_full_disk_gives_one_line_and_loses_nothing(
    slots: Slots, monkeypatch: pytest.MonkeyPatch, what: str, nth: int
) -> None:
    played(slots, STEPS[:1])
    played(slots, STEPS[:2])
    play = played(slots, STEPS[:3])
    play.session.choose("yard/go_back")
    calls = 0

    def failing(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **keywords: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == nth:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(*args, **keywords)

        return call

    with monkeypatch.context() as patched:
        match what:
            case "replace":
                patched.setattr(Path, "replace", failing(Path.replace))
            case "write":
                patched.setattr(os, "fdopen", failing(os.fdopen))
            case _:
                patched.setattr(os, what, failing(getattr(os, what)))
        with pytest.raises(SaveError, match=r"^a: can't be saved: No space left on device$"):
            play.save()
    assert len(slots.read("a").steps) >= 3
    assert len(slots.read_previous("a").steps) >= 2
    assert not [p for p in slots.folder.iterdir() if "tmp" in p.name]
    play.save()
    assert len(slots.read("a").steps) == 4


def test_a_file_system_without_links_keeps_the_previous_generation_too(
    slots: Slots, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_link(*_: Any) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_link)
    played(slots, STEPS[:1])
    played(slots, STEPS[:2])
    assert (len(slots.read("a").steps), len(slots.read_previous("a").steps)) == (2, 1)


def test_a_folder_that_cannot_be_made_gives_one_line(tmp_path: Path, story: Story) -> None:
    (tmp_path / "saves").write_text("a file", encoding="utf-8")
    slots = Slots(tmp_path / "saves", story)
    with pytest.raises(SaveError, match=r"^play-1: can't be saved: (File exists|Not a directory)$"):
        Play(Session(story), slots, slots.fresh()).save()
    assert slots.list() == []


def test_a_folder_that_cannot_be_read_gives_one_line(slots: Slots, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> bool:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    played(slots)
    monkeypatch.setattr(Path, "exists", refuse)
    monkeypatch.setattr(Path, "is_file", refuse)
    with pytest.raises(SaveError, match=r"^a: can't be read: Permission denied$"):
        slots.exists("a")
    assert slots.fresh() == "play-1"
    assert refusal(slots) == "a: can't be read: Permission denied"


def test_a_play_too_long_to_be_loaded_again_is_not_written_over_one_that_can(
    slots: Slots, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = played(slots)
    monkeypatch.setattr(slots_module, "MAX_SAVE", slots.path("a").stat().st_size)
    play.save()
    play.session.choose("yard/go_back")
    with pytest.raises(SaveError, match=r"^a: can't be saved: longer than"):
        play.save()
    assert len(slots.read("a").steps) == 5


def test_saves_are_the_players_own(slots: Slots) -> None:
    played(slots)
    assert slots.path("a").stat().st_mode & 0o777 == 0o600


SAVER = """
import sys
from pathlib import Path
from game.play.slots import Play, Slots
from game.play.session import Session
from game.story.loader import load
story = load(Path(sys.argv[1])).story
play = Play(Session(story), Slots(Path(sys.argv[2]), story), "a")
while True:
    play.save()
    play.session.choose("hall/look_around")
    if len(play.session.steps) == 3:
        print("ready", flush=True)
    if len(play.session.steps) > 40:
        play.session.replay([])
"""


def test_killed_at_any_moment_the_slot_always_loads(slots: Slots, tmp_path: Path) -> None:
    lengths = set()
    for round_ in range(16):
        command = [sys.executable, "-c", SAVER, str(tmp_path / "hall.yaml"), str(tmp_path / "saves")]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        until = time.monotonic() + round_ * 0.0037
        while time.monotonic() < until:
            assert slots.resume("a")[0].session.place == "hall"  # and so does reading while another writes
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        play, notes = slots.resume("a")
        assert notes == ()
        lengths.add(len(play.session.steps))
        slots.read_previous("a")
    assert lengths


# --- the generation before -----------------------------------------------------------------------------------------


def test_the_previous_generation_is_kept(slots: Slots) -> None:
    for count in range(1, 5):
        played(slots, STEPS[:count])
        if count > 1:
            assert (len(slots.read("a").steps), len(slots.read_previous("a").steps)) == (count, count - 1)
    assert [info.name for info in slots.list()] == ["a"]


def test_a_damaged_save_offers_the_one_before_and_is_put_aside(slots: Slots) -> None:
    played(slots, STEPS[:2])
    played(slots, STEPS[:3])
    for damage in (b"first", b"second"):
        put(slots, damage)
        assert refusal(slots) == "a: damaged: it is not whole JSON"
        (info,) = slots.list()
        assert (info.name, info.error, info.has_previous, info.steps) == (
            "a", "a: damaged: it is not whole JSON", True, 2,
        )  # fmt: skip
        play, _ = slots.resume("a", previous=True)
        assert len(play.session.steps) == 2
        play.save()
        assert len(slots.read("a").steps) == 2
        assert len(slots.read_previous("a").steps) == 2
    aside = {p.read_bytes() for p in slots.folder.iterdir() if ".damaged" in p.name}
    assert aside == {b"first", b"second"}
    assert [info.name for info in slots.list()] == ["a"]


def test_without_a_save_the_one_before_still_makes_a_slot(slots: Slots) -> None:
    played(slots, STEPS[:2])
    played(slots, STEPS[:3])
    slots.path("a").unlink()
    assert slots.exists("a")
    (info,) = slots.list()
    assert info.has_previous
    assert len(slots.resume("a", previous=True)[0].session.steps) == 2


def test_when_both_generations_are_damaged_both_say_so(slots: Slots) -> None:
    played(slots)
    played(slots)
    put(slots, b"{")
    slots.path("a").with_name("a.json.bak").write_bytes(b"{")
    refusal(slots)
    refusal(slots, previous=True)
    (info,) = slots.list()
    assert (info.has_previous, info.steps) == (False, 0)
    assert slots.path("a").read_bytes() == b"{"  # nothing was moved


# --- slots ---------------------------------------------------------------------------------------------------------

BAD_NAMES = ["", ".", "..", "../x", "/etc/x", "a/b", "a\\b", "a.json", ".a", "con", "CON", "Nul", "com1", "lpt9",
             "a\0b", "x" * 41, "x" * 300, "a ", " a", "a\n", "\n", "a\nb", "a\x1b[2J", "_a", "-a", "a*", "a:b", "~",
             "\udcff", "a\u202eb"]  # fmt: skip
GOOD_NAMES = ["a", "A", "play-1", "class 9b", "Ада", "東京", "x" * 40, "con2", "a_b", "9"]


@pytest.mark.parametrize("name", BAD_NAMES, ids=ascii)
def test_a_slots_name_cannot_leave_the_folder_nor_break_a_line(slots: Slots, name: str) -> None:
    for use in (slots.path, slots.exists, slots.read, slots.read_previous, slots.resume):
        with pytest.raises(SaveError) as refused:
            use(name)
        assert str(refused.value).isprintable()
        assert len(str(refused.value)) < 200
    with pytest.raises(SaveError):
        Play(Session(slots.story), slots, name).save()
    assert not slots.folder.exists()


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_a_good_name_makes_a_slot(slots: Slots, name: str) -> None:
    played(slots, slot=name)
    played(slots, slot=name)
    assert slots.path(name).parent == slots.folder
    assert [info.name for info in slots.list()] == [name]
    assert slots.resume(name)[0].slot == name


@given(st.text(max_size=50))
@settings(deadline=None)
def test_any_name_stays_in_the_folder_or_is_refused(name: str) -> None:
    slots = Slots(Path("/nowhere"), _BARE)
    refused = ""
    path = slots.folder / f"{name}.json"
    try:
        path = slots.path(name)
    except SaveError as error:
        refused = str(error)
    assert refused.isprintable()
    assert refused or (path.parent == slots.folder and path.name == f"{name}.json")


_BARE = Story(id="bare", title="Bare", digest="", start="", scenes={}, choices={})


def test_the_list_has_the_newest_first_and_nothing_else_that_lies_there(slots: Slots) -> None:
    for day, name in [(1, "old"), (3, "new"), (2, "between")]:
        slots.clock = lambda day=day: datetime(2024, 3, day, tzinfo=UTC)  # type: ignore[misc]
        played(slots, STEPS[:day], name)
    for stray in ["README.md", ".new.json.7.tmp", "a b .json", "x.json.txt", "new.damaged-1", "con.json"]:
        (slots.folder / stray).write_text("{}", encoding="utf-8")
    found = [(info.name, info.steps, info.saved[:10]) for info in slots.list() if not info.error]
    assert found == [("new", 3, "2024-03-03"), ("between", 2, "2024-03-02"), ("old", 1, "2024-03-01")]
    assert all(info.error for info in slots.list() if info.name not in ("new", "between", "old"))


def test_the_date_in_a_list_cannot_steer_a_terminal(slots: Slots) -> None:
    put(slots, whole(slots, saved="\x1b[2J\n2024"))
    (info,) = slots.list()
    assert info.saved.isprintable()


def test_a_fresh_slot_is_one_that_nothing_holds(slots: Slots) -> None:
    assert slots.fresh() == "play-1"
    played(slots, slot="play-1")
    assert slots.fresh() == "play-2"
    played(slots, slot="play-2")
    played(slots, slot="play-2")
    slots.path("play-2").unlink()
    assert slots.fresh() == "play-3"  # its previous generation is still there


def test_each_story_has_a_folder_of_its_own(tmp_path: Path, slots: Slots) -> None:
    other = Slots(tmp_path / "saves", story_of(tmp_path, TEXT.replace("id: hall", "id: other")))
    played(slots)
    assert not other.exists("a")
    assert slots.folder != other.folder


def test_a_start_that_cannot_be_is_refused_in_one_line(story: Story) -> None:
    for start in [
        Start("no\nwhere", {}),
        Start("hall", {"n": 99}),
        Start("hall", {"x\x1b": 1}),
        Start("hall", {"n": "1"}),
    ]:
        with pytest.raises(PlayError) as refused:
            Session(story, start=start)
        assert str(refused.value).isprintable()
