"""A vote as a file, in line mode, and as a program."""

import gc
import io
import os
import signal
from pathlib import Path

import pytest

from game.classroom.handed import gather
from game.classroom.purge import ours
from game.classroom.results import Results
from game.cli import main
from game.plain_vote import ClassLineMode
from game.play.ballot import counted
from game.play.session import Session
from game.play.slots import Play, Slots
from game.story.model import Story
from tests.screen import write_story
from tests.test_terminal import Terminal, terminal  # noqa: F401  # a fixture
from tests.voting import CLASS, OFFICE, kept, slots, voting


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return write_story(tmp_path / "story", CLASS)


@pytest.fixture
def saves(tmp_path: Path) -> Path:
    return tmp_path / "saves"


# --- the file


async def test_what_a_vote_wrote_is_known_to_results_report_and_purge(story, saves, capsys, tmp_path):
    async with voting(story, saves) as player:
        await player.press("1", "2", "enter", "9", "enter", "9", "enter", "enter")
        await player.sees("It has stopped.")
    folder = saves / "clerk"
    assert main(["class", "results", str(folder), "--story", str(tmp_path / "story")]) == 0
    assert "0 plays, 1 vote, 0 skipped" in capsys.readouterr().out
    assert main(["report", str(folder / "vote-1.json"), "--story", str(tmp_path / "story")]) == 0
    assert "12 of 30 hands." in capsys.readouterr().out
    assert set(ours(folder).values()) == {
        "page of results",
        "table of results",
        "vote",
        "vote, as it was a step before",
    }
    assert {path.name for path in ours(folder)} == {"results.html", "results.csv", "vote-1.json", "vote-1.json.bak"}


def test_a_vote_in_which_every_step_was_the_teachers_is_a_vote_too(story, tmp_path):
    play = Play(Session(story), Slots(tmp_path, story, kind="vote"), "vote-1")
    play.extra["vote"] = {}
    play.session.choose("office/stamp_it")
    play.save()
    found, _ = gather(tmp_path, story)
    assert [one.is_vote for one in found] == [True]
    assert [path.name for path in ours(tmp_path / "clerk")] == ["vote-1.json"]


def test_a_count_is_said_in_words():
    assert [counted(n) for n in (0, 1, 2)] == ["no hands", "1 hand", "2 hands"]


# --- line mode


def typed(story: Story, saves: Path, *lines: str) -> str:
    """What line mode says to a teacher who types these lines."""
    target = io.StringIO()
    mode = ClassLineMode(slots(saves, story), io.StringIO("".join(f"{line}\n" for line in lines)), target)
    assert mode.run("vote-1") == 0
    return " ".join(target.getvalue().split())


def test_in_line_mode_hands_are_typed_on_one_line(story, saves):
    said = typed(story, saves, "1", "12 3 15", "", "j")
    assert "Type the hands for each option, as 12 9 8" in said
    assert "Most hands for 3. Press Enter to take it" in said
    assert "The stamp comes down." in said
    assert "15 of 30 hands." in said
    assert kept(saves, story) == [("office/stamp_it", [12, 3, 15])]


def test_in_line_mode_ties_wait_for_the_teacher_who_may_overrule_or_choose_alone(story, saves):
    said = typed(story, saves, "1", "7,7,1", "", "7 7 1", "2", "u", "5 1 1", "3", "u", "3")
    assert "A tie of 1 and 2: the teacher decides. Type the number to take." in said
    assert "Nothing is taken. Type the hands again." in said
    assert kept(saves, story) == [("office/stamp_it", None)]


def test_in_line_mode_a_wrong_number_of_numbers_is_told(story, saves):
    said = typed(story, saves, "1", "7 7", "1 2 1000", "0 0 0", "x", "hands", "?")
    assert said.count("There are 3 options: type 3 numbers up to 999, or one to choose.") == 2
    assert "No hands were given: the teacher decides." in said
    assert said.count("Type a number from 1 to 3, or ? for help.") == 1  # a word is no hands
    assert "12 9 8 the hands for each option" in said
    assert kept(saves, story) == []


def test_in_line_mode_hands_that_were_typed_are_there_when_the_input_ends(story, saves):
    typed(story, saves, "1", "7 7 1")
    assert "Hands given here before: 7 7 1. Type them again" in typed(story, saves)
    typed(story, saves, "7 7 1", "2")
    assert "Hands given" not in typed(story, saves)
    assert "Hands given here before: 7 7 1. Type them again, or others." in typed(story, saves, "u")


# --- the command and the terminal


async def test_a_vote_leaves_what_was_read_to_no_collector_as_a_play_does(tmp_path, monkeypatch):
    """Else a collection among thousands of objects of a story falls between a key and its page."""
    seen = []
    monkeypatch.setattr("game.commands.play.start", lambda *_, **__: seen.append(gc.isenabled()) or 0)
    assert main(["class", "vote", "--saves", str(tmp_path)]) == 0
    assert main(["play", "--saves", str(tmp_path)]) == 0
    assert (seen, gc.isenabled()) == ([False, False], True)


