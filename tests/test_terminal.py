"""A real terminal: the game under tmux, and what it leaves behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from game.play.slots import Slots
from game.story.model import Story
from tests.screen import GUARD, write_story

pytestmark = pytest.mark.long

ROOT = Path(__file__).parent.parent
POLL = 0.05
DEADLINE = 20.0


@pytest.fixture(scope="module", autouse=True)
def _tmux() -> None:
    if shutil.which("tmux") is None:
        pytest.fail("these tests need tmux: install it (apt install tmux, brew install tmux) and run them again")


class Terminal:
    """A shell in a tmux of its own."""

    def __init__(self, folder: Path, sockets: str) -> None:
        self.folder = folder
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("TMUX", "TEXTUAL"))}
        environment |= {"TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), "TMUX_TMPDIR": sockets}
        self.environment = environment

    def open(self) -> None:
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "bash --norc --noprofile")
        self.until(lambda: self.text.strip() != "")

    def tmux(self, *words: str) -> str:
        done = subprocess.run(["tmux", "-u", *words], capture_output=True, text=True, env=self.environment, check=False)
        return done.stdout

    @property
    def text(self) -> str:
        return self.tmux("capture-pane", "-p")

    def flag(self, name: str) -> str:
        return self.tmux("display-message", "-p", f"#{{{name}}}").strip()

    def keys(self, *keys: str) -> None:
        """Presses keys, once the page has been there for the moment that a choice waits."""
        time.sleep(GUARD + POLL)
        self.tmux("send-keys", *keys)

    def run(self, command: str) -> None:
        self.tmux("send-keys", "-l", command)
        self.keys("Enter")

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < end, f"it did not come about; the terminal:\n{self.text}"
            time.sleep(POLL)

    def sees(self, *words: str) -> None:
        self.until(lambda: all(word in " ".join(self.text.split()) for word in words))

    def ran(self, command: str, name: str) -> str:
        """What a command printed, by way of a file."""
        path = self.folder / name
        self.run(f"{command} > {path}.part; mv {path}.part {path}")
        self.until(path.exists)
        return path.read_text()

    def play(self, *words: str) -> None:
        """Starts the game, so that its process id and its exit code end in files."""
        self.stty = self.ran("stty -a", "before")
        command = f"echo $$ > {self.folder}/pid; exec {sys.executable} -m game {' '.join(words)}"
        self.run(f"cd {ROOT}; sh -c '{command}'; echo $? > {self.folder}/code")

    @property
    def pid(self) -> int:
        return int((self.folder / "pid").read_text())

    def ended(self) -> int:
        """The exit code, once the game has ended."""
        path = self.folder / "code"
        self.until(lambda: path.exists() and path.read_text().strip() != "")
        return int(path.read_text())

    def is_restored(self) -> None:
        """The shell has its terminal back as it was."""
        self.run("echo back-$((40+2))")
        self.sees("echo back-$((40+2))", "back-42")
        flags = {name: self.flag(name) for name in ("alternate_on", "cursor_flag", "mouse_any_flag", "keypad_flag")}
        assert flags == {"alternate_on": "0", "cursor_flag": "1", "mouse_any_flag": "0", "keypad_flag": "0"}
        assert self.ran("stty -a", "after") == self.stty

    def resize(self, width: int, height: int) -> None:
        self.tmux("resize-window", "-x", str(width), "-y", str(height))


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    with tempfile.TemporaryDirectory(prefix="game") as sockets:
        terminal = Terminal(tmp_path, sockets)
        try:
            terminal.open()
            yield terminal
        finally:
            terminal.tmux("kill-server")


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return write_story(tmp_path / "story")


def start(terminal: Terminal) -> None:
    """The small story, one step in."""
    terminal.play("play", str(terminal.folder / "story"), "--saves", str(terminal.folder / "saves"))
    terminal.sees("Begin a new play")
    assert terminal.flag("alternate_on") == "1"
    for key, words in (("1", "A man is hurt"), ("1", "How much time"), ("1", "Whose desk"), ("Enter", "The office")):
        terminal.keys(key)
        terminal.sees(words)
    terminal.keys("End")
    terminal.sees("Stamp it.")
    terminal.keys("2")
    terminal.sees("The stamp comes down.")


def is_saved(terminal: Terminal, story: Story) -> bool:
    play, notes = Slots(terminal.folder / "saves", story).resume("play-1")
    return [s.id for s in play.session.steps] == ["office/stamp_it"] and not notes


def test_a_game_is_played_to_its_end_through_a_storm_of_sizes_and_leaves_the_terminal_as_it_was(terminal, story):
    start(terminal)
    for width, height in ((300, 80), (20, 5), (120, 40), (60, 13), (7, 3), (200, 20), (20, 5), (80, 24)) * 3:
        terminal.resize(width, height)
    terminal.sees("A long hall.", "1 Continue")
    for words in ("Record card", "The cart breaks his fingers.", "You go home."):
        terminal.keys("1")
        terminal.sees(words)
        terminal.resize(60, 13)
        terminal.resize(80, 24)
        terminal.keys("End")
    terminal.sees("4 Back to the title")
    terminal.keys("4")
    terminal.sees("Continue: play-1")
    terminal.keys("q")
    assert terminal.ended() == 0
    terminal.is_restored()
    save = json.loads((terminal.folder / "saves" / story.id / "play-1.json").read_text())
    assert [step["id"] for step in save["steps"]] == ["office/stamp_it", "hall/continue", "street/run_to_him"]


@pytest.mark.parametrize("key", ["q", "C-c", "C-q"])
def test_every_way_to_quit_saves_and_leaves_the_terminal_as_it_was(terminal, story, key):
    start(terminal)
    terminal.keys(key)
    assert terminal.ended() == 0
    terminal.is_restored()
    assert is_saved(terminal, story)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_game_that_is_told_to_end_saves_and_leaves_the_terminal_as_it_was(terminal, story, number):
    start(terminal)
    os.kill(terminal.pid, number)
    assert terminal.ended() == 0
    terminal.is_restored()
    assert is_saved(terminal, story)


def test_a_game_that_is_killed_leaves_a_save_that_loads(terminal, story):
    start(terminal)
    slots = Slots(terminal.folder / "saves", story)
    terminal.until(lambda: len(slots.read("play-1").steps) == 1)
    os.kill(terminal.pid, signal.SIGKILL)
    assert terminal.ended() == 128 + signal.SIGKILL
    assert is_saved(terminal, story)


def test_a_game_whose_terminal_is_closed_ends_and_leaves_a_save_that_loads(terminal, story):
    start(terminal)
    pid = terminal.pid
    terminal.tmux("kill-server")
    terminal.until(lambda: not Path(f"/proc/{pid}").exists() if Path("/proc").exists() else True)
    assert is_saved(terminal, story)


def test_a_dumb_terminal_gets_line_mode(terminal, story):
    terminal.run("export TERM=dumb")
    terminal.play("play", str(terminal.folder / "story"), "--saves", str(terminal.folder / "saves"))
    terminal.sees("THE CLERK", "How should scenes of violence be told?")
    assert terminal.flag("alternate_on") == "0"
    for key, words in (("1", "How much time"), ("1", "Whose desk"), ("", "Stamp it."), ("2", "The stamp comes down.")):
        terminal.run(key)
        terminal.sees(words)
    terminal.run("q")
    assert terminal.ended() == 0
    terminal.is_restored()
    assert is_saved(terminal, story)


def test_a_story_that_is_saved_is_seen_at_once_and_its_mistakes_below_the_page(
    terminal: Terminal, story: Story
) -> None:
    """With `mv`, as editors do, and by writing into the file, from the shell of nobody's editor."""
    folder = terminal.folder / "story"
    terminal.play("play", str(folder), "--saves", str(terminal.folder / "saves"), "--at", "office", "--watch")
    terminal.sees(story.scenes["office"].title.source)
    file = folder / "story.yaml"
    text = file.read_text(encoding="utf-8")
    new = folder / "new~"
    new.write_text(text.replace("title: The office", "title: The other office"), encoding="utf-8")
    new.replace(file)
    terminal.sees("The other office", "x inspect")
    file.write_text(text.replace("start: office", "start: ofice"), encoding="utf-8")
    terminal.sees("story.yaml:8:8: error: no scene `ofice`", "The other office")
    file.write_text(text, encoding="utf-8")
    terminal.until(lambda: "error" not in terminal.text and "The other" not in terminal.text)
    terminal.keys("x")
    terminal.sees("Behind this page", "Scene office")
    terminal.keys("q")
    terminal.keys("Escape")  # on its own: with a letter at its heels it is that letter with Alt
    terminal.sees("x inspect")
    terminal.keys("q")
    assert terminal.ended() == 0
    terminal.is_restored()
