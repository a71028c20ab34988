"""A space that looks for goals: at named moments of a play, whether a guard holds.

The surprising rule: what only other goals read is not kept alive. A search that keeps some goals meets the others where
its situations happen to tell them; those that they can't tell everywhere are blind.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from game.prove.space import Option, Position, Space, asked_marks
from game.prove.trees import Arrive, Effects, Guard, Key, Seek, Test, Tree, Watch, arrivals, guard_reads
from game.story.expressions import FLAG, Expression, Term
from game.story.model import Story

Site = tuple[str, str]  # a moment of `Space._at` and its name; or ("page", scene) or ("menu", choice), as it is offered


@dataclass(slots=True)
class Probe:
    """What to look for at a site, and what to assign there afterwards."""

    seeks: list[Seek] = field(default_factory=list)
    assigns: list[tuple[Key, Term]] = field(default_factory=list)


class ProbedSpace(Space):
    """The space of a story, its `must_hold` left aside, with `probes` on the way. What the goals in `keep` read is live
    until there.
    """

    def __init__(self, story: Story, probes: Mapping[Site, Probe], keep: frozenset[int]) -> None:
        self.probes, self.keep = probes, keep
        self.entries: dict[str, int] = {}  # scene -> a junction before its page, where there is something to look for
        super().__init__(story, must_hold=False)
        self.blind = frozenset(self._blind())

    def _name_positions(self) -> None:
        super()._name_positions()
        for scene in self.story.scenes.values():
            if not scene.is_junction and ("entered", scene.id) in self.probes:
                self.entries[scene.id] = len(self.positions)
                self.positions.append(Position(len(self.positions), "junction", scene.id, f"{scene.id} entered"))

    def expressions(self) -> Iterator[Expression]:
        yield from super().expressions()
        for probe in self.probes.values():
            asked = [seek.guard.when for seek in probe.seeks if seek.goal in self.keep and seek.guard.when is not None]
            for term in (*asked, *(term for _, term in probe.assigns)):
                yield Expression("", term, FLAG, frozenset())

    # --- trees

    def _build(self) -> None:
        super()._build()
        for position in self.positions:
            probe = self.probes.get((position.kind, position.name))
            if probe is not None:
                position.seeks, position.kept = tuple(probe.seeks), self._kept(probe.seeks)
        for scene, page in self.pages.items():
            position = self.positions[page]
            if position.kind == "junction":
                position.options[0].tree = self._at("entered", scene, position.options[0].tree, scene)
            elif scene in self.entries:
                tree = self._at("entered", scene, Arrive(page), scene)
                self.positions[self.entries[scene]].options.append(Option("", Guard(None, None), tree))

    def _entry(self, target: str) -> Tree:
        return self._entered(Arrive(self.entries.get(target, self.pages[target])), target)

    def _at(self, moment: str, name: str, tree: Tree, here: str) -> Tree:
        probe = self.probes.get((moment, name))
        if probe is None:
            return tree
        if probe.assigns:
            tree = Effects(tree, here, tuple(probe.assigns))
        return Watch(tree, here, tuple(probe.seeks), self._kept(probe.seeks)) if probe.seeks and here else tree

    def _kept(self, seeks: Iterable[Seek]) -> frozenset[Key]:
        return frozenset(key for seek in seeks if seek.goal in self.keep for key in guard_reads(seek.guard))

    # --- what can be told

    def _blind(self) -> Iterator[int]:
        for position in self.positions:
            yield from self._untold(position.seeks, frozenset(position.live + position.fixed))
        for tree in (self.start_tree(), *(option.tree for p in self.positions for option in p.options)):
            for watch in _watches(tree):
                fixed = (self.positions[target].fixed for target in arrivals(watch))
                yield from self._untold(watch.seeks, self.needs(watch).union(*fixed))

    def _untold(self, seeks: tuple[Seek, ...], there: frozenset[Key]) -> Iterator[int]:
        """The goals that ask for more than is there."""
        for seek in seeks:
            marks = asked_marks(seek.guard.when) if seek.guard.when is not None else ()
            if not guard_reads(seek.guard) <= there or any(self.fields[key].size < n + 2 for key, n in marks):
                yield seek.goal


def _watches(tree: Tree) -> Iterator[Watch]:
    match tree:
        case Test():
            yield from _watches(tree.then)
            yield from _watches(tree.otherwise)
        case Effects() | Watch():
            if isinstance(tree, Watch):
                yield tree
            yield from _watches(tree.then)
