"""`special-tasks test`: the story's own tests, and what it says of those that fail."""

import subprocess
import sys
from pathlib import Path

import pytest

from game.play.rehearsal import rehearse
from game.story.loader import load

STORY = """
format: 1
id: own-tests
title: Own tests
start: desk
state:
  nerve: {range: [0, 3], start: 1}
  role: {one_of: [mason, clerk], start: mason, ask: Who}
scenes:
  desk:
    text: A letter lies here.
    choices:
      - {label: Wait a *little*., stay: true, set: {nerve: nerve + 1}, reply: "A clock, somewhere."}
      - {label: Open it., when: nerve > 1 and role == mason, go: hall}
    next: hall
  hall: {text: The hall., next: over}
  over: {ending: {title: Over}, outcome: {title: Out, summary: Out.}, text: You are outside.}
tests:
"""


def results(tmp_path: Path, tests: str) -> list[str]:
    path = tmp_path / "story.yaml"
    path.write_text(STORY + tests, encoding="utf-8")
    loaded = load(path)
    assert loaded.story is not None, loaded.diagnostics
    return [result.failure for result in rehearse(loaded.story)]


def test_steps_are_ids_exact_labels_or_continue(tmp_path: Path) -> None:
    tests = """
  - name: all three
    choose: [Wait a little., desk/open_it, continue]
    expect: {scene: over, state: {nerve: 2}, seen: [desk, hall], text: You are outside., outcome: over}
"""
    assert results(tmp_path, tests) == [""]


def test_answers_are_given_before_the_first_step(tmp_path: Path) -> None:
    tests = """
  - name: the clerk may not
    answers: {role: clerk}
    choose: [desk/wait_a_little, continue]
    expect: {scene: hall}
"""
    assert results(tmp_path, tests) == [""]


@pytest.mark.parametrize(
    ("expect", "says"),
    [
        ("{scene: hall}", "the play is in desk, not in hall"),
        ("{state: {nerve: 3}}", "nerve is 2, not 3"),
        ("{seen: [hall]}", "hall has not been visited"),
        ("{outcome: over}", "the outcome is none, not over"),
        ("{text: A bell}", "the last page does not say 'A bell'"),
    ],
)
def test_every_expectation_can_fail_and_says_how(expect: str, says: str, tmp_path: Path) -> None:
    tests = f"\n  - {{name: wrong, choose: [desk/wait_a_little], expect: {expect}}}\n"
    assert results(tmp_path, tests) == [says]


def test_text_is_looked_for_in_the_reply_and_the_scene(tmp_path: Path) -> None:
    for text in ("A clock, somewhere.", "A letter lies here."):
        tests = f"\n  - {{name: said, choose: [desk/wait_a_little], expect: {{text: '{text}'}}}}\n"
        assert results(tmp_path, tests) == [""]


def test_a_step_that_is_not_offered_is_named_with_what_is(tmp_path: Path) -> None:
    tests = "\n  - {name: too soon, choose: [desk/open_it], expect: {}}\n"
    assert results(tmp_path, tests) == ["step 1, 'desk/open_it', is not offered; offered: desk/wait_a_little"]


@pytest.mark.parametrize(("scene", "code"), [("over", 0), ("hall", 1)])
def test_the_command_counts_and_exits_with_1_when_one_fails(scene: str, code: int, tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    steps = "[Wait a little., desk/open_it, continue]"
    path.write_text(
        f"{STORY}\n  - {{name: to the end, choose: {steps}, expect: {{scene: {scene}}}}}\n", encoding="utf-8"
    )
    command = [sys.executable, "-m", "game", "test", str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == code
    assert ("1 passed, 0 failed" in ran.stdout) == (code == 0)
    assert (f"{path}:20:5: to the end: the play is in over" in ran.stderr) == (code == 1)
