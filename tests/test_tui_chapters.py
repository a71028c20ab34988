"""Record cards, chapters, endings, and violence told in two ways."""

from pathlib import Path

import pytest

from game.story.model import Story
from game.tui.screens.title import TitleScreen
from tests.screen import CLERK, at_scene, write_story

TO_CARD = ("office/stamp_it",)
TO_STREET = ("office/stamp_it", "hall/continue")


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return write_story(tmp_path / "story")


@pytest.fixture
def saves(tmp_path: Path) -> Path:
    return tmp_path / "saves"


def in_order(text: str, *words: str) -> bool:
    place = 0
    for word in words:
        place = text.find(word, place)
        assert place >= 0, f"{word!r} is not where it should be in: {text}"
    return True


@pytest.mark.parametrize("key", ["1", "enter"])
async def test_a_chapter_ends_with_its_card_and_a_key_that_is_no_step_opens_the_next(story, saves, key):
    async with at_scene(story, saves, steps=TO_CARD, size=(80, 40)) as player:
        await player.press("1")
        await player.sees("Record card: I. The desk", "The desk stood there.", "> 1 Go on")
        assert player.text.split("\n")[0].split() == ["I.", "The", "desk"]  # the chapter that is over
        await player.sees("- There was a desk. (documented)")
        assert "The street" not in player.written
        steps = player.steps
        assert steps == ["office/stamp_it", "hall/continue"]
        await player.press(key)
        await player.sees("II. The street", "The cart breaks his fingers.", "1 Run to him.")
        assert player.steps == steps
        assert "The hall" not in player.written, "a chapter opens on a clean page"


async def test_a_click_goes_on_after_a_card(story, saves):
    async with at_scene(story, saves, steps=TO_CARD, size=(80, 40)) as player:
        await player.press("1")
        await player.click("Go on")
        await player.sees("II. The street")
        assert len(player.steps) == 2


async def test_the_reply_stands_before_the_card(tmp_path, saves):
    text = CLERK.replace("go: hall", "go: street")
    async with at_scene(write_story(tmp_path / "direct", text), saves, size=(80, 60)) as player:
        await player.press("2")
        await player.sees("Record card")
        assert in_order(player.written, "Good morning", "> Stamp it.", "The stamp comes down.", "Record card", "Go on")
        assert "II. The street" not in player.written


async def test_a_chapter_without_a_card_waits_after_the_reply_too(tmp_path, saves):
    text = CLERK.replace("    basis: [F1]\n    card: The desk *stood* there.\n", "").replace("go: hall", "go: street")
    async with at_scene(write_story(tmp_path / "direct", text), saves, size=(80, 60)) as player:
        await player.press("2")
        await player.sees("The stamp comes down.", "> 1 Go on")
        assert "II. The street" not in player.written
        await player.press("1")
        await player.sees("II. The street")
        assert "The stamp comes down." not in player.written


async def test_a_card_without_a_sentence_begins_with_its_first_fact(tmp_path, saves):
    text = CLERK.replace("    card: The desk *stood* there.\n", "")
    async with at_scene(write_story(tmp_path / "bare", text), saves, steps=TO_CARD, size=(80, 40)) as player:
        await player.press("1")
        await player.sees("Record card: I. The desk", "- There was a desk. (documented)")
        lines = [line.strip(" │") for line in player.text.splitlines()]
        top = next(row for row, line in enumerate(lines) if "Record card: I. The desk" in line)
        fact = next(row for row, line in enumerate(lines) if line.startswith("- There was a desk."))
        assert all(lines[top + 1 : fact]), lines[top : fact + 1]


async def test_undo_while_a_card_waits_takes_the_step_back(story, saves):
    async with at_scene(story, saves, steps=TO_CARD, size=(80, 40)) as player:
        await player.press("1", "u")
        await player.sees("A long hall.", "1 Continue")
        assert player.steps == ["office/stamp_it"]


