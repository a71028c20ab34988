"""The numbers of a story that no single module of the game needs: words of plays, pages without a choice, effects that
are read later. Tests assert them; `pytest -s tests/test_special_tasks.py` prints them.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import NamedTuple

from game.play.page import Card, Echo, Heading, Opening, Reply, Telling
from game.play.session import Session
from game.prove.explore import Witness
from game.prove.measures import Measures
from game.story.expressions import Expression, Value
from game.story.model import Assignment, Choice, Story
from tests.told_stories import count, count_prose

Read = tuple[str, str]  # as in Expression.reads


class Shipped(NamedTuple):
    """What `check --strict --prove` makes of the story that is shipped."""

    story: Story
    measures: Measures
    code: int
    said: str


# --- plays ----------------------------------------------------------------------------------------------------------


@dataclass
class Play:
    """`words` by kind: prose (texts, replies, sheets), label (of what was taken), head, card, facts, end. `pages` are
    the words of prose between two choices, each with the choice taken before and the scene it ends in; the last, to the
    ending, is left out.
    """

    session: Session
    words: Counter[str] = field(default_factory=Counter)
    pages: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def told(self) -> int:
        """What is read on the way: all but the record cards and the page of the ending."""
        return sum(self.words[kind] for kind in ("prose", "label", "head"))

    @property
    def choices(self) -> int:
        return sum(turn.choice is not None for turn in self.session.turns)


def measured(session: Session) -> Play:
    """The words of a play to its end."""
    play = Play(session)
    page, last = 0, ""
    for turn in session.turns:
        if turn.choice is not None:
            play.pages.append((page, last, turn.scene))
            page, last = 0, turn.choice.id
        for part in session.told(turn.parts):
            match part:
                case Echo(label):
                    play.words["label"] += count(label)
                case Reply(prose) | Telling(prose):
                    page += count_prose(prose)
                    play.words["prose"] += count_prose(prose)
                case Heading(_, title, place, date):
                    play.words["head"] += count(title) + count(place) + count(date)
                case Opening(chapter):
                    play.words["head"] += len(chapter.title.split())
                case Card(_, prose, facts):
                    play.words["card"] += count_prose(prose)
                    play.words["facts"] += sum(len(fact.text.split()) for fact in facts)
    ending = session.page.ending
    assert ending is not None
    said = [ending.title, ending.outcome, ending.outcome_summary, *ending.debrief]
    play.words["end"] = sum(map(count, [*said, *(text for line in ending.toll for text in line)]))
    return play


def random_plays(story: Story, answers: Mapping[str, Value], count: int, seed: int = 0) -> Iterator[Play]:
    """Plays whose every choice is picked at random from what is offered."""
    chance = random.Random(seed)
    for _ in range(count):
        session = Session(story, answers)
        while session.offered:
            session.choose(chance.choice(session.offered))
        yield measured(session)


def replayed(story: Story, plays: Iterable[Witness]) -> Iterator[Play]:
    for play in plays:
        session = Session(story, play.answers)
        for step in play.steps:
            session.choose(step)
        yield measured(session)


def percentiles(values: Iterable[int], *percents: int) -> list[int]:
    """The values that so many percent of all are at most."""
    ordered = sorted(values)
    return [ordered[max(-(-len(ordered) * percent // 100) - 1, 0)] for percent in percents]


# --- effects that are read later ------------------------------------------------------------------------------------


def read_later(story: Story) -> dict[str, frozenset[Read]]:
    """For each choice, what it changes that a text, condition or effect further on asks about: the variables it sets,
    that it was chosen. An effect on the same variable is no reading, nor are gauges, the glossary and `must_hold`.
    """
    reads = {scene.id: frozenset(_reads(scene)) for scene in story.scenes.values()}
    replies = {choice.id: frozenset(_reads(choice.reply)) for choice in story.choices.values()}
    anywhere = frozenset(_reads([story.interrupts, story.toll, [c.card for c in story.chapters.values()]]))
    ahead = {scene.id: _ahead(story, [scene.id]) for scene in story.scenes.values()}
    later: dict[str, frozenset[Read]] = {}
    for scene in story.scenes.values():
        for choice, parents in _nested(scene.choices):
            way = next((c for c in (choice, *reversed(parents)) if c.go or c.stay), None)
            targets = [way.go] if way and way.go else [] if way else [w.go for w in scene.next]
            found = set(anywhere)
            for target in targets:
                found |= {read for name in ahead[target] for read in reads[name]}
            if choice.choices or (way and way.stay):
                found |= {r for c, _ in _nested(scene.choices) if c is not choice for r in replies[c.id]}
                found |= {r for c, _ in _nested(scene.choices) if c is not choice for r in _reads(c.when)}
                found |= {r for w in scene.next for name in ahead[w.go] for r in reads[name]}
                found |= {r for c, _ in _nested(scene.choices) if c.go for name in ahead[c.go] for r in reads[name]}
            changed = {("state", a.variable) for a in choice.set} | {("chose", choice.id)}
            later[choice.id] = frozenset(changed & found)
    return later


def _nested(choices: Iterable[Choice], parents: tuple[Choice, ...] = ()) -> Iterator[tuple[Choice, tuple[Choice, ...]]]:
    for choice in choices:
        yield choice, parents
        yield from _nested(choice.choices, (*parents, choice))


def _ahead(story: Story, begin: Sequence[str]) -> set[str]:
    """The scenes that some way leads to, these included."""
    met: set[str] = set()
    waiting = list(begin)
    while waiting:
        name = waiting.pop()
        if name not in met:
            met.add(name)
            scene = story.scenes[name]
            waiting += [way.go for way in scene.next] + [c.go for c, _ in _nested(scene.choices) if c.go]
    return met


def _reads(node: object) -> Iterator[Read]:
    """What the expressions in a part of a story ask about; of an assignment, but for the variable it is to."""
    if isinstance(node, Expression):
        yield from node.reads
    elif isinstance(node, Mapping):
        yield from _reads(list(node.values()))
    elif isinstance(node, tuple | list):
        for part in node:
            yield from _reads(part)
    elif is_dataclass(node):
        own = ("state", node.variable) if isinstance(node, Assignment) else None
        for read in _reads([getattr(node, f.name) for f in fields(node) if not f.name.startswith("_")]):
            if read != own:
                yield read
