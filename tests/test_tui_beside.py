"""What lies beside the story: evidence, dossier, the file, the map, the journal and the way back into it."""

from pathlib import Path

import pytest

from game.play.slots import Slots
from game.story.model import Story
from game.tui.screens.journal import JournalScreen
from game.tui.screens.scene import SceneScreen
from tests.screen import CLERK, Player, at_scene, write_story

TO_STREET = ("office/stamp_it", "hall/continue")
BEFORE_STREET = ("office/look_at_the_clock", *TO_STREET)
BLANK = "╌" * 16


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return write_story(tmp_path / "story")


@pytest.fixture
def saves(tmp_path: Path) -> Path:
    return tmp_path / "saves"


def lines(player: Player) -> list[str]:
    """The page as it is drawn, without empty lines."""
    return [line.strip() for line in player.text.split("\n")[2:-1] if line.strip()]


@pytest.mark.parametrize("back", ["escape", "1", "enter", "e"])
async def test_evidence_shows_the_facts_with_their_standing_and_source_and_goes_back(story, saves, back):
    """Under a heading with a rule: the fact, and in the second tone its standing and its source."""
    async with at_scene(story, saves, steps=TO_STREET, size=(80, 40)) as player:
        await player.press("e")
        await player.sees("Evidence")
        assert lines(player) == [
            "The facts behind this scene",
            "─" * 68,
            "The messenger fell.",
            "Disputed. A diary in two volumes (primary)",
            "> 1  Back",
        ]
        await player.press(back)
        await player.at(SceneScreen)
        await player.sees("The cart breaks his fingers.")


async def test_what_lies_beside_a_page_leads_to_what_else_does(story, saves):
    """Also from a document of the file and from the help; to quit is one key from there, too."""
    async with at_scene(story, saves, steps=TO_STREET) as player:
        page = player.app.screen
        await player.press("e")
        await player.sees("The facts behind this scene")
        assert "j journal" in player.text.rstrip().rpartition("\n")[2]
        assert "e evidence" not in player.text.rstrip().rpartition("\n")[2], "it is there"
        for key, seen in (("f", "as first met"), ("1", "Back"), ("m", "Map"), ("question_mark", "Help")):
            await player.press(key)
            await player.sees(seen)
        assert "journal" in player.text.rstrip().rpartition("\n")[2]
        await player.press("j")
        await player.at(JournalScreen)
        assert player.app.screen_stack[-2] is page
        await player.click("m map")
        await player.sees("Map")
        await player.press("q")
        await player.until(lambda: player.app._exit)


async def test_evidence_says_what_was_made_up(tmp_path, saves):
    text = CLERK.replace("basis: [F1]", "basis: invented")
    async with at_scene(write_story(tmp_path / "made", text), saves) as player:
        await player.press("e")
        await player.sees("None: this scene was made up for the story.")


async def test_evidence_holds_the_facts_of_a_summarised_scene_back(story, saves):
    async with at_scene(story, saves, steps=TO_STREET, size=(80, 40)) as player:
        await player.press("v", "e")
        await player.sees("This scene is told by its summary, and its facts are held back with it.")
        assert "The messenger fell." not in player.written


async def test_the_dossier_groups_people_places_and_terms(story, saves):
    """A heading with a rule for each kind that has entries, people first; no place is known yet."""
    async with at_scene(story, saves, steps=TO_STREET, size=(80, 40)) as player:
        await player.press("d")
        await player.sees("Dossier")
        rule = "─" * 68
        assert lines(player) == [
            *["People", rule, "The guard. He counts.", "Terms", rule, "The stamp. It makes paper true.", "> 1  Back"],
        ]


async def test_headings_stand_further_from_what_is_before_them_than_from_what_they_head(story, saves):
    async with at_scene(story, saves, steps=TO_STREET, size=(80, 40)) as player:
        await player.press("d")
        await player.sees("Dossier")
        rows = [line.strip() for line in player.text.split("\n")]
        at = rows.index("Terms")
        assert rows[at - 3 : at + 4] == ["The guard. He counts.", "", "", "Terms", "─" * 68, "", rows[at + 3]]
        assert rows[at + 3]


async def test_a_title_that_ends_in_a_mark_gets_no_other_before_what_was_decided(tmp_path, saves):
    story = write_story(tmp_path / "asking", CLERK.replace("title: The office", 'title: "Whose office?"'))
    async with at_scene(story, saves, steps=("office/look_at_the_clock",)) as player:
        await player.press("j", "1")
        await player.sees("1 Whose office? Look at the clock.")


