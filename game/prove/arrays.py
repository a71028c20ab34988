"""The search with arrays: a level at a time, a position at a time, all its situations at once.

The surprising rule: no situation remembers where it came from. A witness is found again afterwards, walking back
through the stored levels and expanding each once more; that costs a second look and saves a pointer a situation.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from game.prove.code import Coder, Steps
from game.prove.explore import Place, Progress, Search, Witness
from game.prove.space import Space
from game.story.expressions import Value

States = npt.NDArray[np.int64]
Level = dict[int, States]  # position -> its new situations
CHUNK = 1 << 18  # situations expanded at once
ALWAYS_DENSE = 1 << 20  # a bitmap of this many bytes is worth having at once
DENSE = 1 << 31  # a larger one never is


def distinct(states: States) -> States:
    """Sorted, each once. (np.unique of NumPy 2.3 hashes integers, which is several times slower.)"""
    if len(states) < 2:
        return states
    states = np.sort(states)
    keep = np.empty(len(states), dtype=bool)
    keep[0] = True
    np.not_equal(states[1:], states[:-1], out=keep[1:])
    return states if keep.all() else states[keep]


class Visited:
    """The situations met at one position: a bitmap where they are dense, else a sorted array."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.marks: npt.NDArray[np.bool_] | None = np.zeros(size, dtype=bool) if size <= ALWAYS_DENSE else None
        self.sorted: States = np.empty(0, dtype=np.int64)

    def add(self, states: States) -> States:
        """Those of `states` (in any order, repeated or not) that are new, sorted; they are then no longer new."""
        if self.marks is not None:
            new = distinct(states[~self.marks[states]])
            self.marks[new] = True
            return new
        states = distinct(states)
        new = states[~self.has(states)]
        if len(new):
            self.sorted = np.concatenate((self.sorted, new))
            self.sorted.sort(kind="stable")  # two sorted runs: one merge
            if self.size <= DENSE and len(self.sorted) << 6 > self.size:
                self.marks = np.zeros(self.size, dtype=bool)
                self.marks[self.sorted] = True
                self.sorted = np.empty(0, dtype=np.int64)
        return new

    def has(self, states: States) -> npt.NDArray[np.bool_]:
        if self.marks is not None:
            return self.marks[states]
        if not len(self.sorted):
            return np.zeros(len(states), dtype=bool)
        at = np.searchsorted(self.sorted, states)
        at[at == len(self.sorted)] = 0
        same: npt.NDArray[np.bool_] = self.sorted[at] == states
        return same


