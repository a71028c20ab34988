"""Steps as generated Python that also tell the words read on the way, and note what is assigned.

The surprising rule: what a count of words hangs on may not be kept; then it is an interval.
"""

from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
import numpy.typing as npt

from game.prove.arrays import States
from game.prove.code import Coder, Env
from game.prove.space import Position, asked_marks
from game.prove.trees import Arrive, Effects, Key, Tree, walk_terms
from game.prove.words import TrackingSpace
from game.story.diagnostics import Location
from game.story.expressions import Call, Constant, Either, Here, Term

Flags = npt.NDArray[np.bool_]
Piece = tuple[int, States | None, States, States, States]  # position, rows, situations, fewest and most words
LOW: Key = ("words", "low")
HIGH: Key = ("words", "high")


@dataclass(slots=True)
class Noted:
    """The values assigned somewhere: of a number, the least and the largest before they are cut; else all of them."""

    low: int | None = None
    high: int | None = None
    values: frozenset[int] = frozenset()


class Weigher(Coder):
    """Writes steps that also give the words told on the way, and note what is assigned.

    A piece of `takes` is (position, rows or None, situations, fewest words, most words). `unknown` are the variables
    assigned somewhere from what the space does not keep.
    """

    def __init__(self, space: TrackingSpace) -> None:
        super().__init__(space, arrays=True)
        self.noted: dict[Location, Noted] = {}  # by where the assigned value is written
        self.written: list[Location] = []
        self.unknown: set[str] = set()
        self.mask: str | None = None  # of the rows that come here
        self.globals["note"] = self._note

    def _note(self, number: int, values: object, rows: Flags | None, s: States) -> None:
        found = np.broadcast_to(np.asarray(values), s.shape)
        if rows is not None:
            found = found[rows]
        if len(found):
            noted = self.noted.setdefault(self.written[number], Noted())
            low, high = int(found.min()), int(found.max())
            noted.low = low if noted.low is None else min(low, noted.low)
            noted.high = high if noted.high is None else max(high, noted.high)
            if high - low < len(self.numbers) + 2:
                noted.values |= frozenset((np.flatnonzero(np.bincount(found.astype(np.int64) - low)) + low).tolist())

    def _unpack(self, position: Position) -> Env:
        return super()._unpack(position) | {LOW: "0", HIGH: "0"}

    def _start(self) -> None:
        env: Env = {LOW: "0", HIGH: "0"}
        asked = {("state", v.id) for v in self.space.story.questions}
        for index, key in enumerate(self.space.fields):
            if key in asked and key in self.space.dropped:  # one of several answers that begin alike
                continue
            env[key] = self._name()
            self.lines.append(f"{env[key]} = {self._decoded(f's[{index}]', key)}")
        self.lines += ["s = s[0]", "out = []"]
        self._mask_tree(self.space.start_tree(), env, None)
        self.lines.append("return out")

    def _mask_tree(self, tree: Tree, env: Env, mask: str | None) -> None:
        self.mask = mask
        if not isinstance(tree, Arrive):
            super()._mask_tree(tree, env, mask)
            return
        parts = [f"fill({value}, s)" for value in (self._packed(tree.position, env), env[LOW], env[HIGH])]
        if mask is None:
            self.lines.append(f"out.append(({tree.position}, None, {', '.join(parts)}))")
        else:
            rows = self._name()
            self.lines.append(f"{rows} = np.flatnonzero({mask})")
            picked = ", ".join(f"{part}[{rows}]" for part in parts)
            self.lines.append(f"if len({rows}): out.append(({tree.position}, {rows}, {picked}))")

    def _changed(self, effects: Effects, env: Env, indent: str) -> Env:
        after = super()._changed(
            Effects(effects.then, effects.here, marks=effects.marks, visit=effects.visit), env, indent
        )
        for (key, term), written in zip_longest(effects.assigns, effects.written):
            if key[0] == "words":
                for end, more in zip((LOW, HIGH), self._span(term, env, effects.here), strict=True):
                    after[end] = self._kept(f"({after[end]} + {more})") if more != "0" else after[end]
            elif not self._known(term, env, effects.here):
                self.unknown.add(key[1])
                after.pop(key, None)
            else:
                raw, after[key] = self._name(), self._name()
                self.lines.append(f"{raw} = {self._term(term, env, effects.here)}")
                self.lines.append(f"{after[key]} = {self._cut(key, raw)}")
                if written is not None:
                    self.lines.append(f"note({len(self.written)}, {raw}, {self.mask}, s)")
                    self.written.append(written)
        if effects.visit is not None and effects.visit not in self.space.needs(effects.then):
            after.pop(effects.visit, None)
        return after

    def _known(self, term: Term, env: Env, here: str) -> bool:
        return (
            all(key in env for key in self.space.reads(term))
            and all(most + 2 <= self.space.fields[key].size for key, most in asked_marks(term))
            and (bool(here) or not any(isinstance(part, Here) for part in walk_terms(term)))
        )

    def _span(self, term: Term, env: Env, here: str) -> tuple[str, str]:
        """The least and the most that a count of words can be."""
        match term:
            case Call("sum", terms):
                spans = [self._span(part, env, here) for part in terms]
                low, high = (self._added([span[end] for span in spans]) for end in (0, 1))
                return low, high
            case Either(condition, then, otherwise):
                yes, no = self._span(then, env, here), self._span(otherwise, env, here)
                if not self._known(condition, env, here):
                    return self._far("min", yes[0], no[0]), self._far("max", yes[1], no[1])
                test = self._kept(self._term(condition, env, here))
                low = self._kept(f"where({test}, {yes[0]}, {no[0]})")
                same = yes[0] == yes[1] and no[0] == no[1]
                return low, low if same else self._kept(f"where({test}, {yes[1]}, {no[1]})")
            case Constant(value):
                return str(value), str(value)
        raise TypeError(term)

    def _added(self, parts: list[str]) -> str:
        fixed = sum(int(p) for p in parts if p.lstrip("-").isdigit())
        rest = [p for p in parts if not p.lstrip("-").isdigit()]
        return self._kept(f"({' + '.join([str(fixed), *rest])})") if rest else str(fixed)

    def _far(self, name: str, first: str, second: str) -> str:
        if first == second:
            return first
        if first.lstrip("-").isdigit() and second.lstrip("-").isdigit():
            return str((min if name == "min" else max)(int(first), int(second)))
        return self._kept(self._call(name, [first, second]))
