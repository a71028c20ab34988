"""What a play asks before it begins, and what a page and a step keep."""

import pytest

from game.errors import PlayError
from game.play.page import Echo, Telling
from game.story.expressions import Value
from game.story.text import Shown
from tests.flow import LOCKED, SPENT, Begin, offered, prose, take, told

# --- asking --------------------------------------------------------------------------------------------------------

ASKING = """
state:
  pace: {one_of: {full: all of it, short: a part}, start: full, ask: "How long?"}
  age: {range: [8, 12], start: 10, ask: "How old?"}
  name: {text: you, ask: "Who?"}
  n: {range: [0, 9], start: 1}
scenes:
  a:
    text: "{name}, {pace}, {age}"
    choices: [{label: Up., set: {n: n + 1}, when: pace == short, stay: true}, {label: End., go: end}]
"""


def test_what_is_asked_is_asked_before_the_first_scene_and_part_of_the_play(begin: Begin) -> None:
    play = begin(ASKING)
    assert [v.id for v in play.story.questions] == ["pace", "age", "name"]
    assert (told(play), play.answers) == (["you, all of it, 10"], {"pace": "full", "age": 10, "name": "you"})
    play = begin(ASKING, {"pace": "short", "age": 8, "name": "  Ada\n"}, "up")
    assert prose(play.page.since) == ["Ada, a part, 8"]
    play.undo()
    assert (told(play), play.state["n"]) == (["Ada, a part, 8"], 1)


@pytest.mark.parametrize(
    "answers",
    [{"pace": "none"}, {"pace": True}, {"age": 7}, {"age": 13}, {"age": "10"}, {"age": True}, {"name": 1}, {"n": 2},
     {"zz": 1}],
)  # fmt: skip
def test_an_answer_that_cannot_be_is_refused(begin: Begin, answers: dict[str, Value]) -> None:
    with pytest.raises(PlayError):
        begin(ASKING, answers)


def test_a_typed_answer_is_one_short_clean_line_and_never_markup(begin: Begin) -> None:
    play = begin(ASKING, {"name": "a\x1b[31m\u202e\x00b\r\nc *d* [red]{n}" + "x" * 100})
    assert play.answers["name"] == ("a [31m b c *d* [red]{n}" + "x" * 100)[:60]
    (telling,) = [p for p in play.page.turn if isinstance(p, Telling)]
    (shown,) = telling.prose
    assert isinstance(shown, Shown)
    assert not any(span.em for block in shown.blocks for span in block.spans)


# --- the page ------------------------------------------------------------------------------------------------------


def test_a_page_keeps_its_prose_frozen_as_first_shown(begin: Begin) -> None:
    play = begin("""
        state: {n: {range: [0, 9], start: 1, show: number, label: N}, who: {one_of: [nobody, anna], start: nobody}}
        scenes:
          a:
            title: "Title {n}"
            place: "Place {n}"
            date: "Date {n}"
            text: ["{n} {who}", {when: n > 1, text: Never.}]
            choices:
              - {label: "Up {n}", id: up, stay: true, once: false, set: {n: n + 1, who: anna}, reply: "Now {n}."}
              - {label: End., go: end}
        """)
    first = play.page
    assert play.page is first  # the same object until something changes
    take(play, "up", "up")
    page = play.page
    assert prose(page.since) == ["1 nobody", "Now 2.", "Now 3."]
    assert [p.label.plain for p in page.since if isinstance(p, Echo)] == ["Up 1", "Up 2"]
    assert (page.title.plain, page.place.plain, page.date.plain) == ("Title 1", "Place 1", "Date 1")
    assert [(g.label, g.words) for g in page.gauges] == [("N", "3")]
    assert [o.label.plain for o in page.options] == ["Up 3", "End."]
    assert (page.number, prose(first.since)) == (2, ["1 nobody"])


def test_undo_goes_back_to_the_first_page_and_no_further(begin: Begin) -> None:
    play = begin(SPENT, None, "stay", "again")
    assert [play.undo(), play.undo(), play.undo()] == [True, True, False]
    assert play.page == begin(SPENT).page


def test_a_step_that_is_not_offered_changes_nothing(begin: Begin) -> None:
    play = begin(LOCKED)
    before = play.page
    for step in ["a/hidden", "a/continue", "end/continue", "", "x\ny", "a/" + "z" * 500]:
        with pytest.raises(PlayError) as refused:
            play.choose(step)
        assert "\n" not in str(refused.value)
        assert len(str(refused.value)) < 100
    assert play.page is before
    assert not play.steps


def test_a_step_keeps_its_label_its_position_and_the_hands_of_a_vote(begin: Begin) -> None:
    play = begin(LOCKED)
    play.choose("a/lose", (3, 9, 1))
    play.choose("a/end")
    assert [(s.id, s.label.plain, s.position, s.hands) for s in play.steps] == [
        ("a/lose", "Lose it.", 2, (3, 9, 1)),
        ("a/end", "End.", 2, None),
    ]
    play.undo()
    assert play.steps[0].hands == (3, 9, 1)


def test_a_scene_to_be_written_plays_as_a_note_to_the_author(begin: Begin) -> None:
    play = begin("scenes:\n  a: {todo: the walk by the canal, next: end}\n")
    assert (told(play), offered(play)) == (["To be written: the walk by the canal"], ["continue"])
    assert take(play, "continue").place == "end"
