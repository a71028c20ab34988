"""A class plays on one screen: hands are counted, hidden until they are shown, and kept with each step."""

import gc
import io
import os
import random
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from rich.cells import cell_len

from game.classroom.handed import gather
from game.classroom.purge import ours
from game.classroom.results import Results
from game.cli import main
from game.plain_vote import ClassLineMode
from game.play.ballot import KEY, MOST, Ballot, counted
from game.play.page import Card
from game.play.session import Session
from game.play.slots import Play, Slots
from game.settings import Settings
from game.story.loader import load
from game.story.model import Story
from game.tui.screens.begin import BeginScreen
from game.tui.screens.debrief import DebriefScreen
from game.tui.screens.help import HelpScreen
from game.tui.screens.title import TitleScreen
from game.tui.screens.vote import AskScreen, ClassScreen, VoteScreen
from game.tui.widgets.reader import Reader
from tests.screen import CLERK, GUARD, SPECIAL_TASKS, Player, playing, write_story
from tests.test_terminal import Terminal, terminal  # noqa: F401  # a fixture

THREE = CLERK.replace(
    "      - label: Stamp it.\n", "      - {label: Send it up., go: hall}\n      - label: Stamp it.\n"
).replace("    date: May 1939\n", "    date: May 1939\n    discuss: Whose stamp is it?\n")
THREE = THREE.replace("    date: June 1939\n", "    date: June 1939\n    discuss: Who saw it?\n")
CLASS = THREE + "class: {answers: {pace: brief}, minutes: 10}\n"
OFFICE = ("office/look_at_the_clock", "office/send_it_up", "office/stamp_it")
HANDS = 30


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return write_story(tmp_path / "story", CLASS)


@pytest.fixture
def saves(tmp_path: Path) -> Path:
    return tmp_path / "saves"


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


# --- counting


async def test_a_teacher_types_the_hands_of_each_option_and_takes_the_one_with_most(story, saves):
    async with voting(story, saves) as player:
        await player.sees("The office", "no hands given", "Type the hands for the option marked")
        await player.press("1", "2", "enter")
        await player.sees("12 hands given", "1 Look at the clock. counted", "> 2 Send it up.")
        await player.press("3", "enter", "1", "5")
        await player.sees("30 hands given", "enter show the counts")
        await player.press("enter")
        await player.sees("Most hands for 3.", "12 hands", "3 hands", "15 hands, the most", "> 3 Stamp it.")
        await player.press("enter")
        await player.sees("The stamp comes down.")
    assert kept(saves, story) == [("office/stamp_it", [12, 3, 15])]


async def test_counts_are_nowhere_on_the_screen_before_they_are_shown_and_can_be_hidden_again(story, saves):
    async with voting(story, saves, size=(120, 40)) as player:
        await player.press("1", "7", "enter", "9", "enter", "4")
        await player.sees("30 hands given")
        for hidden in ("17", "9 hands", "▆", "most"):
            assert hidden not in player.words
        await player.press("s")
        await player.sees("17 hands, the most", "9 hands", "4 hands", "▆")
        await player.press("s")
        await player.sees("30 hands given", "Type the hands")
        for hidden in ("17", "9 hands", "▆", "most"):
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
        assert slots(saves, story).read("vote-1").extra["vote"]["hands"] == [4, 1, 0]


async def test_a_key_that_is_held_down_gives_one_hand_and_is_typed_as_often_as_it_is_pressed(story, saves, monkeypatch):
    async with voting(story, saves) as player:
        monkeypatch.setattr(Reader, "GUARD", 60)
        await player.rush("1", "1")
        await player.sees("11 hands given")
        monkeypatch.setattr(Reader, "GUARD", 0)
        await player.press("backspace", "backspace", "h")
        monkeypatch.setattr(Reader, "GUARD", 60)
        await player.rush(*"22223")
        await player.sees("2 hands given")


