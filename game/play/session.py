"""A play: answers and choices in, pages out. The one step function that every front end and the proof share.

The surprising rule: a play is nothing but its answers and steps. Undo and loading replay them; what was shown is kept
as shown; and telling violent scenes by summary only changes how the kept parts are drawn, at any time, both ways.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from game.play.page import (
    Card,
    Echo,
    Ending,
    Gauge,
    Heading,
    Known,
    Opening,
    Option,
    Page,
    Part,
    Prose,
    Reply,
    SheetShown,
    Telling,
)
from game.story.expressions import Kind, Value
from game.story.model import Assignment, By, Choice, Fact, Once, Passage, Scene, Sheet, Story, Variable, When
from game.story.source import FORBIDDEN
from game.story.text import EMPTY, Shown, Template, static

MAX_ANSWER = 60  # characters of a typed answer
CONTINUE = static("Continue")


class PlayError(ValueError):
    """A step that is not offered, or an answer that can't be given; the message is one line for a person."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where a play begins when not at the beginning: a scene, and the variables that differ from their start."""

    scene: str
    state: Mapping[str, Value]


class Step(NamedTuple):
    """One choice or Continue. `position` counts, from 1, what was offered; `hands` are a vote's counts per option."""

    id: str
    label: Shown
    position: int
    hands: tuple[int, ...] | None = None


class Turn(NamedTuple):
    """What a step brought. `choice` is None for a Continue and for the first turn; `violent` of its scene."""

    step: Step | None
    choice: Choice | None
    scene: str  # where the step was taken
    title: Shown  # of that scene
    note: Shown  # of the choice's record
    parts: tuple["_Kept", ...]


class _Kept(NamedTuple):
    """A part as recorded; `summary` is set for what a violent scene tells."""

    part: Part
    violent: bool = False
    summary: Shown = EMPTY
    held: tuple[Fact, ...] = ()  # of a card: facts that only violent scenes rest on


def clean_answer(text: str) -> str:
    """What a player typed, as it may be shown: no control characters, one line, at most MAX_ANSWER characters."""
    return " ".join(FORBIDDEN.sub(" ", text).split())[:MAX_ANSWER].strip()


def read_answer(variable: Variable, answer: Value) -> Value:
    """The answer as stored. Raises PlayError where the variable can't have it."""
    if variable.kind is Kind.TEXT and isinstance(answer, str):
        return clean_answer(answer)
    if variable.kind is Kind.FLAG and isinstance(answer, bool):
        return answer
    choices = variable.answers
    if choices is not None and not isinstance(answer, bool) and answer in choices:
        return answer
    raise PlayError(f"{variable.id} can't be {answer!r:.60}")


