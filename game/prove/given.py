"""A story with some of its questions answered beforehand: what the answers decide is decided, and what can then no
longer be met is left out. So the space of a short telling is not that of the long one.

The surprising rule: a page stays a page. Where nothing of its text or choices is left, something is kept, since a scene
without either is a junction.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, cast

from game.prove.trees import walk_terms
from game.story.diagnostics import Location
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
    Logic,
    Not,
    Seen,
    Term,
    Value,
    Variable,
    Visits,
    World,
    compile_term,
)
from game.story.model import By, Choice, Interrupt, Once, Scene, Story, Way, When
from game.story.text import NO_TEXT

TRUE, FALSE = Constant(value=True), Constant(value=False)


def given(story: Story, answers: Mapping[str, Value]) -> Story:
    """The same story for the plays that begin with these answers, its variables and definitions all there."""
    variables = {n: replace(v, start=answers[n], ask="") if n in answers else v for n, v in story.variables.items()}
    story = replace(story, variables=variables)
    while True:
        less = _Fold(story).story()
        if (len(less.scenes), len(less.choices)) == (len(story.scenes), len(story.choices)):
            return less
        story = less


@dataclass(frozen=True, slots=True)
class _Fold:
    """One pass: variables that nothing assigns are what they start as; scenes and choices that are gone, not met."""

    of: Story

    def story(self) -> Story:
        story = self.of
        assigned = {a.variable for s in story.scenes.values() for a in s.on_enter}
        assigned |= {a.variable for c in story.choices.values() for a in c.set}
        known = {v.id: Constant(v.start) for v in story.variables.values() if not v.ask and v.id not in assigned}
        folder = _Folder(known, story)
        scenes = {name: folder.scene(scene) for name, scene in story.scenes.items()}
        interrupts = tuple(folder.each(story.interrupts))
        met = _met(scenes, [story.start, *(i.go for i in interrupts)])
        scenes = {name: scene for name, scene in scenes.items() if name in met}
        choices = {c.id: c for scene in scenes.values() for c in _all(scene.choices)}
        whole = replace(story, scenes=scenes, choices=choices, interrupts=interrupts)
        return replace(
            whole,
            chapters={n: replace(c, card=folder.value(c.card)) for n, c in story.chapters.items()},
            toll=tuple(folder.each(story.toll)),
            debrief=folder.value(story.debrief),
        )


def _all(choices: Iterable[Choice]) -> Iterator[Choice]:
    for choice in choices:
        yield choice
        yield from _all(choice.choices)


def _met(scenes: Mapping[str, Scene], begin: list[str]) -> set[str]:
    met: set[str] = set()
    waiting = begin
    while waiting:
        name = waiting.pop()
        if name not in met:
            met.add(name)
            waiting += [way.go for way in scenes[name].next]
            waiting += [choice.go for choice in _all(scenes[name].choices) if choice.go]
    return met


@dataclass(frozen=True, slots=True)
class _Folder:
    known: Mapping[str, Constant]
    of: Story

    # --- whatever holds expressions

    def scene(self, scene: Scene) -> Scene:
        less: Scene = self.value(scene)
        ways = []
        for way in less.next:
            ways.append(way)
            if way.when is None:
                break
        if scene.is_junction or less.text or less.choices:
            return replace(less, next=tuple(ways))
        return replace(less, text=(NO_TEXT,), next=tuple(ways))

    def value(self, node: Any) -> Any:
        """A part of a story, folded; equal and the same object where nothing changes."""
        if isinstance(node, Expression):
            return self.expression(node)
        if isinstance(node, tuple):
            return node if isinstance(node, Location) else tuple(self.each(node))
        if isinstance(node, Mapping):
            return {key: self.value(part) for key, part in node.items()}
        if is_dataclass(node) and not isinstance(node, type):
            parts = {f.name: getattr(node, f.name) for f in fields(node) if f.init}
            changed = {name: new for name, old in parts.items() if (new := self.value(old)) is not old}
            return replace(cast("Any", node), **changed) if changed else node
        return node

    def each(self, nodes: Iterable[Any]) -> Iterator[Any]:
        """The parts that can still be met. Blocks that are decided give what they decide on."""
        for node in nodes:
            part = self.value(node)
            match part:
                case When(Expression(term=Constant(value)), body, otherwise):
                    yield from body if value else otherwise
                case By(Expression(term=Constant(value)), cases, otherwise):
                    yield from cases.get(cast("Value", value), otherwise)
                case Once(()):
                    pass
                case Choice() | Way() | Interrupt() if part.when is not None and part.when.term == FALSE:
                    pass
                case Choice() | Way() if part.when is not None and part.when.term == TRUE:
                    yield replace(part, when=None)
                case _ if getattr(part, "when", None) is not None and part.when.term == FALSE:  # of a toll
                    pass
                case _:
                    yield part

    # --- expressions

    def expression(self, expression: Expression) -> Expression:
        term = self.term(expression.term)
        if term == expression.term:
            return expression
        return replace(expression, term=term, reads=frozenset(_reads(term)), run=None)

    def term(self, term: Term) -> Term:
        match term:
            case Variable(name):
                return self.known.get(name, term)
            case Definition(_, expression):
                inner = self.expression(expression)
                return inner.term if isinstance(inner.term, Constant) else replace(term, expression=inner)
            case Seen(scene):
                return term if scene in self.of.scenes else FALSE
            case Visits(scene):
                return term if scene in self.of.scenes else Constant(0)
            case Chose(choice):
                return term if choice in self.of.choices else FALSE
            case Either(condition, then, otherwise):
                test = self.term(condition)
                if isinstance(test, Constant):
                    return self.term(then if test.value else otherwise)
                return Either(test, self.term(then), self.term(otherwise))
            case Logic(every, terms):
                return _logic(every, [self.term(part) for part in terms])
            case Not(inner):
                return _worked_out(Not(self.term(inner)))
            case Compare(first, rest):
                return _worked_out(Compare(self.term(first), tuple((sign, self.term(part)) for sign, part in rest)))
            case Arithmetic(sign, left, right):
                return _worked_out(Arithmetic(sign, self.term(left), self.term(right)))
            case Call(function, terms):
                return _worked_out(Call(function, tuple(self.term(part) for part in terms)))
        return term


def _logic(every: bool, terms: list[Term]) -> Term:
    open_ = [part for part in terms if not isinstance(part, Constant)]
    if any(isinstance(part, Constant) and bool(part.value) is not every for part in terms):
        return Constant(not every)
    if not open_:
        return Constant(every)
    return open_[0] if len(open_) == 1 else Logic(every, tuple(open_))


def _worked_out(term: Term) -> Term:
    """The value of a term whose parts are all known, else the term."""
    inner = list(walk_terms(term))
    if any(isinstance(part, Variable | Definition | Seen | Visits | Chose | Here) for part in inner):
        return term
    return Constant(compile_term(term)(cast("World", None)))  # which nothing in it asks


def _reads(term: Term) -> Iterator[tuple[str, str]]:
    for part in walk_terms(term):
        match part:
            case Variable(name):
                yield "state", name
            case Seen(scene):
                yield "seen", scene
            case Visits(scene):
                yield "visits", scene
            case Chose(choice):
                yield "chose", choice
            case Here():
                yield "scene", ""
