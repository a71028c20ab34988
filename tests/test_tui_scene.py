"""The page of a scene: what it shows, and how a choice is taken."""

from pathlib import Path

import pytest
from rich.cells import cell_len

from game.play.session import Session
from game.play.slots import Play, Slots
from game.story.model import Story
from game.tui.screens.scene import SceneScreen
from game.tui.screens.title import TitleScreen
from game.tui.themes import style_of
from game.tui.widgets.reader import Reader
from tests.screen import CLERK, at_scene, long_story, playing, ways, write_story


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return write_story(tmp_path / "story")


@pytest.fixture
def long(tmp_path: Path) -> Story:
    return write_story(tmp_path / "story", long_story())


@pytest.fixture
def saves(tmp_path: Path) -> Path:
    return tmp_path / "saves"


async def test_a_page_shows_place_date_gauges_plate_and_a_framed_sheet(story, saves):
    async with at_scene(story, saves, size=(80, 40)) as player:
        header, *_, gauges, keys = player.text.split("\n")
        assert header.split("  ")[1] == "Third floor"
        assert header.endswith("May 1939")
        assert gauges.strip() == "Mood: even   Days left: 9"
        assert keys.strip().startswith("e evidence")
        assert keys.strip().endswith("p actions  ? help")
        assert "|______|" in player.text
        await player.sees("I. The desk", "The office", "Good morning, nobody.")
        assert "│ MEMORANDUM " in player.text
        assert "│ Order 12 " in player.text
        assert "│ ONE COPY │ │" in player.text
        assert "│ Item     Ink " in player.text
        assert "│   to be fetched " in player.text
        assert " The chief │" in player.text
        assert "└────" in player.text


async def test_a_locked_choice_shows_its_reason_and_can_not_be_chosen(story, saves):
    async with at_scene(story, saves, size=(80, 40)) as player:
        await player.sees("> 1 Look at the clock.", "- Burn it. You lack the temper.", "2 Stamp it.")
        await player.click("Burn it.")
        await player.press("3")
        assert player.steps == []
        await player.press("down")
        await player.sees("> 2 Stamp it.")


@pytest.mark.parametrize("keys", [["2"], ["down", "enter"], ["tab", "enter"], ["down", "up", "tab", "enter"]])
async def test_keys_take_a_choice(story, saves, keys):
    async with at_scene(story, saves, size=(80, 40)) as player:
        await player.press(*keys)
        assert player.steps == ["office/stamp_it"]


async def test_a_click_takes_a_choice(story, saves):
    async with at_scene(story, saves, size=(80, 40)) as player:
        await player.click("Stamp it.")
        assert player.steps == ["office/stamp_it"]


async def test_the_mouse_over_a_choice_selects_it(story, saves):
    async with at_scene(story, saves, size=(80, 40)) as player:
        y = next(i for i, line in enumerate(player.text.split("\n")) if "Stamp it." in line)
        await player.pilot.hover(offset=(20, y))
        await player.sees("> 2 Stamp it.")
        assert player.steps == []


async def test_a_step_echoes_the_choice_gives_the_reply_and_changes_the_gauges(story, saves):
    async with at_scene(story, saves, size=(80, 40)) as player:
        await player.press("2")
        await player.sees("> Stamp it.", "The stamp comes down.", "The hall", "A long hall.", "1 Continue")
        await player.sees("Days left: 7")


async def test_a_change_of_a_gauge_is_said_in_words_until_the_next_step(story, saves):
    async with at_scene(story, saves, size=(80, 40)) as player:
        await player.press("1")
        await player.sees("Mood: bright, up from even Days left: 9")
        await player.press("1")
        await player.sees("Mood: bright Days left: 7, down from 9")
        await player.press("u")
        await player.sees("Mood: bright, up from even Days left: 9")


async def test_a_change_within_the_same_word_is_said_too(tmp_path, saves):
    text = CLERK.replace("words: {0-1: sour, 2: even, 3-4: bright}", "words: {0-1: sour, 2-4: even}")
    async with at_scene(write_story(tmp_path / "even", text), saves, size=(80, 40)) as player:
        await player.press("1")
        await player.sees("Mood: even, a little higher")


async def test_a_wide_screen_has_the_gauges_beside_the_text_and_a_narrower_one_below(story, saves):
    async with at_scene(story, saves, size=(120, 40)) as player:
        await player.press("1")
        assert player.margin == "Mood bright up from even Days left 9"
        lines = player.text.split("\n")
        assert [line.rstrip().endswith(word) for line, word in zip(lines[3:6], ["Mood", "bright", "even"], strict=True)]
        assert "Mood:" not in player.words
        player.app.settings.gauges = False
        player.app.screen.setting_changed()
        assert player.margin == ""
        player.app.settings.gauges = True
        player.app.screen.setting_changed()
        assert player.margin.startswith("Mood bright")
        await player.resize(109, 40)
        assert player.margin == ""
        await player.sees("Mood: bright, up from even Days left: 9")
        await player.resize(40, 24)
        await player.sees("Mood bright, up Days left 9")  # from where has no room, nor have colons
        assert "Mood bright, up   Days left 9" in player.text, "no closer than they must be"
        await player.resize(30, 24)
        await player.until(lambda: "Days left" not in player.words)  # it has no room: it is left out whole
        await player.sees("Mood bright, up")
        assert "…" not in player.words
        await player.resize(60, 7)
        assert "Mood" not in player.words


