"""A story as a graph: scenes, and the ways between them. Written as JSON, Mermaid and DOT here, drawn by `svg.py`.

The surprising rule: a choice that stays is no way. Choices that lead to the same scene are one edge, which lists them.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

from game.story.expressions import Expression
from game.story.model import Choice, Scene, Story
from game.story.model import Way as Out
from game.story.text import MARK, Template
from game.story.wording import Wording

Mark = Literal["", "unused", "not known"]
SHORT = 48  # characters of a condition or label that stands beside an arrow
MARKS: dict[Mark, str] = {"": "", "unused": "used in no play", "not known": "not known to be used"}


@dataclass(frozen=True, slots=True)
class Use:
    """What is known of the use of scenes and choices: visits or times taken in an average play, and what a proof says
    of those that no play was found to use.
    """

    scenes: Mapping[str, float] = field(default_factory=dict)
    choices: Mapping[str, float] = field(default_factory=dict)
    marks: Mapping[str, Mark] = field(default_factory=dict)  # of scenes and choices


@dataclass(frozen=True, slots=True)
class Option:
    """A choice, nested ones too. `when` is in words, '' where it is always offered."""

    id: str
    label: str
    when: str
    stay: bool
    hits: float | None
    mark: Mark


@dataclass(frozen=True, slots=True)
class Node:
    """A scene. `number` is its place in the files, from 1, as `export --to script` counts; `hits` are visits a play."""

    id: str
    number: int
    kind: Literal["scene", "junction", "ending"]
    title: str
    ending: str
    outcome: str
    todo: str
    hits: float | None
    mark: Mark
    choices: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """One way along an edge: by a choice or, where `choice` is '', by the scene's own `next`."""

    choice: str
    label: str
    when: str
    otherwise: bool  # the last of a list of ways, which is taken when no other is


@dataclass(frozen=True, slots=True)
class Edge:
    """All ways from one scene to another; `hits` a play, None where not known or where they can't be told apart."""

    source: str
    target: str
    ways: tuple[Way, ...]
    hits: float | None
    mark: Mark


@dataclass(frozen=True, slots=True)
class Interrupt:
    when: str
    target: str


@dataclass(frozen=True, slots=True)
class Group:
    """The scenes of one chapter. `id` is '' for those before the first, 'same' for those that keep the player's own."""

    id: str
    title: str
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    title: str
    start: str
    groups: tuple[Group, ...]
    edges: tuple[Edge, ...]
    interrupts: tuple[Interrupt, ...]

    @property
    def nodes(self) -> dict[str, Node]:
        return {node.id: node for group in self.groups for node in group.nodes}


NO_USE = Use()


def graph(story: Story, use: Use = NO_USE) -> Graph:
    """The graph of a story, in the order of its files."""
    return _Maker(story, use).graph()


