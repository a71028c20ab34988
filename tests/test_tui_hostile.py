"""A story that would rather be a program: its text is drawn as text on every screen, and does nothing."""

from pathlib import Path

import pytest
from textual.widgets import Input

from game.play.session import Session
from game.play.slots import Play, Slots
from game.story.loader import load
from game.story.model import Story
from game.tui.screens.base import Panel
from game.tui.screens.scene import SceneScreen
from game.tui.screens.title import TitleScreen
from tests.screen import Player, at_scene, playing, write_story

MARKUPS = ["[@click=app.quit]x[/]", "[red] [/] $primary [link=file:///]y[/link] [[i]]z"]

HOSTILE = """
format: 1
id: hostile
title: "MARK title"
author: "MARK author"
about: "MARK about"
content_note: "MARK note"
start: room
state:
  mood: {range: [0, 1], start: 0, label: "MARK gauge", show: words, words: {0: "MARK words", 1: up}}
  pick: {one_of: {one: "MARK answer", two: Two}, start: one, ask: "MARK question"}
  name: {text: "MARK start", ask: "MARK typed"}
chapters:
  part: {title: "MARK chapter", plate: desk.txt, plate_alt: "MARK alt", basis: [F1], card: "MARK card"}
  next: {title: "MARK second"}
glossary:
  word: {title: "MARK term", kind: term, text: "MARK meaning"}
toll:
  - {who: "MARK who", text: "MARK loss"}
debrief: ["MARK ask"]
sources:
  book: {title: "MARK source", kind: primary}
facts:
  F1: {text: "MARK fact", source: book, standing: documented}
scenes:
  room:
    chapter: part
    title: "MARK scene"
    place: "MARK place"
    date: "MARK date"
    text:
      - "MARK text {name}"
      - sheet: {id: s, kind: form, heading: "MARK head", stamp: "MARK stamp", text: "MARK line", signed: "MARK sign"}
    choices:
      - {label: "MARK locked", id: b, when: mood > 0, locked: "MARK reason", go: end}
      - {label: "MARK label", id: a, reply: "MARK reply", go: street, record: {followed: F1, note: "MARK remark"}}
  street:
    chapter: next
    outcome: {title: "MARK outcome", summary: "MARK result"}
    text: "MARK street"
    next: end
  end: {title: "MARK last", text: "MARK over", ending: {title: "MARK ending"}}
"""


def hostile(folder: Path, markup: str) -> Story:
    return write_story(folder, HOSTILE.replace("MARK", markup))


async def has(player: Player, markup: str, *names: str) -> None:
    want = [f"{markup} {name}" for name in names]
    await player.until(lambda: all(w in player.words + player.written for w in want))


async def click_all(player: Player, markup: str) -> None:
    """Clicks every place of the markup that is no choice."""
    options = {line for first, end in player.reader._rows for line in range(first, end)}
    top, start = player.reader.region.y, int(player.reader.scroll_offset.y)
    for y, line in enumerate(player.text.split("\n")):
        at = line.find(markup)
        if at >= 0 and y - top + start not in options:
            await player.pilot.click(offset=(at + markup.index("x") if "x" in markup else at, y))
    await player.pilot.pause()
    assert not player.app._exit


