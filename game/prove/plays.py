"""A small set of plays that together take every choice.

The surprising rule: no choosing among millions. A play goes on to the nearest choice not yet taken as long as there is
one, then to the nearest ending; what a search finds nothing new behind is never searched again.
"""

from collections.abc import Iterable

import numpy as np

from game.prove.arrays import States
from game.prove.explore import Witness
from game.prove.graph import FAR, Graph, once


def covering(graph: Graph) -> tuple[Witness, ...]:
    """Plays that take every choice some play takes, each to an ending if one can be reached from where it leads.

    A greedy cover of shortest extensions; a play whose choices all are in others is dropped again.
    """
    cover = _Cover(graph)
    found: list[tuple[set[int], Witness]] = []
    while (play := cover.play()) is not None:
        found.append(play)
    times = np.zeros(len(graph.option_ids), dtype=np.int64)
    for options, _ in found:
        times[list(options)] += 1
    kept = []
    for options, witness in found:
        if all(times[option] > 1 for option in options if graph.counts[option]):
            times[list(options)] -= 1
        else:
            kept.append(witness)
    return tuple(kept)


class _Cover:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.wanted = np.zeros(len(graph.option_ids), dtype=bool)
        self.wanted[once(graph.option)] = True
        self.wanted &= graph.counts
        self.barren = np.zeros(graph.count, dtype=bool)  # nothing wanted lies ahead

    def play(self) -> tuple[set[int], Witness] | None:
        graph = self.graph
        steps = self._nearest(graph.starts)
        if not steps:
            return None
        while more := self._nearest([int(graph.target[steps[-1]])]):
            steps += more
        here = int(graph.target[steps[-1]])
        while 0 < graph.far[here] < FAR:
            leaving = np.arange(graph.first[here], graph.first[here + 1])
            steps.append(int(leaving[graph.far[graph.target[leaving]].argmin()]))
            here = int(graph.target[steps[-1]])
        options = {int(graph.option[step]) for step in steps}
        ids = tuple(graph.option_ids[graph.option[step]] for step in steps)
        return options, Witness(graph.starts[int(graph.source[steps[0]])], ids)

    def _nearest(self, starts: Iterable[int]) -> list[int]:
        """The shortest way to take something wanted, which then is wanted no more; [] where there is none."""
        graph = self.graph
        met: list[States] = []
        nodes: States = np.array([n for n in starts if not self.barren[n]], dtype=np.int64)
        arrived = np.full(graph.count, -2, dtype=np.int32)
        arrived[nodes] = -1
        while len(nodes):
            met.append(nodes)
            steps = graph.leaving(nodes)
            hits = np.flatnonzero(self.wanted[graph.option[steps]])
            if len(hits):
                path = [int(steps[hits[0]])]
                while (before := int(arrived[graph.source[path[-1]]])) >= 0:
                    path.append(before)
                for step in path:
                    self.wanted[graph.option[step]] = False
                return path[::-1]
            targets = graph.target[steps]
            new = (arrived[targets] == -2) & ~self.barren[targets]
            arrived[targets[new]] = steps[new]
            nodes = once(targets[new])
        for searched in met:
            self.barren[searched] = True
        return []
