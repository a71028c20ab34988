"""A story as a script for ink (inkle's language), with what could not be carried over.

A scene is a knot and its choices a stitch; choices nested in one are a stitch of their own. What ink counts otherwise
than this format has variables of its own: visits, choices asked about, interrupts. The surprising rule: every mark of
punctuation in the story's text is escaped, so none of it means anything to ink.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from game.export.ink_terms import HELPERS, Terms, string
from game.story.diagnostics import printable
from game.story.expressions import Expression
from game.story.model import Assignment, By, Choice, Once, Passage, Piece, Scene, Sheet, Story, Way, When
from game.story.text import Insert, Shown, Template

_YES, _TRUE = '"yes", "no"', '"true", "false"'
RULE = "* * *"
_SPECIAL = re.compile(r"[^\w\s.,;'()?!\u0080-\U0010ffff]")
# What ink would obey at the beginning of a line; its word TODO is among it.
_KEYWORD = re.compile(r"(?=(?:TODO|INCLUDE|VAR|CONST|LIST|EXTERNAL|else|return|temp)\b)")
_COUNTING = re.compile(r"~ (\w+) \+?= 1")
_HOLE = re.compile("\ufdd1(\\d+)\ufdd1")  # where an insert stands; no story contains U+FDD1


class Ink:
    """`text` is the script; `lost` names what it does not hold, a line each."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.terms = Terms(story)
        self.names = self.terms.names
        self.lost = list(_lost(story))
        self._menus = count(1)
        body = [line for scene in story.scenes.values() for line in self._scene(scene)]
        ends = list(self._tunnels())
        functions = list(self.terms.functions())
        about = [f"// {printable(line)}" for line in self._about()]
        lines = [*about, *self._variables(), *self._begin(), *body, *ends, *functions, HELPERS]
        self.text = "\n".join(line for line in lines if not self._counts_in_vain(line))

    def _counts_in_vain(self, line: str) -> bool:
        """Whether it counts what nothing asks about."""
        counter = _COUNTING.fullmatch(line.strip())
        return counter is not None and counter[1] in self.names.counters - self.names.asked

    def _about(self) -> Iterator[str]:
        yield " ".join(f"{self.story.title} {f'by {self.story.author}' if self.story.author else ''}".split())
        yield "Made from a story of Special Tasks. What is not in it:"
        yield from (f"- {line}" for line in self.lost)

    # --- state

    def _variables(self) -> Iterator[str]:
        for variable in self.story.variables.values():
            yield f"VAR {self.names[variable.id]} = {self.terms.constant(variable.start)}"
        yield f'VAR {self.names[" chapter"]} = ""'
        yield f'VAR {self.names[" here"]} = ""'
        yield f'VAR {self.names[" outcome"]} = ""'
        for name in sorted(self.names.asked):
            yield f"VAR {name} = 0"

    def _assign(self, assignments: Sequence[Assignment]) -> Iterator[str]:
        """Every value from the state before, then all at once."""
        values = [self._value(a) for a in assignments]
        read = {name for a in assignments[1:] for kind, name in a.value.reads if kind == "state"}
        if read & {a.variable for a in assignments}:
            for number, value in enumerate(values):
                yield f"~ {self.names.ask(self.names[f' new {number}'])} = {value}"
            values = [self.names[f" new {number}"] for number in range(len(values))]
        for assignment, value in zip(assignments, values, strict=True):
            yield f"~ {self.names[assignment.variable]} = {value}"

    def _value(self, assignment: Assignment) -> str:
        variable = self.story.variables[assignment.variable]
        if variable.bounds is None:
            return self.terms.write(assignment.value.term)
        low, high = variable.bounds
        return f"st_cut({self.terms.number(assignment.value.term)}, {low}, {high})"

    # --- flow

    def _begin(self) -> Iterator[str]:
        for variable in self.story.questions:
            if variable.answers is None:
                continue
            yield escaped(variable.ask)
            for answer in variable.answers:
                yield f"+ [{escaped(variable.shown(answer))}]"
                yield f"  ~ {self.names[variable.id]} = {self.terms.constant(answer)}"
            yield "-"
        yield f"-> {self.names[self.story.start]}"

    def _scene(self, scene: Scene) -> Iterator[str]:
        yield ""
        yield f"=== {self.names[scene.id]} ==="
        if scene.is_junction:
            yield from self._visit(scene)
            yield from self._ways(scene.next, "-> {}")
            return
        if scene.chapter != "same":
            yield from self._chapter(scene.chapter)
        yield from self._visit(scene)
        for template in (scene.title, scene.place, scene.date):
            yield from self._template(template)
        yield from self._passage(scene.text, scene)
        if scene.todo:
            yield from self._lines(f"To be written: {scene.todo}")
        if scene.ending is not None:
            yield f"-> {self.names[' card']} ->"
            yield from self._template(scene.ending)
            yield f"-> {self.names[' end']}"
        else:
            yield "-> options"
            yield "= options"
            yield from self._menu(scene, scene.choices)

    def _chapter(self, chapter: str) -> Iterator[str]:
        yield f"{{ {self.names[' chapter']} != {string(chapter)}:"
        yield f"  -> {self.names[' card']} ->"
        yield f"  ~ {self.names[' chapter']} = {string(chapter)}"
        if chapter in self.story.chapters:
            yield from _indented(self._lines(self.story.chapters[chapter].title))
        yield "}"

    def _visit(self, scene: Scene) -> Iterator[str]:
        yield f"~ {self.names.visits(scene.id)} += 1"
        yield f"~ {self.names[' here']} = {string(scene.id)}"
        yield from self._assign(scene.on_enter)
        if scene.outcome is not None:
            yield f"~ {self.names[' outcome']} = {string(scene.id)}"

    def _menu(self, scene: Scene, choices: tuple[Choice, ...], above: Choice | None = None) -> Iterator[str]:
        """The choices of a stitch, then the stitches nested in them. `above` leaves where none is offered."""
        later: list[str] = []
        for choice in choices:
            condition = f" {{{self.terms.write(choice.when.term)}}}" if choice.when else ""
            yield f"{'*' if choice.spends else '+'}{condition} [{' '.join(self._template(choice.label))}]"
            body = [f"~ {self.names.chose(choice.id)} = 1", *self._assign(choice.set)]
            body += self._passage(choice.reply, scene)
            if choice.choices:
                menu = f"after_{next(self._menus)}"
                body.append(f"-> {menu}")
                later += ["", f"= {menu}", *self._menu(scene, choice.choices, choice)]
            else:
                body += self._leave(scene, choice)
            yield from _indented(body)
        if any(choice.when is None and not choice.spends for choice in choices):
            pass  # there is always something to choose
        elif above is not None:
            yield "+ ->"
            yield from _indented(self._leave(scene, above))
        elif scene.next:
            yield "+ {CHOICE_COUNT() == 0} [Continue]"
            yield from _indented(self._ways(scene.next, self._moving))
        else:
            yield "+ -> DONE"
        yield from later

    def _leave(self, scene: Scene, choice: Choice) -> Iterator[str]:
        if choice.stay:
            yield f"-> {self.names[scene.id]}.options"
        else:
            yield from self._ways((Way(choice.go),) if choice.go else scene.next, self._moving)

    @property
    def _moving(self) -> str:
        return f"-> {self.names[' moving']}(-> {{}})" if self.story.interrupts else "-> {}"

    def _ways(self, ways: tuple[Way, ...], form: str) -> Iterator[str]:
        for way in ways:
            divert = form.format(self.names[way.go])
            if way.when is not None:
                yield f"{{ {self.terms.write(way.when.term)}:"
                yield f"  {divert}"
                yield "}"
            else:
                yield divert

    def _tunnels(self) -> Iterator[str]:
        """What every scene may go through: interrupts, the card of a chapter that ends, the end."""
        if self.story.interrupts:
            target = self.names[" target"]
            yield from ("", f"=== {self.names[' moving']}(-> {target}) ===")
            for number, interrupt in enumerate(self.story.interrupts):
                fired = self.names.ask(self.names[f" fired {number}"])
                yield f"{{ not {fired} && {self.terms.write(interrupt.when.term)}:"
                yield f"  ~ {fired} = 1"
                yield f"  -> {self.names[interrupt.go]}"
                yield "}"
            yield f"-> {target}"
        yield from ("", f"=== {self.names[' card']} ===")
        for chapter in self.story.chapters.values():
            if chapter.card:
                closed = self.names.ask(self.names[f" closed {chapter.id}"])
                yield f"{{ {self.names[' chapter']} == {string(chapter.id)} && not {closed}:"
                yield f"  ~ {closed} = 1"
                yield from _indented(self._passage(chapter.card, None))
                yield "}"
        yield "->->"
        yield from ("", f"=== {self.names[' end']} ===")
        for scene in self.story.scenes.values():
            if scene.outcome is not None:
                yield f"{{ {self.names[' outcome']} == {string(scene.id)}:"
                yield from _indented(self._template(scene.outcome.title))
                yield from _indented(self._template(scene.outcome.summary))
                yield "}"
        for toll in self.story.toll:
            yield from self._if(toll.when, [*self._template(toll.who), *self._template(toll.text)])
        for question in self.story.debrief:
            yield from self._template(question)
        yield "-> END"

    # --- text

    def _passage(self, passage: Passage, scene: Scene | None) -> list[str]:
        return [line for piece in passage for line in self._piece(piece, scene)]

    def _piece(self, piece: Piece, scene: Scene | None) -> Iterator[str]:
        match piece:
            case Template():
                yield from self._template(piece)
            case When():
                yield from self._if(piece.condition, self._passage(piece.body, scene),
                                    self._passage(piece.otherwise, scene))  # fmt: skip
            case By():
                yield "{"
                for value, body in piece.cases.items():
                    test = self.terms.write(piece.subject.term)
                    if isinstance(value, bool):
                        yield f"- {test if value else f'not {test}'}:"
                    else:
                        yield f"- {test} == {self.terms.constant(value)}:"
                    yield from _indented(self._passage(body, scene))
                if piece.otherwise:
                    yield "- else:"
                    yield from _indented(self._passage(piece.otherwise, scene))
                yield "}"
            case Once() if scene is not None:
                yield f"{{ {self.names.ask(self.names.visits(scene.id))} {'>' if piece.again else '=='} 1:"
                yield from _indented(self._passage(piece.body, scene))
                yield "}"
            case Sheet():
                for part in ((piece.heading,), (piece.stamp,), piece.text, (piece.signed,)):
                    yield from _indented(self._passage(part, scene))

    def _if(self, when: Expression | None, body: list[str], otherwise: Sequence[str] = ()) -> Iterator[str]:
        if when is None:
            yield from body
            return
        yield "{"
        yield f"- {self.terms.write(when.term)}:"
        yield from _indented(body)
        if otherwise:
            yield "- else:"
            yield from _indented(otherwise)
        yield "}"

    def _template(self, template: Template) -> Iterator[str]:
        """Its lines, each escaped, with inserts as ink's."""
        holes = tuple(f"\ufdd1{n}\ufdd1" for n in range(len(template.inserts)))
        for block in Shown(template, holes).blocks:
            text = f"{block.bullet} {block.plain}" if block.bullet else block.plain
            yield from self._lines(RULE if block.kind == "rule" else text, template.inserts)

    def _lines(self, text: str, inserts: tuple[Insert, ...] = ()) -> Iterator[str]:
        for line in text.split("\n"):
            if line.strip():
                yield _HOLE.sub(lambda hole: f"{{{self._insert(inserts[int(hole[1])])}}}", escaped(line.strip()))

    def _insert(self, insert: Insert) -> str:
        term = insert.expression.term
        if insert.variable is not None:
            return self.terms.shown(insert.variable)
        said = self.terms.write(term)
        if self.terms.is_flag(term):
            lone = insert.expression.uses and insert.expression.source.isidentifier()
            return f"st_pick({said}, {_YES if lone else _TRUE})"
        return said


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def escaped(text: str) -> str:
    """A line of text as ink takes it: every mark that may mean something with a backslash before it."""
    return _KEYWORD.sub(lambda _: "\\", _SPECIAL.sub(lambda mark: f"\\{mark[0]}", text), count=1) if text else ""


def _lost(story: Story) -> Iterator[str]:
    """What ink has nothing for, as far as the story has it."""
    locked = [choice.id for choice in story.choices.values() if choice.locked is not None]
    asked = [variable.id for variable in story.questions if variable.answers is None]
    if locked:
        yield f"choices shown as locked, with the reason: {', '.join(locked)}"
    if asked:
        yield f"answers to type, which keep their start: {', '.join(asked)}"
    for what, found in (
        ("gauges", story.gauges),
        ("the facts behind scenes and their sources", story.facts),
        ("the record that choices are set against", [c for c in story.choices.values() if c.record]),
        ("the glossary", story.glossary),
        ("the drawings of chapters", [c for c in story.chapters.values() if c.plate]),
        ("scenes of violence told by their summary", [s for s in story.scenes.values() if s.is_violent]),
        ("tests, must_hold, teaching and class", [*story.tests, *story.must_hold, *story.teaching.aims]),
    ):
        if found:
            yield what
    yield "undo, the player's file of documents, emphasis, and the indents of documents"
