"""The map: a story's graph as one SVG to look at and to print. Chapters are bands, one below the other.

The surprising rule: each chapter is laid out by itself, and a way into another chapter ends at a sign that names the
scene there by its number. So a large story stays a row of small drawings, and no line crosses the whole sheet.
"""

import subprocess
import textwrap
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from shutil import which

from game.export.graph import Edge, Graph, Group, Node, beside, said, weights
from game.export.markup import fill
from game.story.checks import cells

Point = tuple[float, float]
BIG, SMALL = 13.0, 11.0  # text sizes, in px
LETTER, BOLD = 0.57, 0.68  # of the text size: the width of a character, generously
LEAD = 1.3  # of the text size: from line to line
PAD, GAP, DEEP = 8.0, 18.0, 26.0  # px: around text in a box, between boxes side by side, between layers
NARROW, WIDE = 718.0, 1100.0  # px: the width of A4 within its margins, and the most that is printed on it
HEAD = 12.0  # px: a little more than an arrow's head
MARGIN, HEADING = 24.0, 34.0  # px: of a band, and of its title
KEY = (
    "A number is a scene's place in the story's files.",
    "Words beside an arrow: the choices that take it. Dashed: an interrupt.",
    "Double frame: an outcome or an ending. Pointed on both sides: passes the player on at once.",
    "Pointed to the right: goes on at that number, in another chapter.",
)


class LayoutError(Exception):
    """Nothing here can lay out a graph; the message is one line for a person."""


@dataclass(slots=True)
class Box:
    """What is drawn at one place: a scene, a sign to another chapter, an interrupt, or the words beside an arrow."""

    kind: str
    title: list[str]
    lines: list[str]
    about: str = ""  # whole, for whoever points at it
    marked: bool = False
    double: bool = False
    x: float = 0  # of the middle
    y: float = 0

    @property
    def width(self) -> float:
        texts = [(line, BIG * BOLD) for line in self.title] + [(line, SMALL * LETTER) for line in self.lines]
        inner = max((cells(line) * size for line, size in texts), default=0)
        return inner + {"label": 4, "scene": 2 * PAD}.get(self.kind, 4 * PAD)

    @property
    def height(self) -> float:
        inner = (len(self.title) * BIG + len(self.lines) * SMALL) * LEAD
        return inner + (2 * PAD if self.kind != "label" else 4)

    @property
    def outlines(self) -> list[str]:
        """The paths around it: a second one inside those that count as an outcome or end a play."""
        if self.kind == "label":
            return []
        insets = (0.0, 3.0) if self.double else (0.0,)
        return [_outline(self.kind, self.x, self.y, self.width / 2 - i, self.height / 2 - i) for i in insets]

    @property
    def texts(self) -> list[tuple[str, float, str]]:
        """Each line with its baseline and class."""
        found, at = [], self.y - (len(self.title) * BIG + len(self.lines) * SMALL) * LEAD / 2
        for line, size, kind in [(t, BIG, "big") for t in self.title] + [(t, SMALL, "small") for t in self.lines]:
            at += size * LEAD
            found.append((line, at - size * (LEAD - 1) * 1.2, kind))
        return found


def _outline(kind: str, x: float, y: float, w: float, h: float) -> str:
    """A closed path; `w` and `h` are half the width and height."""
    cut = min(h, PAD)
    corners = {
        "junction": [(-w, 0), (PAD - w, -h), (w - PAD, -h), (w, 0), (w - PAD, h), (PAD - w, h)],
        "ending": [(cut - w, -h), (w - cut, -h), (w, cut - h), (w, h - cut), (w - cut, h), (cut - w, h), (-w, h - cut),
                   (-w, cut - h)],
        "sign": [(-w, -h), (w - PAD, -h), (w, 0), (w - PAD, h), (-w, h)],
        "interrupt": [(-w, -h), (w, -h), (w, h), (-w, h), (PAD - w, 0)],
    }.get(kind, [(-w, -h), (w, -h), (w, h), (-w, h)])  # fmt: skip
    return "M" + " L".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners) + " z"


@dataclass(slots=True)
class Line:
    source: int
    target: int
    weight: float = 1
    dashed: bool = False
    arrow: bool = True
    marked: bool = False
    points: list[Point] = field(default_factory=list)  # of Bezier curves: one, then three for each

    @property
    def path(self) -> str:
        first, *rest = [f"{x:.1f},{y:.1f}" for x, y in self.points]
        return f"M{first} C{' '.join(rest)}"


@dataclass(slots=True)
class Band:
    title: str
    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    width: float = 0
    height: float = 0
    top: float = 0


