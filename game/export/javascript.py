"""Conditions, effects and inserts as JavaScript, written from the same checked terms that Python runs.

The surprising rule: nothing an author wrote stands in the program but names and words in quotes, as JSON writes them.
"""

import json

from game.prove.trees import walk_terms
from game.story.expressions import (
    MAX_OPENED,
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
    Variable,
    Visits,
)

MARK_ESCAPE = "\\ufdd0"  # what stands for an insert in a text is no character that HTML may contain
_SIGNS = {"==": "===", "!=": "!=="}


def quoted(data: object) -> str:
    """Data as JSON that can stand in a `script` element, or in a program: no `<` of its own is in it."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\ufdd0", MARK_ESCAPE)


class Functions:
    """The functions of a story, each once. The first is always true: it stands for a condition that is not there."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {"w => true": 0}
        self._definitions: dict[str, str] = {}

    def number(self, expression: Expression | None) -> int:
        """Where an expression stands among the functions."""
        if expression is None:
            return 0
        return self._numbers.setdefault(self._function(expression), len(self._numbers))

    def source(self) -> str:
        """JavaScript that declares the definitions, and `FUNCTIONS`, an array of functions of a session."""
        definitions = [f"const definition_{name} = {function};\n" for name, function in self._definitions.items()]
        functions = ",\n".join(self._numbers)
        return f"{''.join(definitions)}const FUNCTIONS = [\n{functions}\n];\n"

    def _function(self, expression: Expression) -> str:
        """An arrow function of a session. Definitions are called where they are named; where they would open too many
        others, each is computed once, before anything else."""
        ahead: dict[str, str] | None = {} if expression.opened > MAX_OPENED else None
        value = _Writer(self, ahead, exact=_is_large(expression.term)).write(expression.term)
        if not ahead:
            return f"w => {value}"
        lines = "".join(f"const d_{name} = {text}; " for name, text in ahead.items())
        return f"w => {{ {lines}return {value}; }}"

    def define(self, name: str, expression: Expression) -> str:
        if name not in self._definitions:
            function = self._function(expression)  # which defines those it names before it
            self._definitions[name] = function
        return f"definition_{name}(w)"


class _Writer:
    """Writes one expression. `ahead` receives the definitions to compute before it; if None, they are called. `exact`
    counts in integers of any size; else numbers are safe, for the checker keeps them below 10**15.
    """

    def __init__(self, functions: Functions, ahead: dict[str, str] | None, *, exact: bool) -> None:
        self.functions, self.ahead, self.exact = functions, ahead, exact

    def write(self, term: Term) -> str:
        match term:
            case Constant(value):
                return quoted(value)
            case Variable(name):
                return f"w.state.{name}"
            case Definition(name, expression):
                if self.ahead is None:
                    return self.functions.define(name, expression)
                if name not in self.ahead:
                    self.ahead[name] = self.write(expression.term)
                return f"d_{name}"
            case Seen(scene):
                return f"w.visits.has({quoted(scene)})"
            case Visits(scene):
                return f"(w.visits.get({quoted(scene)}) ?? 0)"
            case Chose(choice):
                return f"w.chosen.has({quoted(choice)})"
            case Here():
                return "w.place"
            case Not(inner):
                return f"!{self.write(inner)}"
            case Logic(every, terms):
                return f"({(' && ' if every else ' || ').join([self.write(t) for t in terms])})"
            case Compare(first, rest):
                return self._compare(first, rest)
            case Arithmetic(sign, left, right):
                a, b = self._number(left), self._number(right)
                helper = {"//": "quotient", "%": "modulo"}.get(sign)
                return f"{helper}({a}, {b})" if helper else f"({a} {sign} {b})"
            case Call("neg", terms):
                return f"(-{self._number(terms[0])})"
            case Call(function, terms):
                name = {"min": "least", "max": "greatest", "abs": "size"}[function]
                return f"{name}({', '.join([self._number(t) for t in terms])})"
            case Either(condition, then, otherwise):
                return f"({self.write(condition)} ? {self.write(then)} : {self.write(otherwise)})"

    def _number(self, term: Term) -> str:
        """An operand: a flag counts 0 or 1."""
        if isinstance(term, Constant) and type(term.value) is int:
            text = f"{term.value}n" if self.exact else str(term.value)
            return f"({text})" if term.value < 0 else text
        return f"{'BigInt' if self.exact else 'Number'}({self.write(term)})"

    def _compare(self, first: Term, rest: tuple[tuple[str, Term], ...]) -> str:
        """Of a chain every operand is computed once, before the first is compared."""
        if len(rest) == 1:
            return f"({self._pair(self.write(first), rest[0][0], self.write(rest[0][1]))})"
        names = [f"v{number}" for number in range(len(rest) + 1)]
        pairs = [self._pair(a, sign, b) for a, (sign, _), b in zip(names, rest, names[1:], strict=False)]
        values = [self.write(term) for term in (first, *(term for _, term in rest))]
        return f"(({', '.join(names)}) => {' && '.join(pairs)})({', '.join(values)})"

    def _pair(self, left: str, sign: str, right: str) -> str:
        if sign in ("in", "not in"):
            found = f"{right}.some(v => v {'==' if self.exact else '==='} {left})"
            return f"!{found}" if sign == "not in" else found
        return f"{left} {sign if self.exact else _SIGNS.get(sign, sign)} {right}"


def _is_large(term: Term) -> bool:
    """Whether it multiplies, and counts visits, of which nobody knows how many there will be: only an insert can."""
    kinds = {type(part) for part in walk_terms(term)}
    signs = {part.sign for part in walk_terms(term) if isinstance(part, Arithmetic)}
    return Visits in kinds and "*" in signs