@pytest.mark.parametrize("markup", MARKUPS)
async def test_markup_in_every_field_is_printed_as_written_and_does_nothing_when_clicked(tmp_path, markup):
    story = hostile(tmp_path / "story", markup)
    async with playing(story, tmp_path / "saves", size=(300, 60)) as player:
        await player.at(TitleScreen)
        for word in f"{markup} title".upper().split():
            assert "\N{NO-BREAK SPACE}".join(word) in player.text or word in player.text  # a long one is not spread
        await has(player, markup, "author", "about")
        await click_all(player, markup)
        await player.press("1")
        await has(player, markup, "note", "title")
        await click_all(player, markup)
        await player.press("1")
        await has(player, markup, "question", "answer")
        await click_all(player, markup)
        await player.press("1")
        await player.sees(f"{markup} typed")
        assert f"{markup} start" in player.words
        await click_all(player, markup)
        player.app.screen.query_one(Input).value = "[@click=app.quit]me[/]"
        await player.press("enter")
        await player.at(SceneScreen)
        fields = ["chapter", "scene", "place", "date", "head", "line", "sign", "locked", "reason", "label"]
        await has(player, markup, *fields, "text [@click=app.quit]me[/]")
        assert f"{markup} stamp".upper() in player.words
        assert f"{markup} gauge {markup} words" in player.margin
        await click_all(player, markup)
        await player.press("e")
        await player.at(Panel)
        await has(player, markup, "fact", "source")
        await click_all(player, markup)
        await player.press("escape", "d")
        await has(player, markup, "term", "meaning")
        await click_all(player, markup)
        await player.press("escape", "f")
        await has(player, markup, "head")
        await player.press("1")
        await has(player, markup, "head", "line", "sign")
        await click_all(player, markup)
        await player.press("escape", "escape", "j")
        await has(player, markup, "chapter", "scene", "text [@click=app.quit]me[/]", "line")
        await click_all(player, markup)
        await player.press("escape", "m")
        await has(player, markup, "chapter", "scene")
        await click_all(player, markup)
        await player.press("escape", "1")
        await has(player, markup, "label", "reply", "card", "fact", "chapter")
        await click_all(player, markup)
        await player.press("1")
        await has(player, markup, "second", "street")
        await player.press("1")
        await has(player, markup, "over", "ending", "outcome", "result", "who", "loss", "ask", "head", "remark", "fact")
        await click_all(player, markup)
        await player.press("j")
        await has(player, markup, "scene", "label", "remark", "fact")
        await click_all(player, markup)


async def test_markup_where_a_plate_is_too_wide_is_printed_as_written(tmp_path):
    story = hostile(tmp_path / "story", "[red]")
    async with at_scene(story, tmp_path / "saves", size=(11, 40)) as player:
        await player.until(lambda: "[red] alt" in player.written)


async def test_markup_in_the_words_of_a_notice_is_printed_as_written(tmp_path):
    story = hostile(tmp_path / "story", "[red]")
    play = Play(Session(story), Slots(tmp_path / "saves", story), "play-1")
    play.save()
    path = Slots(tmp_path / "saves", story).path("play-1")
    path.write_text(path.read_text().replace('"hostile"', '"other"').replace('"[red] title"', '"[red]quiet[/red]"'))
    async with playing(story, tmp_path / "saves", slot="play-1") as player:
        await player.sees("a save of another story, '[red]quiet[/red]'")


@pytest.mark.parametrize("code", ["\x1b[2J", "\x1b]52;c;AAAA\x07", "\x9b31m", "\x07", "\u202e", "\x00"])
def test_a_story_with_terminal_control_in_it_does_not_load(tmp_path, code):
    for text in (HOSTILE.replace("MARK about", "MARK" + code), f"{HOSTILE}# {code}\n"):
        (tmp_path / "story.yaml").write_text(text)
        (tmp_path / "desk.txt").write_text("x")
        assert load(tmp_path).story is None


@pytest.mark.parametrize("code", ["\\e[2J", "\\x1b[2J", "\\x07", "\\u202e", "\\x9b2J"])
def test_a_story_that_spells_terminal_control_does_not_load(tmp_path, code):
    (tmp_path / "story.yaml").write_text(HOSTILE.replace("MARK about", code))
    (tmp_path / "desk.txt").write_text("x")
    assert load(tmp_path).story is None


def test_a_plate_with_terminal_control_in_it_does_not_load(tmp_path):
    (tmp_path / "story.yaml").write_text(HOSTILE)
    (tmp_path / "desk.txt").write_text("x\x1b[2J")
    assert load(tmp_path).story is None


async def test_nothing_that_is_typed_or_shown_reaches_the_terminal_as_control(tmp_path):
    async with playing(hostile(tmp_path / "story", "[red]"), tmp_path / "saves") as player:
        await player.press("1", "1", "1")
        player.app.screen.query_one(Input).value = "a\x1b[2J\x07\u202eb\tc"
        await player.press("enter")
        await player.at(SceneScreen)
        assert player.session.answers["name"] == "a [2J b c"
        assert all(char.isprintable() or char in "\n\N{NO-BREAK SPACE}" for char in player.text)
