"""What a story measures: ranges attained, numbers cut, siblings that never differ, lengths and chances of plays, and
plays that take every choice.

The surprising rule: every number says what it is worth. The steps of a play are known exactly, whatever is left out of
its situations; its words hang on more, so they are counted in a space that keeps all that text reads, if that is small
enough, else between bounds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Literal

import numpy as np

from game.prove.explore import Progress, Witness
from game.prove.given import given
from game.prove.graph import EXACT, Explored, Floats, Graph, Ints
from game.prove.plays import covering
from game.prove.weigher import Flags, Noted
from game.prove.words import CARDS, FACTS, TEXT, ToldSpace, TrackingSpace
from game.story.diagnostics import Location
from game.story.expressions import Expression, Kind, Value
from game.story.model import Assignment, Choice, Scene, Story

LIMIT = 1_000_000  # situations measured
WORDY = 400_000  # situations of a space that keeps more than the steps of a play need
Known = Literal["exact", "at least", "at most", "about", "unbounded", "not known"]


@dataclass(frozen=True, slots=True)
class Number:
    """`known` tells whether the value is exact or a bound, and which; it is None if unbounded or not known."""

    value: float | None
    known: Known


NOT_KNOWN = Number(None, "not known")


@dataclass(frozen=True, slots=True)
class Range:
    """What a variable is at some time of some play, its start included. A number has `low` and `high` (both attained)
    within what is declared; a word or flag has `values`. `known` is "exact", or "at least" where not all was searched.
    """

    variable: str
    declared: tuple[Value, ...]  # of a number, its lowest and highest
    known: Known
    low: int | None = None
    high: int | None = None
    values: tuple[Value, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Everything declared is attained: of a number, both ends."""
        return self.values == self.declared if self.low is None else (self.low, self.high) == self.declared


@dataclass(frozen=True, slots=True)
class Cut:
    """An assignment whose value is out of range in some play: cut `down` to the highest, or `up` to the lowest."""

    variable: str
    direction: Literal["up", "down"]
    furthest: int  # the value before it is cut
    location: Location


@dataclass(frozen=True, slots=True)
class Lengths:
    """Choices taken and words read from the start to an ending. Continue is no choice; `words.py` says what is read."""

    fewest_choices: Number
    most_choices: Number
    fewest_words: Number
    most_words: Number


@dataclass(frozen=True, slots=True)
class Result:
    """A way for a play to end: an `outcome` (the last one entered; '' for none) or an `ending`, by its scene. `chance`
    is that of a play whose answers and options are picked at random, all that is offered being equally likely.
    """

    kind: Literal["outcome", "ending"]
    id: str
    chance: Number
    lengths: Lengths


@dataclass(frozen=True, slots=True)
class ClassPlay:
    """Lengths of the plays that begin with the answers of the story's `class`."""

    answers: Mapping[str, Value]
    lengths: Lengths


@dataclass(frozen=True, slots=True)
class Measures:
    """`reason` says why the rest is not measured, else it is ''; `alike` needs no search and is always there.

    `alike` are groups of choices of one scene or menu that never differ; `cuts` is complete if `cuts_known` is "exact",
    else there are at least these. `lengths` is None where no ending is reached; `endless` is the chance that a random
    play comes to none. `plays` together take every choice that some play takes.
    """

    situations: int
    reason: str
    alike: tuple[tuple[str, ...], ...]
    ranges: tuple[Range, ...] = ()
    cuts: tuple[Cut, ...] = ()
    cuts_known: Known = "not known"
    lengths: Lengths | None = None
    results: tuple[Result, ...] = ()
    endless: Number = NOT_KNOWN
    class_play: ClassPlay | None = None
    plays: tuple[Witness, ...] = ()


def measure(story: Story, *, limit: int = LIMIT, progress: Progress | None = None) -> Measures:
    """Measures a story of at most `limit` situations; of a larger one, or after Ctrl+C, what needs no search."""
    same = alike(story)
    try:
        spaces = explore(story, limit, progress)
        explored = spaces[-1]
        if explored.reason:
            return Measures(explored.count, explored.reason, same)
        graph = Graph(explored)
        ranges, cuts, cuts_known = _assigned(story, spaces, limit, progress)
        lengths = _Lengths([*map(Graph, spaces[:-1]), graph])
        visits, off = graph.chances()
        lost = 1 - float(visits[graph.ends].sum())
        return Measures(
            situations=explored.count,
            reason="",
            alike=same,
            ranges=ranges,
            cuts=cuts,
            cuts_known=cuts_known,
            lengths=lengths.of(),
            results=tuple(_results(graph, lengths, visits, off)),
            endless=_chance(lost if lost > EXACT else 0.0, off),
            class_play=_class_play(story, limit, progress),
            plays=covering(graph),
        )
    except KeyboardInterrupt:
        return Measures(0, "interrupted", same)


