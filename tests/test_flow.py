"""Stories play as FORMAT.md says: one rule a test, named after the rule."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from game.play.journal import decisions
from game.play.page import Card, Echo, Heading, Opening, Part, Reply, SheetShown, Telling
from game.play.session import PlayError, Session
from game.story.expressions import Value
from game.story.loader import load
from game.story.text import Shown

HEAD = "format: 1\nid: flow\ntitle: Flow\nstart: a\n"
END = "  end: {ending: {title: The end}, text: Over.}\n"
Begin = Callable[..., Session]


@pytest.fixture
def begin(tmp_path: Path) -> Begin:
    """Starts a play of a story given as YAML, without its head; `end` is an ending that every story has."""

    def it(text: str, answers: dict[str, Value] | None = None, *steps: str, summarise: bool = False) -> Session:
        path = tmp_path / "story.yaml"
        text = textwrap.dedent(text)
        (path.parent / "plate.txt").write_text("/\\", encoding="utf-8")
        path.write_text(HEAD + text + ("" if "  end: " in text else END), encoding="utf-8")
        loaded = load(path)
        assert loaded.story is not None, [(str(d.location), d.message) for d in loaded.errors]
        return take(Session(loaded.story, answers, summarise=summarise), *steps)

    return it


def take(session: Session, *steps: str) -> Session:
    """Chooses among what the scene the player is in offers."""
    for step in steps:
        session.choose(f"{session.place}/{step}")
    return session


def offered(session: Session) -> list[str]:
    """What can be chosen, without the scene's name; the page and the session must agree."""
    ids = [o.id for o in session.page.offered]
    assert tuple(ids) == session.offered
    assert [o.number for o in session.page.offered] == list(range(1, len(ids) + 1))
    return [i.split("/", 1)[1] for i in ids]


def prose(parts: tuple[Part, ...]) -> list[str]:
    """Every text of these parts, sheets by their lines."""
    found: list[str] = []
    for part in parts:
        for piece in part.prose if isinstance(part, Telling | Reply | Card) else ():
            if isinstance(piece, Shown):
                found += [block.plain for block in piece.blocks]
            else:
                found += [block.plain for text in piece.text or () for block in text.blocks]
    return found


def told(session: Session) -> list[str]:
    """The texts of the last turn."""
    return prose(session.page.turn)


def order(session: Session) -> list[str]:
    """The parts of the last turn, a word each."""
    names = []
    for part in session.page.turn:
        match part:
            case Echo():
                names.append("echo")
            case Reply():
                names.append("reply")
            case Card(chapter):
                names.append(f"card {chapter.id}")
            case Opening(chapter):
                names.append(f"open {chapter.id}")
            case Heading(scene):
                names.append(f"scene {scene}")
            case Telling():
                names.append("text")
    return names


def cards(session: Session) -> list[Card]:
    return [p for turn in session.turns for p in session.told(turn.parts) if isinstance(p, Card)]


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


# --- what is offered -----------------------------------------------------------------------------------------------

SPENT = """
scenes:
  a:
    text: A.
    choices:
      - {label: Stay., stay: true}
      - {label: Stay always., id: always, stay: true, once: false}
      - {label: Stay only once., id: once_said, stay: true, once: true}
      - {label: Again., go: a}
      - {label: Again once., id: again_once, once: true, go: a}
      - {label: Again more., id: again_more, once: false, go: a}
      - {label: Ask., stay: true, choices: [{label: One.}, {label: Two., once: true}]}
      - {label: Talk., go: a, choices: [{label: One., stay: true}, {label: Two., go: a}]}
      - {label: End., go: end}
"""


def test_a_stay_choice_is_spent_once_taken_unless_once_is_false(begin: Begin) -> None:
    play = begin(SPENT, None, "stay", "always", "once_said")
    assert {"stay", "once_said"}.isdisjoint(offered(play))
    assert "always" in offered(play)
    take(play, "again")
    assert "stay" not in offered(play)  # for the whole play, not for the visit


def test_any_other_choice_is_spent_only_if_once_is_true(begin: Begin) -> None:
    play = begin(SPENT, None, "again", "again", "again_more", "again_more", "again_once")
    assert {"again", "again_more"} <= set(offered(play))
    assert "again_once" not in offered(play)


def test_a_nested_choice_is_spent_by_its_own_keys_only(begin: Begin) -> None:
    play = begin(SPENT, None, "ask", "ask/one", "talk", "talk/one", "talk", "talk/two", "talk")
    assert "ask" not in play.offered  # the parent stays and is spent; its nested choices only inherit the way out
    assert offered(play) == ["talk/two"]


