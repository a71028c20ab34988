"""Scenes and choices play as the format says: one rule a test, named after the rule."""

import pytest

from game.errors import PlayError
from tests.flow import Begin, offered, order, prose, take, told

# --- entering a scene ----------------------------------------------------------------------------------------------


def test_entering_counts_the_visit_and_seen_of_itself_is_true_inside(begin: Begin) -> None:
    play = begin("""
        state: {own: false, other: true}
        scenes:
          a:
            on_enter: {own: seen('a'), other: seen('b')}
            text: "{visits('a')} {seen('a')} {seen('b')}"
            choices: [{label: Again., id: more, go: a}, {label: On., id: on, go: b}]
          b: {text: B., next: end}
        """)
    assert told(play) == ["1 true false"]
    assert play.state == {"own": True, "other": False}
    assert told(take(play, "more", "more")) == ["3 true false"]
    assert play.visits == {"a": 3}
    take(play, "on")
    assert play.visits == {"a": 3, "b": 1}


def test_on_enter_runs_on_every_visit_before_the_text_and_together(begin: Begin) -> None:
    play = begin("""
        state: {n: {range: [0, 9], start: 1}, m: {range: [0, 9], start: 5}}
        scenes:
          a: {on_enter: {n: m, m: n + 1}, text: "{n} {m}", choices: [{label: Again., go: a}, {label: End., go: end}]}
        """)
    assert told(play) == ["5 2"]
    assert told(take(play, "again")) == ["2 6"]


def test_a_junction_counts_a_visit_runs_on_enter_and_passes_on_in_the_same_turn(begin: Begin) -> None:
    play = begin("""
        state: {n: {range: [0, 9], start: 0}}
        scenes:
          a: {text: A., next: j}
          j: {on_enter: {n: n + 1}, next: k}
          k: {next: [{when: n == 1 and seen('j') and seen('k'), go: b}, {go: end}]}
          b: {text: "B{n}.", next: j}
        """)
    take(play, "continue")
    assert (play.place, play.visits, play.state) == ("b", {"a": 1, "j": 1, "k": 1, "b": 1}, {"n": 1})
    assert order(play) == ["scene b", "text"]
    assert [s.id for s in play.steps] == ["a/continue"]
    take(play, "continue")
    assert (play.place, play.visits["k"]) == ("end", 2)


def test_start_may_be_a_junction(begin: Begin) -> None:
    play = begin("""
        state: {n: {range: [0, 9], start: 0}}
        scenes:
          a: {on_enter: {n: 3}, next: [{when: n == 3, go: b}, {go: end}]}
          b: {text: "{n}", next: end}
        """)
    assert (play.place, play.visits, told(play), play.page.number) == ("b", {"a": 1, "b": 1}, ["3"], 0)


# --- choosing ------------------------------------------------------------------------------------------------------


def test_choosing_marks_it_chosen_before_its_effects_and_reply(begin: Begin) -> None:
    play = begin("""
        state: {knew: false}
        scenes:
          a:
            text: "{chose('a/go')}"
            choices:
              - {label: Go., set: {knew: chose('a/go')}, reply: "{chose('a/go')} {chose('a/no')}", go: end}
              - {label: No., go: end}
        """)
    assert told(play) == ["false"]
    take(play, "go")
    assert told(play) == ["true false", "Over."]
    assert play.state == {"knew": True}


def test_set_evaluates_every_right_side_against_the_state_before_and_assigns_together(begin: Begin) -> None:
    play = begin("""
        state: {x: {range: [0, 9], start: 1}, y: {range: [0, 9], start: 2}, z: {range: [0, 9], start: 3}}
        scenes:
          a: {text: A., choices: [{label: Turn., set: {x: y, y: z, z: x + y}, reply: "{x}{y}{z}", go: end}]}
        """)
    assert told(take(play, "turn"))[0] == "233"


def test_numbers_are_cut_to_their_range_only_when_assigned(begin: Begin) -> None:
    play = begin("""
        state: {x: {range: [0, 5], start: 4}, y: {range: [-3, 50], start: 0}}
        scenes:
          a:
            text: "{x + 9}"
            choices:
              - {label: Up., set: {y: x + 9 - 9 + 4, x: x + 9}, stay: true, reply: "{x} {y}"}
              - {label: Down., set: {y: x - 60, x: x - 9 + 8 - 2 - 9}, stay: true, reply: "{x} {y}"}
              - {label: End., when: x + 9 > 5 and x - 100 < 0, go: end}
        """)
    assert told(play) == ["13"]
    assert told(take(play, "up")) == ["5 8"]
    assert told(take(play, "down")) == ["0 -3"]
    assert offered(play) == ["end"]


def test_after_the_reply_nested_choices_are_offered_alone(begin: Begin) -> None:
    play = begin("""
        scenes:
          a:
            text: A.
            choices:
              - {label: Ask., reply: What., choices: [{label: This., reply: So.}, {label: That.}], go: end}
              - {label: Leave., go: end}
            next: end
        """)
    take(play, "ask")
    assert (order(play), told(play)) == (["echo", "reply"], ["What."])
    assert offered(play) == ["ask/this", "ask/that"]
    with pytest.raises(PlayError):
        play.choose("a/leave")
    assert order(take(play, "ask/this")) == ["echo", "reply", "scene end", "text"]


