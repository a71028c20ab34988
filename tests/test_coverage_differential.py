"""Coverage against plain sessions: on random stories it finds used exactly what every play together uses."""

import ast
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from game.play import staging
from game.play.session import Session
from game.prove import coverage
from game.prove.coverage import Search
from game.story.diagnostics import Location
from game.story.expressions import Expression, Value, compile_term
from game.story.loader import load
from game.story.model import By, Choice, Once, Passage, Scene, Sheet, Story, When
from game.story.text import Template
from tests.random_stories import Maker, without
from tests.test_prove_differential import clone

Used = tuple[object, str, bool]  # where, what it is called, and which side
CAP = 500  # situations of a plain search that are worth the wait


# --- stories with text to cover -------------------------------------------------------------------------------------


class Teller(Maker):
    """Random stories whose every text may be a block, with chapters, cards, sheets, a toll and a glossary."""

    def insert(self) -> str:
        values = random.Random(self.random.random()).choice([("'a'", "'b'"), ("n1", "0")])
        inner = f"({values[0]} if {self.condition(1)} else {values[1]})" if self.random.random() < 0.3 else values[0]
        return f"{{{inner} if {self.condition(1)} else {values[1]}}}"

    def words(self) -> str:
        return f"So {self.insert()}." if self.random.random() < 0.3 else "So."

    def passage(self, depth: int = 0, *, visits: bool = True, sheets: bool = True) -> object:
        pick = self.random.random()
        inner = (
            [self.passage(depth + 1, visits=visits, sheets=sheets) for _ in range(2)] if depth < 2 else ["In.", "Out."]
        )
        if pick < 0.35:
            return {"when": self.condition(), "text": inner[0], **({"else": inner[1]} if pick < 0.2 else {})}
        if pick < 0.45:
            return {"by": "w2", "blue": inner[0], "else": inner[1]}
        if pick < 0.55:
            return {"by": self.random.choice(["f1", "d1"]), "true": inner[0], "false": inner[1]}
        if pick < 0.7 and visits:
            return {self.random.choice(["once", "again"]): inner[0]}
        if pick < 0.75 and sheets:
            text = self.passage(depth + 1, visits=visits, sheets=False)
            return {"sheet": {"kind": "memo", "heading": self.words(), "text": text}}
        return self.words()

    def told(self) -> dict[str, Any]:
        story = self.story()
        chance = self.random.random
        story["chapters"] = {f"k{i}": {"title": "K", "card": [self.passage(visits=False)]} for i in range(3)}
        for scene in story["scenes"].values():
            if "text" not in scene:
                continue
            scene["text"] = [self.passage() for _ in range(self.random.randint(1, 2))]
            scene["title"] = self.words()
            scene["chapter"], scene["basis"] = self.random.choice(["k0", "k1", "k2", "same"]), "invented"
            if chance() < 0.3:
                scene["outcome"] = {"title": "O", "summary": self.words()}
            waiting = list(scene.get("choices", []))
            while waiting:
                choice = waiting.pop()
                waiting += choice.get("choices", [])
                choice["label"] = self.words()
                if "locked" in choice:
                    choice["locked"] = self.words()
                if chance() < 0.4:
                    choice["reply"] = [self.passage()]
                if chance() < 0.2:
                    choice["record"] = {"invented": self.words()}
        story["glossary"] = {
            f"g{i}": {"title": "G", "kind": "term", "text": self.words(), "when": self.condition()} for i in range(2)
        }
        story["toll"] = [{"who": "W", "text": self.words(), "when": self.condition()}]
        story["debrief"] = [self.words()]
        return story


def stories(folder: Path, first: int, count: int) -> Iterator[tuple[int, Story]]:
    path = folder / "story.yaml"
    seed = first
    while count:
        story = Teller(seed).told()
        if "ask" in story["state"]["w2"]:
            story = without(story, "w2")
        path.write_text(json.dumps(story, indent=1), encoding="utf-8")
        loaded = load(path)
        if loaded.story is not None:
            yield seed, loaded.story
            count -= 1
        seed += 1


# --- every play ----------------------------------------------------------------------------------------------------


