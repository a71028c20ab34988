"""The situations of a story as a graph, each step with its choices and words: lengths and chances of plays.

The surprising rule: counts that hang on what the space does not keep are intervals. Where every interval is one
number, what is computed from them is exact.
"""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from game.prove.arrays import CHUNK, LargeSearch, States, distinct
from game.prove.code import Steps
from game.prove.explore import MAX_SIZE, Interrupted, Progress
from game.prove.weigher import Flags, Noted, Piece, Weigher
from game.prove.words import OUTCOME, ToldSpace, TrackingSpace
from game.story.diagnostics import Location
from game.story.expressions import Value

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Matrix = Callable[[Floats], Floats]
EXACT = 1e-9  # of a chance
FAR = 1 << 30  # from any ending: none is reached
ROUNDS = 5_000  # of the linear solver
PLAIN = 20  # steps between two of its tries


class Explored:
    """Every situation of a space, and the steps between them; `reason` says why some are missing, else ''.

    Situations have numbers, those of a position in one run from `offset`, in the order of `states`.
    """

    def __init__(self, space: TrackingSpace, *, limit: int, progress: Progress | None) -> None:
        self.space = space
        self.reason = ""
        self.weigher = Weigher(space)
        self._steps: dict[int, Steps] = {}
        parts: list[list[States]] = [[np.empty(0, dtype=np.int64)] for _ in space.positions]
        if max(p.size for p in space.positions) > MAX_SIZE:
            self.reason = "its variables and marks do not fit in a machine word"
        else:
            search = LargeSearch(space, limit=limit, progress=progress)
            try:
                search.run()
            except Interrupted:
                self.reason = f"it has more than {limit:,} situations"
            for level in search.levels:
                for position, states in level.items():
                    parts[position].append(states)
        self.states = [np.sort(np.concatenate(found)) for found in parts]
        self.offset = np.concatenate(([0], np.cumsum([len(s) for s in self.states]))).astype(np.int64)
        self.count = int(self.offset[-1])

    def steps(self, position: int) -> Steps:
        if position not in self._steps:
            self._steps[position] = self.weigher.steps(self.space.positions[position])
        return self._steps[position]

    def passed(self, pieces: list[Piece]) -> Iterator[Piece]:
        """Pieces with junctions passed on."""
        waiting = list(pieces)
        while waiting:
            target, rows, states, low, high = waiting.pop()
            if self.space.positions[target].kind != "junction":
                yield target, rows, states, low, high
                continue
            for further, at, found, less, more in self.steps(target).takes[0](states):
                if at is None:
                    waiting.append((further, rows, found, low + less, high + more))
                else:
                    waiting.append((further, at if rows is None else rows[at], found, low[at] + less, high[at] + more))

    def numbers(self, position: int, states: States) -> States:
        found: States = self.offset[position] + np.searchsorted(self.states[position], states)
        return found

    def begin(self) -> tuple[list[dict[str, Value]], list[Piece]]:
        """All combinations of answers that the space tells apart, and where they begin."""
        answers = list(self.space.starts())
        rows = []
        for given in answers:
            values = self.space.initial(given)
            rows.append([values.get(key, 0) for key in self.space.fields] or [0])
        return answers, list(self.passed(self.weigher.start()(np.array(rows, dtype=np.int64).T)))

    def taken(self) -> Iterator[tuple[npt.NDArray[np.int64], int, list[Piece]]]:
        """All steps, some at a time, as (from, option, where to); options are numbered over all positions."""
        serial = 0
        for position in self.space.positions:
            states = self.states[position.index]
            for begin in range(0, len(states), CHUNK):
                chunk = states[begin : begin + CHUNK]
                base = int(self.offset[position.index]) + begin
                steps = self.steps(position.index)
                for option, offered in enumerate(steps.offers(chunk)):
                    rows = np.flatnonzero(offered)
                    if len(rows):
                        yield base + rows, serial + option, list(self.passed(steps.takes[option](chunk[rows])))
            serial += len(position.options)

    def noted(self) -> dict[Location, Noted]:
        """What is assigned in any step, by where the value is written."""
        self.begin()
        for _ in self.taken():
            pass
        return self.weigher.noted


