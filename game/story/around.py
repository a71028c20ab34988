"""What stands around the scenes: chapters and their plates, facts and sources, glossary, interrupts, toll, what a class
needs, properties and tests."""

from pathlib import Path
from typing import get_args

from game.story import checks
from game.story.files import FORBIDDEN, read_bytes
from game.story.model import (
    Chapter,
    ClassPlan,
    Entry,
    Expectation,
    Fact,
    Interrupt,
    MustHold,
    Source,
    StoryTest,
    Teaching,
    Toll,
    Variable,
)
from game.story.nodes import Mapping, Node, Scalar, Sequence
from game.story.scenes import SceneBuilder
from game.story.schema import EntryKind, MustHoldKind, Standing
from game.story.shapes import location

_STANDINGS: tuple[Standing, ...] = get_args(Standing)
_MUST_HOLDS: tuple[MustHoldKind, ...] = get_args(MustHoldKind)
_ENTRY_KINDS: tuple[EntryKind, ...] = get_args(EntryKind)
PLATE_WIDTH, PLATE_HEIGHT = 60, 16


class AroundBuilder:
    """Builds it, part by part. `path` is the story's, for plates; `outcomes` are the scenes that have one."""

    def __init__(self, scenes: SceneBuilder, path: Path, outcomes: set[str]) -> None:
        self.scenes, self.path, self.outcomes = scenes, path, outcomes
        self.shaper = scenes.shaper

    def source(self, name: str, node: Node) -> Source:
        get = self.shaper.fields(node, "source").get
        return Source(name, self.shaper.text(get("title")), self.shaper.text(get("kind")), location(node))

    def fact(self, name: str, node: Node, sources: dict[str, Source]) -> Fact:
        shaper = self.shaper
        get = shaper.fields(node, "fact").get
        if name == "invented":
            shaper.error(node, "reserved-id", name=name, what="fact")
        cited = [shaper.reference(s, sources, "unknown-source") for s in shaper.ids(get("source"))]
        standing = shaper.word(get("standing"), _STANDINGS, "standing")
        text = shaper.text(get("text"))
        return Fact(name, text, tuple(c for c in cited if c), standing, location(node))

    def chapter(self, name: str, node: Node) -> Chapter:
        shaper = self.shaper
        get = shaper.fields(node, "chapter").get
        if name == "same":
            shaper.error(node, "reserved-id", name=name, what="chapter")
        plate, plate_alt = get("plate"), shaper.text(get("plate_alt"))
        if plate is not None and not plate_alt:
            shaper.error(plate, "missing-plate-alt")
        return Chapter(
            id=name,
            title=shaper.text(get("title")),
            plate=self._plate(plate) if isinstance(plate, Scalar) else "",
            plate_alt=plate_alt,
            basis=shaper.basis(get("basis")),
            card=self.scenes.passage(get("card"), "inline", scene=False),
            location=location(node),
        )

    def _plate(self, node: Scalar) -> str:
        shaper = self.shaper
        folder = self.path if self.path.is_dir() else self.path.parent
        wanted = Path(node.text)
        try:
            target = (folder / wanted).resolve()
            inside = not wanted.is_absolute() and target.is_relative_to(folder.resolve())
        except (OSError, RuntimeError, ValueError):
            inside = False
        if not inside or ".." in wanted.parts or "\\" in node.text:
            shaper.error(node, "unsafe-path", what=node.text)
            return ""
        if not target.is_file():
            shaper.error(node, "missing-file", what=node.text)
            return ""
        data = read_bytes(target, node.text, self.shaper.problems, 64 * 1024)
        try:
            text = data.decode().replace("\r\n", "\n") if data is not None else ""
        except UnicodeDecodeError:
            shaper.error(node, "bad-plate", what=node.text, why="it is not UTF-8")
            return ""
        lines = text.rstrip().split("\n")
        if FORBIDDEN.search(text) or "\t" in text:
            shaper.error(node, "bad-plate", what=node.text, why="it holds control characters or tabs")
        elif len(lines) > PLATE_HEIGHT or any(checks.cells(line) > PLATE_WIDTH for line in lines):
            shaper.error(node, "bad-plate", what=node.text, why=f"it is larger than {PLATE_WIDTH}x{PLATE_HEIGHT}")
        return "\n".join(line.rstrip() for line in lines)

    def entry(self, name: str, node: Node) -> Entry:
        shaper = self.shaper
        get = shaper.fields(node, "entry").get
        kind = shaper.word(get("kind"), _ENTRY_KINDS, "kind")
        text, when = shaper.template(get("text")), shaper.expression(get("when"))
        return Entry(name, shaper.text(get("title")), kind, text, when, location(node))

    def interrupt(self, node: Node) -> Interrupt | None:
        get = self.shaper.fields(node, "interrupt").get
        when = self.shaper.expression(get("when"))
        go = self.shaper.reference(get("go"), self.shaper.names.scenes, "unknown-scene")
        return Interrupt(when, go, location(node)) if when and go else None

    def toll(self, node: Node) -> Toll:
        get = self.shaper.fields(node, "toll").get
        template = self.shaper.template
        return Toll(template(get("who")), template(get("text")), self.shaper.expression(get("when")), location(node))

    def class_plan(self, node: Node, questions: dict[str, Variable]) -> ClassPlan:
        get = self.shaper.fields(node, "class").get
        minutes = get("minutes")
        if minutes is not None and not 1 <= self.shaper.integer(minutes) <= 600:
            self.shaper.error(
                minutes, "out-of-range", key="minutes", low=1, high=600, found=self.shaper.integer(minutes)
            )
        return ClassPlan(self.shaper.values(get("answers"), questions, "not-asked"), self.shaper.integer(minutes))

    def teaching(self, node: Node) -> Teaching:
        get = self.shaper.fields(node, "teaching").get
        return Teaching(*(self.shaper.texts(get(key)) for key in ("aims", "standards", "rubric")))

    def must_hold(self, node: Node) -> MustHold | None:
        fields = self.shaper.fields(node, "must_hold")
        if len(fields) != 1:
            if isinstance(node, Mapping) and node.values.keys() == fields.keys():
                keys = "every_ending, always, reachable"
                self.shaper.error(node, "one-of", block="must_hold", keys=keys, found=len(fields))
            return None
        kind = next(k for k in _MUST_HOLDS if k in fields)
        condition = self.shaper.expression(fields[kind], truth=False)
        return MustHold(kind, condition, location(node)) if condition else None

    def test(self, node: Node, variables: dict[str, Variable], questions: dict[str, Variable]) -> StoryTest:
        shaper = self.shaper
        get = shaper.fields(node, "test").get
        steps = []
        choose = get("choose")
        for item in choose.items if isinstance(choose, Sequence) else []:
            if not shaper.shaped(item, "text", "choose") or not isinstance(item, Scalar):
                continue
            steps.append(item.text)
            scene, _, rest = item.text.partition("/")
            if rest and scene in shaper.names.scenes and rest != "continue":
                shaper.reference(item, shaper.names.choices, "unknown-choice")
        expected = get("expect")
        of = (shaper.fields(expected, "expect") if expected is not None else {}).get
        scenes = shaper.names.scenes
        outcome = shaper.reference(of("outcome"), scenes, "unknown-scene")
        if outcome and outcome not in self.outcomes:
            at = of("outcome")
            shaper.error(at if at is not None else node, "not-an-outcome", name=outcome)
        seen = [shaper.reference(s, scenes, "unknown-scene") for s in shaper.ids(of("seen"))]
        expectation = Expectation(
            scene=shaper.reference(of("scene"), scenes, "unknown-scene"),
            state=shaper.values(of("state"), variables, "unknown-variable"),
            seen=tuple(s for s in seen if s),
            text=shaper.text(of("text")),
            outcome=outcome,
        )
        answers = shaper.values(get("answers"), questions, "not-asked")
        return StoryTest(shaper.text(get("name")), answers, tuple(steps), expectation, location(node))
