"""Every key that a screen, a widget or the app binds is pressed by a test here."""

import importlib
import inspect
import os
import pkgutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.command import CommandPalette
from textual.dom import DOMNode

import game.tui
from game.tui.screens.base import Panel
from game.tui.screens.begin import BeginScreen
from game.tui.screens.graph import GraphScreen
from game.tui.screens.saves import SavesScreen
from game.tui.screens.scene import SceneScreen
from game.tui.screens.settings import SettingsScreen
from game.tui.screens.title import TitleScreen
from game.tui.screens.vote import AskScreen, ClassScreen, VoteScreen
from game.tui.screens.watched import BrokenScreen, Inspector
from tests.screen import Player, at_scene, long_story, playing, ways, write_story
from tests.test_watch import waiting, watching
from tests.voting import CLASS, classroom, voting

TO_THE_END = ("office/stamp_it", "hall/continue", "street/look_away")
PRESSED: set[tuple[str, str]] = set()
WAYS = ways(9)


def presses(owner: str, *keys: str) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """The test runs once with each key as `key`."""
    PRESSED.update((owner, key) for key in keys)
    return pytest.mark.parametrize("key", keys)


def bound() -> Iterator[tuple[str, str]]:
    """Every (class, key) that the game binds."""
    for module in pkgutil.walk_packages(game.tui.__path__, "game.tui."):
        for name, found in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(found, DOMNode) and found.__module__ == module.name:
                for binding in Binding.make_bindings((*vars(found).get("BINDINGS", ()), *vars(found).get("KEYS", ()))):
                    yield name, binding.key


def test_every_binding_is_pressed_by_a_test():
    assert set(bound()) == PRESSED


@pytest.fixture
def clerk(tmp_path: Path):
    """The first scene of the story with everything, all of it in view."""
    return at_scene(write_story(tmp_path / "story"), tmp_path / "saves", size=(80, 40))


@pytest.fixture
def long(tmp_path: Path):
    """A page of many screens with nine choices below."""
    return at_scene(write_story(tmp_path / "story", long_story(WAYS)), tmp_path / "saves")


@pytest.fixture
def title(tmp_path: Path):
    return playing(write_story(tmp_path / "story"), tmp_path / "saves")


async def left(player: Player) -> None:
    await player.until(lambda: player.app._exit)
    assert player.app.return_value == 0


@presses("Reader", "down", "tab")
async def test_down_and_tab_go_to_the_next_choice(clerk, key):
    async with clerk as player:
        await player.press(key)
        await player.sees("> 2 Stamp it.")


@presses("Reader", "0")
async def test_a_nought_ends_a_number_of_two_digits(tmp_path, key):
    async with at_scene(
        write_story(tmp_path / "story", long_story(ways(40))), tmp_path / "saves", size=(80, 60)
    ) as player:
        await player.press("end", "3")
        await player.sees("> 3 Way 3")
        assert player.steps == []
        await player.press(key)
        assert player.steps == ["page/way_30"]


@presses("Reader", "up", "shift+tab")
async def test_up_and_shift_tab_go_to_the_choice_before(clerk, key):
    async with clerk as player:
        await player.press("down", key)
        await player.sees("> 1 Look at the clock.")


@presses("Reader", "enter")
async def test_enter_takes_the_selected_choice(clerk, key):
    async with clerk as player:
        await player.press("down", key)
        assert player.steps == ["office/stamp_it"]


@presses("Reader", *"123456789")
async def test_a_digit_takes_its_choice(long, key):
    async with long as player:
        await player.press("end", key)
        assert player.steps == [f"page/way_{key}"]


@presses("Reader", "space", "pagedown")
async def test_space_and_page_down_move_a_page_down(long, key):
    async with long as player:
        await player.press(key)
        assert player.reader.size.height - 3 <= player.reader.scroll_offset.y < player.reader.size.height


@presses("Reader", "pageup")
async def test_page_up_moves_a_page_up(long, key):
    async with long as player:
        await player.press("end", key)
        assert player.reader.scroll_offset.y == player.reader.max_scroll_y - player.reader.size.height + 1


@presses("Reader", "home")
async def test_home_goes_to_the_top(long, key):
    async with long as player:
        await player.press("end", key)
        assert player.reader.scroll_offset.y == 0


async def headings(tmp_path: Path, edge: str, key: str) -> tuple[list[str], int, int]:
    """The headings that a key brings to the top of an ending's page, pressed often from one of its edges; where the
    page then is, and how far down it goes."""
    found = []
    async with at_scene(write_story(tmp_path / "story"), tmp_path / "saves", steps=TO_THE_END, size=(60, 13)) as player:
        await player.sees("n next part")
        await player.press(edge)
        for _ in range(12):
            await player.press(key)
            top = next(line.strip() for line in player.text.split("\n")[2:] if line.strip())
            if top in {"The file", "The people harmed", "Questions"} and top not in found:
                found.append(top)
        return found, int(player.reader.scroll_offset.y), player.reader.max_scroll_y


