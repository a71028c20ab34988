"""What the tests of a vote share: a story that a class plays, and a class before its pages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from game.play.session import Session
from game.play.slots import Play, Slots
from game.settings import Settings
from game.story.model import Story
from game.tui.screens.vote import ClassScreen, VoteScreen
from tests.screen import CLERK, Player, playing
from tests.test_terminal import Terminal, terminal  # noqa: F401  # a fixture

THREE = CLERK.replace(
    "      - label: Stamp it.\n", "      - {label: Send it up., go: hall}\n      - label: Stamp it.\n"
).replace("    date: May 1939\n", "    date: May 1939\n    discuss: Whose stamp is it?\n")
THREE = THREE.replace("    date: June 1939\n", "    date: June 1939\n    discuss: Who saw it?\n")
CLASS = THREE + "class: {answers: {pace: brief}, minutes: 10}\n"
OFFICE = ("office/look_at_the_clock", "office/send_it_up", "office/stamp_it")
HANDS = 30


def slots(saves: Path, story: Story) -> Slots:
    return Slots(saves, story, kind="vote")


def kept(saves: Path, story: Story) -> list[tuple[str, list[int] | None]]:
    """The steps in the file, each with its hands."""
    return [(step["id"], step.get("hands")) for step in slots(saves, story).read("vote-1").steps]


@asynccontextmanager
async def classroom(
    story: Story, saves: Path, *, size: tuple[int, int] = (66, 13), settings: Settings | None = None
) -> AsyncIterator[Player]:
    """A class at its first page, in a room with a projector."""
    play = Play(Session(story, {"pace": "brief"}), slots(saves, story), "vote-1")
    async with playing(story, saves, size=size, play=play, settings=settings, voting=True) as player:
        await player.at(ClassScreen)
        yield player


@asynccontextmanager
async def voting(story: Story, saves: Path, *, size: tuple[int, int] = (66, 13)) -> AsyncIterator[Player]:
    """A class before the vote on its first page."""
    async with classroom(story, saves, size=size) as player:
        await player.press("end", "enter")
        await player.at(VoteScreen)
        yield player
