"""Where a play has been: its chapters and scenes, and how many ways out of them it has not gone. The map's data.

The surprising rule: of what was not met only the number is told, so that a map gives nothing away.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from game.play.page import Heading, Opening
from game.play.session import Session
from game.record import record
from game.story.model import Chapter, Choice, Scene
from game.story.text import Shown


@dataclass(slots=True)
class Stop:
    """A scene as it was first met. `blanks` counts the unmet scenes that one step from here leads to."""

    scene: str
    title: Shown
    place: Shown
    date: Shown
    here: bool
    blanks: int = 0

    @property
    def name(self) -> str:
        return self.title.plain or self.place.plain or "A scene without a name"


@dataclass(slots=True)
class Leg:
    """The scenes met in one chapter, in the order they were met; `chapter` is None before the first."""

    chapter: Chapter | None
    stops: list[Stop] = field(default_factory=list)


@record
class Route:
    legs: tuple[Leg, ...]
    unmet_chapters: int

    @property
    def stops(self) -> list[Stop]:
        return [stop for leg in self.legs for stop in leg.stops]

    @property
    def told(self) -> str:
        met, missed = len(self.stops), self.not_taken
        ways = {0: "nothing passed by", 1: "one way not taken"}.get(missed, f"{missed} ways not taken")
        return f"{met} scene{'' if met == 1 else 's'} met, {ways}."

    @property
    def not_taken(self) -> int:
        """The ways that led elsewhere; those that lie ahead are not among them."""
        return sum(stop.blanks for stop in self.stops if not stop.here)


def route(session: Session) -> Route:
    """The play so far. An unmet scene is a blank at one stop only: where the player is, else the first that leads
    there."""
    legs: dict[str, Leg] = {}
    stops: dict[str, Stop] = {}
    chapter: Chapter | None = None
    for turn in session.turns:
        for part in session.told(turn.parts):
            if isinstance(part, Opening):
                chapter = part.chapter
            elif isinstance(part, Heading) and part.scene not in stops:
                here = part.scene == session.place
                stop = stops[part.scene] = Stop(part.scene, part.title, part.place, part.date, here)
                legs.setdefault(chapter.id if chapter else "", Leg(chapter)).stops.append(stop)
    scenes = session.story.scenes
    counted = set(session.visits)
    for stop in sorted(stops.values(), key=lambda stop: not stop.here):
        unmet = set(_next(scenes, scenes[stop.scene])) - counted
        stop.blanks = len(unmet)
        counted |= unmet
    return Route(tuple(legs.values()), len(session.story.chapters.keys() - legs.keys()))


def _next(scenes: Mapping[str, Scene], scene: Scene) -> Iterator[str]:
    """Every scene with something to read that one step from a scene can lead to, interrupts left out."""
    waiting = [*_targets(scene.choices), *(way.go for way in scene.next)]
    seen: set[str] = set()
    while waiting:
        target = waiting.pop()
        if target not in seen:
            seen.add(target)
            if scenes[target].is_junction:
                waiting += [way.go for way in scenes[target].next]
            else:
                yield target


def _targets(choices: tuple[Choice, ...]) -> Iterator[str]:
    for choice in choices:
        if choice.go:
            yield choice.go
        yield from _targets(choice.choices)
