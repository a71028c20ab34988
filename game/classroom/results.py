"""Plays of a whole class in one page and one table.

The surprising rule: a reader is a number here. Which file is whose is told on the terminal alone.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from statistics import median

from game.classroom.handed import Handed
from game.export.markup import fill
from game.export.script import Script
from game.play.journal import RECORDS, Decision, decisions
from game.play.page import STANDINGS, Card, Reply, SheetShown, Telling
from game.play.session import Session
from game.story.model import Choice, Story
from game.story.text import Shown

MARK = '<meta name="generator" content="special-tasks class results">'
BOM = "\ufeff"
COLUMNS = ("pseudonym", "kind", "completed", "outcome", "choices", "minutes", "words")
GRADEBOOK = ("pseudonym", "completed", "questions answered")
LONGEST = 24 * 60  # minutes; a play over days tells nothing of its length
MOST_HANDS = 1_000  # for one option; more are a file made by hand


@dataclass(frozen=True, slots=True)
class Reader:
    """One play under its pseudonym. `minutes` is None where the times tell nothing."""

    name: str
    handed: Handed
    completed: bool
    outcome: str
    decisions: list[Decision]
    minutes: int | None
    words: int

    @property
    def answered(self) -> int:
        return sum(bool(answer) for _, answer in self.handed.questions)

    def answer(self, question: int) -> str:
        """The answer to a question, counted from 0; '' for none."""
        return self.handed.questions[question][1]


@dataclass(slots=True)
class Bar:
    """An option. `taken` by how many plays, and `hands` raised for it in votes; `said` is what the record says."""

    label: str
    record: str
    said: str
    taken: int = 0
    hands: int = 0
    decided: bool = False

    @property
    def count(self) -> int:
        return self.taken + self.hands


@dataclass(slots=True)
class Tally:
    """A decision: all options of one menu, in the author's order. `plays` and `votes` that came to it."""

    chapter: str
    title: str
    bars: list[Bar] = field(default_factory=list)
    plays: int = 0
    votes: int = 0

    @property
    def most(self) -> int:
        return max(max((bar.count for bar in self.bars), default=0), 1)

    @property
    def on_record(self) -> bool:
        return any(bar.record for bar in self.bars)


class Results:
    """What the plays of a class come to. `skipped` counts what could not be used."""

    def __init__(self, story: Story, handed: list[Handed], skipped: int) -> None:
        self.story = story
        self.skipped = skipped
        self.script = Script(story)
        single = [one for one in handed if not one.is_vote]
        votes = [one for one in handed if one.is_vote]
        self.readers = [_reader(f"Reader {number}", one) for number, one in enumerate(single, 1)]
        self.votes = [_reader(f"Vote {number}", one) for number, one in enumerate(votes, 1)]

    @property
    def everybody(self) -> list[Reader]:
        return [*self.readers, *self.votes]

    def html(self) -> str:
        """One page, which loads nothing from anywhere."""
        return fill("results.html", results=self, story=self.story, mark=MARK)

    # --- counts

    @cached_property
    def menus(self) -> dict[str, Tally]:
        """Every decision that some play met, in the order of the files, what follows one after it; the key is what its
        choices' ids begin with."""
        taken: Counter[str] = Counter()
        plays: Counter[str] = Counter()
        votes: Counter[str] = Counter()
        hands: Counter[str] = Counter()
        decided: set[str] = set()
        for reader in self.everybody:
            chosen = {step for step in reader.handed.steps if step in self.story.choices}
            if reader.handed.is_vote:
                hands.update(_hands(reader.handed.session))
                decided |= chosen
                votes.update({_menu(choice) for choice in chosen})
            else:
                taken.update(chosen)
                plays.update({_menu(choice) for choice in chosen})
        found: dict[str, Tally] = {}
        scenes = {name: number for number, name in enumerate(self.story.scenes)}
        for choice in sorted(self.story.choices.values(), key=lambda c: (scenes[_scene(c.id)], c.id.count("/"))):
            menu = _menu(choice.id)
            if not plays[menu] and not votes[menu]:
                continue
            tally = found.setdefault(menu, Tally(*self._titles(menu), [], plays[menu], votes[menu]))
            bar = self._bar(choice, taken[choice.id], hands[choice.id], decided=choice.id in decided)
            if bar.count or bar.decided or bar.record:
                tally.bars.append(bar)
        return found

    def _titles(self, menu: str) -> tuple[str, str]:
        """The chapter's title and the scene's; of a nested menu, what was chosen before it too."""
        scene = self.story.scenes[_scene(menu)]
        chapter = self.story.chapters.get(scene.chapter)
        before = self.story.choices.get(menu)
        title = self.script.title(scene) + (
            f", after \u201c{self.script.show(before.label).plain}\u201d" if before else ""
        )
        return chapter.title if chapter else "", title

    def _bar(self, choice: Choice, taken: int, hands: int, *, decided: bool) -> Bar:
        record, said = "", ""
        if choice.record is not None:
            facts = (self.story.facts[f] for f in choice.record.facts)
            told = [self.script.show(choice.record.note).plain, *(f"{f.text} ({STANDINGS[f.standing]})" for f in facts)]
            record, said = RECORDS[choice.record.kind], " ".join(filter(None, told))
        return Bar(self.script.show(choice.label).plain, record, said, taken, hands, decided)

    @cached_property
    def outcomes(self) -> list[Bar]:
        """Plays by outcome, in the order of the files; those without one last."""
        counted = Counter(reader.handed.session.outcome for reader in self.everybody)
        bars = [
            Bar(self.script.show(scene.outcome.title).plain, "", "", counted[scene.id])
            for scene in self.story.scenes.values()
            if scene.outcome is not None and counted[scene.id]
        ]
        return [*bars, Bar("None yet", "", "", counted[""])] if counted[""] else bars

    @property
    def lengths(self) -> list[tuple[str, int, int, int]]:
        """What was measured of each play: the least, the middle and the most."""
        measured = {
            "minutes, from the beginning to the last save": [r.minutes for r in self.readers if r.minutes is not None],
            "words read": [r.words for r in self.readers],
            "choices made": [len(r.decisions) for r in self.readers],
        }
        return [(name, min(n), round(median(n)), max(n)) for name, n in measured.items() if n]

    def answers(self, question: int) -> list[tuple[str, str]]:
        """What was answered to a question, counted from 0, by pseudonym."""
        return [(reader.name, answer) for reader in self.everybody if (answer := reader.answer(question))]

    @property
    def questions(self) -> list[Shown]:
        return [self.script.show(question) for question in self.story.debrief]

    # --- tables

    def table(self) -> str:
        """A row for each play: how it went, its answers, and what it chose at each decision with a record."""
        asked = {menu: tally for menu, tally in self.menus.items() if tally.on_record}
        header = [*COLUMNS, *RECORDS.values(), "questions answered", *(question.plain for question in self.questions)]
        header += [f"{tally.chapter}: {tally.title}".removeprefix(": ") for tally in asked.values()]
        rows: list[list[str | int]] = [list(header)]
        for reader in self.everybody:
            stood = Counter(decision.record for decision in reader.decisions)
            chose: dict[str, list[str]] = {}
            for step in reader.handed.session.steps:
                chose.setdefault(_menu(step.id), []).append(step.label.plain)
            minutes = "" if reader.minutes is None else reader.minutes
            rows.append([
                *(reader.name, "vote" if reader.handed.is_vote else "play", _yes(reader.completed), reader.outcome),
                *(len(reader.decisions), minutes, reader.words, *(stood[kind] for kind in RECORDS)),
                reader.answered,
                *(reader.answer(number) for number in range(len(self.questions))),
                *("; ".join(chose.get(menu, ())) for menu in asked),
            ])  # fmt: skip
        return to_csv(rows)

    def gradebook(self) -> str:
        """A row for each reader; a vote is nobody's work."""
        total = len(self.story.debrief)
        rows = [[r.name, _yes(r.completed), f"{r.answered} of {total}"] for r in self.readers]
        return to_csv([list(GRADEBOOK), *rows])


