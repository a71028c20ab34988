"""Keys that come faster than the screen can answer."""

from pathlib import Path

import pytest
from textual import events

from game.play.session import Session
from game.play.slots import Play, Slots
from game.story.model import Story
from game.tui.screens.begin import BeginScreen
from game.tui.screens.scene import SceneScreen
from game.tui.screens.title import TitleScreen
from game.tui.widgets.reader import Reader
from tests.screen import GUARD, at_scene, long_story, playing, write_story


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return write_story(tmp_path / "story")


@pytest.fixture
def saves(tmp_path: Path) -> Path:
    return tmp_path / "saves"


async def test_a_number_pressed_twice_takes_one_choice(story, saves):
    async with at_scene(story, saves, size=(80, 40)) as player:
        await player.rush("2", "2", "2")
        await player.sees("A long hall.")
        assert player.steps == ["office/stamp_it"]
        await player.press("1")
        assert player.steps == ["office/stamp_it", "hall/continue"]


HALLS = """
format: 1
id: halls
title: Halls
start: hall
scenes:
  hall:
    title: A hall
    choices:
      - {label: Go on., stay: true, once: false, reply: Another hall.}
      - {label: Out., go: end}
  end: {text: Out., ending: {title: Out}}
"""


@pytest.fixture
def guarded(monkeypatch):
    """The game as it is played: a moment has to pass before a choice is taken."""
    monkeypatch.setattr(Reader, "GUARD", GUARD)


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize("key", ["1", "enter"])
async def test_a_key_pressed_twice_in_a_quarter_of_a_second_takes_one_choice(tmp_path, saves, key):
    async with at_scene(write_story(tmp_path / "halls", HALLS), saves) as player:
        await player.press(key)
        await player.until(lambda: player.reader._painted < float("inf"))
        await player.pilot.press(key)
        assert player.steps == ["hall/go_on"]
        await player.press(key)
        assert player.steps == ["hall/go_on"] * 2


@pytest.mark.usefixtures("guarded")
async def test_a_key_held_down_takes_one_choice(tmp_path, saves):
    async with at_scene(write_story(tmp_path / "halls", HALLS), saves) as player:
        await player.painted()
        for _ in range(60):
            await player.pilot.press("1")
        assert player.steps == ["hall/go_on"]


@pytest.mark.usefixtures("guarded")
async def test_a_double_click_takes_one_choice(tmp_path, saves):
    async with at_scene(write_story(tmp_path / "halls", HALLS), saves) as player:
        await player.painted()
        await player.pilot.click(Reader, offset=(10, 2), times=2)
        await player.until(lambda: player.steps != [])
        await player.painted()
        assert player.steps == ["hall/go_on"]


@pytest.mark.usefixtures("guarded")
async def test_a_key_that_brings_a_choice_into_view_does_not_take_it_when_pressed_twice(tmp_path, saves):
    async with at_scene(write_story(tmp_path / "long", long_story()), saves) as player:
        while not player.reader.in_view(0):
            await player.painted()
            await player.pilot.press("1")
        await player.pilot.press("1")
        assert player.steps == []
        await player.press("1")
        assert player.steps == ["page/far_below"]


@pytest.mark.usefixtures("guarded")
async def test_keys_that_move_choices_are_heard_at_once(tmp_path, saves):
    async with at_scene(write_story(tmp_path / "halls", HALLS), saves) as player:
        await player.press("1")
        await player.until(lambda: player.reader._painted < float("inf"))
        await player.pilot.press("down")
        await player.sees("> 2 Out.")


async def test_a_paste_of_ten_thousand_characters_does_nothing(story, saves):
    async with at_scene(story, saves, size=(80, 40)) as player:
        before = player.text
        driver = player.app._driver
        assert driver is not None
        driver.send_message(events.Paste("1quej2" * 1700))
        await player.pilot.pause()
        assert player.text == before
        assert player.steps == []


async def test_a_paste_of_ten_thousand_characters_is_an_answer_cut_short(story, saves):
    async with playing(story, saves) as player:
        await player.press("1", "1", "1")
        await player.sees("Whose desk is this?")
        driver = player.app._driver
        assert driver is not None
        driver.send_message(events.Paste("x" * 10_000 + "\n1\n1"))
        await player.press("enter")
        await player.at(SceneScreen)
        assert player.session.answers["name"] == "x" * 60
        assert player.steps == []


async def test_a_choice_and_at_once_an_undo_is_one_or_the_other(story, saves):
    async with at_scene(story, saves, steps=("office/stamp_it",), size=(80, 40)) as player:
        await player.rush("1", "u", "1", "u", "2", "u", "2")
        await player.pilot.pause()
        assert type(player.app.screen) is SceneScreen
        await player.press("u", "u", "u", "u")
        assert player.steps == []


async def test_a_panel_closed_twice_leaves_the_scene(story, saves):
    async with at_scene(story, saves, size=(80, 40)) as player:
        await player.press("e")
        await player.rush("1", "1")
        await player.at(SceneScreen)


async def test_a_new_play_begun_twice_is_begun_once(story, saves):
    async with playing(story, saves) as player:
        await player.rush("1", "1")
        await player.at(BeginScreen)
        await player.press("escape", "escape", "escape")
        await player.at(TitleScreen)
        assert len([screen for screen in player.app.screen_stack if type(screen) is BeginScreen]) == 0


async def test_questions_answered_in_haste_are_answered_one_by_one(story, saves):
    async with playing(story, saves) as player:
        await player.press("1")
        await player.rush(*["enter"] * 12)
        for _ in range(5):
            if type(player.app.screen) is SceneScreen:
                break
            await player.press("enter")
        await player.at(SceneScreen)
        assert player.session.answers == {"pace": "long", "name": "nobody"}


async def test_a_save_that_breaks_while_the_title_shows_it_says_why_and_the_title_goes_on(story, saves):
    Play(Session(story), Slots(saves, story), "mine").save()
    async with playing(story, saves) as player:
        Slots(saves, story).path("mine").write_text("{")
        await player.press("1")
        await player.sees("mine: damaged")
        await player.press("1")
        await player.at(BeginScreen)


async def test_keys_mashed_anywhere_break_nothing(story, saves):
    keys = ["1", "e", "2", "escape", "u", "down", "enter", "v", "f", "1", "tab", "space", "end", "3", "j", "home", "9"]
    async with playing(story, saves) as player:
        await player.press("1", "1", "1", "enter")
        await player.at(SceneScreen)
        for start in range(len(keys)):
            await player.rush(*keys[start:], *keys[:start])
            await player.pilot.pause()
            await player.until(lambda: player.words != "")
            assert player.app.is_running
