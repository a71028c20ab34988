"""Random play-throughs: through Session with text and history kept, and counting hits only, against inkjs and bardic.

ChoiceScript is in no registry. Measured elsewhere on the same story, its randomtest ran 39,000 steps a second without
text and 12,000 with, where inkjs ran 9,600; those ratios are applied to the inkjs of this run.
"""

import tempfile
from pathlib import Path

from benchmarks.measure import line, python
from benchmarks.peers import bardic, inkjs
from benchmarks.yardstick import STEPS, as_bard, as_ink, as_yaml

CHOICESCRIPT = {"without text": 39_000 / 9_600, "with text": 12_000 / 9_600}  # steps a second of randomtest, by inkjs
_SETUP = """
import random
from pathlib import Path
from game.story.loader import load
story = load(Path({path!r})).story
"""
_PLAYS = f"""
from game.play.session import Session
draw = random.Random(1)
def plays(runs):
    steps = 0
    for _ in range(runs):
        session = Session(story)
        for _ in range({STEPS}):
            offered = session.offered
            if not offered:
                break
            session.choose(offered[int(draw.random() * len(offered))])
            steps += 1
    return steps
plays(200)  # compiles what it meets, as inkjs has before its clock starts
"""
_SESSION = "result = plays({runs})"
_WALK = """
from game.prove.walk import walk
result = walk(story, runs={runs}, seed=1, jobs={jobs}).steps
"""


def run() -> None:
    print("walking: steps a second on the yardstick story of 1,000 scenes, the best of three rounds, turn about")
    with tempfile.TemporaryDirectory() as name:
        for cyclic in (False, True):
            _compare(Path(name), cyclic=cyclic)


def _compare(folder: Path, *, cyclic: bool) -> None:
    path = folder / "story.yaml"
    path.write_text(as_yaml(1_000, cyclic=cyclic), encoding="utf-8")
    (folder / "story.ink").write_text(as_ink(1_000, cyclic=cyclic), encoding="utf-8")
    (folder / "story.bard").write_text(as_bard(1_000, cyclic=cyclic), encoding="utf-8")
    setup = _SETUP.format(path=str(path))
    runners = {
        "session": lambda: python(setup + _PLAYS, _SESSION.format(runs=1_000), runs=1),
        "hits": lambda: python(setup, _WALK.format(runs=20_000, jobs=1), runs=1),
        "all cores": lambda: python(setup, _WALK.format(runs=40_000, jobs=0), runs=1),
        "inkjs": lambda: inkjs(folder / "story.ink"),
        "bardic": lambda: bardic(folder / "story.bard"),
    }
    speeds = dict.fromkeys(runners, 0.0)
    for _ in range(3):
        for who, runner in runners.items():
            if found := runner():
                steps = found["steps"] if "steps" in found else found["result"]
                speeds[who] = max(speeds[who], steps / found["seconds"])
    peers = {who: speeds[who] for who in ("inkjs", "bardic") if speeds[who]}
    kind = "cyclic" if cyclic else "forward"
    for what, ours in (
        ("Session, text and history", speeds["session"]),
        ("hits only", speeds["hits"]),
        ("hits only, all cores", speeds["all cores"]),
    ):
        line(f"{kind}: {what}", f"{ours:,.0f}/s", "", "")
        for who, peer in peers.items():
            line("", "", f"{who} {peer:,.0f}/s", f"{ours / peer:.1f}x")
        if speeds["inkjs"]:
            for text, ratio in CHOICESCRIPT.items():
                line("", "", f"ChoiceScript {text}, quoted", f"{ours / speeds['inkjs'] / ratio:.1f}x")


if __name__ == "__main__":
    run()