def test_a_nested_choice_that_inherits_stay_is_not_spent(begin: Begin) -> None:
    play = begin("""
        scenes:
          a:
            text: A.
            choices:
              - {label: Ask., stay: true, once: false, choices: [{label: One.}, {label: Two., once: true}]}
              - {label: End., go: end}
        """)
    take(play, "ask", "ask/one", "ask", "ask/two", "ask")
    assert offered(play) == ["ask/one"]


LOCKED = """
state: {key: false}
scenes:
  a:
    text: A.
    choices:
      - {label: Hidden., when: key, go: end}
      - {label: Locked., when: key, locked: "No {key} key.", stay: true}
      - {label: Take it., id: take, set: {key: true}, stay: true}
      - {label: Lose it., id: lose, set: {key: false}, stay: true}
      - {label: End., go: end}
"""


def test_a_choice_whose_when_fails_is_hidden_or_shown_with_its_locked_reason(begin: Begin) -> None:
    play = begin(LOCKED)
    assert offered(play) == ["take", "lose", "end"]
    shown = [(o.id, o.number, o.locked and o.locked.plain) for o in play.page.options]
    assert shown == [
        ("a/locked", 0, "No no key."),
        ("a/take", 1, None),
        ("a/lose", 2, None),
        ("a/end", 3, None),
    ]
    with pytest.raises(PlayError):
        play.choose("a/locked")
    assert offered(take(play, "take")) == ["hidden", "locked", "lose", "end"]


def test_a_spent_choice_is_always_hidden_and_never_locked(begin: Begin) -> None:
    play = begin(LOCKED, None, "take", "locked", "lose")
    assert [o.id for o in play.page.options] == ["a/end"]


def test_continue_is_offered_when_a_scene_offers_nothing_to_choose(begin: Begin) -> None:
    play = begin("""
        state: {key: false}
        scenes:
          a: {text: A., next: b}
          b:
            text: B.
            choices:
              - {label: Open., when: key, locked: No key., go: end}
              - {label: Look., stay: true, set: {key: key}}
            next: end
        """)
    assert (offered(play), play.page.options[0].label.plain) == (["continue"], "Continue")
    take(play, "continue")
    assert offered(play) == ["look"]
    with pytest.raises(PlayError):
        play.choose("b/continue")
    take(play, "look")
    assert offered(play) == ["continue"]
    assert [o.id for o in play.page.options] == ["b/open", "b/continue"]
    take(play, "continue")
    assert play.place == "end"
    assert play.chosen == {"b/look"}


def test_a_list_under_next_takes_the_first_whose_when_holds(begin: Begin) -> None:
    play = begin("""
        state: {n: {range: [0, 9], start: 0}}
        scenes:
          a:
            text: A.
            choices:
              - {label: Up., stay: true, once: false, set: {n: n + 1}}
              - {label: Go.}
            next: [{when: n >= 2, go: b}, {when: n >= 1, go: c}, {go: end}]
          b: {text: B., next: a}
          c: {text: C., next: a}
        """)
    assert take(play, "up", "up", "go").place == "b"
    play.undo()
    play.undo()
    assert take(play, "go").place == "c"
    play.replay([])
    assert take(play, "go").place == "end"


def test_next_sees_the_effects_of_the_choice_that_leaves(begin: Begin) -> None:
    play = begin("""
        state: {open: false}
        scenes:
          a:
            text: A.
            choices: [{label: Push., set: {open: true}}]
            next: [{when: open and chose('a/push') and scene == a, go: b}, {go: end}]
          b: {text: B., next: end}
        """)
    assert take(play, "push").place == "b"


def test_a_page_that_offers_nothing_at_all_is_stuck(begin: Begin) -> None:
    play = begin("""
        state: {key: false}
        scenes:
          a: {text: A., choices: [{label: Look., stay: true, set: {key: key}}, {label: End., when: key, go: end}]}
        """)
    assert not play.page.stuck
    take(play, "look")
    assert play.page.stuck
    assert play.offered == ()
    assert play.undo()
    assert not play.page.stuck


def test_an_ending_offers_nothing_and_is_not_stuck(begin: Begin) -> None:
    play = begin("scenes:\n  a: {text: A., next: end}\n", None, "continue")
    assert (play.offered, play.page.stuck) == ((), False)
    assert play.page.ending is not None


# --- interrupts ----------------------------------------------------------------------------------------------------


def test_an_interrupt_takes_the_place_of_the_scene_moved_to_before_it_is_visited(begin: Begin) -> None:
    play = begin("""
        state: {late: false}
        interrupts: [{when: late, go: i}]
        scenes:
          a: {text: A., choices: [{label: Go., set: {late: true}, go: b}, {label: End., go: end}]}
          b: {on_enter: {late: false}, text: B., next: a}
          i: {text: I., next: a}
        """)
    take(play, "go")
    assert (play.place, play.visits) == ("i", {"a": 1, "i": 1})


