"""How the text of a page moves: page by page, with nothing skipped and nothing cut that belongs together."""

import json
import re
from pathlib import Path

import pytest

from game.layout import text_of
from game.story.model import Story
from game.tui.drawing import heading
from game.tui.sheets import framed
from game.tui.widgets.reader import Reader
from tests.screen import at_scene, long_story, write_story


@pytest.fixture
def long(tmp_path: Path) -> Story:
    return write_story(tmp_path / "story", long_story())


@pytest.fixture
def saves(tmp_path: Path) -> Path:
    return tmp_path / "saves"


@pytest.mark.parametrize(("there", "back"), [("space", "pageup"), ("pagedown", "pageup"), ("end", "home")])
async def test_keys_move_the_text_there_and_back(long, saves, there, back):
    async with at_scene(long, saves) as player:
        await player.sees("mark0.")
        await player.press(there)
        assert "mark0." not in player.words
        await player.press(back)
        await player.sees("mark0.")
        assert player.steps == []


async def test_a_page_down_leaves_the_line_seen_last_or_begins_with_its_block(long, saves):
    """Of a paragraph, title or sheet that was cut after its first lines, these are seen again; nothing is skipped."""
    async with at_scene(long, saves) as player:
        lines = [text_of(line) for line in player.reader._lines]
        whole = 0
        for _ in range(6):
            seen = int(player.reader.scroll_offset.y) + player.reader.size.height
            await player.press("space")
            top = int(player.reader.scroll_offset.y)
            assert lines[top]
            assert not any(lines[seen:top])
            assert top >= seen - 3
            if top != seen - 1:
                assert not lines[top - 1]
                whole += 1
        assert whole


async def test_a_page_down_on_a_sheet_begins_with_its_paragraphs_too(long, saves):
    async with at_scene(long, saves) as player:
        body = [line for n in range(40) for line in (((f"- item {n}", ""),), (("  goes on", ""),), ())]
        player.reader.show(lambda width: (framed(body, "Card", width), 0))
        for _ in range(5):
            await player.press("space")
            assert player.text.split("\n")[player.reader.region.y].strip().startswith("│ - item")


async def test_a_heading_among_the_last_lines_in_view_begins_the_next_page(long, saves):
    async with at_scene(long, saves) as player:
        for above in (4, 3, 2):
            lines = [(("A line", ""),)] * (player.reader.size.height - above)
            lines += [(), *heading("Heading", 60), *[(("Below it", ""),)] * 50]
            player.reader.show(lambda _, lines=lines: (lines, 0))
            await player.press("space")
            assert player.text.split("\n")[player.reader.region.y].strip() == "Heading", above


async def test_the_last_page_does_not_begin_with_the_last_lines_of_a_block(tmp_path, saves):
    """A page of any height ends with its options in view, and its first line begins a block or is not near its end."""
    story = write_story(tmp_path / "story", long_story("[{label: Far below., go: out}]"))

    def good(reader: Reader) -> bool:
        top = int(reader.scroll_offset.y)
        before, *lines = [text_of(line).strip() for line in reader._lines[top - 1 : top + 4]]
        return top == reader.max_scroll_y and (not before or all(lines))

    async with at_scene(story, saves) as player:
        for height in range(21, 33):
            await player.resize(80, height)
            await player.press("end")
            await player.sees("> 1 Far below.")
            await player.until(lambda: good(player.reader))
            await player.until(lambda: "space more" not in player.words)


@pytest.mark.parametrize("key", ["space", "down"])
async def test_a_page_begins_with_what_is_to_be_read_and_skips_nothing(tmp_path, saves, key):
    """Not with a blank line, the lower edge of a sheet or of a stamp; every line but these is in view on some page."""
    memos = [{"sheet": {"kind": "memo", "heading": "Memo", "stamp": "KEEP", "text": "Short."}}, "Between."] * 9
    lines = "\n".join(f"Line {n}.\n{'More of it.' * (n % 3)}\n" for n in range(20))
    parts = json.dumps([*memos, {"sheet": {"kind": "letter", "heading": "Long", "text": lines}}])
    head, _, end = re.split(r"text: \||\n    choices:", long_story())
    story = write_story(tmp_path / "story", f"{head}text: {parts}\n    choices:{end}")
    async with at_scene(story, saves) as player:
        reader = player.reader
        for height in (12, 17, 24):
            await player.resize(80, height)
            await player.press("home")
            seen = 0
            while (top := int(reader.scroll_offset.y)) < reader.max_scroll_y:
                texts = [text_of(line).strip(" │") for line in reader._lines]
                assert texts[top], (height, top)
                assert top == 0 or texts[top][0] not in "└╰", (height, top)
                assert not any(map(str.isalnum, "".join(texts[seen:top]))), (height, top)
                seen = top + reader.size.height
                await player.press(key)


async def test_space_more_shows_as_long_as_text_is_below(long, saves):
    async with at_scene(long, saves) as player:
        await player.sees("space more")
        await player.press("end")
        await player.until(lambda: "space more" not in player.words)
        await player.press("pageup")
        await player.sees("space more")


async def test_the_keys_that_move_choices_move_the_text_where_there_are_none(tmp_path, saves):
    text = long_story("[]").replace("    choices: []\n", "").replace("  out:", "    ending: {title: End}\n  out:")
    story = write_story(tmp_path / "story", text.split("  out:")[0])
    async with at_scene(story, saves) as player:
        player.reader.show(lambda _: ([(("line" * 3, ""),)] * 99, 0))
        await player.press("down", "tab", "down", "up")
        assert player.reader.scroll_offset.y == 2