# --- ties, overruling, and no vote at all


async def test_on_a_tie_nothing_is_taken_until_the_teacher_picks_among_the_tied(story, saves):
    async with voting(story, saves) as player:
        await player.press("7", "enter", "2", "enter", "7", "enter")
        await player.sees("A tie of 1 and 3: the teacher decides.", "7 hands, a tie")
        assert ">" not in player.text
        await player.press("enter")
        await player.sees("Mark one with the arrows.")
        await player.at(VoteScreen)
        await player.press("down", "down")
        await player.sees("> 3 Stamp it.")
        await player.press("down", "up", "down", "enter")
        await player.sees("The stamp comes down.")
    assert kept(saves, story) == [("office/stamp_it", [7, 2, 7])]


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
        await player.sees("Mark one with the arrows.")
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
        assert kept(saves, story) == [("office/stamp_it", None), ("hall/continue", None)]


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


# --- the lesson


async def test_a_class_begins_with_the_answers_of_the_story_and_gives_no_name(story, saves):
    async with playing(story, saves, size=(66, 13), voting=True) as player:
        await player.sees("Begin a new vote")
        await player.press("1")
        await player.at(BeginScreen)
        await player.sees("A man is hurt in one scene.")
        await player.press("1")
        await player.at(ClassScreen)
        assert player.session.answers == {"pace": "brief", "name": "nobody"}
        await player.press("escape")
        await player.at(TitleScreen)
        await player.sees("Continue: vote-1")


async def test_a_story_without_a_class_key_asks_what_has_few_answers(tmp_path, saves):
    async with playing(write_story(tmp_path / "story", THREE), saves, voting=True) as player:
        await player.press("1", "1")
        await player.sees("How much time is there?")
        await player.press("2")
        await player.at(ClassScreen)
        assert player.session.answers == {"pace": "brief", "name": "nobody"}


async def test_a_question_for_the_class_is_put_up_alone_and_taken_away(story, saves):
    async with classroom(story, saves) as player:
        await player.sees("a ask")
        await player.press("a")
        await player.at(AskScreen)
        lines = [line for line in player.text.split("\n") if line.strip()]
        assert [line.strip() for line in lines][1:-1] == ["Whose stamp is it?"]
        await player.press("a")
        await player.at(ClassScreen)
        await player.press("end", "2", "c")
        await player.sees("> Send it up.")
        await player.press("a")
        await player.until(lambda: "no question" in player.notices)
        assert "a ask" not in player.words


async def test_the_timer_tells_and_forces_nothing(story, saves):
    async with voting(story, saves) as player:
        now = [100.0]
        page = player.app.screen.page
        page.countdown.clock = lambda: now[0]

        async def after(seconds: float, words: str) -> None:
            now[0] += seconds
            player.app.screen.tick()
            await player.sees(words)

        assert "left" not in player.text
        await player.press("t")
        await player.sees("2:00 left")
        await after(60.5, "1:00 left")
        await player.press("t")
        await after(0, "2:00 left")
        await player.press("escape", "a")
        await player.at(AskScreen)
        await after(115, "0:05 left")
        await player.press("escape")
        await after(6, "time")
        assert type(player.app.screen) is ClassScreen
        assert player.steps == []
        await player.press("t")
        await player.until(lambda: player.text.split("\n")[0].strip().endswith("May 1939"))
        await player.press("t", "x")
        await player.until(lambda: player.text.split("\n")[0].strip().endswith("May 1939"))


