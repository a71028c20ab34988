"""Documents on the screen: each kind drawn as what it is, legible in any width."""

import re

import pytest
from rich.cells import cell_len

from game.layout import text_of
from game.play.page import SheetShown
from game.story.model import SheetKind
from game.story.text import EMPTY, static
from game.tui.sheets import draw_sheet

KINDS: tuple[SheetKind, ...] = ("cable", "memo", "letter", "form", "note", "press")
TEXT = "Dear friends,\nthe soil is good, the season long.\n  Item     Ink"


def sheet(kind: SheetKind, stamp: str = "single copy", text: str = TEXT) -> SheetShown:
    lines = (static(text, "lines"),)
    return SheetShown("s", kind, static("On fruit"), static(stamp) if stamp else EMPTY, lines, static("your uncle"))


def drawn(kind: SheetKind, width: int = 68, **kwargs: str) -> list[str]:
    return [text_of(line) for line in draw_sheet(sheet(kind, **kwargs), width)]


def words(lines: list[str]) -> str:
    kept = "".join(char if char.isalnum() or char in ",. " else " " for line in lines for char in f"{line} ")
    return " ".join(kept.split()).lower()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [68, 56, 30, 16, 8])
def test_a_sheet_keeps_to_its_width(kind, width):
    assert max(map(cell_len, drawn(kind, width))) <= width


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [68, 56, 30])
def test_every_line_of_a_sheet_has_the_same_two_edges(kind, width):
    assert len(set(map(cell_len, drawn(kind, width)))) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [68, 56, 40])
def test_a_sheet_says_its_heading_stamp_text_and_name_in_that_order(kind, width):
    said = words(drawn(kind, width))
    text = ["dear friends, the soil is good, the season long.", "item ink", "your uncle"]
    places = [said.find(word) for word in text]
    assert -1 not in places
    assert places == sorted(places)
    assert -1 < said.find("on fruit") < places[0]
    assert -1 < said.find("single copy") < places[0]


def test_the_title_of_a_form_makes_room_for_its_stamp():
    form = sheet("form", stamp="to be returned")._replace(
        heading=static("Commandant of the Kremlin. Pass, single visit")
    )
    lines = [text_of(line) for line in draw_sheet(form, 68)]
    assert lines[1].startswith("│ Commandant of the Kremlin.   "), lines[1]
    assert lines[2].startswith("│ Pass, single visit   "), lines[2]
    assert "│ TO BE RETURNED │" in lines[2]


@pytest.mark.parametrize("kind", KINDS)
def test_lines_are_kept_as_written(kind):
    lines = drawn(kind)
    assert any(" the soil is good, the season long. " in line for line in lines)
    dear = next(line for line in lines if "Dear friends," in line)
    item = next(line for line in lines if "Item     Ink" in line)
    assert item.index("Item") == dear.index("Dear") + 2


def test_a_headline_of_several_lines_keeps_clear_of_its_stamp():
    headline = static("The attack on a house in Coyoacan, and what the guards of it say")
    cutting = SheetShown("s", "press", headline, static("seen"), (static(TEXT, "lines"),), EMPTY)
    for width in range(30, 60):
        lines = [text_of(line) for line in draw_sheet(cutting, width)]
        assert any("│ SEEN │" in line for line in lines)
        assert not [line for line in lines if re.search(r"\w ?(┌|└|│ SEEN)", line)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_stamp_is_a_bordered_word_in_capitals(kind):
    lines = drawn(kind)
    row = next(i for i, line in enumerate(lines) if "│ SINGLE COPY │" in line)
    assert "┌─────────────┐" in lines[row - 1]
    assert "└─────────────┘" in lines[row + 1]
    assert any("[ SINGLE COPY ]" in line for line in drawn(kind, 28))


def test_no_two_kinds_look_alike_without_colour():
    looks = {kind: tuple(drawn(kind, stamp="")) for kind in KINDS}
    frames = {kind: (look[0][0], look[0][1], look[-1][:2], look[1][2:12], look[2][0]) for kind, look in looks.items()}
    assert len(set(frames.values())) == len(KINDS)


def test_a_cable_has_its_head_in_capitals_and_a_strip_a_line():
    lines = draw_sheet(sheet("cable", stamp=""), 68)
    assert text_of(lines[1]).split() == ["║", "CABLE", "ON", "FRUIT", "║"]
    strips = [[text for text, style in line if "strip" in style.split()] for line in lines]
    assert ["".join(strip) for strip in strips if strip] == [
        " Dear friends, ",
        " the soil is good, the season long. ",
        " Item     Ink ",
    ]


def test_the_fields_of_a_form_are_ruled_to_the_edge():
    text = "The visitor   came with a hat\n              and a coat."
    lines = draw_sheet(sheet("form", stamp="", text=text), 68)
    ruled = ["".join(text for text, style in line if "ruled" in style.split()) for line in lines]
    assert [field.rstrip() for field in ruled if field] == ["came with a hat", "and a coat."]
    assert {len(field) for field in ruled if field} == {64 - 14}


@pytest.mark.parametrize("longest", [44, 48])
def test_a_letter_gives_its_margins_up_sooner_than_the_lines_it_was_written_in(longest):
    line = "word " * 8 + "x" * (longest - 40)
    assert f" {line} " in "\n".join(drawn("letter", 56, text=f"Dear friends,\n{line}"))


def test_a_letter_has_its_date_and_its_name_at_the_right():
    lines = drawn("letter", stamp="")
    assert [line.split() for line in lines if "On fruit" in line or "uncle" in line] == [
        ["│", "On", "fruit", "│"],
        ["│", "your", "uncle", "│"],
    ]
    assert all(line.index("O" if "On" in line else "y") > 40 for line in lines if "On fruit" in line or "uncle" in line)


def test_a_note_is_no_wider_than_its_words():
    assert cell_len(drawn("note", stamp="")[0]) == len("the soil is good, the season long.") + 4


@pytest.mark.parametrize("text", ["Come to us at once.", "Come to us at once!!"], ids=len)
def test_a_note_is_torn_off_alike_at_both_ends(text):
    torn = drawn("note", stamp="", text=text)[-1].strip()
    assert (torn[0], torn[-1]) == ("\\", "/")


def test_a_summary_stands_where_the_text_is_held_back():
    held = SheetShown("s", "memo", static("On fruit"), EMPTY, None, EMPTY, static("Something was ordered."))
    assert "something was ordered." in words([text_of(line) for line in draw_sheet(held, 68)])
