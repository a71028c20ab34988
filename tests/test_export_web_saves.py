"""Saves and codes between the game and the web edition: what one writes the other opens, and what one refuses the
other refuses."""

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from game.errors import SaveError
from game.export.web import web_page
from game.play.given import clean_lines
from game.play.journal import decisions
from game.play.restore import restore
from game.play.saves import Save, encode_code
from game.play.session import Session
from game.play.slots import Play, Slots
from game.story.loader import load
from game.story.model import Story
from tests.screen import CLERK, SPECIAL_TASKS, write_story
from tests.web_pages import engine

pytestmark = pytest.mark.long  # they need Node

OTHERS = {"class": {"code": 7, "list": [None, True, "\u2028</script>"]}, "__proto__": {"x": 1}, "constructor": "yes"}


@pytest.fixture(scope="module")
def special_tasks() -> Story:
    story = load(SPECIAL_TASKS).story
    assert story is not None
    return story


def _random_play(story: Story, chance: random.Random, folder: Path) -> Save:
    answers: dict[str, Any] = {
        v.id: chance.choice(v.answers) if v.answers is not None else "Ada \U0001f642 \u00e9" for v in story.questions
    }
    session = Session(story, answers)
    while session.offered and len(session.steps) < 90:
        hands = tuple(chance.randrange(4) for _ in session.offered) if chance.random() < 0.3 else None
        session.choose(chance.choice(session.offered), hands)
    play = Play(session, Slots(folder, story), "play")
    play.debrief = ["", "Two\nlines, \u201cso\u201d"]
    play.name = "Ada"
    play.left_over = [{"id": "gone/away", "label": "Gone", "position": 2}]
    play.extra = dict(OTHERS)
    save = play.as_save()
    save.steps[0]["seconds"] = 12
    return save


def _open(story: Story, texts: list[str], folder: Path) -> list[dict[str, Any]]:
    path = folder / "story.html"
    path.write_text(web_page(story), encoding="utf-8")
    found: list[dict[str, Any]] = engine([{"html": str(path), "saves": texts}])[0]
    return found


def test_a_save_passes_through_the_web_edition_unchanged(special_tasks: Story, tmp_path: Path) -> None:
    """Labels, hands, answers, keys of other programs, in the save and in its steps."""
    chance = random.Random(1)
    saves = [_random_play(special_tasks, chance, tmp_path) for _ in range(25)]
    opened = _open(special_tasks, [save.encode().decode() for save in saves], tmp_path)
    for save, found in zip(saves, opened, strict=True):
        again = Save.decode(json.dumps(found["save"]).encode())
        assert again == replace(save, saved=again.saved)
        assert found["votes"] == [d.vote for d in decisions(restore(special_tasks, save).session)]
        assert restore(special_tasks, again).session.steps == restore(special_tasks, save).session.steps


def test_answers_to_the_questions_are_cleaned_alike(tmp_path: Path) -> None:
    chance = random.Random(4)
    story = write_story(tmp_path / "clerk", CLERK)
    save = _random_play(story, chance, tmp_path)
    pieces = [
        "a",
        "b c",
        " ",
        "  ",
        "\t",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "\v",
        "\x0c",
        "\x1c",
        "\x85",
        "\u2028",
        "\xa0",
        "\u3000",
    ]
    pieces += ["\ufeff", "\x1b[1m", "\N{ZERO WIDTH SPACE}", "\U0001f642"]
    texts = ["".join(chance.choices(pieces, k=chance.randrange(12))) for _ in range(400)]
    texts += ["\n" * 20_000 + "a", "a\n\n" * 9_000]
    found = _open(story, [replace(save, debrief=texts).encode().decode()], tmp_path)[0]
    assert found["save"]["debrief"] == [clean_lines(text) for text in texts]


