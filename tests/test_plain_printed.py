"""What line mode prints: words and line ends, as wide as they should be, and nothing that steers a terminal."""

import os
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from game.layout import HELD, text_of, wrap
from game.play.slots import Slots
from game.story.loader import load
from tests.line_mode import BEGUN, DRAWN, TEXT, WIDE, story_of, too_wide, type_in


@pytest.fixture(autouse=True)
def no_flushing(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests save thousands of times; whether saves are flushed is tested with the saves."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def slots(tmp_path: Path) -> Slots:
    return Slots(tmp_path / "saves", story_of(tmp_path))


@pytest.mark.parametrize("width", [72, 25])
def test_every_good_story_prints_words_and_line_ends_only(good_story: Path, tmp_path: Path, width: int) -> None:
    story = load(good_story).story
    assert story is not None
    lines = ["e", "f", "j", "g", "?", "1", "v", "r", "2", "u", "1", "v", "3"] * 3
    for begin in ([], ["2", "1", "1", "1"], ["1", "", "2"]):
        slots = Slots(tmp_path / str(len(begin)), story)
        said = type_in(slots, *begin, *lines, slot=None, width=width)
        assert said.endswith("\n")
        assert not DRAWN.search(said), DRAWN.search(said)
        assert not too_wide(said, width)
        assert not re.search(r"[ \t]\n", said.replace("> \n", "\n"))


@given(
    st.lists(st.sampled_from([*WIDE.split(), " ", "  ", "\n", "a", "i" * 30]) | st.text(max_size=5), max_size=20),
    st.integers(8, 40),
    st.sampled_from(["", "  ", "  1  "]),
    st.booleans(),
)
@settings(deadline=None)
def test_wrapping_keeps_every_word_and_the_width(pieces: list[str], width: int, prefix: str, spaces: bool) -> None:
    text = "".join("\ufffd" if unicodedata.category(c)[0] == "C" and c != "\n" else c for c in "".join(pieces))
    lines = [text_of(line) for line in wrap([(text, "")], width, prefix, " " * len(prefix), spaces=spaces)]
    assert all(cell_len(line.rstrip()) <= width for line in lines)
    assert all(line.startswith(prefix if n == 0 else " " * len(prefix)) for n, line in enumerate(lines))
    kept = "".join(line[len(prefix) :] for line in lines)
    assert re.sub(f"[ {HELD}]", "", kept) == re.sub(f"[ \n{HELD}]", "", text)  # at the end of a line no space is held


def test_runs_of_spaces_stay_where_lines_are_kept() -> None:
    assert [text_of(line) for line in wrap([("a   b  c", "")], 6, spaces=True)] == ["a   b", "c"]
    assert [text_of(line) for line in wrap([("a   b  c", "")], 6)] == ["a b c"]


def test_wide_characters_wrap_at_the_width(tmp_path: Path) -> None:
    story = story_of(tmp_path, TEXT.replace("A yard.", WIDE).replace("Leave.", WIDE, 1).replace("It is shut.", WIDE))
    for width in (20, 33, 72):
        said = type_in(Slots(tmp_path / str(width), story), *BEGUN, "2", "1", "1", "j", width=width)
        assert not too_wide(said, width)
        assert "東" * 3 in said


HOSTILE = "\x1b[31mEve\x1b]0;own\x07 [@click=app.quit]x[/] *b* {n} \x9b2J\u202e\u2028" + "y" * 9_000


def test_a_hostile_answer_is_printed_as_harmless_words(slots: Slots) -> None:
    said = type_in(slots, "1", HOSTILE, "1", "1", "2", "1", "1", "j", "f", "r")
    assert not DRAWN.search(said)
    flat = " ".join(said.split())
    assert "Hello, [31mEve ]0;own [@click=app.quit]x[/] *b* {n}" in flat
    assert "y" * 61 not in said
    assert not too_wide(said, 72)


def test_a_hostile_text_is_printed_as_it_was_written(tmp_path: Path) -> None:
    words = "[@click=app.quit]x[/] [red]r[/red] <b>h</b> [l](javascript:x) \\\\e[31m &#27;[2J `c` https://x.org"
    text = TEXT.replace("A yard.", f"'{words}'").replace("It is shut.", f"'{words}'").replace("Leave.", f"'{words}'", 1)
    said = type_in(Slots(tmp_path, story_of(tmp_path, text)), *BEGUN, "2", "1", "1", "j")
    assert not DRAWN.search(said)
    for word in words.replace("\\\\", "\\").split():
        assert said.count(word) >= 3


def test_a_hostile_save_is_listed_as_harmless_words(slots: Slots) -> None:
    type_in(slots, *BEGUN, "1")
    raw = slots.path("a").read_text(encoding="utf-8")
    saved = re.sub(r'"saved": "[^"]*"', r'"saved": "\\u001b[2J\\n\\u202e99"', raw)
    assert saved != raw
    slots.path("a").write_text(saved, encoding="utf-8")
    slots.path("b").write_text('{"format": 1, "steps": [], "story": "\\u001b[2J"}', encoding="utf-8")
    assert not DRAWN.search(type_in(slots, "2", slot=None))