def test_the_command_plays_in_line_mode_in_a_pipe_and_says_where_the_votes_are(
    story, saves, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr("sys.stdin", io.StringIO("1\n12 3 15\n\nq\n"))
    assert main(["class", "vote", str(tmp_path / "story"), "--saves", str(saves), "--slot", "10b"]) == 0
    assert "Saved as 10b." in (said := capsys.readouterr().out)
    assert f"special-tasks class results {saves / 'votes' / 'clerk'}" in said
    assert Slots(saves / "votes", story).read("10b").steps[0]["hands"] == [12, 3, 15]


def test_a_second_vote_for_the_other_ending_keeps_the_first_and_results_count_both(
    story, saves, tmp_path, monkeypatch, capsys
):
    """The first decision, taken again without hands, is counted once; undo would have left one play of the two."""
    command = ["class", "vote", str(tmp_path / "story"), "--saves", str(saves)]
    for slot, lines in (("first", "1\n15 12 3\n\n20 10\n\nq\n"), ("again", "1\n1\n9 21\n\nq\n")):
        monkeypatch.setattr("sys.stdin", io.StringIO(lines))
        assert main([*command, "--slot", slot]) == 0
    capsys.readouterr()
    found, _ = gather(saves / "votes" / "clerk", story)
    decided = [[(step["id"], step.get("hands")) for step in one.save.steps[:2]] for one in found]
    assert sorted(decided, key=str) == [
        [(OFFICE[0], None), (OFFICE[2], [9, 21])],
        [(OFFICE[0], [15, 12, 3]), (OFFICE[1], [20, 10])],
    ]
    bars = [bar.hands for tally in Results(story, found, 0).menus.values() for bar in tally.bars]
    assert bars == [15, 12 + 20 + 9, 3 + 10 + 21]


def test_a_bad_slot_name_is_wrong_usage(saves, capsys):
    assert main(["class", "vote", "--saves", str(saves), "--slot", "../x"]) == 2
    assert "can't be the name of a save" in capsys.readouterr().err
    assert not saves.exists()


@pytest.mark.long
def test_a_vote_that_is_killed_goes_on_where_it_was_and_its_hands_reach_the_results(terminal: Terminal, story):  # noqa: F811
    """Thirty hands, killed in the middle of the second vote; nothing is lost."""
    where = [str(terminal.folder / "story"), "--saves", str(terminal.folder / "saves")]
    found = Slots(terminal.folder / "saves" / "votes", story)

    def take_up(*words: str) -> None:
        terminal.play("class", "vote", *where, *words)

    terminal.resize(66, 13)
    take_up()
    terminal.sees("Begin a new vote")
    for key, words in (("1", "A man is hurt"), ("1", "I. The desk")):
        terminal.keys(key)
        terminal.sees(words)
    terminal.keys("End")
    terminal.sees("3 Stamp it.")
    terminal.keys("Enter")
    terminal.sees("no hands given")
    terminal.keys("1", "2", "Enter", "3", "Enter", "1", "5", "Enter")
    terminal.sees("15 hands, the most")
    terminal.keys("1")
    terminal.sees("> 1 Look at the clock.")
    terminal.keys("Enter")  # overruled
    terminal.until(lambda: len(found.read("vote-1").steps) == 1)
    terminal.keys("End")
    terminal.sees("2 Stamp it.")
    terminal.keys("Enter")
    terminal.sees("no hands given")
    terminal.keys("h")
    terminal.sees("Press the number of one option")
    terminal.keys(*"2121212121212121212")
    terminal.sees("19 hands given")
    terminal.until(lambda: found.read("vote-1").extra["vote"]["hands"] == [9, 10])
    os.kill(terminal.pid, signal.SIGKILL)
    assert terminal.ended() == 128 + signal.SIGKILL
    (terminal.folder / "code").unlink()
    terminal.run("reset")
    take_up()
    terminal.sees("Continue: vote-1, 1 step")
    terminal.keys("1")
    terminal.sees("vote, 19 hands given")
    terminal.keys("End", "Enter")
    terminal.sees("Press the number of one option")
    terminal.keys(*"21212121212")
    terminal.sees("30 hands given")
    terminal.keys("Enter")
    terminal.sees("14 hands", "16 hands, the most")
    terminal.keys("Enter")
    terminal.sees("The stamp comes down.")
    for words in ("Record card", "II. The street"):
        terminal.keys("End", "1")
        terminal.sees(words)
    terminal.keys("End", "Enter")
    terminal.sees("Press the number")
    terminal.keys("h")
    terminal.sees("Type the hands")
    terminal.keys("1", "5", "Enter", "1", "5", "Enter")
    terminal.sees("A tie of 1 and 2")
    terminal.keys("Down", "Enter")
    terminal.until(lambda: len(found.read("vote-1").steps) == 4)
    terminal.keys("q")
    assert terminal.ended() == 0
    votes = [(step["id"], step.get("hands")) for step in found.read("vote-1").steps]
    assert votes == [
        ("office/look_at_the_clock", [12, 3, 15]),
        ("office/stamp_it", [14, 16]),
        ("hall/continue", None),
        ("street/run_to_him", [15, 15]),
    ]
    assert main(["class", "results", str(found.folder), "--story", where[0]]) == 0
    (tally, *_) = Results(story, gather(found.folder, story)[0], 0).menus.values()
    assert [(bar.label, bar.hands) for bar in tally.bars] == [
        ("Look at the clock.", 12),
        ("Send it up.", 17),
        ("Stamp it.", 31),
    ]