def test_interrupts_are_not_tested_at_the_start_nor_between_junctions(begin: Begin) -> None:
    play = begin("""
        state: {late: true, later: false}
        interrupts: [{when: late, go: i}, {when: later, go: k}]
        scenes:
          a: {next: b}
          b: {text: B., choices: [{label: Go., set: {late: false}, go: j}, {label: On., set: {late: false}, go: c}]}
          j: {on_enter: {later: true}, next: c}
          c: {text: C., next: end}
          i: {text: I., next: b}
          k: {text: K., next: b}
        """)
    assert play.place == "b"
    take(play, "go")
    assert play.place == "c"
    assert take(play, "continue").place == "k"


def test_the_scene_of_an_interrupt_is_the_one_being_left(begin: Begin) -> None:
    play = begin("""
        interrupts: [{when: scene == b and seen('b') and not seen('c'), go: i}]
        scenes:
          a: {text: A., next: b}
          b: {text: B., next: c}
          c: {text: C., next: end}
          i: {text: I., next: c}
        """)
    assert take(play, "continue").place == "b"
    assert take(play, "continue").place == "i"
    assert take(play, "continue").place == "c"


def test_the_first_interrupt_that_holds_and_has_not_fired_is_taken_and_each_fires_once(begin: Begin) -> None:
    play = begin("""
        interrupts: [{when: visits('a') >= 2, go: i}, {when: visits('a') >= 1, go: k}]
        scenes:
          a: {text: A., choices: [{label: Again., go: a}, {label: End., go: end}]}
          i: {text: I., next: a}
          k: {text: K., next: a}
        """)
    places = [play.place]
    for step in ["again", "continue", "again", "continue", "again", "again"]:
        places.append(take(play, step).place)
    # the second fires first; leaving `k` and `i` by Continue is a move too, and tests the ones that are left
    assert places == ["a", "k", "a", "i", "a", "a", "a"]


def test_of_two_interrupts_that_hold_only_the_first_fires(begin: Begin) -> None:
    play = begin("""
        interrupts: [{when: seen('a'), go: i}, {when: seen('a') and scene != i, go: k}]
        scenes:
          a: {text: A., choices: [{label: Again., go: a}, {label: End., go: end}]}
          i: {text: I., next: a}
          k: {text: K., next: a}
        """)
    places = [take(play, step).place for step in ["again", "continue", "again", "continue", "again"]]
    assert places == ["i", "a", "k", "a", "a"]


def test_an_interrupt_takes_the_place_of_an_ending_and_may_be_one(begin: Begin) -> None:
    play = begin("""
        interrupts: [{when: scene == a, go: i}, {when: scene == i, go: stop}]
        scenes:
          a: {text: A., next: end}
          i: {text: I., next: end}
          stop: {ending: {title: Stopped}, text: S.}
        """)
    take(play, "continue")
    assert (play.place, play.page.ending) == ("i", None)
    take(play, "continue")
    assert play.page.ending is not None
    assert play.page.ending.title.plain == "Stopped"
    assert "end" not in play.visits


def test_staying_and_nested_choices_do_not_test_interrupts(begin: Begin) -> None:
    play = begin("""
        state: {late: false}
        interrupts: [{when: late, go: i}]
        scenes:
          a:
            text: A.
            choices:
              - {label: Look., stay: true, set: {late: true}}
              - {label: Ask., stay: true, choices: [{label: One.}]}
              - {label: Calm., stay: true, set: {late: false}}
              - {label: End., go: end}
          i: {text: I., next: a}
        """)
    assert take(play, "look", "ask", "ask/one", "calm").visits == {"a": 1}
    assert take(play, "end").place == "end"


def test_after_undo_an_interrupt_can_fire_again(begin: Begin) -> None:
    play = begin("""
        interrupts: [{when: scene == a, go: i}]
        scenes:
          a: {text: A., next: end}
          i: {text: I., next: end}
        """)
    assert take(play, "continue").place == "i"
    play.undo()
    assert take(play, "continue").place == "i"


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


# --- expressions and inserts ---------------------------------------------------------------------------------------


