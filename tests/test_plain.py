"""Line mode: words in and words out, in one process and in real pipes and terminals."""

import io
import os
import pty
import re
import select
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from game.layout import text_of, wrap
from game.plain import LETTERS, LineMode, play_plain
from game.play.saves import Save, SaveError
from game.play.session import Session
from game.play.slots import Play, Slots
from game.settings import Settings
from game.story.loader import load
from game.story.model import Story

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "scenes" / "special-tasks"
DRAWN = re.compile(
    "[^\n\x20-\x7e\xa1-\u24ff\u25a0-\u27ff\u2900-\ud7ff\uf900-\U0010ffff]"
)  # no controls, boxes, braille
TEXT = """
format: 1
id: hall
title: The Hall
author: Ann Author
about: About *this*.
content_note: A note.
start: hall
state:
  name: {text: you, ask: "Who?"}
  pace: {one_of: {full: All of it, short: A part}, start: short, ask: "How long?"}
  n: {range: [0, 9], start: 0, label: Count, show: number}
chapters:
  one: {title: I. One, card: "Card of {name}.", plate: plate.txt, plate_alt: A roof.}
  two: {title: II. Two}
facts:
  F: {text: The hall was cold., source: s, standing: memoir}
  V: {text: There was blood., source: s, standing: documented}
sources: {s: {title: A book, kind: memoir}}
glossary: {man: {title: The man, kind: person, text: Old., when: seen('yard')}}
toll: [{who: Anna, text: She died.}]
debrief: ["Why, {name}?"]
scenes:
  hall:
    chapter: one
    title: The hall
    place: Moscow
    date: March 1939
    basis: F
    text:
      - Hello, {name}, {pace}.
      - sheet: {id: order, kind: press, heading: Order, stamp: secret, text: "One   two\\n  three", signed: P. S.}
    choices:
      - {label: "Look, {name}.", id: look, stay: true, once: false, set: {n: n + 1}, reply: "Seen {n}."}
      - {label: Open., when: n > 5, locked: It is shut., go: yard}
      - {label: Leave., record: {followed: F, note: A note.}, go: yard}
  yard: {title: The yard, text: A yard., next: cell}
  cell:
    chapter: two
    tags: [violence]
    summary: He is hurt.
    basis: V
    text: Blood runs.
    next: end
  end: {ending: {title: The end}, outcome: {title: Out, summary: You got out.}, text: Over.}
"""


@pytest.fixture(autouse=True)
def no_flushing(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests save thousands of times; whether saves are flushed is tested with the saves."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


def story_of(folder: Path, text: str = TEXT) -> Story:
    (folder / "plate.txt").write_text("/\\", encoding="utf-8")
    (folder / "hall.yaml").write_text(text, encoding="utf-8")
    loaded = load(folder / "hall.yaml")
    assert loaded.story is not None, loaded.errors
    return loaded.story


@pytest.fixture
def slots(tmp_path: Path) -> Slots:
    return Slots(tmp_path / "saves", story_of(tmp_path))


def type_in(slots: Slots, *lines: str, slot: str | None = "a", width: int = 72, waits: bool = False) -> str:
    """What line mode prints when these lines are typed and then the input ends."""
    target = io.StringIO()
    source = io.StringIO("".join(line + "\n" for line in lines))
    assert play_plain(slots, source, target, slot, width=width, waits=waits) == 0
    return target.getvalue()


def too_wide(said: str, width: int) -> list[str]:
    """The lines that are wider; a prompt may stand before one, for what is typed is not echoed here."""
    return [line for line in said.split("\n") if cell_len(line.removeprefix("> ")) > width]


BEGUN = ("1", "Ada", "1")  # violence in full, the name, the pace


def after(slots: Slots, *lines: str) -> tuple[str, Session]:
    """What the last line brings when a play was begun and these lines were typed, and the play as saved."""
    *before, last = lines
    mode = LineMode(slots, io.StringIO("".join(f"{line}\n" for line in (*BEGUN, *before, last))), io.StringIO())
    play = mode.begin("a")
    for _ in before:
        mode.turn(play)
    assert isinstance(mode.target, io.StringIO)
    mode.target.seek(0)
    mode.target.truncate()
    mode.turn(play)
    said = mode.target.getvalue()
    play.save()
    loaded, _ = slots.resume("a")
    loaded.session.summarise = play.session.summarise
    assert loaded.session.page == play.session.page
    return said.split("\n> ", maxsplit=1)[1], play.session


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


def test_u_takes_the_last_step_back_and_reads_the_page_again(slots: Slots) -> None:
    said, session = after(slots, "1", "2", "u")
    assert said.startswith("The last step is undone.\n")
    assert [s.id for s in session.steps] == ["hall/look"]
    assert said.index("Scene: The hall") < said.index("Hello, Ada") < said.index("Seen 1.")
    said, session = after(slots, "u")
    assert said.startswith("There is nothing to undo.\n")
    assert "Hello, Ada" in said


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
        "\nThe map: 1 scene met, no way not taken.\n"
        "\nChapter: I. One\n  The hall, you are here; not met from here: 1\n\nChapters not met: 1.\n"
    )
    said, _ = after(slots, "2", "1", "m")
    assert said.startswith("\nThe map: 3 scenes met, no way not taken.\n\nChapter: I. One\n  The hall, March 1939\n")
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
    type_in(slots, "1", *BEGUN, "1", "1", slot=None)
    assert sorted(info.name for info in slots.list()) == ["play-1", "play-2"]
    said = type_in(slots, "3", slot=None)
    assert "  1  Begin a new play\n" in said
    assert re.search(r"^  2  Go on with play-2, 2 steps, saved \d\d? \w{3} \d{4}, \d\d:\d\d$", said, re.MULTILINE)
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


