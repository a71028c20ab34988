"""A play as Markdown, the way it has gone, and the outcomes met: the data behind three screens."""

from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from game.play import outcomes
from game.play.given import Start
from game.play.report import inline, literal, markdown, report, write_report
from game.play.route import route
from game.play.session import Session
from game.play.slots import Play, Slots
from game.story.loader import load
from game.story.model import Story
from game.story.text import Template, static
from tests.screen import CLERK, SPECIAL_TASKS, write_story

TO_THE_END = ("office/stamp_it", "hall/continue", "street/run_to_him")


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return write_story(tmp_path / "story")


def played(story: Story, saves: Path, *steps: str, summarise: bool = False) -> Play:
    session = Session(story, {"name": "*Anna* <b>"}, summarise=summarise)
    for step in steps:
        session.choose(step)
    return Play(session, Slots(saves, story), "play-1")


def words(text: str) -> str:
    """What a reader of the Markdown sees, on one line."""
    seen = []
    for token in MarkdownIt("commonmark").parse(text):
        seen += [t.content for t in token.children or () if t.content] if token.type == "inline" else [token.content]
    return " ".join(" ".join(seen).split())


def test_a_report_tells_decisions_file_toll_answers_and_all_that_was_read_in_this_order(story, tmp_path):
    play = played(story, tmp_path, *TO_THE_END)
    play.answer(1, "- He did.\n# Others too.")
    text = words(report(play))
    order = [
        *["The Clerk", "A play of 3 steps", "Whose desk is this? *Anna* <b>", "Ending: Evening", "Outcome: A hand"],
        *["Decisions, against the record", "The office : Stamp it.", "As on record. He wrote so. There was a desk."],
        *["Departs from the record. The messenger fell. (disputed)", "The file", "Memo: Order 12", "Item     Ink"],
        *["The people harmed", "The messenger. Lost a hand.", "Questions", "Who held the stamp?", "(not answered)"],
        *["Who paid for it?", "- He did. # Others too.", "Everything read", "Good morning, *Anna* <b>.", "Stamp it."],
        *["Record card: I. The desk", "The cart breaks his fingers.", "There is blood on the stones.", "You go home."],
    ]
    places = [text.find(" ".join(phrase.split())) for phrase in order]
    assert dict(zip(order, places, strict=True)) == {p: at for p, at in zip(order, places, strict=True) if at >= 0}
    unique = [text.index(phrase) for phrase in ("Decisions, against", "Memo: Order", "The people", "Everything read")]
    assert unique == sorted(unique)


def test_a_report_holds_back_what_is_told_by_summary(story, tmp_path):
    text = report(played(story, tmp_path, *TO_THE_END, summarise=True))
    assert "The messenger is hurt." in text
    assert [word for word in ("fingers", "blood", "The messenger fell") if word in text] == []


def test_a_report_of_a_first_page_says_what_there_is_not_yet(tmp_path):
    story = write_story(
        tmp_path / "story", CLERK.replace("            id: order\n", "").replace("          id: order\n", "")
    )
    text = report(played(story, tmp_path / "saves"))
    assert "Nothing has been chosen yet." in text
    assert "The file is empty." in text


def test_a_report_is_written_beside_the_save(story, tmp_path):
    play = played(story, tmp_path, *TO_THE_END)
    assert write_report(play) == tmp_path / "clerk" / "play-1.md"
    assert (tmp_path / "clerk" / "play-1.md").read_text() == report(play)


HOSTILE = [
    "*a* _b_ `c`",
    "# no heading",
    "1. no list",
    "- no list",
    "+ no",
    "[x](y) <i>z</i>",
    "a & b &amp; \\*",
    "~~~",
    "===",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_literal_text_is_shown_as_it_is(text):
    assert words(literal(text)) == text


@pytest.mark.parametrize("form", ["text", "inline"])
@pytest.mark.parametrize("text", ["a *b* **c** d", "*all of it*", r"a \* b", "1986\\. A year.", "***both***", "a  \nb"])
def test_markdown_of_a_text_reads_as_the_text(text, form):
    shown = static(text, form)
    assert words(markdown(shown)) == " ".join(shown.plain.split())


def test_lists_quotes_and_rules_stay_what_they_are():
    source = "- one\n- two\n\n> a *quote*\n\n---\n\n1. first\n2. second\n"
    html = MarkdownIt("commonmark").render(markdown(static(source, "text")))
    for tag in ("<ul>", "<blockquote>", "<em>quote</em>", "<hr />", "<ol>"):
        assert tag in html


def test_an_inserted_value_is_literal_in_a_label():
    assert inline(static("*x* y", "inline")) == "*x* y"
    assert Template("plain").source == "plain"


def test_every_play_of_the_game_reads_in_markdown_as_on_the_page(tmp_path):
    story = load(SPECIAL_TASKS).story
    assert story is not None
    session = Session(story)
    while session.page.ending is None:
        session.choose(session.offered[-1])
    text = words(report(Play(session, Slots(tmp_path, story), "play-1")))
    for turn in session.turns:
        if turn.step is not None and turn.choice is not None:
            assert " ".join(turn.step.label.plain.split()) in text


# --- the route


def test_a_route_counts_each_unmet_scene_once_and_names_none(tmp_path):
    text = CLERK.replace("when: mood == 0, locked: You lack the temper., go: street}", "go: cellar}")
    text = text.replace("  home:", "  cellar: {text: C., next: home}\n  home:")
    session = Session(write_story(tmp_path / "story", text))
    assert [(s.scene, s.blanks, s.here) for s in route(session).stops] == [("office", 2, True)]
    assert route(session).not_taken == 0, "what lies ahead is not missed yet"
    session.choose("office/stamp_it")
    found = route(session)
    assert [(s.scene, s.blanks) for s in found.stops] == [("office", 1), ("hall", 1)]
    assert (found.not_taken, found.unmet_chapters) == (1, 1)


# --- outcomes


def test_outcomes_are_kept_by_saving_and_over_plays(story, tmp_path):
    play = played(story, tmp_path, "office/stamp_it")
    play.save()
    assert outcomes.met(tmp_path / "clerk") == {}
    play.session.choose("hall/continue")
    play.save()
    assert outcomes.met(tmp_path / "clerk") == {"street": "A hand"}
    assert [info.name for info in Slots(tmp_path, story).list()] == ["play-1"], "the file is no slot"


def test_a_play_begun_in_the_middle_meets_no_outcome(story, tmp_path):
    Play(Session(story, start=Start("street", {})), Slots(tmp_path, story), "a").save()
    assert outcomes.met(tmp_path / "clerk") == {}


@pytest.mark.parametrize(
    "damage", [b"", b"[]", b'{"format": 2, "outcomes": {}}', b'{"format": 1, "outcomes": []}', b"\xff"]
)
def test_a_damaged_file_gives_what_the_one_before_it_held_and_is_mended(story, tmp_path, damage):
    play = played(story, tmp_path, *TO_THE_END)
    play.save()
    path = tmp_path / "clerk" / outcomes.NAME
    path.with_name(f"{path.name}.bak").write_bytes(path.read_bytes())
    path.write_bytes(damage)
    assert outcomes.met(tmp_path / "clerk") == {"street": "A hand"}
    path.with_name(f"{path.name}.bak").unlink()
    assert outcomes.met(tmp_path / "clerk") == {}
    play.save()
    assert outcomes.met(tmp_path / "clerk") == {"street": "A hand"}
