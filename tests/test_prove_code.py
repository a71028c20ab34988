"""Generated code gives what expressions and assignments give."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from game.play.staging import stage
from game.prove.code import Coder
from game.prove.explore import Verdict, prove
from game.prove.space import Position, Space
from game.prove.trees import Key, walk_terms
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
from tests.spaces import corpus, read, space_of


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