def explore(story: Story, limit: int, progress: Progress | None) -> list[Explored]:
    """Spaces that keep as much of what words hang on as can be afforded: all of it, or some in one and some in another,
    the smallest last. Only if there is just one can it have a `reason`.
    """
    found: list[Explored] = []
    for tracked in ([TEXT, CARDS, FACTS], [TEXT, CARDS], [CARDS, FACTS], [CARDS], []):
        enough = min(limit, WORDY) if len(tracked) > 1 else limit
        explored = Explored(ToldSpace(story, frozenset(tracked)), limit=enough, progress=progress)
        if not explored.reason:
            found.append(explored)
        if found and (TEXT not in tracked or FACTS in tracked):
            break
    return sorted(found, key=lambda e: -e.count) or [explored]


# --- lengths and chances -------------------------------------------------------------------------------------------


class _Lengths:
    """Shortest and longest plays, by graphs of one story that know different words."""

    def __init__(self, graphs: list[Graph]) -> None:
        self.graphs = [(graph, *_spans(graph)) for graph in graphs]

    def of(self, kind: str = "", name: str = "") -> Lengths | None:
        """To the endings of a kind; None where none is reached. The closest bounds are those of different graphs."""
        fewest, most = [], []
        for graph, choices, low, high in self.graphs:
            where = graph.ending(kind, name)
            if not where.any():
                return None
            (least, longest), (lowest, most_low), (fewest_high, highest) = (s.of(where) for s in (choices, low, high))
            fewest.append(Number(lowest, "exact" if lowest == fewest_high else "at least"))
            most.append(_most(highest, most_low))
        return Lengths(
            Number(least, "exact"),
            _most(longest, longest),
            max(fewest, key=lambda n: (n.known == "exact", n.value)),
            min(most, key=lambda n: (n.known == "at most", n.value or 0)),
        )


def _spans(graph: Graph) -> tuple["_Span", "_Span", "_Span"]:
    least, most = graph.begin_low
    none = (np.where(np.isfinite(least), 0, least), np.where(np.isfinite(most), 0, most))
    return (
        _Span(graph, graph.is_choice, none),
        _Span(graph, graph.low, graph.begin_low),
        _Span(graph, graph.high, graph.begin_high),
    )


class _Span:
    def __init__(self, graph: Graph, weights: Ints | Flags, begin: tuple[Floats, Floats]) -> None:
        self.least = graph.shortest(weights, begin[0])
        self.most = graph.longest(weights, begin[1])

    def of(self, where: Flags) -> tuple[int, float]:
        return int(self.least[where].min()), float(self.most[where].max())


def _most(high: float, low: float) -> Number:
    if np.isinf(high):
        return Number(None, "unbounded")
    return Number(int(high), "exact" if high == low else "at most")


def _chance(value: float, off: float) -> Number:
    return Number(value, "exact" if off <= EXACT else "about")


def _results(graph: Graph, lengths: _Lengths, visits: Floats, off: float) -> Iterator[Result]:
    names: list[tuple[Literal["outcome", "ending"], str]] = []
    if len(graph.outcomes) > 1:
        names += [("outcome", outcome) for outcome in graph.outcomes]
    names += [("ending", position.scene) for position in graph.space.positions if position.kind == "ending"]
    for kind, name in names:
        found = lengths.of(kind, name)
        if found is not None:
            chance = float(visits[graph.ending(kind, name)].sum())
            yield Result(kind, name, _chance(chance, off), found)


def lengths_from(
    story: Story, answers: Mapping[str, Value], *, limit: int = LIMIT, progress: Progress | None = None
) -> Lengths | None:
    """Lengths of the plays that begin with these answers; None if no ending is reached, or the space is too large."""
    explored = explore(given(story, answers), limit, progress)
    return _Lengths([Graph(e) for e in explored]).of() if not explored[0].reason else None


def _class_play(story: Story, limit: int, progress: Progress | None) -> ClassPlay | None:
    if story.class_plan is None or not story.class_plan.answers:
        return None
    answers = story.class_plan.answers
    lengths = lengths_from(story, answers, limit=limit, progress=progress)
    return ClassPlay(answers, lengths) if lengths is not None else None


# --- what is assigned ----------------------------------------------------------------------------------------------


