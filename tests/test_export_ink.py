"""Ink: the exported script compiles with inkjs and plays as the story does."""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from game.export.ink import RULE, Ink
from game.play.page import Card, Echo, Heading, Opening, SheetShown
from game.play.session import Session
from game.story.loader import load
from game.story.model import Story
from game.story.text import Shown
from tests import node
from tests.random_stories import story_text

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "scenes" / "special-tasks"
STORIES = [*sorted((ROOT / "tests" / "stories" / "good").iterdir()), SHIPPED]
PLAYS, STEPS = 200, 80
HARD = r"""
format: 1
id: hard
title: Hard
author: "Me \n // TODO"
start: st_x
state:
  temp: {range: [-9, 9], start: -7, words: {-9--1: '"a" {{b}} | c -> d // e', 0-9: "~ # <> \\"}}
  done: false
  list: {one_of: {end: "* x", return_: "- else: y"}, start: end}
  said: {text: "TODO: [a] {{b}} -> END // */"}
define:
  ok: not (seen('mod') and temp // 2 < -3) or temp % 4 == 1
chapters:
  one: {title: "# one", card: "A card, {temp}."}
  two: {title: "- two", card: {when: ok, text: "{{Two}}"}}
scenes:
  st_x:
    chapter: one
    title: "=== knot ==="
    text: |
      TODO: nothing.

      \* a *star*, a // slash, /* a comment */, a -> divert, a # tag, <> glue, {{braces}} | bar ~ tilde & \\.

      INCLUDE other.ink

      VAR x = 1

      else: {temp}, {temp // 2}, {temp % 4}, {said}, {ok}, {done}, {not done}, {list}, {done + ok}

      {'a "b" | {c}' if ok else '-> d // e'}
    choices:
      - {label: "[+ {temp}] // * TODO: -> END", id: a, set: {temp: temp + 3, done: temp > 0},
         reply: "- gather", go: st_x}
      - {label: 'else: "x"', id: b, set: {list: return_, temp: done + 1}, reply: "~ temp = 1", stay: true}
      - {label: On., id: c, go: mod}
  mod:
    chapter: two
    text: ["= stitch", {by: list, end: "{{", else: "}}"}, {by: ok, true: "+ yes", false: "* no"}]
    choices: [{label: Again., when: visits('mod') < 3 and (done == ok), go: st_x}]
    next: over
  over: {ending: {title: "-> END"}, text: "{visits('mod') * 2 + done}"}
"""


def read(path: Path) -> Story:
    story = load(path).story
    assert story is not None
    return story


# --- what a session shows ------------------------------------------------------------------------------------------


def _prose(shown: tuple[Shown | SheetShown, ...]) -> Iterator[Shown]:
    for piece in shown:
        if isinstance(piece, SheetShown):
            yield from (piece.heading, piece.stamp, *(piece.text or ()), piece.signed)
        else:
            yield piece


def _turn(session: Session) -> Iterator[Shown | str]:
    for part in session.page.turn:
        match part:
            case Opening(chapter):
                yield chapter.title
            case Heading(_, title, place, date):
                yield from (title, place, date)
            case Card(_, prose, _):
                yield from _prose(prose)
            case Echo():
                pass
            case _:
                yield from _prose(part.prose)
    ending = session.page.ending
    if ending is not None:
        yield from (ending.title, ending.outcome, ending.outcome_summary)
        for who, text in ending.toll:
            yield from (who, text)
        yield from ending.debrief


def _words(text: str) -> str:
    return " ".join(text.split())


def _told(session: Session) -> str:
    lines: list[str] = []
    for shown in _turn(session):
        if isinstance(shown, str):
            lines.append(shown)
            continue
        for block in shown.blocks:
            lines.append(RULE if block.kind == "rule" else f"{block.bullet} {block.plain}")
    return _words(" ".join(lines))


def _plays(story: Story, plays: int) -> Iterator[dict[str, Any]]:
    """Random plays: what to pick, and the text and choices of every page; the answers come first."""
    chance = random.Random(story.id)
    questions = [v for v in story.questions if v.answers is not None]
    for _ in range(plays):
        answers, picks, pages = {}, list[int](), list[tuple[str, list[str]]]()
        for variable in questions:
            options = variable.answers or ()
            pages.append((_words(variable.ask), [_words(variable.shown(answer)) for answer in options]))
            picks.append(chance.randrange(len(options)))
            answers[variable.id] = options[picks[-1]]
        session = Session(story, answers)
        for _ in range(STEPS):
            offered = session.page.offered
            pages.append((_told(session), [_words(option.label.plain) for option in offered]))
            if not offered:
                break
            picks.append(chance.randrange(len(offered)))
            session.choose(offered[picks[-1]].id)
        yield {"picks": picks[: len(pages) - 1], "pages": pages}