def svg(graph: Graph) -> str:
    """One SVG document that needs nothing but itself. Raises LayoutError where there is nothing to lay it out with."""
    program = which("dot")
    bands = [_band(graph, group) for group in graph.groups]
    for band in bands:
        _dot(band, program) if program else _sugiyama(band)
    width = round(max([band.width for band in bands] + [NARROW]))
    paper, ratio = ("A4", 277 / 190) if width <= WIDE else ("A3 landscape", 277 / 400)  # without 10 mm all around
    top = 52.0 + 15 * len(KEY)
    for band in bands:
        band.top = top
        _keep_whole(band, width * ratio)
        top = band.top + band.height
    values = {"width": width, "height": round(top + 8), "margin": MARGIN, "key": KEY, "paper": paper}
    return fill("map.svg", graph=graph, bands=bands, **values)


def _keep_whole(band: Band, page: float) -> None:
    """Moves down what the end of a printed page would cut, where that leaves less than half a page empty."""
    end = (band.top // page + 1) * page - band.top
    while end < band.height:
        cut = end
        spans = [(box.y - box.height / 2 - HEAD, box.y + box.height / 2 + HEAD) for box in band.boxes]
        while hit := [low for low, high in spans if low < cut < high]:
            cut = min(hit)
        if cut <= HEADING and end < page / 2:  # the whole chapter
            band.top, end = band.top + end, 0.0
        elif end - cut < page / 2:
            for box in band.boxes:
                box.y += end - cut if box.y > cut else 0
            for line in band.lines:
                line.points = [(x, y + end - cut if y > cut else y) for x, y in line.points]
            band.height += end - cut
        end += page


def _band(graph: Graph, group: Group) -> Band:
    """A chapter's boxes and lines, not placed yet."""
    band, places = Band(group.title), dict[str, int]()
    nodes = graph.nodes
    chapters = {node.id: g.title for g in graph.groups for node in g.nodes}
    inside = {node.id for node in group.nodes}
    entries: dict[str, list[int]] = defaultdict(list)
    for edge in graph.edges:
        if edge.target in inside and edge.source not in inside:
            entries[edge.target].append(nodes[edge.source].number)
    for node in group.nodes:
        places[node.id] = len(band.boxes)
        band.boxes.append(_scene(graph, node, entries[node.id]))
    for edge, weight in zip(graph.edges, weights(graph), strict=True):
        if edge.source in inside:
            if edge.target not in places:
                places[edge.target] = len(band.boxes)
                there = nodes[edge.target]
                name = textwrap.wrap(f"to {there.number} {there.title}", 24)
                band.boxes.append(Box("sign", [], [*name, *textwrap.wrap(f"({chapters[edge.target]})", 24)]))
            _connect(band, edge, places[edge.source], places[edge.target], weight)
    for interrupt in graph.interrupts:
        if interrupt.target in inside:
            words = textwrap.wrap(f"Interrupt, once: if {interrupt.when}", 30)
            band.lines.append(Line(len(band.boxes), places[interrupt.target], dashed=True))
            band.boxes.append(Box("interrupt", [], words))
    return band


def _scene(graph: Graph, node: Node, entries: list[int]) -> Box:
    lines = [part for line in said(graph, node) for part in textwrap.wrap(line, 30)]
    if entries:
        lines += textwrap.wrap("from " + ", ".join(map(str, entries)), 30)
    title = [f"{node.number}"] if node.kind == "junction" else textwrap.wrap(f"{node.number} {node.title}", 24)
    stays = [option.label for option in node.choices if option.stay]
    about = f"{node.title} ({node.id})" + "".join(f"\nstays: {label}" for label in stays)
    return Box(node.kind, title, lines, about, bool(node.mark), bool(node.outcome or node.ending))


def _connect(band: Band, edge: Edge, source: int, target: int, weight: float) -> None:
    """A line, or two with the words between them."""
    words = beside(edge) or (["again"] if source == target else [])
    marked = bool(edge.mark)
    if not words:
        band.lines.append(Line(source, target, weight, marked=marked))
        return
    bullet = "\u2022 " if len(words) > 1 else ""
    lines = [part for word in words for part in textwrap.wrap(bullet + word, 32)]
    about = "\n".join(f"{way.label}{f' (if {way.when})' if way.when else ''}".strip() for way in edge.ways)
    label = len(band.boxes)
    band.boxes.append(Box("label", [], lines, about, marked))
    band.lines += [
        Line(source, label, weight, arrow=False, marked=marked),
        Line(label, target, weight, marked=marked),
    ]


# --- layout --------------------------------------------------------------------------------------------------------


def _dot(band: Band, program: str) -> None:
    """Places a band by Graphviz (Gansner et al. 1993). Sizes are inches there, and its origin is below."""
    source = [f"digraph {{ node [shape=box, fixedsize=true]; nodesep={GAP / 72}; ranksep={DEEP / 72};"]
    source += [f"{n} [width={b.width / 72:.4f}, height={b.height / 72:.4f}];" for n, b in enumerate(band.boxes)]
    source += [f"{line.source} -> {line.target}{'' if line.arrow else ' [dir=none]'};" for line in band.lines]
    try:
        done = subprocess.run(  # noqa: S603  # no shell; numbers alone go in, to the program found as `dot`
            [program, "-Tplain"], input="\n".join([*source, "}"]), capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise LayoutError(f"`dot` failed: {error}") from None
    routes: dict[tuple[int, int], list[list[Point]]] = defaultdict(list)
    width = height = 0.0
    for row in (line.split() for line in done.stdout.splitlines()):
        if row[0] == "graph":
            width, height = float(row[2]) * 72, float(row[3]) * 72
        elif row[0] == "node":
            box = band.boxes[int(row[1])]
            box.x, box.y = float(row[2]) * 72, height - float(row[3]) * 72
        elif row[0] == "edge":
            count = int(row[3])
            numbers = [float(n) * 72 for n in row[4 : 4 + 2 * count]]
            points = [(numbers[i], height - numbers[i + 1]) for i in range(0, 2 * count, 2)]
            routes[int(row[1]), int(row[2])].append(points)
    _finish(band, width, height, [routes[line.source, line.target].pop(0) for line in band.lines])


def _sugiyama(band: Band) -> None:
    """Places a band by a layered drawing (Sugiyama et al. 1981) of boxes of one size, then makes room for the real."""
    try:
        from fast_sugiyama import from_edges  # of the extra `graph`
    except ImportError:
        why = "to draw a map, install Graphviz (its `dot`), or: pip install 'special-tasks[graph]'"
        raise LayoutError(why) from None
    root = len(band.boxes)  # above everything, so that it is one drawing; left out of it
    edges = [(line.source, line.target) for line in band.lines]
    [(positions, _, _, found)] = from_edges(
        [*((root, n) for n in _tops(root, edges)), *edges], vertex_spacing=1, dummy_vertices=True
    )
    at = {int(n): xy for n, xy in positions if n != root}
    wide = max(box.width for box in band.boxes) + GAP
    layers: dict[float, tuple[float, float]] = {}  # its upper and lower edge
    top = 0.0
    for y in sorted({y for _, y in at.values()}, reverse=True):
        high = max((band.boxes[n].height for n, (_, other) in at.items() if n < root and other == y), default=0)
        layers[y] = top, top + high
        top += high + 2 * DEEP
    first = min(x for x, _ in at.values())
    for n, (x, y) in at.items():
        if n < root:
            band.boxes[n].x, band.boxes[n].y = (x - first + 0.5) * wide, sum(layers[y]) / 2
    onward: dict[int, list[int]] = defaultdict(list)
    for source, target in found or ():
        onward[int(source)].append(int(target))
    routes = []
    for line in band.lines:
        bends = _bends(line, root, onward)
        rows = [((at[n][0] - first + 0.5) * wide, layers[at[n][1]]) for n in bends]
        routes.append(_route(band.boxes[line.source], band.boxes[line.target], rows, 9.0 if line.arrow else 0.0))
    _finish(band, (max(x for x, _ in at.values()) - first + 1) * wide, top - 2 * DEEP, routes)


def _tops(root: int, edges: list[tuple[int, int]]) -> list[int]:
    """Nodes from which all the others are reached, those to which nothing leads first."""
    onward: dict[int, list[int]] = defaultdict(list)
    for source, target in edges:
        onward[source].append(target)
    entered = {target for _, target in edges}
    tops, seen = [], set[int]()
    for n in sorted(range(root), key=lambda n: n in entered):
        if n not in seen:
            tops.append(n)
            waiting = [n]
            while waiting:
                if (here := waiting.pop()) not in seen:
                    seen.add(here)
                    waiting += onward[here]
    return tops


def _bends(line: Line, root: int, onward: dict[int, list[int]]) -> list[int]:
    """The points between the layers through which a long line goes."""
    for first in onward[line.source]:
        bends, here = [], first
        while here > root:
            bends.append(here)
            here = onward[here][0]
        if here == line.target:
            return bends
    return []


def _route(source: Box, target: Box, rows: list[tuple[float, tuple[float, float]]], short_of: float) -> list[Point]:
    """A Bezier path: upright through each layer, and curved between them."""
    down = 1 if target.y > source.y else -1
    points = [(source.x, source.y + down * source.height / 2)]
    for x, edges in rows:
        points += [(x, edges[0]), (x, edges[1])][::down]
    points.append((target.x, target.y - down * (target.height / 2 + short_of)))
    path = points[:1]
    for (x, y), (to_x, to_y) in pairwise(points):
        path += [(x, (y + to_y) / 2), (to_x, (y + to_y) / 2), (to_x, to_y)]
    return path


def _finish(band: Band, width: float, height: float, routes: list[list[Point]]) -> None:
    """Moves everything into the band, and writes the paths."""
    over = HEADING if band.title else MARGIN
    for box in band.boxes:
        box.x, box.y = box.x + MARGIN, box.y + over
    for line, points in zip(band.lines, routes, strict=True):
        line.points = [(x + MARGIN, y + over) for x, y in points]
    band.width, band.height = width + 2 * MARGIN, height + over + MARGIN
