"""A lesson: its answers, its questions and timer, hands that are kept, and a whole story voted to its end."""

import random
import shutil
from pathlib import Path

import pytest
from rich.cells import cell_len

from game.classroom.handed import gather
from game.classroom.results import Results
from game.play.ballot import Ballot
from game.play.page import Card
from game.play.saves import VOTE
from game.play.session import Session
from game.play.slots import Play
from game.story.loader import load
from game.story.model import Story
from game.tui.screens.begin import BeginScreen
from game.tui.screens.debrief import DebriefScreen
from game.tui.screens.help import HelpScreen
from game.tui.screens.title import TitleScreen
from game.tui.screens.vote import AskScreen, ClassScreen, VoteScreen
from tests.screen import SPECIAL_TASKS, playing, write_story
from tests.test_terminal import Terminal, terminal  # noqa: F401  # a fixture
from tests.voting import CLASS, HANDS, OFFICE, THREE, classroom, kept, slots, voting


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return write_story(tmp_path / "story", CLASS)


@pytest.fixture
def saves(tmp_path: Path) -> Path:
    return tmp_path / "saves"


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
        await player.until(lambda: slots(saves, story).read("vote-1").extra["vote"]["hands"] == [1, 0, 2])
        await player.press("escape")
        await player.at(ClassScreen)
        await player.press("end", "enter")
        await player.sees("3 hands given")
    async with playing(story, saves, size=(66, 13), slot="vote-1", voting=True) as player:
        await player.at(ClassScreen)
        await player.press("end")
        await player.sees("vote, 3 hands given")
        await player.press("enter", "backspace", "1", "enter")
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
        await player.until(lambda: "can't be saved" in player.notices)
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
        await player.press("end")
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
        await player.until(lambda: slots(saves, story).read("vote-1").extra["vote"]["hands"] == [0, 0, 2])
        await player.press("s", "enter")
        await player.until(lambda: player.steps == ["office/stamp_it"])
    assert kept(saves, story) == [("office/stamp_it", [0, 0, 2])]


async def test_going_back_over_many_steps_gives_the_hands_of_the_first_of_them_back(story, saves):
    """As the journal does: those of the page that is open again; the copy keeps them all."""
    play = Play(Session(story, {"pace": "brief"}), slots(saves, story), "vote-1")
    play.extra[VOTE] = {}
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


@pytest.mark.parametrize("size", [(60, 13), (66, 13), (80, 24)], ids=str)
async def test_bars_are_on_one_scale_however_long_the_words_beside_them(story, saves, size):
    async with voting(story, saves, size=size) as player:
        await player.press("2", "0", "enter", "1", "9", "enter", "1", "0", "enter")
        await player.sees("20 hands, the most", "19 hands", "10 hands")
        first, second, third = (line.count("▀") for line in player.text.split("\n") if "▀" in line)
        assert first > second > third
        assert abs(first - 2 * third) <= 1
        most = next(line for line in player.text.split("\n") if "the most" in line)
        assert len(most.replace("▐", " ").rstrip()) < size[0] - 2, "it does not reach the end of what is selected"


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
        assert ("▀" in player.text) == bars


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
