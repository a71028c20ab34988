"""What a save is, and how it outlives edits of its story."""

import json
from pathlib import Path

import pytest

from game.play.given import MAX_LINES, Start, clean_lines
from game.play.session import Session
from game.play.slots import Play, Slots
from game.story.model import Story
from tests.saved import NOW, STEPS, TEXT, played, put, story_of, whole


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return story_of(tmp_path)


@pytest.fixture
def slots(tmp_path: Path, story: Story) -> Slots:
    return Slots(tmp_path / "saves", story, lambda: NOW)


# --- what a save is ------------------------------------------------------------------------------------------------


def test_a_save_is_the_answers_and_the_steps_as_json(slots: Slots) -> None:
    played(slots, STEPS[:2])
    raw = json.loads(slots.path("a").read_text(encoding="utf-8"))
    assert raw == {
        "format": 1,
        "story": "hall",
        "digest": slots.story.digest,
        "title": "The Hall",
        "started": "2024-03-01T12:30:00Z",
        "saved": "2024-03-01T12:30:00Z",
        "answers": {"name": "Ada", "age": 7},
        "from": None,
        "steps": [
            {"id": "hall/look_around", "label": "Look around.", "position": 1},
            {"id": "hall/ask_the_man", "label": "Ask the man.", "position": 2},
        ],
        "debrief": [],
        "name": "",
    }


def test_loading_plays_the_steps_again(slots: Slots) -> None:
    play = played(slots)
    loaded, notes = slots.resume("a")
    assert (notes, loaded.left_over, loaded.slot, loaded.started) == ((), [], "a", play.started)
    assert loaded.session.page == play.session.page
    assert loaded.session.state == {"name": "Ada", "age": 7, "n": 9}
    assert loaded.as_save() == play.as_save()


def test_the_hands_of_a_vote_are_kept(slots: Slots) -> None:
    play = Play(Session(slots.story), slots, "a")
    play.session.choose("hall/leave", (1, 2, 30))
    play.debrief, play.name = ["Because.", ""], "Class 9b"
    play.save()
    loaded, _ = slots.resume("a")
    assert loaded.session.steps[0].hands == (1, 2, 30)
    assert (loaded.debrief, loaded.name) == (["Because.", ""], "Class 9b")


def test_keys_this_program_does_not_know_survive(slots: Slots) -> None:
    raw = whole(slots, mood={"deep": [1, {"x": None}]}, zeit=1.5)
    raw["steps"][1]["seconds"] = 12
    raw["steps"][4]["seconds"] = 99
    put(slots, raw)
    play, _ = slots.resume("a")
    play.session.undo()
    play.session.choose("hall/look_around")
    play.save()
    after = json.loads(slots.path("a").read_bytes())
    assert (after["mood"], after["zeit"]) == ({"deep": [1, {"x": None}]}, 1.5)
    assert [step.get("seconds") for step in after["steps"]] == [None, 12, None, None, None]


@pytest.mark.parametrize("start", [Start("yard", {"n": 4}), Start("hall", {})])
def test_a_play_that_begins_elsewhere_loads_as_it_was(slots: Slots, start: Start) -> None:
    play = Play(Session(slots.story, {"age": 2}, start), slots, "a")
    play.session.choose(play.session.offered[0])
    play.save()
    assert json.loads(slots.path("a").read_bytes())["from"] == {"scene": start.scene, "state": dict(start.state)}
    loaded, _ = slots.resume("a")
    assert loaded.session.page == play.session.page
    assert loaded.session.start == start
    loaded.session.undo()
    assert loaded.session.place == start.scene


# --- saves outlive edits of the story ------------------------------------------------------------------------------

EDITS: dict[str, tuple[str, str, list[str]]] = {
    "a corrected text": ("A yard.", "A dark yard.", []),
    "a label corrected, found by its position": (
        "Ask the man.",
        "Ask the old man.",
        [
            "The story has changed: step 2 was found by its position.",
            "The story has changed: step 3 was found by its label.",
        ],
    ),
    "an id given, found by the label": (
        "{label: Leave., go: yard}",
        "{label: Leave., id: away, go: yard}",
        ["The story has changed: step 5 was found by its label."],
    ),
    "a new id in another place, found by the label": (
        """      - {label: Look around., stay: true, once: false, set: {n: n + 1}}
""",
        """      - {label: Sit., go: end}
      - {label: Look around., id: look, stay: true, once: false, set: {n: n + 1}}
""",
        ["The story has changed: step 1 was found by its label."],
    ),
    "a list in another order": (
        """      - {label: Go back., go: hall}
      - {label: Go on., go: end}
""",
        """      - {label: Go on., go: end}
      - {label: Go back., go: hall}
""",
        [],
    ),
}


@pytest.mark.parametrize(("before", "after", "expected"), EDITS.values(), ids=EDITS.keys())
def test_a_save_outlives_an_edit_and_says_what_was_found_how(
    slots: Slots, tmp_path: Path, before: str, after: str, expected: list[str]
) -> None:
    played(slots)
    assert TEXT.count(before) == 1
    edited = Slots(tmp_path / "saves", story_of(tmp_path, TEXT.replace(before, after)), lambda: NOW)
    play, notes = edited.resume("a")
    assert list(notes) == expected
    assert play.session.place == "yard"
    assert len(play.session.steps) == 5
    assert play.left_over == []
    play.save()
    assert edited.resume("a")[1] == ()  # the file now holds the story as it is


