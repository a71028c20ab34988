"""The web edition's engine against the session: the same plays show the same pages, in Node."""

import random
from itertools import count
from pathlib import Path

import pytest

from game.export.web import web_page
from game.story.loader import load
from tests.random_stories import story_text
from tests.web_pages import digest, engine, play_at_random

ROOT = Path(__file__).parent.parent
PLAYS = 200
RANDOM_STORIES = 150

pytestmark = pytest.mark.long  # they need Node


def _agree(stories: list[Path], plays: int, folder: Path) -> None:
    """Plays each story at random; the first page that differs is told, where it does."""
    told, shown = [], {}
    for name, source in {path.stem: path for path in stories}.items():
        story = load(source).story
        assert story is not None, source
        path = folder / f"{name}.html"
        path.write_text(web_page(story), encoding="utf-8")
        chance = random.Random(name)
        mine = [play_at_random(story, chance) for _ in range(plays)]
        told.append({"html": str(path), "plays": [play for play, _ in mine]})
        shown[name] = [pages for _, pages in mine]
    found = engine(told)
    for at, (name, mine) in enumerate(shown.items()):
        for number, (pages, theirs) in enumerate(zip(mine, found[at], strict=True)):
            if [digest(page) for page in pages] != theirs:
                play = told[at]["plays"][number]
                dumped = engine([{"html": told[at]["html"], "plays": [{**play, "dump": True}]}])[0][0]
                for page, their in zip(pages, dumped, strict=True):
                    where = next((i for i, (a, b) in enumerate(zip(page, their, strict=False)) if a != b), -1)
                    if page != their:
                        pytest.fail(f"{name}, {play}:\n{page[where - 80 :][:300]}\n{their[where - 80 :][:300]}")


def test_every_good_story_plays_alike(tmp_path: Path) -> None:
    good = sorted((ROOT / "tests" / "stories" / "good").iterdir())
    _agree([*good, *sorted((ROOT / "scenes").iterdir())], PLAYS, tmp_path)


def test_random_stories_play_alike(tmp_path: Path) -> None:
    """Every form of expression, loops, hubs and junctions."""
    stories: list[Path] = []
    seeds = count()
    while len(stories) < RANDOM_STORIES:
        seed = next(seeds)
        path = tmp_path / f"{seed}.yaml"
        path.write_text(story_text(seed), encoding="utf-8")
        if load(path).story is not None:
            stories.append(path)
    _agree(stories, 20, tmp_path)


SHARP = """
format: 1
id: sharp
title: "</script><script>alert(1)</script>"
start: constructor
state:
  toString: {range: [-7, 7], start: -7}
  valueOf: false
  hasOwnProperty: {one_of: {watch: "<b>watch</b>", isPrototypeOf: "it's \\"so\\""}, start: watch}
  typed: {text: "two\\nlines", ask: "</title><img src=x>"}
define:
  d0: toString > 0 or valueOf
DEFINITIONS
glossary:
  arguments: {title: "<i>", kind: term, text: "<!-- {typed}", when: toString % 3 == 2}
debrief: ["</textarea><script>{typed}"]
scenes:
  constructor:
    title: "{typed} & <u>{toString}</u>"
    place: " {typed} "
    tags: [violence]
    summary: "{typed}"
    text:
      - "</script> <!--<script> {typed} *{hasOwnProperty}* {{x}} ${{x}} `{{y}}`"
      - "{visits('constructor') * 1000000000 * 1000000000 - 1} {-visits('constructor') * 999999999 * 999999999 // 7}"
      - "{abs(visits('constructor') * 999999937 * -999999937) % 1000}
        {min(visits('constructor') * 3, toString) if toString * visits('constructor') in [-7, 3] else 'far'}"
      - "{toString // 3} {toString % 3} {toString * 3 // 2} {abs(toString)} {-toString} {min(valueOf, d0)}"
      - "{-7 < toString < 7 < 9} {d24} {d24 and valueOf} {valueOf + d0 + 1} {toString == -7 if valueOf else 'no'}"
      - "{(valueOf == (toString > 0) == d0) == valueOf} {scene} {scene == constructor}"
      - sheet: {id: s, kind: note, heading: "{typed}", stamp: "{typed}", text: ["{typed}", "  {typed}\\n  kept"]}
      - {by: hasOwnProperty, watch: W, isPrototypeOf: P}
      - {by: valueOf, true: "yes", else: "no"}
      - {when: "hasOwnProperty in [watch] and toString not in [1, 2]", text: A, else: B}
    choices:
      - {label: "Up </button>", id: proto, set: {toString: toString + 3}, go: constructor}
      - {label: Down, id: down, set: {toString: toString - 2, valueOf: not valueOf}, go: constructor}
      - {label: Turn, id: turn, set: {hasOwnProperty: isPrototypeOf if valueOf else watch}, stay: true, once: false}
      - {label: Flag, id: flag, set: {toString: valueOf * 100}, stay: true, once: false, when: not d24 or valueOf}
      - {label: End, id: end, when: visits('constructor') > 6, locked: "{visits('constructor')} </li>", go: prototype}
  prototype: {ending: {title: "{typed}"}, text: "</main>"}
"""


def test_names_and_numbers_that_javascript_means_otherwise(tmp_path: Path) -> None:
    """Names that every object has, values beyond 2**53, signs of remainders, long chains of definitions, markup."""
    definitions = "".join(f"  d{n}: d{n - 1} and toString != {n % 7} or d{n - 1}\n" for n in range(1, 25))
    path = tmp_path / "sharp.yaml"
    path.write_text(SHARP.replace("DEFINITIONS\n", definitions), encoding="utf-8")
    _agree([path], PLAYS, tmp_path)


AGAIN = """
format: 1
id: again
title: Again
start: one
state: {n: {range: [0, 9], start: 0}, hot: false}
interrupts:
  - {when: n > 2, go: stop}
  - {when: hot and n > 4, go: stop}
chapters:
  first: {title: First, card: "First, {n}", basis: [F1]}
  second: {title: Second, basis: [F2]}
facts:
  F1: {text: One., source: s, standing: documented}
  F2: {text: Two., source: s, standing: memoir}
sources: {s: {title: S, kind: primary}}
scenes:
  one:
    chapter: first
    text: [{once: Once.}, {again: "Again {visits('one')}."}]
    choices:
      - {label: On., id: on_, set: {n: n + 1}, reply: [{once: New.}, {again: Old.}], go: between}
      - {label: Same., id: same_, set: {n: n + 2}, go: aside}
      - {label: Heat., id: heat, set: {hot: true}, stay: true, choices: [{label: More., id: more, set: {n: n + 1}}]}
  aside: {chapter: same, basis: [F2], tags: [violence], summary: Short., text: "Long {n}.", next: one}
  between: {next: [{when: n % 2 == 0, go: two}, {go: one}]}
  two:
    chapter: second
    on_enter: {n: n + 1}
    text:
      - sheet: {id: slip, kind: note, heading: "Slip {n}", text: "Line\\n  {n}"}
    choices:
      - {label: Back., id: back, go: one}
      - {label: End., id: end_, when: n > 5, go: end}
  stop: {chapter: second, text: "Stopped at {n}.", next: one}
  end: {ending: {title: End}, text: The end.}
"""


def test_chapters_interrupts_and_sheets_that_come_again(tmp_path: Path) -> None:
    """A chapter left twice, an interrupt that has fired, a sheet shown twice, a nested choice under one that stays."""
    path = tmp_path / "again.yaml"
    path.write_text(AGAIN, encoding="utf-8")
    _agree([path], PLAYS, tmp_path)
