"""The list of saves: what it shows, and renaming, deleting and recovering with real files."""

import re
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


async def test_what_is_said_of_a_long_name_stands_in_one_piece_below_it(slots, story, saves):
    slots.rename("mine", "what the class of May has chosen so far")
    async with playing(story, saves) as player:
        await player.press("l")
        await player.sees("so far 1 step, saved")
        assert any(re.fullmatch(r" +1\sstep,\ssaved\s.*\d\d:\d\d", line) for line in player.text.split("\n")), (
            player.text
        )


async def test_a_save_is_renamed(slots, story, saves):
    """The old name stands in the field; Enter renames, and the list has the new name. What was written of the play
    goes with it, and why another name was refused is gone."""
    slots.path("mine").with_suffix(".md").write_text("# My play")
    async with playing(story, saves) as player:
        await player.press("l")
        await player.click("mine")
        await player.press("2")
        await player.at(RenameScreen)
        await player.sees("The new name: letters, digits, spaces, - and _.", "mine", "enter rename esc back")
        await player.press("end", *"/", "enter")
        await player.until(lambda: "can't be the name" in player.notices)
        await player.press("backspace", *" 2", "enter")
        await player.at(SavesScreen)
        await player.sees("mine 2 1 step")
        await player.until(lambda: player.notices == "")
    assert files(slots) == ["mine 2.json", "mine 2.json.bak", "mine 2.md", "yours.json", "yours.json.bak"]
    assert slots.path("mine 2").with_suffix(".md").read_text() == "# My play"


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
        await player.click("Rename it")
        await player.until(lambda: why in player.notices)
        await player.press("escape")
        await player.at(SlotScreen)
    assert files(slots) == before


@pytest.mark.usefixtures("slots")
async def test_why_a_name_is_refused_stands_clear_of_the_field_on_a_small_screen(story, saves):
    async with playing(story, saves, size=(60, 13)) as player:
        await player.press("l", "1", "2")
        await player.at(RenameScreen)
        field = player.app.screen.query_one(Input)
        field.value = "x" * 30 + "/"
        await player.press("enter")
        await player.until(lambda: bool(player.app.screen.query("Toast")))
        toast = player.app.screen.query("Toast").last()
        await player.until(lambda: toast.region.area > 0)
        assert not toast.region.overlaps(field.region)


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
        await player.sees("Damaged: it is not whole JSON.", "1 Open the save before it, 0 steps", "3 Delete it")
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


# --- a play and its save


@pytest.mark.usefixtures("slots")
async def test_the_way_back_from_the_saves_is_the_play_they_were_opened_from(story, saves):
    async with playing(story, saves, slot="mine") as player:
        await player.at(SceneScreen)
        await player.press("l")
        await player.at(SavesScreen)
        await player.press("escape")
        await player.at(SceneScreen)
        assert player.app.screen.play.slot == "mine"
        await player.press("escape")
        await player.at(TitleScreen)


@pytest.mark.usefixtures("slots")
async def test_a_play_that_was_renamed_or_deleted_is_gone_on_with_or_not(story, saves):
    async with playing(story, saves, slot="mine") as player:
        await player.at(SceneScreen)
        await player.press("l")
        await player.at(SavesScreen)
        await player.click("mine")
        await player.press("2")
        await player.at(RenameScreen)
        player.app.screen.query_one(Input).value = "other"
        await player.press("enter", "escape")
        await player.at(SceneScreen)
        assert player.app.screen.play.slot == "other"
        await player.press("l")
        await player.at(SavesScreen)
        await player.click("other")
        await player.press("3")
        await player.sees("Delete this save?", "> 2 Back")
        await player.press("1")
        await player.at(SavesScreen)
        await player.press("escape")
        await player.at(TitleScreen)


async def test_two_games_in_one_slot_do_not_write_over_each_other(slots, story, saves):
    """The one that saves second says so, and goes on in a slot of its own."""
    async with playing(story, saves, slot="mine") as player:
        await player.at(SceneScreen)
        other, _ = slots.resume("mine")
        other.session.choose("hall/continue")
        assert other.save() == ""
        await player.press("end", "1")
        await player.sees("mine is played somewhere else")
        await player.until(lambda: "goes on as play-1." in player.notices)
    assert [step["id"] for step in slots.read("mine").steps] == ["office/stamp_it", "hall/continue"]
    assert [step["id"] for step in slots.read("play-1").steps] == ["office/stamp_it", "hall/continue"]


async def test_a_play_that_cannot_be_saved_is_held(story, saves):
    """Escape leads to the title as ever, and the title leads back to the play."""
    saves.write_text("no folder")
    async with playing(story, saves, play=Play(Session(story), Slots(saves, story), "play-1")) as player:
        await player.at(SceneScreen)
        await player.sees("can't be saved")
        await player.press("end", "1")
        await player.until(lambda: player.steps == ["office/look_at_the_clock"])
        await player.press("escape")
        await player.at(TitleScreen)
        await player.sees("1 Continue: play-1, not saved")
        await player.press("l", "escape")
        await player.at(SceneScreen)
        await player.press("escape")
        await player.at(TitleScreen)
        await player.until(lambda: player.reader.is_open)
        await player.press("1")
        await player.at(SceneScreen)
        assert player.steps == ["office/look_at_the_clock"]
        saves.unlink()
        await player.press("escape")
        await player.at(TitleScreen)
        await player.sees("1 Continue: play-1, 1 step")


async def test_the_title_says_that_a_save_is_damaged(slots, story, saves):
    slots.path("mine").write_text("{")
    async with playing(story, saves) as player:
        await player.sees("Open a save; one is damaged")
    slots.path("yours").write_text("{")
    async with playing(story, saves) as player:
        await player.sees("Open a save; 2 are damaged")


async def test_what_is_said_twice_stands_there_once_and_goes_with_the_next_key_once_it_could_be_read(
    story, saves, monkeypatch
):
    async with playing(story, saves, play=Play(Session(story), Slots(saves, story), "new")) as player:
        await player.at(SceneScreen)
        await player.press("u")
        await player.sees("There is nothing to undo.")
        await player.press("u")
        await player.sees("There is nothing to undo.")
        assert player.words.count("There is nothing to undo.") == 1
        monkeypatch.setattr("game.tui.app.READ", 0)
        await player.press("down")
        await player.until(lambda: "nothing to undo" not in player.words)