def test_nested_choices_that_cannot_be_chosen_now_are_passed_by(begin: Begin) -> None:
    play = begin("""
        state: {key: false, lamp: false}
        scenes:
          a:
            text: A.
            choices:
              - label: Ask.
                set: {lamp: true}
                choices: [{label: This., when: key, locked: No key.}, {label: That., when: not lamp}]
                go: b
              - {label: Key., set: {key: true}, go: end}
          b: {text: B., next: end}
        """)
    assert take(play, "ask").place == "b"


def test_a_nested_page_shows_its_locked_choices_too(begin: Begin) -> None:
    play = begin("""
        state: {key: false}
        scenes:
          a:
            text: A.
            choices:
              - {label: Ask., choices: [{label: This., when: key, locked: No key.}, {label: That., set: {key: true}}]}
            next: end
        """)
    take(play, "ask")
    assert [(o.id, o.number, o.locked.plain if o.locked else None) for o in play.page.options] == [
        ("a/ask/this", 0, "No key."),
        ("a/ask/that", 1, None),
    ]


WAYS = """
scenes:
  a:
    text: A.
    choices:
      - label: Go.
        go: b
        choices:
          - {label: Own., go: c}
          - {label: Parents.}
          - {label: Back., stay: true}
          - {label: Deep., choices: [{label: Out.}, {label: Own., go: c}]}
      - label: Stay.
        stay: true
        once: false
        choices: [{label: Parents.}, {label: Own., go: c}, {label: Deep., choices: [{label: Out.}]}]
      - {label: None., choices: [{label: Out.}, {label: Deep., choices: [{label: Out.}]}]}
    next: [{when: visits('a') >= 2, go: c}, {go: end}]
  b: {text: B., next: a}
  c: {text: C., next: a}
"""


@pytest.mark.parametrize(
    ("steps", "place"),
    [
        (["go", "go/own"], "c"),
        (["go", "go/parents"], "b"),
        (["go", "go/back"], "a"),
        (["go", "go/deep", "go/deep/out"], "b"),
        (["go", "go/deep", "go/deep/own"], "c"),
        (["stay", "stay/parents"], "a"),
        (["stay", "stay/own"], "c"),
        (["stay", "stay/deep", "stay/deep/out"], "a"),
        (["none", "none/out"], "end"),
        (["none", "none/deep", "none/deep/out"], "end"),
        (["go", "go/own", "continue", "none", "none/out"], "c"),
    ],
)
def test_leaving_by_its_own_way_else_its_parents_outward_else_the_scenes_next(
    begin: Begin, steps: list[str], place: str
) -> None:
    play = begin(WAYS, None, *steps)
    assert play.place == place
    if place == "a":  # it stayed: the scene's own choices, without a visit
        assert play.visits == {"a": 1}
        assert offered(play) == ["go", "stay", "none"]


def test_stay_returns_to_the_scenes_own_choices_without_visit_on_enter_or_text(begin: Begin) -> None:
    play = begin("""
        state: {n: {range: [0, 9], start: 0}}
        scenes:
          a:
            title: A
            on_enter: {n: n + 1}
            text: Text.
            choices: [{label: Look., stay: true, reply: Stone.}, {label: End., go: end}]
        """)
    take(play, "look")
    assert (play.visits, play.state, told(play), order(play)) == ({"a": 1}, {"n": 1}, ["Stone."], ["echo", "reply"])
    assert prose(play.page.since) == ["Text.", "Stone."]
    assert play.page.title.plain == "A"
    assert offered(play) == ["end"]


def test_a_hub_of_topics_with_follow_ups(begin: Begin) -> None:
    play = begin("""
        scenes:
          a:
            text: She waits.
            choices:
              - label: The war.
                stay: true
                reply: Which?
                choices:
                  - {label: The first., reply: Long ago.}
                  - {label: The second., once: true, reply: Soon.}
              - {label: The weather., stay: true, reply: Rain.}
              - {label: More of it., id: more, when: chose('a/the_weather'), stay: true, once: false, reply: Rain.}
              - {label: Goodbye., go: end}
        """)
    assert offered(play) == ["the_war", "the_weather", "goodbye"]
    assert offered(take(play, "the_war")) == ["the_war/the_first", "the_war/the_second"]
    assert offered(take(play, "the_war/the_second")) == ["the_weather", "goodbye"]
    assert offered(take(play, "the_weather")) == ["more", "goodbye"]
    assert offered(take(play, "more", "more")) == ["more", "goodbye"]
    assert prose(play.page.since) == ["She waits.", "Which?", "Soon.", "Rain.", "Rain.", "Rain."]
    assert play.visits == {"a": 1}
    assert take(play, "goodbye").place == "end"


# --- ids -----------------------------------------------------------------------------------------------------------


def test_a_choices_id_is_given_or_the_labels_letters_and_digits_in_any_script(begin: Begin) -> None:
    play = begin("""
        scenes:
          a:
            text: A.
            choices:
              - {label: "Say: 'No!' -- twice, 2x.", go: end}
              - {label: Whatever., id: Own_1, go: end}
              - {label: Идти Домой!, go: end}
              - {label: 東へ2歩。, go: end}
              - {label: "*Öffnen* under_score", go: end}
              - {label: Ask., choices: [{label: Ask., choices: [{label: Ask.}]}], go: end}
        """)
    assert offered(play) == ["say_no_twice_2x", "Own_1", "идти_домой", "東へ2歩", "öffnen_under_score", "ask"]
    take(play, "ask", "ask/ask", "ask/ask/ask")
    assert [s.id for s in play.steps] == ["a/ask", "a/ask/ask", "a/ask/ask/ask"]
