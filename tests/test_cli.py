"""The commands as programs: exit codes, one clear line for every mistake, and never a traceback."""

import argparse
import ctypes
import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from game import __version__, cli
from game.play.slots import Slots
from game.story.loader import load

ROOT = Path(__file__).parent.parent
GOOD = ROOT / "tests" / "stories" / "good"
BROKEN = ROOT / "tests" / "stories" / "broken"
NUMBERS = str(GOOD / "numbers.yaml")
TEXT = """
format: 1
id: hall
title: The Hall
start: hall
state:
  n: {range: [-3, 9], start: 0, label: Count, show: number}
  who: {one_of: [nobody, anna], start: nobody}
  lit: false
  name: {text: you}
scenes:
  hall:
    text: "A hall, {n}, {who}, {lit}, {name}."
    choices: [{label: Go., set: {n: 1, who: anna, lit: true}, go: end}]
  end: {ending: {title: End}, text: Over.}
"""
COMMANDS = [name for action in cli._parser()._actions for name in (action.choices or ())]
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
READERS = ["play", "check", "test"]  # commands that take a STORY and nothing else


def run(*arguments: str | Path, typed: bytes = b"", **changes: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "game", *map(os.fspath, arguments)]
    environment = {**ENVIRONMENT, "TERM": "xterm", **changes}
    done = subprocess.run(command, input=typed, capture_output=True, cwd=ROOT, env=environment, timeout=60, check=False)
    said = done.stdout.decode(errors="surrogateescape"), done.stderr.decode()
    assert "Traceback" not in said[1]
    assert "\x1b" not in said[0] + said[1]
    return subprocess.CompletedProcess(command, done.returncode, *said)


def refused(code: int, *arguments: str | Path, typed: bytes = b"", **changes: str) -> str:
    """The first line on stderr of a command that gives this exit code; nothing else is said that a pipe would take."""
    done = run(*arguments, typed=typed, **changes)
    assert (done.returncode, done.stdout) == (code, "")
    first, *_ = done.stderr.split("\n")
    assert done.stderr.endswith("\n")
    assert first.isprintable()
    assert len(first) < 300
    return first


@pytest.fixture
def hall(tmp_path: Path) -> Path:
    path = tmp_path / "hall.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


# --- stories that are not there or not sound -----------------------------------------------------------------------


@pytest.mark.parametrize("command", READERS)
@pytest.mark.parametrize("name", ["no-such-story", "", "x" * 5_000, "a/b/c", "Special-Tasks", "x\ny\x1b[2J", b"\xff"])
def test_a_story_that_is_not_there_gives_one_line(command: str, name: str | bytes) -> None:
    said = refused(1, command, os.fsdecode(name))
    assert said.startswith("special-tasks: there is no story ")
    assert said.endswith("the built-in stories are: special-tasks")


@pytest.mark.parametrize("command", READERS)
def test_an_empty_folder_is_no_story(command: str, tmp_path: Path) -> None:
    said = refused(1, command, tmp_path)
    assert tmp_path.name in said
    assert "no story" in run(command, tmp_path).stderr


@pytest.mark.parametrize("command", READERS)
def test_a_broken_story_gives_its_problems_with_their_place(command: str) -> None:
    path = BROKEN / "unknown_next.yaml"
    refused(1, command, path)
    assert f"{path}:" in run(command, path).stderr
    assert "[unknown-scene]" in run(command, path).stderr