async def test_hands_are_kept_with_each_key_and_a_vote_that_was_left_goes_on(story, saves):
    async with voting(story, saves) as player:
        await player.press("h", "1", "3", "3")
        await player.sees("3 hands given")
        assert slots(saves, story).read("vote-1").extra["vote"]["hands"] == [1, 0, 2]
        await player.press("escape")
        await player.at(ClassScreen)
        await player.press("end", "enter")
        await player.sees("3 hands given")
    async with playing(story, saves, size=(66, 13), slot="vote-1", voting=True) as player:
        await player.at(ClassScreen)
        await player.sees("vote, 3 hands given")
        await player.press("end", "enter", "backspace", "1", "enter")
        await player.sees("2 hands, the most", "1 hand", "no hands")
        await player.press("enter")
        await player.sees("It has stopped.")
        await player.press("end", "enter")
        await player.sees("no hands given")
    assert kept(saves, story) == [("office/look_at_the_clock", [2, 0, 1])]


async def test_a_disk_that_refuses_is_told_and_the_vote_goes_on(story, saves):
    async with voting(story, saves) as player:
        shutil.rmtree(saves)
        saves.write_text("")
        await player.press("4")
        await player.until(lambda: "Not saved" in player.notices)
        await player.sees("4 hands given")


@pytest.mark.parametrize(
    "mark",
    [
        7,
        {"options": 3},
        {"options": list(OFFICE), "hands": [1, 2]},
        {"options": list(OFFICE), "hands": [1, "2", 3]},
        {"options": list(OFFICE), "hands": [1, -2, 3]},
        {"options": ["hall/continue"], "hands": [9]},
    ],
)
def test_kept_hands_that_are_no_vote_on_this_page_are_none(mark):
    assert Ballot.of(OFFICE, {"vote": mark}).hands == [0, 0, 0]


async def test_a_step_taken_back_by_mistake_is_taken_again_with_its_hands(story, saves):
    async with voting(story, saves) as player:
        await player.press("4", "enter", "2", "enter", "enter", "enter", "u")
        await player.until(lambda: player.steps == [])
        await player.sees("vote, 6 hands given")
    assert kept(saves, story) == []
    async with playing(story, saves, size=(66, 13), slot="vote-1", voting=True) as player:
        await player.at(ClassScreen)
        await player.press("end", "enter")
        await player.sees("6 hands given", "These hands were taken back with their step. New ones replace them all.")
        await player.press("enter")
        await player.sees("4 hands, the most", "2 hands", "no hands")
        await player.press("enter")
        await player.sees("It has stopped.")
    assert kept(saves, story) == [("office/look_at_the_clock", [4, 2, 0])]


@pytest.mark.parametrize("one_by_one", [False, True])
async def test_a_vote_that_is_taken_again_has_no_hand_of_the_one_before(story, saves, one_by_one):
    async with voting(story, saves) as player:
        await player.press("4", "enter", "2", "enter", "enter", "enter", "u")
        await player.until(lambda: player.steps == [])
        await player.press("end", "enter")
        if one_by_one:
            await player.press("h", "3", "3")
        else:
            await player.press("down", "down", "2")
        await player.sees("2 hands given", "Press the number" if one_by_one else "Type the hands")
        assert slots(saves, story).read("vote-1").extra["vote"]["hands"] == [0, 0, 2]
        await player.press("s", "enter")
        await player.until(lambda: player.steps == ["office/stamp_it"])
    assert kept(saves, story) == [("office/stamp_it", [0, 0, 2])]


async def test_going_back_over_many_steps_gives_the_hands_of_the_first_of_them_back(story, saves):
    """As the journal does: those of the page that is open again; the copy keeps them all."""
    play = Play(Session(story, {"pace": "brief"}), slots(saves, story), "vote-1")
    play.extra[KEY] = {}
    for step in ("office/look_at_the_clock", "office/send_it_up"):
        play.session.choose(step, tuple(range(1, len(play.session.offered) + 1)))
    play.rewind(1, "vote-2")
    assert Ballot.of(play.session.offered, play.extra).hands == [1, 2, 3]
    play.session.choose("office/look_at_the_clock")
    assert play.undo()
    assert Ballot.of(play.session.offered, play.extra).hands == [0, 0, 0], "it was taken without a vote"
    assert not play.undo()
    assert [len(step["hands"]) for step in slots(saves, story).read("vote-2").steps] == [3, 2]


