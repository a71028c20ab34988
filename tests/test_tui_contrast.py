"""Every screen in every theme of our own: the contrast of each cell as drawn, by the formula of WCAG 2.2."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest
from rich.color import Color, ColorSystem
from textual.screen import Screen
from textual.widget import Widget

import game.tui
from game.play.session import Session
from game.play.slots import Play, Slots
from game.settings import Settings
from game.story.model import Story
from game.tui.screens.base import PageScreen, is_letter
from game.tui.screens.debrief import DebriefScreen
from game.tui.screens.graph import GraphScreen
from game.tui.screens.leave import LeaveScreen
from game.tui.screens.scene import SceneScreen
from game.tui.screens.vote import ClassScreen
from game.tui.screens.watched import Inspector
from game.tui.themes import CONTRAST, LAMP, PAPER
from game.tui.widgets.reader import Reader, keys_of
from tests.screen import CLERK, DEADLINE, Player, at_scene, playing, write_story
from tests.test_watch import waiting, watching
from tests.voting import CLASS, classroom

OURS = {LAMP.name: 4.5, PAPER.name: 4.5, CONTRAST.name: 7.0}  # the least contrast of text
MARKS = 3.0  # of drawn lines, scroll bars and what marks the focus
DRAWN = range(0x2500, 0x25A0)  # box drawing and blocks
QUIET = {"q", "u", "v", "w"}  # letters that lead to no other screen
AWAY = {"l"}  # those that lead away from a play
TO_STREET = ("office/stamp_it", "hall/continue")
TO_END = (*TO_STREET, "street/run_to_him")


def luminance(color: Color) -> float:
    """Relative luminance, from 0 to 1; WCAG 2.2, section 4.1."""
    triplet = color.triplet
    assert triplet is not None, f"{color} is the terminal's own"
    parts = [v / 255 for v in triplet]
    r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: Color, other: Color) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def faint(player: Player, least: float) -> list[str]:
    """What on the screen as drawn has too little contrast."""
    found = set()
    for strip in player.app.screen._compositor.render_strips():
        for text, style, _ in strip:
            if not text.strip():
                continue
            assert style is not None
            assert style.color is not None
            assert style.bgcolor is not None
            assert not style.dim, text
            ratio = contrast(style.color, style.bgcolor)
            drawn = all(ord(char) in DRAWN for char in text.replace(" ", ""))
            if ratio < (MARKS if drawn else least):
                found.add(f"{text.strip()!r} {style.color.name} on {style.bgcolor.name}: {ratio:.1f}")
    for widget in player.app.screen.query(Widget):
        for bar in widget.scrollbars_enabled if widget.is_attached else ():
            if bar:
                found |= set(thumb(widget))
    return sorted(found)


def thumb(widget: Widget) -> Iterator[str]:
    """The part of a scroll bar that tells where the text is, at rest, under the mouse and held."""
    styles = widget.styles
    for how in ("", "_hover", "_active"):
        color = getattr(styles, f"scrollbar_color{how}").rich_color
        ground = getattr(styles, f"scrollbar_background{how}").rich_color
        if contrast(color, ground) < MARKS:
            yield f"scroll bar{how} {color.name} on {ground.name}: {contrast(color, ground):.1f}"


class Visitor:
    """Looks at screens in one theme, and remembers which it has seen."""

    def __init__(self, theme: str) -> None:
        self.theme = theme
        self.seen: set[str] = set()
        self.faint: dict[str, list[str]] = {}

    async def look(self, player: Player) -> None:
        screen = player.app.screen
        if type(screen).__name__ not in self.seen:  # nothing may stay in the colours of another theme
            player.app.change("theme", next(theme for theme in OURS if theme != self.theme))
            await player.pilot.pause()
        self.seen |= {kind.__name__ for kind in type(screen).__mro__}
        if player.app.theme != self.theme:
            player.app.change("theme", self.theme)
        late = monotonic() + (0.1 if self.faint else DEADLINE)  # the rest of a failure is no longer waited for
        await player.pilot.pause()
        while found := faint(player, OURS[self.theme]):  # a cell may be painted in the theme before for a moment longer
            if monotonic() > late:
                self.faint.setdefault(type(screen).__name__, []).extend(found)
                break
            await player.pilot.pause()
        reader = screen.reader if isinstance(screen, PageScreen) else None
        if reader and reader.selected < reader.takeable and reader.region.height:  # of a vote none may be
            assert "> " in player.text or not reader.in_view(reader.selected)

    async def letters(self, player: Player) -> None:
        """Every screen that a letter opens, and what its first option opens."""
        home = player.app.screen
        keys = filter(is_letter, keys_of(type(home)))
        for key in [*sorted(set(keys) - QUIET - (AWAY if isinstance(home, SceneScreen) else set())), "question_mark"]:
            await player.press(key)
            await self.look(player)
            if player.app.screen.query(Reader) and player.reader.takeable > 1:
                await player.until(lambda: player.reader.is_open)
                await player.press("end", "1")
                await self.look(player)
            await back(player, home)


async def back(player: Player, home: Screen[object]) -> None:
    for _ in range(6):
        if player.app.screen is home:
            return
        await player.press("escape")
    raise AssertionError(f"escape does not lead back to {home}:\n{player.text}")


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return write_story(tmp_path / "story")


@pytest.fixture
def saves(tmp_path: Path) -> Path:
    return tmp_path / "saves"


def screens() -> set[str]:
    """Every screen there is, but those that only others are made from."""
    found = {
        name: kind
        for module in pkgutil.walk_packages(game.tui.__path__, "game.tui.")
        for name, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass)
        if issubclass(kind, Screen) and kind.__module__.startswith("game.tui")
    }
    return set(found)


@pytest.mark.parametrize("theme", OURS)
async def test_all_text_on_every_screen_has_contrast(story, saves, tmp_path, theme):
    visitor = Visitor(theme)
    for slot in ("mine", "other"):
        Play(Session(story), Slots(saves, story), slot).save()
    Slots(saves, story).path("broken").write_text("{")
    async with playing(story, saves, size=(80, 24), settings=Settings(confirm=True)) as player:
        await visitor.look(player)
        await visitor.letters(player)
        home = player.app.screen
        for number in "23":  # of a save: rename, delete
            await player.press("l")
            for option in ("1", number):
                await player.until(lambda: player.reader.is_open)
                await player.press(option)
            await visitor.look(player)
            await back(player, home)
        await player.press("q")
        await player.at(LeaveScreen)
        await visitor.look(player)
        await player.press("escape")
        await player.until(lambda: player.reader.is_open)
        await player.press("2")
        for key in ("1", "1", "enter"):  # a question to pick at, one to type at
            await visitor.look(player)
            await player.until(lambda: player.reader.is_open)
            await player.press(key)
        await player.at(SceneScreen)
    for steps, size in (((), (80, 24)), (TO_STREET, (120, 40)), (TO_END, (60, 13))):
        async with at_scene(story, saves, steps=steps, size=size) as player:
            for key in ("home", "end"):
                await player.press(key)
                await visitor.look(player)
            if size == (120, 40):
                await visitor.letters(player)
            player.app.notify("A note."), player.app.notify("A mistake.", title="Title", severity="error")
            await player.sees("A mistake.")
            await visitor.look(player)
            if steps == TO_END:
                await player.until(lambda: player.reader.is_open)
                for number in "123":
                    await player.press("end", number)
                    await visitor.look(player)
            await player.resize(15, 4)
            await visitor.look(player)
    async with watching(tmp_path / "story") as player:  # an author's screens, with a mistake below the page
        file = tmp_path / "story" / "story.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace("start: office", "start: ofice"), encoding="utf-8")
        await player.sees("error: no scene `ofice`")
        await visitor.look(player)
        await player.press("x")
        await player.at(Inspector)
        await visitor.look(player)
        await player.press("escape", "g")
        await player.at(GraphScreen)
        await visitor.look(player)
    async with waiting(tmp_path / "story") as player:
        await visitor.look(player)
    async with classroom(write_story(tmp_path / "class", CLASS), saves, size=(66, 13)) as player:
        await visitor.letters(player)
        for keys in (("t", "end", "enter"), ("4", "enter", "1"), ("h",), ("s",), ("down",)):
            await player.press(*keys)
            await visitor.look(player)
        await player.press("c")
        await player.at(ClassScreen)
    assert not visitor.faint, "\n".join(f"{where}: {what}" for where, what in visitor.faint.items())
    assert screens() <= visitor.seen, screens() - visitor.seen


@pytest.mark.parametrize("theme", [LAMP, PAPER, CONTRAST], ids=lambda theme: theme.name)
def test_the_cursor_of_a_field_and_a_selection_stand_out(theme):
    field = Color.parse(theme.variables["selected"])
    assert contrast(Color.parse(theme.variables["input-cursor-background"]), field) >= MARKS
    assert contrast(Color.parse(theme.variables["input-selection-background"]), field) >= MARKS


@pytest.mark.parametrize("theme", ["lamp", "paper", "contrast"])
async def test_the_row_of_the_palette_that_is_marked_stands_out_by_its_ground(story, saves, theme):
    async with at_scene(story, saves, settings=Settings(theme=theme)) as player:
        await player.press("p", "down")
        await player.sees("Journal: all that")
        marked, other = (
            next(style.bgcolor for text, style in styles(player) if words in text)
            for words in ("Journal: all", "Evidence: the")
        )
        assert contrast(marked, other) >= MARKS


async def test_in_the_theme_of_the_terminal_the_marked_row_of_the_palette_is_black_on_its_green(story, saves):
    async with at_scene(story, saves, settings=Settings(theme="terminal")) as player:
        await player.press("p", "down")
        await player.sees("Journal: all that")
        marked = next(style for text, style in styles(player) if "Journal: all" in text)
        assert (marked.color.number, marked.bgcolor.number) == (0, 2)


def test_the_measure_is_that_of_wcag():
    assert contrast(Color.parse("#000000"), Color.parse("#ffffff")) == pytest.approx(21)
    assert contrast(Color.parse("#777777"), Color.parse("#ffffff")) == pytest.approx(4.48, abs=0.005)


# --- few colours and none


async def shown(player: Player) -> None:
    """Selection, standing and record are there in words and marks."""
    await player.sees("> 1 Run to him.")
    await player.press("j")
    await player.sees("As on record", "He wrote so.")
    await player.press("escape", "e")
    await player.sees("The messenger fell.", "Disputed.")


def styles(player: Player) -> Iterator[tuple[str, object]]:
    for strip in player.app.screen._compositor.render_strips():
        for text, style, _ in strip:
            if text.strip():
                yield text, style


@pytest.fixture
def street(story, saves) -> Callable[..., object]:
    def begin(**how: object):
        return at_scene(story, saves, steps=TO_STREET, size=(80, 40), **how)

    return begin


async def test_without_colours_there_are_none_and_everything_is_said_in_words_and_marks(street, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    for theme in (*OURS, "terminal"):
        async with street(settings=Settings(theme=theme)) as player:
            for text, style in styles(player):
                colors = [c for c in (style.color, style.bgcolor) if c is not None]
                assert all(color.is_default for color in colors), (theme, text, style)
            await shown(player)


async def test_the_theme_of_the_terminal_uses_its_sixteen_colours_and_no_other(street):
    async with street(settings=Settings(theme="terminal")) as player:
        for text, style in styles(player):
            assert style.bgcolor is None or style.bgcolor.is_default, (text, style)
            assert style.color is None or style.color.is_default or style.color.number < 16, (text, style)
        await shown(player)


async def test_where_colours_have_no_second_tone_what_is_quiet_is_dim_but_never_what_is_selected(story, saves):
    async with at_scene(story, saves, size=(80, 40), settings=Settings(theme="terminal")) as player:

        def dim(words: str) -> bool:
            return next(bool(style.dim) for text, style in styles(player) if words in text)

        await player.sees("- Burn it. You lack the temper.")
        assert dim("Burn it."), "a choice that is locked"
        assert dim("Third floor, May 1939"), "where a scene is"
        assert dim("Mood: "), "the name of a gauge"
        assert not dim("Look at the clock."), "a choice"
        await player.press("1")
        await player.sees("Mood: bright, up from even")
        assert not dim("bright, up from even"), "how it stands"
        await player.press("home")
        await player.sees("ONE COPY")
        assert not dim("ONE COPY"), "a stamp, read or not: dim red is hard to read"
        await player.press("end", "1")
        await player.sees("> Look at the clock.", "> Stamp it.")
        assert dim("It has stopped."), "what was read"
        assert not dim("Look at the clock."), "what was chosen then"
        await player.press("l")
        await player.sees("play-1 2 steps")
        assert not dim("2\N{NO-BREAK SPACE}step"), "what is selected"
        await player.press("escape", "j", "home")
        await player.sees("Good morning")
        assert not dim("Good morning"), "the journal, all of which was read before"


async def test_where_a_sheet_has_no_colour_of_its_own_the_tape_of_a_cable_is_reversed(tmp_path, saves):
    cable = """{kind: cable, heading: Cable 12, text: NOTHING TO REPORT}"""
    story = write_story(tmp_path / "story", CLERK.replace("text: A long hall.", f"text: {{sheet: {cable}}}"))
    async with at_scene(story, saves, scene="hall", settings=Settings(theme="terminal")) as player:
        assert next(style.reverse for text, style in styles(player) if "NOTHING TO REPORT" in text)


async def test_the_cursor_in_the_room_for_an_answer_is_seen_where_there_are_sixteen_colours(story, saves, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("COLORTERM", raising=False)
    async with at_scene(story, saves, steps=TO_END) as player:
        await player.press("end", "1")
        await player.at(DebriefScreen)
        assert next(style.dim for text, style in styles(player) if "oom for your answer" in text), "nobody typed it"
        await player.press("Y", "e", "s")
        strips = player.app.screen._compositor.render_strips()
        cursor = next(style for strip in strips for text, style, _ in strip if style is not None and style.reverse)
        assert cursor.color.number == 7, "white, as the letters are, reversed"


async def test_the_bar_of_a_vote_has_the_ink_of_the_letters_where_what_is_selected_is_reversed(tmp_path, saves):
    story = write_story(tmp_path / "class", CLASS)
    async with classroom(story, saves, settings=Settings(theme="terminal")) as player:
        await player.press("end", "enter", "4", "enter", "3", "s")
        await player.sees("4 hands, the most", "3 hands")
        bars = [style for text, style in styles(player) if "▀" in text]
        assert [(bool(bar.reverse), bar.color.is_default) for bar in bars] == [(True, True), (False, False)]


async def drawn(street, theme: str) -> list[tuple[str, object]]:
    """The runs of four screens in the colours that TERM says there are."""
    found = []
    async with street(settings=Settings(theme=theme)) as player:
        for keys in ([], ["p"], ["escape", "f", "1"], ["escape", "escape", "s"]):
            await player.press(*keys)
            found += styles(player)
        await player.press("escape")
        await shown(player)
    return found


@pytest.mark.parametrize("theme", [LAMP.name, PAPER.name])
async def test_where_there_are_256_colours_each_ink_is_one_of_them_and_read_as_easily(street, monkeypatch, theme):
    """No ink turns into another on the way, as cream does into pink and a sheet into the desk."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("COLORTERM", raising=False)
    for text, style in await drawn(street, theme):
        inks = [c for c in (style.color, style.bgcolor) if c is not None]
        for ink in inks:
            there = ink.downgrade(ColorSystem.EIGHT_BIT).get_truecolor()
            assert all(abs(a - b) <= 1 for a, b in zip(there, ink.get_truecolor(), strict=True)), (text, style)
        if any(map(str.isalnum, text)):  # a rule may be fainter
            triplets = [c.get_truecolor() for c in inks]
            assert contrast(*map(Color.from_triplet, triplets)) >= 4.5, (text, style)


NAMED = (  # what terminals show for the 16 names: xterm, and the console of Linux and of old screens
    "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff",
    "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff",
)


@pytest.mark.parametrize("theme", OURS)
async def test_where_there_are_sixteen_colours_each_theme_is_made_of_them_and_read_as_easily(
    street, monkeypatch, theme
):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("COLORTERM", raising=False)
    for text, style in await drawn(street, theme):
        inks = [c.number for c in (style.color, style.bgcolor) if c is not None]
        assert len(inks) == 2, (text, style)
        assert None not in inks, (text, style)
        for named in NAMED:
            colors = [Color.parse(f"#{named.split()[ink]}") for ink in inks]
            assert contrast(*colors) >= 4.5, (text, style)
