"""The story as its author needs it while writing: every scene by chapter, with its ways out and what is wrong in it.

The surprising rule: a scene's number is its place in the files, as on the map and the script that are printed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from rich.cells import cell_len

from game.errors import PlayError
from game.export.graph import Edge, Graph, Node, Way, graph, said
from game.layout import BLANK, HELD, Line, Run, wrap
from game.play.given import Start
from game.play.session import Session
from game.play.slots import Play, Slots
from game.problems import by_scene, summary
from game.story.checks import reached
from game.story.diagnostics import Diagnostic
from game.tui.drawing import heading, paragraph, unbroken
from game.tui.screens.base import PageScreen, whole
from game.tui.screens.scene import SceneScreen
from game.tui.screens.title import TitleScreen
from game.tui.widgets.reader import Item
from game.watch import Watch


class GraphScreen(PageScreen):
    FIRST = (("enter", "play from here"),)

    def __init__(self, watch: Watch, page: SceneScreen) -> None:
        super().__init__()
        self.watching, self.page = watch, page
        self.scenes: list[str] = []  # as numbered

    def on_mount(self) -> None:
        self.show(self.page.session.place)

    def story_changed(self, slots: Slots) -> None:  # noqa: ARG002  # the page under it has moved before
        self.show(self.scenes[self.reader.selected])

    def show(self, selected: str) -> None:
        session = self.page.session
        made = graph(session.story)
        nodes = made.nodes
        problems = by_scene(self.watching.problems, self.watching.path)
        linked = reached(session.story)
        edges: dict[str, list[Edge]] = {}
        for edge in made.edges:
            edges.setdefault(edge.source, []).append(edge)
        rows = sorted(
            ((node, group.title) for group in made.groups for node in group.nodes), key=lambda row: row[0].number
        )
        self.scenes = [node.id for node, _ in rows]
        items, before = [], ""
        for node, chapter in rows:
            marks = [
                *_marks(session, node.id),
                *(["Junction"] if node.kind == "junction" else []),
                *([] if node.id in linked else ["No link leads here"]),
                *said(made, node),
            ]
            below = partial(_below, nodes, marks, edges.get(node.id, ()), problems.get(node.id, ()))
            name: list[Run] = [(node.title, "strong" if node.id in session.visits else "")]
            same = node.title.casefold() == node.id.replace("_", " ").casefold()
            name += [] if same else [(f" ({node.id})", "dim")]
            items.append(Item(tuple(name), above=_chapter(chapter if chapter != before else ""), below=below))
            before = chapter
        unlinked = len(self.scenes) - len(linked)
        top = partial(_top, made, len(session.visits), unlinked, self.watching.problems, problems.get("", ()))
        at = self.scenes.index(selected) if selected in self.scenes else 0
        self.head("Graph", session.story.title)
        self.reader.show(whole(top), items, selected=at, seek=True)

    def chosen(self, index: int) -> None:
        """Begins a play at a scene, with every variable as at the start; the one before stays saved."""
        self.page.save()
        slots = self.game.slots
        try:
            session = Session(slots.story, start=Start(self.scenes[index], {}))
        except PlayError as error:
            self.reader.taken = False
            self.notify(f"{error}.", severity="error", markup=False)
            return
        self.game.back_to(TitleScreen)
        self.game.push_screen(self.game.scene(Play(session, slots, slots.fresh())))


def _marks(session: Session, scene: str) -> Iterator[str]:
    if scene == session.place:
        yield "You are here"
    elif scene in session.visits:
        yield "Visited"


def _chapter(title: str) -> Callable[[int], list[Line]]:
    """What stands above a scene: a blank line, or the chapter it begins."""
    return lambda width: [BLANK, *heading(title, width)] if title else [BLANK]


def _top(
    made: Graph,
    visited: int,
    unlinked: int,
    problems: tuple[Diagnostic, ...],
    elsewhere: Sequence[Diagnostic],
    width: int,
) -> list[Line]:
    nodes = made.nodes
    counts = {
        "scene": len(nodes),
        "ending": sum(n.kind == "ending" for n in nodes.values()),
        "outcome": sum(bool(n.outcome) for n in nodes.values()),
    }
    told = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items())
    lines = paragraph(
        f"{told}; {visited} visited in this play. Enter begins a play at the scene that is selected.", width
    )
    if unlinked:
        lines += paragraph(f"No link leads to {unlinked} of them.", width, "stamp")
    lines += paragraph("What conditions rule out is told by `check --prove`.", width, "dim")
    if problems:
        before = " The graph shows the story as it was before." if any(p.is_error for p in problems) else ""
        lines += [BLANK, *paragraph(f"{summary(problems)}.{before}", width, "stamp")]
    for problem in elsewhere:
        lines += wrap([(_told(problem), "stamp")], width, "", "  ")
    for interrupt in made.interrupts:
        runs: list[Run] = [("Interrupt ", ""), (_to(nodes, interrupt.target), "")]
        lines += [BLANK, *wrap(runs, width), *wrap([(f"once, if {interrupt.when}", "dim")], width, "  ", "  ")]
    return lines


def _below(
    nodes: Mapping[str, Node], marks: Sequence[str], edges: Sequence[Edge], problems: Sequence[Diagnostic], width: int
) -> list[Line]:
    """What is to be said of a scene, what is wrong in it, and a line for each way out."""
    indent = " " * (len(str(len(nodes))) + 6)  # below the title, and in
    lines = wrap([(". ".join(marks) + ".", "strong")], width, indent, indent) if marks else []
    for problem in problems:
        lines += wrap([(_told(problem), "stamp")], width, indent, indent + "  ")
    for edge in edges:
        for way in edge.ways:
            lines += draw_way(way, _to(nodes, edge.target), width, indent)
    return lines


def draw_way(way: Way, target: str, width: int, indent: str) -> list[Line]:
    """A way out on a line; where that has no room, its condition below it."""
    when = f"if {way.when}" if way.when else "otherwise" * way.otherwise
    label: Run = (f"{way.label} " * bool(way.label), "")
    lines = wrap([label, (f"{when} " * bool(when), "dim"), (target, "")], width, indent, indent + "  ")
    if len(lines) == 1:
        return lines
    if len(indent) + 2 + cell_len(target) <= width:
        target = unbroken(target)
    deeper = indent + "  "
    below = wrap([(when, "dim")], width, deeper, deeper) if when else []
    return wrap([label, (target, "")], width, indent, deeper) + below


def _to(nodes: Mapping[str, Node], scene: str) -> str:
    node = nodes[scene]
    return f"→{HELD}{node.number}{HELD}{node.title}"


def _told(problem: Diagnostic) -> str:
    return f"{problem.location}: {problem.severity}: {problem.message}"
