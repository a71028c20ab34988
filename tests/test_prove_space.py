"""The space of a story: what is live where, how situations are packed, and generated code against expressions."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from game.play.session import Session
from game.play.staging import stage
from game.prove.code import Coder
from game.prove.explore import Verdict, prove
from game.prove.space import Position, Space
from game.prove.trees import Key, arrivals, walk_terms
from game.story.expressions import (
    Arithmetic,
    Call,
    Chose,
    Compare,
    Constant,
    Definition,
    Either,
    Expression,
    Here,
    Kind,
    Logic,
    Not,
    Seen,
    Value,
    Variable,
    Visits,
)
from game.story.loader import load
from game.story.model import Story
from tests.random_stories import story_text

GOOD = Path(__file__).parent / "stories" / "good"
HEAD = "format: 1\nid: tale\ntitle: Tale\n"
OVER = "  over: {ending: {title: Over}, text: Over.}\n"


def read(folder: Path, text: str) -> Story:
    path = folder / "story.yaml"
    path.write_text(HEAD + text + OVER, encoding="utf-8")
    loaded = load(path)
    assert loaded.story is not None, loaded.errors
    return loaded.story


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


@cache
def corpus() -> tuple[Story, ...]:
    """The good stories, and random ones."""
    import tempfile

    found = [load(path).story for path in sorted(GOOD.iterdir()) if path.is_dir() or path.suffix == ".yaml"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "story.yaml"
        for seed in range(60):
            path.write_text(story_text(seed), encoding="utf-8")
            found.append(load(path).story)
    return tuple(story for story in found if story is not None)


@cache
def space_of(index: int, *, reduce: bool) -> Space:
    return Space(corpus()[index], reduce=reduce)


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


# --- generated code against expressions -----------------------------------------------------------------------------


@dataclass
class World:
    """A play as expressions see it."""

    place: str
    state: dict[str, Value] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)
    chosen: set[str] = field(default_factory=set)


def world(space: Space, position: Position, values: dict[Key, int]) -> World:
    """The world of stored values; a count of visits at its top stands for one that is larger still, too."""
    found = World(position.scene)
    for (kind, name), value in values.items():
        of = space.fields[kind, name]
        if kind == "state":
            is_flag = space.story.variables[name].kind is Kind.FLAG
            found.state[name] = bool(value) if is_flag else of.words[value] if of.words else value + of.low
        elif kind == "visits" and value:
            found.visits[name] = value if value < of.size - 1 else value + 5
        elif kind == "chosen" and value:
            found.chosen.add(name)
    return found


def comparable(space: Space, value: object) -> int:
    """A value as generated code gives it: words and scenes by their number."""
    return space_numbers(space)[value] if isinstance(value, str) else int(value)  # type: ignore[call-overload,no-any-return]


def space_numbers(space: Space) -> dict[str, int]:
    return Coder(space, arrays=False).numbers


def parts(expression: Expression) -> Iterator[tuple[str, object]]:
    for term in walk_terms(expression.term):
        yield type(term).__name__, term


def agree(space: Space, expressions: list[Expression], draw: random.Random, count: int) -> int:
    """Evaluates each expression in random situations of a few positions, in both modes and as the session does."""
    scalar, arrays = Coder(space, arrays=False), Coder(space, arrays=True)
    evaluated = 0
    for position in draw.sample(space.positions, min(3, len(space.positions))):
        states = [draw.randrange(position.size) for _ in range(count)]
        worlds = [world(space, position, space.unpack(position.index, s)) for s in states]
        for expression in expressions:
            one, many = scalar.condition(position, expression.term), arrays.condition(position, expression.term)
            expected = [comparable(space, expression(w)) for w in worlds]
            assert [int(one(s)) for s in states] == expected, expression.source
            found = many(np.array(states, dtype=np.int64))
            assert found.shape == (count,), expression.source
            assert [int(v) for v in found] == expected, expression.source
            evaluated += count
    return evaluated


def test_generated_code_gives_what_expressions_give_in_every_story() -> None:
    evaluated = 0
    for index, story in enumerate(corpus()):
        space = space_of(index, reduce=False)
        if max(p.size for p in space.positions) >= 2**62:
            continue
        expressions = [e for e in space.expressions() if e.type.kind is not Kind.TEXT]
        assert story.must_hold == space.must_hold
        evaluated += agree(space, expressions, random.Random(index), 12)
    assert evaluated > 30_000


FORMS = """
start: hall
state:
  n: {range: [-4, 5], start: 0}
  m: {range: [0, 6], start: 3}
  f: false
  g: true
  who: {one_of: [anna, boris, clara], start: boris}
  whom: {one_of: [clara, dora], start: dora}
