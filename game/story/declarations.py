"""The variables of a story: from the nodes under `state` to the model."""

import re
from dataclasses import replace
from typing import get_args

from game.story.expressions import Kind
from game.story.model import Variable
from game.story.nodes import Mapping, Node, Scalar
from game.story.schema import GaugeKind
from game.story.shapes import location, spelt_flag
from game.story.values import Shaper

_GAUGES: tuple[GaugeKind, ...] = get_args(GaugeKind)
_MAX_NUMBER = 1_000_000  # either end of a range
_BAND = re.compile(r"(-?\d{1,9})(?:-(-?\d{1,9}))?\Z")


def declare(shaper: Shaper, name: str, node: Node) -> Variable | None:
    """The variable, or None and a problem; the name is then known as broken, so that it is blamed once."""
    problems = shaper.problems
    at = location(node)
    if isinstance(node, Scalar):
        if node.text in ("true", "false") and not node.style:
            return Variable(name, Kind.FLAG, node.text == "true", location=at)
        if node.is_null:
            shaper.error(node, "empty", key=name)
        else:
            shaper.error(node, "bad-variable", name=name, found=node.text, meant=spelt_flag(node.text, name))
        shaper.broken.add(name)
        return None
    before = problems.errors
    fields = shaper.fields(node, "variable")
    given = [k for k in ("range", "one_of", "text") if k in fields]
    if len(given) != 1:
        keys = node.values.keys() if isinstance(node, Mapping) else set()
        first = fields.get("start")
        flag = spelt_flag(first.text) if isinstance(first, Scalar) else "false"
        if problems.errors == before and flag and keys and keys <= {"start", "ask", "label"}:
            shaper.error(node, "flag-with-keys", name=name, start=flag)
        elif problems.errors == before:
            shaper.error(node, "one-of", block="variable", keys="range, one_of, text", found=len(given))
        shaper.broken.add(name)
        return None
    kind = given[0]
    wrong = {"range": (), "one_of": ("words", "show"), "text": ("words", "show", "start")}[kind]
    for key in wrong:
        if isinstance(node, Mapping) and key in node.values:
            problems.at(node.file, *node.places[key], "key-not-here", key=key, kind=kind)
    label, ask = shaper.text(fields.get("label")), shaper.text(fields.get("ask"))
    if kind == "text":
        variable = Variable(name, Kind.TEXT, shaper.text(fields["text"]), label=label, ask=ask, location=at)
        return variable if problems.errors == before else _broken(shaper, name)
    if kind == "one_of":
        words = _words(shaper, fields["one_of"])
        variable = Variable(name, Kind.WORD, next(iter(words), ""), words=words, label=label, ask=ask, location=at)
    else:
        low, high = _range(shaper, fields["range"])
        variable = Variable(name, Kind.NUMBER, low, low, high, label=label, ask=ask, location=at)
        show = fields.get("show")
        if show is not None:
            shown = shaper.word(show, _GAUGES, "show")
            if shown == "words" and isinstance(node, Mapping) and "words" not in node.values:
                shaper.error(show, "missing-key", key="words", block="variable")
            variable = replace(variable, show=shown)
        if "words" in fields and problems.errors == before:
            variable = replace(variable, bands=_bands(shaper, fields["words"], low, high))
    if "start" not in fields:
        if isinstance(node, Mapping) and "start" not in node.values:
            shaper.error(node, "missing-key", key="start", block="variable")
    elif problems.errors == before:
        start = shaper.value(fields["start"], variable)
        if start is not None:
            variable = replace(variable, start=start)
    return variable if problems.errors == before else _broken(shaper, name)


def _broken(shaper: Shaper, name: str) -> Variable | None:
    shaper.broken.add(name)
    return None


def _range(shaper: Shaper, node: Node) -> tuple[int, int]:
    numbers = [i for i in shaper.items(node) if shaper.shaped(i, "integer", "range")]
    values = [shaper.integer(i) for i in numbers]
    if len(values) == 2 and -_MAX_NUMBER <= values[0] <= values[1] <= _MAX_NUMBER:
        return values[0], values[1]
    if len(values) == len(shaper.items(node)):
        shaper.error(node, "bad-range", limit=f"{_MAX_NUMBER:,}")
    return 0, 0


def _words(shaper: Shaper, node: Node) -> dict[str, str]:
    words: dict[str, str] = {}
    if shaper.is_dashed(node):
        return words
    if isinstance(node, Mapping):
        for name, item in node.values.items():
            if shaper.id(name, node, "word", node.places[name]) and shaper.shaped(item, "inline", name):
                words[name] = shaper.text(item) or name
    for item in shaper.items(node):
        if not isinstance(item, Scalar):
            shaper.error(item, "wrong-shape", what="a word", wanted="an id", found=shaper.found(item), char="")
        elif item.text in words:
            shaper.error(item, "duplicate-key", key=item.text, first=node.line)
        elif shaper.id(item.text, item, "word"):
            words[item.text] = item.text
    if not words and not (shaper.items(node) or (isinstance(node, Mapping) and node.values)):
        shaper.error(node, "empty", key="one_of")
    return words


def _bands(shaper: Shaper, node: Node, low: int, high: int) -> tuple[tuple[int, int, str], ...]:
    bands = []
    assert isinstance(node, Mapping)
    sound = True
    for name, item in node.values.items():
        match = _BAND.match(name)
        first = int(match[1]) if match else 0
        last = int(match[2]) if match and match[2] else first
        if not match or first > last:
            shaper.problems.at(node.file, *node.places[name], "bad-band", name=name)
            sound = False
        elif shaper.shaped(item, "inline", name):
            bands.append((first, last, shaper.text(item)))
    bands.sort()
    expected = low
    for first, last, _ in bands:
        if first != expected:
            break
        expected = last + 1
    if sound and expected != high + 1:
        shaper.error(node, "bands-cover", low=low, high=high)
    return tuple(bands)