class Record:
    """Notes what sessions of a story ask and show, by making every condition note its own values."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.used: set[Used] = set()
        self.compiled: dict[tuple[str, Location], Any] = {}
        for scene in story.scenes.values():
            self.scene(scene)
        for choice in story.choices.values():
            self.choice(choice)
        for chapter in story.chapters.values():
            self.passage(chapter.card)
        for holder in (*story.interrupts, *story.toll, *story.glossary.values()):
            self.asks(holder, "when")
        for told in (*story.toll, *story.glossary.values()):
            self.template(told, "text")
        object.__setattr__(story, "debrief", tuple(self.inserts(t) for t in story.debrief))

    def scene(self, scene: Scene) -> None:
        self.template(scene, "title")
        self.passage(scene.text)
        self.effects(scene, "on_enter")
        for way in scene.next:
            self.asks(way, "when")
        if scene.outcome:
            self.template(scene.outcome, "summary")

    def choice(self, choice: Choice) -> None:
        self.asks(choice, "when")
        self.effects(choice, "set")
        self.passage(choice.reply)
        self.template(choice, "label")
        if choice.locked is not None:
            self.template(choice, "locked")
        if choice.record is not None:
            self.template(choice.record, "note")

    def passage(self, passage: Passage) -> None:
        for piece in passage:
            match piece:
                case When():
                    self.asks(piece, "condition")
                    self.passage(piece.body)
                    self.passage(piece.otherwise)
                case By():
                    self.asks(piece, "subject")
                    for body in (*piece.cases.values(), piece.otherwise):
                        self.passage(body)
                case Once():
                    self.passage(piece.body)
                case Sheet():
                    self.template(piece, "heading")
                    self.passage(piece.text)
                case Template() if piece.inserts:
                    object.__setattr__(piece, "inserts", self.inserts(piece).inserts)

    def template(self, holder: object, name: str) -> None:
        object.__setattr__(holder, name, self.inserts(getattr(holder, name)))

    def inserts(self, template: Template) -> Template:
        new = [replace(i, expression=self.noting(i.expression, i.location, None)) for i in template.inserts]
        return replace(template, inserts=tuple(new))

    def effects(self, holder: Any, name: str) -> None:
        new = [replace(a, value=self.noting(a.value, holder.location, None)) for a in getattr(holder, name)]
        object.__setattr__(holder, name, tuple(new))

    def asks(self, holder: Any, name: str) -> None:
        expression = getattr(holder, name)
        if expression is not None:
            object.__setattr__(holder, name, self.noting(expression, holder.location, holder))

    def noting(self, expression: Expression, at: Location, holder: object) -> Expression:
        """An expression that notes its value, if it is a condition; its `if`s; and the definitions it names."""
        run = compile_term(expression.term)
        names = self.named(expression)

        def note(world: Any) -> Value:
            value = run(world)
            if isinstance(holder, Choice) and holder.spends and holder.id in world.chosen:
                return value  # whether a session looks here is its own affair: a spent choice is hidden in any case
            if isinstance(holder, By):
                case = (
                    f"`{str(value).lower() if isinstance(value, bool) else value}`" if value in holder.cases else None
                )
                self.used.add((at, f"{case or 'the `else`'} of `by: {expression.source}`", True))
            elif holder is not None:
                self.used.add((at, expression.source, bool(value)))
            self.ifs(expression, at, world)
            for name in names:
                definition, place = self.story.definitions[name], self.story.definition_places[name]
                self.used.add((place, name, bool(definition(world))))
                self.ifs(definition, place, world)
            return value

        return replace(expression, run=note)

    def named(self, expression: Expression) -> set[str]:
        names = set(expression.uses)
        for name in expression.uses:
            names |= self.named(self.story.definitions[name])
        return names

    def ifs(self, expression: Expression, at: Location, world: Any) -> None:
        """Runs the author's text as the Python that it is, with every test of an `if` noted on the way."""
        if " if " not in expression.source:
            return
        key = (expression.source, at)
        if key not in self.compiled:
            tree = Noted().visit(ast.parse(expression.source, mode="eval"))
            self.compiled[key] = compile(ast.fix_missing_locations(tree), "<story>", "eval")

        def note(text: str, value: object) -> object:
            self.used.add((at, text, bool(value)))
            return value

        words = {word: word for v in self.story.variables.values() for word in v.words}
        names = {
            **{scene: scene for scene in self.story.scenes},
            **words,
            **world.state,
            **{name: d(world) for name, d in self.story.definitions.items()},
            "true": True,
            "false": False,
            "scene": world.place,
            "note": note,
            "seen": lambda name: name in world.visits,
            "visits": lambda name: world.visits.get(name, 0),
            "chose": lambda name: name in world.chosen,
        }
        eval(self.compiled[key], names)  # our own random text


