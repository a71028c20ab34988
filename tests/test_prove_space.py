"""The space of a story: what is live where, and how situations are packed."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from game.play.session import Session
from game.prove.code import Coder
from game.prove.explore import Verdict, prove
from game.prove.space import Space
from game.prove.trees import arrivals
from game.story.loader import load
from tests.random_stories import story_text
from tests.spaces import corpus, read, space_of


def live(space: Space, name: str) -> set[str]:
    """The names of what is read from a scene on, or from the nested choices of a choice, changed yet or not."""
    position = space.positions[space.menus[name] if "/" in name else space.pages[name]]
    return {key[1] for key in (*position.live, *position.fixed)}


# --- what is live ---------------------------------------------------------------------------------------------------


def test_what_is_read_only_before_a_scene_is_not_live_after_it(tmp_path: Path) -> None:
    space = Space(read(tmp_path, """
start: first
state: {early: false, late: false}
scenes:
  first: {text: A., choices: [{label: A., set: {early: true}, stay: true}, {label: B., go: second}]}
  second: {text: B., choices: [{label: A., when: early, set: {late: true}, go: third}, {label: B., go: third}]}
  third: {text: C., next: [{when: late, go: fourth}, {go: over}]}
  fourth: {text: D., next: over}
"""))  # fmt: skip
    assert live(space, "first") == {"early", "late", "first/a"}
    assert live(space, "second") == {"early", "late"}
    assert live(space, "third") == {"late"}
    assert live(space, "fourth") == live(space, "over") == set()
    assert space.dropped == ()


def test_what_no_way_has_changed_yet_takes_no_room(tmp_path: Path) -> None:
    space = Space(read(tmp_path, """
start: first
state: {asked: {range: [0, 2], start: 0, ask: "How many?"}, count: {range: [2, 9], start: 4}, never: true}
scenes:
  first: {text: A., choices: [{label: A., set: {count: count + 1}, go: second}, {label: B., when: asked > 1, go: over}]}
  second: {text: B., choices: [{label: A., when: count == 5 and never, go: over}, {label: B., go: over}]}
"""))  # fmt: skip
    first, second = (space.positions[space.pages[name]] for name in ("first", "second"))
    assert [key[1] for key in first.live] == ["asked"]
    assert [key[1] for key in first.fixed] == ["count", "never"]
    assert [key[1] for key in second.live] == ["count"]
    assert [key[1] for key in second.fixed] == ["never"]
    assert (first.size, second.size, space.dropped) == (3, 8, ())


@pytest.mark.parametrize(
    ("effect", "expected"),
    [("0", set()), ("2", set()), ("n + 1", {"n"}), ("max(1, min(n, 2))", {"n"}), ("0 if n > 1 else 1", {"n"})],
)
def test_a_variable_reset_before_it_is_read_is_not_live(tmp_path: Path, effect: str, expected: set[str]) -> None:
    space = Space(read(tmp_path, f"""
start: first
state: {{n: {{range: [0, 3], start: 3}}}}
scenes:
  first: {{text: A., choices: [{{label: A., set: {{n: n - 1}}, stay: true, once: false}}, {{label: B., go: second}}]}}
  second: {{text: B., next: third}}
  third: {{on_enter: {{n: "{effect}"}}, text: C., next: [{{when: n > 1, go: fourth}}, {{go: over}}]}}
  fourth: {{text: D., next: over}}
"""))  # fmt: skip
    assert live(space, "first") == live(space, "second") == expected
    assert live(space, "third") == {"n"}


def test_sides_of_set_that_nothing_reads_keep_nothing_alive(tmp_path: Path) -> None:
    space = Space(read(tmp_path, """
start: first
state: {a: {range: [0, 3], start: 0}, b: {range: [0, 3], start: 0}, c: {range: [0, 3], start: 0}}
scenes:
  first: {text: A., choices: [{label: A., set: {a: b, b: c}, go: second}]}
  second: {text: "{a} {c}", next: [{when: b > 1, go: third}, {go: over}]}
  third: {text: C., next: over}
