"""The palette, the help and the line of keys: all three are the bindings, in plain words."""

from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.command import CommandPalette
from textual.widgets import Input

from game.story.model import Story
from game.tui.screens.base import PageScreen, bindings_of
from game.tui.screens.scene import SceneScreen
from game.tui.screens.title import TitleScreen
from tests.screen import Player, at_scene, playing, write_story

TO_THE_END = ("office/stamp_it", "hall/continue", "street/look_away")
SCENE = {  # what the palette says on a scene: what is then on the screen
    "Evidence: the facts behind this scene": "There was a desk.",
    "Journal: all that was read and chosen": "Return to a decision",
    "The file: every document met so far": "1 document, as first met.",
    "Map: scenes met, and ways not taken": "2 scenes met",
    "Dossier: people, places and terms so far": "The stamp. It makes paper true.",
    "Write this play to a Markdown file": "play-1.md",
    "A code of this play, to copy": "ST1.",
    "Write this play as a test of its story": "play-1.test.yaml",
    "Undo a step, back to the first page": "1 Look at the clock.",
    "Violence in full, or by a short summary": "Scenes of violence are",
    "Saves: load, rename or delete one": "Open, rename or delete a save.",
    "Outcomes met in all plays of this story": "No outcome has been met yet.",
    "Settings: theme, column, keys and more": "The same for every story",
    "Save and quit": "",
    "Save, and back to the title": "Begin a new play",
    "Help: every key and what it does": "Take the choice of that number",
}
TITLE = {
    "Saves: load, rename or delete one": "Nothing is saved yet.",
    "Outcomes met in all plays of this story": "No outcome has been met yet.",
    "Settings: theme, column, keys and more": "The same for every story",
    "Save and quit": "",
    "Help: every key and what it does": "Take the choice of that number",
}


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return write_story(tmp_path / "story")


@pytest.fixture
def saves(tmp_path: Path) -> Path:
    return tmp_path / "saves"


def listed(player: Player) -> list[str]:
    """What the palette offers, without the keys before it."""
    from textual.command import CommandList

    options = player.app.screen.query_one(CommandList).options
    return [str(option.prompt)[5:].strip() for option in options]


async def pick(player: Player, words: str, found: str) -> None:
    """Searches the palette for some words, takes what it finds, and sees what then shows."""
    await player.press("ctrl+p")
    await player.at(CommandPalette)
    await player.until(lambda: len(listed(player)) > 1)
    player.app.screen.query_one("CommandInput").value = words  # type: ignore[attr-defined]  # an Input of Textual's own
    await player.until(lambda: listed(player)[:1] == [words])
    await player.press("enter")
    if found:
        await player.sees(found)
    else:
        await player.until(lambda: player.app._exit)


async def test_the_palette_lists_all_actions_of_a_scene_and_none_of_textual(story, saves):
    """A sheet over the dimmed page: a field to search in, below it a line an action, its key before its words."""
    async with at_scene(story, saves, steps=("office/stamp_it",), size=(80, 40)) as player:
        await player.press("p")
        await player.until(lambda: isinstance(player.app.screen, CommandPalette) and len(listed(player)) > 1)
        assert listed(player) == list(SCENE)
        await player.sees("e Evidence: the facts behind this scene", "? Help: every key and what it does")
        await player.until(lambda: not player.app.screen.query_one(Input).cursor_blink)
        await player.press("escape")
        await player.at(SceneScreen)


async def test_on_the_least_screen_the_palette_shows_what_it_finds(story, saves):
    async with at_scene(story, saves, size=(20, 5)) as player:
        await player.press("p")
        await player.sees("Evidence: the")
        await player.press(*"map")
        await player.sees("map", "Map: scenes met")


@pytest.mark.parametrize("words", SCENE)
async def test_every_action_of_a_scene_is_taken_from_the_palette(story, saves, words):
    async with at_scene(story, saves, steps=("office/stamp_it",), size=(80, 40)) as player:
        await pick(player, words, SCENE[words])