@pytest.fixture(autouse=True)
def _effects_note_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions compile effects from their terms, past what would note their values."""
    real = staging.compile_assignments

    def compile_noting(assignments: Any) -> Any:
        assign = real(assignments)

        def noting(world: Any) -> None:
            for _, value, _ in assignments:
                value(world)
            assign(world)

        return noting

    monkeypatch.setattr(staging, "compile_assignments", compile_noting)


class Noted(ast.NodeTransformer):
    def visit_IfExp(self, node: ast.IfExp) -> ast.IfExp:
        text = ast.unparse(node.test)
        self.generic_visit(node)
        node.test = ast.Call(ast.Name("note", ast.Load()), [ast.Constant(text), node.test], [])
        return node


class Noting(Session):
    """A session that notes what it shows where no condition tells."""

    record: Record

    def _shown(self, passage: Passage, scene: Scene | None) -> Iterator[Any]:
        for piece in passage:
            if isinstance(piece, Once) and scene is not None:
                name = f"what stands under `{'again' if piece.again else 'once'}`"
                self.record.used.add((piece.location, name, (self.visits[scene.id] > 1) is piece.again))
            yield from super()._shown((piece,), scene)

    def _close(self, parts: Any) -> None:
        chapter = self.story.chapters.get(self.chapter)
        if chapter is not None and chapter.id not in self._closed:
            self.record.used.add((chapter.location, f"the card of the chapter `{chapter.id}`", True))
        super()._close(parts)

    def look(self) -> None:
        """Reads the page, and notes what there is on it."""
        used = self.record.used
        for option in self.page.options:
            if option.locked is not None:
                used.add((self.story.choices[option.id].location, f"`locked` of `{option.id}`", True))
        if self.page.ending is not None and self.outcome:
            used.add((self.story.scenes[self.outcome].location, f"the outcome `{self.outcome}`", True))
        used.update(("scene", name, True) for name in self.visits)
        used.update(("choice", name, True) for name in self.chosen)

    def key(self) -> object:
        menu = self._menu[0].id if self._menu else ""
        return (
            *(self.place, menu, self.chapter, self.outcome, *self.state.values()),
            *(frozenset((name, min(count, 3)) for name, count in self.visits.items()), frozenset(self.chosen)),
            *(frozenset(self.fired), frozenset(self._closed), frozenset(self.unlocked)),
        )


def every_play(story: Story, record: Record) -> bool:
    """Plays everything; False where that is too much."""
    answers = [{}] if not story.questions else [{q.id: a} for q in story.questions for a in q.answers or ()]
    Noting.record = record
    waiting: list[Noting] = [Noting(story, a) for a in answers]
    met = set()
    while waiting:
        session = waiting.pop()
        if session.key() in met:
            continue
        met.add(session.key())
        session.look()
        if len(met) > CAP:
            return False
        for option in session.offered if session.scene.ending is None else ():
            child = clone(session)
            child.choose(option)
            assert isinstance(child, Noting)
            waiting.append(child)
    return True


# --- both ----------------------------------------------------------------------------------------------------------


def found(search: Search) -> tuple[set[Used], set[Used]]:
    """What coverage says some play uses, and all that it asked about."""
    met: set[Used] = set()
    known: set[Used] = set()
    for number, goal in enumerate(search.goals.goals):
        name = goal.fields.get("condition") or goal.fields.get("name", "")
        match goal.code:
            case "never-met" | "never-taken":
                key: Used = ("scene" if goal.code == "never-met" else "choice", name, True)
            case "never-offered" | "never-holds" | "never-told":
                key = (goal.location, name, True)
            case "always-holds" | "always-told":
                key = (goal.location, name, False)
            case _:
                continue
        known.add(key)
        if number in search.met:
            met.add(key)
    return met, known


def agree(seed: int, story: Story) -> bool:
    search = Search(story, 10**7, None)
    assert not search.open, seed
    met, known = found(search)
    record = Record(story)
    if not every_play(story, record):
        return False
    assert met == record.used & known, seed
    assert record.used <= known, seed
    return True


def test_coverage_is_what_every_play_together_uses(tmp_path: Path) -> None:
    compared = [agree(seed, story) for seed, story in stories(tmp_path, 0, 20)]
    assert sum(compared) >= 6


def test_searches_of_cones_find_what_one_search_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed, story in stories(tmp_path, 5_000, 3):
        whole = Search(story, 10**7, None)
        with monkeypatch.context() as patch:
            patch.setattr(coverage, "FIRST", 1)
            patch.setattr(coverage, "STEPS", 1)
            for small in (coverage.SMALL, 0):  # with sets and with arrays
                patch.setattr(coverage, "SMALL", small)
                parts = Search(story, 10**7, None)
                assert (parts.met, parts.settled, parts.why) == (whole.met, whole.settled, ""), seed


@pytest.mark.long
def test_coverage_is_what_every_play_together_uses_on_a_thousand_stories(tmp_path: Path) -> None:
    compared = [agree(seed, story) for seed, story in stories(tmp_path, 10_000, 1_000)]
    assert sum(compared) >= 300
