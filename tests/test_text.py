"""Story text: what inserts print, what Markdown does, and that neither a value nor a markup can do anything else."""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game.story import text
from game.story.expressions import Value
from game.story.loader import Loaded
from game.story.model import Sheet, Story
from game.story.text import Block, Form, Shown, Span, Template, plain_value, static

LoadText = Callable[..., Loaded]
FORMS = st.sampled_from(["text", "inline", "lines"])


@dataclass
class Play:
    """A play as inserts see it."""

    state: dict[str, Value]
    visits: dict[str, int] = field(default_factory=lambda: {"page": 1})
    chosen: set[str] = field(default_factory=set)
    place: str = "page"


HEAD = """format: 1
id: x
title: X
start: page
state:
  trust: {range: [0, 6], start: 3, label: T, show: words, words: {0-1: marked, 2-3: watched, 4-6: favoured}}
  months: {range: [-5, 17], start: 17, label: M, show: number}
  deputy: {one_of: {nobody: no one, eitingon: Leonid *Eitingon*}, start: nobody, label: D}
  mood: {one_of: [calm, tense], start: calm, ask: Which mood}
  met: false
  name: {text: "", ask: Which name}
define:
  exposed: met and trust > 1
scenes:
  page:
    on_enter: {met: true, trust: trust - exposed, deputy: eitingon, months: 1}
    title: %s
    text: %s
    choices:
      - {id: on, label: %s, go: last}
  last: {ending: {title: End}, text: "{deputy} {mood} {months} {name} {met} {trust} {exposed}"}
"""
STATE: dict[str, Value] = {
    "trust": 3,
    "months": -2,
    "deputy": "eitingon",
    "mood": "calm",
    "met": True,
    "name": "",
}


def story_of(loaded: Loaded) -> Story:
    assert not loaded.diagnostics
    assert loaded.story is not None
    return loaded.story


@pytest.fixture
def shown(load_text: LoadText) -> Callable[..., Shown]:
    """A text of a scene as a player meets it: `|` keeps whatever stands in it."""

    def show(text: str, **state: Value) -> Shown:
        block = "|\n" + "".join(f"      {line}\n" for line in text.split("\n"))
        (template,) = story_of(load_text(HEAD % ("T", block.rstrip("\n"), "L"))).scenes["page"].text
        assert isinstance(template, Template)
        return template.show(Play(STATE | state))

    return show


Show = Callable[..., Shown]


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        # a lone variable prints its words
        ("{trust}", "watched"),
        ("{ trust }", "watched"),
        ("{months}", "-2"),
        ("{deputy}", "Leonid *Eitingon*"),
        ("{mood}", "calm"),
        ("{met}", "yes"),
        ("{exposed}", "yes"),
        # any other expression prints its value
        ("{trust + 0}", "3"),
        ("{-months}", "2"),
        ("{not met}", "false"),
        ("{met and trust > 2}", "true"),
        ("{exposed and met}", "true"),
        ("{met + met}", "2"),
        ("{min(met, 4)}", "1"),
        ("{deputy if met else mood}", "eitingon"),
        ("{'calm' if trust > 3 else 'sweating'}", "sweating"),
        ("{'{braces}' if met else '}'}", "{braces}"),
        ("{visits('page')}", "1"),
        ("{scene}", "page"),
        # braces
        ("{{ and }}", "{ and }"),
        ("{{trust}}", "{trust}"),
        ("{{{trust}}}", "{watched}"),
        ("{trust}{trust}", "watchedwatched"),
        ("{trust}, {months}; {mood}.", "watched, -2; calm."),
    ],
)
def test_an_insert_prints(shown: Show, source: str, printed: str) -> None:
    (block,) = shown(source).blocks
    assert block.plain == printed


@pytest.mark.parametrize(("value", "words"), [(0, "marked"), (1, "marked"), (2, "watched"), (6, "favoured")])
def test_a_number_prints_the_words_of_its_band(shown: Show, value: int, words: str) -> None:
    assert shown("{trust}", trust=value).plain == words


def test_a_flag_prints_no_when_it_is_false(shown: Show) -> None:
    assert shown("{met} {exposed}", met=False).plain == "no no"


def test_a_page_stays_as_it_was_when_the_state_goes_on(load_text: LoadText) -> None:
    (template,) = story_of(load_text(HEAD % ("T", '"{months}"', "L"))).scenes["page"].text
    assert isinstance(template, Template)
    play = Play(dict(STATE))
    page = template.show(play)
    play.state["months"] = 9
    assert page.plain == "-2"