async def test_what_was_read_is_in_the_second_tone(story, saves):
    async with at_scene(story, saves, size=(80, 60)) as player:
        old = style_of("old", player.app.theme_variables, named=False).color
        assert player.colour("Good morning") != old
        await player.press("1")
        assert player.colour("Good morning") == old
        assert player.colour("It has stopped.") != old


@pytest.mark.parametrize("keys", [["4", "0"], ["4", "enter"], ["1", "2"], ["3", "enter"], ["5"], ["end", "enter"]])
async def test_any_of_forty_choices_is_taken_by_its_number(tmp_path, saves, keys):
    story = write_story(tmp_path / "story", long_story(ways(40)).replace("and ends at", "to"))
    async with at_scene(story, saves, size=(80, 300)) as player:
        await player.sees("> 1 Way 1.", " 40 Way 40.")
        await player.press(*keys)
        number = "".join(key for key in keys if key.isdigit()) or "1"
        assert player.steps == [f"page/way_{number}"]


async def test_a_number_of_two_digits_takes_a_choice_far_below_in_the_end(tmp_path, saves):
    async with at_scene(write_story(tmp_path / "story", long_story(ways(40))), saves, size=(60, 13)) as player:
        await player.press("end")
        presses = 0
        while not player.steps:
            await player.press("2", "5")
            presses += 1
        assert presses < 4
        assert player.steps == ["page/way_25"]


async def test_among_forty_choices_a_number_brings_its_own_into_view_at_once(tmp_path, saves):
    """No text is jumped over, for the choices have begun; the keys say how many there are below."""
    story = write_story(tmp_path / "story", long_story(ways(40), paragraphs=1))
    async with at_scene(story, saves, size=(80, 24)) as player:
        await player.sees("> 1 Way 1.")
        below = 40 - sum(f"Way {n}." in player.words for n in range(1, 41))
        await player.sees(f"space more ({below} below)")
        await player.press("3", "8")
        await player.sees("> 38 Way 38.")
        assert not player.steps
        await player.press("enter")
        assert player.steps == ["page/way_38"]


async def test_a_digit_long_after_another_begins_a_number_of_its_own(tmp_path, saves, monkeypatch):
    monkeypatch.setattr(Reader, "PAUSE", -1)  # seconds
    story = write_story(tmp_path / "story", long_story(ways(40), paragraphs=1))
    async with at_scene(story, saves, size=(80, 60)) as player:
        await player.press("3")
        await player.sees("> 3 Way 3.")
        await player.press("8")
        assert player.steps == ["page/way_8"]


async def test_enter_is_said_to_choose_only_where_it_does(tmp_path, saves):
    """Where no option is in view it goes down, which the space bar is said to do."""
    async with at_scene(write_story(tmp_path / "story", long_story()), saves) as player:
        await player.press("j")
        await player.sees("> 1 Write this play", "enter choose")
        await player.press("home")
        await player.sees("space more")
        assert "enter choose" not in player.words


async def test_a_number_beyond_the_choices_takes_nothing(tmp_path, saves):
    async with at_scene(write_story(tmp_path / "story", long_story(ways(12))), saves, size=(80, 300)) as player:
        await player.press("1", "5", "0")
        assert player.steps == []
        await player.press("1", "1")
        assert player.steps == ["page/way_11"]


async def test_what_was_read_stays_above_what_is_new(story, saves):
    async with at_scene(story, saves, size=(80, 14)) as player:
        await player.press("end", "2")
        await player.sees("> Stamp it.")
        assert "Good morning" not in player.words
        await player.press("home")
        await player.sees("I. The desk")
        assert player.written.index("Good morning") < player.written.index("> Stamp it.")


async def test_a_click_beside_the_text_leaves_the_keys_with_it(story, saves):
    async with at_scene(story, saves, size=(80, 40)) as player:
        await player.click("May 1939")
        await player.click("Mood: even")
        await player.press("2")
        assert player.steps == ["office/stamp_it"]


async def test_numbers_that_no_choice_has_do_nothing(story, saves):
    async with at_scene(story, saves, size=(80, 40)) as player:
        await player.press("3", "4", "5", "6", "7", "8", "9", "0")
        assert player.steps == []
        assert type(player.app.screen) is SceneScreen


async def test_a_choice_below_the_fold_is_not_taken_before_it_has_been_in_view(long, saves):
    async with at_scene(long, saves) as player:
        seen: set[int] = set()
        for key in ["1", "enter"] * 30:
            if player.steps:
                break
            seen |= {n for n in range(60) if f"mark{n}." in player.words}
            shown = "Far below." in player.words
            await player.press(key)
        assert player.steps == ["page/far_below"]
        assert shown
        assert seen == set(range(60))


