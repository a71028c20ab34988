"""Screens of every size, and the same words as line mode says."""

import io
import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from game.plain import play_plain
from game.play.session import Session
from game.play.slots import Slots
from game.story.loader import load
from game.story.model import Story
from game.tui.screens.scene import SceneScreen
from game.tui.screens.title import TitleScreen
from tests.screen import CLERK, SPECIAL_TASKS, Player, at_scene, long_story, playing, write_story

SIZES = [(80, 24), (60, 13), (120, 40), (300, 80), (20, 5)]


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return write_story(tmp_path / "story")


@pytest.fixture
def saves(tmp_path: Path) -> Path:
    return tmp_path / "saves"


def drawn(player: Player, size: tuple[int, int]) -> None:
    """The screen has the size asked for, and every line of text keeps to its column."""
    lines = player.text.split("\n")
    assert len(lines) == size[1]
    assert max(cell_len(line) for line in lines) <= size[0]
    column = player.reader._column
    for line in player.reader._lines:
        width = cell_len("".join(text for text, _ in line))
        assert width <= max(column, 5), line
    assert player.words


async def take(player: Player, key: str) -> None:
    """Presses a key until it leads on: where options are out of view, it first moves the text."""

    def mark() -> tuple[object, ...]:
        screen = player.app.screen
        steps = len(screen.session.steps) if isinstance(screen, SceneScreen) else 0
        return screen, getattr(screen, "at", 0), getattr(screen, "coming", 0), steps

    before = mark()
    for _ in range(300):
        await player.press(key)
        if mark() != before:
            return
    raise AssertionError(f"{key} leads nowhere:\n{player.text}")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_screen_is_drawn_at_every_size(story, saves, size):
    async with playing(story, saves, size=size) as player:
        drawn(player, size)
        await player.press("question_mark")
        drawn(player, size)
        await player.press("escape")
        for key in ("1", "1", "1", "enter"):
            await take(player, key)
            drawn(player, size)
        await player.at(SceneScreen)
        for key in ("e", "f", "j", "m", "d", "w", "c", "o", "s"):
            await player.press(key)
            drawn(player, size)
            await player.press("end")
            drawn(player, size)
            await player.press("escape")
        for option in ("2", "1", "1", "1"):
            await take(player, option)
            drawn(player, size)
        assert player.session.page.ending is not None
        await player.press("home", "end", "escape")
        await player.at(TitleScreen)
        await take(player, "3")
        drawn(player, size)


async def test_the_size_may_change_on_any_page(story, saves):
    async with at_scene(story, saves, steps=("office/stamp_it",)) as player:
        for key in ("home", "1", "1", "j", "escape", "1", "escape"):
            for size in SIZES:
                await player.resize(*size)
                drawn(player, size)
            await player.resize(80, 24)
            await player.press("end", key)
        await player.at(TitleScreen)


