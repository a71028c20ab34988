"""Names and expressions as ink has them.

The surprising rule: flags and tests are made numbers before anything reckons with them, and division is written out, so
that no difference between ink's implementations shows.
"""

import re
from collections.abc import Iterator

from game.story.expressions import (
    Arithmetic,
    Call,
    Chose,
    Compare,
    Constant,
    Definition,
    Either,
    Here,
    Kind,
    Logic,
    Not,
    Seen,
    Term,
    Value,
    Visits,
)
from game.story.expressions import Variable as Read
from game.story.model import Story, Variable

RESERVED = frozenset(
    "not and or mod has hasnt true false return else temp function ref const var list external include end done todo "
    "start options int float floor ceiling pow min max random seed_random choice_count turns turns_since read_count "
    "list_value list_count list_all list_min list_max list_range list_invert list_random once cycle shuffle "
    "stopping".split()
)
HELPERS = """
=== function st_number(st_x) ===
{ st_x:
  ~ return 1
}
~ return 0

=== function st_pick(st_if, st_x, st_y) ===
{ st_if:
  ~ return st_x
}
~ return st_y

=== function st_cut(st_x, st_low, st_high) ===
~ return MAX(st_low, MIN(st_x, st_high))

=== function st_abs(st_x) ===
~ return MAX(st_x, 0 - st_x)

=== function st_mod(st_x, st_y) ===
~ return ((st_x mod st_y) + st_y) mod st_y

=== function st_div(st_x, st_y) ===
~ return (st_x - st_mod(st_x, st_y)) / st_y
"""


class Names:
    """An ink name for everything: the id itself where it can be. Ours begin with a space, as no id does.

    `counters` are the names of what counts visits and choices, `asked` those of them, and others that begin at 0, whose
    value something asks for.
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self.counters: set[str] = set()
        self.asked: set[str] = set()

    def __getitem__(self, key: str) -> str:
        if key not in self._names:
            name = key if key[0] != " " else f"st_{key[1:].replace(' ', '_')}"
            name = re.sub(r"\W", "_", name, flags=re.ASCII)
            if name.lower() in RESERVED or (key[0] != " " and name.startswith("st_")):
                name = f"its_{name}"
            taken = set(self._names.values())
            while name in taken:
                name += "_"
            self._names[key] = name
        return self._names[key]

    def ask(self, name: str) -> str:
        self.asked.add(name)
        return name

    def visits(self, scene: str) -> str:
        return self._counter(f" visits {scene}")

    def chose(self, choice: str) -> str:
        return self._counter(f" chose {choice}")

    def _counter(self, key: str) -> str:
        self.counters.add(self[key])
        return self[key]


class Terms:
    """Expressions of a story in ink. All that they call is in `functions` and HELPERS."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.names = Names()
        for name in (*story.variables, *story.scenes, *story.definitions):
            self.names[name]
        self._shown: dict[str, Variable] = {}

    def write(self, term: Term) -> str:
        match term:
            case Constant(value):
                assert not isinstance(value, tuple)
                return self.constant(value)
            case Read(name):
                return self.names[name]
            case Definition(name):
                return f"{self.names[name]}()"
            case Seen(scene):
                return f"({self.names.ask(self.names.visits(scene))} > 0)"
            case Visits(scene):
                return self.names.ask(self.names.visits(scene))
            case Chose(choice):
                return f"({self.names.ask(self.names.chose(choice))} > 0)"
            case Here():
                return self.names[" here"]
            case Not(inner):
                return f"(not {self.write(inner)})"
            case Logic(every, terms):
                # `or`, for within a text `|` begins another alternative
                return f"({(' && ' if every else ' or ').join(map(self.write, terms))})"
            case Compare(first, rest):
                return self._compare(first, rest)
            case Arithmetic("//" | "%" as sign, left, right):
                return f"{'st_div' if sign == '//' else 'st_mod'}({self.number(left)}, {self.number(right)})"
            case Arithmetic(sign, left, right):
                return f"({self.number(left)} {sign} {self.number(right)})"
            case Call("neg", terms):
                return f"(0 - {self.number(terms[0])})"
            case Call("abs", terms):
                return f"st_abs({self.number(terms[0])})"
            case Call(function, terms):
                said = self.number(terms[-1])
                for other in reversed(terms[:-1]):
                    said = f"{function.upper()}({self.number(other)}, {said})"
                return said
            case Either(condition, then, otherwise):
                branch = self.write if self.is_flag(then) and self.is_flag(otherwise) else self.number
                return f"st_pick({self.write(condition)}, {branch(then)}, {branch(otherwise)})"

    def number(self, term: Term) -> str:
        """A term that is reckoned with or compared: a flag as 0 or 1."""
        if isinstance(term, Constant) and isinstance(term.value, bool):
            return str(int(term.value))
        return f"st_number({self.write(term)})" if self.is_flag(term) else self.write(term)

    def _compare(self, first: Term, rest: tuple[tuple[str, Term], ...]) -> str:
        said, left = [], first
        for sign, right in rest:
            if sign in ("in", "not in"):
                assert isinstance(right, Constant)
                assert isinstance(right.value, tuple)
                values = [self.number(Constant(value)) for value in right.value]
                test = " or ".join(f"{self.number(left)} == {value}" for value in values) or "false"
                said.append(f"({test})" if sign == "in" else f"(not ({test}))")
            else:
                said.append(f"({self.number(left)} {sign} {self.number(right)})")
            left = right
        return said[0] if len(said) == 1 else f"({' && '.join(said)})"

    def is_flag(self, term: Term) -> bool:
        match term:
            case Constant(value):
                return isinstance(value, bool)
            case Read(name):
                return self.story.variables[name].kind is Kind.FLAG
            case Definition(_, expression):
                return expression.type.kind is Kind.FLAG
            case Either(_, then, otherwise):
                return self.is_flag(then) and self.is_flag(otherwise)
        return isinstance(term, Seen | Chose | Not | Logic | Compare)

    @staticmethod
    def constant(value: Value) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value) if isinstance(value, int) else string(value)

    def shown(self, variable: Variable) -> str:
        """What a lone `{variable}` prints."""
        name = self.names[variable.id]
        if variable.kind is Kind.FLAG:
            return f'st_pick({name}, "yes", "no")'
        if not variable.words and not variable.bands:
            return name
        self._shown[variable.id] = variable
        return f"{self.names[f' show {variable.id}']}()"

    def functions(self) -> Iterator[str]:
        """Definitions, and what says a variable in its words."""
        for name, expression in self.story.definitions.items():
            yield from ("", f"=== function {self.names[name]}() ===", f"~ return {self.write(expression.term)}")
        for variable in self._shown.values():
            name = self.names[variable.id]
            yield from ("", f"=== function {self.names[f' show {variable.id}']}() ===")
            cases = [(f"{name} == {string(word)}", said) for word, said in variable.words.items()]
            cases += [(f"{name} <= {high}", said) for _, high, said in sorted(variable.bands)]
            for test, said in cases:
                yield from (f"{{ {test}:", f"  ~ return {string(said)}", "}")
            yield '~ return ""'


def string(text: str) -> str:
    """A string of ink."""
    return '"' + re.sub(r'[\\"{}|<>/\[\]#~*+=-]', lambda mark: f"\\{mark[0]}", text) + '"'
