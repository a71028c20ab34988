"""Conditions and effects in plain words, for people who read a story and not its YAML."""

from collections.abc import Iterator

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
    Term,
    Value,
    Variable,
    Visits,
)
from game.story.model import Assignment, Story
from game.story.model import Variable as Declared
from game.story.text import Template

_ORDER = {
    "==": "is",
    "!=": "is not",
    "<": "is below",
    "<=": "is at most",
    ">": "is above",
    ">=": "is at least",
    "in": "is",
    "not in": "is not",
}
_TURNED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_SIGNS = {"+": "plus", "-": "less", "*": "times", "//": "divided by", "%": "modulo"}
_FUNCTIONS = {"min": "the smallest of", "max": "the largest of", "abs": "the size of", "neg": "minus"}


class Wording:
    """Says a story's expressions in words: labels for variables, titles for scenes, labels for choices."""

    def __init__(self, story: Story) -> None:
        self.story = story

    def condition(self, expression: Expression) -> str:
        """What must be so, as what follows "if"."""
        return self._true(expression.term)

    def value(self, expression: Expression) -> str:
        return self._value(expression.term)

    def effects(self, assignments: tuple[Assignment, ...]) -> list[str]:
        """What each assignment does, a phrase each."""
        return [self._effect(a) for a in assignments]

    def scene(self, scene_id: str) -> str:
        """The scene's title, or its id where it has none."""
        return _quoted(self.story.scenes[scene_id].title, scene_id)

    def name(self, variable: str) -> str:
        return self.story.variables[variable].label or variable.replace("_", " ")

    # --- truth

    def _true(self, term: Term, *, holds: bool = True) -> str:
        match term:
            case Not(inner):
                return self._true(inner, holds=not holds)
            case Logic(every, terms):
                return self._logic(every if holds else not every, terms, holds=holds)
            case Variable(name):
                return f"{self.name(name)} is {'so' if holds else 'not so'}"
            case Definition(name):
                return f"{name.replace('_', ' ')} is {'so' if holds else 'not so'}"
            case Seen(scene):
                return f"{self.scene(scene)} has {'' if holds else 'not '}been visited"
            case Chose(choice):
                return f"{_quoted(self.story.choices[choice].label, choice)} was {'' if holds else 'not '}chosen"
            case Compare(first, rest):
                said = " and ".join(self._pairs(first, rest))
                return said if holds else f"it is not so that {said}"
            case Constant(value):
                return ("always" if value else "never") if holds else ("never" if value else "always")
            case Either(condition, then, otherwise):
                said = f"{self._true(then)} (or, unless {self._true(condition)}, {self._true(otherwise)})"
                return said if holds else f"it is not so that {said}"
        return f"{self._value(term)} is {'not ' if holds else ''}0"

    def _logic(self, every: bool, terms: tuple[Term, ...], *, holds: bool) -> str:
        parts = []
        for term in terms:
            said = self._true(term, holds=holds)
            mixed = isinstance(term, Logic) and (term.every if holds else not term.every) is not every
            parts.append(f"({said})" if mixed else said)
        return (" and " if every else " or ").join(parts)

    def _pairs(self, first: Term, rest: tuple[tuple[str, Term], ...]) -> Iterator[str]:
        left = first
        for sign, right in rest:
            yield self._pair(left, sign, right)
            left = right

    def _pair(self, left: Term, sign: str, right: Term) -> str:
        if isinstance(left, Constant) and not isinstance(right, Constant) and sign in _TURNED:
            return self._pair(right, _TURNED[sign], left)
        if isinstance(left, Visits):
            return f"the visits to {self.scene(left.scene)} {_number(sign)} {self._value(right)}"
        if isinstance(left, Here):
            return f"the scene {_ORDER[sign]} {self._listed(right, None)}"
        variable = self.story.variables.get(left.name) if isinstance(left, Variable) else None
        said = f"{self._value(left)} {_ORDER[sign]} {self._listed(right, variable)}"
        hint = self._bands(variable, sign, right)
        return f"{said} ({hint})" if hint else said

    def _bands(self, variable: Declared | None, sign: str, right: Term) -> str:
        """What a player reads where a number meets a comparison."""
        if variable is None or not variable.bands or not isinstance(right, Constant) or isinstance(right.value, tuple):
            return ""
        at = int(right.value)
        tests = {
            "==": lambda n: n == at,
            "!=": lambda n: n != at,
            "<": lambda n: n < at,
            "<=": lambda n: n <= at,
            ">": lambda n: n > at,
            ">=": lambda n: n >= at,
        }
        if sign not in tests:
            return ""
        words = dict.fromkeys(variable.shown(n) for n in range(variable.low, variable.high + 1) if tests[sign](n))
        return " or ".join(words)

    def _listed(self, term: Term, variable: Declared | None) -> str:
        if isinstance(term, Constant):
            values = term.value if isinstance(term.value, tuple) else (term.value,)
            return " or ".join(self._constant(value, variable) for value in values)
        return self._value(term)

    def _constant(self, value: Value, variable: Declared | None) -> str:
        if variable is not None and str(value) in variable.words:
            return variable.words[str(value)]
        if isinstance(value, bool):
            return "so" if value else "not so"
        if isinstance(value, str) and value in self.story.scenes:
            return self.scene(value)
        return str(value)

    # --- values

    def _value(self, term: Term) -> str:
        match term:
            case Constant(value):
                return " or ".join(map(str, value)) if isinstance(value, tuple) else self._constant(value, None)
            case Variable(name):
                return self.name(name)
            case Definition(name):
                return name.replace("_", " ")
            case Arithmetic(sign, left, right):
                return f"{self._value(left)} {_SIGNS[sign]} {self._value(right)}"
            case Call(function, terms):
                return f"{_FUNCTIONS[function]} {' and '.join(self._value(t) for t in terms)}"
            case Either(condition, then, otherwise):
                return f"{self._value(then)} if {self._true(condition)}, else {self._value(otherwise)}"
            case Visits(scene):
                return f"the visits to {self.scene(scene)}"
            case Here():
                return "the scene"
        return self._true(term)

    def _effect(self, assignment: Assignment) -> str:
        variable = self.story.variables[assignment.variable]
        name, term = self.name(variable.id), assignment.value.term
        match term:
            case Constant(value) if variable.kind is Kind.FLAG:
                return f"{name}: {'so' if value else 'not so'}"
            case Constant(value):
                return f"{name} becomes {self._constant(value if not isinstance(value, tuple) else value[0], variable)}"
            case Arithmetic("+" | "-" as sign, Variable(same), Constant(value)) if same == variable.id:
                return f"{name} {'rises' if sign == '+' else 'falls'} by {value}"
        return f"{name} becomes {self._value(term)}"


def _quoted(text: Template, otherwise: str) -> str:
    """A title or label in quotation marks; the id where it has none, or one that changes."""
    words = text.constant
    return f"\u201c{words.plain}\u201d" if words else otherwise


def _number(sign: str) -> str:
    return {"==": "are", "!=": "are not", "<": "are below", "<=": "are at most", ">": "are above"}.get(
        sign, "are at least"
    )
