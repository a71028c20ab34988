"""Coverage: what of a story is used in some play, and which sides its conditions take.

The surprising rule: a play that uses something settles it, so chance goes first: a small search, then random plays.
Only what they did not meet is searched for: all that the steps can tell anyway in one search, the rest with the fields
it reads kept alive, those with equal cones of influence together.
"""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from game.prove.explore import (
    INTERRUPTED,
    LIMIT,
    SMALL,
    WIDE_LIMIT,
    Engine,
    Interrupted,
    Progress,
    SmallSearch,
    attempt,
    explore,
    is_wide,
)
from game.prove.goals import COUNTED, Goal, Goals, What
from game.prove.probes import ProbedSpace
from game.prove.space import Space
from game.prove.trees import Key
from game.story.diagnostics import Diagnostic, Location, Severity
from game.story.expressions import Value
from game.story.model import Story

FIRST = 4_000  # situations of the search for everything at once, which is all that a small story needs
STEPS = 120_000  # of the random plays together
PLAY = COUNTED // 2  # of one play; a step enters a scene twice at most, as an interrupt's and then as the way's


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of a kind some play uses. A condition counts twice, once a side; a case of `by` counts as one."""

    what: What
    used: int
    total: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that no play uses or, with a `why`, of which that is not known. `code` is the catalogue's."""

    what: What
    code: str
    message: str
    location: Location
    why: str = ""

    @property
    def problem(self) -> Diagnostic:
        return Diagnostic(self.code, Severity.WARNING, self.location, self.message)


@dataclass(frozen=True, slots=True)
class Coverage:
    """`unused` and `unknown` leave out what follows from another gap, as the text of a scene that is never met; the
    tallies leave out nothing. Both are in the order of the files.
    """

    tallies: tuple[Tally, ...]
    unused: tuple[Gap, ...]
    unknown: tuple[Gap, ...]


def cover(story: Story, *, limit: int | None = None, progress: Progress | None = None) -> Coverage:
    """What of a story is used. `limit` bounds the situations of each search, and of the searches of cones together.
    Without one each keeps within about half a gigabyte.

    Ctrl+C ends it early: what was found stands, the rest is not known.
    """
    return report(Search(story, limit, progress))


