"""The steps of a space as generated Python: for one situation (integers) or for many at once (NumPy arrays).

The surprising rule: what is compiled is never an author's text. It is written here, node by node, from terms that the
story language has checked, with names and numbers of our own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from game.prove.space import Position, Space
from game.prove.trees import Arrive, Effects, Guard, Key, Seek, Test, Tree, Watch, reads
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
    Variable,
    Visits,
)

DEEP = 12  # terms in a definition that are written where it is used; more get a line of their own, once
Env = dict[Key, str]  # the name of the local that holds each field's value: a number, or a word's global number


@dataclass(frozen=True, slots=True)
class Steps:
    """The generated functions of one position.

    `offers(s)` gives one flag an option (Continue's included); `takes[k](s)` takes option k, assuming it is offered:
    for one situation to (position, situation), for an array to a list of (position, indices or None, situations).
    """

    offers: Callable[[Any], Any]
    takes: tuple[Callable[[Any], Any], ...]


class Coder:
    """Writes and compiles functions for a space. `arrays` chooses NumPy."""

    def __init__(self, space: Space, *, arrays: bool) -> None:
        self.space, self.arrays = space, arrays
        words = dict.fromkeys(w for f in space.fields.values() for w in f.words)
        self.numbers = {name: n for n, name in enumerate([*words, *(s for s in space.story.scenes if s not in words)])}
        self.globals: dict[str, Any] = {"__builtins__": {}, "min": min, "max": max, "abs": abs, "len": len}
        self.globals["hits"] = space.hits
        if arrays:
            import numpy as np  # 80 ms, and only large spaces want it

            self.np = np
            self.globals.update(np=np, wide=np.int64, where=np.where, minimum=np.minimum, maximum=np.maximum)
            self.globals["some"] = lambda mask: bool(mask.any())  # which imports, as generated code can't
            self.globals["fill"] = lambda value, s: np.broadcast_to(value, s.shape)
        self.lines: list[str] = []
        self.indent = ""  # of the lines being written
        self.serial = 0
        self.defined: dict[tuple[str, ...], str] = {}  # a definition, the scene and the locals it reads: its own local

    # --- functions

    def steps(self, position: Position) -> Steps:
        offers = self._compile(lambda: self._offers(position))
        takes = tuple(self._compile(partial(self._take, position, option.tree)) for option in position.options)
        return Steps(offers, takes)

    def start(self) -> Callable[[Any], Any]:
        """Enters the first scene: takes the stored values of all fields, in their order, of one play."""
        return self._compile(self._start)

    def condition(self, position: Position, term: Term) -> Callable[[Any], Any]:
        """A `must_hold` condition as a function of a position's situation."""
        return self._compile(lambda: self._condition(position, term))

    def _compile(self, write: Callable[[], None]) -> Callable[[Any], Any]:
        self.lines, self.indent, self.serial, self.defined = ["def f(s):"], "", 0, {}
        if self.arrays:  # situations are stored as narrow as they fit, and would be cut at that
            self.lines.append("s = s.astype(wide, copy=False)")
        write()
        source = "\n ".join(self.lines)
        scope: dict[str, Any] = {}
        exec(compile(source, "<space>", "exec"), self.globals, scope)  # noqa: S102  # our own text, see above
        run: Callable[[Any], Any] = scope["f"]
        return run

    def _offers(self, position: Position) -> None:
        env = self._unpack(position)
        self._watch(position.seeks, env, position.scene, None)
        names: list[str] = []
        for option in position.options:
            name = self._name()
            if option.last:
                others = " | ".join(names)
                every = self._all_true()
                self.lines.append(f"{name} = {f'~({others})' if self.arrays else f'not ({others})'}" if names
                                  else f"{name} = {every}")  # fmt: skip
            else:
                self.lines.append(f"{name} = {self._guard(option.guard, env, position.scene)}")
            names.append(name)
        self.lines.append(f"return ({', '.join(names)}{',' if names else ''})")

    def _take(self, position: Position, tree: Tree) -> None:
        env = self._unpack(position)
        if self.arrays:
            self.lines.append("out = []")
            self._mask_tree(tree, env, None)
            self.lines.append("return out")
        else:
            self._branch_tree(tree, env, "")

    def _start(self) -> None:
        env: Env = {}
        for index, key in enumerate(self.space.fields):
            name = self._name()
            self.lines.append(f"{name} = {self._decoded(f's[{index}]', key)}")
            env[key] = name
        self._branch_tree(self.space.start_tree(), env, "")

    def _condition(self, position: Position, term: Term) -> None:
        env = self._unpack(position)
        self.lines.append(f"return {self._filled(self._term(term, env, position.scene))}")

    # --- trees

    def _branch_tree(self, tree: Tree, env: Env, indent: str) -> None:
        """For one situation: nested ifs."""
        self.indent = indent
        match tree:
            case Arrive(position):
                self.lines.append(f"{indent}return ({position}, {self._packed(position, env)})")
            case Test():
                self.lines.append(f"{indent}if {self._tested(tree, env)}:")
                known = dict(self.defined)
                self._branch_tree(tree.then, env, indent + " ")
                self.defined = known  # what a branch defines, the other has not
                self._branch_tree(tree.otherwise, env, indent)
            case Effects():
                self._branch_tree(tree.then, self._changed(tree, env, indent), indent)
            case Watch():
                self._watch(tree.seeks, env, tree.here, None)
                self._branch_tree(tree.then, env, indent)

    def _mask_tree(self, tree: Tree, env: Env, mask: str | None) -> None:
        """For arrays: everything is computed for all rows, and each leaf takes the rows of its mask."""
        match tree:
            case Arrive(position):
                packed = self._packed(position, env)
                if mask is None:
                    self.lines.append(f"out.append(({position}, None, {self._filled(packed)}))")
                else:
                    index = self._name()
                    self.lines.append(f"{index} = np.flatnonzero({mask})")
                    self.lines.append(f"if len({index}): out.append(({position}, {index}, fill({packed}, s)[{index}]))")
            case Test():
                name, rest = self._name(), self._name()
                self.lines.append(f"{name} = {self._filled(self._tested(tree, env))}")
                self.lines.append(f"{rest} = ~{name}" + (f" & {mask}" if mask else ""))
                if mask:
                    self.lines.append(f"{name} = {name} & {mask}")
                self._mask_tree(tree.then, env, name)
                self._mask_tree(tree.otherwise, env, rest)
            case Effects():
                self._mask_tree(tree.then, self._changed(tree, env, ""), mask)
            case Watch():
                self._watch(tree.seeks, env, tree.here, mask)
                self._mask_tree(tree.then, env, mask)

    def _watch(self, seeks: tuple[Seek, ...], env: Env, here: str, mask: str | None) -> None:
        for seek in seeks:
            if seek.goal not in self.space.blind:
                met = self._guard(seek.guard, env, here)
                if self.arrays:
                    met = f"some({met}{f' & {mask}' if mask else ''})"
                self.lines.append(f"{self.indent}if {seek.goal} not in hits and {met}: hits.add({seek.goal})")

    def _tested(self, test: Test, env: Env) -> str:
        parts = []
        if test.unfired is not None:
            parts.append(f"({env[test.unfired]} == 0)")
        if test.condition is not None:
            parts.append(self._term(test.condition, env, test.here))
        if test.offered:
            parts.append(self._or([self._guard(guard, env, test.here) for guard in test.offered]))
        return self._and(parts)

    def _changed(self, effects: Effects, env: Env, indent: str) -> Env:
        """The environment after effects; what nothing needs is not computed."""
        needed = self.space.needs(effects.then)
        after = dict(env)
        for key, term in effects.assigns:
            if key in needed:
                value = self._cut(key, self._term(term, env, effects.here))
                name = self._name()
                self.lines.append(f"{indent}{name} = {value}")
                after[key] = name
        for key in effects.marks:
            after[key] = "1"
        if effects.visit is not None and effects.visit in needed:
            name = self._name()
            top = self.space.fields[effects.visit].size - 1
            self.lines.append(f"{indent}{name} = {self._call('min', [f'{env[effects.visit]} + 1', str(top)])}")
            after[effects.visit] = name
        return after

    def _guard(self, guard: Guard, env: Env, here: str) -> str:
        parts = []
        if guard.spent is not None:
            parts.append(f"({env[guard.spent]} == 0)")
        if guard.when is not None:
            parts.append(self._term(guard.when, env, here))
        return self._filled(self._and(parts)) if parts else self._all_true()

    def _all_true(self) -> str:
        return "fill(1 > 0, s)" if self.arrays else "(1 > 0)"

    def _filled(self, value: str) -> str:
        """For arrays: a value that may be one constant, as one a row."""
        return f"fill({value}, s)" if self.arrays else value

    # --- fields

    def _name(self) -> str:
        self.serial += 1
        return f"v{self.serial}"

    def _unpack(self, position: Position) -> Env:
        env: Env = {}
        for key, stride in zip(position.live, position.strides, strict=True):
            name, stored = self._name(), f"s // {stride}" if stride > 1 else "s"
            if key != position.live[-1]:
                stored = f"{stored} % {self.space.fields[key].size}"
            self.lines.append(f"{name} = {self._decoded(f'({stored})', key)}")
            env[key] = name
        for key in position.fixed:
            of, first = self.space.fields[key], self.space.first(key)
            env[key] = f"({self.numbers[of.words[first]] if of.words else first + of.low})"
        return env

    def _decoded(self, stored: str, key: Key) -> str:
        of = self.space.fields[key]
        if of.words:
            return f"{self._table([self.numbers[w] for w in of.words])}[{stored}]"
        return f"{stored} + {of.low}" if of.low else stored

    def _packed(self, position: int, env: Env) -> str:
        place = self.space.positions[position]
        parts = []
        for key, stride in zip(place.live, place.strides, strict=True):
            of, value = self.space.fields[key], env[key]
            if of.words:
                inverse = [0] * len(self.numbers)
                for index, word in enumerate(of.words):
                    inverse[self.numbers[word]] = index
                value = f"{self._table(inverse)}[{value}]"
            elif of.low:
                value = f"({value} - {of.low})"
            parts.append(f"{value} * {stride}" if stride > 1 else value)
        return " + ".join(parts) or "0"

    def _table(self, values: list[int]) -> str:
        name = "t_" + "_".join(map(str, values))
        if name not in self.globals:
            self.globals[name] = self.np.array(values, dtype=self.np.int64) if self.arrays else tuple(values)
        return name

    def _cut(self, key: Key, value: str) -> str:
        of = self.space.fields[key]
        if of.words:
            return value
        if self.space.is_number(key):
            low, high = str(of.low), str(of.low + of.size - 1)
            return self._call("max", [low, self._call("min", [high, value])])
        return f"({value}) * 1"

    # --- terms

    def _and(self, parts: list[str]) -> str:
        return f"({(' & ' if self.arrays else ' and ').join(parts)})" if len(parts) > 1 else parts[0]

    def _or(self, parts: list[str]) -> str:
        return f"({(' | ' if self.arrays else ' or ').join(parts)})" if len(parts) > 1 else parts[0]

    def _call(self, name: str, values: list[str]) -> str:
        if not self.arrays:
            return f"{name}({', '.join(values)})"
        if name == "abs":
            return f"np.abs({values[0]})"
        function = {"min": "minimum", "max": "maximum"}[name]
        if len(values) == 1:
            return values[0]
        half = len(values) // 2
        return f"{function}({self._call(name, values[:half])}, {self._call(name, values[half:])})"

    def _term(self, term: Term, env: Env, here: str) -> str:
        match term:
            case Constant(value):
                return self._constant(value)
            case Variable(name):
                return self._flag(("state", name), env)
            case Definition(name, expression):
                return self._definition(name, expression, env, here)
            case Seen(scene):
                return f"({env['visits', scene]} > 0)"
            case Visits(scene):
                return env["visits", scene]
            case Chose(choice):
                return f"({env['chosen', choice]} > 0)"
            case Here():
                return str(self.numbers[here])
            case Not(inner):
                value = self._term(inner, env, here)
                return f"({value} == 0)"
            case Logic(every, terms):
                parts = [self._term(t, env, here) for t in terms]
                return self._and(parts) if every else self._or(parts)
            case Compare(first, rest):
                return self._compare(first, rest, env, here)
            case Arithmetic(sign, left, right):
                return f"({self._number(left, env, here)} {sign} {self._number(right, env, here)})"
            case Call("neg", terms):
                return f"(-{self._number(terms[0], env, here)})"
            case Call(function, terms):
                return self._call(function, [self._number(t, env, here) for t in terms])
            case Either(condition, then, otherwise):
                test, yes, no = (self._term(t, env, here) for t in (condition, then, otherwise))
                return f"where({test}, {yes}, {no})" if self.arrays else f"({yes} if {test} else {no})"

    def _definition(self, name: str, expression: Expression, env: Env, here: str) -> str:
        """What uses definitions in its turn is computed once: written out each time, d2 = d1 + d1, d3 = d2 + d2 and so
        on would double at each.
        """
        if not expression.uses and expression.depth <= DEEP:
            return self._term(expression.term, env, here)
        known = (name, here, *(env[key] for key in sorted(reads(expression.term))))
        if known not in self.defined:
            self.defined[known] = self._kept(self._term(expression.term, env, here))
        return self.defined[known]

    def _flag(self, key: Key, env: Env) -> str:
        """A variable's value; a flag's as a truth value."""
        return f"({env[key]} > 0)" if self.space.is_flag(key) else env[key]

    def _number(self, term: Term, env: Env, here: str) -> str:
        """A term's value in a sum, where flags count 0 or 1."""
        value = self._term(term, env, here)
        return value if isinstance(term, Arithmetic | Call) else f"({value} * 1)"

    def _constant(self, value: object) -> str:
        if isinstance(value, bool):
            return "(1 > 0)" if value else "(1 < 0)"
        if isinstance(value, int):
            return f"({value})"
        return str(self.numbers.get(str(value), -1))

    def _compare(self, first: Term, rest: tuple[tuple[str, Term], ...], env: Env, here: str) -> str:
        parts = []
        left = self._term(first, env, here)
        for sign, term in rest:
            if sign in ("in", "not in"):
                assert isinstance(term, Constant)
                assert isinstance(term.value, tuple)
                left = self._kept(left)
                tests = self._or([f"({left} == {self._constant(v)})" for v in term.value])
                parts.append(tests if sign == "in" else f"({tests} == 0)")
            else:
                right = self._term(term, env, here)
                if len(rest) > 1:
                    right = self._kept(right)
                parts.append(f"({left} {sign} {right})")
                left = right
        return self._and(parts)

    def _kept(self, value: str) -> str:
        """A name for a value, on a line of its own: repeated, nested chains would double at each level, and Python
        takes 200 parentheses. Nothing in the language fails or acts, so what comes early does no harm.
        """
        if len(value) < 12:
            return value
        name = self._name()
        self.lines.append(f"{self.indent}{name} = {value}")
        return name
