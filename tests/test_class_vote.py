"""The vote of a class: counting hands, ties, overruling, and no vote at all."""

from pathlib import Path

import pytest

from game.play.ballot import MOST
from game.story.model import Story
from game.tui.screens.vote import ClassScreen, VoteScreen
from game.tui.widgets.reader import Reader
from tests.screen import GUARD, write_story
from tests.test_terminal import Terminal, terminal  # noqa: F401  # a fixture
from tests.voting import CLASS, classroom, kept, slots, voting


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return write_story(tmp_path / "story", CLASS)


@pytest.fixture
def saves(tmp_path: Path) -> Path:
    return tmp_path / "saves"


# --- counting


async def test_on_the_least_screen_the_hands_stand_below_the_words_of_the_page(story, saves):
    async with voting(story, saves) as player:
        await player.resize(20, 5)
        await player.press("pageup", "pageup")
        await player.sees("The office no hands given Type the hands")


async def test_a_teacher_types_the_hands_of_each_option_and_takes_the_one_with_most(story, saves):
    async with voting(story, saves) as player:
        await player.sees("The office", "no hands given", "Type the hands for the option marked")
        await player.press("1", "2", "enter")
        await player.sees("12 hands given", "1 Look at the clock. counted", "> 2 Send it up.")
        await player.press("3", "enter", "1", "5")
        await player.sees("30 hands given", "enter show the counts")
        assert "s show" not in player.words, "the same said twice"
        await player.press("enter")
        await player.sees("Most hands for 3.", "12 hands", "3 hands", "15 hands, the most", "> 3 Stamp it.")
        await player.press("enter")
        await player.sees("The stamp comes down.")
    assert kept(saves, story) == [("office/stamp_it", [12, 3, 15])]


async def test_counts_are_nowhere_on_the_screen_before_they_are_shown_and_can_be_hidden_again(story, saves):
    async with voting(story, saves, size=(120, 40)) as player:
        await player.press("1", "7", "enter", "9", "enter", "4")
        await player.sees("30 hands given")
        for hidden in ("17", "9 hands", "▀", "most"):
            assert hidden not in player.words
        await player.press("s")
        await player.sees("17 hands, the most", "9 hands", "4 hands", "▀")
        await player.press("s")
        await player.sees("30 hands given", "All are counted.")
        for hidden in ("17", "9 hands", "▀", "most"):
            assert hidden not in player.words


async def test_students_give_hands_one_by_one_and_the_last_can_be_taken_back(story, saves):
    async with voting(story, saves) as player:
        await player.press("h")
        await player.sees("Press the number of one option, once.")
        assert ">" not in player.text
        for key in "123312":
            await player.press(key)
        await player.sees("6 hands given")
        await player.press("backspace", "3")
        await player.sees("6 hands given")
        assert "counted" not in player.words
        await player.press("enter")
        await player.sees("2 hands", "1 hand", "3 hands, the most", "> 3 Stamp it.")
        await player.press("enter")
        await player.sees("The stamp comes down.")
    assert kept(saves, story) == [("office/stamp_it", [2, 1, 3])]


async def test_a_key_too_many_takes_nothing_back_and_names_no_option(story, saves):
    async with voting(story, saves) as player:
        await player.press("h", "backspace", "4", "0", "9")
        await player.sees("no hands given")
        await player.press("2", "backspace", "backspace")
        await player.sees("no hands given")


async def test_the_line_of_keys_keeps_the_way_back_where_it_has_no_room_for_all(story, saves):
    async with voting(story, saves) as player:
        keys = player.text.rstrip().split("\n")[-1]
        assert keys.split()[:3] == ["enter", "next", "option"]
        assert keys.endswith("esc back  p actions  ? help")


async def test_a_digit_typed_wrong_is_rubbed_out_and_a_count_typed_anew(story, saves):
    async with voting(story, saves) as player:
        await player.press("1", "8", "backspace", "2")
        await player.sees("12 hands given")
        await player.press("backspace", "backspace")
        await player.sees("no hands given")
        await player.press(*"9999")
        await player.sees(f"{MOST} hands given")


async def test_arrows_and_tab_go_to_the_option_that_is_counted_next(story, saves):
    async with voting(story, saves) as player:
        await player.press("down", "5", "tab", "2", "up", "up", "1", "enter")
        await player.sees("8 hands given", "Most hands for 2.")
        await player.press("enter")
        await player.until(lambda: player.app.screen.__class__ is ClassScreen)
    assert kept(saves, story) == [("office/send_it_up", [1, 5, 2])]


async def test_the_way_of_counting_is_the_same_on_the_next_page(story, saves):
    async with voting(story, saves) as player:
        await player.press("h", "1", "enter", "enter", "end", "enter")
        await player.sees("Press the number of one option, once.", "no hands given")


async def test_a_count_that_is_come_back_to_is_typed_anew_also_when_the_vote_was_left(story, saves):
    async with voting(story, saves) as player:
        await player.press("1", "2", "down", "up", "5")
        await player.sees("5 hands given")
        await player.press("3", "enter", "1", "escape", "end", "enter", "4")
        await player.sees("5 hands given")
        await player.until(lambda: slots(saves, story).read("vote-1").extra["vote"]["hands"] == [4, 1, 0])


