"""What is offered: spent, locked and hidden choices, Continue, ways on, and pages that are stuck."""

import pytest

from game.errors import PlayError
from tests.flow import LOCKED, SPENT, Begin, offered, take


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
