"""Scenes, choices and passages: from nodes to the model.

The surprising rule: a choice's way out is settled here, its parents' included, so that a session never looks outward.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

from game.story.diagnostics import Location
from game.story.expressions import Kind, Value
from game.story.model import (
    By,
    Choice,
    Once,
    Outcome,
    Passage,
    Piece,
    Record,
    Scene,
    Sheet,
    Way,
    When,
)
from game.story.nodes import Mapping, Node, Scalar, Sequence
from game.story.schema import BLOCKS, RecordKind, SheetKind
from game.story.shapes import location
from game.story.text import Form, Template
from game.story.values import Shaper

SHEET_KINDS: tuple[SheetKind, ...] = get_args(SheetKind)
_PIECES = ("text", "by", "once", "again", "sheet")
_RECORDS: tuple[RecordKind, ...] = get_args(RecordKind)
_MAX_CHOICE_DEPTH = 12
_NO_TAGS: frozenset[str] = frozenset()


def slug(label: str) -> str:
    """A choice's id from its label: letters and digits of any script in lower case, joined by _."""
    return "_".join(re.findall(r"[^\W_]+", label.lower()))


def leaves(choice: Choice) -> bool:
    """Whether a choice, or one that follows on it, does anything but come back to its scene."""
    return not choice.stay or any(leaves(c) for c in choice.choices)