def test_a_bare_name_is_a_variable_a_definition_a_word_or_a_scene(begin: Begin) -> None:
    play = begin("""
        state:
          deputy: {one_of: [nobody, anna], start: nobody}
          lamp: false
        define: {ready: deputy == anna and lamp}
        scenes:
          a:
            text:
              - {when: deputy == nobody, text: Nobody.}
              - {when: deputy == 'nobody', text: Quoted.}
              - {when: ready, text: Ready.}
              - {when: scene == a, text: Here.}
              - {when: scene == 'end', text: There.}
            choices:
              - {label: Anna., set: {deputy: anna, lamp: true}, go: a}
              - {label: Quoted., set: {deputy: "'anna'"}, go: a}
              - {label: End., go: end}
        """)
    assert told(play) == ["Nobody.", "Quoted.", "Here."]
    assert told(take(play, "anna")) == ["Ready.", "Here."]
    play.undo()
    assert told(take(play, "quoted")) == ["Here."]
    assert play.state["deputy"] == "anna"


def test_a_definition_follows_the_state_and_may_use_definitions(begin: Begin) -> None:
    play = begin("""
        state: {letter: false, ledger: false}
        define: {exposed: both or visits('a') >= 3, both: letter + ledger >= 2}
        scenes:
          a:
            text: ["{exposed}", {by: exposed, true: Out., false: Safe.}]
            choices:
              - {label: Letter., set: {letter: true}, go: a}
              - {label: Ledger., set: {ledger: true}, go: a}
              - {label: End., when: exposed, go: end}
        """)
    assert (told(play), offered(play)) == (["no", "Safe."], ["letter", "ledger"])
    assert told(take(play, "letter")) == ["no", "Safe."]
    assert told(take(play, "ledger")) == ["yes", "Out."]
    play.replay([])
    assert told(take(play, "letter", "letter")) == ["yes", "Out."]
    assert offered(play) == ["letter", "ledger", "end"]


def test_inserts_print_the_words_of_a_lone_variable_and_the_value_of_any_other_expression(begin: Begin) -> None:
    play = begin("""
        state:
          trust: {range: [0, 3], start: 2, words: {0: marked, 1-3: watched}}
          plain: {range: [-5, 3], start: -2}
          deputy: {one_of: {nobody: no one, anna: "*Anna* [b]"}, start: anna}
          met: false
          sign: {text: "*KEEP* {{OUT}}"}
        define: {fine: not met}
        scenes:
          a:
            title: "{deputy}"
            text: |
              {trust} {trust + 0} {plain} {deputy} {met} {not met} {fine} {sign} {{x}}
              {'calm' if trust > 1 else 'hot'} {"He said 'no'"} {visits('a')}
            choices:
              - {label: "Greet {trust}", id: greet, set: {met: true, trust: 0, plain: 1, deputy: nobody}, go: end}
        """)
    assert told(play) == ["watched 2 -2 *Anna* [b] no true yes *KEEP* {OUT} {x} calm He said 'no' 1"]
    assert play.page.title.plain == "*Anna* [b]"
    assert [o.label.plain for o in play.page.options] == ["Greet watched"]


def test_by_chooses_by_the_value_of_a_word_or_a_flag_and_else_covers_the_rest(begin: Begin) -> None:
    play = begin("""
        state: {who: {one_of: [one, two, three], start: one}, lit: false}
        scenes:
          a:
            text:
              - {by: who, one: First., else: Another.}
              - {by: who, one: I., two: II., three: ["III.", "More."]}
              - {by: lit, true: Light., false: Dark.}
              - {by: who, two: Two and lit., else: Lit., when: lit}
            choices:
              - {label: Two., set: {who: two, lit: true}, go: a}
              - {label: Three., set: {who: three, lit: true}, go: a}
              - {label: End., go: end}
        """)
    assert told(play) == ["First.", "I.", "Dark."]
    assert told(take(play, "two")) == ["Another.", "II.", "Light.", "Two and lit."]
    assert told(take(play, "three")) == ["Another.", "III.", "More.", "Light.", "Lit."]


def test_when_and_else_of_a_block(begin: Begin) -> None:
    play = begin("""
        state: {lit: false}
        scenes:
          a:
            text:
              - {when: lit, text: ["Light.", {when: visits('a') == 2, text: Second.}], else: ["Dark.", {text: Black.}]}
              - {when: lit, text: Only lit.}
            choices: [{label: Light., set: {lit: true}, go: a}, {label: End., go: end}]
        """)
    assert told(play) == ["Dark.", "Black."]
    assert told(take(play, "light")) == ["Light.", "Second.", "Only lit."]
    assert told(take(play, "light")) == ["Light.", "Only lit."]


