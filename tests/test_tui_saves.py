"""The list of saves: what it shows, and renaming, deleting and recovering with real files."""

from pathlib import Path

import pytest
from textual.widgets import Input

from game.errors import SaveError
from game.play.session import Session
from game.play.slots import Play, Slots
from game.story.model import Story
from game.tui.screens.saves import RenameScreen, SavesScreen, SlotScreen
from game.tui.screens.scene import SceneScreen
from game.tui.screens.title import TitleScreen
from tests.screen import playing, write_story


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return write_story(tmp_path / "story")


@pytest.fixture
def saves(tmp_path: Path) -> Path:
    return tmp_path / "saves"


@pytest.fixture
def slots(story, saves) -> Slots:
    """Two plays, each with the generation before it."""
    slots = Slots(saves, story)
    for name in ("mine", "yours"):
        play = Play(Session(story), slots, name)
        play.save()
        play.session.choose("office/stamp_it")
        play.save()
    return slots


def files(slots: Slots) -> list[str]:
    return sorted(path.name for path in slots.folder.iterdir())


async def test_the_list_names_every_save_and_says_what_is_damaged(slots, story, saves):
    """A line a save: its name in bold, its steps and time in the second tone, or in red why it can't be read."""
    path = slots.path("yours")
    path.write_bytes(path.read_bytes()[:-40])
    slots.path("lost").write_text("{}")
    async with playing(story, saves) as player:
        await player.press("l")
        await player.sees("Open, rename or delete a save.", "mine 1 step, saved 2", "4 Back")
        await player.sees("yours damaged: it is not whole JSON", "lost no save of this game")


async def test_a_save_is_renamed(slots, story, saves):
    """The old name stands in the field; Enter renames, and the list has the new name."""
    async with playing(story, saves) as player:
        await player.press("l")
        await player.click("mine")
        await player.press("2")
        await player.at(RenameScreen)
        await player.sees("The new name: letters, digits, spaces, - and _.", "mine", "enter rename esc back")
        await player.press("end", *" 2", "enter")
        await player.at(SavesScreen)
        await player.sees("mine 2 1 step")
    assert files(slots) == ["mine 2.json", "mine 2.json.bak", "yours.json", "yours.json.bak"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("yours", "yours: there is a save of that name"),
        ("../x", "can't be the name of a save"),
        ("", "can't be the name of a save"),
    ],
)
async def test_a_name_that_can_not_be_is_refused_and_nothing_is_lost(slots, story, saves, name, why):
    before = files(slots)
    async with playing(story, saves) as player:
        await player.press("l")
        await player.click("mine")
        await player.press("2")
        await player.at(RenameScreen)
        player.app.screen.query_one(Input).value = name
        await player.click("Go on")
        await player.until(lambda: why in player.notices)
        await player.press("escape")
        await player.at(SlotScreen)
    assert files(slots) == before


async def test_a_save_is_deleted_after_a_question(slots, story, saves):
    """What is deleted is named, and that it can't be undone; Escape keeps it."""
    async with playing(story, saves) as player:
        await player.press("l")
        await player.click("mine")
        await player.press("3")
        await player.sees("Delete this save?", "mine is deleted from this machine", "can't be undone.", "1 Delete mine")
        await player.press("escape")
        await player.at(SlotScreen)
        assert "mine.json" in files(slots)
        await player.press("3", "1")
        await player.at(SavesScreen)
        await player.until(lambda: "mine" not in player.written)
        assert files(slots) == ["yours.json", "yours.json.bak"]
        await player.press("1", "3", "1")
        await player.sees("Nothing is saved yet. A play saves itself from its first page on.")
        await player.press("1")
        await player.at(TitleScreen)


async def test_a_damaged_save_can_be_recovered_or_deleted(slots, story, saves):
    path = slots.path("mine")
    path.write_bytes(b"{")
    async with playing(story, saves) as player:
        await player.press("l")
        await player.click("mine")
        await player.sees("mine: damaged: it is not whole JSON.", "1 Open the save before it, 0 steps", "3 Delete it")
        await player.press("1")
        await player.at(SceneScreen)
        assert player.steps == []
    assert "mine.damaged-1" in files(slots)


async def test_a_save_that_can_not_be_played_says_why_and_stays(slots, story, saves):
    path = slots.path("mine")
    path.write_text(path.read_text().replace("office/stamp_it", "office/nothing"))
    async with playing(story, saves) as player:
        await player.press("l")
        await player.click("mine")
        await player.press("1")
        await player.until(lambda: "mine: changed by hand" in player.notices)
        assert type(player.app.screen) is SlotScreen


@pytest.mark.usefixtures("slots")
async def test_a_disk_that_refuses_deletes_nothing_and_says_so(story, saves, monkeypatch):
    def refuse(_: Slots, name: str) -> None:
        raise SaveError(f"{name}: can't be deleted: Read-only file system")

    monkeypatch.setattr(Slots, "delete", refuse)
    async with playing(story, saves) as player:
        await player.press("l")
        await player.click("mine")
        await player.press("3", "1")
        await player.at(SavesScreen)
        await player.until(lambda: "Read-only file system" in player.notices)
        await player.sees("mine 1 step")


def test_files_that_can_not_be_moved_or_deleted_are_told(slots):
    slots.path("taken").with_suffix(".json.bak").mkdir()
    with pytest.raises(SaveError, match="there is a save of that name"):
        slots.rename("mine", "taken")
    slots.path("yours").unlink()
    slots.path("yours").mkdir()
    with pytest.raises(SaveError, match="yours: can't be deleted"):
        slots.delete("yours")