def _assigned(
    story: Story, spaces: list[Explored], limit: int, progress: Progress | None
) -> tuple[tuple[Range, ...], tuple[Cut, ...], Known]:
    """Ranges and cuts. A variable that the space does not keep is searched in a space of its own cone of influence."""
    noted: dict[Location, Noted] = {}

    def add(found: Mapping[Location, Noted]) -> None:
        for place, values in found.items():
            noted[place] = _both(noted.get(place, Noted()), values)

    for explored in spaces:
        add(explored.weigher.noted)
    open_ = set()
    for name in sorted(story.variables.keys() & set.intersection(*(e.weigher.unknown for e in spaces))):
        cone = Explored(TrackingSpace(story, frozenset([("state", name)])), limit=min(limit, WORDY), progress=progress)
        add(cone.noted())
        if cone.reason:
            open_.add(name)
    assignments: dict[str, list[Assignment]] = {}
    for assignment in _assignments(story):
        assignments.setdefault(assignment.variable, []).append(assignment)
    words = spaces[-1].weigher.numbers
    ranges, cuts = [], []
    for variable in story.variables.values():
        name = variable.id
        found_ = [(a, noted[a.location]) for a in assignments.get(name, ()) if a.location in noted]
        known: Known = "at least" if name in open_ else "exact"
        starts = (variable.answers if variable.ask else None) or (variable.start,)
        if variable.kind is Kind.NUMBER:
            low, high = variable.low, variable.high
            ends = [int(v) for v in starts]
            for assignment, note in found_:
                ends += [min(max(end, low), high) for end in (note.low, note.high) if end is not None]
                if note.high is not None and note.high > high:
                    cuts.append(Cut(name, "down", note.high, assignment.location))
                if note.low is not None and note.low < low:
                    cuts.append(Cut(name, "up", note.low, assignment.location))
            ranges.append(Range(name, (low, high), known, min(ends), max(ends)))
        elif variable.kind in (Kind.FLAG, Kind.WORD):
            flag = variable.kind is Kind.FLAG
            declared: tuple[Value, ...] = (False, True) if flag else tuple(variable.words)
            stored = frozenset[int]().union(*(note.values for _, note in found_))
            values = tuple(v for v in declared if v in starts or (int(v) if flag else words[str(v)]) in stored)
            ranges.append(Range(name, declared, known, values=values))
    numbers = {name for name in open_ if story.variables[name].kind is Kind.NUMBER}
    ranges = [replace(r, known="exact") if r.is_whole else r for r in ranges]
    return tuple(ranges), tuple(cuts), "at least" if numbers else "exact"


def _both(one: Noted, other: Noted) -> Noted:
    lows = [n.low for n in (one, other) if n.low is not None]
    highs = [n.high for n in (one, other) if n.high is not None]
    return Noted(min(lows, default=None), max(highs, default=None), one.values | other.values)


def _assignments(story: Story) -> Iterator[Assignment]:
    for scene in story.scenes.values():
        yield from scene.on_enter
    for choice in story.choices.values():
        yield from choice.set


# --- siblings ------------------------------------------------------------------------------------------------------


def alike(story: Story) -> tuple[tuple[str, ...], ...]:
    """Groups of siblings that never differ: they set the same and leave by the same way, without a reply or nested
    choices, and no condition or text reads whether one was chosen.
    """
    read = _chosen_read(story)
    groups: dict[object, list[str]] = {}
    for choice in story.choices.values():
        if choice.reply or choice.choices or choice.id in read:
            continue
        menu, _, _ = choice.id.rpartition("/")
        scene = story.scenes[choice.id.split("/", 1)[0]]
        effects = frozenset((a.variable, repr(a.value.term)) for a in choice.set)
        groups.setdefault((menu, effects, _way(scene, choice)), []).append(choice.id)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _way(scene: Scene, choice: Choice) -> str:
    if choice.stay:
        return "+stay"
    if choice.go:
        return choice.go
    return scene.next[0].go if len(scene.next) == 1 else "+next"


def _chosen_read(story: Story) -> frozenset[str]:
    """The choices that some condition, effect or text asks about; a definition counts where it is used."""
    parts = [getattr(story, f.name) for f in fields(story) if f.name != "definitions"]
    return frozenset(name for e in _expressions(parts) for kind, name in e.reads if kind == "chose")


def _expressions(node: object) -> Iterator[Expression]:
    if isinstance(node, Expression):
        yield node
    elif isinstance(node, Mapping):
        yield from _expressions(list(node.values()))
    elif isinstance(node, tuple | list):
        for part in node:
            yield from _expressions(part)
    elif is_dataclass(node):
        yield from _expressions([getattr(node, f.name) for f in fields(node) if not f.name.startswith("_")])
