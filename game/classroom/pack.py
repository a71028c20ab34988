"""The teacher's pack: a lesson on paper, made from a story's own YAML.

The surprising rule: nothing about a story is written here. What a story doesn't have, its pages leave out or say so in
a sentence; and no page asks what a reader would have done.
"""

import random
import re
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from statistics import median

from game.export.markup import fill
from game.export.script import Script
from game.play.page import STANDINGS
from game.play.session import Session
from game.story.expressions import Kind
from game.story.model import Choice, Entry, Fact, Scene, Source, Story, Toll
from game.story.schema import Standing
from game.story.text import Shown, Template

PLAYS = 200  # played at random, to learn what a class meets
MAX_STEPS = 1_000  # of one such play
CLAIMS = 3  # of each standing, in the evidence exercise
FIRST = 6  # of them, for a lesson that is short of time; every standing is among them
COLUMNS: dict[Standing, str] = {
    "documented": "Documented",
    "memoir": "Memoir",
    "disputed": "Disputed",
    "invented": "Made up",
}
# Words by which a fact tells its own standing.
TELLING = re.compile(
    r"\b(account|argued over|article|book|describe|disput|doubt|historian|invent|judg|made up|memoir|opinion|record"
    r"|remember|repeated|said|says|source|story|told|whether)",
    re.IGNORECASE,
)
LESSON = 48  # minutes
VOTE = 2.5  # minutes of the play's for each vote, with what is read and decided without one


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of the pack: the name of its file and of its macro in the template."""

    name: str
    title: str
    reader: str


SHEETS = (
    Sheet("lesson", "Lesson plan", "For the teacher"),
    Sheet("content", "What is shown, and where", "For the teacher"),
    Sheet("map", "Path map", "For the teacher"),
    Sheet("questions", "Discussion questions", "For the teacher"),
    Sheet("reading", "Background reading", "For students"),
    Sheet("glossary", "People, places and terms", "For students"),
    Sheet("evidence", "Sort the evidence", "For students"),
    Sheet("exit", "Exit ticket", "For students"),
    Sheet("alternative", "Another way to the same credit", "For students"),
    Sheet("parents", "A note for parents and guardians", "For home"),
    Sheet("key", "Sort the evidence: the key", "For the teacher"),
    Sheet("rubric", "Aims, standards and rubric", "For the teacher"),
    Sheet("sources", "Facts and sources", "For everybody"),
    Sheet("privacy", "Privacy", "For the teacher and the school"),
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One fact to sort, and the reason for its standing that a teacher can give."""

    fact: Fact
    why: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """One chapter: its scenes with something to read, in the order of the files."""

    title: str
    scenes: tuple[Scene, ...]
    facts: tuple[Fact, ...]  # first needed here
    invented: tuple[tuple[str, str], ...]  # scenes, and the notes of what is made up in them


