"""A real terminal: the game under tmux, and what it leaves behind."""

import json
import os
import re
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
        theirs = ("TMUX", "TEXTUAL", "COLUMNS", "LINES")  # pytest-xdist's size would outlast every resize
        environment = {k: v for k, v in os.environ.items() if not k.startswith(theirs)}
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
        self.until(lambda: all(word in " ".join(self.text.replace("▐", " ").split()) for word in words))

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
    terminal.resize(60, 13)
    terminal.until(lambda: "? help" in terminal.text.split("\n")[12])
    terminal.resize(80, 24)
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


WORDS = 5000
NUMBERED = re.compile(r"\bw(\d+)\b")


def pages(terminal: Terminal, text: str, choices: str) -> None:
    """A story of one scene with a text and choices, at its first page."""
    folder = terminal.folder / "one"
    folder.mkdir()
    (folder / "story.yaml").write_text(
        f"format: 1\nid: one\ntitle: One\nstart: page\nscenes:\n  page:\n    title: One page\n    text:\n{text}\n"
        f"    choices:\n{choices}\n  out: {{text: You are out., ending: {{title: Out}}}}\n",
        encoding="utf-8",
    )
    terminal.play("play", str(folder), "--saves", str(terminal.folder / "saves"), "--at", "page")
    terminal.sees("One page")


def settled(terminal: Terminal) -> str:
    """The screen when it is painted whole."""
    text = ""
    while text != (text := terminal.text):
        time.sleep(POLL)
    return text


@pytest.mark.parametrize("key", ["Space", "Down"])
def test_a_scene_of_five_thousand_words_is_read_to_its_end_and_every_word_has_been_on_the_screen(terminal, key):
    """The words are numbered; the last key brings the choice into view and nothing has been passed over."""
    paragraphs = [" ".join(f"w{n}" for n in range(first, first + 100)) for first in range(0, WORDS, 100)]
    pages(terminal, "\n".join(f"      - {text}" for text in paragraphs), "      - {label: Far below., go: out}")
    seen: set[int] = set()
    while True:
        text = settled(terminal)
        seen |= {int(number) for number in NUMBERED.findall(text)}
        if "> 1  Far below." in text:
            break
        terminal.tmux("send-keys", key)
        terminal.until(lambda before=text: terminal.text != before)
    assert seen == set(range(WORDS))
    terminal.keys("1")
    terminal.sees("You are out.")


def paste(terminal: Terminal, text: str, *, bracketed: bool) -> None:
    """As a terminal pastes for a program that asked to be told, or for one that did not."""
    file = terminal.folder / "clipboard"
    file.write_text(text, encoding="utf-8")
    terminal.tmux("load-buffer", str(file))
    terminal.tmux("paste-buffer", *(["-p"] if bracketed else []))


def test_a_paste_into_a_scene_does_nothing(terminal, story):
    start(terminal)
    paste(terminal, "1quej2\n" * 1500, bracketed=True)
    terminal.keys("j")
    terminal.sees("Journal", "Return to a decision")
    terminal.keys("Escape")
    terminal.sees("A long hall.", "1 Continue")
    assert is_saved(terminal, story)


def test_a_paste_that_comes_as_ten_thousand_keys_takes_no_more_than_one_choice(terminal, story):
    """What a person could have pressed first is taken; the rest comes faster than anyone reads."""
    start(terminal)
    terminal.keys("u")
    terminal.sees("Good morning, nobody.")
    terminal.keys("End")
    terminal.sees("> 1 Look at the clock.")
    terminal.keys("Up")
    paste(terminal, "1" * 10_000, bracketed=False)
    terminal.sees("It has stopped.")
    terminal.keys("e")
    terminal.sees("The facts behind this scene")
    play, _ = Slots(terminal.folder / "saves", story).resume("play-1")
    assert [s.id for s in play.session.steps] == ["office/look_at_the_clock"]


@pytest.mark.parametrize("bracketed", [True, False], ids=["a paste", "ten thousand keys"])
def test_a_paste_into_a_question_is_an_answer_cut_short(terminal, story, bracketed):
    terminal.play("play", str(terminal.folder / "story"), "--saves", str(terminal.folder / "saves"))
    terminal.sees("Begin a new play")
    for words in ("A man is hurt", "How much time", "Whose desk"):
        terminal.keys("1")
        terminal.sees(words)
    paste(terminal, "1quej2 q?" * 1100 + "end", bracketed=bracketed)
    terminal.until(lambda: terminal.text.count("1quej2 q?") > 5)
    terminal.keys("Enter")
    terminal.sees("The office", "Good morning, 1quej2 q?1quej2 q?")
    play, _ = Slots(terminal.folder / "saves", story).resume("play-1")
    assert play.session.answers["name"] == ("1quej2 q?" * 10)[:60]


