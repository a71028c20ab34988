"""The one test command: `python -m tests`. What it leaves out runs with `python -m tests --left-out`."""

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from game.commands.common import DEFAULT

ROOT = Path(__file__).parent.parent
PYTHON = sys.executable
CORES = os.cpu_count() or 1
WORKERS = CORES + (CORES + 1) // 2  # tests of the screen wait half of their time
# Without bytecode, each of the hundreds of programs that tests start would compile the game anew.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def steps(*, left_out: bool) -> list[tuple[str, list[str]]]:
    """What runs, in order: a name and a command."""
    if left_out:
        return [("long tests", [PYTHON, "-m", "pytest", "-q", "-n", "auto", "--dist", "worksteal", "-m", "long"])]
    stories = [path.parent for path in sorted((ROOT / "scenes").glob("*/story.yaml"))]
    return [
        ("lint", [PYTHON, "-m", "ruff", "check", "."]),
        ("format", [PYTHON, "-m", "ruff", "format", "--check", "."]),
        ("types", [PYTHON, "-m", "mypy", "--strict", "game"]),
        *[(f"story {s.name}", [PYTHON, "-m", "game", "check", "--strict", *proof(s), str(s)]) for s in stories],
        *[(f"tests of story {s.name}", [PYTHON, "-m", "game", "test", str(s)]) for s in stories],
        ("tests", [PYTHON, "-m", "pytest", "-q", "-n", str(WORKERS), "--dist", "loadgroup", "-m", "not long"]),
    ]


def proof(story: Path) -> list[str]:
    """Whether a story is proved by itself: the one that plays by default is proved by the tests, which measure it."""
    return [] if story.name == DEFAULT else ["--prove"]


def run(step: tuple[str, list[str]]) -> tuple[str, str, int]:
    """The name of a step, what it printed and how long it took, and its exit code."""
    name, command = step
    begun = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return name, f"== {name}\n{done.stdout}   {time.monotonic() - begun:.0f} s", done.returncode


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests", description=__doc__)
    parser.add_argument("--left-out", action="store_true", help="run only what the plain command leaves out")
    options = parser.parse_args()
    failed = []
    *first, (tests, command) = steps(left_out=options.left_out)
    with ThreadPoolExecutor(CORES) as pool:  # each of them keeps one core busy, the tests all
        for name, printed, code in pool.map(run, first):
            print(printed, flush=True)
            failed += [name] * bool(code)
    print(f"== {tests}", flush=True)
    if subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, check=False).returncode:
        failed.append(tests)
    if not options.left_out:
        print("Left out: the tests marked `long`. They need tmux, Chromium, Graphviz, npm and a network;", end=" ")
        print("run them with: python -m tests --left-out")
    print(f"FAILED: {', '.join(failed)}" if failed else "All passed.")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
