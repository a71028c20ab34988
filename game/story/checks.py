"""What only the whole story shows: scenes no link reaches, circles of junctions, names that nothing uses."""

import unicodedata
from collections.abc import Mapping, Sequence

from game.story.diagnostics import Location
from game.story.expressions import Kind
from game.story.model import Choice, Scene, Story
from game.story.values import Shaper


def cells(text: str) -> int:
    """The width of a line on a terminal, near enough for drawings: wide characters count two, marks none."""
    return sum(map(_cells, text))


def _cells(character: str) -> int:
    if character < "\u0300" or "\u2500" <= character <= "\u25fc":  # letters, lines, blocks: not worth a large table
        return 1
    return 0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1


def links(scene: Scene) -> set[str]:
    """Every scene that one of the scene's ways out names."""
    found = {way.go for way in scene.next}
    stack: list[Choice] = list(scene.choices)
    while stack:
        choice = stack.pop()
        if choice.go:
            found.add(choice.go)
        stack += choice.choices
    return found


def check(story: Story, shaper: Shaper, used_chapters: set[str]) -> None:
    """Adds its findings to the shaper's problems. `story` may be the harmless remains of a broken one, of which the
    warnings would tell nothing but what its errors have told.
    """
    _circles(story, shaper)
    if shaper.problems.errors:
        return
    _unreached(story, shaper)
    _unused(story, shaper, used_chapters)


def reached(story: Story) -> set[str]:
    """The scenes that some chain of links leads to, whatever the conditions on the way."""
    found: set[str] = set()
    waiting = [story.start, *(i.go for i in story.interrupts)]
    while waiting:
        name = waiting.pop()
        if name not in found and name in story.scenes:
            found.add(name)
            waiting += links(story.scenes[name])
    return found


def _unreached(story: Story, shaper: Shaper) -> None:
    linked = reached(story)
    for name, scene in story.scenes.items():
        if name not in linked:
            _warn(shaper, scene.location, "unreachable-scene", name)
    if not any(story.scenes[name].ending for name in linked):
        _warn(shaper, Location(story.scenes[story.start].location.path), "no-ending", story.start)


def _circles(story: Story, shaper: Shaper) -> None:
    """Junctions that lead to one another would pass the player on for ever."""
    junctions = {name: scene for name, scene in story.scenes.items() if scene.is_junction}
    graph = {name: [n for n in sorted(links(scene)) if n in junctions] for name, scene in junctions.items()}
    for circle in ordered(graph)[1]:
        _warn(shaper, junctions[circle[0]].location, "junction-circle", " -> ".join(circle))


def ordered(graph: Mapping[str, Sequence[str]]) -> tuple[list[str], list[list[str]]]:
    """A depth-first walk of a graph: its nodes, each after those it points to, and a circle for each edge back.

    A circle begins and ends with the same node. Iterative (Tarjan 1972, without the components), so that no graph is
    too deep.
    """
    order: list[str] = []
    found: list[list[str]] = []
    done: dict[str, bool] = {}
    for root in graph:
        if root in done:
            continue
        done[root] = False
        path = [(root, iter(graph[root]))]
        while path:
            name, rest = path[-1]
            following = next(rest, None)
            if following is None:
                path.pop()
                done[name] = True
                order.append(name)
            elif following not in done:
                done[following] = False
                path.append((following, iter(graph[following])))
            elif not done[following]:
                names = [n for n, _ in path]
                found.append([*names[names.index(following) :], following])
    return order, found


def _unused(story: Story, shaper: Shaper, used_chapters: set[str]) -> None:
    read = {name for kind, name in shaper.read_names if kind == "state"}
    for name, variable in story.variables.items():
        if name not in read and not variable.show:
            _warn(shaper, variable.location, "unused-variable", name)
        elif name not in shaper.set_names and not variable.ask and variable.kind is not Kind.TEXT:
            _warn(shaper, variable.location, "never-set", name)
    for name in story.definitions.keys() - shaper.used_definitions:
        _warn(shaper, story.definition_places[name], "unused-definition", name)
    for name, fact in story.facts.items():
        if name not in shaper.used_facts:
            _warn(shaper, fact.location, "unused-fact", name)
    cited = {s for fact in story.facts.values() for s in fact.sources}
    for name, source in story.sources.items():
        if name not in cited:
            _warn(shaper, source.location, "unused-source", name)
    for name, chapter in story.chapters.items():
        if name not in used_chapters:
            _warn(shaper, chapter.location, "unused-chapter", name)


def _warn(shaper: Shaper, at: Location, code: str, name: str) -> None:
    shaper.problems.add(code, at.path, at.line, at.column, name=name)
