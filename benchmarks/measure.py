"""Measuring in processes of their own: seconds and peak memory of a Python snippet or a command."""

import json
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
_FRAME = """
import json, resource, sys, time
sys.path.insert(0, {root!r})
{setup}
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begun = time.perf_counter()
{body}
seconds = time.perf_counter() - begun
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({{"seconds": seconds, "mb": peak / 1024, "grown": (peak - before) / 1024, "result": result}}))
"""


def python(setup: str, body: str, *, runs: int = 3) -> dict[str, float]:
    """The fastest of some runs of `body`, each in a new process; `result` is what it leaves under that name."""
    best: dict[str, float] | None = None
    for _ in range(runs):
        code = _FRAME.format(root=str(ROOT), setup=setup, body=body)
        out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        found = json.loads(out.splitlines()[-1])
        if best is None or found["seconds"] < best["seconds"]:
            best = found
    assert best is not None
    return best


def command(arguments: list[str], *, cwd: Path | None = None) -> tuple[float, str]:
    """Seconds and output of a command."""
    begun = time.perf_counter()
    out = subprocess.run(arguments, cwd=cwd, capture_output=True, text=True, check=True).stdout
    return time.perf_counter() - begun, out


def line(what: str, ours: str, peer: str, ratio: str) -> None:
    print(f"  {what:<44} {ours:>16} {peer:>22}   {ratio}", flush=True)
