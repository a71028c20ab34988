"""Reading YAML into located nodes against PyYAML's C loader, and checking a story against inkjs compiling it."""

import tempfile
from pathlib import Path

from benchmarks.measure import line, python
from benchmarks.peers import inkjs
from benchmarks.yardstick import as_ink, as_yaml

_SETUP = """
from pathlib import Path
import gc
import yaml
from game.story.diagnostics import Problems
from game.story.loader import load
from game.story.source import Reader
from game.story.files import decode
data = Path({path!r}).read_bytes()
"""
_NODES = """
gc.disable()
problems = Problems()
file = decode(data, "story.yaml", problems)
result = Reader(problems).read(file) is not None
"""
_PEER = """
result = len(yaml.load(data, Loader=yaml.CSafeLoader))
"""
_CHECK = """
result = load(Path({path!r})).story is not None
"""


def run() -> None:
    print("reading and checking the yardstick story")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "story.yaml"
        for count in (100, 1_000, 10_000):
            path.write_text(as_yaml(count), encoding="utf-8")
            setup = _SETUP.format(path=str(path))
            runs = 1 if count == 10_000 else 3
            nodes, peer, check = (
                python(setup, body, runs=runs) for body in (_NODES, _PEER, _CHECK.format(path=str(path)))
            )
            ours, theirs = nodes["seconds"], peer["seconds"]
            what = f"{count:,} scenes"
            line(f"{what}: located nodes", f"{ours:.3f} s", f"CSafeLoader {theirs:.3f} s", f"{ours / theirs:.2f}x")
            (folder / "story.ink").write_text(as_ink(count), encoding="utf-8")
            ink = inkjs(folder / "story.ink", runs=1)
            if ink is None:
                continue
            line(
                f"{what}: the whole check",
                f"{check['seconds']:.2f} s, {check['mb']:.0f} MB",
                f"inkjs {ink['compiling']:.2f} s, {ink['mb']:.0f} MB",
                f"{check['seconds'] / ink['compiling']:.2f}x time, {check['mb'] / ink['mb']:.2f}x memory",
            )


if __name__ == "__main__":
    run()
