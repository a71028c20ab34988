"""The slots of a folder: their names, their list, and starts that cannot be."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game.errors import PlayError, SaveError
from game.play.given import Start
from game.play.report import write_report
from game.play.session import Session
from game.play.slots import Play, Slots
from game.story.model import Story
from tests.saved import NOW, STEPS, TEXT, played, put, story_of, whole


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return story_of(tmp_path)


@pytest.fixture
def slots(tmp_path: Path, story: Story) -> Slots:
    return Slots(tmp_path / "saves", story, lambda: NOW)


BAD_NAMES = ["", ".", "..", "../x", "/etc/x", "a/b", "a\\b", "a.json", ".a", "con", "CON", "Nul", "com1", "lpt9",
             "a\0b", "x" * 41, "x" * 300, "a ", " a", "a\n", "\n", "a\nb", "a\x1b[2J", "_a", "-a", "a*", "a:b", "~",
             "\udcff", "a\u202eb"]  # fmt: skip
GOOD_NAMES = ["a", "A", "play-1", "class 9b", "Ада", "東京", "x" * 40, "con2", "a_b", "9"]


@pytest.mark.parametrize("name", BAD_NAMES, ids=ascii)
def test_a_slots_name_cannot_leave_the_folder_nor_break_a_line(slots: Slots, name: str) -> None:
    for use in (slots.path, slots.exists, slots.read, slots.read_previous, slots.resume):
        with pytest.raises(SaveError) as refused:
            use(name)
        assert str(refused.value).isprintable()
        assert len(str(refused.value)) < 200
    with pytest.raises(SaveError):
        Play(Session(slots.story), slots, name).save()
    assert not slots.folder.exists()


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_a_good_name_makes_a_slot(slots: Slots, name: str) -> None:
    played(slots, slot=name)
    played(slots, slot=name)
    assert slots.path(name).parent == slots.folder
    assert [info.name for info in slots.list()] == [name]
    assert slots.resume(name)[0].slot == name


@given(st.text(max_size=50))
@settings(deadline=None)
def test_any_name_stays_in_the_folder_or_is_refused(name: str) -> None:
    slots = Slots(Path("/nowhere"), _BARE)
    refused = ""
    path = slots.folder / f"{name}.json"
    try:
        path = slots.path(name)
    except SaveError as error:
        refused = str(error)
    assert refused.isprintable()
    assert refused or (path.parent == slots.folder and path.name == f"{name}.json")


_BARE = Story(id="bare", title="Bare", digest="", start="", scenes={}, choices={})


def test_the_list_has_the_newest_first_and_nothing_else_that_lies_there(slots: Slots) -> None:
    for day, name in [(1, "old"), (3, "new"), (2, "between")]:
        slots.clock = lambda day=day: datetime(2024, 3, day, tzinfo=UTC)  # type: ignore[misc]
        played(slots, STEPS[:day], name)
    for stray in ["README.md", ".new.json.7.tmp", "a b .json", "x.json.txt", "new.damaged-1", "con.json"]:
        (slots.folder / stray).write_text("{}", encoding="utf-8")
    found = [(info.name, info.steps, info.saved[:10]) for info in slots.list() if not info.error]
    assert found == [("new", 3, "2024-03-03"), ("between", 2, "2024-03-02"), ("old", 1, "2024-03-01")]
    assert all(info.error for info in slots.list() if info.name not in ("new", "between", "old"))


def test_the_date_in_a_list_cannot_steer_a_terminal(slots: Slots) -> None:
    put(slots, whole(slots, saved="\x1b[2J\n2024"))
    (info,) = slots.list()
    assert info.saved.isprintable()


def test_a_fresh_slot_is_one_that_nothing_holds(slots: Slots) -> None:
    assert slots.fresh() == "play-1"
    played(slots, slot="play-1")
    assert slots.fresh() == "play-2"
    played(slots, slot="play-2")
    played(slots, slot="play-2")
    slots.path("play-2").unlink()
    assert slots.fresh() == "play-3"  # its previous generation is still there


def test_what_was_written_of_a_play_is_not_written_over_by_one_that_follows_its_deleted_save(slots: Slots) -> None:
    report = write_report(played(slots, slot="play-1"))
    told = report.read_text(encoding="utf-8")
    slots.delete("play-1")
    assert slots.fresh() == "play-2"
    write_report(played(slots, slot=slots.fresh()))
    assert report.read_text(encoding="utf-8") == told


def test_each_story_has_a_folder_of_its_own(tmp_path: Path, slots: Slots) -> None:
    other = Slots(tmp_path / "saves", story_of(tmp_path, TEXT.replace("id: hall", "id: other")))
    played(slots)
    assert not other.exists("a")
    assert slots.folder != other.folder


def test_a_start_that_cannot_be_is_refused_in_one_line(story: Story) -> None:
    for start in [
        Start("no\nwhere", {}),
        Start("hall", {"n": 99}),
        Start("hall", {"x\x1b": 1}),
        Start("hall", {"n": "1"}),
    ]:
        with pytest.raises(PlayError) as refused:
            Session(story, start=start)
        assert str(refused.value).isprintable()