class Session:
    """One play of a story.

    `answers` are given to the variables that ask; the others keep their start. `summarise` tells scenes tagged
    violence by their summary and may be set at any time. Raises PlayError for an answer or start that can't be.
    """

    def __init__(
        self,
        story: Story,
        answers: Mapping[str, Value] | None = None,
        start: Start | None = None,
        *,
        summarise: bool = False,
    ) -> None:
        self.story = story
        self.start = start
        self.answers: dict[str, Value] = {v.id: v.start for v in story.questions}
        for name, value in (answers or {}).items():
            if name not in self.answers:
                raise PlayError(f"{name!r:.60} is not asked")
            self.answers[name] = read_answer(story.variables[name], value)
        self.initial: dict[str, Value] = {v.id: v.start for v in story.variables.values()} | self.answers
        if start is not None:
            if start.scene not in story.scenes:
                raise PlayError(f"there is no scene {start.scene!r:.60}")
            for name, value in start.state.items():
                if name not in self.initial:
                    raise PlayError(f"there is no variable {name!r:.60}")
                self.initial[name] = read_answer(story.variables[name], value)
        self._summarise = summarise
        self._page: Page | None = None
        self._begin()

    def _begin(self) -> None:
        self.state = dict(self.initial)
        self.visits: dict[str, int] = {}
        self.chosen: set[str] = set()
        self.fired: set[int] = set()
        self.place = ""
        self.chapter = ""
        self.outcome = ""  # the scene of the last outcome
        self._before = self.state  # as it was before the last step
        self.file: dict[str, tuple[SheetShown, SheetShown]] = {}  # per sheet: as shown, as summarised (or the same)
        self.unlocked: dict[str, None] = {}
        self.turns: list[Turn] = []
        self._closed: set[str] = set()
        self._rests: dict[str, dict[str, bool]] = {}  # per chapter: fact -> only violent scenes rest on it
        self._waiting = [e for e in self.story.glossary.values() if e.when is not None]
        self.unlocked.update(dict.fromkeys(e.id for e in self.story.glossary.values() if e.when is None))
        self._menu: tuple[Choice, ...] = ()
        self._heading = Heading("", EMPTY, EMPTY, EMPTY)
        self._page = None
        self._offered: tuple[str, ...] | None = None
        parts: list[_Kept] = []
        self._enter(self.start.scene if self.start else self.story.start, parts)
        self._end_turn(Turn(None, None, "", EMPTY, EMPTY, tuple(parts)))

    # --- what can be asked

    @property
    def scene(self) -> Scene:
        return self.story.scenes[self.place]

    @property
    def steps(self) -> list[Step]:
        return [turn.step for turn in self.turns if turn.step is not None]

    @property
    def summarise(self) -> bool:
        return self._summarise

    @summarise.setter
    def summarise(self, value: bool) -> None:
        self._summarise, self._page = value, None

    @property
    def offered(self) -> tuple[str, ...]:
        """The ids that `choose` takes now."""
        if self._offered is None:
            self._offered = tuple([c.id for c in self._menu if self._can_choose(c)])
            if not self._offered and self._continues:
                self._offered = (f"{self.place}/continue",)
        return self._offered

    @property
    def _continues(self) -> bool:
        scene = self.scene
        return self._menu is scene.choices and bool(scene.next)

    def _can_choose(self, choice: Choice) -> bool:
        if choice.spends and choice.id in self.chosen:
            return False
        return choice.when is None or bool(choice.when(self))

    # --- what can be done

    def choose(self, step_id: str, hands: tuple[int, ...] | None = None) -> None:
        """Takes one step. Raises PlayError when it is not offered; the play is then as before."""
        offered = self.offered
        if step_id not in offered:
            raise PlayError(f"{step_id!r:.60} is not offered here")
        position = offered.index(step_id) + 1
        self._before = dict(self.state)
        scene = self.scene
        title = self._heading.title
        parts: list[_Kept] = []
        choice = next((c for c in self._menu if c.id == step_id), None)
        if choice is None:
            step, note = Step(step_id, CONTINUE, position, hands), EMPTY
            self._move(self._way(scene), parts)
        else:
            label = choice.label.show(self)
            step = Step(step_id, label, position, hands)
            note = choice.record.note.show(self) if choice.record else EMPTY
            parts.append(_Kept(Echo(label)))
            self._take(choice, scene, parts)
        self._end_turn(Turn(step, choice, scene.id, title, note, tuple(parts)))

    def undo(self) -> bool:
        """Takes the last step back; False on the first page."""
        steps = self.steps
        if not steps:
            return False
        self.replay(steps[:-1])
        return True

    def replay(self, steps: list[Step]) -> None:
        """Starts over and takes these steps. Raises PlayError at one that is not offered."""
        self._begin()
        for step in steps:
            self.choose(step.id, step.hands)

    # --- the step function

    def _take(self, choice: Choice, scene: Scene, parts: list[_Kept]) -> None:
        self.chosen.add(choice.id)
        self._assign(choice.set)
        self._unlock()
        if choice.reply:
            violent = scene.is_violent
            prose = self._show(choice.reply, scene)
            if prose:
                parts.append(_Kept(Reply(prose), violent))
        if any(self._can_choose(c) for c in choice.choices):
            self._menu = choice.choices
        elif choice.stay:
            self._menu = scene.choices
        else:
            self._move(choice.go or self._way(scene), parts)

    def _assign(self, assignments: tuple[Assignment, ...]) -> None:
        """All right sides from the state before, then all at once, numbers cut to their ranges."""
        if assignments:
            variables = self.story.variables
            values = [variables[a.variable].cut(a.value(self)) for a in assignments]
            for assignment, value in zip(assignments, values, strict=True):
                self.state[assignment.variable] = value

    def _way(self, scene: Scene) -> str:
        return next(way.go for way in scene.next if way.when is None or way.when(self))

    def _move(self, target: str, parts: list[_Kept]) -> None:
        """To a scene, unless an interrupt takes its place."""
        for index, interrupt in enumerate(self.story.interrupts):
            if index not in self.fired and interrupt.when(self):
                self.fired.add(index)
                target = interrupt.go
                break
        self._enter(target, parts)

    def _enter(self, target: str, parts: list[_Kept]) -> None:
        """Into a scene, through any junctions before it."""
        scene = self.story.scenes[target]
        while scene.is_junction:
            self._visit(scene)
            scene = self.story.scenes[self._way(scene)]
        chapter = self.chapter if scene.chapter == "same" else scene.chapter
        if chapter != self.chapter:
            self._close(parts)
            self.chapter = chapter
            if chapter in self.story.chapters:
                parts.append(_Kept(Opening(self.story.chapters[chapter])))
        self._visit(scene)
        if basis := self._basis(scene):
            rests = self._rests.setdefault(chapter, {})
            for fact in basis:
                rests[fact] = rests.get(fact, True) and scene.is_violent
        self._menu = scene.choices
        heading = Heading(scene.id, scene.title.show(self), scene.place.show(self), scene.date.show(self))
        self._heading = heading
        parts.append(_Kept(heading))
        summary = scene.summary.show(self) if scene.is_violent else EMPTY
        prose = self._show(scene.text, scene)
        if scene.todo:
            prose = (*prose, static(f"To be written: {scene.todo}"))
        if prose or summary:
            parts.append(_Kept(Telling(prose), scene.is_violent, summary))
        if scene.ending is not None:
            self._close(parts)

    def _visit(self, scene: Scene) -> None:
        self.visits[scene.id] = self.visits.get(scene.id, 0) + 1
        self.place = scene.id
        self._assign(scene.on_enter)
        if scene.outcome is not None:
            self.outcome = scene.id
        self._unlock()

    def _unlock(self) -> None:
        if self._waiting:
            locked = []
            for entry in self._waiting:
                if entry.when is not None and entry.when(self):
                    self.unlocked[entry.id] = None
                else:
                    locked.append(entry)
            self._waiting = locked

    def _close(self, parts: list[_Kept]) -> None:
        """The record card of the chapter that ends, once a play."""
        chapter = self.story.chapters.get(self.chapter)
        if chapter is None or chapter.id in self._closed:
            return
        self._closed.add(chapter.id)
        prose = self._show(chapter.card, None)
        rests = self._rests.get(chapter.id, {})
        facts = tuple(self.story.facts[f] for f in rests)
        held = tuple(self.story.facts[f] for f, violent in rests.items() if violent)
        if prose or facts:
            parts.append(_Kept(Card(chapter, prose, facts), held=held))

    def _end_turn(self, turn: Turn) -> None:
        self.turns.append(turn)
        self._page = self._offered = None

    # --- showing

    def _basis(self, scene: Scene) -> tuple[str, ...]:
        """The facts behind a scene: its own, else its chapter's."""
        basis = scene.basis
        if not basis and self.chapter in self.story.chapters:
            basis = self.story.chapters[self.chapter].basis
        return tuple([f for f in basis if f != "invented"]) if basis else ()

    def _show(self, passage: Passage, scene: Scene | None) -> Prose:
        if len(passage) == 1 and type(passage[0]) is Template:  # as most are
            return (passage[0].show(self),)
        return tuple(self._shown(passage, scene)) if passage else ()

    def _shown(self, passage: Passage, scene: Scene | None) -> Iterator[Shown | SheetShown]:
        for piece in passage:
            if type(piece) is Template:
                yield piece.show(self)
            elif type(piece) is When:
                yield from self._shown(piece.body if piece.condition(self) else piece.otherwise, scene)
            elif type(piece) is By:
                yield from self._shown(piece.cases.get(piece.subject(self), piece.otherwise), scene)
            elif type(piece) is Once:
                if scene is not None and (self.visits[scene.id] > 1) is piece.again:
                    yield from self._shown(piece.body, scene)
            elif type(piece) is Sheet:
                yield self._sheet(piece, scene)

    def _sheet(self, sheet: Sheet, scene: Scene | None) -> SheetShown:
        lines = tuple(s for s in self._shown(sheet.text, scene) if isinstance(s, Shown))
        heading, stamp, signed = sheet.heading.show(self), sheet.stamp.show(self), sheet.signed.show(self)
        shown = SheetShown(sheet.id, sheet.kind, heading, stamp, lines, signed)
        if sheet.id and sheet.id not in self.file:
            short = shown
            if scene is not None and scene.is_violent:
                short = SheetShown(sheet.id, sheet.kind, heading, EMPTY, None, EMPTY, scene.summary.show(self))
            self.file[sheet.id] = (shown, short)
        return shown

    def told(self, parts: tuple[_Kept, ...]) -> tuple[Part, ...]:
        """Kept parts as this player reads them."""
        told: list[Part] = []
        for kept in parts:
            part = kept.part
            if self._summarise and isinstance(part, Card) and kept.held:
                part = Card(part.chapter, part.prose, tuple(f for f in part.facts if f not in kept.held))
            elif self._summarise and kept.violent:
                if isinstance(part, Reply):
                    continue
                part = Telling((kept.summary,), summarised=True)
            elif isinstance(part, Telling) and not part.prose:
                continue  # of a violent scene that has only a summary to tell
            told.append(part)
        return tuple(told)

    @property
    def page(self) -> Page:
        """The page as it stands; the same object until something changes."""
        if self._page is None:
            self._page = self._make_page()
        return self._page

    def _make_page(self) -> Page:
        story, scene = self.story, self.scene
        since: list[_Kept] = []
        for turn in reversed(self.turns):
            since[:0] = turn.parts
            at = next((i for i in reversed(range(len(turn.parts))) if isinstance(turn.parts[i].part, Heading)), None)
            if at is not None:
                del since[:at]
                break
        heading = self._heading
        held = self._summarise and scene.is_violent
        return Page(
            number=len(self.turns) - 1,
            scene=scene.id,
            title=heading.title,
            place=heading.place,
            date=heading.date,
            chapter=story.chapters.get(self.chapter),
            turn=self.told(self.turns[-1].parts),
            since=self.told(tuple(since)),
            options=tuple(self._options()),
            gauges=tuple(self._gauge(v) for v in story.gauges),
            facts=() if held else tuple(story.facts[f] for f in self._basis(scene)),
            facts_held=held,
            file=tuple(short if self._summarise else full for full, short in self.file.values()),
            glossary=tuple(
                Known(e.title, e.kind, e.text.show(self)) for e in story.glossary.values() if e.id in self.unlocked
            ),
            ending=self._ending(scene) if scene.ending is not None else None,
        )

    def _gauge(self, variable: Variable) -> Gauge:
        before, now = int(self._before[variable.id]), int(self.state[variable.id])
        was, words = variable.gauge(before), variable.gauge(now)
        change = ""
        if was != words:
            change = f"{'up' if now > before else 'down'} from {was}"
        elif now != before:
            change = f"a little {'higher' if now > before else 'lower'}"
        return Gauge(variable.label or variable.id, words, change)

    def _options(self) -> Iterator[Option]:
        number = 0
        for choice in self._menu:
            if self._can_choose(choice):
                number += 1
                yield Option(choice.id, choice.label.show(self), number)
            elif choice.locked is not None and not (choice.spends and choice.id in self.chosen):
                yield Option(choice.id, choice.label.show(self), 0, choice.locked.show(self))
        if not number and self._continues:
            yield Option(f"{self.place}/continue", CONTINUE, 1)

    def _ending(self, scene: Scene) -> Ending:
        story = self.story
        outcome = story.scenes[self.outcome].outcome if self.outcome else None
        return Ending(
            title=(scene.ending or Template("")).show(self),
            outcome=outcome.title.show(self) if outcome else EMPTY,
            outcome_summary=outcome.summary.show(self) if outcome else EMPTY,
            toll=tuple((t.who.show(self), t.text.show(self)) for t in story.toll if t.when is None or t.when(self)),
            debrief=tuple(question.show(self) for question in story.debrief),
        )
