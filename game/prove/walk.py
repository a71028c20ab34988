"""Random play-throughs, thousands at a time: hits per scene and choice, outcomes, what was never met.

The surprising rule: all plays walk together. At each step the plays at one position are one array of situations, and
each play draws its own option; the generated steps are those of the proof. Text is not shown, so nothing is slow.
Batches of plays draw from seeds of their own, so any number of processes finds the same.
"""

import csv
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import TextIO

import numpy as np
import numpy.typing as npt

from game.prove.code import Coder, Steps
from game.prove.space import Space
from game.story.model import Story

States = npt.NDArray[np.int64]
BATCH = 20_000  # plays that walk together
MAX_STEPS = 10_000  # of one play: a story that never ends is left there
MAX_SIZE = 2**62


@dataclass(frozen=True, slots=True)
class Walk:
    """Hits count visits and choices over all plays; `ended`, `stuck` and `endless` add up to `runs`."""

    runs: int
    steps: int
    ended: int
    stuck: int
    endless: int
    scenes: dict[str, int]
    choices: dict[str, int]

    @property
    def unmet_scenes(self) -> tuple[str, ...]:
        return tuple(name for name, hits in self.scenes.items() if not hits)

    @property
    def untaken_choices(self) -> tuple[str, ...]:
        return tuple(name for name, hits in self.choices.items() if not hits)


class WalkError(Exception):
    """A walk that can't be made, or could not be finished; the message is one line for a person."""


class _Walker:
    def __init__(self, story: Story, seed: int, *, least_used: bool = False) -> None:
        self.space = Space(story, must_hold=False)
        if max(p.size for p in self.space.positions) > MAX_SIZE:
            raise WalkError("its variables and marks do not fit in a machine word")
        self.seed = seed
        self.random = np.random.default_rng()
        self.least_used = least_used
        self.coder = Coder(self.space, arrays=True)
        self._steps: dict[int, Steps] = {}
        self.visits = np.zeros(len(self.space.positions), dtype=np.int64)
        self.taken = [np.zeros(len(p.options), dtype=np.int64) for p in self.space.positions]
        self.count = self.ended = self.stuck = self.endless = 0
        enter = Coder(self.space, arrays=False).start()
        initial = [self.space.initial(answers) for answers in self.space.starts()]
        self.starts = [enter([values.get(key, 0) for key in self.space.fields]) for values in initial]

    def steps(self, position: int) -> Steps:
        if position not in self._steps:
            self._steps[position] = self.coder.steps(self.space.positions[position])
        return self._steps[position]

    def batch(self, number: int, runs: int) -> None:
        """Walks `runs` plays to their ends, spread evenly over the starts; `number` is the batch's own seed."""
        self.random = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(number,)))
        crowds: dict[int, list[States]] = {}
        for index, (position, state) in enumerate(self.starts):
            share = runs // len(self.starts) + (index < runs % len(self.starts))
            if share:
                self._arrive(position, np.full(share, state, dtype=np.int64), crowds)
        for _ in range(MAX_STEPS):
            if not crowds:
                return
            following: dict[int, list[States]] = {}
            for position, parts in crowds.items():
                self._step(position, np.concatenate(parts), following)
            crowds = following
        self.endless += sum(len(part) for parts in crowds.values() for part in parts)

    def _arrive(self, position: int, states: States, crowds: dict[int, list[States]], *, visit: bool = True) -> None:
        place = self.space.positions[position]
        self.visits[position] += len(states) if visit else 0
        if place.kind == "ending":
            self.ended += len(states)
        elif place.kind == "junction":
            for target, _, found in self.steps(position).takes[0](states):
                self._arrive(target, found, crowds)
        else:
            crowds.setdefault(position, []).append(states)

    def _step(self, position: int, states: States, following: dict[int, list[States]]) -> None:
        steps = self.steps(position)
        offers = np.array([np.broadcast_to(o, states.shape) for o in steps.offers(states)])
        if not len(offers):
            self.stuck += len(states)
            return
        chances = self.random.random(offers.shape)
        if self.least_used:  # play by play: each takes what has been taken least, chance between equals
            counts = self.taken[position].astype(np.float64)
            for play in range(len(states)):
                chances[:, play] -= counts
                chances[~offers[:, play], play] = -np.inf
                counts[chances[:, play].argmax()] += 1
        else:
            chances[~offers] = -1
        picked = chances.argmax(axis=0)
        idle = ~offers.any(axis=0)
        self.stuck += int(idle.sum())
        for option in range(len(offers)):
            rows = np.flatnonzero((picked == option) & ~idle)
            if len(rows):
                self.count += len(rows)
                self.taken[position][option] += len(rows)
                visit = not self.space.positions[position].options[option].stays
                for target, _, found in steps.takes[option](states[rows]):
                    self._arrive(target, found, following, visit=visit)

    def result(self, runs: int) -> Walk:
        space = self.space
        scenes = {name: int(self.visits[position]) for name, position in space.pages.items()}
        choices = dict.fromkeys(space.story.choices, 0)
        for position in space.positions:
            for option, taken in zip(position.options, self.taken[position.index], strict=True):
                if option.id in choices:
                    choices[option.id] += int(taken)
        return Walk(runs, self.count, self.ended, self.stuck, self.endless, scenes, choices)