"""))  # fmt: skip
    assert live(space, "first") == {"c"}
    assert live(space, "second") == {"b"}
    assert space.dropped == (("state", "a"),)


@pytest.mark.parametrize(
    ("claim", "everywhere", "at_the_end"),
    [("always: n >= 0", {"n"}, {"n"}), ("reachable: n == 2", {"n"}, {"n"}), ("every_ending: n >= 0", {"n"}, {"n"})],
)
def test_what_must_hold_reads_is_live(tmp_path: Path, claim: str, everywhere: set[str], at_the_end: set[str]) -> None:
    text = f"""
start: first
state: {{n: {{range: [0, 3], start: 0}}}}
must_hold: [{{{claim}}}]
scenes:
  first: {{text: A., choices: [{{label: A., set: {{n: n + 1}}, go: second}}]}}
  second: {{text: B., next: over}}
"""
    story = read(tmp_path, text)
    assert live(Space(story), "first") == live(Space(story), "second") == everywhere
    assert live(Space(story), "over") == at_the_end
    assert live(Space(story, must_hold=False), "second") == set()


def test_every_ending_keeps_alive_only_what_comes_to_an_ending_unchanged(tmp_path: Path) -> None:
    text = """
start: first
state: {n: {range: [0, 3], start: 0}}
must_hold: [{CLAIM: n < 3}]
scenes:
  first: {text: A., choices: [{label: A., set: {n: n + 1}, go: second}]}
  second: {text: B., next: third}
  third: {on_enter: {n: 1}, text: C., next: over}
"""
    ending = Space(read(tmp_path, text.replace("CLAIM", "every_ending")))
    assert [live(ending, name) for name in ("first", "second", "third", "over")] == [set(), set(), {"n"}, {"n"}]
    always = Space(read(tmp_path, text.replace("CLAIM", "always")))
    assert [live(always, name) for name in ("first", "second", "third", "over")] == [{"n"}] * 4


def test_nested_choices_and_interrupts_keep_what_they_read_alive(tmp_path: Path) -> None:
    space = Space(read(tmp_path, """
start: first
state: {key: false, alarm: false, coin: false}
interrupts: [{when: alarm, go: second}]
scenes:
  first:
    text: A.
    choices:
      - label: Door.
        id: door
        set: {coin: true}
        choices: [{label: Turn., when: key, once: true, go: over}, {label: Pay., set: {coin: false}, go: second}]
        go: second
      - {label: Key., set: {key: true, alarm: true}, stay: true}
  second: {text: B., choices: [{label: On., go: over}]}
"""))  # fmt: skip
    assert live(space, "first/door") == {"key", "alarm", "0", "first/door/turn"}
    assert live(space, "first") == {"key", "alarm", "0", "first/door/turn", "first/key"}
    assert live(space, "second") == {"alarm", "0"}
    assert space.dropped == (("state", "coin"),)


def test_what_the_first_scene_reads_on_entering_is_not_dropped(tmp_path: Path) -> None:
    text = """
start: first
state:
  pace: {one_of: [full, short], start: full, ask: "How long?"}
  n: {range: [0, 3], start: 0}
scenes:
  first: {on_enter: {n: 3 if pace == full else 0}, text: A., choices: [{label: A., when: n > 1, go: over}]}
"""
    story = read(tmp_path, text)
    space = Space(story)
    assert live(space, "first") == {"n"}
    assert space.dropped == ()
    assert list(space.starts()) == [{"pace": "full"}, {"pace": "short"}]
    assert prove(story).verdict is Verdict.REFUTED


def test_a_circle_keeps_alive_what_it_comes_back_to(tmp_path: Path) -> None:
    space = Space(read(tmp_path, """
