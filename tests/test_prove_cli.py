"""`check --prove` and `walk` as programs: exit codes, what is printed where, a terminal, Ctrl+C, memory."""

import csv
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.yardstick import counter

ROOT = Path(__file__).parent.parent
STORIES = ROOT / "tests" / "stories"
VERDICTS = STORIES / "verdicts"
PROVED = VERDICTS / "together.yaml"
REFUTED = VERDICTS / "starved_hub.yaml"
WORDS = ("PROVED", "REFUTED", "UNDECIDED")
TIMEOUT = 60


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A command with its output in pipes: plain text, no traceback, nothing for a terminal."""
    command = [sys.executable, "-m", "game", *map(os.fspath, arguments)]
    done = subprocess.run(command, capture_output=True, cwd=ROOT, timeout=TIMEOUT, check=False)
    out, err = done.stdout.decode(), done.stderr.decode()
    for text in (out, err):
        assert "Traceback" not in text
        assert not re.search(r"[^\n\x20-\x7e\u00a1-\uffff]", text)
    return subprocess.CompletedProcess(command, done.returncode, out, err)


def prove(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return run("check", "--prove", *arguments)


def properties(said: str) -> list[tuple[str, str]]:
    """The verdict and name of each property."""
    found = [line.split(maxsplit=1) for line in said.splitlines() if line.startswith(tuple(f"{w} " for w in WORDS))]
    return [(verdict, name) for verdict, name in found]


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A story of a hundred million situations."""
    path = tmp_path / "large.yaml"
    path.write_text(counter(8, 10), encoding="utf-8")
    return path