class Pack:
    """What the pages say, worked out from a story. `word` is what names the story on the command line."""

    def __init__(self, story: Story, word: str = "") -> None:
        self.story = story
        self.word = f" {shlex.quote(word)}" if word else ""
        self.script = Script(story)
        self.first = Session(story)  # what is asked stands at its start

    def pages(self) -> dict[str, str]:
        """File name to HTML: an index, each page, and all of them in one to print."""
        words = {"standings": STANDINGS, "columns": COLUMNS, "first": FIRST}
        found = {"index.html": fill("pack.html", pack=self, title="", sheets=(), **words)}
        for sheet in SHEETS:
            page = fill("pack.html", pack=self, title=sheet.title, sheets=(sheet,), **words)
            found[f"{sheet.name}.html"] = page
        everything = fill("pack.html", pack=self, title="All pages", sheets=SHEETS, **words)
        return found | {"all.html": everything}

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        return SHEETS

    # --- words

    def show(self, template: Template) -> Shown:
        """A text as it stands before the first scene; what depends on the play is said in words, in brackets."""
        asked = {("state", variable.id) for variable in self.story.questions}
        if all(insert.expression.reads <= asked for insert in template.inserts):
            return template.show(self.first)
        return self.script.show(template)

    def question(self, number: int, step: str) -> str:
        """A question of the debriefing, counted from 0; '' where there is none. The step's name before it is left out:
        the lesson plan says it."""
        if number >= len(self.story.debrief):
            return ""
        text = self.show(self.story.debrief[number]).plain
        bare = (
            re.sub(rf"{step}:\s*", "", text, count=1, flags=re.IGNORECASE)
            if text[: len(step)].lower() == step
            else text
        )
        return bare[:1].upper() + bare[1:]

    def title(self, scene: Scene) -> str:
        return self.script.title(scene)

    # --- the lesson

    @cached_property
    def plan(self) -> list[tuple[str, int]]:
        """The steps of a lesson and their minutes: before, play, then the rest by quarters."""
        play = self.story.class_plan.minutes if self.story.class_plan else 20
        after = max(LESSON - 7 - play, 12)
        facts, feelings = round(after / 3), round(after / 4)
        ticket = max(3, after // 7)
        fairness = after - facts - feelings - ticket
        names = ("before", "play", "facts", "feelings", "fairness", "ticket")
        return list(zip(names, (7, play, facts, feelings, fairness, ticket), strict=True))

    @cached_property
    def _played(self) -> tuple[Counter[str], int]:
        """What PLAYS plays of the class met, by chance but always the same: each scene and in how many of them, and how
        many decisions such a play has, half of them fewer and half of them more."""
        chance = random.Random(0)  # noqa: S311  # a sample of plays, nothing secret
        answers = self.story.class_plan.answers if self.story.class_plan else {}
        met: Counter[str] = Counter()
        decisions = []
        for _ in range(PLAYS):
            session = Session(self.story, answers)
            decisions.append(0)
            for _ in range(MAX_STEPS):
                if not session.offered:
                    break
                decisions[-1] += len(session.offered) > 1
                session.choose(chance.choice(session.offered))
            met.update(session.visits.keys())
        return met, round(median(decisions))

    @property
    def met(self) -> Counter[str]:
        """Every scene that a class can meet, and how many of PLAYS do."""
        return self._played[0]

    @property
    def decisions(self) -> int:
        """How many a class takes."""
        return self._played[1]

    @property
    def votes(self) -> int:
        """On how many decisions there is time to vote."""
        return round(dict(self.plan)["play"] / VOTE)

    @property
    def typed(self) -> str:
        """What whoever plays alone is asked to type, a name as a rule; '' where nothing is."""
        return next((v.ask for v in self.story.questions if v.kind is Kind.TEXT), "")

    @cached_property
    def class_answers(self) -> list[tuple[str, str]]:
        """What is asked first, and what a class answers."""
        plan = self.story.class_plan
        return [(v.ask, v.shown(plan.answers[v.id])) for v in self.story.questions if plan and v.id in plan.answers]

    # --- the story

    @cached_property
    def stretches(self) -> list[Stretch]:
        """The story by chapters; scenes that keep the player's own count to the one before them in the files."""
        runs: dict[str, list[Scene]] = {}
        chapter = ""
        for scene in self.story.scenes.values():
            chapter = chapter if scene.chapter == "same" else scene.chapter
            runs.setdefault(chapter, []).append(scene)
        rested = {fact for name, scenes in runs.items() for scene in scenes for fact in self._basis(scene, name)}
        used: set[str] = set()
        found = []
        for name, scenes in runs.items():
            known = self.story.chapters.get(name)
            needed: list[str] = []
            for scene in scenes:
                needed += self._basis(scene, name)
                needed += (fact for fact in _recorded(scene) if fact not in rested)  # else a record would tell ahead
            needed += (fact for fact in (known.basis if known else ()) if fact not in rested)
            facts = tuple(self.story.facts[f] for f in dict.fromkeys(needed) if f in self.story.facts and f not in used)
            used |= {fact.id for fact in facts}
            notes = ((self.title(scene), self._made_up(scene)) for scene in scenes)
            readable = tuple(scene for scene in scenes if not scene.is_junction)
            found.append(Stretch(known.title if known else "", readable, facts, tuple(n for n in notes if n[1])))
        return found

    def _basis(self, scene: Scene, chapter: str) -> tuple[str, ...]:
        """What a scene rests on, else its chapter; a junction, which nobody reads, on nothing."""
        if scene.is_junction:
            return ()
        known = self.story.chapters.get(chapter)
        return scene.basis or (known.basis if known else ())

    def _made_up(self, scene: Scene) -> str:
        invented = [c for c in _choices(scene.choices) if c.record is not None and c.record.kind == "invented"]
        return " ".join(dict.fromkeys(filter(None, map(self.note, invented))))

    @cached_property
    def facts(self) -> list[Fact]:
        """Every fact, in the order in which the story needs it."""
        ordered = {fact.id: fact for stretch in self.stretches for fact in stretch.facts}
        return list((ordered | dict(self.story.facts)).values())

    @property
    def documented(self) -> list[tuple[str, list[Fact]]]:
        """What the background reading tells, by chapter; what is to be sorted is left out."""
        sorted_later = {claim.fact.id for claim in self.claims}
        kept = [f for f in self.facts if f.standing == "documented" and f.id not in sorted_later]
        told = [(s.title, [f for f in s.facts if f in kept]) for s in self.stretches]
        placed = {fact.id for _, facts in told for fact in facts}
        rest = [f for f in kept if f.id not in placed]
        return [(title, facts) for title, facts in [*told, ("", rest)] if facts]

    def violent(self) -> list[tuple[str, Scene]]:
        return [(s.title, scene) for s in self.stretches for scene in s.scenes if scene.is_violent]

    def asked(self) -> list[tuple[str, Scene]]:
        """Scenes with a question, with their chapter's title."""
        return [(s.title, scene) for s in self.stretches for scene in s.scenes if scene.discuss.source]

    def outcomes(self, stretch: Stretch) -> list[Scene]:
        return [scene for scene in stretch.scenes if scene.outcome is not None]

    def toll(self) -> Iterator[tuple[Shown, Shown, Toll]]:
        for one in self.story.toll:
            yield self.show(one.who), self.show(one.text), one

    def note(self, choice: Choice) -> str:
        return self.show(choice.record.note).plain if choice.record else ""

    @cached_property
    def source_numbers(self) -> dict[str, int]:
        return {source: number for number, source in enumerate(self.story.sources, 1)}

    @property
    def glossary(self) -> list[tuple[str, list[tuple[str, Shown]]]]:
        """Entries by kind, each kind by the alphabet: people by their last name, the rest without `The`."""
        kinds = {"person": "People", "place": "Places", "term": "Terms"}
        entries = sorted(self.story.glossary.values(), key=_sorting)
        found = [
            (name, [(e.title, self.show(e.text)) for e in entries if e.kind == kind]) for kind, name in kinds.items()
        ]
        return [(name, listed) for name, listed in found if listed]

    # --- the evidence exercise

    @cached_property
    def claims(self) -> list[Claim]:
        """At most CLAIMS of each standing, in an order that is the same on every machine: FIRST of them, each standing
        among them, then the others.
        """
        chance = random.Random(self.story.id)  # noqa: S311  # the order of a list, nothing secret
        rounds = list(zip_longest(*(self._picked(standing) for standing in STANDINGS)))
        picked = [Claim(fact, self._why(fact)) for one in rounds for fact in one if fact is not None]
        first, rest = picked[:FIRST], picked[FIRST:]
        chance.shuffle(first)
        chance.shuffle(rest)
        return first + rest

    def _picked(self, standing: Standing) -> list[Fact]:
        """Of the facts of a standing those that don't tell it and that most plays of a class meet, spread over the
        story, sooner those that more than historians tell; where there are too few, whatever comes nearest."""
        facts = [fact for fact in self.facts if fact.standing == standing]
        good = [f for f in facts if not TELLING.search(f.text) and self._plays_with[f.id] * 3 >= PLAYS * 2]
        firsthand = [f for f in good if any(_is_record(s) or _is_memoir(s) for s in self._cited(f))]
        ranked = sorted(facts, key=lambda f: (TELLING.search(f.text) is not None, -self._plays_with[f.id]))
        return _spread(next((some for some in (firsthand, good) if len(some) >= CLAIMS), ranked[:CLAIMS]), CLAIMS)

    def _cited(self, fact: Fact) -> list[Source]:
        return [self.story.sources[source] for source in fact.sources]

    @cached_property
    def _plays_with(self) -> Counter[str]:
        """For each fact the plays of a class that met the one scene that rests on it and is met by most."""
        found: Counter[str] = Counter()
        for stretch in self.stretches:
            for scene in stretch.scenes:
                for fact in self._basis(scene, scene.chapter):
                    found[fact] = max(found[fact], self.met[scene.id])
        return found

    def _why(self, fact: Fact) -> str:
        """The reason for a fact's standing, from the kinds of its sources."""
        cited = self._cited(fact)
        memoirs = _titles(source for source in cited if _is_memoir(source))
        others = _titles(source for source in cited if not _is_memoir(source))
        records = _titles(source for source in cited if _is_record(source))
        match fact.standing:
            case "invented":
                return "Made up for this story; no source has it."
            case "memoir" if memoirs:
                return f"Only the memoir tells it: {memoirs}.{f' Others repeat it: {others}.' if others else ''}"
            case "memoir":
                return f"One person's word, passed on by others: {others}."
            case "disputed" if len(cited) > 1:
                return f"Sources differ: {_titles(cited)}."
            case "disputed":
                return f"Not settled: others deny it, or tell it otherwise. See {_titles(cited)}."
        if records:
            return f"In records: {records}."
        if memoirs and others:
            return f"Besides the memoir: {others}."
        return f"Nobody contests it. Told by {others or memoirs}."


def _is_memoir(source: Source) -> bool:
    return "memoir" in source.kind.casefold()


def _is_record(source: Source) -> bool:
    return "primary" in source.kind.casefold()


def _titles(sources: Iterable[Source]) -> str:
    """Without what an author adds in brackets."""
    return "; ".join(source.title.partition(" (")[0] for source in sources)


def _recorded(scene: Scene) -> Iterator[str]:
    """The facts that a scene's choices are set against."""
    for choice in _choices(scene.choices):
        if choice.record is not None:
            yield from choice.record.facts


def _sorting(entry: Entry) -> str:
    title = entry.title.casefold()
    return title.split()[-1] + " " + title if entry.kind == "person" else title.removeprefix("the ")


def _choices(choices: Iterable[Choice]) -> Iterator[Choice]:
    for choice in choices:
        yield choice
        yield from _choices(choice.choices)


def _spread(facts: list[Fact], most: int) -> list[Fact]:
    """So many of a list, evenly from its beginning to its end."""
    step = max(len(facts) / most, 1)
    return [facts[int(n * step)] for n in range(min(most, len(facts)))]


def folder_name(story: Story) -> str:
    return f"{re.sub(r'[^a-z0-9-]', '-', story.id)}-pack"
