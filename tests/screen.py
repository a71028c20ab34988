"""What the tests of the terminal share: a story with everything in it, an app at work, and its screen as text."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from rich.color import Color
from textual import _wait, events
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot

from game.play.given import Start
from game.play.session import Session
from game.play.slots import Play, Slots
from game.settings import Settings
from game.story.loader import load
from game.story.model import Story
from game.tui.app import GameApp
from game.tui.screens.scene import SceneScreen
from game.tui.widgets.reader import Reader

_wait.SLEEP_GRANULARITY = 1 / 400  # Pilot sleeps so long, twice a key; what a test needs it waits for by `until`
DEADLINE = 30  # seconds that a test waits for what it wants to see
GUARD, Reader.GUARD = Reader.GUARD, 0  # nobody is in a hurry, but in the tests of haste
parse_rules, parsed = Stylesheet._parse_rules, {}  # each sheet is parsed once for all apps, a third of an app's start


def _parse_once(sheet: Stylesheet, *words: Any, **options: Any) -> list[RuleSet]:
    key = (words, *options.values(), *sheet._variables.items())
    if key not in parsed:
        parsed[key] = parse_rules(sheet, *words, **options)
    return parsed[key]


Stylesheet._parse_rules = _parse_once
SPECIAL_TASKS = Path(__file__).parent.parent / "scenes" / "special-tasks"

CLERK = """
format: 1
id: clerk
title: The Clerk
author: Nobody Known
about: A clerk has a **stamp**.
content_note: A man is hurt in one scene.
start: office
state:
  mood: {range: [0, 4], start: 2, label: Mood, show: words, words: {0-1: sour, 2: even, 3-4: bright}}
  days: {range: [0, 9], start: 9, label: Days left, show: number}
  pace: {one_of: {long: The long way, brief: The brief way}, start: long, ask: "How much time is there?"}
  name: {text: nobody, ask: "Whose desk is this?"}
chapters:
  one:
    title: I. The desk
    plate: desk.txt
    plate_alt: A desk seen from above.
    basis: [F1]
    card: The desk *stood* there.
  two: {title: II. The street, basis: [F2], card: The street is gone.}
glossary:
  stamp: {title: The stamp, kind: term, text: It makes paper true.}
  guard: {title: The guard, kind: person, text: He counts., when: seen('street')}
toll:
  - {who: The messenger, text: Lost a hand.}
debrief: ["Who held the stamp?", "Who paid for it?"]
sources:
  diary: {title: A diary in two volumes, kind: primary}
facts:
  F1: {text: There was a desk., source: diary, standing: documented}
  F2: {text: The street was closed., source: diary, standing: memoir}
  F3: {text: The messenger fell., source: diary, standing: disputed}
scenes:
  office:
    chapter: one
    title: The office
    place: Third floor
    date: May 1939
    text:
      - Good morning, {name}.
      - sheet:
          id: order
          kind: memo
          heading: Order 12
          stamp: one copy
          text: |
            Item     Ink
              to be fetched
          signed: The chief
    choices:
      - {label: Look at the clock., stay: true, reply: It has stopped., set: {mood: mood + 1}}
      - {label: Burn it., when: mood == 0, locked: You lack the temper., go: street}
      - label: Stamp it.
        set: {days: days - 2}
        reply: The stamp comes down.
        go: hall
        record: {followed: F1, note: He wrote so.}
  hall: {title: The hall, text: A long hall., next: street}
  street:
    chapter: two
    title: The street
    place: Below
    date: June 1939
    tags: [violence]
    summary: The messenger is hurt.
    basis: [F3]
    outcome: {title: A hand, summary: The order went out.}
    text: The cart breaks his fingers.
    choices:
      - {label: Run to him., reply: There is blood on the stones., go: home, record: {departed: F3}}
      - {label: Look away., go: home}
  home: {title: Home, basis: [F2], text: You go home., ending: {title: Evening}}
"""
PLATE = "  ______\n |      |\n |______|\n"


def write_story(folder: Path, text: str = CLERK) -> Story:
    """A story from its text, with a plate called desk.txt beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "story.yaml").write_text(text)
    (folder / "desk.txt").write_text(PLATE)
    loaded = load(folder)
    assert loaded.story is not None, loaded.errors
    return loaded.story


def long_story(choices: str = "[{label: Far below., go: out}]", paragraphs: int = 60) -> str:
    """A story whose first page has so many numbered paragraphs."""
    text = "\n\n".join(f"      Paragraph {n} stands here, with words enough to fill more than one line of a "
                               f"narrow screen, and ends at mark{n}." for n in range(paragraphs))  # fmt: skip
    return (
        "format: 1\nid: long\ntitle: Long\nstart: page\nscenes:\n  page:\n    title: A long page\n    text: |\n"
        f"{text}\n    choices: {choices}\n  out: {{text: Out., ending: {{title: Out}}}}\n"
    )


