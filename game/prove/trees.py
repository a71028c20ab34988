"""Steps as trees: from a choice to where it arrives, with the tests and effects on the way, and what they read.

The surprising rule: the leaves are terms that the story language has checked; nothing is interpreted here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from game.story.diagnostics import Location
from game.story.expressions import (
    Arithmetic,
    Call,
    Chose,
    Compare,
    Definition,
    Either,
    Logic,
    Not,
    Seen,
    Term,
    Variable,
    Visits,
)

Key = tuple[str, str]  # ("state", variable), ("chosen", choice), ("visits", scene) or ("fired", index)


@dataclass(frozen=True, slots=True)
class Arrive:
    position: int


@dataclass(frozen=True, slots=True)
class Test:
    """`condition` is evaluated in scene `here`; `unfired` and `offered` are further conditions, where given."""

    then: "Tree"
    otherwise: "Tree"
    here: str
    condition: Term | None = None
    unfired: Key | None = None
    offered: tuple["Guard", ...] = ()


@dataclass(frozen=True, slots=True)
class Effects:
    """Terms assigned together from the state before, with where each is written; or marks set to 1; or a visit
    counted.
    """

    then: "Tree"
    here: str
    assigns: tuple[tuple[Key, Term], ...] = ()
    written: tuple[Location, ...] = ()
    marks: tuple[Key, ...] = ()
    visit: Key | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """Notes which goals are met here. What is in `reads` is kept alive for it; a goal that reads more can be blind."""

    then: "Tree"
    here: str
    seeks: tuple["Seek", ...]
    reads: frozenset[Key]


Tree = Arrive | Test | Effects | Watch


@dataclass(frozen=True, slots=True)
class Guard:
    """When a choice is offered: `when` holds, and `spent` (its mark, if taking it spends it) is not set."""

    when: Term | None
    spent: Key | None


@dataclass(frozen=True, slots=True)
class Seek:
    """The goal of a number is met where the guard holds."""

    goal: int
    guard: Guard


def walk_terms(term: Term) -> Iterator[Term]:
    """The term and everything in it, definitions opened, each once."""
    stack: list[Term] = [term]
    opened: set[str] = set()
    while stack:
        current = stack.pop()
        yield current
        match current:
            case Definition(name, expression) if name not in opened:
                opened.add(name)
                stack.append(expression.term)
            case Not(inner):
                stack.append(inner)
            case Logic(_, terms) | Call(_, terms):
                stack += terms
            case Compare(first, rest):
                stack += [first, *(t for _, t in rest)]
            case Arithmetic(_, left, right):
                stack += [left, right]
            case Either(condition, then, otherwise):
                stack += [condition, then, otherwise]


def reads(term: Term | None) -> frozenset[Key]:
    """The fields a term's value depends on."""
    found: set[Key] = set()
    for part in walk_terms(term) if term is not None else ():
        match part:
            case Variable(name):
                found.add(("state", name))
            case Seen(scene) | Visits(scene):
                found.add(("visits", scene))
            case Chose(choice):
                found.add(("chosen", choice))
    return frozenset(found)


def guard_reads(guard: Guard) -> frozenset[Key]:
    spent = frozenset([guard.spent]) if guard.spent else frozenset()
    return reads(guard.when) | spent


def arrivals(tree: Tree) -> Iterator[int]:
    """Every position a tree can end in."""
    match tree:
        case Arrive(position):
            yield position
        case Test():
            yield from arrivals(tree.then)
            yield from arrivals(tree.otherwise)
        case Effects() | Watch():
            yield from arrivals(tree.then)
