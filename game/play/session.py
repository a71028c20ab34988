"""A play: answers and choices in, pages out. The one step function that every front end and the proof share.

The surprising rule: a play is nothing but its answers and steps. Undo and loading replay them; what was shown is kept
as shown; and telling violent scenes by summary only changes how the kept parts are drawn, at any time, both ways.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from game.errors import PlayError
from game.play.given import Start, clean_answer
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
from game.play.staging import Kept, StagedChoice, StagedScene, Withheld, stage, telling
from game.story.expressions import Kind, Value
from game.story.model import By, Choice, Entry, Once, Passage, Scene, Sheet, Story, Variable, When
from game.story.text import EMPTY, Shown, Template, static

CONTINUE = static("Continue")


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
    parts: tuple[Kept, ...]


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
        self._stage = stage(story)
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
        self._met: dict[str, dict[str, None]] = {}  # per chapter, the scenes met in it
        self._menu: tuple[Choice, ...] = ()
        self._heading = Heading("", EMPTY, EMPTY, EMPTY)
        self._page = None
        self._offered: tuple[str, ...] | None = None
        parts: list[Kept] = []
        self._enter(self.start.scene if self.start else self.story.start, parts)
        self._end_turn(Turn(None, None, "", EMPTY, EMPTY, tuple(parts)))

    # --- what can be asked

    @property
    def scene(self) -> Scene:
        return self.story.scenes[self.place]

    @property
    def menu(self) -> tuple[Choice, ...]:
        """The choices there are now, offered or not: the scene's, or those nested in the one just taken."""
        return self._menu

    @property
    def before(self) -> Mapping[str, Value]:
        """The state before the last step."""
        return self._before

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
            offered = []
            for choice in self._menu:  # `_can_choose` written out, a tenth of a turn: asked of every choice, every turn
                when = choice.when
                if (when is None or (when.run or when)(self)) and not (choice.spends and choice.id in self.chosen):
                    offered.append(choice.id)
            if not offered and self._continues:
                offered.append(f"{self.place}/continue")
            self._offered = tuple(offered)
        return self._offered

    @property
    def _continues(self) -> bool:
        scene = self.scene
        return self._menu is scene.choices and bool(scene.next)

    def _can_choose(self, choice: Choice) -> bool:
        if choice.spends and choice.id in self.chosen:
            return False
        return choice.when is None or bool(choice.when(self))

    def look_ahead(self) -> None:
        """Works out what the options of the page do, so that taking one does not wait for it."""
        for step_id in self.offered:
            if step_id in self.story.choices:
                self._stage.choices[step_id]

    # --- what can be done

    def choose(self, step_id: str, hands: tuple[int, ...] | None = None) -> None:
        """Takes one step. Raises PlayError when it is not offered; the play is then as before."""
        offered = self.offered
        if step_id not in offered:
            raise PlayError(f"{step_id!r:.60} is not offered here")
        position = offered.index(step_id) + 1
        self._before = dict(self.state)
        place, title, note = self.place, self._heading.title, EMPTY
        parts: list[Kept] = []
        choice = self.story.choices.get(step_id)
        if choice is None:
            label = CONTINUE
            self._move(self._way(self.scene), parts)
        else:
            staged = self._stage.choices[step_id]
            echo = staged.echo or Echo(choice.label.show(self))
            label = echo.label
            if choice.record is not None:
                note = choice.record.note.show(self)
            parts.append(echo)
            self._take(choice, staged, parts)
        self._end_turn(Turn(Step(step_id, label, position, hands), choice, place, title, note, tuple(parts)))

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

    def _take(self, choice: Choice, staged: StagedChoice, parts: list[Kept]) -> None:
        self.chosen.add(choice.id)
        if staged.assign is not None:
            staged.assign(self)
        self._unlock(staged.unlocks)
        scene = self._stage.scenes[self.place]
        if choice.reply and (prose := self._show(choice.reply, scene.scene)):
            reply = Reply(prose)
            parts.append(Withheld(reply) if scene.violent else reply)
        if choice.choices and any(self._can_choose(c) for c in choice.choices):
            self._menu = choice.choices
        elif choice.stay:
            self._menu = scene.scene.choices
        else:
            self._move(choice.go or self._way(scene.scene), parts)

    def _way(self, scene: Scene) -> str:
        return next(way.go for way in scene.next if way.when is None or way.when(self))

    def _move(self, target: str, parts: list[Kept]) -> None:
        """To a scene, unless an interrupt takes its place."""
        for index, interrupt in enumerate(self.story.interrupts):
            if index not in self.fired and interrupt.when(self):
                self.fired.add(index)
                target = interrupt.go
                break
        self._enter(target, parts)

    def _enter(self, target: str, parts: list[Kept]) -> None:
        """Into a scene, through any junctions before it."""
        staged = self._stage.scenes[target]
        while staged.junction:
            self._visit(staged)
            staged = self._stage.scenes[self._way(staged.scene)]
        scene = staged.scene
        chapter = self.chapter if scene.chapter == "same" else scene.chapter
        if chapter != self.chapter:
            self._close(parts)
            self.chapter = chapter
            if chapter in self.story.chapters:
                parts.append(Opening(self.story.chapters[chapter]))
        self._visit(staged)
        self._met.setdefault(chapter, {})[scene.id] = None
        self._menu = scene.choices
        self._heading = staged.heading or Heading(
            scene.id, scene.title.show(self), scene.place.show(self), scene.date.show(self)
        )
        parts.append(self._heading)
        if staged.telling is not None:
            parts += staged.telling
        else:
            summary = scene.summary.show(self) if staged.violent else EMPTY
            parts += telling(scene, self._show(scene.text, scene), summary)
        if scene.ending is not None:
            self._close(parts)

    def _visit(self, staged: StagedScene) -> None:
        scene = staged.scene
        first = not self.visits
        self.visits[scene.id] = self.visits.get(scene.id, 0) + 1
        self.place = scene.id
        if staged.assign is not None:
            staged.assign(self)
        if scene.outcome is not None:
            self.outcome = scene.id
        self._unlock(tuple(self.story.glossary.values()) if first else staged.unlocks)

    def _unlock(self, entries: tuple[Entry, ...]) -> None:
        for entry in entries:
            if entry.id not in self.unlocked and (entry.when is None or entry.when(self)):
                self.unlocked[entry.id] = None

    def _close(self, parts: list[Kept]) -> None:
        """The record card of the chapter that ends, once a play."""
        chapter = self.story.chapters.get(self.chapter)
        if chapter is None or chapter.id in self._closed:
            return
        self._closed.add(chapter.id)
        prose = self._show(chapter.card, None)
        rests: dict[str, bool] = {}  # fact -> only violent scenes rest on it
        for scene in (self.story.scenes[name] for name in self._met.get(chapter.id, ())):
            for fact in self._basis(scene):
                rests[fact] = rests.get(fact, True) and scene.is_violent
        card = Card(chapter, prose, tuple(self.story.facts[f] for f in rests))
        held = tuple(self.story.facts[f] for f, violent in rests.items() if violent)
        if prose or rests:
            parts.append(Withheld(card, facts=held) if held else card)

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

    def told(self, parts: tuple[Kept, ...]) -> tuple[Part, ...]:
        """Kept parts as this player reads them."""
        told: list[Part] = []
        for kept in parts:
            if not isinstance(kept, Withheld):
                told.append(kept)
            elif not self._summarise:
                if kept.part.prose or isinstance(kept.part, Card):  # else of a scene that has only a summary to tell
                    told.append(kept.part)
            elif isinstance(kept.part, Card):
                told.append(kept.part._replace(facts=tuple(f for f in kept.part.facts if f not in kept.facts)))
            elif isinstance(kept.part, Telling):
                told.append(Telling((kept.summary,), summarised=True))
        return tuple(told)

    @property
    def page(self) -> Page:
        """The page as it stands; the same object until something changes."""
        if self._page is None:
            self._page = self._make_page()
        return self._page

    def _make_page(self) -> Page:
        story, scene = self.story, self.scene
        since: list[Kept] = []
        for turn in reversed(self.turns):
            since[:0] = turn.parts
            at = next((i for i in reversed(range(len(turn.parts))) if isinstance(turn.parts[i], Heading)), None)
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
