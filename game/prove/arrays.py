"""The search with arrays: a level at a time, a position at a time, a chunk of its situations at once.

The surprising rule: no situation remembers where it came from. A witness is found again afterwards, walking back
through the stored levels and expanding each once more; that costs a second look and saves a pointer a situation.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from game.prove.code import Coder, Steps
from game.prove.explore import Place, Progress, Search, Witness
from game.prove.space import Space
from game.story.expressions import Value

States = npt.NDArray[np.integer[Any]]  # 64 bits, or 32 where all of a position fit in them
Level = dict[int, States]  # position -> its new situations, sorted
CHUNK = 1 << 13  # situations expanded at once: few enough for a processor's cache
UNSIFTED = 1 << 14  # arrivals kept before the new ones are told from the known
ALWAYS_DENSE = 1 << 20  # a bitmap of this many bytes is worth having at once
DENSE = 1 << 31  # a larger one never is
PAGE = 1 << 12  # bytes
NARROW = 1 << 32  # as many situations fit in 32 bits


def distinct(states: States) -> States:
    """Sorted, each once. (np.unique of NumPy 2.3 hashes integers, which is several times slower.)"""
    if len(states) < 2:
        return states
    states = np.sort(states)
    keep = np.empty(len(states), dtype=bool)
    keep[0] = True
    np.not_equal(states[1:], states[:-1], out=keep[1:])
    return states if keep.all() else states[keep]


def chunks(states: States) -> Iterator[States]:
    for begin in range(0, len(states), CHUNK):
        yield states[begin : begin + CHUNK]


def within(states: States, run: States) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Where situations stand in a sorted run that is not empty, and whether they are in it at all."""
    at = np.searchsorted(run, states)
    at[at == len(run)] = 0
    return at, run[at] == states


class Runs:
    """A set of situations as sorted runs, each more than twice as long as the next: what is added is merged a few
    times in all, not each time (Bentley and Saxe, *Decomposable searching problems*, 1980).
    """

    def __init__(self) -> None:
        self.runs: list[States] = []

    def __len__(self) -> int:
        return sum(map(len, self.runs))

    def add(self, states: States) -> None:
        """Adds a sorted run of situations that are new. The array is kept, not copied."""
        self.runs.append(states)
        while len(self.runs) > 1 and len(self.runs[-2]) <= 2 * len(self.runs[-1]):
            self._merge(2)

    def without(self, states: States) -> States:
        """Those of `states` that are not in the set."""
        for run in self.runs:
            if len(states):
                states = states[~within(states, run)[1]]
        return states

    def whole(self) -> States:
        """All of it, as one run."""
        if len(self.runs) > 1:
            self._merge(len(self.runs))
        return self.runs[0] if self.runs else np.empty(0, dtype=np.uint32)

    def _merge(self, count: int) -> None:
        merged = np.concatenate(self.runs[-count:])
        del self.runs[-count:]
        merged.sort(kind="stable")  # sorted runs: a merge
        self.runs.append(merged)


