"""The page as it is painted: its scroll bar, and that no more is painted, in no more segments, than there must be."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size

from game.settings import Settings
from game.story.model import Story
from game.tui.screens.scene import SceneScreen
from game.tui.widgets.paper import Paper, _joined
from game.tui.widgets.reader import Reader
from tests.screen import Player, at_scene, long_story, playing, write_story

INKS = ["", "bold", "dim red", "on blue", "white on blue", "underline", "reverse", "strike red"]
RUNS = st.lists(
    st.tuples(st.sampled_from(["", " ", "   ", "a", "b c", "  d "]), st.sampled_from([Style.parse(i) for i in INKS])),
    min_size=1,
)


@pytest.fixture
def long(tmp_path: Path) -> Story:
    return write_story(tmp_path / "long", long_story())


@pytest.fixture
def saves(tmp_path: Path) -> Path:
    return tmp_path / "saves"


def thumb(player: Player) -> list[int]:
    """The rows of the page on which the scroll bar at the right edge is."""
    strips = player.app.screen._compositor.render_strips()
    region = player.reader.region
    ends = [[*strip][-1] for strip in strips[region.y : region.bottom]]
    return [y for y, end in enumerate(ends) if end.text.endswith(" ") and end.style and end.style.reverse]


async def test_a_bar_shows_what_part_of_the_text_is_in_view(long, saves):
    async with at_scene(long, saves) as player:
        await player.press("home")
        height = player.reader.size.height
        at_top = thumb(player)
        assert at_top[0] == 0
        assert 1 <= len(at_top) < height // 3
        await player.press("end")
        assert thumb(player)[-1] == height - 1
        assert len(thumb(player)) == len(at_top)


async def test_there_is_no_bar_where_all_is_in_view(tmp_path, saves):
    async with at_scene(write_story(tmp_path / "story"), saves, size=(80, 60)) as player:
        assert thumb(player) == []


async def test_in_colours_that_the_terminal_names_the_bar_is_no_louder_than_the_text(long, saves):
    async with at_scene(long, saves, settings=Settings(theme="terminal")) as player:
        ends = [[*strip][-1] for strip in player.app.screen._compositor.render_strips()]
        bar = [end.style for end in ends if end.text.endswith("▐")]
        assert bar
        assert all(style.dim and not style.reverse and style.color.is_default for style in bar)


async def test_the_bar_is_dragged(long, saves):
    async with at_scene(long, saves) as player:
        await player.press("home")
        reader = player.reader
        edge, bottom = reader.size.width - 1, reader.size.height - 1
        await player.pilot.mouse_down(Reader, offset=(edge, bottom))
        assert reader.scroll_offset.y == reader.max_scroll_y
        await player.pilot.hover(Reader, offset=(5, bottom // 2))
        assert 0 < reader.scroll_offset.y < reader.max_scroll_y
        await player.pilot.mouse_up(Reader, offset=(5, bottom // 2))
        there = reader.scroll_offset.y
        await player.pilot.hover(Reader, offset=(5, 0))
        assert reader.scroll_offset.y == there


async def test_a_click_on_the_bar_takes_no_choice_that_stands_beside_it(long, saves):
    async with at_scene(long, saves) as player:
        await player.press("end")
        await player.sees("Far below.")
        row = next(y for y, line in enumerate(player.text.split("\n")) if "Far below." in line) - player.reader.region.y
        await player.pilot.click(Reader, offset=(player.reader.size.width - 1, row))
        assert player.steps == []


async def test_only_rows_that_differ_are_painted(tmp_path, saves, monkeypatch):
    story = write_story(tmp_path / "story", long_story("[{label: One., go: out}, {label: Two., go: out}]"))
    async with at_scene(story, saves) as player:
        await player.press("end")
        painted: list[Region] = []
        refresh = Reader.refresh

        def noted(self, *regions, **how):
            painted.extend(regions or [self.size.region])
            return refresh(self, *regions, **how)

        monkeypatch.setattr(Reader, "refresh", noted)
        await player.press("down")
        assert player.reader.selected == 1
        assert sum(region.height for region in painted) == 2
        assert "> 2 Two." in player.words
        painted.clear()
        await player.press("1")
        assert player.steps == ["page/one"]
        assert painted


async def test_no_page_is_painted_before_its_text_is_there_or_as_it_was_for_another_size(long, saves, monkeypatch):
    painted: list[tuple[str, Size, Size, int]] = []
    draw = Paper._draw

    def noted(self):
        painted.append((type(self.screen).__name__, self.size, self._drawn, len(self._lines)))
        return draw(self)

    monkeypatch.setattr(Paper, "_draw", noted)
    async with playing(long, saves) as player:
        await player.press("question_mark", "escape", "1")
        await player.at(SceneScreen)
        await player.press("j")
        await player.resize(60, 20)
    assert {name for name, *_ in painted} == {"TitleScreen", "HelpScreen", "SceneScreen", "JournalScreen"}
    assert {size.width for _, size, *_ in painted} == {80, 60}
    assert all(size == drawn and lines for _, size, drawn, lines in painted)


def look(text: str, style: Style) -> list[tuple[str, object]]:
    """Each letter with its style; of a blank only what is seen of one."""
    blank = style if style.reverse or style.underline or style.strike else style.bgcolor
    return [(letter, blank if letter == " " else style) for letter in text]


@given(RUNS)
def test_a_row_looks_as_its_runs_do_and_has_no_more_segments(runs):
    row = _joined(runs)
    assert [c for s in row if s.style is not None for c in look(s.text, s.style)] == [
        c for run in runs for c in look(*run)
    ]
    assert all(segment.text for segment in row)
    assert len(row) <= len([text for text, _ in runs if text])


def test_margins_and_the_rest_of_a_line_are_one_with_its_words():
    base, old, marked = Style.parse("white on black"), Style.parse("grey50 on black"), Style.parse("white on blue")
    assert _joined([("  ", base), ("words", old), ("   ", base)]) == [Segment("  words   ", old)]
    assert len(_joined([("  ", base), ("words", marked), ("   ", base)])) == 3
