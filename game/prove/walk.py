"""Random play-throughs, thousands at a time: hits per scene and choice, outcomes, what was never met.

The surprising rule: all plays walk together. At each step the plays at one position are one array of situations, and
each play draws its own option; the generated steps are those of the proof. Text is not shown, so nothing is slow.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
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


class TooWideError(ValueError):
    """A story whose situations do not fit in a machine word."""


class _Walker:
    def __init__(self, story: Story, seed: int, *, least_used: bool) -> None:
        self.space = Space(story, must_hold=False)
        if max(p.size for p in self.space.positions) > MAX_SIZE:
            raise TooWideError("its variables and marks do not fit in a machine word")
        self.random = np.random.default_rng(seed)
        self.least_used = least_used
        self.coder = Coder(self.space, arrays=True)
        self._steps: dict[int, Steps] = {}
        self.visits = np.zeros(len(self.space.positions), dtype=np.int64)
        self.taken = [np.zeros(len(p.options), dtype=np.int64) for p in self.space.positions]
        self.count = self.ended = self.stuck = self.endless = 0

    def steps(self, position: int) -> Steps:
        if position not in self._steps:
            self._steps[position] = self.coder.steps(self.space.positions[position])
        return self._steps[position]

    def batch(self, runs: int, starts: list[tuple[int, int]]) -> None:
        """Walks `runs` plays to their ends, spread evenly over the starts."""
        crowds: dict[int, list[States]] = {}
        for index, (position, state) in enumerate(starts):
            share = runs // len(starts) + (index < runs % len(starts))
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


def walk(
    story: Story,
    *,
    runs: int = 10_000,
    seed: int = 0,
    least_used: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Walk:
    """`runs` random plays, every option equally likely, starts with every answer equally often.

    `least_used` prefers options that have been taken least. Equal seeds give equal walks. Raises TooWideError.
    """
    walker = _Walker(story, seed, least_used=least_used)
    enter = Coder(walker.space, arrays=False).start()
    starts = []
    for answers in walker.space.starts():
        values = walker.space.initial(answers)
        starts.append(enter([values.get(key, 0) for key in walker.space.fields]))
    done = 0
    size = min(BATCH, 500) if least_used else BATCH
    while done < runs:
        batch = min(size, runs - done)
        walker.batch(batch, starts)
        done += batch
        if progress is not None:
            progress(done)
    return _result(walker, runs)


def _result(walker: _Walker, runs: int) -> Walk:
    space = walker.space
    scenes = {name: int(walker.visits[position]) for name, position in space.pages.items()}
    choices = dict.fromkeys(space.story.choices, 0)
    for position in space.positions:
        for option, taken in zip(position.options, walker.taken[position.index], strict=True):
            if option.id in choices:
                choices[option.id] += int(taken)
    return Walk(runs, walker.count, walker.ended, walker.stuck, walker.endless, scenes, choices)


def write_hits(found: Walk, target: TextIO) -> None:
    """The hits as CSV: kind, id, hits, and hits a play."""
    rows = csv.writer(target)
    rows.writerow(["kind", "id", "hits", "per_play"])
    for kind, hits in (("scene", found.scenes), ("choice", found.choices)):
        for name, count in hits.items():
            rows.writerow([kind, name, count, f"{count / found.runs:.6f}"])