def test_once_and_again_test_whether_this_is_the_scenes_first_visit(begin: Begin) -> None:
    play = begin("""
        state: {lit: false}
        scenes:
          a:
            text:
              - {once: First.}
              - {again: Later.}
              - {once: Unlit., when: not lit, else: Lit.}
            choices:
              - label: Look.
                stay: true
                once: false
                set: {lit: true}
                reply: [{once: New., when: seen('a')}, {again: Old.}]
              - {label: Again., go: a}
              - {label: End., go: end}
        """)
    assert told(play) == ["First.", "Unlit."]
    assert told(take(play, "look")) == ["New."]
    assert told(take(play, "again")) == ["Later.", "Lit."]
    assert told(take(play, "look")) == ["Old."]


# --- sheets --------------------------------------------------------------------------------------------------------

SHEETS = """
state: {n: {range: [0, 9], start: 1}}
scenes:
  a:
    text:
      - sheet:
          id: order
          kind: memo
          heading: "Order {n}"
          stamp: single copy
          signed: P. S.
          text: |
            1. Read.
               Then   burn *it*.

            2. {n}
      - {sheet: {kind: note, heading: Loose, text: Not filed.}}
    choices:
      - {label: Again., set: {n: n + 1}, go: a}
      - label: Ask.
        stay: true
        set: {n: n + 5}
        reply: {sheet: {id: answer, kind: letter, heading: Dear, text: "{n}"}}
      - {label: End., go: end}
"""


def lines(sheet: SheetShown) -> list[str]:
    return [block.plain for text in sheet.text or () for block in text.blocks]


def test_a_sheets_lines_stay_as_written(begin: Begin) -> None:
    (sheet, loose) = [p for t in begin(SHEETS).page.turn if isinstance(t, Telling) for p in t.prose]
    assert isinstance(sheet, SheetShown)
    assert isinstance(loose, SheetShown)
    assert lines(sheet) == ["1. Read.", "   Then   burn it.", "", "2. 1"]
    assert (sheet.kind, sheet.heading.plain, sheet.stamp.plain, sheet.signed.plain) == (
        "memo", "Order 1", "single copy", "P. S.",
    )  # fmt: skip


def test_sheets_with_an_id_are_in_the_file_as_first_shown(begin: Begin) -> None:
    play = begin(SHEETS)
    assert [s.id for s in play.page.file] == ["order"]
    take(play, "again", "ask")
    assert [(s.id, s.heading.plain, lines(s)[-1]) for s in play.page.file] == [
        ("order", "Order 1", "2. 1"),
        ("answer", "Dear", "7"),
    ]
    take(play, "end")
    assert [s.id for s in play.page.file] == ["order", "answer"]
    play.undo()
    play.undo()
    assert [s.id for s in play.page.file] == ["order"]


# --- chapters ------------------------------------------------------------------------------------------------------

CHAPTERS = """
state: {n: {range: [0, 9], start: 1}}
chapters:
  one:
    title: One
    plate: plate.txt
    plate_alt: A roof.
    basis: F1
    card: ["Card {n}.", {when: seen('b'), text: B seen.}]
  two: {title: Two, basis: invented, card: "Two {n}."}
  three: {title: Three}
facts:
  F1: {text: Fact one., source: s, standing: documented}
  F2: {text: Fact two., source: s, standing: memoir}
  F3: {text: Fact three., source: s, standing: disputed}
sources: {s: {title: S, kind: primary}}
scenes:
  a:
    chapter: one
    text: A.
    choices:
      - {label: On., set: {n: n + 1}, reply: So be it., go: c}
      - {label: By b., go: b}
      - {label: Straight., go: j}
      - {label: Aside., go: same}
      - {label: End., go: end}
  b: {text: B., basis: F2, next: c}
  same: {chapter: same, basis: F3, text: Same., next: c}
  c:
    chapter: two
    on_enter: {n: 9}
    text: C.
    choices: [{label: Back., go: a}, {label: Aside., go: same}, {label: End., go: end}]
  j: {chapter: three, on_enter: {n: n + 2}, next: k}
  k: {chapter: one, text: K., next: end}
  end: {chapter: three, basis: F3, ending: {title: End}, text: Over.}
"""


def test_the_order_on_entering_a_chapter_is_reply_card_plate_scene(begin: Begin) -> None:
    play = begin(CHAPTERS)
    assert order(play) == ["open one", "scene a", "text"]
    take(play, "on")
    assert order(play) == ["echo", "reply", "card one", "open two", "scene c", "text"]
    (opening,) = [p for p in play.turns[0].parts if isinstance(p, Opening)]
    assert (opening.chapter.plate, opening.chapter.plate_alt) == ("/\\", "A roof.")
    assert play.page.chapter is not None
    assert play.page.chapter.id == "two"