def test_hands_that_an_alone_player_never_gave_are_not_kept(story, saves):
    play = Play(Session(story, {"pace": "brief"}), slots(saves, story), "play-1")
    play.session.choose("office/stamp_it", (1, 2, 3))
    assert play.undo()
    assert play.extra == {}


@pytest.mark.parametrize("size", [(66, 13), (80, 24), (120, 40), (300, 80), (40, 10), (20, 5)], ids=str)
async def test_the_vote_fits_every_size_with_all_its_counts(story, saves, size):
    async with voting(story, saves, size=(66, 13)) as player:
        await player.press("1", "2", "enter", "1", "enter", "8", "s")
        await player.resize(*size)
        lines = player.text.split("\n")
        assert len(lines) == size[1]
        assert max(cell_len(line) for line in lines) <= size[0]
        for words in ("Most hands for 1.", "12 hands, the most", "1 hand", "8 hands"):
            assert words in player.written
        if size[0] >= 66:
            await player.sees(
                "21 hands given", "> 1 Look at the clock.", "12 hands, the most", "8 hands", "enter take it"
            )


@pytest.mark.parametrize(("options", "bars"), [(4, True), (7, False)])
async def test_from_the_back_row_four_options_have_bars_and_seven_still_all_their_counts(
    tmp_path, saves, options, bars
):
    ways = "".join(f"      - {{label: Way {n}., go: hall}}\n" for n in range(4, options + 1))
    text = CLASS.replace("      - label: Stamp it.\n", ways + "      - label: Stamp it.\n")
    async with voting(write_story(tmp_path / "story", text), saves) as player:
        for count in range(1, options + 1):
            await player.press(str(count), "enter")
        assert "more" not in player.words
        for words in ("Most hands for", *("1 hand", "2 hands", "3 hands"), f"{options} hands, the most", "Stamp it."):
            assert words in player.words
        assert ("▆" in player.text) == bars


async def test_the_help_says_what_the_keys_of_a_vote_do(story, saves):
    async with voting(story, saves, size=(80, 50)) as player:
        await player.press("question_mark")
        await player.at(HelpScreen)
        await player.sees("Type the hands for the option marked, Enter for the next.")
        await player.sees(
            "0 to 9 Hands, or the option of that number", "backspace", "Show the counts", "Timer: two minutes"
        )
        assert "Take the choice of that number" not in player.words


async def test_a_lesson_of_special_tasks_is_voted_to_its_end(tmp_path):
    """Thirty hands a vote, counted in both ways, ties among them; then the decisions with their hands, the questions,
    and the results of the file."""
    story = load(SPECIAL_TASKS).story
    assert story is not None
    chance = random.Random(7)
    votes: list[tuple[int, ...]] = []
    cards, asked, ties = 0, 0, 0
    async with playing(story, tmp_path, size=(66, 40), voting=True) as player:
        await player.press("1", "1")
        await player.at(ClassScreen)
        while player.session.page.ending is None or player.app.screen.coming:
            screen = player.app.screen
            assert isinstance(screen, ClassScreen)
            if screen.question and not asked:
                await player.press("a")
                await player.at(AskScreen)
                await player.press("escape")
                asked += 1
            cards += any(isinstance(part, Card) for part in screen.session.page.turn) and bool(screen.coming)
            await player.press("end")
            if not screen.votes:
                await player.press("1")
                continue
            options = len(screen.session.offered)
            hands = raised(chance, options, tie=len(votes) % 5 == 4)
            await player.press("enter")
            await player.at(VoteScreen)
            if len(votes) == 3:
                await player.press("h")
                each = [str(n + 1) for n, count in enumerate(hands) for _ in range(count)]
                await player.rush(*chance.sample(each, HANDS), "1", "backspace", "enter")
            elif screen.one_by_one:
                await player.press("h")
            if not player.app.screen.open:
                await player.rush(*(key for count in hands for key in (*str(count), "enter")))
            await player.sees(f"{HANDS} hands given")
            leaders = [n for n, count in enumerate(hands) if count == max(hands)]
            if len(leaders) > 1:
                ties += 1
                await player.sees("the teacher decides")
                await player.press("enter", "down")
            before = len(player.steps)
            await player.press("enter")
            await player.at(ClassScreen)
            assert len(player.steps) == before + 1
            votes.append(hands)
        await player.press("end")
        await player.sees("Answer the questions")
        assert "hands" in player.written
        assert "The class's decisions, against the record" in player.written
        await player.press("1")
        await player.at(DebriefScreen)
        await player.press(*"paper", "tab", "tab", "tab")
        await player.at(ClassScreen)
        steps = player.session.steps
    assert [step.hands for step in steps if step.hands] == votes
    assert len(votes) <= 25
    assert asked
    assert ties > 1
    assert cards > 4
    found, skipped = gather(tmp_path, story)
    assert [one.is_vote for one in found] == [True]
    assert not skipped
    results = Results(story, found, 0)
    assert sum(bar.hands for tally in results.menus.values() for bar in tally.bars) == HANDS * len(votes)
    assert found[0].save.debrief == ["paper"]


