"""The game in a real terminal of 120x40 against a bare Textual app: start, quitting, key to page, peak memory."""

import contextlib
import fcntl
import os
import pty
import re
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from itertools import chain
from pathlib import Path

from benchmarks.measure import ROOT, line
from benchmarks.yardstick import as_yaml

COLUMNS, ROWS = 120, 40
QUIET = 0.5  # seconds between a page and the next key: a choice waits for a moment before it can be taken
PRESSES = 40
PAIRS = 4  # of processes that the presses are divided among: one of them may be quicker than its like throughout
STARTS = 11
DEADLINE = 120.0
_CODES = re.compile(rb"\x1b(\[[0-9;?=<>]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[PX^_][^\x1b]*\x1b\\|[@-Z\\-_])")
_BARE = """
import sys
from textual.app import App
from textual.content import Content
from textual.widgets import Static
from benchmarks.yardstick import pages

class Bare(App):
    def compose(self):
        self.pages = iter(pages({count}))
        yield Static(Content(next(self.pages)))

    def on_key(self):
        self.query_one(Static).update(Content(next(self.pages)))

Bare().run()
"""


class Terminal:
    """A program in a pseudo terminal."""

    def __init__(self, arguments: list[str]) -> None:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("TEXTUAL", "PYTHON"))}
        environment |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT)}
        self.begun = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=ROOT,
            start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self.terminal, self.text = ours, b""

    def read(self, seconds: float) -> bool:
        """Whether something came within some seconds."""
        if not select.select([self.terminal], [], [], seconds)[0]:
            return False
        self.text += os.read(self.terminal, 2**16)
        return True

    def until(self, words: str) -> float:
        """The moment at which words were written."""
        while words.encode() not in _CODES.sub(b"", self.text):
            if not self.read(DEADLINE):
                raise TimeoutError(f"{words!r} was not written: {_CODES.sub(b'', self.text)[-400:]!r}")
        return time.perf_counter()

    def press(self, keys: str) -> float:
        """Presses keys once nothing more comes; the moment of it."""
        while self.read(QUIET):
            pass
        self.text = b""
        begun = time.perf_counter()
        os.write(self.terminal, keys.encode())
        return begun

    def peak(self) -> float:
        """Peak memory in MB so far, once nothing more comes."""
        while self.read(QUIET):
            pass
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def leave(self) -> float:
        """Quits by Ctrl+Q; the seconds until the program has ended."""
        begun = self.press("\x11")
        while self.process.poll() is None:
            with contextlib.suppress(OSError):  # how Linux says that the other side is closed
                self.read(0.002)
        seconds = time.perf_counter() - begun
        os.close(self.terminal)
        return seconds

    def end(self) -> float:
        """Ends the program; its peak memory in MB."""
        peak = self.peak()
        self.process.kill()
        self.process.wait()
        os.close(self.terminal)
        return peak


def run() -> None:
    print(f"the terminal, {COLUMNS}x{ROWS}: against a bare Textual app")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        peak = _starts(folder)
        for count in (1_000, 10_000):
            path = folder / f"{count}.yaml"
            path.write_text(as_yaml(count), encoding="utf-8")
            pairs = [_turns(path, folder / f"saves-{count}-{number}", count) for number in range(PAIRS)]
            ours, theirs, peaks = ([*chain(*side)] for side in zip(*pairs, strict=True))
            for percent in (50, 95):
                mine, peer = (_percentile(times, percent) * 1000 for times in (ours, theirs))
                what = f"{count:,} scenes: key to page, p{percent}"
                line(what, f"{mine:.1f} ms", f"Static {peer:.1f} ms", f"{mine / peer:.2f}x")
            mb = max(peaks)
            line(f"{count:,} scenes: peak memory", f"{mb:.0f} MB", f"bare {peak:.0f} MB", f"{mb / peak:.2f}x")


def _starts(folder: Path) -> float:
    """Start to first frame, turn about, and peak memory of some turns of the shipped story. The bare app's peak."""
    bare, game = ["-c", _BARE.format(count=10)], ["-m", "game", "play", "--saves", str(folder / "saves")]
    times: dict[str, list[float]] = {"bare": [], "game": []}
    left: dict[str, list[float]] = {"bare": [], "game": []}
    peaks: dict[str, float] = {}
    for _ in range(STARTS):
        for who, arguments, words in (("bare", bare, "Choice 0 of scene 0"), ("game", game, "Begin a new play")):
            terminal = Terminal(arguments)
            times[who].append(terminal.until(words) - terminal.begun)
            peaks[who] = max(peaks.get(who, 0), terminal.peak())
            left[who].append(terminal.leave())
    for what, measured in (("start to first frame", times), ("quitting", left)):
        ours, theirs = (statistics.median(measured[who]) for who in ("game", "bare"))
        line(f"shipped story: {what}", f"{ours:.3f} s", f"bare {theirs:.3f} s", f"{ours / theirs:.2f}x")
    terminal = Terminal(game)
    terminal.until("Begin a new play")
    for _ in range(PRESSES):
        terminal.press("\r")
    mb = terminal.end()
    line("shipped story: peak memory", f"{mb:.0f} MB", f"bare {peaks['bare']:.0f} MB", f"{mb / peaks['bare']:.2f}x")
    return peaks["bare"]


def _turns(story: Path, saves: Path, count: int) -> tuple[list[float], list[float], list[float]]:
    """Seconds from key to page for each turn of the game and of the bare app, turn about; the game's peak memory."""
    game = Terminal(["-m", "game", "play", str(story), "--saves", str(saves)])
    bare = Terminal(["-c", _BARE.format(count=count)])
    game.until("Begin a new play")
    game.press("\r")
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(PRESSES // PAIRS + 1):
        for terminal, times in ((game, ours), (bare, theirs)):
            begun = terminal.press("1") if number else 0.0
            painted = terminal.until(f"Choice 0 of scene {number}")
            if number:
                times.append(painted - begun)
    bare.end()
    return ours, theirs, [game.end()]


def _percentile(values: list[float], percent: int) -> float:
    return sorted(values)[round(percent / 100 * (len(values) - 1))]


if __name__ == "__main__":
    run()