def test_forty_choices_are_taken_by_numbers_of_two_digits_at_any_size(terminal):
    choices = [
        f"      - {{label: Door {n} of forty., stay: true, once: false, reply: Door {n} is shut.}}"
        for n in range(1, 40)
    ]
    pages(terminal, "      A corridor.", "\n".join([*choices, "      - {label: Door 40 of forty., go: out}"]))
    for size, number in (((300, 80), "37"), ((120, 40), "18"), ((60, 13), "25"), ((20, 5), "12"), ((80, 24), "40")):
        terminal.resize(*size)
        terminal.until(lambda height=size[1]: "? help" in terminal.text.split("\n")[height - 1] or height == 5)
        taken = "You are out." if number == "40" else f"Door {number} is shut."
        for _ in range(20):  # a number brings its choice into view before it takes it
            if taken not in " ".join(terminal.text.split()):
                terminal.keys(number[0])
                terminal.tmux("send-keys", number[1])
                time.sleep(0.5)
        terminal.sees(taken)
    terminal.sees("You are out.")


def test_wide_characters_emoji_and_marks_keep_every_edge_in_its_column(terminal):
    """A memorandum whose right edge is straight by the columns of the terminal itself, at every width."""
    rows = [
        "plain letters",
        "漢字の机",
        "e\u0301tage, n\u0303andu\u0301",
        "🚂 train, ☕ coffee",
        "全角 width",
        "한국어 Кремль",
    ]
    sheet = "".join(f"            {row}\n" for row in rows)
    text = f"      - sheet:\n          kind: memo\n          heading: 机 desk\n          text: |\n{sheet}"
    pages(terminal, text, "      - {label: 漢字 of a choice., go: out}")
    for width, height in ((80, 30), (300, 80), (44, 40), (60, 30)):
        terminal.resize(width, height)
        terminal.until(lambda height=height: "? help" in terminal.text.split("\n")[height - 1])
        terminal.sees("漢字の机", "漢字 of a choice.")
        edge = re.compile("[│┐┤┘]( *)$")

        def straight(edge: re.Pattern[str] = edge) -> bool:
            lines = terminal.tmux("capture-pane", "-p", "-N").split("\n")
            ends = [found[1] for line in lines if (found := edge.search(line))]
            return len(ends) == len(rows) + 5 and len(set(ends)) == 1

        terminal.until(straight)


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


@pytest.mark.usefixtures("story")
def test_ctrl_z_gives_the_shell_back_and_fg_the_game(terminal):
    """As everywhere in a terminal."""
    command = f"{sys.executable} -m game play {terminal.folder}/story --saves {terminal.folder}/saves"
    terminal.run(f"cd {ROOT}; {command}")
    terminal.sees("Begin a new play")
    terminal.keys("C-z")
    terminal.sees("Stopped")
    terminal.run("echo here-$((40+2))")
    terminal.sees("here-42")
    terminal.run("fg")
    terminal.sees("Begin a new play")
    terminal.keys("1")
    terminal.sees("A man is hurt")
    terminal.keys("C-c")
    terminal.until(lambda: terminal.flag("alternate_on") == "0")


@pytest.mark.usefixtures("story")
def test_a_story_that_cannot_be_played_is_told_in_the_terminal_as_it_was(terminal):
    """The title page was there for a moment: it comes before the story is read."""
    file = terminal.folder / "story" / "story.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("start: office", "start: ofice"), encoding="utf-8")
    terminal.play("play", str(terminal.folder / "story"), "--saves", str(terminal.folder / "saves"))
    assert terminal.ended() == 1
    terminal.sees("can't be played: 1 error", "no scene `ofice`")
    terminal.is_restored()
    assert not (terminal.folder / "saves").exists()


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
    terminal.keys("Escape")  # on its own: with a letter at its heels it is that letter with Alt
    terminal.sees("x inspect")
    terminal.keys("q")
    assert terminal.ended() == 0
    terminal.is_restored()