@pytest.mark.parametrize("size", [(19, 24), (80, 4), (7, 3)], ids=str)
async def test_a_screen_too_small_says_so_hears_only_the_way_out_and_loses_nothing(story, saves, size):
    async with at_scene(story, saves, steps=("office/stamp_it",)) as player:
        await player.resize(*size)
        said = "Alittlelarger,please:20x5."

        def says_so() -> bool:
            words = "".join(player.words.split()).rstrip("…")[: 2 * size[0] * size[1] // 3]
            return bool(words) and said.startswith(words)

        await player.until(says_so)
        await player.press("1", "u", "j", "space", "escape")
        await player.resize(80, 24)
        await player.sees("> Stamp it.", "A long hall.", "> 1 Continue")
        assert player.steps == ["office/stamp_it"]
        await player.resize(*size)
        await player.press("q")
        assert player.app._exit


async def test_resizing_keeps_the_place_in_the_text(tmp_path, saves):
    async with at_scene(write_story(tmp_path / "long", long_story()), saves) as player:
        for _ in range(4):
            await player.press("space")
        top = player.text.split("\n")[player.reader.region.y].strip()
        first = re.findall(r"\w+", top)[0]
        for size in ((60, 13), (120, 40), (40, 10), (300, 80), (20, 5), (80, 24)):
            await player.resize(*size)
            line = player.text.split("\n")[player.reader.region.y]
            assert first in line or size == (300, 80), f"{first!r} is not at the top at {size}: {line}"
        await player.until(lambda: player.text.split("\n")[player.reader.region.y].strip() == top)


async def test_a_new_page_begins_with_what_is_new_after_a_resize_too(story, saves):
    async with at_scene(story, saves, size=(80, 40)) as player:
        await player.press("2")
        await player.sees("> Stamp it.")
        await player.resize(60, 10)
        assert player.text.split("\n")[player.reader.region.y].strip() == "> Stamp it."


async def test_the_bottom_stays_in_view_where_the_screen_grows(tmp_path, saves):
    async with at_scene(write_story(tmp_path / "long", long_story()), saves) as player:
        await player.press("end")
        await player.resize(80, 40)
        await player.sees("Far below.")


async def test_a_short_screen_gives_its_rows_to_the_text_and_still_says_when_there_is_more(tmp_path, saves):
    story = write_story(tmp_path / "long", long_story())
    for size, rows in (((80, 24), 19), ((60, 13), 10), ((20, 5), 4)):
        async with at_scene(story, saves, size=size) as player:
            assert player.reader.size.height >= rows - 1
            await player.sees("space more")


async def test_a_plate_too_wide_for_the_column_is_told_in_words(story, saves):
    async with at_scene(story, saves, size=(80, 30)) as player:
        assert "|______|" in player.text
        assert "A desk seen" not in player.written
        await player.resize(11, 30)
        await player.until(lambda: "A desk seen" in player.written)
        assert "|______|" not in player.text


async def test_on_a_very_wide_screen_the_bars_stand_in_the_middle_as_the_text_does(story, saves):
    async with at_scene(story, saves, size=(300, 40)) as player:
        lines = player.text.split("\n")
        rule, title = lines[1], next(line for line in lines if "I. The desk" in line)
        assert rule.strip() == "─" * 116
        assert abs((rule.index("─") + 58) - (title.index("I. The desk") + 5)) <= 1
        await player.click("? help")
        await player.sees("Take the choice of that number")


async def test_a_long_place_and_date_share_the_header(tmp_path, saves):
    text = CLERK.replace("Third floor", "P" * 100).replace("May 1939", "D" * 100)
    async with at_scene(write_story(tmp_path / "wide", text), saves) as player:
        header = player.text.split("\n")[0]
        assert "P" * 10 in header
        assert "D" * 40 in header
        assert cell_len(header) <= 80


# --- line mode

FROM_LINE_MODE = """
    by in full neutral summary how should scenes be told this can changed at any time chapter picture scene stamped
    signed document end of the stops here for moment memo now story not ended j reads u takes last step back q leaves
    answers saved as play journal what was chosen and says think about is where typing enter type number letter lists
"""
FROM_SCREEN = """
    begin a new play settings 3 quit memorandum go on your decisions against back to title with told everything
    write this markdown file outcomes met answer 4
    s p e c i a l t a s k s h e c l e r k
"""


def words(text: str) -> set[str]:
    return {word.strip("_") for word in re.split(r"\W+", text.lower())} - {""}


def plan(story: Story) -> list[int]:
    """A short play: always the last choice, as positions."""
    session, positions = Session(story), []
    while session.page.ending is None:
        positions.append(len(session.offered))
        session.choose(session.offered[-1])
    return positions


def in_line_mode(story: Story, saves: Path) -> set[str]:
    """All the words of that play in line mode, from the title to the ending."""
    typed = "1\n" * any(s.is_violent for s in story.scenes.values()) + "\n" * len(story.questions)
    target = io.StringIO()
    source = io.StringIO(typed + "".join(f"{n}\n" for n in plan(story)) + "q\n")
    play_plain(Slots(saves, story), source, target)
    return words(target.getvalue())


async def on_screen(story: Story, saves: Path) -> set[str]:
    """All the words of that play on the screen."""
    seen: set[str] = set()
    async with playing(story, saves, size=(80, 150)) as player:
        for _ in range(2):
            seen |= words(player.written)
            await player.press("1")
        for _ in story.questions:
            seen |= words(player.written)
            await player.press("enter")
        await player.at(SceneScreen)
        for position in plan(story):
            seen |= words(player.written)
            await player.press(str(position))
            for gauge in player.session.page.gauges:
                if gauge.change:  # from where, and how much, may have no room
                    change = gauge.change.partition(" from ")[0].removeprefix("a little ")
                    assert re.search(f"{gauge.label}: {gauge.words}, (a little )?{change}", player.words)
                    seen |= words(gauge.said)
            while player.app.screen.coming:
                seen |= words(player.written)
                await player.press("1")
        return seen | words(player.written)


@pytest.mark.parametrize("name", ["clerk", "special-tasks"])
async def test_the_screen_and_line_mode_say_the_same_words(tmp_path, story, name):
    told = story if name == "clerk" else load(SPECIAL_TASKS).story
    assert told is not None
    said, seen = in_line_mode(told, tmp_path / "lines"), await on_screen(told, tmp_path / "screen")
    alone = words(" ".join(c.plate_alt for c in told.chapters.values()))
    alone |= words(" ".join(source.title for source in told.sources.values()))  # a card on the screen leaves them out
    assert said - seen <= alone | words(FROM_LINE_MODE)
    drawn = words(" ".join(c.plate for c in told.chapters.values()))  # line mode tells of a plate in words of its own
    assert seen - said <= drawn | words(FROM_SCREEN)