def ways(count: int) -> str:
    """So many choices for such a page, "Way 1." and so on."""
    return "[" + ", ".join(f"{{label: Way {n}., go: out}}" for n in range(1, count + 1)) + "]"


class Player:
    """Someone at the keyboard."""

    def __init__(self, app: GameApp, pilot: Pilot[int]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def text(self) -> str:
        """The whole screen as it is drawn now, toasts too."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    @property
    def words(self) -> str:
        """The screen's words on one line, so that a sentence is found however it was wrapped."""
        return " ".join(self.text.replace("│", " ").replace("▌", " ").replace("▐", " ").split())

    @property
    def reader(self) -> Reader:
        return self.app.screen.query_one(Reader)

    @property
    def written(self) -> str:
        """All the lines of the page, also those out of view."""
        lines = ("".join(text for text, _ in line) for line in self.reader._lines)
        return " ".join(" ".join(lines).replace("│", " ").split())

    def colour(self, label: str) -> Color | None:
        """The colour of the letters of some words on the screen."""
        for strip in self.app.screen._compositor.render_strips():
            for segment in strip:
                if label in segment.text and segment.style is not None:
                    return segment.style.color
        raise AssertionError(f"{label!r} is not on the screen:\n{self.text}")

    @property
    def margin(self) -> str:
        """The words in the right margin of the text."""
        return " ".join(" ".join(text for line, _ in self.reader._draw_aside() for text, _ in line).split())

    @property
    def session(self) -> Session:
        return next(s for s in self.app.screen_stack if isinstance(s, SceneScreen)).session

    @property
    def steps(self) -> list[str]:
        return [step.id for step in self.session.steps]

    @property
    def notices(self) -> str:
        """What is said in passing, on one line."""
        return " ".join(" ".join(n.message for n in self.app._notifications).split())

    async def press(self, *keys: str) -> None:
        """Presses keys one by one, each when the page is painted: what comes before that is dropped."""
        for key in keys:
            await self.painted()
            await self.pilot.press(key)
        await self.pilot.pause()

    async def painted(self) -> None:
        await self.until(lambda: all(reader.is_open for reader in self.app.screen.query(Reader)))

    async def rush(self, *keys: str) -> None:
        """Presses keys faster than anything can answer."""
        await self.painted()
        driver = self.app._driver
        assert driver is not None
        for key in keys:
            event = events.Key(key, key if len(key) == 1 else None)
            event.set_sender(self.app)
            driver.send_message(event)
        await self.pilot.pause()

    async def resize(self, width: int, height: int) -> None:
        await self.pilot.resize_terminal(width, height)
        await self.until(lambda: self.app.size == (width, height) and self.reader._drawn.width == width)
        await self.pilot.pause()
        await self.until(lambda: self.app.screen.size == (width, height) and self.reader._drawn == self.reader.size)
        await self.pilot.pause()

    async def click(self, label: str) -> None:
        """Clicks the middle of some words on the screen."""
        for y, line in enumerate(self.text.split("\n")):
            if label in line:
                await self.pilot.click(offset=(line.index(label) + len(label) // 2, y))
                await self.pilot.pause()
                return
        raise AssertionError(f"{label!r} is not on the screen:\n{self.text}")

    async def wheel(self) -> None:
        """The mouse wheel, one notch down over the text."""
        await self.pilot._post_mouse_events([events.MouseScrollDown], Reader, offset=(5, 2))
        await self.pilot.pause()

    async def until(self, condition: Callable[[], bool]) -> None:
        end = monotonic() + DEADLINE
        while not condition():
            if monotonic() > end:
                raise AssertionError(f"it did not come about; the screen:\n{self.text}")
            await self.pilot.pause()

    async def sees(self, *words: str) -> None:
        await self.until(lambda: all(word in self.words for word in words))

    async def at(self, kind: type) -> None:
        await self.until(lambda: type(self.app.screen) is kind)
        await self.pilot.pause()


@asynccontextmanager
async def playing(
    story: Story,
    saves: Path,
    *,
    size: tuple[int, int] = (80, 24),
    slot: str | None = None,
    play: Play | None = None,
    settings: Settings | None = None,
    voting: bool = False,
) -> AsyncIterator[Player]:
    """The game on a screen of its own, as `special-tasks play` starts it, or `class vote`."""
    app = GameApp(Slots(saves, story, kind="vote" if voting else "play"), slot, play, settings, voting=voting)
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield Player(app, pilot)


@asynccontextmanager
async def at_scene(
    story: Story,
    saves: Path,
    *,
    scene: str | None = None,
    steps: tuple[str, ...] = (),
    size: tuple[int, int] = (80, 24),
    settings: Settings | None = None,
) -> AsyncIterator[Player]:
    """The game some steps into a play, without the questions."""
    session = Session(story, start=Start(scene, {}) if scene else None)
    for step in steps:
        session.choose(step)
    play = Play(session, Slots(saves, story), "play-1")
    async with playing(story, saves, size=size, play=play, settings=settings) as player:
        await player.at(SceneScreen)
        yield player