@pytest.mark.parametrize("words", TITLE)
async def test_every_action_of_the_title_is_taken_from_the_palette(story, saves, words):
    async with playing(story, saves) as player:
        await player.press("p")
        await player.until(lambda: isinstance(player.app.screen, CommandPalette) and len(listed(player)) > 1)
        assert listed(player) == list(TITLE)
        await player.press("escape")
        await player.at(TitleScreen)
        await pick(player, words, TITLE[words])


async def test_the_palette_of_a_panel_leads_back(story, saves):
    async with at_scene(story, saves) as player:
        await player.press("e")
        await player.sees("There was a desk.")
        await pick(player, "Go one step back", "Good morning, nobody.")
        await player.at(SceneScreen)


async def test_the_keys_in_the_palette_have_a_column_that_is_wide_enough(story, saves):
    async with playing(story, saves) as player:
        await player.press("s", "p")
        await player.at(CommandPalette)
        await player.sees("right The next value", "ctrl+c Save and quit")
        assert "ctrl+cSave" not in player.text


async def test_an_action_stands_above_the_values_of_settings_that_fit_as_well(story, saves):
    async with at_scene(story, saves, size=(80, 40)) as player:
        await player.press("p")
        await player.at(CommandPalette)
        await player.press(*"theme")
        await player.sees("s Settings: theme, column, keys and more Theme: lamp")
        await player.sees("cream on warm black (now) Theme: paper, ink on cream Theme")  # only the one there is


async def test_the_palette_is_worked_with_the_mouse(story, saves):
    async with at_scene(story, saves, size=(80, 40)) as player:
        await player.click("p actions")
        await player.sees("Map: scenes met")
        await player.click("Map: scenes met")
        await player.sees("1 scene met")


# --- the help


async def test_the_help_tells_every_key_of_the_page_it_is_opened_over(story, saves):
    """A table: keys in bold at the left, what they do at the right; choices first, then the page's own, then all."""
    async with at_scene(story, saves, size=(80, 60)) as player:
        await player.press("question_mark")
        await player.sees("Your play is saved after every step.")
        assert player.text.rstrip().endswith("p actions"), "the key of the help itself is not told there"
        for keys in (
            "up, shift+tab The choice before",
            "0 to 9 Take",
            "space, PgDn A page down",
            "j Journal: all that",
        ):
            await player.sees(keys)
        await player.sees("u Undo a step", "esc Save, and back to the title", "q, ctrl+c Save and quit")
        for binding in bindings_of(SceneScreen):
            await player.sees(binding.tooltip)
        await player.press("escape")
        await player.at(SceneScreen)


def every_screen() -> list[type[PageScreen]]:
    found, waiting = [], [PageScreen]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return found


@pytest.mark.parametrize("kind", every_screen(), ids=lambda kind: kind.__name__)
def test_every_key_of_every_screen_says_what_it_does(kind):
    silent = [binding.key for binding in bindings_of(kind) if not binding.tooltip]
    nothing_behind = kind.__name__ in {"TitleScreen", "BrokenScreen"}  # where Escape does nothing
    assert silent == (["escape"] if nothing_behind else [])


# --- the line of keys


@pytest.mark.parametrize("width", [60, 80, 120])
async def test_the_line_of_keys_fits_and_keeps_actions_and_help(story, saves, width):
    async with at_scene(story, saves, steps=("office/stamp_it",), size=(width, 24)) as player:
        line = player.text.split("\n")[-1]
        assert cell_len(line) <= width - 2
        assert line.strip().startswith("e evidence  j journal  f file")
        assert line.endswith("p actions  ? help")
        assert ("q quit" in line) is (width == 120)


@pytest.mark.parametrize(
    ("word", "found"),
    [("e evidence", "There was a desk."), ("j journal", "Return to a decision"), ("m map", "2 scenes met"),
     ("d dossier", "The stamp."), ("u undo", "1 Look at the clock."), ("? help", "Take the choice"),
     ("f file", "1 document")],
)  # fmt: skip
async def test_the_words_of_the_line_of_keys_are_clicked(story, saves, word, found):
    async with at_scene(story, saves, steps=("office/stamp_it",), size=(80, 40)) as player:
        await player.click(word)
        await player.sees(found)
        if word != "u undo":
            await player.click("esc back")
        await player.at(SceneScreen)