def walk(
    story: Story,
    *,
    runs: int = 10_000,
    seed: int = 0,
    least_used: bool = False,
    jobs: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Walk:
    """`runs` random plays, every option equally likely, starts with every answer equally often.

    `least_used` prefers options that have been taken least. `jobs` processes share the work, 0 means one a core; equal
    seeds give equal walks, however many. `progress` is told the plays done. Raises WalkError; ValueError for
    `least_used` with more jobs than one, for each play depends on those before it.
    """
    if least_used and jobs != 1:
        raise ValueError("least_used takes one job")
    walker = _Walker(story, seed, least_used=least_used)
    size = min(BATCH, 500) if least_used else BATCH
    batches = [(number, min(size, runs - first)) for number, first in enumerate(range(0, runs, size))]
    jobs = min(jobs or os.cpu_count() or 1, len(batches))
    told = progress or (lambda _: None)
    if jobs > 1:
        return sum_of(_walk_together(story, seed, [batches[job::jobs] for job in range(jobs)], told))
    done = 0
    for number, plays in batches:
        walker.batch(number, plays)
        done += plays
        told(done)
    return walker.result(runs)


def sum_of(walks: Sequence[Walk]) -> Walk:
    """The counts of walks through one story, added up."""
    scenes, choices = Counter[str](), Counter[str]()
    for one in walks:
        scenes.update(one.scenes)
        choices.update(one.choices)
    runs, steps, ended, stuck, endless = (
        sum(n) for n in zip(*((w.runs, w.steps, w.ended, w.stuck, w.endless) for w in walks), strict=True)
    )
    return Walk(runs, steps, ended, stuck, endless, dict(scenes), dict(choices))


Batches = list[tuple[int, int]]  # numbers and plays


def _walk_together(story: Story, seed: int, shares: list[Batches], told: Callable[[int], None]) -> list[Walk]:
    """Each share in a process of its own, all at once. None of them outlives this call."""
    spawn = get_context("spawn")  # a fork would copy locks that NumPy's threads may hold
    workers: dict[Connection, BaseProcess] = {}
    found: list[Walk] = []
    done = 0
    try:
        with _deaf():
            for share in shares:
                ours, theirs = spawn.Pipe(duplex=False)
                workers[ours] = spawn.Process(target=_work, args=(story, seed, share, theirs), daemon=True)
                workers[ours].start()
                theirs.close()
        while len(found) < len(shares):
            for ready in wait([c for c in workers if not c.closed]):
                assert isinstance(ready, Connection)
                try:
                    news: int | Walk = ready.recv()
                except EOFError:
                    raise WalkError("one of its processes was ended from outside") from None
                if isinstance(news, Walk):
                    found.append(news)
                    ready.close()
                else:
                    done += news
                    told(done)
    finally:
        for worker in workers.values():
            worker.terminate()
            worker.join()
    return found


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes begun here hear no Ctrl+C, from their first instruction on: the one that began them ends them."""
    if threading.current_thread() is not threading.main_thread():  # which alone may say what a signal does
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _work(story: Story, seed: int, share: Batches, target: Connection) -> None:
    """Sends the plays of each batch when it is done, and all counts at the end."""
    walker = _Walker(story, seed)
    for number, plays in share:
        walker.batch(number, plays)
        target.send(plays)
    target.send(walker.result(sum(plays for _, plays in share)))


def write_hits(found: Walk, target: TextIO) -> None:
    """The hits as CSV: kind, id, hits, and hits a play."""
    rows = csv.writer(target)
    rows.writerow(["kind", "id", "hits", "per_play"])
    for kind, hits in (("scene", found.scenes), ("choice", found.choices)):
        for name, count in hits.items():
            rows.writerow([kind, name, count, f"{count / found.runs:.6f}"])