start: first
state: {n: {range: [0, 3], start: 0}}
scenes:
  first: {text: A., choices: [{label: A., when: n > 2, go: over}, {label: B., go: second}]}
  second: {text: B., next: third}
  third: {on_enter: {n: n + 1}, next: first}
"""))  # fmt: skip
    assert [live(space, name) for name in ("first", "second", "third", "over")] == [{"n"}, {"n"}, {"n"}, set()]


# --- fields and positions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("conditions", "size"),
    [
        (["visits('yard') >= 3"], 5),
        (["visits('yard') == 1"], 3),
        (["7 > visits('yard')"], 9),
        (["visits('yard') in [2, 5]"], 7),
        (["0 < visits('yard') < 4"], 6),
        (["visits('yard') > 1", "visits('yard') < 6"], 8),
        (["seen('yard')"], 2),
        (["seen('yard')", "visits('yard') != 2"], 4),
    ],
)
def test_visits_count_to_just_above_the_largest_they_are_compared_with(
    tmp_path: Path, conditions: list[str], size: int
) -> None:
    choices = "".join(f'      - {{label: Go {n}., when: "{c}", go: over}}\n' for n, c in enumerate(conditions))
    text = f"""
start: hall
scenes:
  hall: {{text: A., next: yard}}
  yard:
    text: B.
    choices:
      - {{label: Walk., go: hall}}
{choices}"""
    story = read(tmp_path, text)
    space = Space(story)
    assert space.fields["visits", "yard"].size == size
    # one circle after another, the count stops at its top
    enter, walk = Coder(space, arrays=False).start(), Coder(space, arrays=False)
    position, state = enter([0] * len(space.fields))
    for visits in range(12):
        assert space.unpack(position, state)["visits", "yard"] == min(visits, size - 1)
        for name in ("hall", "yard"):
            assert position == space.pages[name]
            steps = walk.steps(space.positions[position])
            position, state = steps.takes[-1 if name == "hall" else 0](state)


def test_fields_are_only_what_something_asks_for(tmp_path: Path) -> None:
    space = Space(read(tmp_path, """
start: hall
state: {name: {text: you, ask: "Who?"}, lit: false, n: {range: [-3, 9], start: 2}, who: {one_of: [a, b, c], start: b}}
interrupts: [{when: seen('yard') and lit, go: yard}]
scenes:
  hall:
    text: "{name}"
    choices:
      - {label: Look., stay: true}
      - {label: Look on., stay: true, once: false}
      - {label: Once., once: true, go: yard}
      - {label: Ask., id: ask, go: yard}
      - {label: Leave., when: chose('hall/ask') and n > 0 and who == c, go: over}
  yard: {text: B., next: hall}
"""))  # fmt: skip
    found = {key: (f.size, f.low, f.words) for key, f in space.fields.items()}
    assert found == {
        ("state", "lit"): (2, 0, ()),
        ("state", "n"): (13, -3, ()),
        ("state", "who"): (3, 0, ("a", "b", "c")),
        ("visits", "yard"): (2, 0, ()),
        ("chosen", "hall/ask"): (2, 0, ()),
        ("chosen", "hall/look"): (2, 0, ()),
        ("chosen", "hall/once"): (2, 0, ()),
        ("fired", "0"): (2, 0, ()),
    }
    assert space.initial({}) == {("state", "lit"): 0, ("state", "n"): 5, ("state", "who"): 1}


def test_positions_are_pages_junctions_endings_and_menus(tmp_path: Path) -> None:
    space = Space(read(tmp_path, """
start: fork
state: {lit: false}
scenes:
  fork: {on_enter: {lit: true}, next: [{when: lit, go: hall}, {go: over}]}
  hall:
    text: A.
    choices: [{label: Ask., id: ask, choices: [{label: Why., id: why, choices: [{label: So., stay: true}]}]}]
    next: fork
  bare: {ending: {title: Bare}}