def test_codes_of_each_open_in_the_other(special_tasks: Story, tmp_path: Path) -> None:
    """The codes of the game, of a browser that compresses, and of one that can not: the same play, nothing typed."""
    chance = random.Random(2)
    codes = [encode_code(_random_play(special_tasks, chance, tmp_path), special_tasks) for _ in range(25)]
    for code, found in zip(codes, _open(special_tasks, codes, tmp_path), strict=True):
        mine = Save.decode(code.encode())
        assert len(found["stored"]) > len(found["code"])
        for theirs in (found["code"], found["stored"]):
            save = Save.decode(theirs.encode())
            assert save == replace(mine, saved=save.saved, answers=save.answers)
            assert save.answers == {"pace": mine.answers["pace"]}
            assert restore(special_tasks, save).session.place == restore(special_tasks, mine).session.place
    ends = _open(special_tasks, [found["stored"] for found in _open(special_tasks, codes, tmp_path)], tmp_path)
    assert all("save" in found for found in ends)


def test_what_is_damaged_is_refused_by_both(tmp_path: Path) -> None:
    """Saves and codes with something cut, doubled or changed: opened by both or by neither, and never an error else."""
    chance = random.Random(3)
    story = write_story(tmp_path / "clerk", CLERK)
    save = _random_play(story, chance, tmp_path)
    whole = [save.encode().decode(), encode_code(save, story)]
    texts = [*whole, "", "S", "ST1.", "ST2.x.00000000", "[]", "null", "{}", '{"format": 1, "steps": 3}', "[" * 100_000]
    texts += ['{"format": 2, "steps": []}', '{"format": true, "steps": []}', '{"format": 1, "steps": [NaN]}']
    texts += [
        '{"format": 1, "steps": [], "x": ' + "[" * n + "1" + "]" * n + ', "story": "clerk"}' for n in (47, 48, 49)
    ]
    texts += [" \n".join([whole[1][:40], whole[1][40:]]), whole[1] + " \n", whole[1].replace(".", "==.", 2)[:-9]]
    for _ in range(600):
        text = chance.choice(whole)
        at = chance.randrange(len(text))
        change = chance.choice(["", text[at] * 2, chance.choice('9aZ_-.{}[]",:\\'), text[at:][:20][::-1]])
        texts.append(text[:at] + change + text[at + len(change) :])
    for text, found in zip(texts, _open(story, texts, tmp_path), strict=True):
        try:
            restored = restore(story, Save.decode(text.encode()))
        except SaveError:
            restored = None
        assert ("save" in found) is (restored is not None), (found, text[:300])
        if restored is not None:
            assert [step["id"] for step in found["save"]["steps"]] == [step.id for step in restored.session.steps]


def test_what_is_packed_small_and_is_huge_is_refused(tmp_path: Path) -> None:
    from base64 import urlsafe_b64encode  # by hand: no save of the game is so large
    from zlib import compress, crc32

    packed = compress(b'{"format": 1, "steps": [], "x": "' + b"a" * 2**21 + b'"}', 9)
    code = f"ST1.{urlsafe_b64encode(packed).decode()}.{crc32(packed):08x}"
    found = _open(write_story(tmp_path / "clerk", CLERK), [code], tmp_path)[0]
    assert found["error"] == "the code holds more than 1 MiB: no save of this game"


CHANGES = {
    "by its label": ("label: Stamp it.", "label: Stamp it.\n        id: stamped"),
    "by its position": ("label: Stamp it.", "label: Stamp it well."),
    "no longer fit": ("A long hall., next: street", "A long hall., next: home"),
    "the answer": ("brief: The brief way", "short: The brief way"),
}


@pytest.mark.parametrize("said", CHANGES)
def test_a_save_of_a_story_that_has_changed_is_opened_alike(said: str, tmp_path: Path) -> None:
    """An id that is gone is found by its label, else by its place; what no longer fits is kept aside: the same steps
    and the same words as in the game."""
    chance = random.Random(4)
    story = write_story(tmp_path / "clerk", CLERK)
    saves = [_random_play(story, chance, tmp_path) for _ in range(20)]
    changed = write_story(tmp_path / "changed", CLERK.replace(*CHANGES[said]))
    told = set()
    for save, found in zip(saves, _open(changed, [s.encode().decode() for s in saves], tmp_path), strict=True):
        mine = restore(changed, save)
        assert found["notes"] == [note.replace("'", '"') for note in mine.notes]
        assert [step["id"] for step in found["save"]["steps"]] == [step.id for step in mine.session.steps]
        assert found["save"]["left_over"] == [*mine.left_over, *save.left_over]
        told.update(mine.notes)
    assert any(said in note for note in told)
