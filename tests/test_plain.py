"""Line mode: a play, its letters and its slots."""

import io
import os
import re
from pathlib import Path

import pytest

from game.errors import SaveError
from game.plain import LETTERS, LineMode, play_plain
from game.play.saves import Save
from game.play.session import Session
from game.play.slots import Slots
from game.settings import Settings
from game.story.loader import load
from game.story.model import Story
from tests.line_mode import BEGUN, DRAWN, ROOT, SHIPPED, TEXT, after, game, story_of, too_wide, type_in


@pytest.fixture(autouse=True)
def no_flushing(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests save thousands of times; whether saves are flushed is tested with the saves."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def slots(tmp_path: Path) -> Slots:
    return Slots(tmp_path / "saves", story_of(tmp_path))


# --- a play --------------------------------------------------------------------------------------------------------


def test_a_play_is_told_once_and_in_order(slots: Slots) -> None:
    said = type_in(slots, *BEGUN, "1", "2", "", "1")
    order = [
        "THE HALL", "by Ann Author", "About this.", "A note.", "How should scenes of violence be told?", "  1  In full",
        "Who?", "How long?", "  1  All of it", "Chapter: I. One", "Picture: A roof.", "Scene: The hall",
        "Moscow, March 1939", "Hello, Ada, All of it.", "Document, a newspaper: Order", "  Stamped: secret",
        "  One   two", "    three", "  Signed: P. S.", "End of the document.", "  1  Look, Ada.",
        "  -  Open. (not now: It is shut.)", "  2  Leave.", "> Look, Ada.", "Seen 1.", "> Leave.", "Scene: The yard",
        "A yard.", "  1  Continue", "Record card. I. One. The story stops here for a moment.", "Card of Ada.",
        "The hall was cold. (only the memoir says so)", "End of the record card.", "Chapter: II. Two",
        "Blood runs.", "Over.", "Ending: The end", "Outcome: Out. You got out.", "The file: 1 document.",
        "The journal: what was chosen, and what the record says.", "1. The hall: Look, Ada.", "2. The hall: Leave.",
        "   As on record. A note. The hall was cold.", "The people harmed.", "Anna: She died.",
        "Questions to think about.", "1. Why, Ada?", "This play has ended.", "Saved as a.",
    ]  # fmt: skip
    at = -1
    for words in order:
        at = said.find(words, at + 1)
        assert at >= 0, words
    for once in ["Hello, Ada", "Card of Ada.", "A yard.", "Over.\n", "Chapter: I. One", "She died."]:
        assert said.count(once) == 1, once
    assert "/\\" not in said


def test_the_questions_are_answered_after_an_ending_and_kept(slots: Slots) -> None:
    said = type_in(slots, *BEGUN, "a", "1", "2", "", "1", "a", "Because\x1b[1m.", "a", "")
    assert "There are no questions here: they come after an ending." in said
    assert "   Answered: Because [1m." in said
    assert slots.read("a").debrief == ["Because [1m."]


def test_violence_can_be_told_by_a_summary_from_the_start(slots: Slots) -> None:
    said = type_in(slots, "2", "Ada", "1", "2", "1", "1")
    assert "He is hurt." in said
    assert "Blood runs." not in said


def test_how_violence_is_told_is_a_setting_and_no_part_of_a_save(slots: Slots, tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    source = io.StringIO("2\nAda\n1\n")
    play_plain(slots, source, io.StringIO(), "a", settings=Settings.read(path))
    assert "summar" not in slots.path("a").read_text(encoding="utf-8")
    source, target = io.StringIO("2\n1\n1\nv\n"), io.StringIO()
    play_plain(slots, source, target, "a", settings=Settings.read(path))
    assert "He is hurt." in target.getvalue()
    assert Settings.read(path).violence == "full"


def test_an_empty_line_takes_the_way_of_telling_that_is_set(slots: Slots) -> None:
    target = io.StringIO()
    play_plain(slots, io.StringIO("\n\n\n2\n1\n1\n"), target, "a", settings=Settings(violence="summary"))
    assert "He is hurt." in target.getvalue()


def test_a_settings_file_that_cannot_be_used_is_told_before_the_play(slots: Slots, tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text("{", encoding="utf-8")
    target = io.StringIO()
    play_plain(slots, io.StringIO(), target, "a", settings=Settings.read(path))
    assert "settings.jsonwasdamaged" in "".join(target.getvalue().split())  # however the path was cut


def test_lines_are_as_wide_as_the_column_that_is_set(slots: Slots) -> None:
    widest = []
    for column in (60, 68):
        target = io.StringIO()
        play_plain(slots, io.StringIO("?\n" * 9), target, "a", settings=Settings(column=column), width=200)
        assert not too_wide(target.getvalue(), column)
        widest.append(target.getvalue())
    assert widest[0] != widest[1]


def test_an_empty_line_takes_the_default_of_a_question(slots: Slots) -> None:
    assert "Hello, you, A part." in type_in(slots, "", "", "")
    said = type_in(slots, "9", "x", "0", "-1", "1", "Ada", "3", "2", slot="b")
    assert said.count("Type a number from 1 to 2.") == 5
    assert "Hello, Ada, A part." in said


def test_a_story_that_asks_nothing_begins_at_once() -> None:
    story = load(ROOT / "tests" / "stories" / "good" / "smallest.yaml").story
    assert story is not None
    target = io.StringIO()
    mode = LineMode(Slots(Path("/nowhere"), story), io.StringIO(), target)
    mode.begin("a")
    assert target.getvalue() == ""


@pytest.mark.parametrize("pattern", ["1", "2 1", "3 1 2", "1 2 3 4", "4 3 2 1", "e 1 j 2 f 1", "v r 1", "1 u 1 2"])
def test_piped_answers_play_the_whole_game_to_an_end(tmp_path: Path, pattern: str) -> None:
    lines = (pattern.split() * 400)[:400]
    begin = ["1", "Anna", "1"] if len(pattern) % 2 else ["2", "", "2"]
    done = game("play", "--plain", "--saves", str(tmp_path), typed="\n".join([*begin, *lines]))
    assert (done.returncode, done.stderr) == (0, "")
    said = done.stdout
    order = ["Ending: ", "Outcome: ", "The file: ", "The journal: ", "The people harmed.", "Questions to think about."]
    at = said.index(order[0])
    for words in order:
        at = said.index(words, at)
    assert said.endswith("Saved as play-1.\n")
    assert not DRAWN.search(said)
    assert not too_wide(said, 72)
    slots = Slots(tmp_path, shipped())
    assert slots.resume("play-1")[0].session.page.ending is not None


def shipped() -> Story:
    story = load(SHIPPED).story
    assert story is not None
    return story


def test_the_end_of_input_at_any_point_saves_and_leaves(tmp_path: Path) -> None:
    story = shipped()
    script = ["1", "1", "Anna", *(str(1 + n % 2) for n in range(60)), "u", "r", "e", "f", "j", "g", "v", "?", "zz", "1"]
    for count in range(len(script) + 1):
        slots = Slots(tmp_path / str(count), story)
        said = type_in(slots, *script[:count], slot=None)
        if count < 3:
            assert slots.list() == []  # nothing has been played
            continue
        assert said.endswith("Saved as play-1.\n")
        play, notes = slots.resume("play-1")
        assert notes == ()
        session = Session(story, play.session.answers, summarise=play.session.summarise)
        for step in play.session.steps:
            session.choose(step.id)
        assert session.page == play.session.page
        assert len(session.steps) <= count - 3
    assert len(session.steps) > 30


def test_the_end_of_input_after_half_a_line_takes_the_line(slots: Slots) -> None:
    target = io.StringIO()
    assert play_plain(slots, io.StringIO("1\nAda\n1\n2"), target, "a") == 0
    assert [s.id for s in slots.resume("a")[0].session.steps] == ["hall/leave"]


# --- letters -------------------------------------------------------------------------------------------------------


def test_the_help_lists_every_letter(slots: Slots) -> None:
    said, _ = after(slots, "?")
    assert said.startswith("\nType the number of a choice and press Enter.")
    assert re.findall(r"^  (\S)  ", said, re.MULTILINE) == list(LETTERS)
    assert "  u  undo the last step\n" in said


def test_the_word_that_the_help_tells_a_letter_by_is_taken_for_it(slots: Slots, tmp_path: Path) -> None:
    said, _ = after(slots, "help")
    told = dict(re.findall(r"^  (\S)  (?:(?:the|a|this) )?(\w+)", said, re.MULTILINE))
    assert list(told) == list(LETTERS)
    assert (told["u"], told["e"], told["m"], told["j"], told["q"]) == ("undo", "evidence", "map", "journal", "quit")
    for number, pair in enumerate(told.items(), 10):
        by_letter, by_word = (
            type_in(Slots(tmp_path / f"{number}", slots.story), *BEGUN, "1", typed, slot=f"typed-{at}")
            for at, typed in enumerate(pair)
        )
        assert by_word.replace("typed-1", "typed-0") == by_letter
        assert "Type a number" not in by_word.split("Seen 1.")[1]


@pytest.mark.parametrize(("word", "letter"), [("look", "r"), ("l", "r"), ("h", "?")])
def test_words_of_other_games_are_taken_too(slots: Slots, word: str, letter: str) -> None:
    assert after(slots, "1", word)[0] == after(slots, "1", letter)[0]


@pytest.mark.parametrize("word", ["quit", "exit", "leave", "Q"])
def test_a_word_leaves_at_any_question(slots: Slots, word: str) -> None:
    assert type_in(slots, *BEGUN, "1", word, "1").endswith("> Saved as a.\n")
    assert [s.id for s in slots.resume("a")[0].session.steps] == ["hall/look"]
    assert type_in(slots, word, slot="b").endswith("> ")


def test_save_says_that_every_step_is_saved_and_the_play_goes_on(
    slots: Slots,
) -> None:
    said = type_in(slots, *BEGUN, "save", "1")
    assert "> Every step is saved, as a.\n" in said
    assert "Seen 1." in said


def test_w_writes_the_play_to_read_and_says_where(slots: Slots) -> None:
    said = type_in(slots, *BEGUN, "1", "w", "w")
    path = slots.folder / "a.md"
    assert said.count(f"\n{path}\n") == 2  # on a line of its own, however long
    assert "Look, Ada." in path.read_text(encoding="utf-8")
    path.unlink()
    path.mkdir()
    assert "That can't be done: a.md: can't be written: " in type_in(slots, "w")


def test_u_takes_the_last_step_back_and_reads_the_page_again(slots: Slots) -> None:
    said, session = after(slots, "1", "2", "u")
    assert said.startswith("The last step is undone.\n")
    assert [s.id for s in session.steps] == ["hall/look"]
    assert said.index("Scene: The hall") < said.index("Hello, Ada") < said.index("Seen 1.")
    said, session = after(slots, "u")
    assert said == "There is nothing to undo.\n"
    assert session.steps == []


def test_r_reads_this_page_again_and_nothing_before_it(slots: Slots) -> None:
    said, session = after(slots, "1", "1", "r")
    assert said.split() == (
        "Scene: The hall Moscow, March 1939 Hello, Ada, All of it. Document, a newspaper: Order Stamped: secret "
        "One two three Signed: P. S. End of the document. > Look, Ada. Seen 1. > Look, Ada. Seen 2."
    ).split()  # fmt: skip
    assert len(session.steps) == 2
    said, _ = after(slots, "r")
    assert "Chapter: I. One" in said


def test_e_shows_the_facts_behind_the_scene_and_whom_you_have_met(slots: Slots) -> None:
    said, _ = after(slots, "e")
    assert "The hall was cold. (only the memoir says so; A book)" in said
    assert "The man" not in said
    said, _ = after(slots, "2", "e")
    assert "None: this scene was made up for the story." in said
    assert "The man, a person. Old." in said


def test_e_holds_the_facts_of_a_summarised_scene_back(slots: Slots) -> None:
    said, _ = after(slots, "2", "1", "e")
    assert "There was blood." in said
    said, _ = after(slots, "2", "1", "v", "e")
    assert "There was blood." not in said
    assert "told by its summary" in said


def test_f_lays_out_the_file(slots: Slots) -> None:
    said, _ = after(slots, "f")
    assert said.startswith("\nThe file: 1 document.\n\nDocument, a newspaper: Order\n  Stamped: secret\n  One   two\n")


def test_j_sets_the_choices_against_the_record(slots: Slots) -> None:
    said, _ = after(slots, "j")
    assert said == "\nNothing has been chosen yet.\n"
    said, _ = after(slots, "1", "2", "1", "j")
    assert "\n1. The hall: Look, Ada.\n" in said
    noted = "\n2. The hall: Leave.\n   As on record. A note. The hall was cold. (only the memoir says\n   so)\n"
    assert noted in said
    assert "Continue" not in said


def test_m_shows_the_scenes_met_and_only_the_number_of_the_others(slots: Slots) -> None:
    assert after(slots, "m")[0] == (
        "\nThe map: 1 scene met, nothing passed by.\n"
        "\nChapter: I. One\n  The hall, you are here; not met from here: 1\n\nChapters not met: 1.\n"
    )
    said, _ = after(slots, "2", "1", "m")
    assert said.startswith("\nThe map: 3 scenes met, nothing passed by.\n\nChapter: I. One\n  The hall, March 1939\n")
    assert said.endswith("\nChapter: II. Two\n  A scene without a name, you are here; not met from here: 1\n")


def test_o_shows_the_outcomes_met_in_all_plays(slots: Slots) -> None:
    assert after(slots, "o")[0] == "\nNo outcome has been met yet.\n"
    assert after(slots, "2", "1", "1", "o")[0] == "\n1 of 1 met, in all plays on this machine.\n  Out\n"


def test_b_goes_back_to_any_decision_and_keeps_the_play_as_it_was(slots: Slots) -> None:
    """The newest decision is the first in the list; what will happen is said before it is asked a second time."""
    assert after(slots, "b")[0] == "\nNothing has been chosen yet.\n"
    for stays in (("b", ""), ("b", "1", ""), ("b", "2", "1")):
        said = type_in(slots, *BEGUN, "1", "2", "1", *stays, slot="stays")
        assert "  1  The hall: Leave.\n  2  The hall: Look, Ada.\n" in said
        assert "kept as" not in said
        assert [step["id"] for step in slots.read("stays").steps] == ["hall/look", "hall/leave", "yard/continue"]
        slots.delete("stays")
    said = type_in(slots, *BEGUN, "1", "2", "1", "b", "1", "2", slot="goes")
    warned = "This step and the 1 after it are taken back. The play as it stands is kept in a save of its own, play-1."
    assert warned in " ".join(said.split())
    assert said.rsplit("> The play as it was is kept as play-1.\n", 1)[1].startswith("\nScene: The hall\n")
    assert [step["id"] for step in slots.read("goes").steps] == ["hall/look"]
    assert len(slots.read("play-1").steps) == 3


def test_b_takes_nothing_back_where_the_play_can_not_be_kept(slots: Slots, monkeypatch: pytest.MonkeyPatch) -> None:
    write = slots.write

    def refuse(name: str, save: Save) -> None:
        if name == "play-1":
            raise SaveError("play-1: can't be saved: No space left on device")
        write(name, save)

    monkeypatch.setattr(slots, "write", refuse)
    said = type_in(slots, *BEGUN, "1", "b", "1", "2")
    assert "The play stays as it is: play-1: can't be saved: No space left on device." in " ".join(said.split())
    assert len(slots.resume("a")[0].session.steps) == 1


def test_g_shows_how_things_stand(slots: Slots) -> None:
    assert after(slots, "1", "1", "g")[0] == "\nCount: 2\n"


def test_v_changes_how_violence_is_told_both_ways_and_keeps_it(slots: Slots) -> None:
    said, session = after(slots, "2", "1", "v")
    assert said.startswith("Scenes of violence are told by a short summary from here on")
    assert session.summarise
    assert "He is hurt." in after(slots, "2", "1", "v", "r")[0]
    said, session = after(slots, "2", "1", "v", "v")
    assert said.startswith("Scenes of violence are told in full")
    assert not session.summarise


def test_q_saves_and_leaves(slots: Slots) -> None:
    said = type_in(slots, *BEGUN, "1", "q", "2", "2")
    assert said.endswith("Saved as a.\n")
    assert [s.id for s in slots.resume("a")[0].session.steps] == ["hall/look"]
    assert type_in(slots, "1", "Ada", "q", slot="b").endswith("> ")  # before there is a play to save
    assert not slots.exists("b")


def test_letters_may_be_capitals_and_have_spaces_around(slots: Slots) -> None:
    assert after(slots, "  G ")[0] == "\nCount: 0\n"
    assert len(after(slots, " 1\t")[1].steps) == 1


@pytest.mark.parametrize(
    "typed",
    ["0", "3", "99", "-1", "1.0", "1 2", "+1", "²", "\u0663", "x", "", " ", "9" * 5_000,
     "1" * 12, "\x1b[A", "\0", "a" * 99_999,
     "hall/leave", "[@click=app.quit]x[/]", "\ud800", "uu"],
    ids=lambda t: ascii(t)[:20],
)  # fmt: skip
def test_what_is_no_choice_is_answered_and_nothing_is_chosen(slots: Slots, typed: str) -> None:
    said, session = after(slots, typed)
    assert said == "Type a number from 1 to 2, or ? for help.\n"
    assert session.steps == []


def test_enter_goes_on_only_where_there_is_nothing_to_choose(slots: Slots) -> None:
    assert [s.id for s in after(slots, "2", "")[1].steps] == ["hall/leave", "yard/continue"]
    assert after(slots, "2", "1", "1", "")[0].startswith("Type a letter; ? lists them.")


# --- slots ---------------------------------------------------------------------------------------------------------


def test_saved_plays_are_offered_and_gone_on_with(slots: Slots) -> None:
    type_in(slots, *BEGUN, "1", slot=None)
    type_in(slots, "2", *BEGUN, "1", "1", slot=None)
    assert sorted(info.name for info in slots.list()) == ["play-1", "play-2"]
    said = type_in(slots, "3", slot=None)
    assert "  2  Begin a new play\n" in said
    assert re.search(r"^  1  Go on with play-2, 2 steps, saved \d\d? \w{3} \d{4}, \d\d:\d\d$", said, re.MULTILINE)
    assert said.endswith("Saved as play-1.\n")
    assert "Seen 1." in said
    assert "Who?" not in said
    type_in(slots, "q", slot=None)
    assert len(slots.list()) == 2


def test_a_slot_that_is_named_is_begun_or_gone_on_with(slots: Slots) -> None:
    type_in(slots, *BEGUN, "1", slot="mine")
    said = type_in(slots, "1", slot="mine")
    assert "Who?" not in said
    assert "Seen 2." in said
    with pytest.raises(SaveError):
        type_in(slots, "1", slot="../mine")


def damaged(slots: Slots) -> None:
    type_in(slots, *BEGUN, "1", "1")
    slots.path("a").write_bytes(b"{")


def test_a_damaged_save_offers_the_one_before(slots: Slots) -> None:
    damaged(slots)
    said = type_in(slots, "x", "1", "1")
    assert "a: damaged: it is not whole JSON.\n" in said
    assert re.search(r"^The save before it, of \d steps, is whole\. Go on with that\?$", said, re.MULTILINE)
    assert said.endswith("Saved as a.\n")
    assert len(slots.resume("a")[0].session.steps) >= 2
    assert slots.path("a").with_suffix(".damaged-1").read_bytes() == b"{"


def test_the_save_before_a_damaged_one_can_be_declined_and_nothing_moves(slots: Slots) -> None:
    damaged(slots)
    with pytest.raises(SaveError, match="damaged"):
        type_in(slots, "2")
    assert "Go on with that?" in type_in(slots)  # and the input may end there
    assert slots.path("a").read_bytes() == b"{"


def test_a_damaged_save_in_the_list_offers_the_one_before(slots: Slots) -> None:
    damaged(slots)
    said = type_in(slots, "2", "1", slot=None)
    assert "  2  a: damaged: it is not whole JSON, but an earlier save of it is\n     whole\n" in said
    assert said.endswith("Saved as a.\n")


def test_a_story_edited_under_a_save_says_what_was_found_how(tmp_path: Path, slots: Slots) -> None:
    type_in(slots, *BEGUN, "2")
    edited = Slots(tmp_path / "saves", story_of(tmp_path, TEXT.replace("{label: Leave.,", "{label: Go away.,")))
    assert "The story has changed: step 1 was found by its position.\n" in type_in(edited)


def test_when_nothing_can_be_saved_it_is_said_once_and_when_asked_and_the_play_goes_on(
    slots: Slots, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise SaveError("a: can't be saved: No space left on device")

    monkeypatch.setattr(slots.__class__, "write", refuse)
    target = io.StringIO()
    with pytest.raises(SaveError, match="No space left on device"):
        play_plain(slots, io.StringIO("\n".join([*BEGUN, "1", "save", "1", "2", "1", "1"])), target, "a")
    assert target.getvalue().count("a: can't be saved: No space left on device.") == 2
    assert "Ending: The end" in target.getvalue()
    assert "Saved as" not in target.getvalue()