@presses("Reader", "n")
async def test_n_goes_to_the_next_heading_and_past_the_last_to_the_bottom(tmp_path, key):
    found, at, bottom = await headings(tmp_path, "home", key)
    assert found == ["The file", "The people harmed", "Questions"]
    assert at == bottom > 0


@presses("Reader", "b")
async def test_b_goes_back_to_the_heading_before_and_before_the_first_to_the_top(tmp_path, key):
    found, at, _ = await headings(tmp_path, "end", key)
    assert found == ["Questions", "The people harmed", "The file"]
    assert at == 0


@presses("Reader", "end")
async def test_end_goes_to_the_bottom(long, key):
    async with long as player:
        await player.press(key)
        assert player.reader.scroll_offset.y == player.reader.max_scroll_y > 0


@presses("PageScreen", "escape")
async def test_escape_leaves_a_panel(clerk, key):
    async with clerk as player:
        await player.press("e")
        await player.at(Panel)
        await player.press(key)
        await player.at(SceneScreen)


@presses("PageScreen", "question_mark")
async def test_a_question_mark_opens_the_help_over_any_page_and_once(title, key):
    async with title as player:
        await player.press(key, key)
        await player.sees("Help", "Take the choice of that number", "Outcomes met in all plays")
        await player.press("escape")
        await player.at(TitleScreen)


@presses("PageScreen", "p")
async def test_p_opens_the_palette(clerk, key):
    async with clerk as player:
        await player.press(key)
        await player.at(CommandPalette)
        await player.sees("Evidence: the facts behind this scene")
        await player.press("escape")
        await player.at(SceneScreen)


@presses("TitleScreen", "q")
async def test_q_leaves_the_title(title, key):
    async with title as player:
        await player.press(key)
        await left(player)


@presses("TitleScreen", "l", "o")
async def test_letters_of_the_title_open_saves_and_outcomes(title, key):
    async with title as player:
        await player.press(key)
        await player.sees({"l": "Nothing is saved yet.", "o": "No outcome has been met yet."}[key])
        await player.press("escape")
        await player.at(TitleScreen)


@presses("TitleScreen", "escape")
async def test_escape_stays_on_the_title(title, key):
    async with title as player:
        await player.press(key)
        await player.at(TitleScreen)


@presses("SceneScreen", "escape")
async def test_escape_goes_from_the_scene_to_the_title(clerk, key):
    async with clerk as player:
        await player.press(key)
        await player.at(TitleScreen)


@presses("SceneScreen", "u")
async def test_u_takes_a_step_back(clerk, key):
    async with clerk as player:
        await player.press("2", key)
        assert player.steps == []


@presses("BesideScreen", "e", "f", "j", "m", "d", "w", "c", "t")
async def test_letters_open_what_lies_beside_the_story(clerk, key):
    titles = {"e": "Evidence", "f": "The file", "j": "Journal", "m": "Map", "d": "Dossier", "w": "A file of this play"}
    titles |= {"c": "A code of this play", "t": "A file of this play"}
    async with clerk as player:
        await player.press(key)
        await player.until(lambda: player.text.split("\n")[0].strip() == titles[key])
        await player.press("escape")
        await player.at(SceneScreen)


@presses("SceneScreen", "l")
async def test_l_saves_the_play_and_shows_the_saves(clerk, key):
    async with clerk as player:
        await player.press("2", key)
        await player.at(SavesScreen)
        await player.sees("play-1", "1 step")
        await player.press("escape")
        await player.at(SceneScreen)
        await player.sees("The stamp comes down.")


@presses("GameApp", "ctrl+z")
async def test_ctrl_z_suspends_the_game(clerk, key, monkeypatch):
    """The shell in front, until `fg`; a driver that is none of a terminal's can't."""
    asked = []
    async with clerk as player:
        monkeypatch.setattr(type(player.app._driver), "can_suspend", True)
        monkeypatch.setattr(os, "kill", lambda *call: asked.append(call))
        await player.press(key)
        assert asked == [(os.getpid(), signal.SIGTSTP)]


@presses("SceneScreen", "o")
async def test_o_shows_the_outcomes(clerk, key):
    async with clerk as player:
        await player.press(key)
        await player.sees("No outcome has been met yet.")


@presses("SceneScreen", "s")
async def test_s_opens_the_settings(clerk, key):
    async with clerk as player:
        await player.press(key)
        await player.at(SettingsScreen)


@presses("TitleScreen", "s")
async def test_s_opens_the_settings_from_the_title(title, key):
    async with title as player:
        await player.press(key)
        await player.at(SettingsScreen)


@presses("SettingsScreen", "right", "left")
async def test_left_and_right_turn_a_setting(clerk, key):
    async with clerk as player:
        await player.press("s", key)
        assert player.app.settings.theme == {"right": "paper", "left": "terminal"}[key]
        await player.press("left" if key == "right" else "right")
        assert player.app.settings.theme == "lamp"
        await player.press("end", "up", key)  # Back has no values


@presses("SceneScreen", "v")
async def test_v_switches_how_violence_is_told(clerk, key):
    async with clerk as player:
        await player.press(key)
        assert player.session.summarise
        await player.press(key)
        assert not player.session.summarise