def to_csv(rows: Iterable[Iterable[str | int]]) -> str:
    """A table that spreadsheets open as it is: with a mark of its encoding, and no cell that they would run."""
    out = io.StringIO()
    csv.writer(out).writerows([[_harmless(cell) for cell in row] for row in rows])
    return BOM + out.getvalue()


def _harmless(cell: str | int) -> str | int:
    begins = cell.lstrip()[:1] if isinstance(cell, str) else ""
    return f"'{cell}" if begins and begins in "=+-@" else cell


def _reader(name: str, handed: Handed) -> Reader:
    session = handed.session
    outcome = session.story.scenes[session.outcome].outcome if session.outcome else None
    return Reader(
        name,
        handed,
        session.page.ending is not None,
        outcome.title.show(session).plain if outcome else "",
        decisions(session),
        _minutes(handed.save.started, handed.save.saved),
        _words(session),
    )


def _minutes(started: str, saved: str) -> int | None:
    try:
        passed = (datetime.fromisoformat(saved) - datetime.fromisoformat(started)).total_seconds() / 60
    except (ValueError, TypeError):  # no time, or one without its zone
        return None
    return round(passed) if 0 <= passed <= LONGEST else None


def _words(session: Session) -> int:
    """Words of all prose that was told, documents included."""
    count = 0
    for turn in session.turns:
        for part in session.told(turn.parts):
            if isinstance(part, Telling | Reply | Card):
                for piece in part.prose:
                    shown = piece.text or () if isinstance(piece, SheetShown) else (piece,)
                    count += sum(len(text.plain.split()) for text in shown)
    return count


def _hands(session: Session) -> Counter[str]:
    """The hands raised for each choice: a step's counts are of what was offered there, in order."""
    again = Session(session.story, session.answers, session.start)
    counted: Counter[str] = Counter()
    for step in session.steps:
        offered = again.offered
        if step.hands is not None and len(step.hands) == len(offered):
            counted.update(
                {choice: hands for choice, hands in zip(offered, step.hands, strict=True) if 0 < hands <= MOST_HANDS}
            )
        again.choose(step.id)
    return counted


def _scene(choice: str) -> str:
    return choice.partition("/")[0]


def _menu(choice: str) -> str:
    return choice.rpartition("/")[0]


def _yes(value: bool) -> str:
    return "yes" if value else "no"