@pytest.mark.parametrize("content", [b"", b"\0\1\2", b"\xff\xfe", b"[" * 9_999, b"- 1\n- 2\n", b"a: b: c", b"\x1b[2J"])
@pytest.mark.parametrize("command", READERS)
def test_a_file_that_is_no_story_gives_one_clear_line_first(command: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    refused(1, command, path)


def test_a_name_with_odd_bytes_is_printed_harmlessly(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff\x1b[2J\n.yaml")
    path.write_text(TEXT, encoding="utf-8")
    done = run("check", path)
    assert (done.returncode, done.stdout.count("\n")) == (0, 1)
    assert "no problems in 2 scenes and 1 choice\n" in done.stdout
    path.write_text(TEXT.replace("go: end", "go: nowhere"), encoding="utf-8")
    refused(1, "check", path)
    refused(1, "play", path)


@pytest.fixture
def open_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder whose permissions are mended afterwards, for pytest to clear it away."""
    folder = tmp_path / "open"
    folder.mkdir()
    yield folder
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)


def _bind() -> None:
    """Takes from root what lifts permissions: PR_CAPBSET_DROP of CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None)
        assert libc.prctl(24, 1, 0, 0, 0) == libc.prctl(24, 2, 0, 0, 0) == 0


def as_anyone(*arguments: str | Path, typed: bytes = b"") -> subprocess.CompletedProcess[str]:
    """Runs a command as a user whom permissions bind."""
    command = [sys.executable, "-m", "game", *map(os.fspath, arguments)]
    done = subprocess.run(
        command, input=typed, capture_output=True, cwd=ROOT, timeout=60, check=False, preexec_fn=_bind
    )
    assert b"Traceback" not in done.stderr
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize("command", READERS)
def test_what_may_not_be_read_gives_one_clear_line_first(command: str, open_folder: Path) -> None:
    inner = open_folder / "inner"
    inner.mkdir()
    (inner / "story.yaml").write_text(TEXT, encoding="utf-8")
    (inner / "story.yaml").chmod(0)
    for path, mode in [(inner, 0o755), (inner / "story.yaml", 0o755), (inner, 0), (inner / "story.yaml", 0)]:
        inner.chmod(mode)
        done = as_anyone(command, path)
        assert (done.returncode, done.stdout) == (1, "")
        said = done.stderr
        assert "Permission denied" in said or "there is no story" in said
        assert said.split("\n")[0].isprintable()
    (open_folder / "story").mkdir()
    (open_folder / "story" / "story.yaml").write_text(TEXT, encoding="utf-8")
    assert as_anyone("check", open_folder / "story").returncode == 0  # and this user can read others


def test_an_unreadable_disk_gives_one_clear_line(
    hall: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = Path.open

    def refuse(self: Path, *arguments: object, **keywords: object) -> object:
        if self.suffix == ".yaml":
            raise OSError(5, "Input/output error")
        return opened(self, *arguments, **keywords)  # type: ignore[call-overload]

    real_open = os.open

    def refuse_low(path: object, *arguments: object, **keywords: object) -> int:
        if str(path).endswith(".yaml"):
            raise OSError(5, "Input/output error")
        return real_open(path, *arguments, **keywords)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(os, "open", refuse_low)
    assert cli.main(["check", str(hall)]) == 1
    assert "Input/output error" in capsys.readouterr().err


# --- usage ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--nonsense"], "--nonsense"),
        (["play", "--nonsense"], "--nonsense"),
        (["check", "--nonsense"], "--nonsense"),
        (["chekc"], "invalid choice: 'chekc', did you mean 'check'?"),
        (["PLAI"], "invalid choice: 'PLAI', did you mean 'play'?"),
        (["class", "vot"], "invalid choice: 'vot', did you mean 'vote'?"),
        (["check", "--format", "jsn"], "--format: invalid choice: 'jsn', did you mean 'json'?"),
        (["nothing-near"], "invalid choice: 'nothing-near' (choose from"),
        (["play", "a", "b"], "unrecognized arguments: b"),
        (["play", "--slot"], "--slot: expected one argument"),
        (["play", "--saves"], "--saves: expected one argument"),
        (["play", "--plain=yes"], "--plain: ignored explicit argument"),
        (["x\ny\x1b[2J"], "invalid choice"),
    ],
)
def test_wrong_usage_gives_one_line_and_two(arguments: list[str], words: str) -> None:
    said = refused(2, *arguments)
    assert said.startswith("special-tasks: ")
    assert words in said
    assert re.search(r"\(special-tasks( \w+)? --help tells more\)$", said)


@pytest.mark.parametrize("name", ["", "../x", "/etc/x", "con", ".", "a\nb", "a\x1b[2J", "x" * 300, "a ", b"\xff"])
def test_a_bad_slot_name_is_wrong_usage(hall: Path, tmp_path: Path, name: str | bytes) -> None:
    said = refused(2, "play", hall, "--plain", "--saves", tmp_path / "saves", "--slot", os.fsdecode(name))
    assert "can't be the name of a save" in said
    assert not (tmp_path / "saves").exists()


@pytest.mark.parametrize("scene", ["nowhere", "", "Hall", "hall/go", "x\ny\x1b[2J", "x" * 9_999])
def test_beginning_at_a_scene_that_is_not_there_is_wrong_usage(hall: Path, tmp_path: Path, scene: str) -> None:
    assert "there is no scene" in refused(2, "play", hall, "--plain", "--saves", tmp_path, "--at", scene)


@pytest.mark.parametrize("scene", ["Hall", "hal", "hall/go"])
def test_a_scene_that_is_near_is_asked_for(hall: Path, tmp_path: Path, scene: str) -> None:
    said = refused(2, "play", hall, "--plain", "--saves", tmp_path, "--at", scene)
    assert said == f"special-tasks: there is no scene {scene!r}, did you mean 'hall'?"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("zz=1", "--with wants NAME=VALUE"),
        ("lt=true", "a variable of the story: 'lt=true', did you mean 'lit'?"),
        ("n", "--with wants NAME=VALUE"),
        ("=", "--with wants NAME=VALUE"),
        ("n=1,,zz=2", "--with wants NAME=VALUE"),
        ("n==1", "n can't be '=1'"),
        ("n=x", "n can't be 'x'"),
        ("n=", "n can't be ''"),
        ("n=10", "n can't be 10"),
        ("n=-4", "n can't be -4"),
        ("n=2.0", "n can't be '2.0'"),
        ("n=--3", "n can't be '--3'"),
        ("n=+3", "n can't be '+3'"),
        ("n=²", "n can't be '²'"),
        ("n=٣", "n can't be '٣'"),
        ("n=1_0", "n can't be '1_0'"),
        ("n=" + "9" * 9, "n can't be 999999999"),
        ("n=" + "9" * 5_000, "n can't be '999"),
        ("n=true", "n can't be 'true'"),
        ("lit=yes", "lit can't be 'yes'"),
        ("lit=1", "lit can't be '1'"),
        ("who=boris", "who can't be 'boris'"),
        ("who=Anna", "who can't be 'Anna'"),
        ("x\ny\x1b[2J=1", "--with wants NAME=VALUE"),
        ("y" * 9_000, "--with wants NAME=VALUE"),
    ],
    ids=lambda w: ascii(w)[:24],
)  # fmt: skip
def test_a_bad_value_for_a_variable_is_wrong_usage(hall: Path, tmp_path: Path, words: str, said: str) -> None:
    assert said in refused(2, "play", hall, "--plain", "--saves", tmp_path, "--with", words)