"""))  # fmt: skip
    kinds = {p.name: p.kind for p in space.positions}
    assert kinds == {
        "fork": "junction",
        "hall": "page",
        "bare": "ending",
        "over": "ending",
        "hall/ask": "menu",
        "hall/ask/why": "menu",
    }
    assert [p.index for p in space.positions] == list(range(len(space.positions)))
    options = {p.name: [o.id for o in p.options] for p in space.positions}
    assert options == {
        "fork": [""],
        "hall": ["hall/ask", "hall/continue"],
        "bare": [],
        "over": [],
        "hall/ask": ["hall/ask/why"],
        "hall/ask/why": ["hall/ask/why/so"],
    }
    ask = space.positions[space.pages["hall"]].options[0]
    assert {space.positions[p].name for p in arrivals(ask.tree)} == {"hall/ask", "fork"}


def test_a_junction_is_passed_at_once_and_is_no_situation(tmp_path: Path) -> None:
    text = "start: j0\nstate: {n: {range: [0, 9], start: 0}}\nscenes:\n"
    text += "".join(f"  j{i}: {{on_enter: {{n: n + 1}}, next: j{i + 1}}}\n" for i in range(5))
    text += "  j5: {next: [{when: n == 5, go: hall}, {go: over}]}\n  hall: {text: A., next: over}\n"
    story = read(tmp_path, text)
    proof = prove(story)
    assert (proof.situations, proof.depth, proof.verdict) == (2, 1, Verdict.PROVED)


def test_starts_are_in_the_order_of_the_questions_and_leave_out_what_nothing_tells_apart(tmp_path: Path) -> None:
    story = read(
        tmp_path,
        """
start: hall
state:
  idle: {one_of: [x, y], start: y, ask: "Which?"}
  pace: {one_of: [full, short], start: short, ask: "How long?"}
  name: {text: you, ask: "Who?"}
  party: {range: [-1, 1], start: 0, ask: "How many?"}
scenes:
  hall: {text: "{idle}", choices: [{label: A., when: pace == full or party > 0, go: over}, {label: B., go: over}]}
""",
    )
    pairs = [(pace, party) for pace in ("full", "short") for party in (-1, 0, 1)]
    assert list(Space(story).starts()) == [{"pace": pace, "party": party} for pace, party in pairs]
    assert Space(story).dropped == (("state", "idle"),)
    assert len(list(Space(story, reduce=False).starts())) == 12
    for answers in Space(story).starts():
        Session(story, answers)  # type: ignore[arg-type]  # and every one can be given


def test_without_reductions_everything_is_live_everywhere(tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    for seed in range(40):
        path.write_text(story_text(seed), encoding="utf-8")
        story = load(path).story
        if story is None:
            continue
        whole, reduced = Space(story, reduce=False), Space(story)
        for position, other in zip(whole.positions, reduced.positions, strict=True):
            assert position.live == tuple(whole.fields)
            assert [k for k in whole.fields if k in other.live] == list(other.live)


# --- packing --------------------------------------------------------------------------------------------------------


@given(data=st.data())
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_what_is_packed_is_unpacked_the_same(data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(corpus()) - 1))
    space = space_of(index, reduce=data.draw(st.booleans()))
    position = data.draw(st.sampled_from(space.positions))
    values = {key: data.draw(st.integers(0, space.fields[key].size - 1)) for key in position.live}
    state = space.pack(position.index, values)
    assert 0 <= state < position.size
    assert space.unpack(position.index, state) == values
    state = data.draw(st.integers(0, position.size - 1))
    assert space.pack(position.index, space.unpack(position.index, state)) == state


def test_the_mixed_radix_leaves_no_gap() -> None:
    for index in range(len(corpus())):
        for position in space_of(index, reduce=True).positions:
            sizes = [space_of(index, reduce=True).fields[key].size for key in position.live]
            strides = [*position.strides, position.size]
            assert strides[0] == 1
            assert [b // a for a, b in pairwise(strides)] == sizes
