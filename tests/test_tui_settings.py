"""The settings on the screen: by keys, by mouse and by the palette, each seen at once, in the middle of a play."""

from pathlib import Path

import pytest

from game.settings import SETTINGS, Settings
from game.story.model import Story
from game.tui.screens.scene import SceneScreen
from game.tui.screens.settings import SettingsScreen
from game.tui.screens.title import TitleScreen
from game.tui.themes import THEMES
from game.tui.widgets.reader import Reader
from tests.screen import Player, at_scene, long_story, playing, write_story

NAMES = list(SETTINGS)
TO_STREET = ("office/stamp_it", "hall/continue")


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return write_story(tmp_path / "story")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


@pytest.fixture
def street(story, tmp_path, path):
    """In the street, where a messenger is hurt, with settings that are kept."""
    return at_scene(story, tmp_path / "saves", steps=TO_STREET, size=(80, 40), settings=Settings.read(path))


async def ready(player: Player) -> None:
    await player.until(lambda: player.reader.is_open)


async def take(player: Player, name: str) -> None:
    """Turns a setting to its next value by its number."""
    await ready(player)
    await player.press(str(NAMES.index(name) + 1))


def test_every_theme_of_the_settings_is_there():
    assert [theme.name for theme in THEMES] == list(SETTINGS["theme"].values)


@pytest.mark.parametrize("name", NAMES)
async def test_every_setting_is_turned_by_keys_alone_around_all_its_values_and_kept(street, path, name):
    async with street as player:
        await player.press("s")
        await player.at(SettingsScreen)
        for _ in range(NAMES.index(name)):
            await player.press("down")
        for _ in SETTINGS[name].values:
            value = player.app.settings.next(name)
            await ready(player)
            await player.press("enter")
            assert getattr(player.app.settings, name) == value == getattr(Settings.read(path), name)
            await player.sees(SETTINGS[name].values[value])
        await player.press("escape")
        await player.at(SceneScreen)
        assert player.steps == list(TO_STREET)


async def test_a_setting_turns_at_every_press_however_quick(street, monkeypatch):
    async with street as player:
        await player.press("s")
        await player.at(SettingsScreen)
        await ready(player)
        monkeypatch.setattr(Reader, "GUARD", 60)  # seconds that a new page would wait for
        for theme in ("paper", "contrast", "terminal"):
            await player.press("enter")
            await player.until(lambda theme=theme: player.app.settings.theme == theme)


@pytest.mark.parametrize("name", NAMES)
async def test_every_setting_is_turned_by_mouse_alone(street, name):
    async with street as player:
        await player.click("actions")
        await player.sees("Settings")
        await player.click("Settings")
        await player.at(SettingsScreen)
        value = player.app.settings.next(name)
        await ready(player)
        await player.click(SETTINGS[name].label)
        assert getattr(player.app.settings, name) == value
        await player.sees(SETTINGS[name].values[value])
        await ready(player)
        await player.click("Back")
        await player.at(SceneScreen)


@pytest.mark.parametrize(("typed", "name", "value"), [
    ("theme paper", "theme", "paper"), ("column 60", "column", 60), ("arrives line", "arrival", "by-line"),
    ("letter off", "letters", False), ("gauges hidden", "gauges", False), ("violence summary", "violence", "summary"),
    ("quitting asks", "confirm", True),
])  # fmt: skip
async def test_the_palette_finds_every_value(street, typed, name, value):
    async with street as player:
        await player.press("ctrl+p")
        await player.press(*(key.replace(" ", "space") for key in typed))
        words = " ".join(f"{SETTINGS[name].label}: {SETTINGS[name].values[value]}".split())
        await player.sees(words)
        await player.press("enter")
        await player.until(lambda: getattr(player.app.settings, name) == value)
        await player.at(SceneScreen)


async def test_a_theme_is_seen_at_once_on_the_page_that_is_open(street):
    async with street as player:
        grounds = set()
        for theme in THEMES:
            player.app.change("theme", theme.name)
            await player.until(lambda name=theme.name: player.app.theme == name)
            await player.pilot.pause()
            strip = player.app.screen._compositor.render_strips()[10]
            grounds.add(next(iter(strip)).style.bgcolor)
        assert len(grounds) == len(THEMES)


async def test_the_column_is_as_wide_as_set_and_the_text_stays_where_it_was(tmp_path):
    async with at_scene(write_story(tmp_path / "long", long_story()), tmp_path / "saves") as player:
        await player.press("space", "space")
        top = player.text.split("\n")[player.reader.region.y].split()[:3]
        for width in SETTINGS["column"].values:
            player.app.change("column", width)
            await player.pilot.pause()
            lines = ["".join(text for text, _ in line) for line in player.reader._lines]
            assert width - 12 < max(map(len, lines)) <= width
            assert top[0] in player.text.split("\n")[player.reader.region.y]


