"""Codes: a play as one word to copy, which opens wherever a save does and is refused in one line when damaged."""

import base64
import json
import random
import re
import subprocess
import sys
import textwrap
import tracemalloc
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from game.errors import SaveError
from game.play.given import Start
from game.play.restore import replay, restore
from game.play.saves import MAX_CODE, Save, decode_code, encode_code
from game.play.session import Session
from game.play.slots import Play, Slots
from game.story.loader import load
from game.story.model import Story

ROOT = Path(__file__).parent.parent
GOOD = ROOT / "tests" / "stories" / "good"
STORIES = [*sorted(p for p in GOOD.iterdir() if p.is_dir() or p.suffix == ".yaml"), ROOT / "scenes" / "special-tasks"]
SECRET = "Rosalind of 9b"
TEXT = """
format: 1
id: hall
title: The Hall
start: hall
state:
  name: {text: you, ask: "Who?"}
  pace: {one_of: [full, short], start: full, ask: "How long?"}
  n: {range: [0, 9], start: 0}
scenes:
  hall:
    text: A hall, {name}, {n}.
    choices:
      - {label: "Say that you are {name}.", id: say, stay: true, once: false, set: {n: n + 1}}
      - {label: Go., when: pace == short, go: end}
  end: {ending: {title: The end}, text: Over.}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "hall.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def story(path: Path) -> Story:
    story = load(path).story
    assert story is not None
    return story


@pytest.fixture
def save(story: Story, tmp_path: Path) -> Save:
    session = Session(story, {"name": SECRET, "pace": "short"})
    for step in ("hall/say", "hall/say", "hall/go"):
        session.choose(step)
    play = Play(session, Slots(tmp_path / "saves", story, lambda: datetime(2024, 3, 1, tzinfo=UTC)), "a")
    play.debrief, play.name, play.extra = ["Because."], SECRET, {"theirs": SECRET}
    play.read_steps = [{"id": "hall/say", "note": SECRET}]
    return play.as_save()


def sealed(data: bytes | object) -> str:
    """A code around anything, its checksum right."""
    packed = zlib.compress(data if isinstance(data, bytes) else json.dumps(data).encode())
    return f"ST1.{base64.urlsafe_b64encode(packed).decode().rstrip('=')}.{zlib.crc32(packed):08x}"


def refusal(text: str) -> str:
    with pytest.raises(SaveError) as refused:
        decode_code(text)
    said = str(refused.value)
    assert said.isprintable()
    assert len(said) < 200
    return said


# --- there and back ------------------------------------------------------------------------------------------------


def test_a_code_holds_the_play_and_no_label(save: Save, story: Story) -> None:
    code = encode_code(save, story)
    assert re.fullmatch(r"ST1\.[A-Za-z0-9_-]+\.[0-9a-f]{8}", code)
    packed = base64.urlsafe_b64decode(code.split(".")[1] + "==")
    assert f"{zlib.crc32(packed):08x}" == code.split(".")[2]
    raw = json.loads(zlib.decompress(packed))
    assert raw["steps"][0] == {"id": "hall/say", "position": 1}
    assert (raw["format"], raw["story"], raw["debrief"]) == (1, "hall", ["Because."])
    restored = restore(story, decode_code(code))
    assert restored.notes == ()
    assert [s.id for s in restored.session.steps] == ["hall/say", "hall/say", "hall/go"]
    assert restored.session.outcome == restore(story, save).session.outcome


def test_what_a_player_typed_is_in_no_code(save: Save, story: Story) -> None:
    begun = replace(save, start=Start("hall", {"name": SECRET, "n": 3}), left_over=[{"id": "x", "label": SECRET}])
    for written in (save, begun):
        assert SECRET in written.encode().decode()
        code = encode_code(written, story)
        raw = zlib.decompress(base64.urlsafe_b64decode(code.split(".")[1] + "==")).decode()
        assert "Rosalind" not in raw
        assert "theirs" not in raw
        assert "name" not in json.loads(raw)
    assert decode_code(encode_code(begun, story)).start == Start("hall", {"n": 3})
    assert decode_code(encode_code(begun, story)).left_over == [{"id": "x"}]
    assert decode_code(encode_code(save, story)).answers == {"pace": "short"}


@pytest.mark.parametrize("story_path", STORIES, ids=lambda p: p.stem)
def test_any_play_of_any_story_comes_back(story_path: Path, tmp_path: Path) -> None:
    story = load(story_path).story
    assert story is not None
    chance = random.Random(story_path.stem)
    for _ in range(5):
        answers = {v.id: chance.choice(v.answers) for v in story.questions if v.answers}
        session = Session(story, answers)
        for _ in range(40):
            if session.offered:
                session.choose(chance.choice(session.offered), (3, 4) if chance.random() < 0.2 else None)
        before = Play(session, Slots(tmp_path, story), "a").as_save()
        code = encode_code(before, story)
        after = decode_code(code)
        assert [(s["id"], s["position"], s.get("hands")) for s in after.steps] == [
            (s["id"], s["position"], s.get("hands")) for s in before.steps
        ]
        played = restore(story, after).session
        assert (played.steps, played.state, played.visits) == (session.steps, session.state, session.visits)
        again = encode_code(after, story)
        assert again == code


def test_a_play_of_many_steps_stays_short_enough_to_paste(save: Save, story: Story) -> None:
    save.steps = [{"id": "hall/say", "label": "Say that.", "position": 1}] * 40
    assert len(encode_code(save, story)) < 600


def test_a_play_too_long_for_a_code_says_so(save: Save, story: Story) -> None:
    save.steps = [{"id": "hall/say", "label": "", "position": 1}] * 40_000
    with pytest.raises(SaveError, match=r"^too long a play for a code"):
        encode_code(save, story)


# --- how people paste ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["  {}\n", "\ufeff{}", "\r\n{}\r\n", "wrapped", "spaced", "upper checksum", "padded"])
def test_line_breaks_spaces_and_padding_are_no_matter(shape: str, save: Save, story: Story) -> None:
    code = encode_code(save, story)
    head, body, check = code.split(".")
    pasted = {
        "wrapped": "\n".join(textwrap.wrap(code, 20)),
        "spaced": "\u00a0 ".join(code),
        "upper checksum": f"{head}.{body}.{check.upper()}",
        "padded": f"{head}.{body}{'=' * (-len(body) % 4)}.{check}",
    }.get(shape, shape.format(code))
    assert Save.decode(pasted.encode()) == decode_code(code)


def test_a_code_opens_wherever_a_save_does(save: Save, story: Story, path: Path, tmp_path: Path) -> None:
    code = encode_code(save, story)
    slots = Slots(tmp_path / "saves", story)
    slots.folder.mkdir(parents=True)
    slots.path("a").write_text(code, encoding="utf-8")
    assert slots.resume("a")[0].session.place == "end"
    assert replay(code.encode(), Session(story)).session.place == "end"
    file = tmp_path / "code.txt"
    file.write_text("\n".join(textwrap.wrap(code, 40)), encoding="utf-8")
    for word in (str(file), code, f" {code}\n"):
        command = [sys.executable, "-m", "game", "play", str(path), "--plain", "--saves", str(tmp_path / "s")]
        done = subprocess.run([*command, "--replay", word], input=b"", capture_output=True, cwd=ROOT, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"Ending: The end" in done.stdout
    broken = " " + code[:60] + code[61:]
    done = subprocess.run([*command, "--replay", broken], input=b"", capture_output=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.count(b"\n") == 1
    assert done.stderr == b"special-tasks: the code is mistyped or cut: copy it again\n"
    command = [sys.executable, "-m", "game", "report", "--story", str(path), f"\t{code}\n\n"]
    done = subprocess.run(command, capture_output=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"The end" in done.stdout


# --- what is no whole code -----------------------------------------------------------------------------------------


@given(st.data())
@settings(deadline=None, max_examples=300)
def test_one_changed_letter_is_always_found(data: st.DataObject) -> None:
    code = sealed({"format": 1, "story": "hall", "digest": "d", "steps": [{"id": "hall/say"}]})
    at = data.draw(st.integers(4, len(code) - 1))
    letter = data.draw(st.sampled_from("Aa0_-z9."))
    changed = code[:at] + letter + code[at + 1 :]
    found = outcome(changed)
    assert found in (decode_code(code), "mistyped")  # the same: another case of the checksum, or bits base64 ignores


def outcome(text: str) -> Save | str:
    try:
        return decode_code(text)
    except SaveError as error:
        return "mistyped" if re.search("mistyped|cut", str(error)) else str(error)


@given(st.integers(0, 200))
@settings(deadline=None)
def test_a_cut_code_is_refused_at_every_length(length: int) -> None:
    code = sealed({"format": 1, "story": "hall", "steps": []})
    if length < len(code):
        said = refusal(code[:length])
        assert "cut" in said or "mistyped" in said or "no code of this game" in said
        assert "mistyped" in refusal(code[: length % 30 + 5] + code[length % 30 + 6 :]) or length == 0


@given(st.one_of(st.text(), st.binary().map(lambda b: b.decode("latin-1")), st.text().map("ST1.{}".format)))
@example("ST1.")
@example("ST1..")
@example("ST1.AAAA.00000000")
@example("ST1.AAAAA.00000000")
@example("ST999999999999999999.A.00000000")
@example("ST\N{ARABIC-INDIC DIGIT ONE}.AAAA.00000000")
@example("{}")
@settings(deadline=None)
def test_anything_else_is_refused_in_one_line(text: str) -> None:
    refusal(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
@settings(deadline=None)
def test_a_right_checksum_around_what_is_no_save_is_refused(value: Any) -> None:
    refusal(sealed(value))


def test_each_kind_of_damage_has_its_words(save: Save, story: Story) -> None:
    code = encode_code(save, story)
    assert refusal("hello") == "no code of this game: one begins with ST1."
    for kept in (6, len(code) // 2, -9, -8, -3, -1):
        assert refusal(code[:kept]) == "the code is cut: its end is missing"
    for more in ("x", "0", ".", "'", "!!!", code):
        assert refusal(code + more) == "the code is mistyped or cut: copy it again"
    assert refusal(code.replace(code[30], "A" if code[30] != "A" else "B")).startswith("the code is mistyped")
    assert refusal(code.replace("ST1.", "ST2.", 1)) == "a code made by another version (ST2)"
    assert refusal(sealed(code.encode())) == "damaged: it is not whole JSON"  # a code in a code is no save
    packed = b"no zlib"
    assert "no save is in" in refusal(f"ST1.{base64.urlsafe_b64encode(packed).decode()}.{zlib.crc32(packed):08x}")
    for packed in (zlib.compress(b"{}")[:-2], zlib.compress(b"{}") + b"more"):
        assert "no whole save" in refusal(f"ST1.{base64.urlsafe_b64encode(packed).decode()}.{zlib.crc32(packed):08x}")
    other = load(STORIES[0]).story
    assert other is not None
    with pytest.raises(SaveError, match="another story, 'The Hall'"):
        restore(other, decode_code(code))


@pytest.mark.parametrize("size", [MAX_CODE + 1, 10**8])
def test_a_bomb_is_refused_before_it_goes_off(size: int) -> None:
    packer = zlib.compressobj(9)
    packed = (
        b"".join(packer.compress(b" " * 2**20) for _ in range(size // 2**20)) + packer.compress(b" ") + packer.flush()
    )
    code = f"ST1.{base64.urlsafe_b64encode(packed).decode()}.{zlib.crc32(packed):08x}"
    assert len(code) < 200_000
    tracemalloc.start()
    said = refusal(code)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert said == "the code holds more than 1 MiB: no save of this game"
    assert peak < 10 * 2**20