@pytest.mark.parametrize(
    "value",
    [
        *["*stars*", "**bold**", "_under_", "# heading", "> quote", "- item", "1. item", "---", "`code`", "[red]"],
        *["{trust}", "<b>html</b>", "[a](http://b)", "&amp;", "\\*", "  blanks  ", "***", "![i](j)", "http://a.org"],
    ],
)
def test_a_value_stays_literal_whatever_it_holds(shown: Show, value: str) -> None:
    assert shown("A {name} b.", name=value).blocks == (Block("paragraph", (Span(f"A {value} b."),)),)
    assert shown("{name}", name=value).blocks == (Block("paragraph", (Span(value),)),)
    assert shown("*{name}*", name=value).blocks == (Block("paragraph", (Span(value, em=True),)),)


PARTS = [
    "a",
    "*b*",
    "*",
    "**",
    "\\",
    " ",
    "_c_",
    "_",
    "1.",
    "1939",
    "-",
    "=",
    "#",
    ">",
    "\n",
    "\n\n",
    "é.",
    "“",
    '"',
    ",",
    "(",
    "\ufdd0",
]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PARTS)), FORMS)
def test_a_plain_text_is_the_same_with_and_without_markdown(parts: list[str], form: Form) -> None:
    source = "".join(parts)
    plain = text._parsed.__wrapped__(source, form)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "_WORDS", re.compile(r"(?!)"))
        assert text._parsed.__wrapped__(source, form) == plain


def test_every_short_text_with_asterisks_is_the_same_with_and_without_markdown() -> None:
    """What is taken for emphasis without a parser is what the parser takes for it."""
    sources = ["".join(letters) for length in range(1, 7) for letters in itertools.product('a*. "', repeat=length)]
    simple = {source: spans for source in sources if source == source.strip() and (spans := text._simple(source))}
    assert len(simple) > 1000
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "_WORDS", re.compile(r"(?!)"))
        assert {source: text._inline(source) for source in simple} == simple


@settings(max_examples=100, deadline=None)
@given(st.text(), FORMS)
def test_no_source_can_break_the_drawing_of_a_text(source: str, form: Form) -> None:
    mark = "\ufdd0"
    for block in static(source.replace(mark, ""), form).blocks:
        assert all(isinstance(span.text, str) for span in block.spans)


@pytest.mark.parametrize(
    ("source", "blocks"),
    [
        ("One\ntwo.", [Block("paragraph", (Span("One two."),))]),
        ("One.\n\nTwo.", [Block("paragraph", (Span("One."),)), Block("paragraph", (Span("Two."),))]),
        (
            "A *b* **c** ***d***",
            [
                Block(
                    "paragraph",
                    (
                        *[Span("A "), Span("b", em=True), Span(" "), Span("c", strong=True), Span(" ")],
                        Span("d", em=True, strong=True),
                    ),
                )
            ],
        ),
        ("# H\n\n## I", [Block("heading", (Span("H"),), level=1), Block("heading", (Span("I"),), level=2)]),
        ("***", [Block("rule")]),
        ("> a\n> b", [Block("paragraph", (Span("a b"),), quote=1)]),
        ("> > a", [Block("paragraph", (Span("a"),), quote=2)]),
        (
            "- a\n- b\n\n  c",
            [
                Block("paragraph", (Span("a"),), depth=1, bullet="-"),
                Block("paragraph", (Span("b"),), depth=1, bullet="-"),
                Block("paragraph", (Span("c"),), depth=1),
            ],
        ),
        (
            "3. a\n4. b\n   - c",
            [
                Block("paragraph", (Span("a"),), depth=1, bullet="3."),
                Block("paragraph", (Span("b"),), depth=1, bullet="4."),
                Block("paragraph", (Span("c"),), depth=2, bullet="-"),
            ],
        ),
        ("a  \nb", [Block("paragraph", (Span("a\nb"),))]),
        ("\\*a\\*", [Block("paragraph", (Span("*a*"),))]),
    ],
)
def test_markdown_gives_blocks(shown: Show, source: str, blocks: list[Block]) -> None:
    assert list(shown(source).blocks) == blocks


@pytest.mark.parametrize(
    "source",
    [
        *[
            "[red]",
            "[b]bold[/b]",
            "[a](http://example.org)",
            "[@click=app.quit]x[/]",
            "![i](j.png)",
            "<b>x</b>",
            "<br>",
        ],
        *["<script>x</script>", "<http://example.org>", "`code`", "&amp; &lt;", "[a]: http://example.org", "%s"],
        *["[link=x]y[/link]", "$name", "::", "~~x~~", "http://example.org", "a_b_c", "[^1]", "| a | b |"],
    ],
)
def test_links_html_and_markup_print_as_they_stand(shown: Show, source: str) -> None:
    assert shown(source).blocks == (Block("paragraph", (Span(source),)),)