def test_good_values_begin_the_play_so(hall: Path, tmp_path: Path) -> None:
    words = "n=-3, who = anna ,lit=true,name=Ada Lovelace"
    done = run("play", hall, "--plain", "--saves", tmp_path / "saves", "--with", words)
    assert (done.returncode, done.stderr) == (0, "")
    assert "A hall, -3, anna, yes, Ada Lovelace." in done.stdout
    arguments: list[str | Path] = ["play", hall, "--plain", "--saves", tmp_path / "saves", "--at", "end"]
    assert "Ending: End" in run(*arguments, "--slot", "mine").stdout
    assert "holds one already" in refused(2, *arguments, "--slot", "mine")


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)], ids=lambda c: " ".join(c) or "alone")
def test_the_help_of_every_command_has_an_example(command: list[str]) -> None:
    done = run(*command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"example: special-tasks {' '.join(command)}".rstrip() in done.stdout
    for name in COMMANDS if not command else ():
        assert re.search(rf"^    {name} +\w", done.stdout, re.MULTILINE), name


def test_every_example_is_one_the_parser_takes() -> None:
    (commands,) = (action.choices for action in cli._parser()._actions if isinstance(action.choices, dict))
    for parser in (cli._parser(), *commands.values()):
        for line in parser.epilog.splitlines():
            words = line.replace("example:", "").split()
            assert words[0] == "special-tasks"
            assert isinstance(cli._parser().parse_args(words[1:]), argparse.Namespace)


def test_the_version(tmp_path: Path) -> None:
    done = run("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"special-tasks {__version__}\n", "")
    assert run("--version", typed=b"", HOME=str(tmp_path)).returncode == 0


# --- check ---------------------------------------------------------------------------------------------------------


def test_a_good_story_checks_with_nothing_on_stderr() -> None:
    done = run("check", NUMBERS)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r".*numbers\.yaml: no problems in \d+ scenes and \d+ choices\n", done.stdout)
    assert run("check").returncode == 0  # the built-in story
    assert run("check", "special-tasks").returncode == 0


def test_a_broken_story_says_where_what_and_how_to_mend_it() -> None:
    path = BROKEN / "unknown_next.yaml"
    done = run("check", path)
    assert (done.returncode, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert re.match(rf"{re.escape(str(path))}:\d+:\d+: error: no scene `\w+` \[unknown-scene\]$", lines[0])
    assert re.match(r"    \s*\^$", lines[2])
    column = int(lines[0].split(":")[2])
    source = path.read_text(encoding="utf-8").splitlines()[int(lines[0].split(":")[1]) - 1]
    assert lines[1] == "    " + source.strip()
    assert lines[2].index("^") - 4 == column - 1 - (len(source) - len(source.lstrip()))
    assert lines[-1] == f"{path}: 1 error"


def test_warnings_are_errors_only_when_strict() -> None:
    path = BROKEN / "unused_variable.yaml"
    done = run("check", path)
    assert done.returncode == 0
    assert ": warning: " in done.stderr
    assert "1 warning in " in done.stdout
    assert ": warning: " in refused(1, "check", path, "--strict")
    assert run("check", NUMBERS, "--strict").returncode == 0


def test_a_scene_to_be_written_warns_and_is_an_error_when_strict() -> None:
    assert run("check", BROKEN / "todo.yaml").returncode == 0
    assert "to be written" in refused(1, "check", BROKEN / "todo.yaml", "--strict")


@pytest.mark.parametrize("content", ["\x1b[2Jx: 1\n", "a: \x07\n", "x: '\u202e'\n"])
def test_a_story_cannot_steer_the_terminal_by_its_problems(tmp_path: Path, content: str) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(content, encoding="utf-8")
    done = run("check", path)
    assert done.returncode == 1
    assert all(line.isprintable() for line in done.stderr.split("\n"))


# --- saves ---------------------------------------------------------------------------------------------------------


def test_saves_that_cannot_be_written_cost_nothing_but_themselves(hall: Path, open_folder: Path) -> None:
    story = open_folder / "hall.yaml"
    story.write_text(TEXT, encoding="utf-8")
    open_folder.chmod(0o555)
    done = as_anyone("play", story, "--plain", "--saves", open_folder / "saves", typed=b"1\n")
    open_folder.chmod(0o755)
    assert done.returncode == 1
    assert done.stdout.count("play-1: can't be saved: Permission denied.") == 1
    assert "Ending: End" in done.stdout  # it was played to the end all the same
    assert done.stderr == "special-tasks: play-1: can't be saved: Permission denied\n"
    (open_folder / "saves").write_text("a file", encoding="utf-8")
    done = run("play", hall, "--plain", "--saves", open_folder / "saves")
    assert done.returncode == 1
    assert re.fullmatch(r"special-tasks: play-1: can't be saved: [\w ]+\n", done.stderr)


def test_saves_that_cannot_be_read_give_one_line(open_folder: Path) -> None:
    story = open_folder / "hall.yaml"
    story.write_text(TEXT, encoding="utf-8")
    (open_folder / "saves" / "hall").mkdir(parents=True)
    (open_folder / "saves" / "hall" / "a.json").write_text("{}", encoding="utf-8")
    (open_folder / "saves" / "hall").chmod(0)
    for more in ([], ["--at", "end"]):
        done = as_anyone("play", story, "--plain", "--saves", open_folder / "saves", "--slot", "a", *more)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == "special-tasks: a: can't be read: Permission denied\n"
    done = as_anyone("play", story, "--plain", "--saves", open_folder / "saves", "--at", "end")
    assert "Ending: End" in done.stdout
    assert done.stderr == "special-tasks: play-1: can't be saved: Permission denied\n"


def test_a_damaged_save_gives_one_line_on_stderr(hall: Path, tmp_path: Path) -> None:
    saves = tmp_path / "saves" / "hall"
    saves.mkdir(parents=True)
    (saves / "a.json").write_text("{", encoding="utf-8")
    done = run("play", hall, "--plain", "--saves", tmp_path / "saves", "--slot", "a")
    assert (done.returncode, done.stderr) == (1, "special-tasks: a: damaged: it is not whole JSON\n")


def test_saves_are_kept_where_they_are_asked_for(hall: Path, tmp_path: Path) -> None:
    run("play", hall, "--plain", "--saves", tmp_path / "x" / "y", "--slot", "mine", typed=b"1\n")
    story = load(hall).story
    assert story is not None
    assert Slots(tmp_path / "x" / "y", story).resume("mine")[0].session.place == "end"


# --- outputs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["play", "--help"], ["check", NUMBERS], ["play", NUMBERS, "--plain"]],
    ids=lambda a: " ".join(Path(w).name for w in a),
)  # fmt: skip
def test_a_reader_that_has_gone_is_no_error(arguments: list[str], tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    saves = ["--saves", str(tmp_path)] if "--plain" in arguments else []
    command = [sys.executable, "-m", "game", *arguments, *saves]
    done = subprocess.run(
        command,
        stdout=writer,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        cwd=ROOT,
        env=ENVIRONMENT,
        timeout=60,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("arguments", [["--help"], ["check", NUMBERS], ["play", NUMBERS, "--plain"]])
def test_a_full_disk_under_the_output_gives_one_line(arguments: list[str], tmp_path: Path) -> None:
    saves = ["--saves", str(tmp_path)] if "--plain" in arguments else []
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "game", *arguments, *saves],
            stdout=full, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, cwd=ROOT, env=ENVIRONMENT, timeout=60,
            check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, b"special-tasks: No space left on device\n")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&-"])
def test_without_input_or_output_there_is_nothing_to_play_on(closed: str, tmp_path: Path) -> None:
    command = f'exec "$0" -m game play --plain --saves "$1" {closed}'
    done = subprocess.run(
        ["/bin/sh", "-c", command, sys.executable, str(tmp_path)],
        capture_output=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr == b"special-tasks: there is no input or no output to play on\n"


@pytest.mark.parametrize("no_color", ["1", ""])
def test_problems_in_a_terminal_have_no_colour_codes(no_color: str) -> None:
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "NO_COLOR": no_color}
    command = [sys.executable, "-m", "game", "check", str(BROKEN / "unknown_next.yaml")]
    child = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, env=environment)
    os.close(slave)
    said = b""
    while select.select([master], [], [], 30)[0]:
        try:
            data = os.read(master, 65_536)
        except OSError:  # how Linux says that the other side is closed
            break
        if not data:
            break
        said += data
    os.close(master)
    assert child.wait(30) == 1
    assert b"unknown-scene" in said
    assert b"\x1b" not in said


def test_an_output_of_few_characters_is_no_error(tmp_path: Path) -> None:
    folder = tmp_path / "Ада"
    folder.mkdir()
    (folder / "story.yaml").write_text(TEXT, encoding="utf-8")
    done = run("check", folder, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "/???: no problems" in done.stdout


@pytest.mark.parametrize("arguments", [["play", "--plain"], ["check"], ["--help"], ["test"]], ids=lambda a: a[0])
def test_nothing_but_the_screen_imports_textual(arguments: list[str], tmp_path: Path) -> None:
    saves = ["--saves", str(tmp_path)] if "--plain" in arguments else []
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "game", *arguments, *saves],
        input="1\n1\nAda\n1\n1\ne\nf\nj\n", capture_output=True, text=True, cwd=ROOT, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "game" in imported
    assert "textual" not in imported


def test_an_interrupt_at_the_keyboard_leaves_no_traceback(monkeypatch: pytest.MonkeyPatch, hall: Path) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("game.commands.check.load", interrupt)
    assert cli.main(["check", str(hall)]) == 130