def test_a_record_card_tells_the_state_before_the_new_visit(begin: Begin) -> None:
    (card,) = cards(begin(CHAPTERS, None, "on"))
    assert prose((card,)) == ["Card 2."]


def test_a_record_card_has_the_facts_of_the_scenes_this_player_visited(begin: Begin) -> None:
    (card,) = cards(begin(CHAPTERS, None, "on"))
    assert [f.id for f in card.facts] == ["F1"]
    (card,) = cards(begin(CHAPTERS, None, "by_b", "continue"))
    assert ([f.id for f in card.facts], prose((card,))) == (["F1", "F2"], ["Card 1.", "B seen."])
    (card,) = cards(begin(CHAPTERS, None, "aside", "continue"))
    assert [f.id for f in card.facts] == ["F1", "F3"]


def test_a_record_card_comes_once_a_play(begin: Begin) -> None:
    play = begin(CHAPTERS, None, "on", "back", "on", "back")
    assert [c.chapter.id for c in cards(play)] == ["one", "two"]
    assert order(play) == ["echo", "open one", "scene a", "text"]
    play.replay(play.steps[:1])
    assert [c.chapter.id for c in cards(play)] == ["one"]


def test_an_ending_closes_the_chapter_left_and_its_own(begin: Begin) -> None:
    play = begin(CHAPTERS, None, "on", "end")
    assert order(play) == ["echo", "card two", "open three", "scene end", "text", "card three"]
    assert [[f.id for f in c.facts] for c in cards(play)] == [["F1"], [], ["F3"]]
    play = begin(CHAPTERS, None, "straight", "continue")
    assert order(play) == ["card one", "open three", "scene end", "text", "card three"]


def test_an_ending_in_the_chapter_left_closes_it_after_its_text(begin: Begin) -> None:
    play = begin("""
        chapters: {one: {title: One, card: Card.}}
        scenes:
          a: {chapter: one, text: A., next: end}
          end: {ending: {title: End}, text: Over.}
        """)
    assert order(take(play, "continue")) == ["scene end", "text", "card one"]


def test_junctions_neither_open_nor_close_a_chapter(begin: Begin) -> None:
    play = begin(CHAPTERS, None, "straight")
    assert (play.place, play.visits["j"], order(play)) == ("k", 1, ["echo", "scene k", "text"])
    assert play.state["n"] == 3


def test_chapter_same_keeps_the_players_own(begin: Begin) -> None:
    play = begin(CHAPTERS, None, "aside")
    assert (play.chapter, order(play)) == ("one", ["echo", "scene same", "text"])
    assert [f.id for f in play.page.facts] == ["F3"]
    play = begin(CHAPTERS, None, "on", "aside")
    assert (play.chapter, order(play)) == ("two", ["echo", "scene same", "text"])
    assert order(take(play, "continue")) == ["scene c", "text"]


def test_a_scene_without_a_chapter_belongs_to_the_chapter_before_it_in_file_order(begin: Begin) -> None:
    story = begin(CHAPTERS).story
    assert {n: s.chapter for n, s in story.scenes.items()} == {
        "a": "one", "b": "one", "same": "same", "c": "two", "j": "three", "k": "one", "end": "three",
    }  # fmt: skip


def test_a_scene_rests_on_its_own_basis_else_its_chapters(begin: Begin) -> None:
    play = begin(CHAPTERS)
    assert [f.id for f in play.page.facts] == ["F1"]
    assert [f.id for f in take(play, "by_b").page.facts] == ["F2"]
    assert not take(play, "continue").page.facts  # invented


# --- glossary ------------------------------------------------------------------------------------------------------


def test_glossary_entries_unlock_when_their_when_first_holds_and_stay_so(begin: Begin) -> None:
    play = begin("""
        state: {on: false}
        glossary:
          always: {title: Always, kind: term, text: T.}
          lamp: {title: Lamp, kind: term, text: "{on}", when: on}
          b: {title: B, kind: place, text: B., when: seen('b')}
          j: {title: J, kind: place, text: J., when: scene == j}
          between: {title: Between, kind: term, text: T., when: scene == a and chose('a/move')}
        scenes:
          a:
            text: A.
            choices:
              - {label: Light., id: light, stay: true, set: {on: true}}
              - {label: Dark., id: dark, stay: true, set: {on: false}}
              - {label: Move., id: move, go: j}
          j: {next: b}
          b: {text: B., next: end}
        """)

    def known() -> list[str]:
        return [k.title for k in play.page.glossary]

    assert known() == ["Always"]
    take(play, "light")
    assert known() == ["Always", "Lamp"]
    take(play, "dark")
    assert (known(), play.page.glossary[1].text.plain) == (["Always", "Lamp"], "no")
    take(play, "move")
    assert known() == ["Always", "Lamp", "B", "J", "Between"]
    play.replay(play.steps[:1])
    assert known() == ["Always", "Lamp"]


