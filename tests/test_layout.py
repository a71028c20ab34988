"""Prose laid out in lines of a given width."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from game.layout import BLANK, HELD, Line, balanced, shown_lines, span_runs, text_of, wrap
from game.story.text import static

LETTERS = "abcé\N{NO-BREAK SPACE}漢字\N{FULLWIDTH LATIN SMALL LETTER W}e\u0301👩\u200d🚀-."
WORDS = st.text(alphabet=LETTERS, min_size=1, max_size=12)
PIECES = st.lists(st.one_of(WORDS, st.sampled_from([" ", "  ", "\n"])), max_size=20).map("".join)
PLAIN = st.lists(st.text("abé\u2019\u2014", min_size=1, max_size=9), min_size=1, max_size=20).map(" ".join)
RUNS = st.lists(st.tuples(PIECES, st.sampled_from(["", "em", "strong"])), max_size=6)
MARKDOWN = st.lists(
    st.sampled_from(["# A heading", "- an item", "  - deeper", "    - deeper still", "> quoted words", "> - both",
                     "100. far down a list", "---", "", "Plain words and *slanted* ones.", "Wundersamstes漢字Wort"]),
    max_size=12,
).map("\n".join)  # fmt: skip


def texts(lines: list[Line]) -> list[str]:
    return [text_of(line) for line in lines]


def lay(text: str, width: int = 20) -> list[str]:
    return texts(shown_lines(static(text, "text"), width))


def visible(text: str) -> str:
    return "".join(re.split("[ \n\N{NO-BREAK SPACE}]", text))


def test_words_fill_a_line_and_go_on_in_the_next():
    assert texts(wrap([("one two three", "")], 8)) == ["one two", "three"]


def test_a_line_that_fits_exactly_is_not_broken():
    assert texts(wrap([("one two", "")], 7)) == ["one two"]


def test_nothing_is_one_empty_line():
    assert wrap([], 10) == [BLANK]


def test_spaces_in_a_row_are_one_and_none_stand_at_the_edges():
    assert texts(wrap([("  one   two  ", "")], 20)) == ["one two"]


def test_spaces_stay_where_lines_are_kept_as_written():
    assert texts(wrap([("Name:     Ivan", "")], 20, spaces=True)) == ["Name:     Ivan"]
    sheet = static("Name:   Ivan\n  Rank:  none", "lines")
    assert texts(shown_lines(sheet, 30)) == ["Name:   Ivan", "  Rank:  none"]


def test_a_kept_line_too_long_goes_on_under_its_own_indent():
    assert texts(shown_lines(static("  one two three", "lines"), 10)) == ["  one two", "  three"]


def test_a_kept_line_in_two_columns_goes_on_under_the_second():
    line = static("Act   while he read", "lines")
    assert texts(shown_lines(line, 14)) == ["Act   while he", "      read"]
    assert texts(shown_lines(line, 11)) == ["Act   while", "he read"]


@given(
    st.one_of(PLAIN, PIECES), st.integers(1, 40), st.sampled_from(["", "> ", "  10  "]), st.sampled_from(["", "   "])
)
def test_a_paragraph_of_plain_letters_is_wrapped_into_the_lines_it_is_word_by_word(text, width, first, rest):
    """As it is where there is a second run."""
    assert wrap([(text, "em")], width, first, rest, "dim") == wrap(
        [(text, "em"), ("", "em")], width, first, rest, "dim"
    )


def test_every_letter_is_wrapped_as_wide_as_it_is():
    for letter in map(chr, range(0x20, 0x2100)):
        runs = [(f"{letter}{letter} a{letter}b {letter}", "")]
        assert wrap(runs, 3) == wrap([*runs, ("", "")], 3), hex(ord(letter))


@given(RUNS, st.integers(1, 40))
def test_what_is_balanced_has_as_few_lines_as_wrapping_makes_and_the_same_words(runs, width):
    assert texts(balanced([("the attack that never took place", "")], 30)) == ["the attack that", "never took place"]
    lines, wrapped = balanced(runs, width), wrap(runs, width)
    assert len(lines) == len(wrapped)
    assert "".join(texts(lines)).replace(" ", "") == "".join(texts(wrapped)).replace(" ", "")
    assert max(map(cell_len, texts(lines))) <= max(map(cell_len, texts(wrapped)))


def test_a_newline_breaks_the_line():
    assert texts(wrap([("one\n\ntwo", "")], 20)) == ["one", "", "two"]


def test_a_no_break_space_does_not_break():
    assert texts(wrap([("a b\N{NO-BREAK SPACE}c", "")], 4)) == ["a", "b\N{NO-BREAK SPACE}c"]


def test_wide_characters_count_two_cells():
    assert texts(wrap([("漢字 漢字", "")], 8)) == ["漢字", "漢字"]
    assert texts(wrap([("漢字漢字", "")], 5)) == ["漢字", "漢字"]


def test_a_wide_character_in_one_cell_stands_alone():
    assert texts(wrap([("漢字x", "")], 1)) == ["漢", "字", "x"]


def test_combining_marks_stay_with_their_letter():
    assert texts(wrap([("e\u0301" * 5, "")], 2)) == ["e\u0301" * 2, "e\u0301" * 2, "e\u0301"]


def test_a_word_wider_than_the_line_is_cut():
    assert texts(wrap([("abcdefgh ij", "")], 3)) == ["abc", "def", "gh", "ij"]
    assert texts(wrap([("x" * 1000, "")], 10)) == ["x" * 10] * 100


def test_a_path_is_cut_between_names_where_one_ends_in_the_second_half_of_a_line():
    assert texts(wrap([("/home/teacher/saves/play.md", "")], 16)) == ["/home/teacher/", "saves/play.md"]
    assert texts(wrap([("/a/" + "x" * 20, "")], 16)) == ["/a/" + "x" * 13, "x" * 7]


def test_words_that_stay_together_but_where_a_line_is_too_short_for_them_break_between_words():
    assert texts(wrap([("15 steps, saved 21 May, 06:12".replace(" ", HELD), "")], 25)) == [
        "15 steps, saved 21 May,".replace(" ", HELD),
        "06:12",
    ]
    assert texts(wrap([("Theme" + HELD * 20, ""), (" lamp", "")], 8)) == ["Theme" + HELD * 3, "lamp"]


def test_a_word_of_two_styles_breaks_as_one_word():
    lines = wrap([("see ", ""), ("every", "em"), ("one", "strong")], 9)
    assert lines == [(("see", ""),), (("every", "em"), ("one", "strong"))]


def test_runs_of_one_style_are_joined():
    assert wrap([("a b", "em"), ("c", "em")], 9) == [(("a bc", "em"),)]


def test_prefixes_begin_the_first_line_and_the_others():
    lines = wrap([("one two", "")], 6, "> ", "  ", "echo")
    assert lines == [(("> ", "echo"), ("one", "")), (("  ", "echo"), ("two", ""))]


def test_a_prefix_wider_than_the_line_leaves_room_for_words():
    assert texts(wrap([("ab", "")], 4, "prefix", "      ")) == ["prab"]
    assert texts(wrap([("ab", "")], 1, "> ", "  ")) == ["a", "b"]


@given(RUNS, st.integers(1, 30), st.sampled_from(["", "> ", "      "]), st.booleans())
def test_no_line_is_wider_than_its_column_and_no_character_is_lost(runs, width, prefix, spaces):
    lines = wrap(runs, width, prefix, prefix, spaces=spaces)
    shown = wrap([], width, prefix)[0]
    start = len(text_of(shown))
    for line in lines:
        text = text_of(line)
        assert cell_len(text) <= width or (width == 1 and cell_len(text) == 2)
    assert visible("".join(text_of(line)[start:] for line in lines)) == visible("".join(text for text, _ in runs))


@given(MARKDOWN, st.integers(1, 40))
def test_markdown_of_any_shape_keeps_to_its_column(source, width):
    for line in lay(source, width):
        assert cell_len(line) <= width or (width == 1 and cell_len(line) == 2)


def test_paragraphs_stand_apart():
    assert lay("One\nline.\n\nAnother.") == ["One line.", "", "Another."]


def test_a_hard_break_in_a_paragraph_starts_a_line():
    assert lay("One  \ntwo") == ["One", "two"]


def test_list_items_stand_together_and_hang_under_their_first_word():
    assert lay("- one two three four five\n- six") == ["-  one two three", "   four five", "-  six"]


def test_numbered_items_count_and_long_numbers_keep_their_distance():
    assert lay("9. nine\n10. ten") == ["9. nine", "10. ten"]
    assert lay("100. hundred") == ["100. hundred"]


def test_lists_in_lists_are_indented():
    assert lay("- one\n  - two\n- three") == ["-  one", "   -  two", "-  three"]


def test_quotes_are_indented():
    assert lay("> quoted words that go on") == ["  quoted words that", "  go on"]


def test_headings_are_strong():
    assert shown_lines(static("# Head", "text"), 20) == [(("Head", "strong"),)]


def test_a_rule_is_three_stars():
    assert lay("One.\n\n---\n\nTwo.") == ["One.", "", "       * * *", "", "Two."]


@pytest.mark.parametrize(("source", "style"), [("*a*", "em"), ("**a**", "strong"), ("***a***", "em strong")])
def test_emphasis_is_a_style_after_the_base(source, style):
    assert shown_lines(static(source, "text"), 20, "old") == [(("a", f"old {style}"),)]


def test_a_label_is_one_line():
    assert span_runs(static("one\n\ntwo"), "echo") == [("one", "echo"), (" ", "echo"), ("two", "echo")]