async def test_the_field_of_a_question_is_as_wide_as_the_column(story, tmp_path):
    async with playing(story, tmp_path / "saves", settings=Settings(column=60)) as player:
        for key in ("1", "1", "1"):
            await ready(player)
            await player.press(key)
        assert player.app.screen.query_one("#answer").size.width == 58  # and a cell on either side


async def test_without_keys_of_one_letter_letters_do_nothing_and_their_words_can_be_clicked(street):
    async with street as player:
        player.app.change("letters", value=False)
        await player.pilot.pause()
        footer = player.text.split("\n")[-1]
        assert "evidence" in footer
        assert "e evidence" not in footer
        await player.press("e", "u", "j", "q", "s")
        assert type(player.app.screen) is SceneScreen
        assert player.steps == list(TO_STREET)
        assert not player.app._exit
        await player.press("question_mark", "escape", "down")
        await player.sees("> 2 Look away.")
        await player.click("evidence")
        await player.sees("The facts behind this scene")


async def test_without_keys_of_one_letter_none_is_told(street):
    """Not in the line of keys, the help or the palette, which Ctrl+P still opens."""
    async with street as player:
        player.app.change("letters", value=False)
        await player.sees("ctrl+p actions")
        await player.press("question_mark")
        await player.sees("ctrl+c Save and quit")
        assert "Evidence:" not in player.words
        await player.press("escape", "ctrl+p")
        await player.sees("Evidence: the facts behind this scene")
        assert not [line for line in player.text.split("\n") if line.split()[:2] == ["e", "Evidence:"]]


async def test_without_keys_of_one_letter_letters_still_type(story, tmp_path):
    async with playing(story, tmp_path / "saves", settings=Settings(letters=False)) as player:
        for key in ("1", "1", "1"):
            await ready(player)
            await player.press(key)
        await player.press(*"Eva", "enter")
        await player.at(SceneScreen)
        assert player.session.answers["name"] == "Eva"


async def test_gauges_are_hidden_and_shown_again(street):
    async with street as player:
        await player.sees("Mood: even")
        player.app.change("gauges", value=False)
        await player.until(lambda: "Mood" not in player.words)
        player.app.change("gauges", value=True)
        await player.sees("Mood: even")


async def test_violence_is_told_by_its_summary_from_the_settings_too_and_in_the_next_play(
    street, story, tmp_path, path
):
    async with street as player:
        await player.sees("The cart breaks his fingers.")
        await player.press("s")
        await take(player, "violence")
        await player.press("escape")
        await player.sees("The messenger is hurt.")
        assert "fingers" not in player.written
    async with playing(story, tmp_path / "saves", settings=Settings.read(path)) as player:
        await player.press("down")
        await player.press("enter")
        await player.sees("A man is hurt in one scene.", "> 2 Begin, with scenes of violence told by a short")


async def test_settings_that_cannot_be_kept_say_so_once_and_hold(story, tmp_path):
    (tmp_path / "config").write_text("")
    settings = Settings(path=tmp_path / "config" / "settings.json")
    async with at_scene(story, tmp_path / "saves", settings=settings) as player:
        await player.press("s")
        await take(player, "theme")
        await player.until(lambda: "Settings hold until you quit." in player.notices)
        await take(player, "theme")
        assert player.notices.count("hold until") == 1
        assert player.app.theme == "contrast"


async def test_a_damaged_file_is_told_when_the_game_begins(story, tmp_path, path):
    path.parent.mkdir()
    path.write_text("{")
    async with playing(story, tmp_path / "saves", settings=Settings.read(path)) as player:
        assert type(player.app.screen) is TitleScreen
        await player.until(lambda: "settings.json was damaged" in player.notices)


# --- text line by line


@pytest.fixture
def slow(tmp_path):
    settings = Settings(arrival="by-line")
    return at_scene(write_story(tmp_path / "long", long_story()), tmp_path / "saves", settings=settings)


async def test_line_by_line_the_view_fills_from_its_top_and_then_all_is_there(slow):
    async with slow as player:
        seen = [len(player.words)]
        while player.reader._arriving is not None:
            await player.pilot.pause(0.02)
            seen.append(len(player.words))
        assert seen == sorted(seen)
        assert len(set(seen)) > 5
        await player.press("end")
        await player.sees("Far below.")


@pytest.mark.parametrize("key", ["enter", "1", "space", "x"])
async def test_a_key_brings_the_rest_of_the_text_at_once_and_chooses_nothing(slow, key):
    async with slow as player:
        assert player.reader._arriving is not None
        await player.pilot.press(key)
        await player.until(lambda: player.reader._arriving is None)
        assert player.steps == []
        await player.sees("Paragraph 2")


async def test_a_click_brings_the_rest_of_the_text_at_once(slow):
    async with slow as player:
        await player.pilot.click("Reader", offset=(10, 5))
        assert player.reader._arriving is None
        assert player.steps == []


async def test_by_default_nothing_moves(story, tmp_path):
    async with at_scene(story, tmp_path / "saves") as player:
        assert player.reader._arriving is None
        assert player.app.settings.arrival == "at-once"