class Visited:
    """The situations met at one position: a bitmap where they are dense, else sorted runs."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.type = np.uint32 if size <= NARROW else np.int64
        self.marks: npt.NDArray[np.bool_] | None = np.zeros(size, dtype=bool) if size <= ALWAYS_DENSE else None
        self.runs = Runs()

    def new(self, states: States) -> States:
        """Those of `states` that are not in it, sorted, each once."""
        if self.marks is not None:
            return distinct(states[~self.marks[states]])
        return self.runs.without(distinct(states))

    def add(self, states: States) -> None:
        """Adds what `new` gave."""
        if self.marks is not None:
            self.marks[states] = True
            return
        self.runs.add(states)
        if self.size <= DENSE and len(self.runs) << 3 > self.size:
            self.marks = np.zeros(self.size, dtype=bool)
            while self.runs.runs:
                self.marks[self.runs.runs.pop()] = True


class Subset:
    """Some of the situations met at a position, a mark each."""

    def __init__(self, visited: Visited) -> None:
        self.of = visited.runs.whole() if visited.marks is None else None
        self.marks = np.zeros(visited.size if self.of is None else len(self.of), dtype=bool)

    def add(self, states: States) -> None:
        """Adds situations that were met."""
        self.marks[states if self.of is None else np.searchsorted(self.of, states)] = True

    def has(self, states: States) -> npt.NDArray[np.bool_]:
        if self.of is None:
            return self.marks[states]
        if not len(self.of):
            return np.zeros(len(states), dtype=bool)
        at, met = within(states.astype(self.of.dtype, copy=False), self.of)
        return self.marks[at] & met


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
            found = level.settle()
        self.unexplored = {}

    def _expand(self, position: int, states: States, level: "_Arrivals") -> None:
        if self.space.positions[position].kind == "ending":
            return
        steps = self.steps(position)
        for chunk in chunks(states):
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

    def hopeless(self) -> Place | None:
        good = [Subset(v) for v in self.visited]
        for position, states in self.unexplored.items():
            good[position].add(states)
        left: list[tuple[int, int, States]] = []
        for depth, level in reversed(list(enumerate(self.levels))):
            for position, states in level.items():
                if self.space.positions[position].kind == "ending":
                    good[position].add(states)
                else:
                    left.append((depth, position, states))
        moved = True
        while moved and left:
            moved = False
            remaining: list[tuple[int, int, States]] = []
            for depth, position, states in left:
                rest = np.concatenate([self._without_hope(position, chunk, good) for chunk in chunks(states)])
                if len(rest):
                    remaining.append((depth, position, states if len(rest) == len(states) else rest))
                moved |= len(rest) < len(states)
            left = remaining[::-1]  # the other way round: what depends on shallower ones finds them done
        if not left:
            return None
        _, position, states = min(left, key=lambda item: item[0])
        return position, int(states[0])

    def _without_hope(self, position: int, states: States, good: list[Subset]) -> States:
        """Those of `states` from which no step leads to what is `good`; the others are then good themselves."""
        states = states[~good[position].has(states)]
        if not len(states):
            return states
        steps = self.steps(position)
        hope = np.zeros(len(states), dtype=bool)
        for option, offered in enumerate(steps.offers(states)):
            rows = np.flatnonzero(offered & ~hope)
            waiting = [(rows if at is None else rows[at], target, found)
                       for target, at, found in steps.takes[option](states[rows])] if len(rows) else []  # fmt: skip
            while waiting:
                those, target, found = waiting.pop()
                if self.space.positions[target].kind == "junction":
                    for further, at, passed in self.steps(target).takes[0](found):
                        waiting.append((those if at is None else those[at], further, passed))
                else:
                    hope[those[good[target].has(found)]] = True
        good[position].add(states[hope])
        return states[~hope]

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

    def memory(self) -> int:
        met = [0] * len(self.visited)
        held: dict[int, int] = {}  # each array once: a level's may be a run as well
        for level in self.levels:
            for position, states in level.items():
                met[position] += len(states)
                held[id(states)] = states.nbytes
        for visited in self.visited:
            held |= {id(run): run.nbytes for run in visited.runs.runs}
        # of a bitmap, only the pages that were written take memory
        marks = sum(min(v.size, PAGE * n) for v, n in zip(self.visited, met, strict=True) if v.marks is not None)
        return sum(held.values()) + marks

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
            for chunk in chunks(states):
                for option, offered in enumerate(steps.offers(chunk)):
                    rows = np.flatnonzero(offered)
                    if len(rows) and (row := self._leads(steps.takes[option](chunk[rows]), place)) is not None:
                        return (position, int(chunk[rows[row]])), option
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
    """The next level in the making. Junctions pass on at once; arrivals are sifted a chunk at a time."""

    def __init__(self, search: LargeSearch) -> None:
        self.search = search
        self.new: dict[int, Runs] = {}
        self.unsifted: dict[int, list[States]] = {}
        self.waiting = 0

    def arrive(self, position: int, states: States) -> None:
        search = self.search
        if search.space.positions[position].kind == "junction":
            states = distinct(states)
            search.look(position, states)
            for target, _, found in search.steps(position).takes[0](states):
                self.arrive(target, found)
            return
        parts = self.unsifted.setdefault(position, [])
        parts.append(states.astype(search.visited[position].type, copy=False))
        if sum(map(len, parts)) >= UNSIFTED:
            self._sift(position)

    def _sift(self, position: int) -> None:
        """Keeps what is new among the arrivals at a position."""
        visited = self.search.visited[position]
        known = self.new.setdefault(position, Runs())
        states = visited.new(np.concatenate(self.unsifted.pop(position)))
        if visited.marks is None:
            states = known.without(states)
        else:
            visited.add(states)
        if len(states):
            self.search.look(position, states)
            self.search.seen.situations += len(states)
            self.waiting += len(states)
            known.add(states)
        self.search.check_limit(self.waiting)

    def settle(self) -> Level:
        for position in list(self.unsifted):
            self._sift(position)
        level = {position: runs.whole() for position, runs in self.new.items() if len(runs)}
        for position, states in level.items():
            if self.search.visited[position].marks is None:
                self.search.visited[position].add(states)
        return level
