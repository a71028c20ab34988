"""`special-tasks test`: the story's own tests, and what it says of those that fail."""

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from game import cli
from game.errors import PlayError
from game.play.given import Start
from game.play.rehearsal import as_test, rehearse
from game.play.saves import decode_code
from game.play.session import Session
from game.play.slots import Play, Slots
from game.story.loader import load

ROOT = Path(__file__).parent.parent
GOOD = sorted((ROOT / "tests" / "stories" / "good").iterdir())

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


# --- a play written down as a test ---------------------------------------------------------------------------------


@pytest.mark.parametrize("story_path", [*GOOD, ROOT / "scenes" / "special-tasks"], ids=lambda p: p.stem)
def test_any_play_written_down_passes_as_a_test_of_its_story(story_path: Path, tmp_path: Path) -> None:
    """And with one thing expected of it changed, it fails."""
    folder = tmp_path / "story"
    if story_path.is_dir():
        shutil.copytree(story_path, folder)
    else:
        folder.mkdir()
        shutil.copy(story_path, folder / "story.yaml")
    story = load(folder).story
    assert story is not None
    chance = random.Random(story_path.stem)
    plays = []
    for number in range(4):
        session = Session(story, {v.id: chance.choice(v.answers) for v in story.questions if v.answers})
        for _ in range(10 * number):
            if session.offered:
                session.choose(chance.choice(session.offered))
        plays.append(session)
        text = as_test(session, f'a play: "{number}" # \u2028 {{x}}')
        (folder / f"zz{number}.yaml").write_text(text, encoding="utf-8")
    loaded = load(folder)
    assert loaded.story is not None, loaded.diagnostics
    written = loaded.story.tests[len(story.tests) :]
    assert [test.choose for test in written] == [tuple(s.id for s in play.steps) for play in plays]
    assert [result.failure for result in rehearse(loaded.story)[len(story.tests) :]] == [""] * 4
    for test, play in zip(written, plays, strict=True):
        assert test.expect.scene == play.place
        assert test.expect.outcome == play.outcome
        assert {**play.initial, **test.expect.state} == play.state


TRICKY = """
format: 1
id: tricky
title: Tricky
start: yes
state:
  mood: {one_of: [on, "off", yes, plain], start: plain, ask: How}
  kind: {one_of: [on, "off", yes, plain], start: plain}
  name: {text: you, ask: Who}
  lit: false
  n: {range: [-5, 5], start: 0}
scenes:
  yes:
    text: Hello, {name}.
    choices: [{label: "1e3", set: {kind: "'yes'", lit: true, n: -3}, go: no}, {label: Да., go: no}]
  no: {ending: {title: End}, text: Over.}
"""


def test_ids_and_words_that_yaml_takes_for_something_else_survive_and_typed_text_stays_out(tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(TRICKY, encoding="utf-8")
    loaded = load(path)
    assert loaded.story is not None, loaded.diagnostics
    for mood in ("on", "off", "yes", "plain"):
        for step in loaded.story.choices:
            session = Session(loaded.story, {"mood": mood, "name": "Rosalind"})
            session.choose(step)
            text = as_test(session, "tricky")
            assert "Rosalind" not in text
            (tmp_path / "test.yaml").write_text(text, encoding="utf-8")
            again = load(tmp_path).story
            assert again is not None, load(tmp_path).diagnostics
            (test,) = again.tests
            assert (test.answers, test.choose) == ({"mood": mood}, (step,))
            assert [result.failure for result in rehearse(again)] == [""]
    changed = text.replace("scene: no\n", "scene: yes\n")
    (tmp_path / "test.yaml").write_text(changed, encoding="utf-8")
    again = load(tmp_path).story
    assert again is not None
    assert [result.failure for result in rehearse(again)] == ["the play is in no, not in yes"]


def test_a_play_begun_elsewhere_is_no_test(tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(TRICKY, encoding="utf-8")
    story = load(path).story
    assert story is not None
    with pytest.raises(PlayError, match="begins where the story does"):
        as_test(Session(story, start=Start("no", {})), "x")


@pytest.mark.parametrize("form", ["save", "code in a file", "code", "steps"])
def test_the_command_prints_a_save_or_code_as_a_test_that_the_command_passes(form: str, tmp_path: Path) -> None:
    folder = tmp_path / "story"
    folder.mkdir()
    (folder / "story.yaml").write_text(STORY.removesuffix("tests:\n"), encoding="utf-8")
    story = load(folder).story
    assert story is not None
    session = Session(story)
    for step in ("desk/wait_a_little", "desk/open_it"):
        session.choose(step)
    play = Play(session, Slots(tmp_path / "saves", story), "mine")
    play.save()
    word = str(play.slots.path("mine"))
    if form != "save":
        text = '["desk/wait_a_little", "desk/open_it"]' if form == "steps" else play.code()
        word = text if form == "code" else str(tmp_path / "x")
        (tmp_path / "x").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "game", "test", str(folder)]
    printed = subprocess.run([*command, "--from", word], capture_output=True, cwd=ROOT, check=False)
    assert (printed.returncode, printed.stderr) == (0, b"")
    (folder / "mine.yaml").write_bytes(printed.stdout)
    ran = subprocess.run(command, capture_output=True, cwd=ROOT, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"1 passed, 0 failed" in ran.stdout


@pytest.mark.parametrize("word", ["nowhere.json", "ST1.AAAA.00000000", "ST1." + "A" * 5_000, "x" * 5_000, "a\0b", ""])
def test_what_is_no_save_is_one_line_and_nothing_is_printed(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["test", "--from", word]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("special-tasks: ")
    assert said.err.count("\n") == 1
    assert len(said.err) < 400


def test_line_mode_writes_the_play_down_beside_its_save_and_nothing_over_it(tmp_path: Path) -> None:
    folder = tmp_path / "story"
    folder.mkdir()
    (folder / "story.yaml").write_text(STORY.removesuffix("tests:\n"), encoding="utf-8")
    typed = "t\n1\n1\n2\nt\nc\n"  # at the start; then the mason waits, and opens it
    saves = tmp_path / "saves"
    command = [sys.executable, "-m", "game", "play", str(folder), "--plain", "--saves", str(saves), "--slot", "mine"]
    played = subprocess.run(command, input="1\n" + typed, capture_output=True, text=True, cwd=ROOT, check=False)
    assert played.returncode == 0, played.stderr
    written = sorted((saves / "own-tests").glob("*.test.yaml"))
    assert [path.name for path in written] == ["mine-2.test.yaml", "mine.test.yaml"]
    assert " ".join(played.stdout.split()).count("`special-tasks test` plays it:") == 2
    for path in written:
        shutil.copy(path, folder)
    story = load(folder).story
    assert story is not None
    assert [result.failure for result in rehearse(story)] == ["", ""]
    assert sorted(len(test.choose) for test in story.tests) == [0, 2]
    code = next(line for line in played.stdout.splitlines() if line.startswith("ST1."))
    assert [step["id"] for step in decode_code(code).steps] == list(
        max(story.tests, key=lambda t: len(t.choose)).choose
    )
