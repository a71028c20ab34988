"""Warnings silenced on purpose: where a comment is good, what it can't silence, and that it is told when it is idle."""

import json
from pathlib import Path

import pytest

from game.story.loader import load
from tests.test_cli import run

STORY = """format: 1
id: t
title: T
start: a
state:
  {above_state}
  spare: false{beside}
facts:
  {above_fact}
  F1:
    text: A fact that nobody needs.
    source: s
    standing: documented
sources:
  s: {{title: S, kind: primary}}
scenes:
  a:
    text: A.
    choices:
      - label: On.
        go: z
      {above_choice}
      - label: Off.
        {in_choice}
        when: chose('a/on')
        go: z
  z: {{ending: {{title: End}}, text: Done.}}
"""
IGNORE = "# special-tasks: ignore"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "story.yaml"


def told(path: Path, **comments: str) -> list[str]:
    """The `code line` of every problem."""
    blanks = dict.fromkeys(["above_state", "beside", "above_fact", "above_choice", "in_choice"], "")
    path.write_text(STORY.format(**blanks | comments), encoding="utf-8")
    return [f"{d.code} {d.location.line}" for d in load(path).diagnostics]


def test_without_a_comment_all_is_told(path: Path) -> None:
    assert told(path) == ["unused-variable 7", "unused-fact 11"]


def test_a_comment_silences_its_own_line(path: Path) -> None:
    assert told(path, beside=f"  {IGNORE} unused-variable") == ["unused-fact 11"]


def test_a_comment_silences_what_begins_below_it(path: Path) -> None:
    assert told(path, above_state=f"{IGNORE} unused-variable", above_fact=f"{IGNORE} unused-fact") == []


def test_several_codes_in_one_comment(path: Path) -> None:
    found = told(path, above_fact=f"{IGNORE} unused-fact, todo")
    assert found == ["unused-variable 7", "unused-silencer 9"]


def test_another_code_silences_nothing_and_is_told(path: Path) -> None:
    found = told(path, beside=f"  {IGNORE} unused-fact")
    assert sorted(found) == ["unused-fact 11", "unused-silencer 7", "unused-variable 7"]


@pytest.mark.parametrize("word", ["unused-varable", "unknown-scene", "unused-silencer", "", "."])
def test_errors_and_words_that_are_no_code_are_told(path: Path, word: str) -> None:
    found = told(path, beside=f"  {IGNORE} {word}")
    assert sorted(found) == ["unknown-silencer 7", "unused-fact 11", "unused-variable 7"]


def test_an_error_stands_whatever_a_comment_says(path: Path) -> None:
    found = told(path, in_choice=f"{IGNORE} unknown-name\n        locked: no\n        set: {{nobody: true}}")
    assert "unknown-variable 26" in found
    assert not [f for f in found if f.startswith("unused-silencer")], "of a broken story nobody knows"


def test_what_only_a_proof_tells_is_silenced_there(path: Path) -> None:
    comment = f"{IGNORE} never-offered"
    quiet = {"above_state": f"{IGNORE} unused-variable", "above_fact": f"{IGNORE} unused-fact"}
    assert told(path, above_choice=comment, **quiet) == []
    done = run("check", path, "--strict", "--prove")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(run("check", path, "--prove", "--format", "json").stdout)["coverage"]["unused"] == []
    assert told(path, **quiet) == []
    assert "[never-offered]" in run("check", path, "--prove").stderr
    assert run("check", path, "--strict", "--prove").returncode == 1


def test_an_idle_one_of_a_proof_is_told_by_the_proof(path: Path) -> None:
    text = STORY.format(above_state="", beside="", above_fact="", above_choice="", in_choice="")
    idle = text.replace("  z:", f"  {IGNORE} never-met\n  z:")
    path.write_text(idle, encoding="utf-8")
    assert "silencer" not in run("check", path).stderr
    done = run("check", path, "--prove")
    assert "[unused-silencer]" in done.stderr
    found = json.loads(run("check", path, "--prove", "--format", "json").stdout)["diagnostics"]
    assert [d["code"] for d in found].count("unused-silencer") == 1


def test_statistics_are_told_when_asked_for(path: Path) -> None:
    told(path)
    assert "words" not in run("check", path).stdout
    said = run("check", path, "--statistics").stdout
    assert "2 words, 0 documents, 1 fact, 0 outcomes; a minute to read every text once." in said
    assert "before any chapter: 2 scenes, 2 choices, 2 words, reading grade" in said
    assert json.loads(run("check", path, "--statistics", "--format", "json").stdout)["statistics"]["words"] == 2
    assert run("check", path, "--statistics", "--format", "sarif").returncode == 2
