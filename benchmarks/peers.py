"""What we are measured against: inkjs (npm) and bardic (PyPI), installed for one run where a registry is."""

import json
import subprocess
import sys
import tempfile
import venv
from functools import cache
from pathlib import Path

from benchmarks.measure import ROOT, command
from benchmarks.yardstick import STEPS

_INK = """
const { Compiler } = require("inkjs/full");
const fs = require("fs");
const source = fs.readFileSync(process.argv[2], "utf8");
let begun = process.hrtime.bigint();
const compiled = new Compiler(source).Compile().ToJson();
const compiling = Number(process.hrtime.bigint() - begun) / 1e9;
const { Story } = require("inkjs");
const story = new Story(compiled);
let steps = 0, kept = [];
const runs = Number(process.argv[3]);
for (let run = -Math.floor(runs / 10); run < runs; run++) {
  if (run === 0) { begun = process.hrtime.bigint(); steps = 0; }
  story.ResetState();
  kept = [story.ContinueMaximally()];
  for (let step = 0; step < Number(process.argv[4]) && story.currentChoices.length; step++) {
    story.ChooseChoiceIndex(Math.floor(Math.random() * story.currentChoices.length));
    kept.push(story.ContinueMaximally());
    steps++;
  }
}
const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
console.log(JSON.stringify({ steps, seconds, compiling, mb: process.memoryUsage().rss / 2 ** 20 }));
"""
_BARD = """
import json, random, sys, time
from pathlib import Path
from bardic import BardCompiler, BardEngine
begun = time.perf_counter()
story = BardCompiler().compile_string(Path(sys.argv[1]).read_text(encoding="utf-8"))
compiling = time.perf_counter() - begun
draw = random.Random(1)
steps = 0
begun = time.perf_counter()
for _ in range(int(sys.argv[2])):
    engine = BardEngine(story)
    page = engine.current()
    kept = [page.content]
    for _ in range(int(sys.argv[3])):
        if not page.choices:
            break
        page = engine.choose(int(draw.random() * len(page.choices)))
        kept.append(page.content)
        steps += 1
seconds = time.perf_counter() - begun
print(json.dumps({"steps": steps, "seconds": seconds, "compiling": compiling}))
"""


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


@cache
def _inkjs() -> Path | None:
    """A folder with inkjs and its walker; None without npm, node or a registry."""
    folder = Path(_folder().name, "inkjs")
    folder.mkdir()
    (folder / "package.json").write_text("{}", encoding="utf-8")
    (folder / "walk.cjs").write_text(_INK, encoding="utf-8")
    try:
        command(["npm", "install", "--silent", "--no-audit", "--no-fund", "inkjs"], cwd=folder)
        command(["node", "--version"])
    except (OSError, subprocess.CalledProcessError):
        print("  missing: inkjs (npm, node or the registry)")
        return None
    return folder


@cache
def _bardic() -> Path | None:
    """The Python of an environment with bardic; None without a registry."""
    folder = Path(_folder().name, "bardic")
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    try:
        command([str(python), "-m", "pip", "install", "--quiet", "bardic"])
    except subprocess.CalledProcessError:
        print("  missing: bardic (the registry)")
        return None
    return python


def inkjs(story: Path, runs: int = 300) -> dict[str, float] | None:
    """Steps, seconds, seconds of compiling and MB of inkjs on an ink file; None where it is missing."""
    if (folder := _inkjs()) is None:
        return None
    found: dict[str, float] = json.loads(
        command(["node", "walk.cjs", str(story), str(runs), str(STEPS)], cwd=folder)[1]
    )
    return found


def bardic(story: Path, runs: int = 100) -> dict[str, float] | None:
    """Steps, seconds and seconds of compiling of bardic on a bard file; None where it is missing."""
    if (python := _bardic()) is None:
        return None
    out = command([str(python), "-c", _BARD, str(story), str(runs), str(STEPS)], cwd=ROOT)[1]
    found: dict[str, float] = json.loads(out)
    return found