# --- verdicts and exit codes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [[], ["--strict"], ["--limit", "9"]])
def test_proved_is_exit_code_0(arguments: list[str]) -> None:
    done = prove(PROVED, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    first, *_ = done.stdout.splitlines()
    assert first == f"{PROVED}: no problems in 2 scenes and 3 choices"
    assert properties(done.stdout) == [
        ("PROVED", "from every situation an ending can be reached"),
        ("PROVED", "no page is stuck"),
        ("PROVED", "always: left + right == 3"),
    ]
    assert any(line.startswith("PROVED: 8 situations, up to ") for line in done.stdout.splitlines())
    assert "\nA play to an ending takes " in done.stdout
    assert "\nPlays that together take every choice: 1 " in done.stdout


def test_refuted_is_exit_code_1_and_the_list_of_steps_leads_to_the_stuck_page(tmp_path: Path) -> None:
    done = prove(REFUTED)
    assert (done.returncode, done.stderr) == (1, "")
    assert [verdict for verdict, _ in properties(done.stdout)] == ["REFUTED", "REFUTED"]
    lines = done.stdout.splitlines()
    at = next(n for n, line in enumerate(lines) if line.endswith("no page is stuck"))
    assert lines[at + 1].strip() == "after 4 steps:"
    steps = [line.strip() for line in lines[at + 2 : at + 6]]
    listed = lines[at + 6].strip().removeprefix("as a list: ")
    assert json.loads(listed) == steps
    path = tmp_path / "steps.json"
    path.write_text(listed, encoding="utf-8")
    played = run("play", REFUTED, "--plain", "--saves", tmp_path / "saves", "--replay", path)
    hall = played.stdout.rpartition("Two doors.")[2]
    assert steps[-1] == "right/continue"
    assert hall.startswith("\n\nThis page offers no way on: ")
    assert not re.search(r"^ *[0-9]", hall, re.MULTILINE)  # no choice


def test_undecided_is_exit_code_3_and_names_the_limit_and_what_is_costly(large: Path) -> None:
    done = prove(large, "--limit", "1000")
    assert (done.returncode, done.stderr) == (3, "")
    assert {verdict for verdict, _ in properties(done.stdout)} == {"UNDECIDED"}
    assert "\nUNDECIDED: 1,0" in done.stdout
    assert "Undecided because the limit of 1,000 situations is met." in done.stdout
    assert "\nThe search took about 1 MB; `--limit N` sets how far it goes" in done.stdout
    costly = next(line for line in done.stdout.splitlines() if line.startswith("What makes the space large: "))
    assert all(f"n{i} (10 values)" in costly for i in range(8))


def test_refuted_goes_before_undecided(tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(counter(8, 10) + "must_hold: [{always: n0 < 2}]\n", encoding="utf-8")
    done = prove(path, "--limit", "1000")
    assert done.returncode == 1
    assert [verdict for verdict, _ in properties(done.stdout)] == ["UNDECIDED", "UNDECIDED", "REFUTED"]
    assert 'as a list: ["hub/raise_0", "hub/raise_0"]' in done.stdout


def test_answers_that_decide_are_named_and_lead_there_with_the_list(tmp_path: Path) -> None:
    done = prove(VERDICTS / "answers_decide.yaml")
    assert "after 1 step, with pace=none, party=3:" in done.stdout
    listed = re.findall(r"as a list: (.*)", done.stdout)[-1]
    path = tmp_path / "steps.json"
    path.write_text(listed, encoding="utf-8")
    story = VERDICTS / "answers_decide.yaml"
    options = ["--plain", "--saves", str(tmp_path / "saves"), "--replay", str(path)]
    assert "The stairs." in run("play", story, *options).stdout
    assert "The stairs." not in run("play", story, *options, "--with", "pace=none,party=3").stdout


def test_a_claim_that_nothing_reaches_says_so() -> None:
    done = prove(VERDICTS / "not_reachable.yaml")
    assert done.returncode == 1
    assert "in no situation that can be reached" in done.stdout


@pytest.mark.parametrize(("limit", "verdict"), [([], "PROVED"), (["--limit", "3"], "UNDECIDED")])
def test_warnings_are_errors_with_strict_whatever_is_proved(tmp_path: Path, limit: list[str], verdict: str) -> None:
    path = tmp_path / "story.yaml"
    text = PROVED.read_text(encoding="utf-8")
    path.write_text(text.replace("state: {", "state: {idle: {range: [0, 3], start: 0}, "), encoding="utf-8")
    lax, strict = prove(path, *limit), prove(path, "--strict", *limit)
    assert (lax.returncode, strict.returncode) == (0 if verdict == "PROVED" else 3, 1)
    for done in (lax, strict):
        assert "nothing reads the variable `idle`" in done.stderr
        assert f"\n{verdict}: " in done.stdout


def test_a_broken_story_is_not_proved() -> None:
    done = prove(STORIES / "broken" / "junction_circle.yaml")
    assert (done.returncode, done.stdout) == (1, "")
    assert not any(word in done.stderr for word in WORDS)


@pytest.mark.parametrize("limit", ["0", "-1", "many", "1.5", "1e6", "", "٣", "9" * 30, "1_000"])
def test_a_limit_that_is_no_count_is_wrong_usage(limit: str) -> None:
    done = prove(PROVED, f"--limit={limit}")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


# --- a terminal, Ctrl+C, memory -------------------------------------------------------------------------------------


class Child:
    """A command whose stderr, and stdin, are a terminal; its stdout is a pipe."""

    def __init__(self, *arguments: str | Path) -> None:
        self.terminal, other = pty.openpty()
        command = [sys.executable, "-m", "game", *map(os.fspath, arguments)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=other, stdout=subprocess.PIPE, stderr=other, start_new_session=True
        )
        os.close(other)
        self.seen = ""

    def read_until(self, pattern: str) -> None:
        end = time.monotonic() + TIMEOUT
        while not re.search(pattern, self.seen):
            assert time.monotonic() < end, self.seen
            self._read()

    def _read(self) -> bool:
        if select.select([self.terminal], [], [], 0.2)[0]:
            try:
                data = os.read(self.terminal, 1 << 16)
            except OSError:  # the other side is closed
                return False
            self.seen += data.decode()
            return bool(data)
        return self.process.poll() is None

    def finish(self) -> tuple[int, str]:
        """The exit code and stdout."""
        try:
            while self._read():
                pass
            out, _ = self.process.communicate(timeout=TIMEOUT)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            os.close(self.terminal)
        return self.process.returncode, out.decode()


def test_a_terminal_shows_progress_and_keeps_none_of_it(tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(counter(4, 5), encoding="utf-8")
    child = Child("check", "--prove", path)
    code, out = child.finish()
    assert code == 0
    assert re.search(r"\r\d+ situations, \d+ waiting ", child.seen)
    assert child.seen.rsplit("\r", 2)[-2].isspace()  # wiped out
    assert "\r" not in out
    assert "\nPROVED: " in out


@pytest.mark.parametrize("before", [r"\r[1-9],?\d\d\d situations", r"\r\d\d\d,\d\d\d situations"])
def test_ctrl_c_ends_the_search_and_keeps_what_was_found(large: Path, before: str) -> None:
    child = Child("check", "--prove", large)
    child.read_until(before)
    child.process.send_signal(signal.SIGINT)
    code, out = child.finish()
    assert "Traceback" not in child.seen + out
    assert code == 3
    assert {verdict for verdict, _ in properties(out)} == {"UNDECIDED"}
    assert "Undecided because interrupted." in out


def test_a_million_situations_stay_below_300_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(counter(6, 10), encoding="utf-8")
    script = (
        "import resource, sys\nfrom pathlib import Path\nfrom game.cli import main\ncode = main(sys.argv[1:])\n"
        "status = Path('/proc/self/status')\n"  # ru_maxrss begins with the peak of the process that forked
        "own = status.read_text().split('VmHWM:')[1].split()[0] if status.exists() else "
        "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\nprint(own)\nsys.exit(code)"
    )
    command = [sys.executable, "-c", script, "check", "--prove", os.fspath(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=TIMEOUT, check=False)
    assert done.returncode == 0, done.stderr
    assert "PROVED: 1,000,001 situations, up to 55 steps" in done.stdout
    peak = int(done.stdout.split()[-1]) // (1 if sys.platform == "linux" else 1024)  # kilobytes
    assert peak < 300_000


# --- walk -----------------------------------------------------------------------------------------------------------


def test_walk_ends_well_or_with_1_where_a_play_is_stuck() -> None:
    good, stuck = run("walk", PROVED, "--runs", "500"), run("walk", REFUTED, "--runs", "500")
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.startswith("500 plays, ")
    assert "Scenes met: 2 of 2." in good.stdout
    assert (stuck.returncode, stuck.stderr) == (1, "")
    assert not re.search(r" 0 stuck on a page", stuck.stdout)


def test_equal_seeds_print_the_same_and_write_the_same_hits(tmp_path: Path) -> None:
    hits = [tmp_path / f"{n}.csv" for n in range(3)]
    said = [
        run("walk", PROVED, "--runs", "700", "--seed", seed, "--hits", path).stdout
        for seed, path in zip(["5", "5", "6"], hits, strict=True)
    ]
    assert said[0] == said[1] != said[2]
    assert hits[0].read_bytes() == hits[1].read_bytes() != hits[2].read_bytes()
    with hits[0].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["kind"] for row in rows} == {"scene", "choice"}


@pytest.mark.parametrize("where", ["no/such/folder/hits.csv", "."])
def test_hits_that_cant_be_written_are_one_clear_line(tmp_path: Path, where: str) -> None:
    done = run("walk", PROVED, "--runs", "50", "--hits", tmp_path / where)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"special-tasks: {tmp_path / where}: can't be written: ")


@pytest.mark.parametrize("option", ["--runs=0", "--runs=x", "--seed=-1", "--seed=x", "--seed=" + "1" * 40])
def test_walk_refuses_what_is_no_number(option: str) -> None:
    done = run("walk", PROVED, option)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


def test_walk_refuses_a_broken_story_and_one_too_wide() -> None:
    for path in (STORIES / "broken" / "junction_circle.yaml", VERDICTS / "too_wide_for_a_word.yaml"):
        done = run("walk", path)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"special-tasks: {path} can't be ")


def test_walk_shows_progress_on_a_terminal_only() -> None:
    child = Child("walk", PROVED, "--runs", "3000")
    code, out = child.finish()
    assert code == 0
    assert "\r3,000 of 3,000 plays " in child.seen
    assert child.seen.rsplit("\r", 2)[-2].isspace()
    assert out == run("walk", PROVED, "--runs", "3000").stdout