def raised(chance: random.Random, options: int, *, tie: bool) -> tuple[int, ...]:
    """Thirty hands for some options, the first two with as many as each other where it is to be a tie."""
    if tie:
        return (15, 15, *[0] * (options - 2))
    cuts = sorted(chance.sample(range(1, HANDS), options - 1))
    hands = [b - a for a, b in zip([0, *cuts], [*cuts, HANDS], strict=True)]
    if hands.count(max(hands)) > 1:
        return (HANDS, *[0] * (options - 1))
    return tuple(hands)


# --- the file


async def test_what_a_vote_wrote_is_known_to_results_report_and_purge(story, saves, capsys, tmp_path):
    async with voting(story, saves) as player:
        await player.press("1", "2", "enter", "9", "enter", "9", "enter", "enter")
        await player.sees("It has stopped.")
    folder = saves / "clerk"
    assert main(["class", "results", str(folder), "--story", str(tmp_path / "story")]) == 0
    assert "0 plays, 1 vote, 0 skipped" in capsys.readouterr().out
    assert main(["report", str(folder / "vote-1.json"), "--story", str(tmp_path / "story")]) == 0
    assert "12 of 30 hands." in capsys.readouterr().out
    assert set(ours(folder).values()) == {
        "page of results",
        "table of results",
        "vote",
        "vote, as it was a step before",
    }
    assert {path.name for path in ours(folder)} == {"results.html", "results.csv", "vote-1.json", "vote-1.json.bak"}


def test_a_vote_in_which_every_step_was_the_teachers_is_a_vote_too(story, tmp_path):
    play = Play(Session(story), Slots(tmp_path, story, kind="vote"), "vote-1")
    play.extra["vote"] = {}
    play.session.choose("office/stamp_it")
    play.save()
    found, _ = gather(tmp_path, story)
    assert [one.is_vote for one in found] == [True]
    assert [path.name for path in ours(tmp_path / "clerk")] == ["vote-1.json"]


def test_a_count_is_said_in_words():
    assert [counted(n) for n in (0, 1, 2)] == ["no hands", "1 hand", "2 hands"]


# --- line mode


def typed(story: Story, saves: Path, *lines: str) -> str:
    """What line mode says to a teacher who types these lines."""
    target = io.StringIO()
    mode = ClassLineMode(slots(saves, story), io.StringIO("".join(f"{line}\n" for line in lines)), target)
    assert mode.run("vote-1") == 0
    return " ".join(target.getvalue().split())


