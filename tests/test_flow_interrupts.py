"""When an interrupt takes the place of a scene."""

from tests.flow import Begin, take


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