def test_when_nothing_can_be_saved_it_is_said_once_and_the_play_goes_on(
    slots: Slots, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise SaveError("a: can't be saved: No space left on device")

    monkeypatch.setattr(slots.__class__, "write", refuse)
    target = io.StringIO()
    with pytest.raises(SaveError, match="No space left on device"):
        play_plain(slots, io.StringIO("\n".join([*BEGUN, "1", "1", "2", "1", "1"])), target, "a")
    assert target.getvalue().count("Not saved: a: can't be saved: No space left on device.") == 1
    assert "Ending: The end" in target.getvalue()
    assert "Saved as" not in target.getvalue()


# --- what is printed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [72, 25])
def test_every_good_story_prints_words_and_line_ends_only(good_story: Path, tmp_path: Path, width: int) -> None:
    story = load(good_story).story
    assert story is not None
    lines = ["e", "f", "j", "g", "?", "1", "v", "r", "2", "u", "1", "v", "3"] * 3
    for begin in ([], ["2", "1", "1", "1"], ["1", "", "2"]):
        slots = Slots(tmp_path / str(len(begin)), story)
        said = type_in(slots, *begin, *lines, slot=None, width=width)
        assert said.endswith("\n")
        assert not DRAWN.search(said), DRAWN.search(said)
        assert not too_wide(said, width)
        assert not re.search(r"[ \t]\n", said.replace("> \n", "\n"))


WIDE = (
    "格林威治時間 \uff57\uff49\uff44\uff45 한국어 слово "
    "e\N{COMBINING ACUTE ACCENT}te\N{COMBINING ACUTE ACCENT} word-by-word " + "東" * 40
)


@given(
    st.lists(st.sampled_from([*WIDE.split(), " ", "  ", "\n", "a", "i" * 30]) | st.text(max_size=5), max_size=20),
    st.integers(8, 40),
    st.sampled_from(["", "  ", "  1  "]),
    st.booleans(),
)
@settings(deadline=None)
def test_wrapping_keeps_every_word_and_the_width(pieces: list[str], width: int, prefix: str, spaces: bool) -> None:
    text = "".join("\ufffd" if unicodedata.category(c)[0] == "C" and c != "\n" else c for c in "".join(pieces))
    lines = [text_of(line) for line in wrap([(text, "")], width, prefix, " " * len(prefix), spaces=spaces)]
    assert all(cell_len(line.rstrip()) <= width for line in lines)
    assert all(line.startswith(prefix if n == 0 else " " * len(prefix)) for n, line in enumerate(lines))
    kept = "".join(line[len(prefix) :] for line in lines)
    assert kept.replace(" ", "") == text.replace(" ", "").replace("\n", "")


def test_runs_of_spaces_stay_where_lines_are_kept() -> None:
    assert [text_of(line) for line in wrap([("a   b  c", "")], 6, spaces=True)] == ["a   b", "c"]
    assert [text_of(line) for line in wrap([("a   b  c", "")], 6)] == ["a b c"]


def test_wide_characters_wrap_at_the_width(tmp_path: Path) -> None:
    story = story_of(tmp_path, TEXT.replace("A yard.", WIDE).replace("Leave.", WIDE, 1).replace("It is shut.", WIDE))
    for width in (20, 33, 72):
        said = type_in(Slots(tmp_path / str(width), story), *BEGUN, "2", "1", "1", "j", width=width)
        assert not too_wide(said, width)
        assert "東" * 3 in said


HOSTILE = "\x1b[31mEve\x1b]0;own\x07 [@click=app.quit]x[/] *b* {n} \x9b2J\u202e\u2028" + "y" * 9_000


def test_a_hostile_answer_is_printed_as_harmless_words(slots: Slots) -> None:
    said = type_in(slots, "1", HOSTILE, "1", "1", "2", "1", "1", "j", "f", "r")
    assert not DRAWN.search(said)
    flat = " ".join(said.split())
    assert "Hello, [31mEve ]0;own [@click=app.quit]x[/] *b* {n}" in flat
    assert "y" * 61 not in said
    assert not too_wide(said, 72)


def test_a_hostile_text_is_printed_as_it_was_written(tmp_path: Path) -> None:
    words = "[@click=app.quit]x[/] [red]r[/red] <b>h</b> [l](javascript:x) \\\\e[31m &#27;[2J `c` https://x.org"
    text = TEXT.replace("A yard.", f"'{words}'").replace("It is shut.", f"'{words}'").replace("Leave.", f"'{words}'", 1)
    said = type_in(Slots(tmp_path, story_of(tmp_path, text)), *BEGUN, "2", "1", "1", "j")
    assert not DRAWN.search(said)
    for word in words.replace("\\\\", "\\").split():
        assert said.count(word) >= 3


def test_a_hostile_save_is_listed_as_harmless_words(slots: Slots) -> None:
    type_in(slots, *BEGUN, "1")
    raw = slots.path("a").read_text(encoding="utf-8")
    saved = re.sub(r'"saved": "[^"]*"', r'"saved": "\\u001b[2J\\n\\u202e99"', raw)
    assert saved != raw
    slots.path("a").write_text(saved, encoding="utf-8")
    slots.path("b").write_text('{"format": 1, "steps": [], "story": "\\u001b[2J"}', encoding="utf-8")
    assert not DRAWN.search(type_in(slots, "2", slot=None))


# --- real programs -------------------------------------------------------------------------------------------------


def environment(**changes: str | None) -> Mapping[str, str]:
    """The environment of a program in an ordinary terminal, with some variables changed, or unset by None."""
    wanted = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": None, "NO_COLOR": None, **changes}
    return {name: value for name, value in wanted.items() if value is not None}


def game(*arguments: str, typed: str | bytes = "", **changes: str | None) -> subprocess.CompletedProcess[str]:
    data = typed if isinstance(typed, bytes) else typed.encode()
    command = [sys.executable, "-m", "game", *arguments]
    done = subprocess.run(
        command, input=data, capture_output=True, cwd=ROOT, env=environment(**changes), timeout=60, check=False
    )
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


class Terminal:
    """A program in a terminal of its own."""

    def __init__(self, *arguments: str, **changes: str | None) -> None:
        self.master, slave = pty.openpty()
        command = [sys.executable, "-m", "game", *arguments]
        self.child = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, env=environment(**changes), close_fds=True
        )
        os.close(slave)
        self.said = ""

    def read(self, seconds: float) -> bool:
        """Reads what there is; False when nothing came in time or the program has left."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.master, 65_536)
        except OSError:  # how Linux says that the other side is closed
            return False
        self.said += data.decode().replace("\r\n", "\n")
        return bool(data)

    def until(self, words: str) -> str:
        """What was said up to these words; the rest stays to be read."""
        deadline = time.monotonic() + 20
        while words not in self.said:
            assert time.monotonic() < deadline, self.said
            if not self.read(0.2):
                assert self.child.poll() is None or words in self.said, self.said
        before, _, self.said = self.said.partition(words)
        return before + words

    def type(self, line: str) -> None:
        os.write(self.master, f"{line}\n".encode())

    def leave(self) -> int:
        while self.read(20):
            pass
        return self.child.wait(20)

    def close(self) -> None:
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        os.close(self.master)


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        terminal.close()


@pytest.fixture
def hall(tmp_path: Path) -> Path:
    story_of(tmp_path)
    return tmp_path / "hall.yaml"


def test_at_a_keyboard_the_record_card_waits_for_enter(hall: Path, tmp_path: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal("play", str(hall), "--plain", "--saves", str(tmp_path / "saves"))
    terminals.append(terminal)
    heard = ""
    for prompt, answer in [("summary\n> ", "1"), ("Who?\n> ", "Ada"), ("part\n> ", ""), ("Leave.\n> ", "2")]:
        heard += terminal.until(prompt)
        terminal.type(answer)
    heard += terminal.until("1  Continue\n> ")
    terminal.type("1")
    heard += terminal.until("End of the record card.\nPress Enter to go on. ")
    assert not terminal.read(0.3)  # it waits
    assert terminal.said == ""
    assert "Blood runs." not in heard
    terminal.type("")
    heard += terminal.until("Blood runs.\n")
    terminal.until("> ")
    terminal.type("q")
    heard += terminal.until("Saved as play-1.\n")
    assert terminal.leave() == 0
    assert not DRAWN.search(heard)


def test_leaving_at_the_record_card_keeps_the_step(hall: Path, tmp_path: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal("play", str(hall), "--saves", str(tmp_path / "saves"), TERM="dumb")
    terminals.append(terminal)
    for prompt, answer in [("summary\n> ", ""), ("Who?\n> ", ""), ("part\n> ", ""), ("Leave.\n> ", "2"), ("> ", "1")]:
        terminal.until(prompt)
        terminal.type(answer)
    terminal.until("Press Enter to go on. ")
    os.write(terminal.master, b"\x04")  # the end of input, as typed
    terminal.until("Saved as play-1.\n")
    assert terminal.leave() == 0
    slots = Slots(tmp_path / "saves", story_of(tmp_path))
    assert slots.resume("play-1")[0].session.place == "cell"


def test_a_pipe_never_waits(hall: Path, tmp_path: Path) -> None:
    done = game("play", str(hall), "--plain", "--saves", str(tmp_path / "saves"), typed="1\n\n\n2\n1\n1\n")
    assert "Press Enter" not in done.stdout
    assert "Ending: The end" in done.stdout


@pytest.mark.parametrize("term", ["dumb", "", None])
def test_a_dumb_terminal_chooses_line_mode_by_itself(
    hall: Path, tmp_path: Path, terminals: list[Terminal], term: str | None
) -> None:
    terminal = Terminal("play", str(hall), "--saves", str(tmp_path / "saves"), TERM=term)
    terminals.append(terminal)
    heard = terminal.until("summary\n> ")
    terminal.type("q")
    assert terminal.leave() == 0
    assert heard.startswith("THE HALL\n")
    assert not DRAWN.search(heard)


def test_pipes_choose_line_mode_by_themselves(hall: Path, tmp_path: Path) -> None:
    done = game("play", str(hall), "--saves", str(tmp_path / "saves"), typed="1\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("THE HALL\n")
    assert not DRAWN.search(done.stdout)


def test_bytes_that_are_no_text_are_answered_like_any_other(hall: Path, tmp_path: Path) -> None:
    typed = b"\xff\n1\n\xf0\x9f Ev\xc3\n1\n\x80\x80\n\xed\xa0\x80\n\0\n\x1b[A\n1\n"
    done = game("play", str(hall), "--plain", "--saves", str(tmp_path / "saves"), typed=typed)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("Type a number from 1 to 2, or ? for help.") == 4
    assert "Seen 1." in done.stdout
    assert not DRAWN.search(done.stdout)


def test_an_output_that_knows_few_characters_gets_marks_for_the_others(tmp_path: Path) -> None:
    story_of(tmp_path, TEXT.replace("A yard.", WIDE))
    arguments = ["play", str(tmp_path / "hall.yaml"), "--plain", "--saves", str(tmp_path / "saves")]
    done = game(*arguments, typed="1\n\n\n2\n", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "word-by-word ????" in " ".join(done.stdout.split())


def test_a_narrow_terminal_gets_narrow_lines(hall: Path, tmp_path: Path) -> None:
    done = game("play", str(hall), "--plain", "--saves", str(tmp_path / "s"), typed="1\n\n\n?\n2\n1\n1\n", COLUMNS="30")
    assert done.returncode == 0
    assert not too_wide(done.stdout, 30)


def test_a_play_that_begins_elsewhere_asks_nothing(hall: Path, tmp_path: Path) -> None:
    arguments = ["play", str(hall), "--plain", "--saves", str(tmp_path / "saves"), "--at", "cell", "--with", "n=4"]
    done = game(*arguments, typed="g\n1\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Who?" not in done.stdout
    assert "Count: 4" in done.stdout
    assert "Ending: The end" in done.stdout
    play = Slots(tmp_path / "saves", story_of(tmp_path)).resume("play-1")[0]
    assert isinstance(play, Play)
    assert play.session.start is not None
    assert (play.session.start.scene, play.session.start.state) == ("cell", {"n": 4})
