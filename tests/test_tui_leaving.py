"""Leaving the game in a real terminal, by keys, signals and crashes: what is saved, said and left behind."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from game.play.slots import Slots
from game.settings import Settings
from game.story.model import Story
from game.tui.app import GameApp
from game.tui.screens.leave import LeaveScreen
from game.tui.screens.scene import SceneScreen
from game.tui.screens.title import TitleScreen
from tests.screen import Player, at_scene, playing, write_story

ROOT = Path(__file__).parent.parent
DEADLINE = 20.0
ESCAPE = re.compile(rb"\x1b\[[^a-zA-Z]*[a-zA-Z]")
MODE = re.compile(rb"\x1b\[\?(\d+)([hl])")
BROKEN = """
import sys
from game.tui.screens.scene import SceneScreen
def broken(self, *_):
    raise ZeroDivisionError("the ink has [bold]dried[/]\\nup")
SceneScreen.action_undo = broken
{more}
from game.cli import main
sys.exit(main(sys.argv[1:]))
"""


class Terminal:
    """The game in a terminal of its own."""

    def __init__(self, folder: Path, *program: str, at: str | None = "office") -> None:
        self.folder = folder
        self.master, self.slave = pty.openpty()
        termios.tcsetwinsize(self.slave, (40, 80))
        self.modes = termios.tcgetattr(self.slave)
        words = ["play", str(folder / "story"), "--saves", str(folder / "saves"), *(["--at", at] if at else [])]
        environment = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "LINES": "40", "COLUMNS": "80"}
        self.child = subprocess.Popen(
            [sys.executable, *(program or ("-m", "game")), *words],
            stdin=self.slave, stdout=self.slave, stderr=self.slave, cwd=folder, env=environment,
        )  # fmt: skip
        self.written = b""

    def read(self) -> None:
        if select.select([self.master], [], [], 0.05)[0]:
            self.written += os.read(self.master, 65_536)

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < end, self.written[-3000:]
            self.read()

    def sees(self, *words: bytes) -> None:
        """Waits until words have been written, in any order; they are single words."""
        self.until(lambda: all(word in self.written for word in words))

    def press(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def ended(self) -> tuple[int, str]:
        """The exit code and what was said on the terminal once the game had left it as it was."""
        self.until(lambda: self.child.poll() is not None)
        while select.select([self.master], [], [], 0.05)[0]:
            self.read()
        said = ESCAPE.sub(b"", self.written.rpartition(b"\x1b[?1049l")[2]).decode().replace("\r\n", "\n")
        left = {int(number): how for number, how in MODE.findall(self.written)}
        assert {n for n, how in left.items() if how == b"h"} == {7, 25}  # lines wrap, the cursor shows; no mouse, ...
        assert {1000, 1003, 1006, 1049, 2004} <= set(left)  # ... alternate screen, pasting in brackets
        assert len(re.findall(rb"\x1b\[>\d*u", self.written)) == self.written.count(b"\x1b[<u")  # kitty's keys
        assert termios.tcgetattr(self.slave) == self.modes
        assert b"Traceback" not in self.written
        return self.child.returncode, said

    def close(self) -> None:
        if self.child.poll() is None:
            self.child.kill()
        self.child.communicate()
        for end in (self.master, self.slave):
            if end >= 0:
                os.close(end)


@pytest.fixture
def terminals(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    write_story(tmp_path / "story")
    opened: list[Terminal] = []

    def open_one(*program: str, at: str | None = "office") -> Terminal:
        opened.append(Terminal(tmp_path, *program, at=at))
        return opened[-1]

    yield open_one
    for terminal in opened:
        terminal.close()


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return write_story(tmp_path / "story")


def saved(story: Story, terminal: Terminal) -> list[str]:
    return [step["id"] for step in Slots(terminal.folder / "saves", story).read("play-1").steps]


def stamped(terminal: Terminal, story: Story) -> Terminal:
    """One step into the play, and the step is saved."""
    terminal.sees(b"Stamp")
    terminal.until(lambda: terminal.child.poll() is None and Slots(terminal.folder / "saves", story).exists("play-1"))
    end = time.monotonic() + DEADLINE
    while saved(story, terminal) != ["office/stamp_it"]:  # a key too early is ignored
        assert time.monotonic() < end, terminal.written[-3000:]
        terminal.press(b"\x1b[F2")
        for _ in range(10):
            terminal.read()
    return terminal


def test_quitting_says_nothing(terminals, story):
    terminal = stamped(terminals(), story)
    terminal.press(b"q")
    assert terminal.ended() == (0, "")
    assert saved(story, terminal) == ["office/stamp_it"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=lambda s: s.name)
def test_a_signal_ends_the_game_and_the_game_says_where_the_save_lies(terminals, story, number):
    terminal = stamped(terminals(), story)
    terminal.child.send_signal(number)
    code, error = terminal.ended()
    path = terminal.folder / "saves" / "clerk" / "play-1.json"
    assert (code, error) == (
        0, f"special-tasks: the game was ended by {number.name}. What was played is saved in {path}.\n"
    )  # fmt: skip
    assert saved(story, terminal) == ["office/stamp_it"]


def test_a_signal_on_the_title_says_no_more_than_that(terminals):
    terminal = terminals(at=None)
    terminal.sees(b"Begin")
    terminal.child.terminate()
    assert terminal.ended() == (0, "special-tasks: the game was ended by SIGTERM.\n")


def test_a_signal_while_the_game_takes_the_terminal_over_is_obeyed(terminals):
    early = BROKEN.format(
        more="""