def test_indented_lines_are_text_and_no_code(shown: Show) -> None:
    assert shown("A\n\n    B").blocks == (Block("paragraph", (Span("A"),)), Block("paragraph", (Span("B"),)))


def test_fences_are_text(shown: Show) -> None:
    assert shown("```\na\n```").plain == "``` a ```"


@pytest.mark.parametrize(
    ("source", "spans"),
    [
        ("*{mood}*", [Span("calm", em=True)]),
        ("**{mood}** {mood}", [Span("calm", strong=True), Span(" calm")]),
        ("*very {mood}*, {mood}", [Span("very calm", em=True), Span(", calm")]),
        ("un*{mood}*ly", [Span("un"), Span("calm", em=True), Span("ly")]),
        ("{mood}*", [Span("calm*")]),
        ("*{mood} {months}*{trust}", [Span("calm -2", em=True), Span("watched")]),
    ],
)
def test_emphasis_goes_round_inserts(shown: Show, source: str, spans: list[Span]) -> None:
    (block,) = shown(source).blocks
    assert list(block.spans) == spans


def test_a_value_of_several_lines_or_nothing_keeps_the_block(shown: Show) -> None:
    assert shown("{name}").blocks == (Block("paragraph", (Span(""),)),)
    assert shown("- {name}\n- b", name="# a").blocks[0] == Block("paragraph", (Span("# a"),), depth=1, bullet="-")


def test_inserts_in_headings_lists_and_quotes_keep_their_order(shown: Show) -> None:
    blocks = shown("# {mood}\n\n- {months}\n- {trust}\n\n> {deputy}\n\n{met}").blocks
    assert [b.plain for b in blocks] == ["calm", "-2", "watched", "Leonid *Eitingon*", "yes"]


@pytest.mark.parametrize(
    ("source", "spans"),
    [
        ('"Say *no* to {deputy}"', [Span("Say "), Span("no", em=True), Span(" to Leonid *Eitingon*")]),
        ('"# Not a heading"', [Span("# Not a heading")]),
        ('"1. Not a list"', [Span("1. Not a list")]),
        ('"[red]"', [Span("[red]")]),
        ('"{{trust}} is {trust}"', [Span("{trust} is watched")]),
        ("Two\n        lines", [Span("Two lines")]),
    ],
)
def test_labels_and_titles_take_inline_markdown(load_text: LoadText, source: str, spans: list[Span]) -> None:
    story = story_of(load_text(HEAD % (source, "A.", source)))
    play = Play(dict(STATE))
    assert list(story.scenes["page"].title.show(play).spans) == spans
    assert list(story.choices["page/on"].label.show(play).spans) == spans


def test_a_label_as_plain_text_has_no_stars_and_one_line(load_text: LoadText) -> None:
    story = story_of(load_text(HEAD % ("T", "A.", '"Say **no**,\\n\\nthen *go* to {mood}"')))
    assert story.choices["page/on"].label.show(Play(dict(STATE))).plain == "Say no, then go to calm"


SHEET = """
      - sheet:
          kind: form
          heading: "Form *7*, {mood}"
          text: |
            Name:   {name}
              Aged *8*

            # Rank
            - none
                [red]
"""


def test_a_sheet_keeps_its_lines_and_leading_blanks(load_text: LoadText) -> None:
    (sheet,) = story_of(load_text(HEAD % ("T", SHEET.rstrip("\n"), "L"))).scenes["page"].text
    assert isinstance(sheet, Sheet)
    (template,) = sheet.text
    assert isinstance(template, Template)
    play = Play(STATE | {"name": "*Ada*"})
    assert [(b.kind, b.spans) for b in template.show(play).blocks] == [
        ("line", (Span("Name:   *Ada*"),)),
        ("line", (Span("  "), Span("Aged "), Span("8", em=True))),
        ("line", ()),
        ("line", (Span("# Rank"),)),
        ("line", (Span("- none"),)),
        ("line", (Span("    "), Span("[red]"))),
    ]
    assert list(sheet.heading.show(play).spans) == [Span("Form "), Span("7", em=True), Span(", calm")]


def test_a_text_is_true_when_it_says_something() -> None:
    assert static("a")
    assert not static("")
    assert static("").blocks == ()


def test_plain_values_of_flags_are_words_only_when_alone() -> None:
    assert [plain_value(v) for v in (True, False, 3, "a")] == ["true", "false", "3", "a"]
    assert [plain_value(v, flag=True) for v in (True, False, 3)] == ["yes", "no", "3"]


def test_text_of_the_head_says_nothing_of_the_state(load_text: LoadText) -> None:
    text = (HEAD % ("T", "A.", "L")).replace("title: X", 'title: "{{X}} {mood}"')
    assert [(d.code, str(d.location)) for d in load_text(text).errors] == [("no-insert-here", "story.yaml:3:15")]
