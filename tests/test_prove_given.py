"""A story with answers given is played as the whole story is with those answers, and holds less."""

import random
from pathlib import Path
from typing import Any

import pytest

from game.commands.common import find_story, read_story
from game.play.page import Card, Echo, Ending, Heading, Opening, SheetShown
from game.play.session import Session
from game.prove.explore import prove
from game.prove.given import given
from game.story.expressions import Value
from game.story.model import Story
from game.story.text import Shown
from tests.test_prove_measures import told
from tests.told_stories import words_of_turn


def read(node: Any) -> Any:
    """What is read of a part of a page, as text."""
    match node:
        case Shown():
            return node.plain
        case SheetShown():
            return [node.kind, *map(read, (node.heading, node.stamp, *(node.text or ()), node.signed))]
        case Opening(chapter):
            return chapter.title
        case Card(_, prose, facts):
            return [read(prose), [fact.id for fact in facts]]
        case Echo() | Heading() | tuple():
            return [text for part in node if (text := read(part))]
        case Ending():
            return read((node.title, node.outcome, node.outcome_summary, node.toll, node.debrief))
    return node


def same_plays(story: Story, answers: dict[str, Value], seed: int, plays: int) -> Story:
    """Random plays of both, side by side: the same options and the same text at every step, and the same state."""
    less = given(story, answers)
    chance = random.Random(seed)
    for _ in range(plays):
        whole, part = Session(story, answers), Session(less)
        for _ in range(200):
            assert part.offered == whole.offered, (seed, whole.place)
            assert read(part.page.turn) == read(whole.page.turn), (seed, whole.place)
            assert read(part.page.ending) == read(whole.page.ending), (seed, whole.place)
            assert words_of_turn(part) == words_of_turn(whole)
            if not whole.offered:
                break
            step = chance.choice(whole.offered)
            whole.choose(step)
            part.choose(step)
        assert part.outcome == whole.outcome
        assert part.state == whole.state
    return less


def test_random_stories_are_played_alike(tmp_path: Path) -> None:
    fewer = 0
    for seed, story in told(tmp_path, 0, 40):
        variable = story.variables["w2"]
        for word in variable.words if variable.ask else ():
            less = same_plays(story, {"w2": word}, seed, 4)
            fewer += len(less.scenes) < len(story.scenes) or len(less.choices) < len(story.choices)
    assert fewer > 10


@pytest.mark.parametrize("pace", ["full", "short"])
def test_the_story_shipped_is_played_alike(pace: str) -> None:
    same_plays(read_story(find_story(None)), {"pace": pace}, 1, 40)


def test_the_class_telling_has_a_small_space_of_its_own() -> None:
    """Of the half million situations of the whole story next to nothing is left."""
    assert prove(given(read_story(find_story(None)), {"pace": "short"})).situations < 20_000
