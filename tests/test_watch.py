"""A story saved while it is played: on the screen and in line mode, by editors that write in place and by renaming."""

import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Self

import pytest

from game import cli
from game.commands.asked import asked_later
from game.play.given import Start
from game.play.session import Session
from game.play.slots import Play, Slots
from game.story.loader import Known, Loaded, load
from game.tui.app import GameApp
from game.tui.screens.scene import SceneScreen
from game.tui.screens.title import TitleScreen
from game.tui.screens.watched import BrokenScreen, Inspector, WatchedScreen
from game.watch import Watch, nothing_yet
from tests.screen import Player

ROOT = Path(__file__).parent.parent
STORY = """format: 1
id: mill
title: The Mill
start: yard
state:
  wet: false
  flour: {range: [0, 9], start: 3, label: Flour, show: words, words: {0-4: little, 5-9: much}}
scenes:
  yard:
    title: The yard
    text: A yard with a wheel.
    choices:
      - {label: Turn the wheel., id: turn, set: {flour: flour + 2}, go: loft}
      - {label: Swim., id: swim, when: wet and flour > 4, go: loft}
      - {label: Look., id: look, stay: true, reply: Geese.}
  loft:
    title: The loft
    text: ["Sacks, {flour}.", {when: wet, text: You drip.}]
    choices:
      - {label: Go down., id: down, go: yard}
      - {label: Leave., id: leave, go: end}
  end: {ending: {title: End}, text: Over.}
"""