async def test_leaving_at_a_card_comes_back_to_the_chapter_that_opens(story, saves):
    async with at_scene(story, saves, steps=TO_CARD, size=(80, 40)) as player:
        await player.press("1", "escape")
        await player.at(TitleScreen)
        await player.press("1")
        await player.sees("II. The street", "1 Run to him.")


async def test_an_ending_lays_out_text_card_file_decisions_toll_and_questions_in_that_order(story, saves):
    async with at_scene(story, saves, steps=TO_STREET, size=(80, 60)) as player:
        await player.press("1")
        await player.sees("You go home.")
        assert in_order(
            player.written,
            "> Run to him.",
            "There is blood on the stones.",
            "You go home.",
            "Record card: II. The street",
            "The street is gone.",
            "Ending: Evening",
            "Outcome: A hand",
            "The order went out.",
            "The file",
            "Order 12",
            "Your decisions, against the record",
            "1 The office: Stamp it.",
            "As on record. He wrote so. There was a desk.",
            "The street: Run to him.",
            "Departs from the record.",
            "The people harmed",
            "The messenger. Lost a hand.",
            "Questions",
            "1. Who held the stamp?",
            "2. Who paid for it?",
            "1 Answer the questions",
            "2 Write this play to a Markdown file",
            "3 Outcomes met",
            "4 Back to the title",
        )
        await player.press("end", "4")
        await player.at(TitleScreen)


async def test_an_ending_in_a_chapter_of_its_own_comes_after_the_card_of_the_one_before(tmp_path, saves):
    text = CLERK.replace("home: {title: Home,", "home: {chapter: three, title: Home,").replace(
        "  two: {title: II.", "  three: {title: III. After, card: It is over.}\n  two: {title: II."
    )
    async with at_scene(write_story(tmp_path / "three", text), saves, steps=TO_STREET, size=(80, 60)) as player:
        await player.press("1")
        await player.sees("Record card: II. The street")
        assert "You go home." not in player.written
        await player.press("1")
        await player.sees("III. After", "You go home.", "Record card: III. After")
        assert in_order(player.written, "III. After", "You go home.", "It is over.", "Ending: Evening", "The file")


async def test_an_ending_can_be_undone(story, saves):
    async with at_scene(story, saves, steps=(*TO_STREET, "street/look_away"), size=(80, 60)) as player:
        await player.sees("You go home.")
        await player.press("u")
        await player.sees("1 Run to him.")


# --- violence


async def test_violence_is_switched_to_a_summary_and_back(story, saves):
    async with at_scene(story, saves, steps=TO_STREET, size=(80, 40)) as player:
        await player.press("v")
        await player.sees("Scenes of violence are told by a short summary.", "The messenger is hurt.")
        assert "fingers" not in player.written
        assert player.app.settings.violence == "summary"
        await player.press("e")
        await player.sees("This scene is told by its summary, and its facts are held back with it.")
        assert "The messenger fell." not in player.written
        await player.press("escape", "v")
        await player.sees("Scenes of violence are told in full.", "The cart breaks his fingers.")
        assert player.app.settings.violence == "full"


async def test_a_summarised_scene_keeps_its_choices_and_says_nothing_in_reply(story, saves):
    async with at_scene(story, saves, steps=TO_STREET, size=(80, 60)) as player:
        await player.press("v", "1")
        await player.sees("> Run to him.", "You go home.")
        assert "blood" not in player.written
        await player.press("v")
        await player.until(lambda: "There is blood on the stones." in player.written)


async def test_violence_can_be_switched_while_a_card_waits(tmp_path, saves):
    text = CLERK.replace("home: {title: Home,", "home: {chapter: three, title: Home,").replace(
        "  two: {title: II.", "  three: {title: III. After, card: It is over.}\n  two: {title: II."
    )
    async with at_scene(write_story(tmp_path / "three", text), saves, steps=TO_STREET, size=(80, 60)) as player:
        await player.press("1")
        await player.sees("There is blood on the stones.", "1 Go on")
        await player.press("v")
        await player.until(lambda: "blood" not in player.written)
        await player.sees("Record card: II. The street", "1 Go on")
        await player.press("1")
        await player.sees("III. After")
        assert len(player.steps) == 3
