"""Conditions, effects and {inserts}, a small subset of Python, as terms; and what runs them.

The surprising rule: no text of an author is ever evaluated. `expression_parser` turns it into terms of our own; the
first time a term is asked for its value, Python is written from it and compiled.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import Any, NamedTuple, Protocol

from game.record import record

Value = bool | int | str
Run = Callable[["World"], Value]
Assign = Callable[["World"], None]

MAX_OPENED = 50  # definitions that call each other; where it would be more, each is computed once


class World(Protocol):
    """What an expression can ask about: the play as it stands."""

    state: dict[str, Value]
    visits: dict[str, int]
    chosen: set[str]
    place: str


# --- types ---------------------------------------------------------------------------------------------------------


class Kind(Enum):
    FLAG = "a flag"
    NUMBER = "a number"
    WORD = "a word"
    SCENE = "a scene"
    TEXT = "text"
    LITERAL = "a name"  # a bare or quoted word, which takes its meaning from what it meets
    ANY = "anything"  # of a declaration that is itself in error: never a second problem


class Type(NamedTuple):
    """`words` are the values a WORD or LITERAL can have; `low` and `high` bound a NUMBER, both included."""

    kind: Kind
    words: frozenset[str] = frozenset()
    low: float = -math.inf
    high: float = math.inf


FLAG = Type(Kind.FLAG)
ANY = Type(Kind.ANY)


@record
class Names:
    """Everything an expression may name. A scene or choice is known by its id alone."""

    variables: Mapping[str, Type]
    definitions: Mapping[str, "Expression"]
    scenes: Mapping[str, object]
    choices: Mapping[str, str]
    words: frozenset[str]


# --- terms ---------------------------------------------------------------------------------------------------------


@record
class Constant:
    value: Value | tuple[Value, ...]


@record
class Variable:
    name: str


@record
class Definition:
    name: str
    expression: "Expression"


@record
class Seen:
    scene: str


@record
class Visits:
    scene: str


@record
class Chose:
    choice: str


@record
class Here:
    """The scene the player is in."""


@record
class Not:
    term: "Term"


@record
class Logic:
    every: bool  # `and`, else `or`
    terms: tuple["Term", ...]


@record
class Compare:
    first: "Term"
    rest: tuple[tuple[str, "Term"], ...]


@record
class Arithmetic:
    sign: str
    left: "Term"
    right: "Term"


@record
class Call:
    function: str
    terms: tuple["Term", ...]


@record
class Either:
    condition: "Term"
    then: "Term"
    otherwise: "Term"


Term = (
    Constant | Variable | Definition | Seen | Visits | Chose | Here | Not | Logic | Compare | Arithmetic | Call | Either
)


@dataclass(slots=True)
class Expression:
    """A checked expression. `reads` names what its value depends on: ("state", name), ("seen", scene), ("visits",
    scene), ("chose", choice) or ("scene", ""), through definitions too. Calling it with a world gives its value.
    """

    source: str
    term: Term
    type: Type
    reads: frozenset[tuple[str, str]]
    uses: frozenset[str] = frozenset()  # the definitions it names
    depth: int = 0  # of its terms, those of definitions included
    opened: int = 0  # definitions it comes upon when every one is opened wherever it is named
    run: Run | None = field(default=None, repr=False, compare=False)

    def __call__(self, world: World) -> Value:
        if self.run is None:
            self.run = compile_term(self.term, once=self.opened > MAX_OPENED)
        return self.run(world)

    def __reduce__(self) -> tuple[object, ...]:
        """For other processes, which compile it again: functions can't be sent."""
        return Expression, (self.source, self.term, self.type, self.reads, self.uses, self.depth, self.opened)


# --- running -------------------------------------------------------------------------------------------------------


def compile_term(term: Term, *, once: bool = False) -> Run:
    """A function of the world that gives the term's value: Python written here, node by node, and compiled.

    Definitions are called where they are named; if `once`, each is computed once, before anything else.
    """
    names: dict[str, object] = {}
    run: Run = _compiled(f"lambda w: {_computed(term, names, once=once)}", names)
    return run


def compile_assignments(assignments: Sequence[tuple[str, Expression, tuple[int, int] | None]]) -> Assign:
    """A function that assigns to variables of the world: every value from the state before, then all at once. A number
    is cut to its bounds, both included.
    """
    names: dict[str, object] = {}
    pairs = []
    for name, expression, bounds in assignments:
        value = _computed(expression.term, names, once=expression.opened > MAX_OPENED)
        if bounds is not None:
            low, high = bounds
            value = f"{low} if (v := int({value})) < {low} else {high} if v > {high} else v"
        pairs.append(f"{name!r}: {value}")
    assign: Assign = _compiled(f"lambda w: w.state.update({{{', '.join(pairs)}}})", names)
    return assign


_FUNCTIONS = {"__builtins__": {}, "min": min, "max": max, "abs": abs, "int": int}


def _compiled(source: str, definitions: dict[str, object]) -> Any:
    """What is written here, nothing an author wrote: see `_python`."""
    return eval(source, {**_FUNCTIONS, **definitions} if definitions else _FUNCTIONS)  # noqa: S307


def _computed(term: Term, names: dict[str, object], *, once: bool) -> str:
    """A whole term as Python; `names` receives the definitions it calls, none if `once`."""
    ahead: dict[str, str] | None = {} if once else None
    value = _python(term, names, ahead)
    if ahead:
        value = f"({', '.join(f'd_{name} := {text}' for name, text in ahead.items())}, {value})[-1]"
    return value


def _python(term: Term, names: dict[str, object], ahead: dict[str, str] | None) -> str:
    """A term as Python. `ahead` receives the definitions to compute before it, in their order; if None, `names`
    receives those it calls.
    """
    write = partial(_python, names=names, ahead=ahead)
    match term:
        case Constant(value):
            return repr(value)
        case Variable(name):
            return f"w.state[{name!r}]"
        case Definition(name, expression):
            if ahead is not None:
                if name not in ahead:
                    ahead[name] = write(expression.term)
                return f"d_{name}"
            called = f"definition_{len(names)}"
            names[called] = expression
            return f"{called}(w)"
        case Seen(scene):
            return f"({scene!r} in w.visits)"
        case Visits(scene):
            return f"w.visits.get({scene!r}, 0)"
        case Chose(choice):
            return f"({choice!r} in w.chosen)"
        case Here():
            return "w.place"
        case Not(inner):
            return f"(not {write(inner)})"
        case Logic(every, terms):
            return f"({(' and ' if every else ' or ').join([write(t) for t in terms])})"
        case Compare(first, rest):
            steps = [f"{sign} {write(other)}" for sign, other in rest]
            return f"({write(first)} {' '.join(steps)})"
        case Arithmetic(sign, left, right):
            return f"({write(left)} {sign} {write(right)})"
        case Call("neg", terms):
            return f"(-{write(terms[0])})"
        case Call(function, terms):
            # int: the least of some flags is a number
            return f"int({function}({', '.join([write(t) for t in terms])}))"
        case Either(condition, then, otherwise):
            return f"({write(then)} if {write(condition)} else {write(otherwise)})"