# --- violence ------------------------------------------------------------------------------------------------------

VIOLENCE = """
state: {n: {range: [0, 9], start: 0}}
chapters: {one: {title: One, card: Card.}}
facts:
  V1: {text: It was an axe., source: s, standing: documented}
  Q1: {text: It was hot., source: s, standing: documented}
sources: {s: {title: S, kind: primary}}
scenes:
  a:
    chapter: one
    tags: [violence]
    summary: "A man is attacked ({n})."
    basis: [V1, Q1]
    text:
      - The axe comes down.
      - {sheet: {id: report, kind: form, heading: Report, stamp: secret, text: Two inches deep., signed: X}}
    choices:
      - {label: Look., stay: true, set: {n: n + 1}, reply: Blood., record: {followed: V1, note: A note.}}
      - {label: Ask., stay: true, reply: {sheet: {id: photo, kind: press, heading: Photo, text: Gore.}}}
      - {label: Again., go: a}
      - {label: Run., go: b}
  b: {text: B., basis: Q1, next: end}
"""


def test_a_violent_scene_is_told_by_its_summary_once_a_visit_and_its_replies_print_nothing(begin: Begin) -> None:
    play = begin(VIOLENCE, summarise=True)
    assert told(play) == ["A man is attacked (0)."]
    (telling,) = [p for p in play.page.turn if isinstance(p, Telling)]
    assert telling.summarised
    take(play, "look")
    assert (order(play), told(play), play.state) == (["echo"], [], {"n": 1})
    assert prose(play.page.since) == ["A man is attacked (0)."]
    take(play, "again")
    assert told(play) == ["A man is attacked (1)."]
    assert told(take(play, "run")) == ["B."]


def test_violent_sheets_are_filed_as_heading_and_summary(begin: Begin) -> None:
    play = begin(VIOLENCE, None, "ask", summarise=True)
    assert [
        (s.id, s.heading.plain, s.text, s.summary.plain, s.stamp.plain, s.signed.plain) for s in play.page.file
    ] == [
        ("report", "Report", None, "A man is attacked (0).", "", ""),
        ("photo", "Photo", None, "A man is attacked (0).", "", ""),
    ]


def test_the_facts_of_violent_scenes_are_held_back(begin: Begin) -> None:
    play = begin(VIOLENCE, None, "look", summarise=True)
    assert (play.page.facts, play.page.facts_held) == ((), True)
    (decision,) = decisions(play)
    assert (decision.record, decision.facts, decision.note.plain) == ("followed", (), "A note.")
    take(play, "run")
    assert ([f.id for f in play.page.facts], play.page.facts_held) == (["Q1"], False)
    take(play, "continue")
    (card,) = cards(play)
    assert [f.id for f in card.facts] == ["Q1"]  # another scene rests on it too
    play.summarise = False
    (card,) = cards(play)
    assert [f.id for f in card.facts] == ["V1", "Q1"]
    assert [f.id for f in decisions(play)[0].facts] == ["V1"]


def test_a_fact_is_held_back_only_where_violent_scenes_alone_rest_on_it(begin: Begin) -> None:
    play = begin(
        """
        chapters: {one: {title: One}}
        facts:
          F: {text: F., source: s, standing: documented}
          V: {text: V., source: s, standing: documented}
        sources: {s: {title: S, kind: primary}}
        scenes:
          a: {chapter: one, basis: F, text: A., next: b}
          b: {basis: [F, V], tags: violence, summary: S., text: B., next: end}
        """,
        None,
        "continue",
        "continue",
        summarise=True,
    )
    assert [[f.id for f in c.facts] for c in cards(play)] == [["F"]]


def test_how_violence_is_told_can_change_at_any_time_both_ways_and_is_no_part_of_the_play(begin: Begin) -> None:
    plain, spared = begin(VIOLENCE), begin(VIOLENCE, summarise=True)
    for step in ["look", "ask", "again", "run", "continue"]:
        take(plain, step)
        take(spared, step)
        assert spared.page != plain.page
        spared.summarise, plain.summarise = False, True
        assert spared.page != plain.page
        spared.summarise, plain.summarise = True, False
    assert (spared.steps, spared.state, spared.answers) == (plain.steps, plain.state, plain.answers)
    spared.summarise = False
    assert spared.page == plain.page
    assert [spared.told(t.parts) for t in spared.turns] == [plain.told(t.parts) for t in plain.turns]