class _Maker:
    def __init__(self, story: Story, use: Use) -> None:
        self.story, self.use, self.words = story, use, Wording(story)
        self.labels = {choice.id: self._shown(choice.label) for choice in story.choices.values()}

    def graph(self) -> Graph:
        story = self.story
        groups: dict[str, list[Node]] = {}
        for number, scene in enumerate(story.scenes.values(), 1):
            groups.setdefault(scene.chapter, []).append(self._node(scene, number))
        return Graph(
            story.title,
            story.start,
            tuple(Group(name, self._chapter(name, len(groups)), tuple(nodes)) for name, nodes in groups.items()),
            tuple(edge for scene in story.scenes.values() for edge in self._edges(scene)),
            tuple(Interrupt(self.words.condition(i.when), i.go) for i in story.interrupts),
        )

    def _chapter(self, name: str, groups: int) -> str:
        if name in self.story.chapters:
            return self.story.chapters[name].title
        return "In any chapter" if name == "same" else "Before the first chapter" if groups > 1 else ""

    def _node(self, scene: Scene, number: int) -> Node:
        return Node(
            id=scene.id,
            number=number,
            kind="junction" if scene.is_junction else "ending" if scene.ending is not None else "scene",
            title=self._shown(scene.title) or scene.id.replace("_", " "),
            ending=self._shown(scene.ending) if scene.ending is not None else "",
            outcome=self._shown(scene.outcome.title) if scene.outcome is not None else "",
            todo=scene.todo,
            hits=self.use.scenes.get(scene.id),
            mark=self.use.marks.get(scene.id, ""),
            choices=tuple(self._option(choice) for choice in _all(scene.choices)),
        )

    def _option(self, choice: Choice) -> Option:
        use = self.use
        when = self._condition(choice.when)
        return Option(choice.id, self.labels[choice.id], when, choice.stay, use.choices.get(choice.id),
                      use.marks.get(choice.id, ""))  # fmt: skip

    def _shown(self, text: Template) -> str:
        """A label or title in one line, each insert as the name of what it shows."""
        shown = text.constant
        if shown is not None:
            return shown.plain
        for insert in text.inserts:
            text = Template(text.source.replace(MARK, f"{{{self.words.value(insert.expression)}}}", 1))
        return text.source

    def _condition(self, when: Expression | None) -> str:
        return self.words.condition(when) if when is not None else ""

    # --- ways

    def _edges(self, scene: Scene) -> Iterator[Edge]:
        ways: dict[str, list[Way]] = {}
        for choice in _all(scene.choices):
            if choice.stay or _always_goes_deeper(choice):
                continue
            outs = (Out(choice.go),) if choice.go else scene.next
            for out in outs:
                ways.setdefault(out.go, []).append(self._way(choice, out, outs))
        if scene.next and not any(c.when is None and not c.spends for c in scene.choices):
            for out in scene.next:
                ways.setdefault(out.go, []).append(self._way(None, out, scene.next, "Continue" * bool(scene.choices)))
        for target, found in ways.items():
            yield Edge(scene.id, target, tuple(found), self._hits(scene, found), self._mark(scene, found))

    def _way(self, choice: Choice | None, out: Out, outs: tuple[Out, ...], label: str = "") -> Way:
        whens = [choice.when] if choice is not None else []
        said = " and ".join(dict.fromkeys(self._condition(when) for when in (*whens, out.when) if when is not None))
        otherwise = len(outs) > 1 and out.when is None
        return Way(choice.id if choice else "", self.labels[choice.id] if choice else label, said, otherwise)

    def _hits(self, scene: Scene, ways: list[Way]) -> float | None:
        """Known where every way is a choice that leads nowhere else, or the only way out."""
        if not scene.choices and len(scene.next) == 1:
            return self.use.scenes.get(scene.id)
        total = 0.0
        for way in ways:
            hits = self.use.choices.get(way.choice)
            choice = self.story.choices.get(way.choice)
            if hits is None or choice is None or choice.choices or (not choice.go and len(scene.next) > 1):
                return None
            total += hits
        return total

    def _mark(self, scene: Scene, ways: list[Way]) -> Mark:
        """As of the scene, else as of the choices if all of them have a mark."""
        marks = self.use.marks
        if scene.id in marks:
            return marks[scene.id]
        found = {marks.get(way.choice, "") for way in ways}
        return "" if "" in found else "not known" if "not known" in found else "unused"


def _all(choices: tuple[Choice, ...]) -> Iterator[Choice]:
    for choice in choices:
        yield choice
        yield from _all(choice.choices)


def _always_goes_deeper(choice: Choice) -> bool:
    """Whether something nested in it is always offered, so that it never leaves by itself."""
    return any(c.when is None and not c.spends for c in choice.choices)


# --- words beside boxes and arrows ---------------------------------------------------------------------------------


def said(graph: Graph, node: Node) -> list[str]:
    """What stands in a scene's box below its title: never by colour or shape alone."""
    lines = ["Start"] if node.id == graph.start else []
    lines += [f"Outcome: {node.outcome}"] if node.outcome else []
    lines += [f"Ending: {node.ending}"] if node.kind == "ending" else []
    lines += [f"To be written: {short(node.todo)}"] if node.todo else []
    lines += [f"{node.hits:.2f} visits a play"] if node.hits is not None else []
    return lines + ([MARKS[node.mark]] if node.mark else [])


def beside(edge: Edge) -> list[str]:
    """What stands beside an arrow: a line for each way that has something to say."""
    lines = []
    for way in edge.ways:
        when = f"if {way.when}" if way.when and len(way.when) <= SHORT else "on a condition" if way.when else ""
        when = when or "else" * way.otherwise
        lines.append(f"{short(way.label)} ({when})" if way.label and when else short(way.label) or when)
    lines.append(MARKS[edge.mark])
    return list(dict.fromkeys(filter(None, lines)))


def short(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[: SHORT - 1].rstrip()}\u2026"


def weights(graph: Graph) -> list[float]:
    """The width of each edge's line, 1 to 5, by the share of the most used; 1 where nothing is known."""
    most = max((edge.hits or 0 for edge in graph.edges), default=0)
    return [1 + 4 * (edge.hits or 0) / most if most else 1 for edge in graph.edges]


