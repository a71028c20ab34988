"""Exhaustive search against a plain `set` search of the same generated step, dense and sparse, in 10x steps."""

import tempfile
from pathlib import Path

from benchmarks.measure import line, python
from benchmarks.yardstick import counter, scattered, wandering

_SETUP = """
from pathlib import Path
from game.story.loader import load
from game.prove.space import Space
from game.prove.code import Coder
from game.prove.explore import SmallSearch, prove
story = load(Path({path!r})).story
space = Space(story)
from game.prove import arrays
"""
_PLAIN = """
coder = Coder(space, arrays=False)
steps = [coder.steps(p) for p in space.positions]
enter = coder.start()
kinds = [p.kind for p in space.positions]
values = space.initial({})
first = enter([values.get(k, 0) for k in space.fields])
seen = {first}
waiting = [first]
while waiting:
    following = []
    for position, state in waiting:
        if kinds[position] == "ending":
            continue
        step = steps[position]
        for option, offered in enumerate(step.offers(state)):
            if offered:
                place = step.takes[option](state)
                if place not in seen:
                    seen.add(place)
                    following.append(place)
    waiting = following
result = len(seen)
"""
_OURS = """
search = arrays.LargeSearch(space, limit=10**9, progress=None)
search.run()
result = search.seen.situations
"""
_WHOLE = "result = prove(story, limit=10**9).situations"


def run() -> None:
    print("exploring: states a second and memory grown, arrays against a plain set of the same step")
    stories = [
        ("dense 10^4", counter(4, 10), 3),
        ("dense 10^5", counter(5, 10), 3),
        ("dense 10^6", counter(6, 10), 1),
        ("dense 10^7", counter(7, 10), 1),
        ("sparse 10^5", scattered(10), 3),
        ("sparse 10^6", scattered(12), 1),
        ("sparse 10^7", scattered(14), 1),
        ("sparse 10^5 at one page", wandering(10), 3),
        ("sparse 10^6 at one page", wandering(12), 1),
        ("sparse 10^7 at one page", wandering(14), 1),
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "story.yaml")
        for name, text, runs in stories:
            path.write_text(text, encoding="utf-8")
            setup = _SETUP.format(path=str(path))
            ours, plain = (python(setup, body, runs=runs) for body in (_OURS, _PLAIN))
            assert ours["result"] == plain["result"]
            states = ours["result"]
            line(
                f"{name}: {states:,} situations",
                f"{states / ours['seconds'] / 1e6:.2f} M/s, {ours['grown']:.0f} MB",
                f"{states / plain['seconds'] / 1e6:.2f} M/s, {plain['grown']:.0f} MB",
                f"{plain['seconds'] / ours['seconds']:.1f}x the speed, "
                f"{ours['grown'] / max(plain['grown'], 0.1):.2f}x the memory",
            )
            whole = python(setup, _WHOLE, runs=1)
            line(
                "  with verdicts", f"{whole['seconds']:.2f} s", "", f"{whole['seconds'] / ours['seconds']:.1f}x search"
            )


if __name__ == "__main__":
    run()