class Search:
    """The goals of a story, those `met` in some play and those `settled` as met in none; `why` the rest is open."""

    def __init__(self, story: Story, limit: int | None, progress: Progress | None) -> None:
        self.goals = Goals(story)
        self.limit, self.is_limited, self.progress = limit or LIMIT, limit is not None, progress
        self.met: set[int] = set()
        self.settled: set[int] = set()
        self.why = ""
        self.small = SMALL
        try:
            self._run()
        except KeyboardInterrupt:
            self.why = INTERRUPTED

    @property
    def open(self) -> frozenset[int]:
        return frozenset(range(len(self.goals.goals))) - self.met - self.settled

    @property
    def _exact(self) -> frozenset[int]:
        return frozenset(n for n in self.open if not self.goals.goals[n].endless)

    def _run(self) -> None:
        wanted = self._exact
        space = self._space(wanted, wanted)
        first = SmallSearch(space, limit=min(self.limit, FIRST), progress=self._look(space, wanted))
        attempt(first)
        self._learn(space, first, wanted)
        if self.why != INTERRUPTED and self.open:
            if self.open - wanted:  # with their visits counted
                first = SmallSearch(self._space(self.open, self.open), limit=0, progress=None)
            self._walk(first)
        if self.why != INTERRUPTED and self._exact and self.limit > FIRST:
            base = self._search(frozenset(), self.limit)
            if not self.why:
                self._search_cones(base)

    def _search_cones(self, base: int) -> None:
        """Each cone gets an equal share of the limit, and room for the base four times if there is."""
        left, cut = self.limit, ""
        cones = self._cones()
        for index, cone in enumerate(cones):
            if left > 0 and cone & self.open:
                left -= self._search(cone & self.open, min(left, max(left // (len(cones) - index), 4 * base)))
                cut = self.why or cut
            if self.why == INTERRUPTED:
                break
        self.why = cut

    def _search(self, keep: frozenset[int], limit: int) -> int:
        """Explores with what the goals of `keep` read kept alive; the number of situations."""
        wanted = self._exact
        space = self._space(wanted, keep)
        if is_wide(space) and not self.is_limited:
            limit = min(limit, WIDE_LIMIT)
        engine = explore(space, limit=limit, progress=self._look(space, wanted), small=self.small)
        self._learn(space, engine, wanted)
        if engine.seen.situations > self.small:  # so are those to come
            self.small = 0
        return engine.seen.situations

    def _space(self, wanted: frozenset[int], keep: frozenset[int]) -> ProbedSpace:
        return ProbedSpace(self.goals.story, self.goals.at(wanted, keep), keep)

    def _look(self, space: Space, wanted: frozenset[int]) -> Progress:
        """Ends a search that has met everything, and passes on how far it is."""

        def look(situations: int, waiting: int) -> None:
            if not wanted - space.hits:
                raise Interrupted("nothing is left to look for")
            if self.progress is not None:
                self.progress(situations, waiting)

        return look

    def _learn(self, space: Space, engine: Engine, wanted: frozenset[int]) -> None:
        self.met |= space.hits
        if not engine.seen.reason:
            self.settled |= wanted - space.hits - space.blind
        self.why = engine.seen.reason if wanted - space.hits else ""

    def _cones(self) -> list[frozenset[int]]:
        """The open goals by all that what they read depends on; small cones first."""
        cones: dict[frozenset[Key], set[int]] = defaultdict(set)
        for number in self._exact:
            cones[self.goals.cone([number])].add(number)
        return [frozenset(cones[cone]) for cone in sorted(cones, key=lambda cone: (len(cone), sorted(cone)))]

    # --- random plays

    def _walk(self, search: SmallSearch) -> None:
        """Random plays through a search's space and steps, that prefer what has been taken least."""
        space, wanted = search.space, self.open
        chance = random.Random(0)  # noqa: S311  # no secret: equal stories give equal reports
        enter = search.coder.start()
        taken: dict[tuple[int, int], float] = defaultdict(float)
        left = STEPS
        try:
            while left > 0 and wanted - space.hits:
                answers: dict[str, Value] = {
                    v.id: chance.choice(v.answers or (v.start,)) for v in space.story.questions
                }
                values = space.initial(answers)
                position, state = enter([values.get(key, 0) for key in space.fields])
                for _ in range(PLAY):
                    left -= 1
                    place = space.positions[position]
                    steps = search.steps(position)
                    offers = steps.offers(state)
                    offered = [option for option, offer in enumerate(offers) if offer]
                    if place.kind == "ending" or not offered:
                        break
                    option = min(offered, key=lambda o: taken[position, o] + chance.random())
                    taken[position, option] += chance.random()
                    position, state = steps.takes[option](state)
        finally:
            self.met |= space.hits


# --- what to tell --------------------------------------------------------------------------------------------------


def report(search: Search) -> Coverage:
    """What a search found, counted and told."""
    goals, met = search.goals.goals, search.met
    why = search.why or "no random play met it, and visits without an end can't be searched"
    unused, unknown = [], []
    for number, goal in enumerate(goals):
        if number in met or not goal.code or (goal.under is not None and goal.under not in met):
            continue
        gap = _gap(goals, met, number)
        if gap is None:
            continue
        if number in search.settled:
            unused.append(gap)
        else:
            unknown.append(Gap(gap.what, gap.code, gap.message, gap.location, why))
    tallies = [Tally(what, sum(n in met for n in of), len(of)) for what, of in search.goals.used.items() if of]
    return Coverage(tuple(tallies), _ordered(unused), _ordered(unknown))


def _gap(goals: list[Goal], met: set[int], number: int) -> Gap | None:
    """A goal that is not met; of a condition that is never asked only one side is told."""
    goal = goals[number]
    code = goal.code
    if goal.twin is not None and goal.twin not in met:
        if goal.twin < number:
            return None
        if code == "never-holds":
            code = "never-asked"
    return Gap(goal.what, code, goal.message(code), goal.location)


def _ordered(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    return tuple(sorted(gaps, key=lambda gap: (gap.location, gap.code, gap.message)))