async def test_a_key_that_is_held_down_gives_one_hand_and_is_typed_as_often_as_it_is_pressed(story, saves, monkeypatch):
    async with voting(story, saves) as player:
        monkeypatch.setattr(Reader, "GUARD", 60)
        await player.rush("1", "1")
        await player.sees("11 hands given")
        monkeypatch.setattr(Reader, "GUARD", 0)
        await player.press("backspace", "backspace", "h")
        await player.sees("no hands given", "Press the number")
        await player.until(lambda: player.reader.is_open)
        monkeypatch.setattr(Reader, "GUARD", 60)
        await player.rush(*"22223")
        await player.sees("2 hands given")


# --- ties, overruling, and no vote at all


async def test_on_a_tie_nothing_is_taken_until_the_teacher_picks_among_the_tied(story, saves):
    async with voting(story, saves) as player:
        await player.press("7", "enter", "2", "enter", "7", "enter")
        await player.sees("A tie of 1 and 3: the teacher decides.", "7 hands, a tie")
        assert ">" not in player.text
        assert "take it" not in player.words
        assert "choose now" not in player.words
        await player.press("enter")
        await player.sees("Arrows mark one.")
        await player.at(VoteScreen)
        await player.press("down", "down")
        await player.sees("> 3 Stamp it.", "enter take it")
        await player.press("down", "up", "down", "enter")
        await player.sees("The stamp comes down.")
    assert kept(saves, story) == [("office/stamp_it", [7, 2, 7])]


async def test_a_correction_goes_from_option_to_option_as_the_first_count_did(story, saves):
    async with voting(story, saves, size=(80, 24)) as player:
        await player.press("1", "3", "enter", "1", "5", "enter", "2", "enter", "s")
        await player.sees("All are counted.", "> 1 Look at the clock.")
        await player.press("1", "2")
        await player.sees("29 hands given", "enter next option")
        await player.press("enter", "1", "6", "enter", "enter")
        await player.sees("12 hands", "16 hands, the most", "2 hands", "> 2 Send it up.")
    assert kept(saves, story) == []


async def test_counts_that_are_shown_too_early_say_that_not_all_are_counted(story, saves):
    async with voting(story, saves, size=(80, 24)) as player:
        await player.press("1", "3", "enter", "s")
        await player.sees("Not all are counted. Most hands for 1.")


async def test_enter_is_told_as_the_way_to_the_vote_only_where_it_is(story, saves):
    async with classroom(story, saves, size=(66, 13)) as player:
        await player.sees("space more")
        assert "enter vote" not in player.words
        await player.press("end")
        await player.sees("enter vote")


async def test_the_teacher_may_overrule_the_class(story, saves):
    async with voting(story, saves) as player:
        await player.press("9", "enter", "1", "enter", "5", "enter")
        await player.sees("Most hands for 1.", "> 1 Look at the clock.")
        await player.press("3", "enter")
        await player.sees("The stamp comes down.")
        await player.press("j")
        assert "5 of 15 hands; 9 for another." in player.written
    assert kept(saves, story) == [("office/stamp_it", [9, 1, 5])]


async def test_the_teacher_may_choose_without_a_vote(story, saves):
    async with classroom(story, saves) as player:
        await player.press("end", "3")
        await player.sees("> 3 Stamp it.")
        await player.press("c")
        await player.sees("The stamp comes down.")
    assert kept(saves, story) == [("office/stamp_it", None)]


async def test_where_nobody_raised_a_hand_the_teacher_decides(story, saves):
    async with voting(story, saves) as player:
        await player.press("s")
        await player.sees("No hands were given: the teacher decides.")
        await player.press("c", "enter")
        await player.sees("Arrows mark one.")
        await player.press("down", "down", "enter")
        await player.until(lambda: player.app.screen.__class__ is ClassScreen)
    assert kept(saves, story) == [("office/send_it_up", None)]


async def test_a_page_that_only_goes_on_is_not_voted_on(story, saves):
    async with classroom(story, saves) as player:
        await player.press("end", "3", "c", "end")
        await player.sees("A long hall.", "1 Continue")
        assert "enter vote" not in player.words
        await player.press("1")
        await player.sees("Record card: I. The desk")
        assert "a ask" not in player.words, "the question of a scene that is still to come"
        await player.press("end", "1")
        await player.sees("II. The street", "a ask")
        await player.until(lambda: kept(saves, story) == [("office/stamp_it", None), ("hall/continue", None)])


async def test_a_click_marks_gives_a_hand_or_takes_and_the_mouse_alone_marks_nothing(story, saves):
    async with voting(story, saves) as player:
        await player.click("Stamp it.")
        await player.sees("> 3 Stamp it.")
        await player.pilot.hover(Reader, offset=(10, 4))
        await player.sees("> 3 Stamp it.")
        await player.press("h")
        await player.click("Send it up.")
        await player.sees("1 hand given")
        await player.press("enter")
        await player.sees("1 hand, the most")
        await player.painted()
        await player.click("Look at the clock.")
        await player.sees("It has stopped.")
    assert kept(saves, story) == [("office/look_at_the_clock", [0, 1, 0])]


async def test_enter_pressed_twice_shows_the_counts_and_takes_nothing(story, saves, monkeypatch):
    monkeypatch.setattr(Reader, "GUARD", GUARD)
    async with voting(story, saves) as player:
        await player.press("h", "2")
        await player.rush("enter", "enter", "enter")
        await player.sees("1 hand, the most")
        await player.at(VoteScreen)