LOST: dict[str, tuple[str, str, int]] = {
    "a scene that is gone": ("      - {label: Go back., go: hall}\n", "", 3),
    "a scene renamed": ("yard", "court", 3),
    "a choice that is offered no more": ("{label: Leave., go: yard}", "{label: Leave., when: n > 90, go: yard}", 4),
    "an earlier way out": ("go: yard}\n      - {label: Leave.", "go: end}\n      - {label: Leave.", 3),
}


@pytest.mark.parametrize(("before", "after", "kept"), LOST.values(), ids=LOST.keys())
def test_steps_that_no_longer_fit_are_kept_in_the_file_and_play_goes_on(
    slots: Slots, tmp_path: Path, before: str, after: str, kept: int
) -> None:
    play = played(slots)
    old = json.loads(play.as_save().encode())["steps"]
    text = TEXT.replace(before, after).replace("n > 90", "n > 9 - 9 + 8 and n < 9")
    edited = Slots(tmp_path / "saves", story_of(tmp_path, text), lambda: NOW)
    play, notes = edited.resume("a")
    expected = f"The story has changed: {5 - kept} of 5 steps no longer fit and are kept aside."
    if before.startswith("      - {label: Go back"):  # what is left stands at its position
        assert notes == (
            "The story has changed: step 4 was found by its position.",
            "The story has changed: 1 of 5 steps no longer fit and are kept aside.",
        )
        kept = 4
    else:
        assert notes == (expected,)
    assert len(play.session.steps) == kept
    play.save()
    raw = json.loads(edited.path("a").read_bytes())
    assert raw["left_over"] == old[kept:]
    again, notes = edited.resume("a")
    assert notes == ()
    for _ in range(3):
        if again.session.offered:
            again.session.choose(again.session.offered[-1])
    again.save()
    assert json.loads(edited.path("a").read_bytes())["left_over"] == old[kept:]


def test_a_step_is_never_looked_for_in_another_scene(slots: Slots) -> None:
    raw = whole(slots, digest="0")
    raw["steps"] = [{"id": "yard/gone", "label": "Leave.", "position": 3}]
    put(slots, raw)
    play, notes = slots.resume("a")
    assert (play.session.steps, len(notes), len(play.left_over)) == ([], 1, 1)


def test_another_choice_stands_in_only_where_the_id_is_gone(slots: Slots, tmp_path: Path) -> None:
    played(slots, ["hall/leave"])
    text = TEXT.replace("{label: Leave., go: yard}", "{label: Leave., when: n > 5, go: yard}")
    text = text.replace("    choices:\n", "    choices:\n      - {label: Leave., id: off, go: end}\n", 1)
    edited = Slots(tmp_path / "saves", story_of(tmp_path, text), lambda: NOW)
    play, _ = edited.resume("a")
    assert (play.session.steps, [step["id"] for step in play.left_over]) == ([], ["hall/leave"])


def test_an_answer_that_no_longer_fits_is_let_go_of(slots: Slots, tmp_path: Path) -> None:
    played(slots)
    text = TEXT.replace('  name: {text: you, ask: "Who?"}\n', "").replace("{name}", "you").replace("[1, 9]", "[1, 6]")
    edited = Slots(tmp_path / "saves", story_of(tmp_path, text), lambda: NOW)
    play, notes = edited.resume("a")
    assert notes == (
        "The story has changed: the answer 'name' no longer fits.",
        "The story has changed: the answer 'age' no longer fits.",
    )
    assert play.session.answers == {"age": 5}
    assert len(play.session.steps) == 5


def test_a_new_question_takes_its_start(slots: Slots, tmp_path: Path) -> None:
    played(slots)
    text = TEXT.replace("state:\n", 'state:\n  far: {one_of: [yes, no], start: no, ask: "Far?"}\n')
    edited = Slots(tmp_path / "saves", story_of(tmp_path, text.replace("A yard.", "A yard, {far}.")), lambda: NOW)
    play, notes = edited.resume("a")
    assert (notes, play.session.answers["far"]) == ((), "no")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("\n \n\t\n  So.\n\n", "  So."),
        ("One.\n\n\n \n\n  Two.\nThree.", "One.\n\n  Two.\nThree."),
        ("One.\r\n\r\nTwo.\r\n", "One.\n\nTwo."),
        (" \n\n\t", ""),
        ("\n" * 2 * MAX_LINES + "x" * 2 * MAX_LINES, "x" * MAX_LINES),
    ],
    ids=["ends", "paragraphs", "as they are", "nothing", "long"],
)
def test_an_answer_of_many_lines_keeps_one_blank_line_between_paragraphs(typed: str, kept: str) -> None:
    assert clean_lines(typed) == kept
    assert clean_lines(kept) == kept