async def test_the_dossier_holds_back_what_is_not_unlocked_and_may_be_empty(tmp_path, story, saves):
    async with at_scene(story, saves) as player:
        await player.press("d")
        await player.sees("The stamp. It makes paper true.")
        assert "The guard" not in player.written
    text = CLERK.replace("It makes paper true.}", "It makes paper true., when: days == 0}")
    async with at_scene(write_story(tmp_path / "empty", text), saves) as player:
        await player.press("d")
        await player.sees("Nobody has been met and no term explained yet.")


async def test_the_file_lists_every_document_and_opens_one_as_it_was_first_shown(story, saves):
    """First a list, a line a document; then the document on its sheet, and Escape goes back to the list."""
    async with at_scene(story, saves, steps=TO_STREET, size=(80, 40)) as player:
        await player.press("f")
        await player.sees("1 document, as first met.", "> 1 Memorandum. Order 12", "2 Back")
        assert "to be fetched" not in player.written
        await player.press("1")
        await player.sees("MEMORANDUM", "Order 12", "ONE COPY", "to be fetched", "The chief", "> 1 Back")
        await player.press("escape")
        await player.sees("> 1 Memorandum. Order 12")
        await player.press("1")
        await player.sees("to be fetched")
        await player.press("escape", "escape")
        await player.at(SceneScreen)


async def test_an_empty_file_says_so(story, saves):
    async with at_scene(story, saves, scene="hall") as player:
        await player.press("f")
        await player.sees("The file is empty.", "> 1 Back")


# --- the map


async def test_the_map_shows_chapters_and_scenes_met_and_blanks_for_the_rest(story, saves):
    """A stem with a branch a scene, dates on the right, a blank under the scene that could have led elsewhere."""
    async with at_scene(story, saves, steps=("office/stamp_it",), size=(60, 24)) as player:
        await player.press("m")
        await player.sees("Map")
        drawn = lines(player)
        assert drawn == [
            "2 scenes met, nothing passed by. A blank is what this",
            "play has not met.",
            "I. The desk",
            "─" * 56,
            "├─ The office                                   May 1939",
            "└─ The hall                                 you are here",
            BLANK,
            BLANK,
            "> 1  Back",
        ]
        assert "street" not in player.written.lower(), "what was not met is not named"


async def test_chapters_not_met_stand_beside_each_other_so_that_where_one_is_stays_in_view(tmp_path, saves):
    later = "".join(f"  later_{n}: {{title: Later}}\n" for n in range(5))
    text = CLERK.replace("glossary:\n", f"{later}glossary:\n")
    async with at_scene(
        write_story(tmp_path / "long", text), saves, steps=("office/stamp_it",), size=(60, 13)
    ) as player:
        await player.press("m")
        await player.sees("└─ The hall you are here", f"{BLANK} {BLANK}", "> 1 Back")


async def test_the_map_counts_ways_not_taken(tmp_path, saves):
    text = CLERK.replace("        go: hall\n", "        go: lobby\n").replace(
        "  hall:", "  lobby: {next: [{when: mood == 4, go: hall}, {go: street}]}\n  hall:"
    )
    async with at_scene(write_story(tmp_path / "fork", text), saves, steps=("office/stamp_it",)) as player:
        await player.press("m")
        await player.sees(
            "2 scenes met, one way not taken.", "└─ The office May 1939", BLANK, "└─ The street you are here"
        )
        assert player.written.count(BLANK) == 2, "the hall, through the lobby, and the home ahead"


async def test_a_way_that_leads_round_again_is_no_blank(story, saves):
    steps = (*TO_STREET, "street/look_away")
    async with at_scene(story, saves, steps=steps, size=(80, 40)) as player:
        await player.press("m")
        await player.sees("4 scenes met, nothing passed by.", "II. The street", "└─ Home you are here")
        assert BLANK not in player.written


# --- the journal


