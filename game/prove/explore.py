"""Exhaustive search: every reachable situation, breadth first, and a verdict for each property.

The surprising rule: two engines. Below SMALL situations plain sets of integers are fastest; above it the search starts
over with arrays, a position at a time, whose visited marks are bitmaps where situations are dense and sorted arrays
where they are not. Both go level by level, so what is found first has the fewest steps.

Situations from which no ending can be reached are found backwards from the endings (the EF fixpoint of Clarke and
Emerson, 1981).
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from math import log2
from typing import Any, Protocol, TypeVar

from game.prove.code import Coder, Steps
from game.prove.space import Position, Space
from game.story.diagnostics import Location
from game.story.expressions import Value
from game.story.model import Story

SMALL = 20_000  # situations the engine of sets takes on
LIMIT = 20_000_000  # situations in arrays: half a gigabyte, or less
TOO_MANY = "the limit of "  # so begins the reason of a search that met it
INTERRUPTED = "interrupted"  # the reason of one that Ctrl+C ended
MAX_SIZE = 2**62  # of the situations of a position, to fit in an array
WIDE_LIMIT = 1_000_000  # situations in sets, where they do not fit: as much memory
SET_BYTES = 450  # of memory a situation in sets, measured; with predecessors
Place = tuple[int, int]  # position, situation
Progress = Callable[[int, int], None]  # situations so far, and waiting


class Verdict(StrEnum):
    PROVED = "PROVED"
    REFUTED = "REFUTED"
    UNDECIDED = "UNDECIDED"


@dataclass(frozen=True, slots=True)
class Witness:
    """Answers and the shortest list of step ids that shows something."""

    answers: dict[str, Value]
    steps: tuple[str, ...]

    def encode(self) -> str:
        return json.dumps(list(self.steps), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """A property and its verdict. `witness` shows why it is refuted, or that something is reachable; `kind` is the key
    of the `must_hold`, `can_end` or `no_stuck_page`.
    """

    kind: str
    name: str
    verdict: Verdict
    witness: Witness | None = None
    location: Location | None = None
    shortest: bool = True  # no shorter play shows it; not known where the search was cut short


@dataclass(frozen=True, slots=True)
class Proof:
    """`situations` counts those reached, `memory` the bytes that hold them (an estimate); `costly` is what makes the
    space large, the worst first, with how many values it can have. `reason` says why anything is undecided, else ''.
    """

    findings: tuple[Finding, ...]
    situations: int
    memory: int
    depth: int
    dropped: tuple[str, ...]
    costly: dict[str, int]
    reason: str

    @property
    def verdict(self) -> Verdict:
        found = {f.verdict for f in self.findings}
        return next((v for v in (Verdict.REFUTED, Verdict.UNDECIDED) if v in found), Verdict.PROVED)


class Interrupted(Exception):  # noqa: N818  # no error: the search ends early and says so
    """The limit is met, or the person has seen enough; the message says which."""


@dataclass(slots=True)
class Seen:
    """What a search has found so far, whichever engine runs it."""

    situations: int = 0
    depth: int = 0
    reason: str = ""
    scenes: set[str] = field(default_factory=set)
    options: set[str] = field(default_factory=set)
    stuck: Place | None = None
    broken: dict[int, Place] = field(default_factory=dict)  # per must_hold: where it fails, or where it is reached


class Engine(Protocol):
    seen: Seen

    def run(self) -> None:
        """Explores; raises Interrupted at the limit."""

    def hopeless(self) -> Place | None:
        """The shallowest situation from which no ending can be reached; what was not explored counts as hope."""

    def witness(self, place: Place) -> Witness:
        """The shortest play to a situation that was found."""

    def memory(self) -> int:
        """The bytes that hold what was found, about."""


class Search:
    """What both engines share: the space, its generated code and the conditions of `must_hold`."""

    def __init__(self, space: Space, *, arrays: bool, limit: int, progress: Progress | None) -> None:
        self.space, self.limit, self.progress = space, limit, progress
        self.seen = Seen()
        self.coder = Coder(space, arrays=arrays)
        self._steps: dict[int, Steps] = {}
        self._conditions: dict[tuple[int, int], Callable[[Any], Any]] = {}
        self.starts: dict[Place, dict[str, Value]] = {}

    def begin(self) -> None:
        """Finds the first situations, from all answers."""
        enter = Coder(self.space, arrays=False).start()
        for answers in self.space.starts():
            values = self.space.initial(answers)
            self.starts.setdefault(enter([values.get(key, 0) for key in self.space.fields]), answers)
            self._keep_within(len(self.starts))

    def steps(self, position: int) -> Steps:
        if position not in self._steps:
            self._steps[position] = self.coder.steps(self.space.positions[position])
        return self._steps[position]

    def watched(self, position: Position) -> Iterator[tuple[int, bool, Callable[[Any], Any]]]:
        """The conditions to test on arriving: which, whether holding (else failing) is news, and the test. Nested
        choices stand between `set` and the move, where nothing is tested.
        """
        if position.kind == "menu":
            return
        for index, must in enumerate(self.space.must_hold):
            if index in self.seen.broken or (must.kind == "every_ending" and position.kind != "ending"):
                continue
            key = (position.index, index)
            if key not in self._conditions:
                self._conditions[key] = self.coder.condition(position, must.condition.term)
            yield index, must.kind == "reachable", self._conditions[key]

    def check_limit(self, waiting: int) -> None:
        self._keep_within(self.seen.situations)
        if self.progress is not None:
            self.progress(self.seen.situations, waiting)

    def _keep_within(self, situations: int) -> None:
        if situations > self.limit:
            raise Interrupted(f"{TOO_MANY}{self.limit:,} situations is met")

    def option_id(self, position: int, option: int) -> str:
        return self.space.positions[position].options[option].id


class SmallSearch(Search):
    """Plain sets. `parents` tells for each situation the one before it and the option taken."""

    def __init__(self, space: Space, *, limit: int, progress: Progress | None) -> None:
        super().__init__(space, arrays=False, limit=limit, progress=progress)
        self.parents: dict[Place, tuple[Place, int] | None] = {}
        self.before: dict[Place, list[Place]] = {}
        self.waiting: list[Place] = []
        self.expanded = 0  # how many of `parents`, junctions left aside, are done with

    def run(self) -> None:
        self.begin()
        for start in self.starts:
            self._arrive(start, None)
        while self.waiting:
            level, self.waiting = self.waiting, []
            for place in level:
                self._expand(place)
                self.expanded += 1
            self.seen.depth += bool(self.waiting)
            self.check_limit(len(self.waiting))

    def _expand(self, place: Place) -> None:
        position, state = place
        kind = self.space.positions[position].kind
        if kind == "ending":
            return
        steps = self.steps(position)
        offers = steps.offers(state)
        for option, offered in enumerate(offers):
            if offered:
                self.seen.options.add(self.option_id(position, option))
                self._arrive(steps.takes[option](state), (place, option))
        if not any(offers) and self.seen.stuck is None:
            self.seen.stuck = place
        if self.seen.situations > self.limit:
            self.check_limit(len(self.waiting))

    def _arrive(self, place: Place, parent: tuple[Place, int] | None) -> None:
        """Notes an arrival; junctions pass it on at once."""
        while True:
            if parent is not None:
                self.before.setdefault(place, []).append(parent[0])
            if place in self.parents:
                return
            self.parents[place] = parent
            self._look(place)
            if self.space.positions[place[0]].kind != "junction":
                self.seen.situations += 1
                self.waiting.append(place)
                return
            parent, place = (place, 0), self.steps(place[0]).takes[0](place[1])

    def _look(self, place: Place) -> None:
        position = self.space.positions[place[0]]
        self.seen.scenes.add(position.scene)
        for index, wanted, test in list(self.watched(position)):
            if bool(test(place[1])) is wanted:
                self.seen.broken[index] = place

    def hopeless(self) -> Place | None:
        waiting = [p for p in self.parents if self.space.positions[p[0]].kind != "junction"]
        good = {p for p in waiting if self.space.positions[p[0]].kind == "ending"} | set(waiting[self.expanded :])
        stack = list(good)
        while stack:
            for previous in self.before.get(stack.pop(), ()):
                if previous not in good:
                    good.add(previous)
                    stack.append(previous)
        return next((p for p in waiting if p not in good), None)

    def witness(self, place: Place) -> Witness:
        steps: list[str] = []
        while (parent := self.parents[place]) is not None:
            place, option = parent
            if name := self.option_id(place[0], option):
                steps.append(name)
        return Witness(self.starts[place], tuple(reversed(steps)))

    def memory(self) -> int:
        return SET_BYTES * len(self.parents)


# --- verdicts ------------------------------------------------------------------------------------------------------


def prove(story: Story, *, limit: int | None = None, progress: Progress | None = None, small: int = SMALL) -> Proof:
    """Explores a story and judges it. `limit` bounds the situations, `small` those of the engine of sets. Without a
    limit of its own the search keeps within about half a gigabyte.

    Ctrl+C ends it early at any time: what was found stands, the rest is undecided.
    """
    try:
        return _prove(story, limit, progress, small)
    except KeyboardInterrupt:  # before there was anything to judge, or while what was found was being told
        findings = [Finding(kind, name, Verdict.UNDECIDED, None, at) for kind, name, at in _properties(story)]
        return Proof(tuple(findings), 0, 0, 0, (), {}, INTERRUPTED)


def _prove(story: Story, limit: int | None, progress: Progress | None, small: int) -> Proof:
    space = Space(story)
    return _judge(space, explore(space, limit=limit, progress=progress, small=small))


def is_wide(space: Space) -> bool:
    """Whether its situations are more than arrays can hold."""
    return max(p.size for p in space.positions) > MAX_SIZE


def explore(space: Space, *, limit: int | None, progress: Progress | None, small: int = SMALL) -> Engine:
    """The engine that fits a space, after its search; what it has `seen` stands, a `reason` to end early included."""
    wide = is_wide(space)
    if limit is None:
        limit = WIDE_LIMIT if wide else LIMIT
    first = limit if wide else min(limit, small)
    engine: Engine = SmallSearch(space, limit=first, progress=progress)
    try:
        attempt(engine)
        if engine.seen.reason and limit > first and engine.seen.reason.startswith(TOO_MANY):
            from game.prove.arrays import LargeSearch  # NumPy, which only large stories want

            engine = LargeSearch(space, limit=limit, progress=progress)
            attempt(engine)
    except KeyboardInterrupt:
        engine.seen.reason = INTERRUPTED
    return engine


def attempt(engine: Engine) -> None:
    """Runs it; a reason to end early stands in what it has seen."""
    try:
        engine.run()
    except Interrupted as stop:
        engine.seen.reason = str(stop)
    except KeyboardInterrupt:
        engine.seen.reason = INTERRUPTED


def _properties(story: Story) -> Iterator[tuple[str, str, Location | None]]:
    """The kind and name of each, and where the story states it."""
    yield "can_end", "from every situation an ending can be reached", None
    yield "no_stuck_page", "no page is stuck", None
    for must in story.must_hold:
        yield must.kind, f"{must.kind.replace('_', ' ')}: {must.condition.source}", must.location


T = TypeVar("T")


def _judge(space: Space, engine: Engine) -> Proof:
    seen = engine.seen

    def unless_interrupted(work: Callable[[], T]) -> T | None:
        try:
            return work()
        except KeyboardInterrupt:
            seen.reason = INTERRUPTED
            return None

    broken = map(seen.broken.get, range(len(space.story.must_hold)))
    places = [unless_interrupted(engine.hopeless), seen.stuck, *broken]
    witnesses = [p and unless_interrupted(partial(engine.witness, p)) for p in places]
    findings = []
    for (kind, name, at), place, witness in zip(_properties(space.story), places, witnesses, strict=True):
        found, missing = Verdict.REFUTED, Verdict.PROVED
        if kind == "reachable":
            found, missing = missing, found
        if witness is not None:
            shortest = kind != "can_end" or not seen.reason  # what lies ahead of a shallower one may be unexplored
            findings.append(Finding(kind, name, found, witness, at, shortest))
        else:
            verdict = Verdict.UNDECIDED if seen.reason or place is not None else missing
            findings.append(Finding(kind, name, verdict, None, at))
    return Proof(
        findings=tuple(findings),
        situations=seen.situations,
        memory=engine.memory(),
        depth=seen.depth,
        dropped=tuple(_shown(key) for key in space.dropped),
        costly=_costly(space),
        reason=seen.reason,
    )


def _shown(key: tuple[str, str]) -> str:
    kind, name = key
    called = "chose" if kind == "chosen" else kind
    return name if kind == "state" else f"interrupt {int(name) + 1}" if kind == "fired" else f"{called}('{name}')"


def _costly(space: Space) -> dict[str, int]:
    """The fields that carry most over all positions, the worst first, and how many values each can have."""
    weight: dict[tuple[str, str], float] = {}
    for position in space.positions:
        for key in position.live:
            weight[key] = weight.get(key, 0) + log2(space.fields[key].size)
    worst = sorted(weight, key=lambda key: -weight[key])
    return {_shown(key): space.fields[key].size for key in worst[:8]}
