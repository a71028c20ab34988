"""The web edition: a story as one HTML file that plays offline, in any browser.

The surprising rule: what plays is `templates/web_session.js`, a port of `game.play.session`; a test holds the two to
each other on random plays. Here a story only becomes data and functions for it.
"""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from markupsafe import Markup

from game.export.javascript import Functions, quoted
from game.export.markup import Node, block_nodes, fill, line_nodes, template_text
from game.export.script import SHEETS
from game.play.journal import RECORDS
from game.play.page import STANDINGS
from game.story.model import Assignment, By, Choice, Once, Passage, Piece, Scene, Sheet, Story, Variable, When
from game.story.text import Insert, Shown, Template, static

SCRIPTS = ("web_story.js", "web_session.js", "web_saves.js", "web_drawing.js", "web_beside.js", "web.js")
Data = dict[str, Any]


def web_page(story: Story) -> str:
    """One HTML document. It loads nothing, and its own policy forbids that anything else be loaded or run."""
    data = StoryData(story)
    written = quoted(data.data())  # first: it finds the functions
    program = "\n".join(['"use strict";', data.functions.source(), *(template_text(name) for name in SCRIPTS)])
    style = template_text("web.css")
    return fill(
        "web.html",
        story=story,
        data=Markup(written),  # noqa: S704  # JSON without a `<`
        program=Markup(program),  # noqa: S704  # our own, and functions that hold an author's words as JSON only
        style=Markup(style),  # noqa: S704  # our own file, with nothing of an author in it
        policy=f"default-src 'none'; script-src '{_digest(program)}'; style-src '{_digest(style)}'; "
        "base-uri 'none'; form-action 'none'",
    )


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


class StoryData:
    """A story as JSON for the web edition. What is computed is a number of `functions`; what is empty is left out."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.functions = Functions()

    def data(self) -> Data:
        story = self.story
        return {
            "id": story.id,
            "title": story.title,
            "digest": story.digest,
            "author": story.author,
            "about": block_nodes(static(story.about, "text")),
            "note": block_nodes(static(story.content_note, "text")),
            "start": story.start,
            "variables": {v.id: _variable(v) for v in story.variables.values()},
            "interrupts": [[self.functions.number(i.when), i.go] for i in story.interrupts],
            "chapters": {
                c.id: _filled(
                    title=c.title, plate=c.plate, plate_alt=c.plate_alt, basis=c.basis, card=self._prose(c.card)
                )
                for c in story.chapters.values()
            },
            "sources": {s.id: [s.title, s.kind] for s in story.sources.values()},
            "facts": {
                f.id: {"text": f.text, "sources": f.sources, "standing": f.standing} for f in story.facts.values()
            },
            "glossary": {
                e.id: _filled(title=e.title, kind=e.kind, text=self._line(e.text), when=self.functions.number(e.when))
                for e in story.glossary.values()
            },
            "toll": [
                _filled(who=self._line(t.who), text=self._line(t.text), when=self.functions.number(t.when))
                for t in story.toll
            ],
            "debrief": [self._line(question) for question in story.debrief],
            "scenes": {scene.id: self._scene(scene) for scene in story.scenes.values()},
            "standings": STANDINGS,
            "records": RECORDS,
            "sheets": SHEETS,
        }

    def _scene(self, scene: Scene) -> Data:
        outcome = scene.outcome
        return _filled(
            chapter=scene.chapter,
            title=self._line(scene.title),
            place=self._line(scene.place),
            date=self._line(scene.date),
            basis=scene.basis,
            violent=scene.is_violent,
            junction=scene.is_junction,
            summary=self._text(scene.summary),
            enter=self._assignments(scene.on_enter),
            text=self._prose(scene.text),
            choices=self._choices(scene.choices),
            next=[[self.functions.number(way.when), way.go] for way in scene.next],
            ending=None if scene.ending is None else [self._line(scene.ending)],
            outcome=[self._line(outcome.title), self._text(outcome.summary)] if outcome else None,
            todo=scene.todo,
        )

    def _choices(self, choices: Iterable[Choice]) -> list[Data]:
        return [self._choice(choice) for choice in choices]

    def _choice(self, choice: Choice) -> Data:
        record = choice.record
        return _filled(
            id=choice.id,
            label=self._line(choice.label),
            when=self.functions.number(choice.when),
            locked=None if choice.locked is None else [self._line(choice.locked)],
            set=self._assignments(choice.set),
            record={"kind": record.kind, "facts": record.facts, "note": self._line(record.note)} if record else None,
            reply=self._prose(choice.reply),
            choices=self._choices(choice.choices),
            go=choice.go,
            stay=choice.stay,
            spends=choice.spends,
        )

    def _assignments(self, assignments: Iterable[Assignment]) -> list[list[Any]]:
        """The variable, what it becomes, and the bounds of a number."""
        bounds = {v.id: v.bounds or () for v in self.story.variables.values()}
        return [[a.variable, self.functions.number(a.value), *bounds[a.variable]] for a in assignments]

    # --- text

    def _line(self, template: Template) -> Any:
        return self._template(template, line_nodes(Shown(template)))

    def _text(self, template: Template) -> Any:
        return self._template(template, block_nodes(Shown(template)))

    def _template(self, template: Template, nodes: list[Node]) -> Any:
        """Nodes; where there are inserts, an object with both. The empty template is the empty string."""
        if not template.source:
            return ""
        inserts = [self._insert(insert) for insert in template.inserts]
        return {"nodes": nodes, "inserts": inserts} if inserts else nodes

    def _insert(self, insert: Insert) -> list[Any]:
        """The function, and how its value prints: by the words of a variable, by yes and no, or as it is."""
        number = self.functions.number(insert.expression)
        return [number, insert.variable.id] if insert.variable is not None else [number, insert.is_lone]

    def _prose(self, passage: Passage) -> list[Data]:
        return [self._piece(piece) for piece in passage]

    def _piece(self, piece: Piece) -> Data:
        number, prose = self.functions.number, self._prose
        match piece:
            case Template():
                return {"text": self._text(piece)}
            case When():
                return {"when": number(piece.condition), "then": prose(piece.body), "else": prose(piece.otherwise)}
            case By():
                return {"by": number(piece.subject), "cases": _cases(piece, prose), "else": prose(piece.otherwise)}
            case Once():
                return {"again" if piece.again else "once": prose(piece.body)}
            case Sheet():
                return {"sheet": self._sheet(piece)}

    def _sheet(self, sheet: Sheet) -> Data:
        line = self._line
        return {
            "id": sheet.id,
            "kind": sheet.kind,
            "heading": line(sheet.heading),
            "stamp": line(sheet.stamp),
            "text": self._prose(sheet.text),
            "signed": line(sheet.signed),
        }


def _variable(variable: Variable) -> Data:
    return _filled(
        kind=variable.kind.name.lower(),
        start=[variable.start],
        low=variable.low,
        high=variable.high,
        words=variable.words,
        bands=variable.bands,
        label=variable.label,
        show=variable.show,
        ask=variable.ask,
    )


def _cases(piece: By, prose: Any) -> Mapping[str, Any]:
    """By the value as JavaScript prints it."""
    return {str(v).lower() if isinstance(v, bool) else str(v): prose(body) for v, body in piece.cases.items()}


def _filled(**values: Any) -> Data:
    return {name: value for name, value in values.items() if value}
