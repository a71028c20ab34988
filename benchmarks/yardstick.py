"""The yardstick story: N scenes of about 120 words and 3 choices, 3 integers of 16 values, 3 flags, jumps forward.

The same story for us (YAML), for inkjs (ink) and for bardic. `cyclic` lets some jumps lead back.
"""

import random
from collections.abc import Iterator

WORDS = (
    "the lamp stands on the desk and the file lies under it while somebody in the corridor counts the doors "
    "and nobody asks what the paper is for because the answer would have to be typed signed and kept"
).split()
STEPS = 64  # of a play, at the most


def _scenes(count: int, *, cyclic: bool) -> list[tuple[str, list[tuple[str, str, str, int]]]]:
    """Per scene its text, and per choice a variable, a flag set, a flag read, and the target."""
    draw = random.Random(count)
    scenes = []
    for index in range(count):
        text = " ".join(draw.choice(WORDS) for _ in range(120))
        choices = []
        for number in range(3):
            target = min(index + 1 + number, count)
            if cyclic and draw.random() < 0.2:
                target = max(index - draw.randint(1, 10), 0)
            choices.append((draw.choice("abc"), draw.choice("fgh"), draw.choice("fgh"), target))
        scenes.append((text, choices))
    return scenes


def pages(count: int) -> list[str]:
    """The words of each page."""
    return [
        "\n\n".join([f"Scene {index}", text, *(f"Choice {number} of scene {index}" for number in range(3))])
        for index, (text, _) in enumerate(_scenes(count, cyclic=False))
    ]


def as_yaml(count: int, *, cyclic: bool = False) -> str:
    lines = ["format: 1", "id: yardstick", "title: Yardstick", "start: s0", "state:"]
    lines += [f"  {name}: {{range: [0, 15], start: 0}}" for name in "abc"]
    lines += [f"  {name}: false" for name in "fgh"]
    lines.append("scenes:")
    for index, (text, choices) in enumerate(_scenes(count, cyclic=cyclic)):
        lines += [f"  s{index}:", f"    title: Scene {index}", "    text: |", f"      {text}", "    choices:"]
        for number, (variable, sets, reads, target) in enumerate(choices):
            lines.append(f"      - label: Choice {number} of scene {index}")
            if number:
                lines.append(f"        when: {variable} < 15 or {reads}")
            lines.append(f"        set: {{{variable}: {variable} + {number + 1}, {sets}: not {reads}}}")
            lines.append(f"        go: s{target}")
    lines.append(f"  s{count}: {{ending: {{title: End}}, text: The end.}}")
    return "\n".join(lines) + "\n"


def as_ink(count: int, *, cyclic: bool = False) -> str:
    lines = [f"VAR {name} = 0" for name in "abc"] + [f"VAR {name} = false" for name in "fgh"] + ["-> s0"]
    for index, (text, choices) in enumerate(_scenes(count, cyclic=cyclic)):
        lines += [f"=== s{index} ===", text]
        for number, (variable, sets, reads, target) in enumerate(choices):
            when = f"{{{variable} < 15 || {reads}}} " if number else ""
            lines.append(f"+ {when}[Choice {number} of scene {index}]")
            lines.append(f"  ~ {variable} = MIN(15, {variable} + {number + 1})")
            lines.append(f"  ~ {sets} = not {reads}")
            lines.append(f"  -> s{target}")
    lines += [f"=== s{count} ===", "The end.", "-> END"]
    return "\n".join(lines) + "\n"


def as_bard(count: int, *, cyclic: bool = False) -> str:
    """Choices have no effects in bardic: each has a passage of its own that makes them and jumps on."""
    lines = [":: Start"] + [f"~ {name} = 0" for name in "abc"] + [f"~ {name} = False" for name in "fgh"] + ["-> s0", ""]
    for index, (text, choices) in enumerate(_scenes(count, cyclic=cyclic)):
        lines += [f":: s{index}", text]
        for number, (variable, _, reads, _) in enumerate(choices):
            when = f"{{{variable} < 15 or {reads}}} " if number else ""
            lines.append(f"+ {when}[Choice {number} of scene {index}] -> s{index}_{number}")
        lines.append("")
        for number, (variable, sets, reads, target) in enumerate(choices):
            lines += [f":: s{index}_{number}", f"~ {variable} = min(15, {variable} + {number + 1})"]
            lines += [f"~ {sets} = not {reads}", f"-> s{target}", ""]
    lines += [f":: s{count}", "The end."]
    return "\n".join(lines) + "\n"


def counter(variables: int, values: int) -> str:
    """A story whose situations are known and dense: `variables` counters of `values` values, any of them raised."""
    lines = ["format: 1", "id: counters", "title: Counters", "start: hub", "state:"]
    lines += [f"  n{i}: {{range: [0, {values - 1}], start: 0}}" for i in range(variables)]
    lines += ["scenes:", "  hub:", "    text: Count.", "    choices:"]
    for i in range(variables):
        lines.append(f"      - {{label: Raise {i}, when: n{i} < {values - 1}, set: {{n{i}: n{i} + 1}}, go: hub}}")
    full = " and ".join(f"n{i} == {values - 1}" for i in range(variables))
    lines.append(f"      - {{label: Stop, when: {full}, go: over}}")
    lines.append("  over: {ending: {title: Over}, text: Over.}")
    return "\n".join(lines) + "\n"


def scattered(scenes: int) -> str:
    """A story whose situations are sparse: wide counters of which few values meet."""
    lines = _wide("scattered", 0)
    for index in range(scenes):
        lines += [f"  s{index}:", "    text: Step.", "    choices:"]
        lines += [f"      - {{label: Way {n}, set: {{{effect}}}, go: s{index + 1}}}" for n, effect in _steps()]
    total = "n0 + n1 + n2 >= 0"
    lines.append(f"  s{scenes}: {{ending: {{title: Over}}, text: Over.}}")
    lines += ["must_hold:", f"  - {{every_ending: {total}}}"]
    return "\n".join(lines) + "\n"


def wandering(steps: int) -> str:
    """The same at one page, a level a step, with more situations thinkable there than 32 bits can tell apart."""
    lines = [*_wide("wandering", steps), "  s0:", "    text: Step.", "    choices:"]
    for number, effect in _steps():
        lines.append(f"      - {{label: Way {number}, when: left > 0, set: {{{effect}, left: left - 1}}, go: s0}}")
    lines.append("      - {label: Stop, when: left == 0 or n0 == n1, go: over}")
    lines.append("  over: {ending: {title: Over}, text: Over.}")
    return "\n".join(lines) + "\n"


def _wide(title: str, steps: int) -> list[str]:
    lines = ["format: 1", "id: sparse", f"title: {title}", "start: s0", "state:"]
    lines += [f"  n{i}: {{range: [0, 999], start: {i}}}" for i in range(3)]
    lines += [f"  left: {{range: [0, {steps}], start: {steps}}}"] if steps else []
    return [*lines, "scenes:"]


def _steps() -> Iterator[tuple[int, str]]:
    for number, (factor, plus) in enumerate(((3, 1), (5, 7), (2, 11))):
        target = f"n{number}"
        yield number, f"{target}: ({target} * {factor} + n{(number + 1) % 3} + {plus}) % 1000"
