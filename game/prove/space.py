"""A story as a finite transition system: the session's step function over packed situations.

The surprising rule: a situation keeps only what something still ahead can read. Each position (a page, a menu of
nested choices, a junction, an ending) has its own live fields, found by the classic backward analysis (Aho et al.,
*Compilers*, 9.2.5), and its situations are integers of just those fields.

The steps are trees made from the model's own checked terms; `code.py` turns them into Python. A test holds them to
`Session` on random stories.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise, product
from typing import Literal

from game.prove.trees import (
    Arrive,
    Effects,
    Guard,
    Key,
    Seek,
    Test,
    Tree,
    Watch,
    arrivals,
    guard_reads,
    reads,
    walk_terms,
)
from game.story.expressions import Chose, Compare, Constant, Expression, Kind, Seen, Term, Value, Visits
from game.story.model import Assignment, Choice, Scene, Story, Way


@dataclass(frozen=True, slots=True)
class Field:
    """One component of a situation, stored as 0 to `size` - 1: a number less its `low`, a word's place in `words`."""

    key: Key
    size: int
    low: int = 0
    words: tuple[str, ...] = ()


@dataclass(slots=True)
class Option:
    """A step from a position. `id` is a choice's, or scene/continue, or '' for what a junction does by itself. What
    `stays` visits no page.
    """

    id: str
    guard: Guard
    tree: Tree
    stays: bool = False
    last: bool = False  # offered only if nothing else is: Continue


@dataclass(slots=True)
class Position:
    """A place where a player waits (page, menu), passes (junction) or stops (ending)."""

    index: int
    kind: Literal["page", "menu", "junction", "ending"]
    scene: str
    name: str
    options: list[Option] = field(default_factory=list)
    seeks: tuple[Seek, ...] = ()  # goals to look for in what is offered
    kept: frozenset[Key] = frozenset()  # for them
    live: tuple[Key, ...] = ()
    fixed: tuple[Key, ...] = ()  # read from here on too, but not changed on any way here: as at the start
    strides: tuple[int, ...] = ()  # of each live field in a situation, which is a number in a mixed radix
    size: int = 1  # how many situations its live fields could tell apart


# --- the space -----------------------------------------------------------------------------------------------------


