"""The map: every scene and choice is in it, every step of a play goes along it, and its readers can read it."""

import json
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from html import unescape
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from game.export import svg as drawing
from game.export.graph import Graph, Use, as_json, dot, graph, mermaid
from game.play.page import Heading
from game.play.session import Session
from game.story.checks import links
from game.story.loader import load
from game.story.model import Story
from tests import node

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "scenes" / "special-tasks"
STORIES = [*sorted((ROOT / "tests" / "stories" / "good").iterdir()), SHIPPED]
SVG = "{http://www.w3.org/2000/svg}"
every_story = pytest.mark.parametrize("path", STORIES, ids=lambda p: p.name)
HARD = r"""
format: 1
id: hard
title: 'Hard "<&>" \N #quot; `x`'
start: one
scenes:
  one:
    title: 'A "quote", <b>, & 1. {{braces}} | ] end'
    text: One.
    choices:
      - {label: 'Say "\n" & <go>.', id: a, go: two}
      - {label: '```subgraph``` --> |x|', id: b, go: two}
      - {label: Stay here., stay: true}
  two: {ending: {title: "Ende; 終わり"}, text: Over.}
"""


@cache
def read(path: Path) -> Story:
    story = load(path).story
    assert story is not None
    return story


@pytest.fixture
def hard(tmp_path: Path) -> Story:
    (tmp_path / "hard.yaml").write_text(HARD, encoding="utf-8")
    return read(tmp_path / "hard.yaml")


@every_story
def test_json_holds_every_scene_choice_and_interrupt_and_no_way_that_is_not_the_storys(path: Path) -> None:
    story = read(path)
    data = json.loads(as_json(graph(story)))
    nodes = [node for group in data["groups"] for node in group["nodes"]]
    assert sorted(n["id"] for n in nodes) == sorted(story.scenes)
    assert [n["number"] for n in sorted(nodes, key=lambda n: n["number"])] == list(range(1, len(nodes) + 1))
    assert {c["id"] for n in nodes for c in n["choices"]} == set(story.choices)
    assert [i["target"] for i in data["interrupts"]] == [i.go for i in story.interrupts]
    pairs = [(e["source"], e["target"]) for e in data["edges"]]
    assert len(set(pairs)) == len(pairs)
    for edge in data["edges"]:
        assert edge["target"] in links(story.scenes[edge["source"]])
        for way in edge["ways"]:
            choice = story.choices.get(way["choice"])
            assert choice is None or (not choice.stay and choice.go in ("", edge["target"]))


@every_story
def test_every_step_of_random_plays_goes_along_the_map(path: Path) -> None:
    """The play is the oracle: each move is an edge that names the choice, junctions and interrupts taken along."""
    story = read(path)
    made = graph(story)
    chance = random.Random(7)
    for _ in range(8):
        answers = {v.id: chance.choice(v.answers) for v in story.questions if v.answers}
        session = Session(story, answers)
        for _ in range(60):
            if not session.offered:
                break
            before, step = session.place, chance.choice(session.offered)
            session.choose(step)
            if any(isinstance(part, Heading) for part in session.told(session.turns[-1].parts)):
                first = {e.target for e in made.edges if e.source == before and _names(e.ways, step)}
                assert first, f"no way by {step}"
                assert session.place in _onward(made, first | {i.target for i in made.interrupts}), step


def _names(ways: Any, step: str) -> bool:
    return ("" if step.endswith("/continue") else step) in [way.choice for way in ways]


def _onward(made: Graph, targets: set[str]) -> set[str]:
    """Where a move to one of these can end: what junctions lead to is added."""
    found, waiting = set[str](), list(targets)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            if made.nodes[name].kind == "junction":
                waiting += [e.target for e in made.edges if e.source == name]
    return found