def test_in_line_mode_hands_are_typed_on_one_line(story, saves):
    said = typed(story, saves, "1", "12 3 15", "", "j")
    assert "Type the hands for each option, as 12 9 8" in said
    assert "Most hands for 3. Press Enter to take it" in said
    assert "The stamp comes down." in said
    assert "15 of 30 hands." in said
    assert kept(saves, story) == [("office/stamp_it", [12, 3, 15])]


def test_in_line_mode_ties_wait_for_the_teacher_who_may_overrule_or_choose_alone(story, saves):
    said = typed(story, saves, "1", "7,7,1", "", "7 7 1", "2", "u", "5 1 1", "3", "u", "3")
    assert "A tie of 1 and 2: the teacher decides. Type the number to take." in said
    assert "Nothing is taken. Type the hands again." in said
    assert kept(saves, story) == [("office/stamp_it", None)]


def test_in_line_mode_a_wrong_number_of_numbers_is_told(story, saves):
    said = typed(story, saves, "1", "7 7", "1 2 1000", "0 0 0", "x", "?")
    assert said.count("There are 3 options: type 3 numbers up to 999, or one to choose.") == 2
    assert "No hands were given: the teacher decides." in said
    assert "12 9 8 the hands for each option" in said
    assert kept(saves, story) == []


def test_in_line_mode_hands_that_were_typed_are_there_when_the_input_ends(story, saves):
    typed(story, saves, "1", "7 7 1")
    assert "Hands given here before: 7 7 1. Type them again" in typed(story, saves)
    typed(story, saves, "7 7 1", "2")
    assert "Hands given" not in typed(story, saves)
    assert "Hands given here before: 7 7 1. Type them again, or others." in typed(story, saves, "u")


# --- the command and the terminal


async def test_a_vote_leaves_what_was_read_to_no_collector_as_a_play_does(tmp_path, monkeypatch):
    """Else a collection among thousands of objects of a story falls between a key and its page."""
    seen = []
    monkeypatch.setattr("game.commands.play.start", lambda *_, **__: seen.append(gc.isenabled()) or 0)
    assert main(["class", "vote", "--saves", str(tmp_path)]) == 0
    assert main(["play", "--saves", str(tmp_path)]) == 0
    assert (seen, gc.isenabled()) == ([False, False], True)