# --- JSON ----------------------------------------------------------------------------------------------------------


def as_json(graph: Graph) -> str:
    """The shape that docs/authoring.md tells."""
    return json.dumps({"format": 1, **asdict(graph)}, ensure_ascii=False, indent=1) + "\n"


# --- Mermaid -------------------------------------------------------------------------------------------------------


def mermaid(graph: Graph) -> str:
    """A Mermaid flowchart. Its own limits on text and edges may have to be raised for a large story."""
    names = {node: f"n{number}" for number, node in enumerate(graph.nodes, 1)}
    return "\n".join(_mermaid(graph, names)) + "\n"


def _mermaid(graph: Graph, names: dict[str, str]) -> Iterator[str]:
    yield f"---\ntitle: {json.dumps(graph.title)}\n---"
    yield "flowchart TD"
    for number, group in enumerate(graph.groups, 1):
        if group.title:
            yield f"  subgraph c{number}[{_entities([group.title])}]"
        for node in group.nodes:
            before, after = {"scene": "[]", "junction": "{}", "ending": ("([", "])")}[node.kind]
            before, after = ("[[", "]]") if node.outcome and node.kind == "scene" else (before, after)
            yield f"    {names[node.id]}{before}{_entities([f'{node.number} {node.title}', *said(graph, node)])}{after}"
        if group.title:
            yield "  end"
    for edge in graph.edges:
        lines = beside(edge)
        label = f"|{_entities(lines)}|" if lines else ""
        yield f"  {names[edge.source]} -->{label} {names[edge.target]}"
    for number, interrupt in enumerate(graph.interrupts, 1):
        yield f"  i{number}>{_entities([f'Interrupt, once: if {interrupt.when}'])}] -.-> {names[interrupt.target]}"
    for number, weight in enumerate(weights(graph)):
        if weight > 1:
            yield f"  linkStyle {number} stroke-width:{weight:.1f}px"
    marked = [names[node.id] for node in graph.nodes.values() if node.mark]
    if marked:
        yield "  classDef marked stroke-dasharray:2 4"
        yield f"  class {','.join(marked)} marked"


def _entities(lines: Iterable[str]) -> str:
    """Quoted text for Mermaid: everything that could mean something to it as a numbered entity."""
    escaped = ("".join(c if c.isalnum() or c in " ,.-" else f"#{ord(c)};" for c in line) for line in lines)
    return f'"{"<br/>".join(escaped)}"'


# --- DOT -----------------------------------------------------------------------------------------------------------


def dot(graph: Graph) -> str:
    """A graph for Graphviz."""
    return "\n".join(_dot(graph)) + "\n"


def _dot(graph: Graph) -> Iterator[str]:
    yield f"digraph {_quoted([graph.title])} {{"
    yield '  node [shape=box, fontname="sans-serif"]; edge [fontname="sans-serif", fontsize=10];'
    for number, group in enumerate(graph.groups, 1):
        yield f"  subgraph cluster_{number} {{ label={_quoted([group.title])};" if group.title else "  subgraph {"
        for node in group.nodes:
            shape = {"scene": "box", "junction": "diamond", "ending": "octagon"}[node.kind]
            rings = 2 if node.outcome or node.ending else 1
            style = ', style="dashed"' if node.mark else ""
            label = _quoted([f"{node.number} {node.title}", *said(graph, node)])
            yield f"    {_quoted([node.id])} [label={label}, shape={shape}, peripheries={rings}{style}];"
        yield "  }"
    for edge, weight in zip(graph.edges, weights(graph), strict=True):
        label, wide = _quoted(beside(edge)), f", penwidth={weight:.1f}" if weight > 1 else ""
        yield f"  {_quoted([edge.source])} -> {_quoted([edge.target])} [label={label}{wide}];"
    for number, interrupt in enumerate(graph.interrupts, 1):
        label = _quoted([f"Interrupt, once: if {interrupt.when}"])
        yield f"  {_quoted([f'interrupt {number}'])} [label={label}, shape=note];"
        yield f"  {_quoted([f'interrupt {number}'])} -> {_quoted([interrupt.target])} [style=dashed];"
    yield "}"


def _quoted(lines: Iterable[str]) -> str:
    """A DOT string: lines centred, no escapes, no entities."""
    escaped = (line.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for line in lines)
    return '"' + "\\n".join(escaped) + '"'