class LargeSearch(Search):
    """Breadth first over levels; `levels` holds every new situation, in the order of discovery."""

    def __init__(self, space: Space, *, limit: int, progress: Progress | None) -> None:
        super().__init__(space, arrays=True, limit=limit, progress=progress)
        self.visited = [Visited(p.size) for p in space.positions]
        self.levels: list[Level] = []
        self.unexplored: Level = {}
        self.noted: dict[Place, int] = {}  # what `must_hold` found: its level, which may be one still in the making
        self._single = Coder(space, arrays=False)
        self._singles: dict[int, Steps] = {}

    def run(self) -> None:
        self.begin()
        level = _Arrivals(self)
        for position, state in self.starts:
            level.arrive(position, np.array([state], dtype=np.int64))
        found = level.settle()
        while found:
            self.unexplored = found  # first: Ctrl+C can come between any two lines
            self.levels.append(found)
            self.seen.depth = len(self.levels) - 1
            level = _Arrivals(self)
            for position, states in found.items():
                self._expand(position, states, level)
                self.check_limit(level.waiting)
            found = level.settle()
        self.unexplored = {}

    def _expand(self, position: int, states: States, level: "_Arrivals") -> None:
        if self.space.positions[position].kind == "ending":
            return
        steps = self.steps(position)
        for begin in range(0, len(states), CHUNK):
            chunk = states[begin : begin + CHUNK]
            idle = np.ones(len(chunk), dtype=bool)
            for option, offered in enumerate(steps.offers(chunk)):
                rows = np.flatnonzero(offered)
                if len(rows):
                    idle &= ~offered
                    self.seen.options.add(self.option_id(position, option))
                    for target, _, found in steps.takes[option](chunk[rows] if len(rows) < len(chunk) else chunk):
                        level.arrive(target, found)
            if self.seen.stuck is None and idle.any():
                self.seen.stuck = (position, int(chunk[np.flatnonzero(idle)[0]]))

    def look(self, position: int, states: States) -> None:
        """Notes what `must_hold` says of situations that were not met before."""
        place = self.space.positions[position]
        self.seen.scenes.add(place.scene)
        for index, wanted, test in list(self.watched(place)):
            hits = np.flatnonzero(np.broadcast_to(test(states), states.shape) == wanted)
            if len(hits):
                found = (position, int(states[hits[0]]))
                self.noted[found] = len(self.levels)
                self.seen.broken[index] = found

    # --- backwards

    def _targets(self, position: int, states: States) -> Iterator[tuple[States, int, States]]:
        """Where situations lead in one step, junctions passed: (rows, position, situations) a piece."""
        steps = self.steps(position)
        for option, offered in enumerate(steps.offers(states)):
            rows = np.flatnonzero(offered)
            if len(rows):
                waiting = [(rows if at is None else rows[at], target, found)
                           for target, at, found in steps.takes[option](states[rows])]  # fmt: skip
                while waiting:
                    those, target, found = waiting.pop()
                    if self.space.positions[target].kind != "junction":
                        yield those, target, found
                        continue
                    for further, at, passed in self.steps(target).takes[0](found):
                        waiting.append((those if at is None else those[at], further, passed))

    def hopeless(self) -> Place | None:
        good = [Visited(p.size) for p in self.space.positions]
        for position, states in self.unexplored.items():
            good[position].add(states)
        left: list[tuple[int, int, States]] = []
        for depth, level in enumerate(self.levels):
            for position, states in level.items():
                if self.space.positions[position].kind == "ending":
                    good[position].add(states)
                else:
                    left.append((depth, position, states))
        moved = True
        while moved and left:
            moved = False
            remaining: list[tuple[int, int, States]] = []
            for depth, position, states in reversed(left):
                rest = states[~good[position].has(states)]
                hope = np.zeros(len(rest), dtype=bool)
                if len(rest):
                    for rows, target, found in self._targets(position, rest):
                        hope[rows[good[target].has(found)]] = True
                    if hope.any():
                        moved = True
                        good[position].add(rest[hope])
                        rest = rest[~hope]
                if len(rest):
                    remaining.append((depth, position, rest))
            left = remaining[::-1]
        if not left:
            return None
        _, position, states = min(left, key=lambda item: item[0])
        return position, int(states[0])

    def witness(self, place: Place) -> Witness:
        steps: list[str] = []
        depth = self.noted[place] if place in self.noted else self._depth_of(place)
        while True:
            found = self._before(place, depth)
            if found is None:
                return Witness(self._answers(place), tuple(reversed(steps)))
            place, option = found
            steps.append(self.option_id(place[0], option))
            depth -= 1

    def _depth_of(self, place: Place) -> int:
        position, state = place
        for depth, level in enumerate(self.levels):
            if position in level:
                states = level[position]
                at = int(np.searchsorted(states, state))
                if at < len(states) and states[at] == state:
                    return depth
        raise LookupError(place)

    def _one(self, position: int) -> Steps:
        if position not in self._singles:
            self._singles[position] = self._single.steps(self.space.positions[position])
        return self._singles[position]

    def _before(self, place: Place, depth: int) -> tuple[Place, int] | None:
        """A situation one level up that leads here, and the option; None at the start."""
        if depth == 0:
            return None
        for position, states in self.levels[depth - 1].items():
            if self.space.positions[position].kind == "ending":
                continue
            steps = self.steps(position)
            for option, offered in enumerate(steps.offers(states)):
                rows = np.flatnonzero(offered)
                if len(rows) and (row := self._leads(steps.takes[option](states[rows]), place)) is not None:
                    return (position, int(states[rows[row]])), option
        return None

    def _leads(self, pieces: list[tuple[int, States | None, States]], place: Place) -> int | None:
        """The row of an expansion that leads to a situation, directly or through junctions."""
        for target, at, found in pieces:
            hits = np.flatnonzero(found == place[1]) if target == place[0] else np.empty(0, dtype=np.int64)
            row = int(hits[0]) if len(hits) else None
            if row is None and self.space.positions[target].kind == "junction":
                row = self._leads(self.steps(target).takes[0](found), place)
            if row is not None:
                return row if at is None else int(at[row])
        return None

    def _answers(self, place: Place) -> dict[str, Value]:
        for start, answers in self.starts.items():
            current = start
            while current != place and self.space.positions[current[0]].kind == "junction":
                current = self._one(current[0]).takes[0](current[1])
            if current == place:
                return answers
        raise LookupError(place)


class _Arrivals:
    """The next level in the making. Junctions pass on at once; what is dense is sifted at once, the rest at the end."""

    def __init__(self, search: LargeSearch) -> None:
        self.search = search
        self.new: dict[int, list[States]] = {}
        self.later: dict[int, list[States]] = {}
        self.waiting = 0

    def arrive(self, position: int, states: States) -> None:
        search = self.search
        if search.space.positions[position].kind == "junction":
            states = distinct(states)
            search.look(position, states)
            for target, _, found in search.steps(position).takes[0](states):
                self.arrive(target, found)
        elif search.visited[position].marks is not None:
            self._keep(position, search.visited[position].add(states))
        else:
            self.later.setdefault(position, []).append(states)

    def _keep(self, position: int, new: States) -> None:
        if len(new):
            self.search.look(position, new)
            self.search.seen.situations += len(new)
            self.waiting += len(new)
            self.new.setdefault(position, []).append(new)

    def settle(self) -> Level:
        for position, parts in self.later.items():
            self._keep(position, self.search.visited[position].add(np.concatenate(parts)))
        return {
            position: parts[0] if len(parts) == 1 else np.sort(np.concatenate(parts))
            for position, parts in self.new.items()
        }