import os, signal
from textual.drivers.linux_driver import LinuxDriver
start = LinuxDriver.start_application_mode
def interrupted(self):
    start(self)
    os.kill(os.getpid(), signal.SIGTERM)
LinuxDriver.start_application_mode = interrupted
"""
    )
    code, error = terminals("-c", early).ended()
    assert code == 0
    assert error.startswith("special-tasks: the game was ended by SIGTERM.")


def test_a_crash_says_in_a_line_what_happened_and_where_save_and_details_lie(terminals, story):
    terminal = stamped(terminals("-c", BROKEN.format(more="")), story)
    terminal.press(b"u")
    code, error = terminal.ended()
    saves = terminal.folder / "saves"
    what = "ZeroDivisionError: the ink has [bold]dried[/] up"
    where = f"What was played is saved in {saves / 'clerk' / 'play-1.json'}. The details are in {saves / 'crash.log'}."
    assert (code, error) == (1, f"special-tasks: the game broke off: {what}. {where}\n")
    assert saved(story, terminal) == ["office/stamp_it"]
    log = (saves / "crash.log").read_text(encoding="utf-8")
    assert "in broken" in log
    assert "Textual 8" in log
    assert log.count("Traceback") == 1


@pytest.mark.parametrize(
    "place",
    ["SceneScreen.on_mount", "SceneScreen.compose", "SceneScreen.chosen", "SceneScreen.on_reader_moved"],
)
def test_a_crash_anywhere_leaves_the_terminal_as_it_was(terminals, place):
    terminal = terminals("-c", BROKEN.format(more=f"{place} = broken"))
    terminal.until(lambda: terminal.child.poll() is not None or b"Stamp" in terminal.written)
    end = time.monotonic() + DEADLINE
    while terminal.child.poll() is None and time.monotonic() < end:
        terminal.press(b"\x1b[F2")
        for _ in range(20):  # a key pressed while a choice waits would make it wait anew
            terminal.read()
    code, error = terminal.ended()
    assert code == 1
    assert error.startswith("special-tasks: the game broke off: ZeroDivisionError")
    assert error.count("\n") == 1


def test_a_crash_that_no_log_can_be_written_of_is_told_all_the_same(terminals, story):
    terminal = stamped(terminals("-c", BROKEN.format(more="")), story)
    (terminal.folder / "saves" / "crash.log").mkdir()
    terminal.press(b"u")
    code, error = terminal.ended()
    assert code == 1
    assert "ZeroDivisionError" in error
    assert "The details can't be written to" in error


def test_a_terminal_that_closes_without_a_signal_ends_the_game(terminals, story):
    terminal = stamped(terminals(), story)
    os.close(terminal.master)
    os.close(terminal.slave)
    terminal.master = terminal.slave = -1
    assert terminal.child.wait(DEADLINE) == 0
    assert saved(story, terminal) == ["office/stamp_it"]


# --- asking first


@pytest.fixture
def careful(tmp_path: Path, story: Story):
    return at_scene(story, tmp_path / "saves", size=(80, 40), settings=Settings(confirm=True))


async def left(player: Player) -> None:
    await player.until(lambda: player.app._exit)


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
async def test_where_it_is_set_quitting_asks_first_and_to_quit_again_is_an_answer(careful, key):
    async with careful as player:
        await player.press(key)
        await player.at(LeaveScreen)
        await player.sees("Leave the game? What was played is saved.", "> 1 Leave", "2 Stay")
        await player.press("ctrl+c")
        await left(player)


async def test_to_stay_is_to_be_back_where_one_was(careful):
    async with careful as player:
        for back in ("2", "escape"):
            await player.press("q")
            await player.at(LeaveScreen)
            await player.press(back)
            await player.at(SceneScreen)
        await player.press("q")
        await player.at(LeaveScreen)
        await player.click("1  Leave")
        await left(player)


async def test_quit_on_the_title_asks_too(tmp_path, story):
    async with playing(story, tmp_path / "saves", settings=Settings(confirm=True)) as player:
        await player.at(TitleScreen)
        await player.press("3")
        await player.at(LeaveScreen)


async def test_a_signal_does_not_ask(careful):
    async with careful as player:
        app = player.app
        assert isinstance(app, GameApp)
        app._end(signal.SIGTERM)
        await left(player)