async def test_the_journal_tells_all_that_was_read_with_the_record_under_each_decision(story, saves):
    """It opens at its end; Home leads to the first page."""
    async with at_scene(story, saves, steps=BEFORE_STREET, size=(80, 24)) as player:
        await player.press("j")
        await player.at(JournalScreen)
        await player.sees("The cart breaks his fingers.", "> 1 Return to a decision", "3 Back")
        written = player.written
        order = ["Good morning", "> Look at the clock.", "It has stopped.", "> Stamp it.", "As on record. He wrote so."]
        order += ["The stamp comes down.", "A long hall.", "Record card: I. The desk", "II. The street"]
        assert sorted(order, key=written.index) == order
        assert "> Continue" not in written
        await player.press("home")
        await player.sees("I. The desk")


async def test_the_journal_of_a_first_page_leads_back_to_no_decision(story, saves):
    async with at_scene(story, saves, size=(80, 40)) as player:
        await player.press("j")
        await player.sees("Good morning, nobody.", "> 1 Write this play to a Markdown file", "2 Back")


async def test_the_journal_holds_back_what_is_told_by_summary(story, saves):
    async with at_scene(story, saves, steps=(*TO_STREET, "street/run_to_him"), size=(80, 60)) as player:
        await player.press("v", "j")
        await player.sees("The messenger is hurt.", "> Run to him.", "Departs from the record.")
        assert [word for word in ("fingers", "blood", "The messenger fell.") if word in player.written] == []


async def test_a_decision_can_be_returned_to_and_the_old_play_is_kept(story, saves):
    """The list has the newest decision on top; before anything happens a page says what will."""
    async with at_scene(story, saves, steps=BEFORE_STREET, size=(80, 40)) as player:
        await player.press("j", "1")
        await player.sees("> 1 The office: Stamp it. As on record. 2 The office: Look at the clock. 3 Back")
        await player.press("2")
        await player.sees("Return to this decision?", " The office: Look at the clock.")
        await player.sees("This step and the 2 after it are taken back.", "kept in a save of its own, play-2.")
        await player.press("2", "escape", "escape")
        await player.at(SceneScreen)
        assert len(player.steps) == 3
        assert not Slots(saves, story).exists("play-2")
        await player.press("j", "1", "1")
        await player.sees("This step and the 1 after it are taken back.")
        await player.press("1")
        await player.at(SceneScreen)
        await player.until(lambda: "The play as it was is kept as play-2." in player.notices)
        await player.sees("It has stopped.", "1 Stamp it.")
        assert player.steps == ["office/look_at_the_clock"]
    slots = Slots(saves, story)
    assert [step["id"] for step in slots.read("play-1").steps] == ["office/look_at_the_clock"]
    assert [step["id"] for step in slots.read("play-2").steps] == list(BEFORE_STREET)


async def test_a_play_that_can_not_be_kept_is_not_taken_back(story, saves):
    async with at_scene(story, saves, steps=TO_STREET, size=(80, 40)) as player:
        (saves / "clerk" / "play-2.json").mkdir(parents=True)
        await player.press("j", "1", "1")
        await player.sees("play-3") if Slots(saves, story).fresh() == "play-3" else None
        for path in (saves / "clerk").iterdir():
            path.rmdir() if path.is_dir() else path.unlink()
        (saves / "clerk").rmdir()
        (saves / "clerk").write_text("a file where the folder should be")
        await player.press("1")
        await player.sees("The play stays as it is:", "can't be saved")
        assert player.steps == list(TO_STREET)


async def test_the_play_is_written_to_a_file_that_is_named(story, saves):
    async with at_scene(story, saves, steps=TO_STREET, size=(120, 40)) as player:
        await player.press("j", "2")
        await player.sees("Written: the decisions against the record, the file, your answers, and everything read.")
        path = saves / "clerk" / "play-1.md"
        assert str(path) in player.written.replace(" ", "")
        assert "Stamp it." in path.read_text()
        await player.press("escape")
        await player.at(JournalScreen)


async def test_a_file_that_can_not_be_written_says_why(story, saves):
    async with at_scene(story, saves, steps=TO_STREET) as player:
        (saves / "clerk" / "play-1.md").mkdir(parents=True)
        await player.press("w")
        await player.sees("Not written: play-1.md: can't be written:")
        assert type(player.app.screen) is SceneScreen


async def test_letters_that_do_more_than_open_what_lies_beside_do_nothing_in_a_panel(story, saves):
    async with at_scene(story, saves, steps=TO_STREET) as player:
        await player.press("e", *"uwvolsct")
        await player.sees("Evidence")
        assert player.steps == list(TO_STREET)