async def test_a_click_on_a_choice_that_is_half_in_view_brings_it_into_view(tmp_path, saves):
    label = "A choice of very many words, " * 6
    story = write_story(tmp_path / "story", long_story(f"[{{label: '{label}', id: far, go: out}}]"))
    async with at_scene(story, saves) as player:
        await player.press("end", "up", "pageup")
        while "A choice" not in player.words:
            await player.wheel()
        if not player.reader.in_view(0):
            await player.click("A choice")
            assert player.steps == []
        while not player.reader.in_view(0):
            await player.wheel()
        await player.click("A choice")
        assert player.steps == ["page/far"]


async def test_a_choice_taller_than_the_screen_can_be_taken(tmp_path, saves):
    label = "So many words that no screen holds them. " * 20
    story = write_story(tmp_path / "story", long_story(f"[{{label: '{label}', id: far, go: out}}]"))
    async with at_scene(story, saves, size=(40, 8)) as player:
        await player.press("end")
        for _ in range(20):
            if player.steps:
                break
            await player.press("1")
        assert player.steps == ["page/far"]


async def test_choices_can_be_walked_although_the_first_is_far_below(tmp_path, saves):
    story = write_story(tmp_path / "story", long_story(ways(30)))
    async with at_scene(story, saves) as player:
        await player.press("end")
        for n in range(29, -1, -1):
            player.reader.select(n)
        await player.press(*["down"] * 40)
        await player.sees("> 30 Way 30.")
        await player.press("enter")
        assert player.steps == ["page/way_30"]


async def test_a_page_without_a_way_on_says_so_and_can_be_undone(tmp_path, saves):
    text = (
        "format: 1\nid: stuck\ntitle: Stuck\nstart: a\nstate: {x: false}\nscenes:\n  a: {text: A., next: b}\n"
        "  b: {text: B., choices: [{label: Never., when: x, locked: Not now., go: end}]}\n"
        "  end: {text: End., ending: {title: End}}\n"
    )
    async with at_scene(write_story(tmp_path / "story", text), saves) as player:
        await player.press("1")
        await player.sees("This page offers no way on: a mistake of the story.", "- Never. Not now.")
        await player.press("enter", "1", "u")
        await player.sees("1 Continue")
        assert player.steps == []


async def test_undo_goes_back_to_the_first_page_and_then_says_there_is_nothing(story, saves):
    async with at_scene(story, saves, steps=("office/look_at_the_clock", "office/stamp_it")) as player:
        await player.press("u")
        assert player.steps == ["office/look_at_the_clock"]
        await player.sees("It has stopped.", "Mood: bright")
        await player.press("u")
        assert player.steps == []
        await player.sees("Mood: even")
        await player.press("u")
        await player.sees("There is nothing to undo.")
        gauges, keys = player.text.split("\n")[-2:]  # which the notice leaves as they are
        assert gauges.split() == "Mood: even Days left: 9".split()
        assert keys.endswith("p actions  ? help")
        assert player.steps == []
        assert Slots(saves, story).read("play-1").steps == []


async def test_a_play_that_is_resumed_shows_the_chapter_so_far_and_where_it_stands(story, saves):
    session = Session(story)
    session.choose("office/look_at_the_clock")
    session.choose("office/stamp_it")
    Play(session, Slots(saves, story), "mine").save()
    async with playing(story, saves, slot="mine", size=(80, 14)) as player:
        await player.at(SceneScreen)
        await player.sees("> Stamp it.", "The hall")
        written = player.written
        words = ["|______|", "I. The desk", "Good morning", "> Look at the clock.", "It has stopped.", "> Stamp it."]
        assert [word for word in words if word not in written] == []
        assert [written.index(word) for word in words] == sorted(written.index(word) for word in words)


async def test_leaving_and_coming_back_is_the_same_page(story, saves):
    async with at_scene(story, saves, steps=("office/stamp_it",)) as player:
        before = player.text
        await player.press("escape")
        await player.at(TitleScreen)
        await player.press("1")
        await player.at(SceneScreen)
        await player.until(lambda: player.text == before)


async def test_wide_characters_marks_and_endless_words_are_drawn(tmp_path, saves):
    words = {"The office": "漢字の机", "Third floor": "e\u0301tage", "Item     Ink": "字" * 50, "Look at": "x" * 200}
    text = CLERK
    for plain, odd in words.items():
        text = text.replace(plain, odd)
    async with at_scene(write_story(tmp_path / "story", text), saves, size=(80, 40)) as player:
        await player.sees("漢字の机", "e\u0301tage", "x" * 40)
        assert player.text.count("字") == 51
        frame = [line for line in player.text.split("\n") if line.strip().startswith(("│", "┌", "└"))]
        assert {cell_len(line) for line in frame} == {74}