class Space:
    """The transition system of a story.

    `watched` are the conditions of `must_hold`: what an `always` or `reachable` reads is live everywhere, what an
    `every_ending` reads until the end; without `must_hold` they are left aside. `reduce=False` keeps every field that
    anything reads alive everywhere.
    """

    def __init__(self, story: Story, *, reduce: bool = True, must_hold: bool = True) -> None:
        self.story = story
        self.must_hold = story.must_hold if must_hold else ()
        self.positions: list[Position] = []
        self.pages: dict[str, int] = {}  # scene -> position
        self.menus: dict[str, int] = {}  # choice -> position of its nested choices
        self._entries: dict[str, Tree] = {}
        self._reads: dict[int, tuple[Term, frozenset[Key]]] = {}  # by identity: terms are not hashed
        self._needs: dict[int, tuple[Tree, frozenset[Key]]] = {}
        self._settled = False
        self.hits: set[int] = set()  # goals that running the steps has met
        self.blind: frozenset[int] = frozenset()  # goals that the situations can't tell
        self._name_positions()
        self.fields: dict[Key, Field] = {f.key: f for f in self._fields()}
        self._build()
        self.dropped: tuple[Key, ...] = ()
        self._settle(reduce=reduce)
        self._settled = True

    def _name_positions(self) -> None:
        for scene in self.story.scenes.values():
            kind: Literal["page", "junction", "ending"] = (
                "junction" if scene.is_junction else "ending" if scene.ending is not None else "page"
            )
            self.pages[scene.id] = len(self.positions)
            self.positions.append(Position(len(self.positions), kind, scene.id, scene.id))
        for choice in self.story.choices.values():
            if choice.choices:
                scene_id = choice.id.split("/", 1)[0]
                self.menus[choice.id] = len(self.positions)
                self.positions.append(Position(len(self.positions), "menu", scene_id, choice.id))

    # --- fields

    def expressions(self) -> Iterator[Expression]:
        """Every expression that steers a play: conditions of choices, ways and interrupts, and all effects."""
        story = self.story
        for scene in story.scenes.values():
            yield from (a.value for a in scene.on_enter)
            yield from (w.when for w in scene.next if w.when is not None)
        for choice in story.choices.values():
            yield from (a.value for a in choice.set)
            if choice.when is not None:
                yield choice.when
        yield from (i.when for i in story.interrupts)
        yield from (m.condition for m in self.must_hold)

    def _fields(self) -> Iterator[Field]:
        story = self.story
        for variable in story.variables.values():
            if variable.kind is Kind.FLAG:
                yield Field(("state", variable.id), 2)
            elif variable.kind is Kind.NUMBER:
                yield Field(("state", variable.id), variable.high - variable.low + 1, variable.low)
            elif variable.kind is Kind.WORD:
                yield Field(("state", variable.id), len(variable.words), words=tuple(variable.words))
        asked: dict[Key, int] = {}  # visits: the largest number they are compared with
        for expression in self.expressions():
            for key, largest in asked_marks(expression.term):
                asked[key] = max(asked.get(key, 0), largest)
        for offered in story.choices.values():
            if offered.spends:
                asked.setdefault(("chosen", offered.id), 0)
        for key, largest in asked.items():
            yield Field(key, largest + 2)
        for index in range(len(story.interrupts)):
            yield Field(("fired", str(index)), 2)

    # --- trees

    def _build(self) -> None:
        for scene in self.story.scenes.values():
            position = self.positions[self.pages[scene.id]]
            if position.kind == "junction":
                tree = self._ways(scene, scene.next, partial(self._to, here=scene.id))
                position.options.append(Option("", Guard(None, None), tree))
            elif position.kind == "page":
                position.options += [self._option(scene, choice) for choice in scene.choices]
                if scene.next:
                    tree = self._ways(scene, scene.next, partial(self._move, here=scene.id))
                    position.options.append(Option(f"{scene.id}/continue", Guard(None, None), tree, last=True))
        for choice_id, index in self.menus.items():
            scene = self.story.scenes[choice_id.split("/", 1)[0]]
            choice = self.story.choices[choice_id]
            self.positions[index].options += [self._option(scene, c) for c in choice.choices]

    def _guard(self, choice: Choice) -> Guard:
        return Guard(choice.when.term if choice.when else None, ("chosen", choice.id) if choice.spends else None)

    def _option(self, scene: Scene, choice: Choice) -> Option:
        if choice.stay:
            tree: Tree = Arrive(self.pages[scene.id])
        elif choice.go:
            tree = self._move(choice.go, scene.id)
        else:
            tree = self._ways(scene, scene.next, partial(self._move, here=scene.id))
        if choice.choices:
            guards = tuple(self._guard(c) for c in choice.choices)
            tree = Test(Arrive(self.menus[choice.id]), tree, scene.id, offered=guards)
        tree = self._at("taken", choice.id, tree, scene.id)
        mark = ("chosen", choice.id)
        marks = (mark,) if mark in self.fields else ()
        tree = _assigned(tree, scene.id, choice.set)
        tree = self._at("set", choice.id, tree, scene.id)
        if marks:  # first: `set` may ask whether its own choice was taken
            tree = Effects(tree, scene.id, marks=marks)
        tree = self._at("take", choice.id, tree, scene.id)
        return Option(choice.id, self._guard(choice), tree, choice.stay)

    def _ways(self, scene: Scene, ways: tuple[Way, ...], go: Callable[[str], Tree]) -> Tree:
        tree = go(ways[-1].go)
        for index, way in reversed(list(enumerate(ways[:-1]))):
            assert way.when is not None
            tree = Test(go(way.go), tree, scene.id, way.when.term)
            tree = self._at("way", f"{scene.id}/{index}", tree, scene.id)
        return tree

    def _move(self, target: str, here: str) -> Tree:
        tree = self._to(target, here)
        for index, interrupt in reversed(list(enumerate(self.story.interrupts))):
            key = ("fired", str(index))
            fired = Effects(self._to(interrupt.go, here), here, marks=(key,))
            tree = Test(fired, tree, here, interrupt.when.term, key)
            tree = self._at("interrupt", str(index), tree, here)
        return tree

    def _at(self, moment: str, name: str, tree: Tree, here: str) -> Tree:  # noqa: ARG002  # for spaces that look
        """What is done at a moment of a play, before the tree. There: `take`, `set` and `taken` of a choice; `way` of a
        scene; `interrupt`; `arrive` (while still `here`, or nowhere at the start), `visit` and `entered` of a scene.
        """
        return tree

    def _to(self, target: str, here: str) -> Tree:
        return self._at("arrive", target, self._enter(target), here)

    def _enter(self, target: str) -> Tree:
        if target not in self._entries:
            self._entries[target] = self._entry(target)
        return self._entries[target]

    def _entry(self, target: str) -> Tree:
        return self._entered(Arrive(self.pages[target]), target)

    def _entered(self, tree: Tree, target: str) -> Tree:
        """A visit and its effects, and then the tree."""
        tree = _assigned(tree, target, self.story.scenes[target].on_enter)
        tree = self._at("visit", target, tree, target)
        visit = ("visits", target)
        return Effects(tree, target, visit=visit) if visit in self.fields else tree

    # --- what is live where

    def reads(self, term: Term) -> frozenset[Key]:
        """The fields a term's value depends on."""
        found = self._reads.get(id(term))
        if found is None:
            found = self._reads[id(term)] = (term, reads(term))
        return found[1]

    def needs(self, tree: Tree) -> frozenset[Key]:
        """The fields whose value before this tree matters to it or to anything after."""
        if not self._settled:
            return self._needed(tree)
        found = self._needs.get(id(tree))
        if found is None:
            found = self._needs[id(tree)] = (tree, self._needed(tree))
        return found[1]

    def _needed(self, tree: Tree) -> frozenset[Key]:
        match tree:
            case Arrive(position):
                return frozenset(self.positions[position].live)
            case Test():
                tested = frozenset([tree.unfired]) if tree.unfired else frozenset()
                if tree.condition is not None:
                    tested |= self.reads(tree.condition)
                for guard in tree.offered:
                    tested |= guard_reads(guard)
                return tested | self.needs(tree.then) | self.needs(tree.otherwise)
            case Effects():
                after = self.needs(tree.then)
                before = after - {key for key, _ in tree.assigns} - set(tree.marks)
                for key, term in tree.assigns:
                    if self.matters(key, after):
                        before |= self.reads(term)
                return before
            case Watch():
                return self.needs(tree.then) | tree.reads

    def matters(self, key: Key, after: frozenset[Key]) -> bool:
        """Whether an assigned value is of use, when these are needed after it."""
        return key in after

    def _always_live(self) -> tuple[frozenset[Key], frozenset[Key]]:
        """What must_hold reads on every page, and on entering an ending."""
        everywhere: frozenset[Key] = frozenset()
        at_the_end: frozenset[Key] = frozenset()
        for must in self.must_hold:
            if must.kind == "every_ending":
                at_the_end |= reads(must.condition.term)
            else:
                everywhere |= reads(must.condition.term)
        return everywhere, at_the_end

    def _settle(self, *, reduce: bool) -> None:
        everywhere, at_the_end = self._always_live()
        if reduce:
            for position in self.positions:
                live = everywhere | (at_the_end if position.kind == "ending" else frozenset())
                position.live = tuple(live)
            before = self._predecessors()
            waiting = dict.fromkeys(range(len(self.positions)))  # each once, the last first: ends come late in a story
            while waiting:
                position = self.positions[waiting.popitem()[0]]
                live = frozenset(position.live) | position.kept
                for option in position.options:
                    live |= guard_reads(option.guard) | self.needs(option.tree)
                if live != frozenset(position.live):
                    position.live = tuple(live)
                    waiting |= dict.fromkeys(before[position.index])
        else:
            for position in self.positions:
                position.live = tuple(self.fields)
        order = {key: n for n, key in enumerate(self.fields)}
        used = set(self.needs(self.start_tree()))  # the first scene's on_enter comes before any position
        changed = self._changed()
        for position in self.positions:
            ahead = sorted(position.live, key=order.__getitem__)
            used.update(ahead)
            if reduce:
                position.fixed = tuple(key for key in ahead if key not in changed[position.index])
            position.live = tuple(key for key in ahead if key not in position.fixed)
            strides = []
            position.size = 1
            for key in position.live:
                strides.append(position.size)
                position.size *= self.fields[key].size
            position.strides = tuple(strides)
        self.dropped = tuple(key for key in self.fields if key not in used)

    def _changed(self) -> list[frozenset[Key]]:
        """For each position, the fields that a play can have changed on its way there; answers are changes."""
        changed: list[frozenset[Key] | None] = [None] * len(self.positions)
        waiting: dict[int, None] = {}  # each once, the first first: starts come early in a story

        def carry(tree: Tree, before: frozenset[Key]) -> None:
            match tree:
                case Arrive(position):
                    known = changed[position]
                    if known is None or not before <= known:
                        changed[position] = before | (known or frozenset())
                        waiting[position] = None
                case Test():
                    carry(tree.then, before)
                    carry(tree.otherwise, before)
                case Effects():
                    visit = () if tree.visit is None else (tree.visit,)
                    carry(tree.then, before.union((key for key, _ in tree.assigns), tree.marks, visit))
                case Watch():
                    carry(tree.then, before)

        carry(self.start_tree(), frozenset(("state", v.id) for v in self.story.questions))
        while waiting:
            position = self.positions[min(waiting)]
            del waiting[position.index]
            for option in position.options:
                carry(option.tree, changed[position.index] or frozenset())
        return [keys or frozenset() for keys in changed]

    def _predecessors(self) -> list[list[int]]:
        before: list[set[int]] = [set() for _ in self.positions]
        for position in self.positions:
            for option in position.options:
                for target in arrivals(option.tree):
                    before[target].add(position.index)
        return [sorted(b) for b in before]

    # --- packing

    def is_flag(self, key: Key) -> bool:
        return key[0] == "state" and self.story.variables[key[1]].kind is Kind.FLAG

    def is_number(self, key: Key) -> bool:
        return key[0] == "state" and self.story.variables[key[1]].kind is Kind.NUMBER

    def pack(self, position: int, values: dict[Key, int]) -> int:
        """Stored values to a situation of a position; absent ones are 0."""
        place = self.positions[position]
        return sum(values.get(key, 0) * stride for key, stride in zip(place.live, place.strides, strict=True))

    def unpack(self, position: int, state: int) -> dict[Key, int]:
        place = self.positions[position]
        return {
            key: state // stride % self.fields[key].size for key, stride in zip(place.live, place.strides, strict=True)
        }

    def stored(self, key: Key, value: Value) -> int:
        """A variable's value as it is stored."""
        of = self.fields[key]
        return of.words.index(str(value)) if of.words else int(value) - of.low

    def starts(self) -> Iterator[dict[str, Value]]:
        """Every combination of finite answers that some position can tell apart."""
        questions = [
            (v.id, v.answers or (v.start,))
            for v in self.story.questions
            if ("state", v.id) in self.fields and ("state", v.id) not in self.dropped
        ]
        for answers in product(*(values for _, values in questions)):
            yield dict(zip((name for name, _ in questions), answers, strict=True))

    def initial(self, answers: dict[str, Value]) -> dict[Key, int]:
        """The stored values before the first scene is entered."""
        values = {v.id: v.start for v in self.story.variables.values()} | answers
        return {("state", n): self.stored(("state", n), v) for n, v in values.items() if ("state", n) in self.fields}

    def first(self, key: Key) -> int:
        """The stored value before the first scene, of what is not asked."""
        kind, name = key
        given = kind == "state" and name in self.story.variables
        return self.stored(key, self.story.variables[name].start) if given else 0

    def start_tree(self) -> Tree:
        return self._to(self.story.start, "")


def _assigned(tree: Tree, here: str, assignments: tuple[Assignment, ...]) -> Tree:
    if not assignments:
        return tree
    assigns = tuple((("state", a.variable), a.value.term) for a in assignments)
    return Effects(tree, here, assigns, tuple(a.location for a in assignments))


def asked_marks(term: Term) -> Iterator[tuple[Key, int]]:
    """The visits and choices that a term asks about, and the largest number each is compared with."""
    for part in walk_terms(term):
        match part:
            case Seen(scene):
                yield ("visits", scene), 0
            case Chose(choice):
                yield ("chosen", choice), 0
            case Compare(first, rest):
                chain = [first, *(t for _, t in rest)]
                for left, right in pairwise(chain):
                    for one, other in ((left, right), (right, left)):
                        if isinstance(one, Visits):
                            yield ("visits", one.scene), _largest(other)


def _largest(term: Term) -> int:
    """The largest integer among a constant's values."""
    if isinstance(term, Constant):
        values = term.value if isinstance(term.value, tuple) else (term.value,)
        return max((v for v in values if isinstance(v, int)), default=0)
    return 0