INKJS = """
import { Compiler, CompilerOptions } from "inkjs/full";
import { readFileSync, writeFileSync } from "node:fs";
for (const name of process.argv.slice(2)) {
  const said = [];
  const options = new CompilerOptions(null, [], false, (message) => said.push(message));
  const story = new Compiler(readFileSync(name, "utf8"), options).Compile();
  story.onError = (message) => said.push(message);
  const plays = JSON.parse(readFileSync(`${name}.picks`, "utf8")).map((picks) => {
    story.ResetState();
    const pages = [];
    const page = () => pages.push([story.ContinueMaximally(), story.currentChoices.map((choice) => choice.text)]);
    page();
    for (const pick of picks) { story.ChooseChoiceIndex(pick); page(); }
    return pages;
  });
  writeFileSync(`${name}.pages`, JSON.stringify({ said, plays }));
}
"""


def compare(stories: dict[str, Story], folder: Path, plays: int) -> None:
    """Plays all stories at random in both. inkjs must say nothing, and show what a session shows, page by page."""
    expected = {name: list(_plays(story, plays)) for name, story in stories.items()}
    for name, story in stories.items():
        (folder / f"{name}.ink").write_text(Ink(story).text, encoding="utf-8")
        picks = [play["picks"] for play in expected[name]]
        (folder / f"{name}.ink.picks").write_text(json.dumps(picks), encoding="utf-8")
    node.run(INKJS, *(str(folder / f"{name}.ink") for name in stories), packages=("inkjs",))
    for name in stories:
        found = json.loads((folder / f"{name}.ink.pages").read_text(encoding="utf-8"))
        assert found["said"] == [], name
        for number, (play, pages) in enumerate(zip(expected[name], found["plays"], strict=True)):
            for page, ((text, labels), (ink_text, ink_labels)) in enumerate(zip(play["pages"], pages, strict=True)):
                where = f"{name}, play {number}, page {page}, after {play['picks'][:page]}"
                assert [_words(label) for label in ink_labels] == labels, where
                assert _words(ink_text) == text, where


@pytest.mark.long
def test_every_good_story_and_the_shipped_one_play_in_inkjs_as_in_a_session(tmp_path: Path) -> None:
    compare({path.stem: read(path) for path in STORIES}, tmp_path, PLAYS)


@pytest.mark.long
def test_random_stories_play_in_inkjs_as_in_a_session(tmp_path: Path) -> None:
    """Circles, hubs, nested choices, junctions, interrupts and every form of expression, drawn from seeds."""
    stories = {}
    for seed in range(60):
        (tmp_path / "story.yaml").write_text(story_text(seed), encoding="utf-8")
        if story := load(tmp_path / "story.yaml").story:  # some compare what can never be
            stories[f"random_{seed}"] = story
    assert len(stories) > 30
    compare(stories, tmp_path, 40)


@pytest.mark.long
def test_what_means_something_to_ink_is_only_text(tmp_path: Path) -> None:
    (tmp_path / "hard.yaml").write_text(HARD, encoding="utf-8")
    compare({"hard": read(tmp_path / "hard.yaml")}, tmp_path, PLAYS)


def test_what_is_not_carried_over_is_named_at_the_top_and_on_the_error_stream(tmp_path: Path) -> None:
    """Every scene is a knot and every label stands in it; locked choices and the like are named in both places."""
    path = ROOT / "tests" / "stories" / "good" / "continue_and_locked.yaml"
    story, out = read(path), tmp_path / "story.ink"
    command = [sys.executable, "-m", "game", "export", str(path), "--to", "ink", "-o", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    text = out.read_text(encoding="utf-8")
    top = text[: text.index("VAR ")]
    assert all(line.startswith("//") for line in top.splitlines())
    locked = [choice.id for choice in story.choices.values() if choice.locked is not None]
    assert locked
    for said in (top, done.stderr):
        assert all(name in said for name in locked)
        assert "emphasis" in said
    assert text.count("\n=== ") - text.count("\n=== function") == len(story.scenes) + 2  # a card's and the end's
    for choice in story.choices.values():
        assert f"[{choice.label.constant.plain}]" in text if choice.label.constant else True


def test_only_what_something_asks_about_is_counted() -> None:
    text = Ink(read(ROOT / "tests" / "stories" / "good" / "loops.yaml")).text
    assert "st_visits_hub += 1" in text
    assert "st_visits_out" not in text
    assert "st_chose" not in text