class Graph:
    """Steps sorted by where they start: those of situation n are from `first[n]` to `first[n + 1]`."""

    def __init__(self, explored: Explored) -> None:
        self.space, self.count, count = explored.space, explored.count, explored.count
        answers, begun = explored.begin()
        self.starts: dict[int, dict[str, Value]] = {}
        self.begin_chance = np.zeros(count)
        self.begin_low, self.begin_high = _ends(count), _ends(count)
        for target, rows, states, low, high in begun:
            nodes = explored.numbers(target, states)
            for node, row in zip(nodes, range(len(answers)) if rows is None else rows, strict=True):
                self.starts.setdefault(int(node), answers[row])
            np.add.at(self.begin_chance, nodes, 1 / len(answers))
            for ends, words in ((self.begin_low, low), (self.begin_high, high)):
                np.minimum.at(ends[0], nodes, words)
                np.maximum.at(ends[1], nodes, words)
        parts: tuple[list[Ints], ...] = ([], [], [], [], [])
        for origin, option, pieces in explored.taken():
            for target, rows, states, low, high in pieces:
                came = origin if rows is None else origin[rows]
                kept = (came, explored.numbers(target, states), np.full(len(states), option), low, high)
                for part, values in zip(parts, kept, strict=True):
                    part.append(values.astype(np.int32))
        columns = [np.concatenate(part) if part else np.empty(0, dtype=np.int32) for part in parts]
        del parts
        order = np.argsort(columns[0], kind="stable")
        self.source, self.target, self.option, self.low, self.high = (column[order] for column in columns)
        options = [option for position in self.space.positions for option in position.options]
        self.option_ids = [option.id for option in options]
        self.counts = np.array([not option.last and bool(option.id) for option in options], dtype=bool)  # as a choice
        self.is_choice = self.counts[self.option]
        self.outcomes = self.space.outcomes if isinstance(self.space, ToldSpace) else ("",)
        self.outcome = np.zeros(count, dtype=np.int32)
        self.place = np.repeat(np.arange(len(explored.states)), np.diff(explored.offset))
        self.ends = np.array([p.kind == "ending" for p in self.space.positions])[self.place]
        self.first = np.searchsorted(self.source, np.arange(count + 1))
        for position in self.space.positions:
            states, at = explored.states[position.index], int(explored.offset[position.index])
            if position.kind == "ending" and len(states) and OUTCOME in position.live:
                stride = position.strides[position.live.index(OUTCOME)]
                found = states // stride % self.space.fields[OUTCOME].size
                self.outcome[at : at + len(states)] = found
        self._order()

    def leaving(self, nodes: States) -> States:
        """The numbers of the steps that start at these situations."""
        return _runs(self.first, nodes)

    def ending(self, kind: str, name: str) -> Flags:
        """The situations that end a play: all, or those after an `outcome`, or in an `ending`, by its scene."""
        where: Flags = self.ends
        if kind == "outcome":
            where = where & (self.outcome == self.outcomes.index(name))
        elif kind == "ending":
            where = where & (self.place == self.space.pages[name])
        return where

    # --- order

    def _order(self) -> None:
        """Leaves aside what leads to no ending, and sorts the rest topologically, layer by layer (Kahn, 1962).

        `far` counts the steps to the nearest ending; `layers` are situations and the steps from them; `core` are the
        situations on circles of several, or after one, and `loops` those with a step to themselves.
        """
        back = np.argsort(self.target, kind="stable")
        firsts = np.searchsorted(self.target[back], np.arange(self.count + 1))
        self.far = np.where(self.ends, 0, FAR)
        nodes: States = np.flatnonzero(self.ends)
        while len(nodes):
            away = int(self.far[nodes[0]]) + 1
            found = self.source[back[_runs(firsts, nodes)]]
            nodes = once(found[self.far[found] == FAR])
            self.far[nodes] = away
        self.hopeful = self.far < FAR
        loop = self.source == self.target
        self.loops = once(self.source[loop & self.hopeful[self.source]])
        self.used = self.hopeful[self.target] & self.hopeful[self.source] & ~loop
        waits = np.bincount(self.target[self.used], minlength=self.count)
        nodes = np.flatnonzero((waits == 0) & self.hopeful)
        done = ~self.hopeful
        self.layers: list[tuple[States, States]] = []
        while len(nodes):
            done[nodes] = True
            steps = self.leaving(nodes)
            steps = steps[self.used[steps]]
            self.layers.append((nodes, steps))
            np.subtract.at(waits, self.target[steps], 1)
            reached = once(self.target[steps])
            nodes = reached[waits[reached] == 0]
        self.core = np.flatnonzero(~done)

    # --- lengths

    def longest(self, weights: Ints | Flags, begin: Floats) -> Floats:
        """For each situation the most that a play to it can weigh; infinite after a circle, -inf where none leads on.

        Every circle that a play can leave holds a choice, and every choice has words: no circle weighs nothing.
        """
        most = np.where(self.hopeful, begin, -np.inf)
        most[self.loops] = most[self.core] = np.inf
        for _, steps in self.layers:
            np.maximum.at(most, self.target[steps], most[self.source[steps]] + weights[steps])
        return most

    def shortest(self, weights: Ints | Flags, begin: Floats) -> Floats:
        """For each situation the least that a play to it can weigh: steps are followed on from what has changed."""
        least = begin.copy()
        nodes: States = np.flatnonzero(np.isfinite(least))
        while len(nodes):
            steps = self.leaving(nodes)
            steps = steps[self.used[steps]]
            targets = self.target[steps]
            before = least[targets]
            np.minimum.at(least, targets, least[self.source[steps]] + weights[steps])
            nodes = once(targets[least[targets] < before])
        return least

    # --- chances

    def chances(self) -> tuple[Floats, float]:
        """How often each situation is visited, on average, in a play whose options are picked at random; and how far
        the sum of all can be off. (Kemeny and Snell, *Finite Markov Chains*, 1960: the fundamental matrix.)

        What leads to no ending is left aside: 1 less the sum over the endings never ends.
        """
        share = 1 / np.maximum(np.diff(self.first), 1)
        chance = share[self.source]
        again = np.zeros(self.count)
        loop = self.source == self.target
        np.add.at(again, self.source[loop], chance[loop])
        again = np.where(self.hopeful, again, 0)
        visits = np.where(self.hopeful, self.begin_chance, 0)
        for nodes, steps in self.layers:
            visits[nodes] /= 1 - again[nodes]
            np.add.at(visits, self.target[steps], visits[self.source[steps]] * chance[steps])
        off = 0.0
        if len(self.core):
            place = np.full(self.count, -1)
            place[self.core] = np.arange(len(self.core))
            inner = self.used & (place[self.source] >= 0)
            origin, target = place[self.source[inner]], place[self.target[inner]]
            weight = chance[inner] / (1 - again[self.source[inner]])
            visits[self.core], off = _flow(origin, target, weight, visits[self.core])
            visits[self.core] /= 1 - again[self.core]
        return visits, off


