"""Random play-throughs: through Session with text and history kept, and counting hits only, against inkjs and bardic.

ChoiceScript is in no registry. Measured elsewhere on the yardstick, its randomtest without text ran 4.06 times as many
steps a second as inkjs; that ratio is applied to the inkjs of this run.
"""

import json
import shutil
import tempfile
from pathlib import Path

from benchmarks.measure import command, line, python
from benchmarks.yardstick import STEPS, as_ink, as_yaml

CHOICESCRIPT = 39_000 / 9_600  # steps a second of randomtest without text, against inkjs
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
begun = process.hrtime.bigint();
for (let run = 0; run < Number(process.argv[3]); run++) {
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
_SETUP = """
import random
from pathlib import Path
from game.story.loader import load
story = load(Path({path!r})).story
"""
_SESSION = f"""
from game.play.session import Session
draw = random.Random(1)
steps = 0
for _ in range({{runs}}):
    session = Session(story)
    for _ in range({STEPS}):
        offered = session.offered
        if not offered:
            break
        session.choose(offered[int(draw.random() * len(offered))])
        steps += 1
result = steps
"""
_WALK = """
from game.prove.walk import walk
result = walk(story, runs={runs}, seed=1).steps
"""


def run() -> None:
    print("walking: steps a second on the yardstick story of 1,000 scenes")
    for cyclic in (False, True):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "story.yaml").write_text(as_yaml(1_000, cyclic=cyclic), encoding="utf-8")
            (folder / "story.ink").write_text(as_ink(1_000, cyclic=cyclic), encoding="utf-8")
            setup = _SETUP.format(path=str(folder / "story.yaml"))
            session = python(setup, _SESSION.format(runs=1_000))
            walked = python(setup, _WALK.format(runs=20_000))
            ours, hits = (m["result"] / m["seconds"] for m in (session, walked))
            kind = "cyclic" if cyclic else "forward"
            ink = inkjs(folder)
            if ink is None:
                print("  missing: npm, so no inkjs to compare with")
                line(f"{kind}: Session, text and history", f"{ours:,.0f}/s", "", "")
                line(f"{kind}: hits only", f"{hits:,.0f}/s", "", "")
                continue
            peer = ink["steps"] / ink["seconds"]
            line(f"{kind}: Session, text and history", f"{ours:,.0f}/s", f"inkjs {peer:,.0f}/s", f"{ours / peer:.1f}x")
            line(f"{kind}: hits only", f"{hits:,.0f}/s", f"inkjs {peer:,.0f}/s", f"{hits / peer:.0f}x")
            line(f"{kind}: hits only", f"{hits:,.0f}/s", "ChoiceScript, quoted", f"{hits / peer / CHOICESCRIPT:.0f}x")


def inkjs(folder: Path, runs: int = 300) -> dict[str, float] | None:
    """Steps, seconds and memory of inkjs on `story.ink`; None without npm."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        return None
    (folder / "package.json").write_text("{}", encoding="utf-8")
    command(["npm", "install", "--silent", "--no-audit", "--no-fund", "inkjs"], cwd=folder)
    (folder / "walk.cjs").write_text(_INK, encoding="utf-8")
    out = command(["node", "walk.cjs", "story.ink", str(runs), str(STEPS)], cwd=folder)[1]
    found: dict[str, float] = json.loads(out)
    return found


if __name__ == "__main__":
    run()
