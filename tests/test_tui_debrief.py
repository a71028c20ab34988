"""The page after an ending: what can be done there, and room to answer its questions."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from textual.widgets import TextArea

from game.play.given import MAX_LINES
from game.play.session import Session
from game.play.slots import Play, Slots
from game.settings import Settings
from game.story.model import Story
from game.tui.screens.debrief import DebriefScreen
from game.tui.screens.scene import SceneScreen
from game.tui.screens.title import TitleScreen
from tests.screen import CLERK, Player, at_scene, playing, write_story

TO_THE_END = ("office/stamp_it", "hall/continue", "street/look_away")


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return write_story(tmp_path / "story")


@pytest.fixture
def saves(tmp_path: Path) -> Path:
    return tmp_path / "saves"


def answers(saves: Path, story: Story) -> list[str]:
    return Slots(saves, story).read("play-1").debrief


async def asked(player: Player) -> None:
    """At the first question."""
    await player.press("end", "1")
    await player.at(DebriefScreen)
    await player.sees("Who held the stamp?", "1 of 2", "Room for your answer.")


async def test_the_questions_are_answered_one_by_one_and_stand_under_the_ending(story, saves):
    """The question in bold, under it a sheet to type on; Tab leads on, and after the last question back."""
    async with at_scene(story, saves, steps=TO_THE_END, size=(80, 50)) as player:
        await asked(player)
        assert player.text.split("\n")[-1].strip() == "tab next question  esc back"
        await player.press(*"The chief,", "enter", *"q.", "tab")
        await player.sees("Who paid for it?", "2 of 2", "tab done shift+tab question before esc back")
        await player.press(*"He did", "shift+tab")
        await player.sees("Who held the stamp?", "The chief, q.")
        await player.press("tab", "tab")
        await player.at(SceneScreen)
        await player.until(lambda: "2. Who paid for it? > He did" in player.written)
        assert "1. Who held the stamp? > The chief, q." in player.written
    assert answers(saves, story) == ["The chief,\nq.", "He did"]


async def test_in_the_terminals_own_colours_there_is_room_to_type_on_a_small_screen(story, saves):
    """The rule around the field is beside it only, where above and below it would take all its lines."""
    settings = Settings(theme="terminal")
    async with at_scene(story, saves, steps=TO_THE_END, settings=settings) as player:
        await asked(player)
        await player.press(*"Chief")
        for height in range(5, 16):
            await player.resize(20, height)
            await player.sees("Chief")


async def test_escape_keeps_what_was_typed(story, saves):
    async with at_scene(story, saves, steps=TO_THE_END) as player:
        await asked(player)
        await player.press(*"I", "escape")
        await player.at(SceneScreen)
        assert answers(saves, story) == ["I"]
        await asked_again(player)


async def asked_again(player: Player) -> None:
    await player.press("end", "1")
    await player.until(lambda: player.app.screen.query_one(TextArea).text == "I")


async def test_answers_are_read_and_turned_with_the_mouse_alone(story, saves):
    async with at_scene(story, saves, steps=TO_THE_END, size=(80, 50)) as player:
        await player.press("end")
        await player.click("Answer the questions")
        await player.sees("1 of 2")
        await player.click("next question")
        await player.sees("2 of 2")
        await player.click("question before")
        await player.sees("1 of 2")
        await player.click("esc back")
        await player.at(SceneScreen)


async def test_leaving_in_the_middle_of_an_answer_keeps_it(story, saves):
    async with at_scene(story, saves, steps=TO_THE_END) as player:
        await asked(player)
        await player.press(*"Half", "ctrl+c")
        await player.until(lambda: player.app._exit)
    assert answers(saves, story) == ["Half"]


async def test_a_long_paste_is_cut_and_control_characters_go(story, saves):
    async with at_scene(story, saves, steps=TO_THE_END) as player:
        await asked(player)
        area = player.app.screen.query_one(TextArea)
        area.insert("a\x1b[31mb " + "x" * 2 * MAX_LINES)
        await player.press("escape")
        await player.at(SceneScreen)
    kept = answers(saves, story)[0]
    assert len(kept) == MAX_LINES
    assert kept.startswith("a [31mb x")


async def test_a_play_without_questions_offers_none(tmp_path, saves):
    text = CLERK.replace('debrief: ["Who held the stamp?", "Who paid for it?"]\n', "")
    async with at_scene(write_story(tmp_path / "none", text), saves, steps=TO_THE_END, size=(80, 50)) as player:
        await player.press("end")
        await player.sees("> 1 Write this play to a Markdown file", "2 Outcomes met", "3 Back to the title")


async def test_the_outcome_of_a_play_is_met_and_stays_when_the_save_is_deleted(story, saves):
    """The outcome's title in bold; after the save is gone, still."""
    async with at_scene(story, saves, steps=TO_THE_END, size=(80, 50)) as player:
        await player.press("end", "3")
        await player.sees("1 of 1 met, in all plays on this machine.", "A hand")
        await player.press("escape", "escape")
        await player.at(TitleScreen)
        Slots(saves, story).delete("play-1")
        await player.press("o")
        await player.sees("A hand")
    async with playing(story, saves) as player:
        await player.sees("1 Begin a new play", "2 Outcomes met", "3 Settings")
        assert "Continue" not in player.words


def test_an_answer_survives_a_kill_and_a_reload(story, tmp_path, saves):
    """The real game in a real terminal, killed without a chance to save a moment after the last key."""
    play = Play(Session(story), Slots(saves, story), "play-1")
    for step in TO_THE_END:
        play.session.choose(step)
    play.save()
    path = Slots(saves, story).path("play-1")
    command = [sys.executable, "-m", "game", "play", str(tmp_path / "story"), "--slot", "play-1", "--saves", str(saves)]
    pid, terminal = pty.fork()
    if not pid:
        os.execve(sys.executable, command, os.environ | {"TERM": "xterm-256color", "LINES": "40", "COLUMNS": "80"})
    shown = b""

    def see(words: bytes, key: bytes = b"") -> None:
        """Waits for some words, and presses a key every second until they come."""
        nonlocal shown
        end, due = time.monotonic() + 60, 0.0
        while words not in shown:
            assert time.monotonic() < end, shown[-2000:]
            if key and time.monotonic() > due:
                os.write(terminal, key)
                due = time.monotonic() + 1
            if select.select([terminal], [], [], 0.1)[0]:
                shown += os.read(terminal, 65536)

    try:
        see(b"You go home")
        see(b"Answer the questions", b"\x1b[F")
        see(b"oom for your", b"1")
        os.write(terminal, b"Nobody else")
        end = time.monotonic() + 60
        while json.loads(path.read_text())["debrief"] != ["Nobody else"] and time.monotonic() < end:
            if select.select([terminal], [], [], 0.1)[0]:
                os.read(terminal, 65536)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)
    lines = subprocess.run([*command, "--plain"], input="a\n\n\nq\n", capture_output=True, text=True, check=True)
    assert "Answered: Nobody else" in lines.stdout