def in_place(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def by_rename(path: Path, text: str) -> None:
    """As vim, VS Code on some systems and most careful editors do."""
    new = path.with_name("4913~")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def by_two_renames(path: Path, text: str) -> None:
    """As editors that keep a backup do: for a moment there is no file."""
    path.rename(path.with_name(path.name + "~"))
    by_rename(path, text)


SAVES = [in_place, by_rename, by_two_renames]
Save = Callable[[Path, str], None]


@pytest.fixture
def story(tmp_path: Path) -> Path:
    folder = tmp_path / "mill"
    folder.mkdir()
    in_place(folder / "story.yaml", STORY)
    return folder


def play_at(folder: Path, *steps: str, start: Start | None = None) -> Play:
    loaded = load(folder).story
    assert loaded is not None
    session = Session(loaded, start=start)
    for step in steps:
        session.choose(step)
    return Play(session, Slots(folder.parent / "saves", loaded), "play-1")


@asynccontextmanager
async def watching(
    folder: Path, *steps: str, size: tuple[int, int] = (90, 30), start: Start | None = None
) -> AsyncIterator[Player]:
    watch = Watch(folder)
    play = play_at(folder, *steps, start=start)
    app = GameApp(play.slots, None, play, watch=watch)
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        player = Player(app, pilot)
        await player.at(WatchedScreen)
        yield player


# --- on the screen -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("save", SAVES)
async def test_a_save_is_seen_and_the_reader_stays_where_they_were(story: Path, save: Save) -> None:
    async with watching(story, "yard/turn") as player:
        await player.sees("Sacks, much.")
        save(story / "story.yaml", STORY.replace("Sacks", "Bags"))
        await player.sees("Bags, much.")
        assert player.steps == ["yard/turn"]
        save(story / "story.yaml", STORY.replace("Sacks", "Heaps"))
        await player.sees("Heaps, much.")


async def test_a_new_file_and_a_deleted_one_are_seen(story: Path) -> None:
    async with watching(story, "yard/turn") as player:
        in_place(story / "more.yaml", "scenes: {attic: {text: An attic., next: end}}\n")
        await player.until(lambda: "attic" in player.session.story.scenes)
        (story / "more.yaml").unlink()
        await player.until(lambda: "attic" not in player.session.story.scenes)


@pytest.mark.parametrize("save", SAVES)
async def test_problems_are_shown_with_their_place_while_the_story_goes_on(story: Path, save: Save) -> None:
    async with watching(story) as player:
        save(story / "story.yaml", STORY.replace("go: loft", "go: lofd"))
        await player.sees("2 errors. The page shows the story as it was before.")
        await player.sees("story.yaml:13:73: error: no scene `lofd` [unknown-scene]", "hint: Did you mean `loft`?")
        await player.press("1")
        await player.sees("Sacks, much.")
        save(story / "story.yaml", STORY)
        await player.until(lambda: "error" not in player.words)
        assert player.steps == ["yard/turn"]


async def test_warnings_take_a_line_each_and_leave_the_new_version_playing(story: Path) -> None:
    async with watching(story) as player:
        in_place(story / "story.yaml", STORY.replace("scenes:", "scenes:\n  shed: {text: A shed., next: end}", 1))
        await player.sees("warning: nothing leads to the scene `shed`")
        assert "shed" in player.session.story.scenes


async def test_on_the_least_screen_it_is_said_that_something_is_wrong(story: Path) -> None:
    async with watching(story, size=(20, 5)) as player:
        in_place(story / "story.yaml", STORY + "zzz: 1\n")
        await player.sees("1 error.")


async def test_what_is_wrong_never_takes_the_whole_screen(story: Path) -> None:
    async with watching(story, size=(80, 24)) as player:
        lost = "".join(f"  s{n}: {{text: A, next: lost{n}}}\n" for n in range(40))
        in_place(story / "story.yaml", STORY + lost)
        await player.sees("more lines: special-tasks check")
        await player.sees("A yard with a wheel.", "1 Turn the wheel.")
        assert player.app.screen.query_one("#problems").size.height == 8
        await player.resize(50, 13)
        await player.sees("special-tasks check", "A yard with a wheel.")
        assert player.app.screen.query_one("#problems").size.height == 4, "lines are counted as they are wrapped"


async def test_what_can_not_be_kept_is_told_and_comes_back_with_the_scene(story: Path) -> None:
    async with watching(story, "yard/turn", "loft/down", "yard/look") as player:
        in_place(story / "story.yaml", STORY.replace("down, go: yard", "climb, go: yard").replace("Go down.", "Climb."))
        await player.until(lambda: "position" in player.notices)
        assert player.steps == ["yard/turn", "loft/climb", "yard/look"]
        in_place(story / "story.yaml", STORY.replace("id: turn, ", "id: turn, when: wet, "))
        await player.until(lambda: "3 of 3 steps no longer fit" in player.notices)
        assert player.steps == []
        in_place(story / "story.yaml", STORY.replace("Sacks", "Bags"))
        await player.until(lambda: player.steps[:1] == ["yard/turn"])
        assert len(player.steps) == 3


async def test_a_place_that_is_gone_begins_the_play_anew(story: Path) -> None:
    async with watching(story, start=Start("loft", {"flour": 9})) as player:
        await player.sees("Sacks, much.")
        text = STORY.replace("loft", "room")
        in_place(story / "story.yaml", text)
        await player.until(lambda: "begins anew" in player.notices)
        await player.sees("A yard with a wheel.")


async def test_another_id_of_the_story_keeps_the_play(story: Path) -> None:
    async with watching(story, "yard/turn") as player:
        in_place(story / "story.yaml", STORY.replace("id: mill", "id: water-mill"))
        await player.until(lambda: player.session.story.id == "water-mill")
        assert player.steps == ["yard/turn"]
        await player.until((story.parent / "saves" / "water-mill" / "play-1.json").is_file)


async def test_x_looks_behind_the_page(story: Path) -> None:
    async with watching(story, "yard/turn", "loft/down", "yard/look", size=(110, 40)) as player:
        await player.press("x")
        await player.at(Inspector)
        await player.sees("Scene yard", "written in: story.yaml:10")
        await player.sees("reads: flour, wet", "writes: flour")
        await player.sees("yard/turn: leads to loft (story.yaml:13)")
        await player.sees("yard/swim: not offered: only if wet is so and Flour is above 4 (much), `wet and flour > 4`;")
        await player.sees("yard/look: not offered: it was taken; comes back here (story.yaml:15)")
        await player.sees("wet: false", "flour: 5 (much)")
        in_place(story / "story.yaml", STORY.replace("wet: false", "wet: true"))
        await player.sees("wet: true")
        await player.press("escape")
        await player.at(WatchedScreen)


async def test_without_watch_there_is_no_such_key(story: Path) -> None:
    play = play_at(story)
    app = GameApp(play.slots, None, play)
    async with app.run_test(size=(90, 30)) as pilot:
        player = Player(app, pilot)
        await player.at(SceneScreen)
        assert "inspect" not in player.words
        await player.press("x")
        assert type(app.screen) is SceneScreen


async def test_the_title_and_a_play_begun_there_are_of_the_story_as_it_is(story: Path) -> None:
    play = play_at(story)
    app = GameApp(play.slots, watch=Watch(story))
    async with app.run_test(size=(90, 30), notifications=True) as pilot:
        await pilot.pause()
        player = Player(app, pilot)
        in_place(story / "story.yaml", STORY.replace("The Mill", "The Forge").replace("A yard", "A court"))
        await player.until(lambda: "F O R G E" in player.text.replace("\N{NO-BREAK SPACE}", " "))
        await player.press("enter")
        await player.sees("A court with a wheel.")


BROKEN = STORY.replace("go: loft", "go: lofd")


@asynccontextmanager
async def waiting(folder: Path, *words: str, size: tuple[int, int] = (90, 30)) -> AsyncIterator[Player]:
    """The game as `play FOLDER --watch WORDS` starts it, for a story that is broken."""
    watch = Watch(folder)
    assert watch.read().story is None
    options = cli._parser().parse_args(["play", str(folder), "--watch", *words])
    slots = Slots(folder.parent / "saves", nothing_yet(folder))
    app = GameApp(slots, options.slot, watch=watch, opening=partial(asked_later, options=options))
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        player = Player(app, pilot)
        await player.at(BrokenScreen)
        yield player


@pytest.mark.parametrize("save", SAVES)
async def test_a_story_that_is_broken_at_the_start_is_waited_for(story: Path, save: Save) -> None:
    in_place(story / "story.yaml", BROKEN)
    async with waiting(story) as player:
        await player.sees("mill", "2 errors.", "story.yaml:13:73: error: no scene `lofd` [unknown-scene]")
        await player.sees("hint: Did you mean `loft`?")
        save(story / "story.yaml", BROKEN.replace("start: yard", "start: yart"))
        await player.sees("3 errors.", "no scene `yart`")
        save(story / "story.yaml", STORY)
        await player.at(TitleScreen)
        await player.press("enter")
        await player.sees("A yard with a wheel.")
        save(story / "story.yaml", BROKEN)
        await player.sees("The page shows the story as it was before.")
        assert not (story.parent / "saves" / "unread").exists()


async def test_what_was_asked_for_is_played_once_the_story_can_be(story: Path) -> None:
    in_place(story / "story.yaml", BROKEN)
    async with waiting(story, "--at", "attic", "--with", "flour=2") as player:
        in_place(story / "story.yaml", STORY)
        await player.sees("there is no scene 'attic'.")
        in_place(story / "story.yaml", STORY.replace("  end:", "  attic: {text: An attic., next: end}\n  end:"))
        await player.at(WatchedScreen)
        await player.sees("An attic.")
        assert player.session.state["flour"] == 2


async def test_a_story_that_is_mended_while_the_help_is_open_is_played(story: Path) -> None:
    in_place(story / "story.yaml", BROKEN)
    async with waiting(story) as player:
        await player.press("question_mark")
        await player.sees("Help")
        in_place(story / "story.yaml", STORY)
        await player.at(TitleScreen)
        await player.press("enter")
        await player.sees("A yard with a wheel.")


async def test_behind_a_page_that_shows_an_older_story_it_says_so(story: Path) -> None:
    async with watching(story) as player:
        await player.press("x")
        await player.at(Inspector)
        in_place(story / "story.yaml", BROKEN)
        await player.sees("2 errors. What stands here is the story as it was before.")
        in_place(story / "story.yaml", STORY)
        await player.until(lambda: "as it was before" not in player.words)


async def test_to_leave_a_story_that_never_could_be_played_is_no_success(story: Path) -> None:
    in_place(story / "story.yaml", BROKEN)
    async with waiting(story) as player:
        await player.press("escape", "q")
        await player.until(lambda: player.app._exit)
        assert player.app.return_value == 1


# --- in line mode --------------------------------------------------------------------------------------------------


class Lines:
    """A play in a pipe, with `--watch`."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "game", "play", *arguments, "--plain", "--watch"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
        )
        self.said = ""
        self.waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.wait(timeout=20)
        self.reader.join(timeout=20)
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        while character := self.process.stdout.read(1):
            self.waiting.put(character)

    def hears(self, words: str) -> None:
        """Waits until that is said, after what was heard before."""
        while words not in self.said:
            self.said += self.waiting.get(timeout=20)
        self.said = self.said.partition(words)[2]

    def types(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()


@pytest.mark.parametrize("save", SAVES)
def test_line_mode_tells_of_a_save_between_two_lines(story: Path, save: Save) -> None:
    with Lines(str(story), "--saves", str(story.parent / "saves")) as lines:
        lines.hears("> ")
        lines.types("1")
        lines.hears("Sacks, much.")
        lines.hears("> ")
        save(story / "story.yaml", STORY.replace("Sacks", "Bags"))
        lines.hears("The story was saved.")
        lines.hears("Bags, much.")
        lines.hears("> ")
        save(story / "story.yaml", STORY.replace("go: end", "go: ent"))
        lines.hears("error: no scene `ent` [unknown-scene]")
        lines.hears("the play goes on with the story as it was before.")
        lines.types("x")
        lines.hears("Scene loft.")
        lines.hears("loft/leave: leads to end (story.yaml:")
        lines.types("q")
        lines.hears("Saved as play-1.")
        assert lines.process.wait(timeout=20) == 0


@pytest.mark.parametrize("save", SAVES)
def test_line_mode_waits_for_a_story_that_is_broken_at_the_start(story: Path, save: Save) -> None:
    in_place(story / "story.yaml", BROKEN)
    with Lines(str(story), "--saves", str(story.parent / "saves"), "--at", "loft") as lines:
        lines.hears("story.yaml:13:73: error: no scene `lofd` [unknown-scene]")
        lines.hears("2 errors.")
        lines.hears("> ")
        lines.types("1")
        lines.hears("> ")
        save(story / "story.yaml", STORY)
        lines.hears("THE MILL")
        lines.hears("Sacks, little.")
        lines.types("q")
        assert lines.process.wait(timeout=20) == 0
    in_place(story / "story.yaml", BROKEN)
    with Lines(str(story)) as lines:
        lines.hears("> ")
        lines.types("quit")
        assert lines.process.wait(timeout=20) == 1


# --- reading ---------------------------------------------------------------------------------------------------


def test_files_that_are_known_are_read_as_if_they_were_not(tmp_path: Path) -> None:
    """Through good versions and broken ones, a story read again tells what one read for the first time does."""
    folder, known = tmp_path / "story", dict[str, Known]()
    shutil.copytree(ROOT / "tests" / "stories" / "good" / "folder", folder)
    paths = sorted((ROOT / "tests" / "stories" / "broken").glob("*.yaml"))
    assert len(paths) > 50
    for path in paths:
        (folder / "more.yaml").write_bytes(path.read_bytes())
        anew = told(load(folder))
        assert [told(load(folder, known=known)) for _ in range(2)] == [anew, anew], path.name
    (folder / "more.yaml").unlink()
    assert told(load(folder, known=known)) == told(load(folder))
    assert {f.name for f in folder.glob("**/[!.]*.yaml")} == {Path(name).name for name in known}


def told(loaded: Loaded) -> tuple[object, ...]:
    return loaded.story and loaded.story.digest, loaded.diagnostics, loaded.silenced


def test_what_an_editor_writes_beside_a_file_is_not_looked_at(story: Path) -> None:
    watch = Watch(story)
    for name in (".story.yaml.swp", "story.yaml~", "4913", "#story.yaml#", "story.yaml___jb_tmp___"):
        in_place(story / name, "")
    assert not any(watch.changed() for _ in range(3))
    in_place(story / "plate.txt", "")
    assert any(watch.changed() for _ in range(3))
