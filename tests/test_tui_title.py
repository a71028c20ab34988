"""From the title to the first scene and out again, with real keys."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.widgets import Input

from game.play.session import Session
from game.play.slots import Play, Slots
from game.story.model import Story
from game.tui.screens.base import Panel
from game.tui.screens.begin import BeginScreen
from game.tui.screens.saves import SavesScreen, SlotScreen
from game.tui.screens.scene import SceneScreen
from game.tui.screens.title import TitleScreen
from tests.screen import CLERK, Player, playing, write_story

BARE = """
format: 1
id: bare
title: Bare
start: one
scenes:
  one: {text: One., next: two}
  two: {text: Two., ending: {title: End}}
"""


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return write_story(tmp_path / "story")


@pytest.fixture
def saves(tmp_path: Path) -> Path:
    return tmp_path / "saves"


def keep(story: Story, saves: Path, slot: str, *steps: str) -> Path:
    """A play in a slot, saved after each step."""
    play = Play(Session(story), Slots(saves, story), slot)
    play.save()
    for step in steps:
        play.session.choose(step)
        play.save()
    return Slots(saves, story).path(slot)


def damage(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


async def left(player: Player) -> None:
    await player.until(lambda: player.app._exit)
    assert player.app.return_value == 0


async def test_the_title_says_what_the_story_is(story, saves):
    async with playing(story, saves) as player:
        assert "T\N{NO-BREAK SPACE}H\N{NO-BREAK SPACE}E" in player.text
        await player.sees(
            "Nobody Known", "A clerk has a stamp.", "1 Begin a new play", "2 Settings", "3 Quit", "q quit"
        )
        assert "Continue" not in player.words
        assert "Open a save" not in player.words


async def test_a_title_page_that_just_fits_has_no_scroll_bar(story, saves):
    """The last choice stands in the last row above the keys, and there is no space bar to press for a blank line."""
    async with playing(story, saves, size=(80, 12)) as player:  # nine lines, a margin above and below, the keys
        await player.sees("3 Quit enter choose")
        assert player.reader.max_scroll_y == 0
        assert "more" not in player.words


async def test_the_title_is_spaced_where_its_words_have_room_and_whole_where_not(tmp_path, saves):
    story = write_story(tmp_path / "story", CLERK.replace("title: The Clerk", "title: The Clerical"))
    async with playing(story, saves) as player:
        await player.sees("T H E C L E R I C A L")
        await player.resize(20, 24)
        await player.sees("THE CLERICAL")


async def test_a_new_play_shows_the_note_asks_its_questions_and_begins(story, saves):
    async with playing(story, saves) as player:
        await player.press("enter")
        await player.sees("A man is hurt in one scene.", "1 Begin", "2 Begin, with scenes of violence told by a short")
        await player.press("1")
        await player.sees("How much time is there?", "1 The long way", "2 The brief way")
        await player.press("2")
        await player.sees("Whose desk is this?", "nobody", "enter go on")
        await player.press(*"Anna", "enter")
        await player.at(SceneScreen)
        await player.press("end")
        await player.sees("Good morning, Anna.")
        assert player.session.answers == {"pace": "brief", "name": "Anna"}
        assert player.session.summarise is False


async def test_an_empty_answer_takes_what_the_field_shows(story, saves):
    async with playing(story, saves) as player:
        await player.press("1", "1", "1", "space", "enter")
        await player.at(SceneScreen)
        assert player.session.answers["name"] == "nobody"


async def test_violence_by_summary_can_be_chosen_before_the_first_scene(story, saves):
    async with playing(story, saves) as player:
        await player.press("1", "2", "1", "enter")
        await player.at(SceneScreen)
        assert player.session.summarise is True


async def test_escape_goes_back_one_step_from_everywhere(story, saves):
    async with playing(story, saves) as player:
        await player.press("1", "1", "2", *"Anna", "escape")
        await player.sees("> 2 The brief way")
        await player.press("escape")
        await player.sees("A man is hurt in one scene.")
        await player.press("escape")
        await player.at(TitleScreen)
        await player.press("escape")
        assert type(player.app.screen) is TitleScreen
        await player.press("1", "1", "1", "enter")
        await player.at(SceneScreen)
        for key in ("e", "f", "m", "d", "question_mark", "o"):
            await player.press(key)
            await player.until(lambda: isinstance(player.app.screen, Panel))
            await player.press("escape")
            await player.at(SceneScreen)
        await player.press("escape")
        await player.at(TitleScreen)
        await player.press("3")
        await player.at(SavesScreen)
        await player.press("escape")
        await player.at(TitleScreen)


async def test_a_typed_answer_is_still_there_on_coming_back_to_it(tmp_path, saves):
    text = BARE.replace("start: one", "start: one\nstate: {a: {text: x, ask: 'First?'}, b: {text: y, ask: 'Second?'}}")
    async with playing(write_story(tmp_path / "story", text), saves) as player:
        await player.press("1", *"Anna", "enter")
        await player.sees("Second?")
        assert player.app.screen.query_one(Input).value == ""
        await player.press("escape")
        await player.sees("First?", "Anna")


async def test_the_field_keeps_the_keys_whatever_is_clicked_or_tabbed(story, saves):
    async with playing(story, saves) as player:
        await player.press("1", "1", "1")
        await player.sees("Whose desk")
        await player.click("Whose desk")
        await player.press("tab", *"Ann", "tab", "a", "enter")
        await player.at(SceneScreen)
        assert player.session.answers["name"] == "Anna"


async def test_the_field_takes_no_more_than_sixty_characters_and_letters_that_are_keys_elsewhere(story, saves):
    async with playing(story, saves) as player:
        await player.press("1", "1", "1", *"q?u1 " * 13, "enter")
        await player.at(SceneScreen)
        assert player.session.answers["name"] == ("q?u1 " * 12).strip()


async def test_a_story_without_note_and_questions_begins_at_once(tmp_path, saves):
    async with playing(write_story(tmp_path / "story", BARE), saves) as player:
        await player.press("1")
        await player.at(SceneScreen)
        await player.sees("One.", "1 Continue")
        await player.press("escape")
        await player.at(TitleScreen)


async def test_a_story_may_begin_with_its_ending(tmp_path, saves):
    text = "format: 1\nid: over\ntitle: Over\nstart: end\nscenes:\n  end: {text: Over., ending: {title: The end}}\n"
    async with playing(write_story(tmp_path / "story", text), saves) as player:
        await player.press("1")
        await player.at(SceneScreen)
        await player.sees("Over.", "Ending: The end", "The file is empty.", "Nothing has been chosen yet.")
        await player.sees("1 Write this play to a Markdown file", "2 Back to the title")
        await player.press("end", "2")
        await player.at(TitleScreen)


async def test_continue_goes_on_with_the_newest_play(story, saves):
    keep(story, saves, "old")
    path = keep(story, saves, "new", "office/stamp_it")
    save = json.loads(path.read_text()) | {"saved": "2999-01-02T03:04:05Z"}
    path.write_text(json.dumps(save))
    here = datetime(2999, 1, 2, 3, 4, 5, tzinfo=UTC).astimezone().strftime("%d %b %Y, %H:%M").lstrip("0")
    async with playing(story, saves) as player:
        await player.sees(f"1 Continue: new, 1 step, saved {here}")
        await player.press("1")
        await player.at(SceneScreen)
        assert player.steps == ["office/stamp_it"]


async def test_what_is_said_of_a_save_stays_on_one_line(story, saves):
    """Below its name, where that is long."""
    keep(story, saves, "the long evening by the window", "office/stamp_it")
    async with playing(story, saves) as player:
        await player.sees("Continue: the long evening by the window, 1 step, saved")
        assert [line.split()[0] for line in player.text.split("\n") if re.search(r"\s\d\d:\d\d$", line)] == ["1"]


async def test_every_save_can_be_opened(story, saves):
    keep(story, saves, "one")
    keep(story, saves, "two", "office/stamp_it", "hall/continue")
    async with playing(story, saves) as player:
        await player.press("3")
        await player.sees("Open, rename or delete a save.", "one 0 steps", "two 2 steps")
        await player.click("two")
        await player.at(SlotScreen)
        await player.sees("two", "2 steps, saved", "1 Open it", "2 Rename it", "3 Delete it", "4 Back")
        await player.press("1")
        await player.at(SceneScreen)
        assert player.steps == ["office/stamp_it", "hall/continue"]
        await player.press("escape")
        await player.at(TitleScreen)


async def test_a_damaged_save_says_why_and_opens_the_save_before_it(story, saves):
    damage(keep(story, saves, "hurt", "office/stamp_it", "hall/continue"))
    async with playing(story, saves) as player:
        await player.press("2")
        await player.sees("1 hurt damaged: it is not whole JSON")
        await player.press("1")
        await player.sees("Damaged: it is not whole JSON", "1 Open the save before it", "1 step,")
        await player.press("1")
        await player.at(SceneScreen)
        assert player.steps == ["office/stamp_it"]
    assert [path for path in (saves / "clerk").iterdir() if "damaged" in path.name]


async def test_a_damaged_save_with_nothing_before_it_is_listed_and_not_opened(story, saves):
    path = keep(story, saves, "hurt")
    path.with_name("hurt.json.bak").unlink(missing_ok=True)
    damage(path)
    async with playing(story, saves) as player:
        await player.press("2")
        await player.press("1")
        await player.sees("Damaged: it is not whole JSON.", "Nothing can be opened.", "1 Delete it", "2 Back")
        await player.press("2")
        await player.at(SavesScreen)


async def test_a_slot_that_is_empty_begins_a_play_and_goes_on_with_it_the_next_time(story, saves):
    async with playing(story, saves, slot="mine") as player:
        await player.at(BeginScreen)
        await player.press("1", "1", "enter")
        await player.at(SceneScreen)
        await player.press("end", "2", "q")
        await left(player)
    async with playing(story, saves, slot="mine") as player:
        await player.at(SceneScreen)
        assert player.steps == ["office/stamp_it"]


async def test_a_damaged_slot_asked_for_by_name_says_why_on_the_title(story, saves):
    path = keep(story, saves, "hurt")
    damage(path)
    async with playing(story, saves, slot="hurt") as player:
        await player.sees("hurt: damaged: it is not whole JSON")
        assert type(player.app.screen) is TitleScreen


@pytest.mark.parametrize("keys", [["q"], ["3"], ["down", "down", "enter"], ["ctrl+q"], ["ctrl+c"]])
async def test_the_title_can_be_quit(story, saves, keys):
    async with playing(story, saves) as player:
        await player.press(*keys)
        await left(player)


@pytest.mark.parametrize("key", ["q", "ctrl+q", "ctrl+c"])
async def test_quitting_a_play_keeps_its_save(story, saves, key):
    async with playing(story, saves) as player:
        await player.press("1", "1", "1", "enter")
        await player.at(SceneScreen)
        await player.press("end", "1", key)
        await left(player)
    save = Slots(saves, story).read("play-1")
    assert [step["id"] for step in save.steps] == ["office/look_at_the_clock"]


@pytest.mark.parametrize("keys", [["1"], ["1", "1"], ["1", "1", "1"], ["1", "1", "1", "enter", "f"]])
@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+q"])
async def test_ctrl_c_and_ctrl_q_quit_from_every_page(story, saves, keys, key):
    async with playing(story, saves) as player:
        await player.press(*keys, key)
        await left(player)


async def test_an_unwritable_folder_gives_one_notice_and_play_goes_on(story, saves):
    saves.write_text("a file where the folder should be")
    async with playing(story, saves) as player:
        await player.press("1", "1", "1", "enter")
        await player.sees("play-1: can't be saved", "The play goes on.")
        await player.press("end", "1", "end", "1")
        assert player.steps == ["office/look_at_the_clock", "office/stamp_it"]
        assert player.notices.count("can't be saved") == 1
        await player.press("q")
        await left(player)
        assert "can't be saved" in player.app.refused


def test_a_play_that_could_not_be_saved_says_so_after_the_game(story, saves, monkeypatch):
    from game.tui import app

    def refuse(self: app.GameApp) -> int:
        self.refused = "play-1: can't be saved: No space left on device"
        return 0

    monkeypatch.setattr(app.GameApp, "run", refuse)
    said = (1, "play-1: can't be saved: No space left on device")
    assert app.run(app.GameApp(Slots(saves, story))) == said


async def test_a_folder_that_becomes_writable_again_is_written_to(story, saves):
    saves.write_text("")
    async with playing(story, saves) as player:
        await player.press("1", "1", "1", "enter")
        await player.sees("can't be saved")
        saves.unlink()
        await player.press("end", "1")
        await player.until(lambda: Slots(saves, story).exists("play-1"))


async def test_a_save_of_another_telling_says_what_no_longer_fits(tmp_path, story, saves):
    keep(story, saves, "play-1", "office/stamp_it", "hall/continue")
    changed = CLERK.replace("hall: {title: The hall, text: A long hall., next: street}",
                            "hall: {title: The hall, text: A hall., choices: [{label: On., go: street}]}")  # fmt: skip
    async with playing(write_story(tmp_path / "changed", changed), saves) as player:
        await player.press("1")
        await player.sees("The story has changed:")
        await player.until(lambda: "1 of 2 steps no longer fit" in player.notices)
        assert player.steps == ["office/stamp_it"]
