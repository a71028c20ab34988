"""What a story amounts to on paper."""

from collections.abc import Callable

import pytest

from game.story.loader import Loaded
from game.story.statistics import PACE, count_syllables, names_in, reading_grade, statistics

STORY = """\
format: 1
id: tale
title: Tale
start: hub
state: {calm: false, name: {text: Anna, ask: "Who?"}}
chapters:
  one: {title: One, card: {when: calm, text: Four words of card., else: "Card, otherwise."}}
scenes:
  hub:
    chapter: one
    text:
      - "{name} sits *quite* still.{' Nobody asks.' if calm else ' They ask.'}"
      - once: A door.
      - again: The door.
      - sheet: {id: a_pass, kind: form, heading: Pass, stamp: void, text: "In  12.40", signed: P. S.}
      - sheet: {kind: note, heading: Not kept, text: by anybody}
    choices:
      - {label: Ten words that are not counted as they are labels., reply: It is., set: {calm: true}, go: end}
      - {label: Stay., choices: [{label: Yes., reply: {by: calm, true: A word., false: Two more words.}}], go: end}
    discuss: Why?
  end: {ending: {title: End}, outcome: {title: Out, summary: Of it.}, chapter: two, text: The end.}
"""
CHAPTERS = "  two: {title: Two}\n"


def test_a_story_is_counted_word_for_word(load_text: Callable[..., Loaded]) -> None:
    story = load_text(STORY.replace("scenes:\n", f"{CHAPTERS}scenes:\n", 1)).story
    assert story is not None
    found = statistics(story)
    texts, sheets, replies, cards = 8 + 4, 6 + 4, 2 + 2 + 3, 4 + 2
    assert found.words == texts + sheets + replies + cards + 2
    assert [(c.id, c.title, c.scenes, c.choices, c.words) for c in found.chapters] == [
        ("one", "One", 1, 3, found.words - 2),
        ("two", "Two", 1, 0, 2),
    ]
    assert (found.scenes, found.choices, found.documents, found.outcomes, found.prompts) == (2, 3, 1, 1, 1)
    assert found.minutes == round(found.words / PACE)


@pytest.mark.parametrize(
    ("words", "syllables"),
    [
        ("a the door table stamped wanted houses beds changed boxes", [1, 1, 1, 2, 1, 2, 2, 1, 1, 2]),
        ("people Beria going violence station quiet isn't agreed", [2, 3, 2, 3, 2, 2, 2, 2]),
        ("something hopeless careful centre idea's he's rhythm", [2, 2, 2, 2, 2, 1, 1]),
    ],
)
def test_syllables(words: str, syllables: list[int]) -> None:
    assert {w: count_syllables(w) for w in words.split()} == dict(zip(words.split(), syllables, strict=True))


def test_the_grade_is_that_of_the_formula() -> None:
    """Thirteen words and fourteen syllables in two sentences; what is said and its `he asks` are one."""
    grade = reading_grade(['"Who has the key?" he asks. You look at the window.', ""])
    assert grade == pytest.approx(0.39 * 11 / 2 + 11.8 * 12 / 11 - 15.59)
    assert reading_grade(["12.40", ""]) is None


def test_names_are_long_words_that_count_for_nothing() -> None:
    texts = ["You see Shpigelglas. Nobody sees you.", "He is nobody, and P. A. Sudoplatov is here."]
    names = names_in(texts)
    assert {"shpigelglas", "sudoplatov"} <= names
    assert not names & {"you", "nobody", "he", "is"}
    assert reading_grade(["He is Shpigelglas."], names) == pytest.approx(0.39 * 3 + 11.8 * 2 / 2 - 15.59)