class SceneBuilder:
    """Builds every scene of a story. `choices` collects them by full id, `sheets` the places of sheet ids."""

    def __init__(self, shaper: Shaper) -> None:
        self.shaper = shaper
        self.choices: dict[str, Choice] = {}
        self.sheets: dict[str, tuple[str, int]] = {}
        self.chapters: dict[str, Node] = {}
        self.used_chapters: set[str] = set()

    # --- ids, before any expression is read

    def choice_ids(self, scene: str, node: Node) -> Iterator[str]:
        """The full ids of a scene's choices, nested ones too; problems with ids are noted here and nowhere else."""
        if isinstance(node, Mapping):
            self.shaper.unknown_keys(node, "scene", BLOCKS["scene"])
            self._part_choices(node)
            yield from self._choice_ids(scene, node.values.get("choices"), 0)

    def _part_choices(self, node: Mapping) -> None:
        """Puts choices that stand in a list of text, for want of a line `choices:`, where they belong."""
        text = node.values.get("text")
        items = text.items if isinstance(text, Sequence) and "choices" not in node.values else []
        for index, item in enumerate(items):
            if isinstance(item, Mapping) and "label" in item.values:
                self.shaper.error(item, "missing-choices")
                choices = Sequence(item.file, item.line, item.column, flow=False)
                choices.items = items[index:]
                del items[index:]
                node.values["choices"], node.places["choices"] = choices, (item.line, item.column)
                return

    def _choice_ids(self, prefix: str, node: Node | None, depth: int) -> Iterator[str]:
        siblings: dict[str, int] = {}
        for item in self.shaper.items(node):
            if not isinstance(item, Mapping):
                continue
            self.shaper.unknown_keys(item, "choice", BLOCKS["choice"])
            own = self._own_id(item)
            at: Node = item.values.get("id") or item.values.get("label") or item
            if "id" in item.values:
                if not self.shaper.id(own, at, "choice"):
                    self.shaper.broken.add(f"{prefix}/{own}")
                    continue
            elif not own or own == "continue":
                if isinstance(at, Scalar) and not at.is_null:
                    self.shaper.error(at, "choice-needs-id", name=own)
                continue
            if own in siblings:
                self.shaper.error(at, "duplicate-choice", name=own, first=siblings[own])
            siblings.setdefault(own, at.line)
            full = f"{prefix}/{own}"
            yield full
            if depth < _MAX_CHOICE_DEPTH:
                yield from self._choice_ids(full, item.values.get("choices"), depth + 1)
            elif "choices" in item.values:
                self.shaper.error(item, "too-deep", limit=_MAX_CHOICE_DEPTH)

    @staticmethod
    def _own_id(node: Mapping) -> str:
        named, label = node.values.get("id"), node.values.get("label")
        if isinstance(named, Scalar):
            return named.text
        return slug(label.text) if isinstance(label, Scalar) else ""

    # --- scenes

    def scene(self, name: str, node: Node, chapter: str) -> Scene:
        shaper = self.shaper
        get = shaper.fields(node, "scene").get
        if chapter_node := get("chapter"):
            if isinstance(chapter_node, Scalar) and chapter_node.text == "same":
                chapter = "same"
            else:
                chapter = shaper.reference(chapter_node, self.chapters, "unknown-chapter")
        self.used_chapters.add(chapter)
        tags = frozenset(t.text for t in shaper.ids(get("tags"))) or _NO_TAGS
        ending, outcome = get("ending"), get("outcome")
        if ending is not None:
            for key in ("next", "choices"):
                if isinstance(node, Mapping) and key in node.values:
                    shaper.problems.at(node.file, *node.places[key], "ending-goes-on", key=key)
        ways = self.ways(get("next"))
        given = node.values if isinstance(node, Mapping) else {}
        scene = Scene(
            id=name,
            chapter=chapter,
            title=shaper.template(get("title")),
            place=shaper.template(get("place")),
            date=shaper.template(get("date")),
            basis=shaper.basis(get("basis")),
            tags=tags,
            summary=shaper.template(get("summary")),
            on_enter=shaper.effects(get("on_enter")),
            text=self.passage(get("text"), "text"),
            next=ways,
            discuss=shaper.template(get("discuss")),
            ending=shaper.template(shaper.fields(ending, "ending").get("title")) if ending is not None else None,
            outcome=self._outcome(outcome) if outcome is not None else None,
            todo=shaper.text(get("todo")),
            location=location(node),
        )
        choices = tuple(self._choices(name, get("choices"), "", False, "next" in given))
        scene = replace(scene, choices=choices)
        if scene.is_violent and not scene.summary.source:
            shaper.error(node, "missing-summary", name=name)
        if chapter == "same" and not scene.basis and not scene.is_junction:
            shaper.error(node, "same-without-basis", name=name)
        if isinstance(node, Mapping) and not ways and not {"next", "choices", "ending"} & given.keys():
            shaper.error(node, "no-way-out", name=name)
        if choices and not {"next", "ending"} & given.keys() and not any(leaves(choice) for choice in choices):
            shaper.error(node, "all-stay", name=name)
        if scene.todo:
            shaper.error(get("todo") or node, "todo", name=name, note=scene.todo)
        return scene

    def _outcome(self, node: Node) -> Outcome:
        get = self.shaper.fields(node, "outcome").get
        return Outcome(self.shaper.template(get("title")), self.shaper.template(get("summary")))

    def ways(self, node: Node | None) -> tuple[Way, ...]:
        shaper = self.shaper
        if isinstance(node, Scalar):
            go = shaper.reference(node, shaper.names.scenes, "unknown-scene")
            return (Way(go),) if go else ()
        ways: list[Way] = []
        items = shaper.items(node)
        if node is not None and not items:
            shaper.error(node, "empty", key="next")
        for index, item in enumerate(items):
            get = shaper.fields(item, "way").get
            when = shaper.expression(get("when"))
            go = shaper.reference(get("go"), shaper.names.scenes, "unknown-scene")
            last = index == len(items) - 1
            if isinstance(item, Mapping):
                if last and "when" in item.values:
                    shaper.error(item, "no-last-way")
                elif not last and "when" not in item.values:
                    shaper.error(item, "dead-way")
            if go:
                ways.append(Way(go, when, location(item)) if when else Way(go))
        return tuple(ways)

    # --- choices

    def _choices(self, prefix: str, node: Node | None, go: str, stay: bool, way: bool) -> Iterator[Choice]:
        """`go`, `stay`: the way outward so far; `way`: whether the scene has a `next`."""
        if isinstance(node, Sequence) and not node.items:
            self.shaper.error(node, "empty", key="choices")
        for item in self.shaper.items(node):
            if prefix.count("/") <= _MAX_CHOICE_DEPTH:
                choice = self._choice(prefix, item, go, stay, way)
                self.choices[choice.id] = choice
                yield choice

    def _choice(self, prefix: str, node: Node, go: str, stay: bool, way: bool) -> Choice:
        shaper = self.shaper
        fields = shaper.fields(node, "choice")
        get = fields.get
        given = node.values if isinstance(node, Mapping) else {}
        own_stay = shaper.flag(get("stay")) if "stay" in fields else "stay" in given
        once = shaper.flag(get("once"))
        if "go" in given and own_stay:
            shaper.error(given["go"], "go-and-stay")
        if "go" in given:
            go, stay = shaper.reference(get("go"), shaper.names.scenes, "unknown-scene") or "?", False
        elif own_stay:
            go, stay = "", True
        if not (go or stay or way) and "label" in given:
            shaper.error(get("label") or node, "no-way-out", name=f"{prefix}/{self._own_id_of(node)}")
            way = True  # told once, for those that follow on it too
        if "locked" in given and "when" not in given:
            shaper.error(given["locked"], "locked-without-when")
        full = f"{prefix}/{self._own_id_of(node)}"
        full = shaper.names.choices.get(full, full)  # one text for both
        record = get("record")
        return Choice(
            id=full,
            label=shaper.template(get("label")),
            when=shaper.expression(get("when")),
            locked=shaper.template(get("locked")) if "locked" in given else None,
            set=shaper.effects(get("set")),
            record=self._record(record) if record is not None else None,
            reply=self.passage(get("reply"), "inline"),
            choices=tuple(self._choices(full, get("choices"), go, stay, way)),
            go=go,
            stay=stay,
            spends=bool(once) or (bool(own_stay) and once is not False),
            location=location(node),
        )

    def _own_id_of(self, node: Node) -> str:
        return self._own_id(node) if isinstance(node, Mapping) else ""

    def _record(self, node: Node) -> Record:
        shaper = self.shaper
        fields = shaper.fields(node, "record")
        kinds = [k for k in _RECORDS if k in fields]
        if len(kinds) != 1:
            shaper.error(node, "one-of", block="record", keys=", ".join(_RECORDS), found=len(kinds))
            return Record("invented")
        kind = kinds[0]
        note = shaper.template(fields.get("note"))
        if kind == "invented":
            told = shaper.template(fields[kind])
            if note.source:
                joined = f"{told.source} {note.source}"
                return Record(kind, (), Template(joined, told.inserts + note.inserts, told.form))
            return Record(kind, (), told)
        facts = []
        for item in shaper.ids(fields[kind]):
            if fact := shaper.reference(item, shaper.facts, "unknown-fact"):
                facts.append(fact)
                shaper.used_facts.add(fact)
        return Record(kind, tuple(facts), note)

    # --- passages

    def passage(self, node: Node | None, form: Form, *, scene: bool = True) -> Passage:
        """A string, a block or a list of blocks. `scene` tells that there are visits to ask about."""
        if node is None:
            return ()
        if isinstance(node, Scalar):
            template = self.shaper.template(node, form)
            return (template,) if template.source else ()
        if isinstance(node, Sequence):
            if not node.items:
                self.shaper.error(node, "empty", key="text")
            pieces: list[Piece] = []
            for item in node.items:
                if isinstance(item, Sequence):
                    self.shaper.error(item, "special-start", char="[" if item.flow else "-")
                elif not isinstance(item, Scalar) or self.shaper.shaped(item, "passage", "text"):
                    pieces += self.passage(item, form, scene=scene)
            return tuple(pieces)
        assert isinstance(node, Mapping)
        return self._block(node, form, scene)

    def _block(self, node: Mapping, form: Form, scene: bool) -> Passage:
        shaper = self.shaper
        if "by" in node.values:
            return self._by(node, form, scene)
        fields = shaper.fields(node, "block")
        given = [k for k in _PIECES if k in node.values]
        if len(given) != 1:
            known = node.values.keys() & {"when", "else"}
            if node.values.keys() == {"else"}:
                shaper.error(node, "else-without-when")
            elif known or given or not node.values:  # else the unknown keys have been named
                shaper.error(node, "one-of", block="block", keys=", ".join(_PIECES), found=len(given))
            return ()
        kind = given[0]
        if "else" in fields and "when" not in node.values:
            shaper.problems.at(node.file, *node.places["else"], "else-without-when")
        if kind in ("once", "again") and not scene:
            shaper.error(node, "no-visits-here", key=kind)
        body = self._body(kind, fields.get(kind), form, scene)
        if kind in ("once", "again"):
            body = (Once(body, kind == "again", Location(node.file.path, *node.places[kind])),)
        if "when" not in node.values:
            return body
        condition = shaper.expression(fields.get("when"))
        otherwise = self.passage(fields.get("else"), form, scene=scene)
        return (When(condition, body, otherwise, location(node.values["when"])),) if condition else body

    def _body(self, kind: str, node: Node | None, form: Form, scene: bool) -> Passage:
        if node is None:
            return ()
        if kind == "sheet":
            if form == "lines":
                self.shaper.error(node, "sheet-in-sheet")
                return ()
            return (self._sheet(node),)
        return self.passage(node, form, scene=scene)

    def _by(self, node: Mapping, form: Form, scene: bool) -> Passage:
        shaper = self.shaper
        by, when = node.values["by"], node.values.get("when")
        condition = shaper.expression(when) if when is not None and shaper.shaped(when, "expression", "when") else None
        subject = None
        if shaper.shaped(by, "id", "by") and isinstance(by, Scalar):
            subject = shaper.by_subject(by)
        others = {k: v for k, v in node.values.items() if k not in ("by", "when", "else")}
        otherwise = node.values.get("else")
        cases: dict[Value, Passage] = {}
        if subject is None:
            for item in others.values():
                self.passage(item, form, scene=scene)
            return ()
        is_flag = subject.type.kind is Kind.FLAG
        wanted = ["true", "false"] if is_flag else sorted(subject.type.words)
        cut = False
        for name, item in others.items():
            if name not in wanted and node.flow and isinstance(item, Scalar) and item.is_null:
                if not cut:
                    shaper.problems.at(node.file, *node.places[name], "flow-comma", key=name)
                cut = True
            elif name not in wanted:
                code = "one-of" if name in _PIECES else "unknown-word"
                shaper.problems.at(
                    node.file,
                    *node.places[name],
                    code,
                    name=name,
                    near=wanted,
                    block="block",
                    keys=", ".join(_PIECES),
                    found="several",
                )
            elif shaper.shaped(item, "passage", name):
                cases[name == "true" if is_flag else name] = self.passage(item, form, scene=scene)
        missing = [w for w in wanted if w not in others]
        if missing and otherwise is None:
            shaper.error(by, "by-missing", names=", ".join(missing))
        elif not missing and otherwise is not None:
            shaper.problems.at(node.file, *node.places["else"], "dead-else")
        rest = ()  # type: Passage
        if otherwise is not None and shaper.shaped(otherwise, "passage", "else"):
            rest = self.passage(otherwise, form, scene=scene)
        chosen = By(subject, cases, rest, location(by))
        return (When(condition, (chosen,), (), location(when)),) if condition and when is not None else (chosen,)

    def _sheet(self, node: Node) -> Sheet:
        shaper = self.shaper
        get = shaper.fields(node, "sheet").get
        named = get("id")
        sheet_id = ""
        if isinstance(named, Scalar) and shaper.id(named.text, named, "sheet"):
            sheet_id = named.text
            place = (named.file.path, named.line)
            if sheet_id in self.sheets:
                shaper.error(
                    named, "duplicate-id", name=sheet_id, what="sheet", first=":".join(map(str, self.sheets[sheet_id]))
                )
            self.sheets.setdefault(sheet_id, place)
        kind = shaper.word(get("kind"), SHEET_KINDS, "kind")
        return Sheet(
            id=sheet_id,
            kind=kind,
            heading=shaper.template(get("heading")),
            text=self.passage(get("text"), "lines"),
            stamp=shaper.template(get("stamp")),
            signed=shaper.template(get("signed")),
        )
