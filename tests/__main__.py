"""The one test command: `python -m tests`. What it leaves out runs with `python -m tests --left-out`."""

import argparse
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
PYTHON = sys.executable


def steps(*, left_out: bool) -> list[tuple[str, list[str]]]:
    """What runs, in order: a name and a command."""
    if left_out:
        return [("long tests", [PYTHON, "-m", "pytest", "-q", "-n", "auto", "--dist", "worksteal", "-m", "long"])]
    stories = [path.parent for path in sorted((ROOT / "scenes").glob("*/story.yaml"))]
    return [
        ("lint", [PYTHON, "-m", "ruff", "check", "."]),
        ("format", [PYTHON, "-m", "ruff", "format", "--check", "."]),
        ("types", [PYTHON, "-m", "mypy", "--strict", "game"]),
        *[(f"story {s.name}", [PYTHON, "-m", "game", "check", "--strict", "--prove", str(s)]) for s in stories],
        *[(f"tests of story {s.name}", [PYTHON, "-m", "game", "test", str(s)]) for s in stories],
        ("tests", [PYTHON, "-m", "pytest", "-q", "-n", "auto", "--dist", "loadgroup", "-m", "not long"]),
    ]


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests", description=__doc__)
    parser.add_argument("--left-out", action="store_true", help="run only what the plain command leaves out")
    options = parser.parse_args()
    failed = []
    for name, command in steps(left_out=options.left_out):
        print(f"== {name}", flush=True)
        begun = time.monotonic()
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            failed.append(name)
        print(f"   {time.monotonic() - begun:.0f} s", flush=True)
    if not options.left_out:
        print("Left out: the tests marked `long`. They need tmux, Chromium, Graphviz, npm and a network;", end=" ")
        print("run them with: python -m tests --left-out")
    print(f"FAILED: {', '.join(failed)}" if failed else "All passed.")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
