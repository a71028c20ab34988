"""Line mode as a program: at a keyboard, in a pipe, and where a terminal knows little."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from game.play.slots import Play, Slots
from tests.line_mode import DRAWN, ROOT, TEXT, WIDE, environment, game, story_of, too_wide


@pytest.fixture(autouse=True)
def no_flushing(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests save thousands of times; whether saves are flushed is tested with the saves."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def slots(tmp_path: Path) -> Slots:
    return Slots(tmp_path / "saves", story_of(tmp_path))


class Terminal:
    """A program in a terminal of its own."""

    def __init__(self, *arguments: str, **changes: str | None) -> None:
        self.master, slave = pty.openpty()
        command = [sys.executable, "-m", "game", *arguments]
        self.child = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, env=environment(**changes), close_fds=True
        )
        os.close(slave)
        self.said = ""

    def read(self, seconds: float) -> bool:
        """Reads what there is; False when nothing came in time or the program has left."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.master, 65_536)
        except OSError:  # how Linux says that the other side is closed
            return False
        self.said += data.decode().replace("\r\n", "\n")
        return bool(data)

    def until(self, words: str) -> str:
        """What was said up to these words; the rest stays to be read."""
        deadline = time.monotonic() + 20
        while words not in self.said:
            assert time.monotonic() < deadline, self.said
            if not self.read(0.2):
                assert self.child.poll() is None or words in self.said, self.said
        before, _, self.said = self.said.partition(words)
        return before + words

    def type(self, line: str) -> None:
        os.write(self.master, f"{line}\n".encode())

    def leave(self) -> int:
        while self.read(20):
            pass
        return self.child.wait(20)

    def close(self) -> None:
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        os.close(self.master)


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        terminal.close()


@pytest.fixture
def hall(tmp_path: Path) -> Path:
    story_of(tmp_path)
    return tmp_path / "hall.yaml"


def test_at_a_keyboard_the_record_card_waits_for_enter(hall: Path, tmp_path: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal("play", str(hall), "--plain", "--saves", str(tmp_path / "saves"))
    terminals.append(terminal)
    heard = ""
    for prompt, answer in [("summary\n> ", "1"), ("Who?\n> ", "Ada"), ("part\n> ", ""), ("Leave.\n> ", "2")]:
        heard += terminal.until(prompt)
        terminal.type(answer)
    heard += terminal.until("1  Continue\n> ")
    terminal.type("1")
    heard += terminal.until("End of the record card.\nPress Enter to go on. ")
    assert not terminal.read(0.3)  # it waits
    assert terminal.said == ""
    assert "Blood runs." not in heard
    terminal.type("")
    heard += terminal.until("Blood runs.\n")
    terminal.until("> ")
    terminal.type("q")
    heard += terminal.until("Saved as play-1.\n")
    assert terminal.leave() == 0
    assert not DRAWN.search(heard)


def test_leaving_at_the_record_card_keeps_the_step(hall: Path, tmp_path: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal("play", str(hall), "--saves", str(tmp_path / "saves"), TERM="dumb")
    terminals.append(terminal)
    for prompt, answer in [("summary\n> ", ""), ("Who?\n> ", ""), ("part\n> ", ""), ("Leave.\n> ", "2"), ("> ", "1")]:
        terminal.until(prompt)
        terminal.type(answer)
    terminal.until("Press Enter to go on. ")
    os.write(terminal.master, b"\x04")  # the end of input, as typed
    terminal.until("Saved as play-1.\n")
    assert terminal.leave() == 0
    slots = Slots(tmp_path / "saves", story_of(tmp_path))
    assert slots.resume("play-1")[0].session.place == "cell"


def test_a_pipe_never_waits(hall: Path, tmp_path: Path) -> None:
    done = game("play", str(hall), "--plain", "--saves", str(tmp_path / "saves"), typed="1\n\n\n2\n1\n1\n")
    assert "Press Enter" not in done.stdout
    assert "Ending: The end" in done.stdout


@pytest.mark.parametrize("term", ["dumb", "", None])
def test_a_dumb_terminal_chooses_line_mode_by_itself(
    hall: Path, tmp_path: Path, terminals: list[Terminal], term: str | None
) -> None:
    terminal = Terminal("play", str(hall), "--saves", str(tmp_path / "saves"), TERM=term)
    terminals.append(terminal)
    heard = terminal.until("summary\n> ")
    terminal.type("q")
    assert terminal.leave() == 0
    assert heard.startswith("THE HALL\n")
    assert not DRAWN.search(heard)


def test_pipes_choose_line_mode_by_themselves(hall: Path, tmp_path: Path) -> None:
    done = game("play", str(hall), "--saves", str(tmp_path / "saves"), typed="1\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("THE HALL\n")
    assert not DRAWN.search(done.stdout)


def test_bytes_that_are_no_text_are_answered_like_any_other(hall: Path, tmp_path: Path) -> None:
    typed = b"\xff\n1\n\xf0\x9f Ev\xc3\n1\n\x80\x80\n\xed\xa0\x80\n\0\n\x1b[A\n1\n"
    done = game("play", str(hall), "--plain", "--saves", str(tmp_path / "saves"), typed=typed)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("Type a number from 1 to 2, or ? for help.") == 4
    assert "Seen 1." in done.stdout
    assert not DRAWN.search(done.stdout)


def test_an_output_that_knows_few_characters_gets_marks_for_the_others(tmp_path: Path) -> None:
    story_of(tmp_path, TEXT.replace("A yard.", WIDE))
    arguments = ["play", str(tmp_path / "hall.yaml"), "--plain", "--saves", str(tmp_path / "saves")]
    done = game(*arguments, typed="1\n\n\n2\n", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "word-by-word ????" in " ".join(done.stdout.split())


def test_a_narrow_terminal_gets_narrow_lines(hall: Path, tmp_path: Path) -> None:
    done = game("play", str(hall), "--plain", "--saves", str(tmp_path / "s"), typed="1\n\n\n?\n2\n1\n1\n", COLUMNS="30")
    assert done.returncode == 0
    assert not too_wide(done.stdout, 30)


def test_a_play_that_begins_elsewhere_asks_nothing(hall: Path, tmp_path: Path) -> None:
    arguments = ["play", str(hall), "--plain", "--saves", str(tmp_path / "saves"), "--at", "cell", "--with", "n=4"]
    done = game(*arguments, typed="g\n1\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Who?" not in done.stdout
    assert "Count: 4" in done.stdout
    assert "Ending: The end" in done.stdout
    play = Slots(tmp_path / "saves", story_of(tmp_path)).resume("play-1")[0]
    assert isinstance(play, Play)
    assert play.session.start is not None
    assert (play.session.start.scene, play.session.start.state) == ("cell", {"n": 4})