@presses("SceneScreen", "q")
async def test_q_leaves_a_play(clerk, key):
    async with clerk as player:
        await player.press(key)
        await left(player)


@presses("DebriefScreen", "tab", "shift+tab")
async def test_tab_and_shift_tab_turn_the_questions(tmp_path, key):
    story = write_story(tmp_path / "story")
    async with at_scene(story, tmp_path / "saves", steps=TO_THE_END) as player:
        await player.press("end", "1", "tab" if key == "shift+tab" else "x")
        await player.press(key)
        await player.sees("Who held the stamp?" if key == "shift+tab" else "Who paid for it?")


@presses("GameApp", "ctrl+c")
async def test_ctrl_c_leaves_a_play(clerk, key):
    async with clerk as player:
        await player.press(key)
        await left(player)


@presses("GameApp", "ctrl+p")
async def test_ctrl_p_opens_the_palette_also_while_something_is_typed(title, key):
    async with title as player:
        await player.press("1", "1", "1", key)
        await player.at(CommandPalette)
        await player.press("escape")
        await player.at(BeginScreen)


async def test_ctrl_q_leaves_a_play(clerk):
    async with clerk as player:
        await player.press("ctrl+q")
        await left(player)


@presses("BrokenScreen", "s", "q", "escape")
async def test_keys_of_a_story_that_can_not_be_played_yet(tmp_path, key):
    write_story(tmp_path / "story")
    (tmp_path / "story" / "story.yaml").write_text("format: 1")
    async with waiting(tmp_path / "story") as player:
        await player.press(key)
        await player.until(lambda: player.app._exit if key == "q" else True)
        await player.at({"s": SettingsScreen}.get(key, BrokenScreen))


@presses("WatchedScreen", "x")
async def test_x_looks_behind_the_page_that_is_watched(tmp_path, key):
    write_story(tmp_path / "story")
    async with watching(tmp_path / "story") as player:
        await player.press(key)
        await player.at(Inspector)
        await player.sees("Behind this page", "Scene office")


@presses("WatchedScreen", "g")
async def test_g_shows_the_graph_of_the_story_that_is_watched(tmp_path, key):
    write_story(tmp_path / "story")
    async with watching(tmp_path / "story") as player:
        await player.press(key)
        await player.at(GraphScreen)
        await player.sees("> 1 The office", "Stamp it. → 2 The hall")


@pytest.fixture
def vote(tmp_path: Path):
    """A vote of a class on three options, in a room with a projector."""
    return voting(write_story(tmp_path / "story", CLASS), tmp_path / "saves")


@presses("BallotReader", *"0123456789")
async def test_a_digit_is_typed_as_hands_for_the_option_marked(vote, key):
    async with vote as player:
        await player.press("2", key)
        await player.sees(f"{20 + int(key)} hands given")


@presses("BallotReader", "enter")
async def test_enter_goes_through_the_options_and_shows_the_counts(vote, key):
    async with vote as player:
        await player.press("2", key, key, key)
        await player.sees("2 hands, the most")


@presses("BallotReader", "backspace")
async def test_backspace_takes_a_digit_back(vote, key):
    async with vote as player:
        await player.press("2", "5", key)
        await player.sees("2 hands given")


@presses("VoteScreen", "s")
async def test_s_shows_the_counts_and_hides_them(vote, key):
    async with vote as player:
        await player.press("2", key)
        await player.sees("2 hands, the most")
        await player.press(key)
        await player.sees("Type the hands")


@presses("VoteScreen", "h")
async def test_h_turns_to_hands_one_by_one_and_back(vote, key):
    async with vote as player:
        await player.press(key)
        await player.sees("Press the number of one option")
        await player.press(key)
        await player.sees("Type the hands")


@presses("VoteScreen", "c")
async def test_c_chooses_the_option_marked(vote, key):
    async with vote as player:
        await player.press("down", "down", key)
        await player.at(ClassScreen)
        assert player.steps == ["office/stamp_it"]


@presses("TimedScreen", "t", "x")
async def test_t_starts_the_timer_and_x_ends_it(vote, key):
    async with vote as player:
        player.app.screen.page.countdown.clock = lambda: 100.0
        await player.press("t")
        await player.sees("2:00 left")
        await player.press(key)
        await player.until(lambda: "3:00 left" in player.text if key == "t" else "left" not in player.text)


@presses("ClassScreen", "a")
async def test_a_puts_the_question_up(tmp_path, key):
    async with classroom(write_story(tmp_path / "story", CLASS), tmp_path / "saves") as player:
        await player.press(key)
        await player.at(AskScreen)


@presses("AskScreen", "a")
async def test_a_takes_the_question_away(tmp_path, key):
    async with classroom(write_story(tmp_path / "story", CLASS), tmp_path / "saves") as player:
        await player.press("a", key)
        await player.at(ClassScreen)


async def test_escape_leaves_a_vote_and_keeps_it(vote):
    async with vote as player:
        await player.press("4", "escape")
        await player.at(ClassScreen)
        await player.press("end", "enter")
        await player.at(VoteScreen)
        await player.sees("4 hands given")