def test_choices_and_effects_of_a_violent_scene_stay(begin: Begin) -> None:
    spared = begin(VIOLENCE, summarise=True)
    assert offered(spared) == ["look", "ask", "again", "run"]
    assert offered(take(spared, "look")) == ["ask", "again", "run"]


def test_a_violent_scene_without_text_of_its_own_tells_its_summary_all_the_same(begin: Begin) -> None:
    text = """
        state: {n: {range: [0, 9], start: 0}}
        scenes:
          a:
            tags: [violence]
            summary: A fight.
            choices: [{label: Hit., reply: Blood., set: {n: n + 1}, go: b}]
          b:
            tags: [violence]
            summary: Another fight.
            text: {when: n == 0, text: Never.}
            next: end
        """
    play = begin(text, summarise=True)
    assert told(play) == ["A fight."]
    assert told(take(play, "hit")) == ["Another fight."]
    play.summarise = False
    assert order(play) == ["echo", "reply", "scene b"]


# --- endings, outcomes, records ------------------------------------------------------------------------------------


def test_an_outcome_counts_when_its_scene_is_entered_and_the_last_one_stands(begin: Begin) -> None:
    play = begin("""
        state: {n: {range: [0, 9], start: 3}}
        scenes:
          a: {outcome: {title: First, summary: One.}, text: A., choices: [{label: J., go: j}, {label: End., go: end}]}
          j: {outcome: {title: "Second {n}", summary: "*Two*."}, next: b}
          b: {text: B., on_enter: {n: 4}, next: end}
        """)
    assert play.outcome == "a"
    assert take(play, "end").page.ending is not None
    assert play.page.ending is not None
    assert play.page.ending.outcome.plain == "First"
    play.undo()
    take(play, "j", "continue")
    assert play.page.ending is not None
    assert (play.page.ending.outcome.plain, play.page.ending.outcome_summary.plain) == ("Second 4", "Two.")


def test_an_ending_has_its_toll_its_debrief_and_no_outcome_that_was_not_entered(begin: Begin) -> None:
    play = begin("""
        state: {n: {range: [0, 9], start: 3}}
        toll:
          - {who: Anna, text: "Lost {n}."}
          - {who: Boris, text: Lost., when: n == 4}
          - {who: Vera, text: Lost., when: scene == end and seen('end')}
        debrief: ["Who knew {n}?", "Why?"]
        scenes:
          a: {text: A., choices: [{label: Go., set: {n: 4}, go: end}, {label: Wait., go: end}]}
          b: {outcome: {title: Never, summary: N.}, text: B., next: end}
        """)
    take(play, "wait")
    ending = play.page.ending
    assert ending is not None
    assert (ending.title.plain, bool(ending.outcome)) == ("The end", False)
    assert [(w.plain, t.plain) for w, t in ending.toll] == [("Anna", "Lost 3."), ("Vera", "Lost.")]
    assert [q.plain for q in ending.debrief] == ["Who knew 3?", "Why?"]
    play.undo()
    ending = take(play, "go").page.ending
    assert ending is not None
    assert [w.plain for w, _ in ending.toll] == ["Anna", "Boris", "Vera"]


def test_decisions_stand_in_order_with_their_record_and_without_continue(begin: Begin) -> None:
    play = begin("""
        state: {n: {range: [0, 9], start: 3}}
        facts: {F1: {text: Fact., source: s, standing: disputed}, F2: {text: Other., source: s, standing: memoir}}
        sources: {s: {title: S, kind: primary}}
        scenes:
          a: {text: A., basis: [F1, F2], next: b}
          b:
            title: "B {n}"
            text: B.
            choices:
              - {label: Follow., record: {followed: [F1, F2], note: "Note {n}."}, set: {n: 4}, stay: true}
              - {label: Depart., record: {departed: F1}, stay: true}
              - {label: Dispute., record: {disputed: F1}, stay: true}
              - {label: Invent., record: {invented: "Made up {n}."}, stay: true, choices: [{label: None.}]}
            next: end
        """)
    take(play, "continue", "follow", "depart", "dispute", "invent", "invent/none", "continue")
    found = [
        (d.step, d.scene, d.title.plain, d.label.plain, d.record, [f.id for f in d.facts], d.note.plain)
        for d in decisions(play)
    ]
    assert found == [
        (2, "b", "B 3", "Follow.", "followed", ["F1", "F2"], "Note 3."),
        (3, "b", "B 3", "Depart.", "departed", ["F1"], ""),
        (4, "b", "B 3", "Dispute.", "disputed", ["F1"], ""),
        (5, "b", "B 3", "Invent.", "invented", [], "Made up 4."),
        (6, "b", "B 3", "None.", None, [], ""),
    ]


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
