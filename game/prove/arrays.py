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

States = npt.NDArray[np.int64]
Level = dict[int, States]  # position -> its new situations
CHUNK = 1 << 18  # situations expanded at once
DENSE_BITS = 24  # a bitmap of a byte a situation up to this many bits


class Visited:
    """The situations met at one position: a bitmap where they are dense, else a sorted array."""

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self.marks: npt.NDArray[np.bool_] | None = np.zeros(1 << bits, dtype=bool) if bits <= 12 else None
        self.sorted: States = np.empty(0, dtype=np.int64)

    def add(self, states: States) -> States:
        """Those of `states` (sorted, each once) that are new, which they then no longer are."""
        if self.marks is not None:
            new = states[~self.marks[states]]
            self.marks[new] = True
            return new
        if len(self.sorted):
            at = np.searchsorted(self.sorted, states)
            at[at == len(self.sorted)] = 0
            new = states[self.sorted[at] != states]
        else:
            new = states
        if len(new):
            self.sorted = np.concatenate((self.sorted, new))
            self.sorted.sort(kind="stable")  # two sorted runs: one merge
            if self.bits <= DENSE_BITS and len(self.sorted) << 6 > 1 << self.bits:
                self.marks = np.zeros(1 << self.bits, dtype=bool)
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
        self.visited = [Visited(p.bits) for p in space.positions]
        self.levels: list[Level] = []
        self.unexplored: Level = {}
        self._single = Coder(space, arrays=False)
        self._singles: dict[int, Steps] = {}

    def run(self) -> None:
        arrived: dict[int, list[States]] = {}
        for position, state in self.starts:
            arrived.setdefault(position, []).append(np.array([state], dtype=np.int64))
        level = self._settle(arrived)
        while level:
            self.levels.append(level)
            self.unexplored = level
            self.seen.depth = len(self.levels) - 1
            arrived = {}
            for position, states in level.items():
                self._expand(position, states, arrived)
                self.check_limit(sum(len(a) for parts in arrived.values() for a in parts))
            level = self._settle(arrived)
        self.unexplored = {}

    def _expand(self, position: int, states: States, arrived: dict[int, list[States]]) -> None:
        if self.space.positions[position].kind == "ending":
            return
        for begin in range(0, len(states), CHUNK):
            chunk = states[begin : begin + CHUNK]
            offers = self.steps(position).offers(chunk)
            idle = np.ones(len(chunk), dtype=bool)
            for option, offered in enumerate(offers):
                rows = np.flatnonzero(offered)
                if len(rows):
                    idle &= ~offered
                    self.seen.options.add(self.option_id(position, option))
                    for target, _, found in self.steps(position).takes[option](chunk[rows]):
                        arrived.setdefault(target, []).append(np.unique(found))
            if self.seen.stuck is None and idle.any():
                self.seen.stuck = (position, int(chunk[np.flatnonzero(idle)[0]]))

    def _settle(self, arrived: dict[int, list[States]]) -> Level:
        """The new situations among the arrivals; junctions pass theirs on within the level."""
        level: Level = {}
        junctions = [p for p in arrived if self.space.positions[p].kind == "junction"]
        while junctions:
            position = junctions.pop()
            new = self._new(position, arrived.pop(position))
            if len(new):
                for target, _, found in self.steps(position).takes[0](new):
                    if self.space.positions[target].kind == "junction" and target not in junctions:
                        junctions.append(target)
                    arrived.setdefault(target, []).append(np.unique(found))
        for position, parts in arrived.items():
            new = self._new(position, parts)
            if len(new):
                level[position] = new
                self.seen.situations += len(new)
        return level

    def _new(self, position: int, parts: list[States]) -> States:
        states = parts[0] if len(parts) == 1 else np.unique(np.concatenate(parts))
        new = self.visited[position].add(states)
        if len(new):
            place = self.space.positions[position]
            self.seen.scenes.add(place.scene)
            for index, wanted, test in list(self.watched(place)):
                hits = np.flatnonzero(np.broadcast_to(test(new), new.shape) == wanted)
                if len(hits):
                    self.seen.broken[index] = (position, int(new[hits[0]]))
        return new

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
        good = [Visited(p.bits) for p in self.space.positions]
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
        depth = self._depth_of(place)
        while True:
            found = self._before(place, depth)
            if found is None:
                return Witness(self._answers(place), tuple(reversed(steps)))
            place, option = found
            steps.append(self.option_id(place[0], option))
            depth -= 1

    def _depth_of(self, place: Place) -> int:
        """The level a situation is in; a junction's is that of what it passes on to."""
        position, state = place
        while self.space.positions[position].kind == "junction":
            position, state = self._one(position).takes[0](state)
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

    def _answers(self, place: Place) -> dict[str, object]:
        for start, answers in self.starts.items():
            current = start
            while current != place and self.space.positions[current[0]].kind == "junction":
                current = self._one(current[0]).takes[0](current[1])
            if current == place:
                return answers
        raise LookupError(place)