def _flow(origin: States, target: States, weight: Floats, begin: Floats) -> tuple[Floats, float]:
    """Solves x = begin + P'x, where P[origin, target] sums `weight`; and a bound of the sum of the errors.

    With t such that (I - P)t >= 1/2, no column of the inverse of I - P' sums to more than 2 max t (Varga, *Matrix
    Iterative Analysis*, 3.4), so the error is at most that times the residual.
    """
    size = len(begin)

    def forward(x: Floats) -> Floats:
        return x - np.bincount(target, weight * x[origin], size)

    def backward(x: Floats) -> Floats:
        return x - np.bincount(origin, weight * x[target], size)

    times = _solve(backward, np.ones(size), 0.25)
    slack = np.abs(1 - backward(times)).max()
    found = _solve(forward, begin, 1e-16)
    residual = float(np.abs(begin - forward(found)).sum())
    return found, residual * 2 * float(np.abs(times).max()) if slack <= 0.5 else np.inf


def _solve(matrix: Matrix, wanted: Floats, tolerance: float) -> Floats:
    """BiCGSTAB (van der Vorst, 1992), begun again where it breaks down; the best found within ROUNDS."""
    best = x = wanted.copy()
    least = np.inf
    residual = wanted - matrix(x)
    shadow, step, v = residual.copy(), residual.copy(), residual.copy()
    rho = float(shadow @ residual)
    for _ in range(ROUNDS):
        size = float(np.abs(residual).max())
        if size < least:
            best, least = x.copy(), size
        if size <= tolerance:
            break
        v = matrix(step)
        below = float(shadow @ v)
        if rho == 0 or below == 0 or not np.isfinite(size) or size > 1e6 * max(least, 1e-16):
            for _ in range(PLAIN):  # the plain iteration, from the best so far, goes on where a direction is lost
                best = best + (wanted - matrix(best))
            x, least = best, float(np.abs(wanted - matrix(best)).max())
            residual = wanted - matrix(x)
            shadow, step = residual.copy(), residual.copy()
            rho = float(shadow @ residual)
            continue
        alpha = rho / below
        middle = residual - alpha * v
        turned = matrix(middle)
        square = float(turned @ turned)
        omega = float(turned @ middle) / square if square else 0.0
        x = x + alpha * step + omega * middle
        residual = middle - omega * turned
        before, rho = rho, float(shadow @ residual)
        beta = rho / before * alpha / omega if omega else 0.0
        step = residual + beta * (step - omega * v)
    return best


def _ends(count: int) -> tuple[Floats, Floats]:
    """The least and the most over all answers that begin in a situation; infinite where none does."""
    return np.full(count, np.inf), np.full(count, -np.inf)


def once(nodes: States | Ints) -> States:
    """Sorted, each once."""
    return distinct(nodes.astype(np.int64))


def _runs(first: States, nodes: States) -> States:
    """The indices from `first[n]` to `first[n + 1]`, for each node in turn."""
    begin, length = first[nodes], first[nodes + 1] - first[nodes]
    before = np.cumsum(length) - length
    found: States = np.arange(int(length.sum())) + np.repeat(begin - before, length)
    return found
