"""The shipped story saved while it is watched in a real terminal: from the rename to the new page on the screen."""

import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.measure import ROOT, line, python
from benchmarks.terminal import Terminal
from game.play.session import Session
from game.story.loader import load

LIMIT = 0.3  # seconds
SAVES = 20
STEPS = 40  # of the play that is kept
_PEER = """
result = sum(yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader) is not None for path in paths)
"""


def run() -> None:
    print(
        f"reloading the shipped story in watch mode: {SAVES} saves by rename, beside a limit of {LIMIT * 1000:.0f} ms"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "special-tasks")
        shutil.copytree(ROOT / "scenes" / "special-tasks", folder)
        setup = f"import yaml\nfrom pathlib import Path\npaths = sorted(Path({str(folder)!r}).glob('*.yaml'))"
        peer = python(setup, _PEER)["seconds"]
        for steps in (0, STEPS):
            times = _saves(folder, steps)
            middle, worst = statistics.median(times), max(times)
            what = f"{steps} steps into the play: median, slowest"
            ours = f"{middle * 1000:.0f}, {worst * 1000:.0f} ms"
            line(what, ours, f"CSafeLoader {peer * 1000:.0f} ms", f"{middle / peer:.2f}x, {worst / LIMIT:.2f} of limit")


def _saves(folder: Path, steps: int) -> list[float]:
    """Seconds for each save of the file with the scene that a play has come to, by always taking the first choice."""
    story = load(folder).story
    assert story is not None
    session = Session(story)
    while len(session.steps) < steps:
        session.choose(session.offered[0])
    plan = folder.parent / "steps.json"
    plan.write_text(json.dumps([step.id for step in session.steps]), encoding="utf-8")
    path = folder / session.scene.location.path
    written = path.read_text(encoding="utf-8")
    lines = written.split("\n")
    place = next(i for i in range(session.scene.location.line, len(lines)) if lines[i].startswith("    place: "))
    saves = str(folder.parent / f"saves-{steps}")
    arguments = ["-m", "game", "play", str(folder), "--watch", "--saves", saves, "--replay", str(plan)]
    terminal = Terminal(arguments)
    times = []
    try:
        terminal.until(session.page.offered[0].label.plain[:20])
        for number in range(SAVES):
            while terminal.read(0.2):
                pass
            terminal.text = b""
            new = path.with_name("new~")
            words = f"Saved for the {number}th time"
            lines[place] = f"    place: {words}"
            new.write_text("\n".join(lines), encoding="utf-8")
            time.sleep(0.013 * (number % 7))  # the look falls anywhere
            begun = time.perf_counter()
            new.replace(path)
            times.append(terminal.until(words) - begun)
    finally:
        terminal.end()
        path.write_text(written, encoding="utf-8")
    return times


if __name__ == "__main__":
    run()