def test_the_command_plays_in_line_mode_in_a_pipe_and_says_where_the_votes_are(
    story, saves, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr("sys.stdin", io.StringIO("1\n12 3 15\n\nq\n"))
    assert main(["class", "vote", str(tmp_path / "story"), "--saves", str(saves), "--slot", "10b"]) == 0
    assert "Saved as 10b." in (said := capsys.readouterr().out)
    assert f"The votes are in {saves / 'votes' / 'clerk'}" in said
    assert Slots(saves / "votes", story).read("10b").steps[0]["hands"] == [12, 3, 15]


def test_a_second_vote_for_the_other_ending_keeps_the_first_and_results_count_both(
    story, saves, tmp_path, monkeypatch, capsys
):
    """The first decision, taken again without hands, is counted once; undo would have left one play of the two."""
    command = ["class", "vote", str(tmp_path / "story"), "--saves", str(saves)]
    for slot, lines in (("first", "1\n15 12 3\n\n20 10\n\nq\n"), ("again", "1\n1\n9 21\n\nq\n")):
        monkeypatch.setattr("sys.stdin", io.StringIO(lines))
        assert main([*command, "--slot", slot]) == 0
    capsys.readouterr()
    found, _ = gather(saves / "votes" / "clerk", story)
    decided = [[(step["id"], step.get("hands")) for step in one.save.steps[:2]] for one in found]
    assert sorted(decided, key=str) == [
        [(OFFICE[0], None), (OFFICE[2], [9, 21])],
        [(OFFICE[0], [15, 12, 3]), (OFFICE[1], [20, 10])],
    ]
    bars = [bar.hands for tally in Results(story, found, 0).menus.values() for bar in tally.bars]
    assert bars == [15, 12 + 20 + 9, 3 + 10 + 21]


def test_a_bad_slot_name_is_wrong_usage(saves, capsys):
    assert main(["class", "vote", "--saves", str(saves), "--slot", "../x"]) == 2
    assert "can't be a slot's name" in capsys.readouterr().err
    assert not saves.exists()


@pytest.mark.long
def test_a_vote_that_is_killed_goes_on_where_it_was_and_its_hands_reach_the_results(terminal: Terminal, story):  # noqa: F811
    """Thirty hands, killed in the middle of the second vote; nothing is lost."""
    where = [str(terminal.folder / "story"), "--saves", str(terminal.folder / "saves")]
    found = Slots(terminal.folder / "saves" / "votes", story)

    def take_up(*words: str) -> None:
        terminal.play("class", "vote", *where, *words)

    terminal.resize(66, 13)
    take_up()
    terminal.sees("Begin a new vote")
    for key, words in (("1", "A man is hurt"), ("1", "The office")):
        terminal.keys(key)
        terminal.sees(words)
    terminal.keys("End")
    terminal.sees("3 Stamp it.")
    terminal.keys("Enter")
    terminal.sees("no hands given")
    terminal.keys("1", "2", "Enter", "3", "Enter", "1", "5", "Enter")
    terminal.sees("15 hands, the most")
    terminal.keys("1")
    terminal.sees("> 1 Look at the clock.")
    terminal.keys("Enter")  # overruled
    terminal.until(lambda: len(found.read("vote-1").steps) == 1)
    terminal.keys("End")
    terminal.sees("2 Stamp it.")
    terminal.keys("Enter")
    terminal.sees("no hands given")
    terminal.keys("h")
    terminal.sees("Press the number of one option")
    terminal.keys(*"2121212121212121212")
    terminal.sees("19 hands given")
    terminal.until(lambda: found.read("vote-1").extra["vote"]["hands"] == [9, 10])
    os.kill(terminal.pid, signal.SIGKILL)
    assert terminal.ended() == 128 + signal.SIGKILL
    (terminal.folder / "code").unlink()
    terminal.run("reset")
    take_up()
    terminal.sees("Continue: vote-1, 1 step")
    terminal.keys("1")
    terminal.sees("vote, 19 hands given")
    terminal.keys("End", "Enter")
    terminal.sees("Press the number of one option")
    terminal.keys(*"21212121212")
    terminal.sees("30 hands given")
    terminal.keys("Enter")
    terminal.sees("14 hands", "16 hands, the most")
    terminal.keys("Enter")
    terminal.sees("The stamp comes down.")
    for words in ("Record card", "II. The street"):
        terminal.keys("End", "1")
        terminal.sees(words)
    terminal.keys("End", "Enter")
    terminal.sees("Press the number")
    terminal.keys("h")
    terminal.sees("Type the hands")
    terminal.keys("1", "5", "Enter", "1", "5", "Enter")
    terminal.sees("A tie of 1 and 2")
    terminal.keys("Down", "Enter")
    terminal.until(lambda: len(found.read("vote-1").steps) == 4)
    terminal.keys("q")
    assert terminal.ended() == 0
    votes = [(step["id"], step.get("hands")) for step in found.read("vote-1").steps]
    assert votes == [
        ("office/look_at_the_clock", [12, 3, 15]),
        ("office/stamp_it", [14, 16]),
        ("hall/continue", None),
        ("street/run_to_him", [15, 15]),
    ]
    assert main(["class", "results", str(found.folder), "--story", where[0]]) == 0
    (tally, *_) = Results(story, gather(found.folder, story)[0], 0).menus.values()
    assert [(bar.label, bar.hands) for bar in tally.bars] == [
        ("Look at the clock.", 12),
        ("Send it up.", 17),
        ("Stamp it.", 31),
    ]
