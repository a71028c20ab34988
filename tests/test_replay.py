"""`play --replay`: a save or a bare list of step ids, opened at its end."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from game.errors import SaveError
from game.play.restore import replay
from game.play.session import Session
from game.play.slots import Play, Slots
from game.prove.explore import prove
from game.story.loader import load

ROOT = Path(__file__).parent.parent
TRAP = """
format: 1
id: trap
title: Trap
start: yard
state: {shut: false, key: {one_of: [none_yet, iron], start: none_yet, ask: "Which key?"}}
scenes:
  yard:
    text: The yard.
    choices:
      - {label: Shut the gate., stay: true, set: {shut: true}}
      - {label: Leave., when: not shut or key == iron, go: over}
  over: {ending: {title: Over}, text: Over.}
"""


@pytest.fixture
def story_path(tmp_path: Path) -> Path:
    path = tmp_path / "story.yaml"
    path.write_text(TRAP, encoding="utf-8")
    return path


def run(*arguments: str, answers: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "game", "play", *arguments]
    return subprocess.run(command, cwd=ROOT, input=answers, capture_output=True, text=True, check=False)


def test_the_witness_of_a_proof_opens_at_the_page_it_refutes_and_can_be_taken_back(story_path: Path) -> None:
    story = load(story_path).story
    assert story is not None
    stuck = next(f for f in prove(story).findings if f.name == "no page is stuck")
    assert stuck.witness is not None
    witness = story_path.with_name("witness.json")
    witness.write_text(stuck.witness.encode(), encoding="utf-8")
    saves = str(story_path.parent / "saves")
    ran = run(str(story_path), "--replay", str(witness), "--saves", saves, answers="u\n")
    assert ran.returncode == 0, ran.stderr
    assert "offers no way on" in ran.stdout
    assert "The last step is undone." in ran.stdout


def test_a_save_opens_at_its_end(story_path: Path, tmp_path: Path) -> None:
    story = load(story_path).story
    assert story is not None
    session = Session(story, {"key": "iron"})
    session.choose("yard/shut_the_gate")
    data = Play(session, Slots(tmp_path, story), "a").as_save().encode()
    again = replay(data, Session(story))
    assert again.session.answers == {"key": "iron"}
    assert [s.id for s in again.session.steps] == ["yard/shut_the_gate"]


def test_a_list_starts_from_what_at_and_with_say(story_path: Path) -> None:
    steps = story_path.with_name("steps.json")
    steps.write_text(json.dumps(["yard/shut_the_gate", "yard/leave"]), encoding="utf-8")
    saves = str(story_path.parent / "saves")
    refused = run(str(story_path), "--replay", str(steps), "--saves", saves)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == f"special-tasks: {steps}: step 2, 'yard/leave', is not offered there\n"
    played = run(str(story_path), "--replay", str(steps), "--saves", saves, "--with", "key=iron")
    assert played.returncode == 0, played.stderr
    assert "Ending: Over" in played.stdout


@pytest.mark.parametrize(
    "data",
    [
        b"yard/shut_the_gate\nyard/leave",
        b"\xef\xbb\xbf# how to leave\r\n\r\n  yard/shut_the_gate  # first\r\n\r\nyard/leave\r\n",
        b'["yard/shut_the_gate",\n "yard/leave"]\n',
    ],
    ids=["lines", "comments and blank lines", "JSON"],
)
def test_a_list_is_json_or_a_line_a_step(data: bytes, story_path: Path) -> None:
    story = load(story_path).story
    assert story is not None
    assert replay(data, Session(story, {"key": "iron"})).session.place == "over"
    with pytest.raises(SaveError, match=r"^step 2, 'yard/leave', is not offered there$"):
        replay(data, Session(story))


@pytest.mark.parametrize(
    "data",
    [b"", b"[", b"\xff", b"3", b'"x"', b"[3]", b"[[]]", b"{}", b"[" * 100_000, b"# none", b"words"],
    ids=range(11),
)
def test_anything_else_is_refused_in_a_line(data: bytes, story_path: Path) -> None:
    story = load(story_path).story
    assert story is not None
    with pytest.raises(SaveError) as refused:
        replay(data, Session(story))
    assert "\n" not in str(refused.value)
