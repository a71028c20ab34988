"""What the scenes and choices of a story do and show alike in every play: worked out when first met, for all sessions.

The surprising rule: nothing here knows a play. What may differ between two plays is None here, and left to the session.
"""

from functools import lru_cache
from typing import NamedTuple

from game.play.page import Card, Echo, Heading, Part, Prose, Reply, Telling
from game.story.expressions import Assign, compile_assignments
from game.story.model import Assignment, Entry, Fact, Passage, Scene, Story
from game.story.text import EMPTY, Shown, Template, static


class Withheld(NamedTuple):
    """A part that is told otherwise where violence is told by summary: a text by the `summary`, a reply not at all, a
    record card without the `facts` that only violent scenes rest on.
    """

    part: Telling | Reply | Card
    summary: Shown = EMPTY
    facts: tuple[Fact, ...] = ()


Kept = Part | Withheld  # a part as a session keeps it


class StagedChoice(NamedTuple):
    echo: Echo | None
    assign: Assign | None
    unlocks: tuple[Entry, ...]  # whose condition may change when it is taken


class StagedScene(NamedTuple):
    scene: Scene
    junction: bool
    violent: bool
    heading: Heading | None
    telling: tuple[Kept, ...] | None
    assign: Assign | None  # on entering
    unlocks: tuple[Entry, ...]  # whose condition may change when it is entered


class _Choices(dict[str, StagedChoice]):
    def __init__(self, story: Story) -> None:
        self.story = story

    def __missing__(self, name: str) -> StagedChoice:
        choice = self.story.choices[name]
        label = choice.label.constant
        assign, unlocks = _effects(self.story, choice.set, ("chose", name))
        staged = self[name] = StagedChoice(None if label is None else Echo(label), assign, unlocks)
        return staged


class _Scenes(dict[str, StagedScene]):
    def __init__(self, story: Story) -> None:
        self.story = story

    def __missing__(self, name: str) -> StagedScene:
        scene = self.story.scenes[name]
        lines = _constant((scene.title, scene.place, scene.date))
        heading = Heading(name, *lines) if lines is not None else None
        summary, prose = scene.summary.constant, _constant(scene.text)
        told = telling(scene, prose, summary) if prose is not None and summary is not None else None
        here = ("seen", name), ("visits", name), ("scene", "")
        assign, unlocks = _effects(self.story, scene.on_enter, *here)
        staged = StagedScene(scene, scene.is_junction, scene.is_violent, heading, told, assign, unlocks)
        self[name] = staged
        return staged


class Stage:
    """Scenes and choices by their ids."""

    def __init__(self, story: Story) -> None:
        self.scenes, self.choices = _Scenes(story), _Choices(story)


@lru_cache(maxsize=2)  # one that is played, and one that was changed while it was
def stage(story: Story) -> Stage:
    return Stage(story)


def telling(scene: Scene, prose: Prose, summary: Shown) -> tuple[Kept, ...]:
    """A scene's text as it is kept."""
    if scene.todo:
        prose = (*prose, static(f"To be written: {scene.todo}"))
    if scene.is_violent:
        return (Withheld(Telling(prose), summary),) if prose or summary else ()
    return (Telling(prose),) if prose else ()


def _constant(passage: Passage) -> tuple[Shown, ...] | None:
    """What a passage always shows."""
    shown = [piece.constant if isinstance(piece, Template) else None for piece in passage]
    prose = tuple([s for s in shown if s is not None])
    return prose if len(prose) == len(shown) else None


def _effects(
    story: Story, assignments: tuple[Assignment, ...], *marks: tuple[str, str]
) -> tuple[Assign | None, tuple[Entry, ...]]:
    """What assigns, and the entries that may unlock then: those that read a mark made, or a variable assigned."""
    changed = {*marks, *(("state", a.variable) for a in assignments)}
    unlocks = tuple([e for e in story.glossary.values() if e.when is not None and e.when.reads & changed])
    if not assignments:
        return None, unlocks
    variables = story.variables
    return compile_assignments([(a.variable, a.value, variables[a.variable].bounds) for a in assignments]), unlocks