@pytest.mark.parametrize("program", [True, False], ids=["graphviz", "library"])
@every_story
def test_the_drawing_is_well_formed_and_names_every_scene(
    path: Path, program: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By Graphviz, where it is installed, and by the library; boxes lie apart, and every line ends at its box."""
    if not program:
        monkeypatch.setattr(drawing, "which", lambda _: None)
    bands = _bands(monkeypatch)
    made = graph(read(path))
    root = ET.fromstring(drawing.svg(made))
    assert root.tag == f"{SVG}svg"
    assert root.findtext(f"{SVG}title")
    assert root.findtext(f"{SVG}desc")
    assert "href" not in "".join(key for element in root.iter() for key in element.attrib)
    about = "\n".join(t.text or "" for t in root.iter(f"{SVG}title"))
    for scene in made.nodes.values():
        assert f"{scene.title} ({scene.id})" in about
    texts = {t.text for t in root.iter(f"{SVG}text")}
    assert "Start" in texts
    assert any(text.startswith("Ending:") for text in texts if text) or path.name == "chapters"
    page = float(root.attrib["width"]) * (
        277 / 190 if "size: A4" in (root.findtext(f"{SVG}style") or "") else 277 / 400
    )
    for band in bands:
        for box in band.boxes:  # on paper no page's end cuts it
            ends = [(band.top + box.y + side * box.height / 2) // page for side in (-1, 1)]
            assert ends[0] == ends[1], box.title
        for one, other in combinations(band.boxes, 2):
            apart = abs(one.x - other.x) * 2 + 1 >= one.width + other.width
            assert apart or abs(one.y - other.y) * 2 + 1 >= one.height + other.height
        for box in band.boxes:
            assert 0 <= box.x - box.width / 2 <= box.x + box.width / 2 <= band.width
            assert 0 <= box.y - box.height / 2 <= box.y + box.height / 2 <= band.height
        for line in band.lines:
            numbers = [float(n) for n in re.findall(r"-?[\d.]+", line.path)]
            for (x, y), box in ((numbers[:2], band.boxes[line.source]), (numbers[-2:], band.boxes[line.target])):
                assert abs(x - box.x) <= box.width / 2 + 12
                assert abs(y - box.y) <= box.height / 2 + 12


def _bands(monkeypatch: pytest.MonkeyPatch) -> list[drawing.Band]:
    """The bands that will be drawn."""
    bands: list[drawing.Band] = []
    make = drawing._band

    def kept(made: Graph, group: Any) -> drawing.Band:
        bands.append(make(made, group))
        return bands[-1]

    monkeypatch.setattr(drawing, "_band", kept)
    return bands


def test_choices_to_one_scene_are_one_arrow_and_those_that_stay_none(hard: Story) -> None:
    made = graph(hard)
    [edge] = made.edges
    assert [way.choice for way in edge.ways] == ["one/a", "one/b"]
    assert [(c.id, c.stay) for c in made.nodes["one"].choices] == [
        ("one/a", False),
        ("one/b", False),
        ("one/stay_here", True),
    ]
    assert dot(made).count("->") == 2  # one of them in a label
    assert mermaid(made).count("-->") == 1


def test_hits_are_line_weights_and_marks_are_said_in_words(hard: Story) -> None:
    use = Use({"one": 1.0, "two": 1.0}, {"one/a": 0.25, "one/b": 0.75, "one/stay_here": 0.0}, {"two": "unused"})
    made = graph(hard, use)
    assert made.edges[0].hits == 1
    assert "penwidth=5.0" in dot(made)
    assert "stroke-width:5.0px" in mermaid(made)
    drawn = drawing.svg(made)
    assert 'stroke-width="5.0"' in drawn
    for text in (dot(made), drawn):
        assert "used in no play" in text
        assert "1.00 visits a play" in text


def command(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "game", *arguments], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == code, done.stderr
    return done


def test_the_command_takes_the_hits_of_a_walk_and_the_marks_of_a_proof(tmp_path: Path) -> None:
    """A choice that no play can take is marked; a walk's file gives visits a play."""
    story = tmp_path / "story.yaml"
    story.write_text(HARD.replace("label: 'Say", "when: seen('two'), label: 'Say"), encoding="utf-8")
    hits, out = tmp_path / "hits.csv", tmp_path / "map.json"
    command("walk", str(story), "--runs", "50", "--hits", str(hits))
    command("graph", str(story), "--format", "json", "--hits", str(hits), "--prove", "-o", str(out))
    data = json.loads(out.read_text(encoding="utf-8"))
    one, two = data["groups"][0]["nodes"]
    assert (one["hits"], two["hits"], one["mark"]) == (1.0, 1.0, "")
    assert [c["mark"] for c in one["choices"]] == ["unused", "", ""]
    assert data["edges"][0]["hits"] == 1.0
    for bad, why in (("no such\n", "is not a file of hits"), (f"{hits.read_text()}scene,x,1,1\n", "no scene 'x'")):
        hits.write_text(bad, encoding="utf-8")
        done = command("graph", str(story), "--format", "dot", "--hits", str(hits), code=1)
        assert why in done.stderr
        assert done.stderr.count("\n") == 1


def test_without_anything_to_lay_it_out_one_line_says_what_to_install() -> None:
    code = "import sys; sys.modules['fast_sugiyama'] = None; from game.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, "graph", "--format", "svg"],
        capture_output=True, text=True, check=False, cwd=ROOT, env={"PATH": "", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Graphviz" in done.stderr
    assert not done.stdout


def _texts(made: Graph) -> Iterator[str]:
    for scene in made.nodes.values():
        yield f"{scene.number} {scene.title}"


@pytest.mark.long
def test_graphviz_reads_the_dot_of_every_story(hard: Story) -> None:
    """`dot -Tjson0` finds the scenes, the arrows and the titles as they were meant."""
    for story in (hard, *map(read, STORIES)):
        made = graph(story)
        done = subprocess.run(["dot", "-Tdot_json"], input=dot(made), capture_output=True, text=True, check=True)
        assert not done.stderr
        data = json.loads(done.stdout)
        nodes = [o for o in data["objects"] if "nodes" not in o and not o["name"].startswith(("cluster", "%"))]
        labels = [unescape(n["label"].replace("\\\\", "\\")) for n in nodes]
        for text in _texts(made):
            assert any(label.startswith(text) for label in labels), text
        assert len(nodes) == len(story.scenes) + len(story.interrupts)
        assert len(data.get("edges", [])) == len(made.edges) + len(story.interrupts)


MERMAID = """
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";
const { window } = new JSDOM("");
globalThis.window = window; globalThis.document = window.document;
const { default: mermaid } = await import("mermaid");
mermaid.initialize({ maxEdges: 100000, maxTextSize: 10000000 });
for (const name of process.argv.slice(2)) {
  const diagram = await mermaid.mermaidAPI.getDiagramFromText(readFileSync(name, "utf8"));
  const { nodes, edges } = diagram.db.getData();
  console.log(JSON.stringify({
    nodes: nodes.filter((n) => !n.isGroup).map((n) => n.label),
    edges: edges.map((e) => [e.start, e.end, e.label]),
  }));
}
"""


@pytest.mark.long
def test_mermaid_reads_the_flowchart_of_every_story(hard: Story, tmp_path: Path) -> None:
    """Its own parser finds the scenes and arrows, and in them the words that were meant."""
    graphs = [graph(story) for story in (hard, *map(read, STORIES))]
    for number, made in enumerate(graphs):
        (tmp_path / f"{number}.mmd").write_text(mermaid(made), encoding="utf-8")
    names = [str(tmp_path / f"{number}.mmd") for number in range(len(graphs))]
    lines = node.run(MERMAID, *names, packages=("mermaid", "jsdom")).splitlines()
    for made, line in zip(graphs, lines, strict=True):
        data = json.loads(line)
        labels = [_decoded(label) for label in data["nodes"]]
        for text in _texts(made):
            assert any(label.startswith(text) for label in labels), text
        assert len(labels) == len(made.nodes) + len(made.interrupts)
        assert len(data["edges"]) == len(made.edges) + len(made.interrupts)


def _decoded(label: str) -> str:
    """Mermaid keeps `#58;` as `\ufb02°°58¶ß` until it draws."""
    return re.sub(r"\ufb02°°(\d+)¶ß", lambda found: chr(int(found[1])), label)