define:
  both: f and g
  two_of: f + g + (n > 0) >= 2
  deep: two_of or both and not (two_of == both)
scenes:
  hall:
    text: A.
    choices:
      - {label: Look., id: look, stay: true}
CHOICES
      - {label: Leave., id: leave, go: over}
  yard: {text: B., next: hall}
"""
CONDITIONS = """
true|false|f|not f|both|deep|not deep|f and g|f or g or both|f and (g or not f) and deep
n == 2|n != 2|n < m|n <= m|n > m|n >= m|n < m < 5|0 <= n + m <= 6 < m * 3|n == m == 2|1 < 2|f == g|f != (n > 2)
n in [1, 2, 3]|n not in [-1, 0]|n + m in [3]|who in [anna, clara]|who not in [boris]|f + g in [0, 2]|who in ['clara']
who == anna|who == whom|whom != who|who == 'clara'|anna == who|(anna if f else clara) == who
(who if f else anna) == (whom if g else clara)|scene == hall|scene != yard|scene in [hall, yard]|scene == 'over'
seen('hall')|seen('yard') or f|visits('yard') >= 2|visits('yard') == 0|2 <= visits('hall') < 4|visits('yard') in [1, 3]
visits('hall') not in [2]|chose('hall/look')|not chose('hall/leave') and chose('hall/look')
n + m > 3|n - m < 0|n * m == 4|-n > 2|-(n + m) < -3|n // 2 == -2|n % 3 == 2|(n - 5) // 3 * 3 + (n - 5) % 3 == n - 5
f + g == 1|f - g < 0|f * 3 + g > 2|-f == -1|f // 2 == 0|g % 2 == 1|(n > 2) + (m > 2) == 2
2 * (f and g) == 2|1 + true == 2
min(n, m) == 0|max(n, m, 3) > 4|min(n, m, 1, -1, 2) < -2|abs(n) == abs(m)|abs(n - m) > 4|min(f, g) == 1|max(f, n) == 1
abs(f - g) == 1|min(n, f) + max(m, g) == 3|abs(-f) == 1|max(min(n, 3), min(m, 2), 1 + f) == 3
(n if f else m) > 2|(f if g else not f)|((n if f else 2) if g else m + 1) == 2
(f if n > 0 else g) and (n if f else m) < 4
(f if n > 2 else n > 0) + (1 if g else 2) == 2|(true if f else g)|(1 if f else 0) == g + 0|(2 if true else n) == 2
(0 <= (0 <= n + m <= 3) + m <= 4) or (n < (n < m) + 1 < 3) and f|(n + m in [1, 2, 3]) + (n * m in [0, 4]) == 1
"""


def forms(folder: Path) -> tuple[Space, list[Expression]]:
    sources = [c for line in CONDITIONS.strip().splitlines() for c in line.split("|")]
    choices = "\n".join(f'      - {{label: Go {n}., when: "{c}", go: yard}}' for n, c in enumerate(sources))
    story = read(folder, FORMS.replace("CHOICES", choices))
    found = [c.when for c in story.choices.values() if c.when is not None]
    assert len(found) == len(sources)
    return Space(story, reduce=False), found


def test_generated_code_gives_what_expressions_give_for_every_form(tmp_path: Path) -> None:
    space, expressions = forms(tmp_path)
    found = {name for e in expressions for name, _ in parts(e)}
    terms = [Constant, Variable, Definition, Seen, Visits, Chose, Here, Not, Logic, Compare, Arithmetic, Call, Either]
    assert found == {term.__name__ for term in terms}
    signs = {sign for e in expressions for t in walk_terms(e.term) if isinstance(t, Compare) for sign, _ in t.rest}
    assert signs == {"==", "!=", "<", "<=", ">", ">=", "in", "not in"}
    assert {t.sign for e in expressions for t in walk_terms(e.term) if isinstance(t, Arithmetic)} == set("+-*") | {
        "//",
        "%",
    }
    assert {t.function for e in expressions for t in walk_terms(e.term) if isinstance(t, Call)} == {
        "min",
        "max",
        "abs",
        "neg",
    }
    agree(space, expressions, random.Random(1), 400)


def test_generated_code_gives_what_an_assignment_gives(tmp_path: Path) -> None:
    effects = {
        "n": "m * 3 - 7|n + 1|-n|f + g|n // 2 % 3|5 if f else n - 9|min(m, f)|-9|(n > 2) * 3|(n if f else m)",
        "f": "not f|n > m|true|f if g else n > 0|who == anna|chose('hall/leave')|seen('yard')|two_of|true if f else g",
        "who": "anna|clara if f else boris|who if g else clara|'boris'|(anna if f else boris) if g else clara",
    }
    pairs = [(name, source) for name, sources in effects.items() for source in sources.split("|")]
    choices = "\n".join(f'      - {{label: Go {i}., set: {{{n}: "{s}"}}, go: yard}}' for i, (n, s) in enumerate(pairs))
    text = FORMS.replace("CHOICES", choices).replace("label: Leave., id: leave", "label: Leave., id: leave, when: both")
    story = read(tmp_path, text)
    space = Space(story, reduce=False)
    hall = space.positions[space.pages["hall"]]
    draw = random.Random(2)
    states = [draw.randrange(hall.size) for _ in range(300)]
    one, many = (Coder(space, arrays=arrays).steps(hall) for arrays in (False, True))
    for index, option in enumerate(hall.options):
        choice = story.choices[option.id]
        if not choice.set:
            continue
        ((target, rows, found),) = many.takes[index](np.array(states, dtype=np.int64))
        assert rows is None
        for state, result in zip(states, found, strict=True):
            assert one.takes[index](state) == (target, int(result))
            before, after = space.unpack(hall.index, state), space.unpack(target, int(result))
            play = world(space, hall, before)
            play.chosen.add(choice.id)
            assign = stage(story).choices[choice.id].assign
            assert assign is not None
            assign(play)
            for assignment in choice.set:
                key = ("state", assignment.variable)
                assert after.pop(key) == space.stored(key, play.state[assignment.variable]), (choice.set, play)
                before.pop(key)
            marks = {("visits", "yard"), ("chosen", choice.id)}
            assert {k: v for k, v in after.items() if k not in marks} == {
                k: v for k, v in before.items() if k not in marks
            }


def chain(inner: str, levels: int, form: str) -> str:
    for _ in range(levels):
        inner = form.replace("X", inner)
    return inner


@pytest.mark.parametrize(
    "source",
    [
        chain("n", 18, "(0 <= X <= 3) + 1"),
        chain("n", 18, "(X in [0, 1]) + 1"),
        chain("n", 16, "(X not in [0, 1]) + 1"),
        chain("n", 34, "-(X)"),
        chain("n", 34, "(X + 1)"),
        chain("n", 18, "abs(X - 3)"),
        chain("n", 18, "(m if X > 2 else n)"),
        f"min({', '.join(['n', 'm'] * 120)})",
        chain("n", 30, "max(X, m, 1)"),
    ],
)
def test_expressions_as_deep_as_they_may_be_are_no_trouble(tmp_path: Path, source: str) -> None:
    below = "f"
    definitions = []
    for level in range(3):  # definitions are written out where they are used
        definitions.append(f'  d{level}: "({source} + {below} > 1) == g"\n')
        below = f"d{level}"
    text = FORMS.replace("define:\n", "define:\n" + "".join(definitions))
    text = text.replace("CHOICES", "      - {label: Go., id: go_on, when: d2, go: yard}")
    story = read(tmp_path, text)
    when = story.choices["hall/go_on"].when
    assert when is not None
    agree(Space(story, reduce=False), [when], random.Random(3), 100)
    assert prove(story).verdict is prove(story, small=0).verdict is Verdict.PROVED


def test_definitions_that_use_others_twice_do_not_double_at_each_level(tmp_path: Path) -> None:
    """2 ** 30 terms if written out wherever they are named: neither the proof nor the session may do that."""
    diamonds = "".join(f"  d{n}: d{n - 1} == (d{n - 1} and n != {n % 4})\n" for n in range(1, 31))
    text = FORMS.replace("define:\n", "define:\n  d0: n > 1\n" + diamonds)
    text = text.replace("CHOICES", "      - {label: Go., id: go_on, when: d30, set: {f: d29}, go: yard}")
    story = read(tmp_path, text)
    go = story.choices["hall/go_on"]
    assert go.when is not None
    agree(Space(story, reduce=False), [go.when, go.set[0].value], random.Random(4), 100)
    assert prove(story).verdict is prove(story, small=0).verdict is Verdict.PROVED
