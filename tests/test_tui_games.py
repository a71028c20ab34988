"""Whole games of Special Tasks with one device alone: digits, arrows, Tab, the mouse; and what lies beside."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from game.play.slots import Slots
from game.story.loader import load
from game.tui.screens.scene import SceneScreen
from game.tui.screens.title import TitleScreen
from tests.screen import SPECIAL_TASKS, Player, playing

STORY = load(SPECIAL_TASKS).story
PATIENCE = 600  # keys or clicks for one game
BESIDE = {
    "e evidence": "Evidence",
    "j journal": "Journal",
    "f file": "The file",
    "m map": "Map",
    "d dossier": "Dossier",
}


def last_option(player: Player) -> str:
    """The last label on the page: the one that leads on soonest."""
    return "".join(text for text, _ in player.reader._items[-1].label)


async def by_digits(player: Player) -> None:
    await player.press(str(min(player.reader.takeable, 9)))


async def by_arrows(player: Player) -> None:
    reader = player.reader
    await player.press("enter" if reader.selected == reader.takeable - 1 else "down")


async def by_tab(player: Player) -> None:
    reader = player.reader
    await player.press("enter" if reader.selected == reader.takeable - 1 else "tab")


async def by_mouse(player: Player) -> None:
    """A click on the number of the last option, or the wheel where it is out of view."""
    number = f" {player.reader.takeable}  {last_option(player)}"[:30]
    lines = [line for line in player.text.split("\n") if number in line]
    if lines and player.reader.in_view(player.reader.takeable - 1):
        await player.click(number)
    else:
        await player.wheel()


async def look_beside(player: Player, device: Callable[[Player], Awaitable[None]], words: str) -> None:
    """Opens a screen beside the story with its letter or a click, and leaves it by its last option, in one way."""
    scene = player.app.screen
    await (player.click(words) if device is by_mouse else player.press(words[0]))
    await player.until(lambda: player.text.split("\n")[0].strip() == BESIDE[words])
    for _ in range(PATIENCE):
        if player.app.screen is scene:
            return
        await device(player)
    raise AssertionError(f"no way back from {words}:\n{player.text}")


@pytest.mark.parametrize("device", [by_digits, by_arrows, by_tab, by_mouse])
async def test_the_whole_game_can_be_played_in_one_way(device: Callable[[Player], Awaitable[None]], tmp_path: Path):
    assert STORY is not None
    async with playing(STORY, tmp_path, size=(100, 40)) as player:
        if device is by_mouse:
            await player.click("Begin a new play")
        else:
            await player.press("1" if device is by_digits else "enter")
        begun = False
        scenes = set()
        beside = list(BESIDE)
        for _ in range(PATIENCE):
            screen = player.app.screen
            if isinstance(screen, SceneScreen):
                begun = True
                scenes.add(screen.session.place)
                ended = screen.session.page.ending
                if beside and len(scenes) > 4:
                    await look_beside(player, device, beside.pop())
                steps = player.steps
            elif begun:
                break
            if screen.has_class("-typed"):
                await (player.click("Go on") if device is by_mouse else player.press("enter"))
            else:
                await device(player)
        await player.at(TitleScreen)
        assert ended is not None
        assert len(scenes) > 10
        assert not beside
        await player.sees("Continue: play-1")
    assert [step["id"] for step in Slots(tmp_path, STORY).read("play-1").steps] == steps
