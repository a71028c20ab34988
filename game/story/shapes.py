"""Checking nodes against the declared format: which keys a block has, and the shape of each value.

What is wrong is noted, with what was probably meant, and left out or put where it belongs.
"""

import re
from collections.abc import Container, Iterator
from collections.abc import Mapping as MappingType
from typing import Any

from game.story.diagnostics import Location, Problems, nearest
from game.story.model import Variable
from game.story.nodes import BROKEN, Mapping, Node, Scalar, Sequence
from game.story.schema import BLOCKS, SHAPES, Key, example_of

MAX_TEXT = 200_000  # characters in one text
INTEGER = re.compile(r"[-+]?[0-9]{1,12}\Z")
_SCALARS = frozenset(["text", "inline", "word", "expression", "id", "flag", "integer"])
_ALLOWED: dict[str, tuple[type[Node], ...]] = {
    **dict.fromkeys(_SCALARS, (Scalar,)),
    "passage": (Scalar, Mapping, Sequence),
    "ids": (Scalar, Sequence),
    "way": (Scalar, Sequence),
    "words": (Sequence, Mapping),
    **dict.fromkeys(["integers", "texts", "blocks"], (Sequence,)),
    **dict.fromkeys(["effects", "bands", "values", "block", "named"], (Mapping,)),
}
_GLUED = re.compile(r"(\w+):(\S.*)")
_HALF = re.compile(r"(\w+)(?:: *(?=[{\[])| +|(?=[{\[]))(.)")
_NAME = re.compile(r"[A-Za-z]\w*\Z")
_SUM = re.compile(r"(\w+)\s*([-+]?)=\s*(\w+)\Z")
_HASH = re.compile(r"(?:^|\s)#")
_OPEN = frozenset(["named", "effects", "values"])  # blocks with keys of the story's own
_PROSE = frozenset(["text", "inline", "passage"])


def location(node: Node) -> Location:
    return Location(node.file.path, node.line, node.column)


class Shapes:
    """The keys of blocks and the shapes of their values, for one story."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.variables: dict[str, Variable] = {}
        self.broken: set[str] = set()  # names whose declaration is itself in error

    def error(self, node: Node, code: str, **fields: Any) -> None:
        if isinstance(node, Scalar) and node.is_broken:
            return
        self.problems.at(node.file, node.line, node.column, code, **fields)

    def fields(self, node: Node, block: str) -> dict[str, Node]:
        """The keys of a block that are known, present and of the right shape."""
        if not isinstance(node, Mapping):
            a_block = f"an {block}" if block[0] in "aeiou" else f"a {block}"
            form = example_of("block", block, node.text if isinstance(node, Scalar) else "")
            self.error(node, "wrong-shape", what=a_block, wanted="a block of keys", found=self.found(node), meant=form)
            return {}
        declared = BLOCKS[block]
        meant = self.unknown_keys(node, block, declared)
        fields: dict[str, Node] = {}
        for name, value in node.values.items():
            key = declared.get(name)
            if key is not None and self.shaped(value, key.shape, name, key.of):
                fields[name] = value
        for name, key in declared.items():
            if key.required and name not in node.values and name not in meant:
                self.error(node, "missing-key", key=name, block=block)
        return fields

    def unknown_keys(self, node: Mapping, block: str, known: MappingType[str, Key]) -> set[str]:
        """Notes the keys that are not declared; the keys that may have been meant by them and are not there."""
        meant: set[str] = set()
        if node.values.keys() <= known.keys():
            return meant
        cut = self.cut(node, known)
        if cut:
            meant.update(known)
        names = list(node.values)
        behind = dict(zip(names[1:], names, strict=False))
        for name in [n for n in names if n not in known]:
            value = node.values.get(name)
            if value is None or (cut and is_null(value)):
                continue
            close = "" if self.problems.full else nearest(name, list(known))
            at = (node.file, *node.places[name])
            if (
                self.half_key(node, name, known)
                or self._unindented(node, name, behind.get(name, ""), known)
                or self._stray_scene(node, name, block, close)
            ):
                continue
            if name[:1].isspace():
                self.problems.at(*at, "odd-space", char=f"U+{ord(name[0]):04X}")
            elif " " in name.strip() or "{" in name or self.is_prose(node, value, block, close):
                self.problems.at(*at, "key-in-text", key=name)
                meant.update(known)
                continue
            else:
                state = ""
                if block == "expect" and name in self.variables and isinstance(value, Scalar):
                    state = f"state: {{{name}: {value.text}}}"
                self.problems.at(*at, "unknown-key", name=name, block=block, near=known, meant=state)
            if close and close not in node.values:  # read as what was meant, so that nothing is missing for it
                node.places[close] = node.places[name]
                node.values = {close if key == name else key: item for key, item in node.values.items()}
        return meant

    def cut(self, node: Mapping, known: Container[str]) -> bool:
        """Whether a comma has cut a text in `{...}` in two; notes the first that did."""
        before: Node = node
        for name, value in node.values.items() if node.flow else ():
            if name in known or not isinstance(value, Scalar) or not value.is_null:
                before = value
                continue
            at = (node.file, *node.places[name])
            if (sum_ := _SUM.match(name)) and sum_[1] in known:
                form = f"{sum_[1]}: {sum_[1]} {sum_[2]} {sum_[3]}" if sum_[2] else f"{sum_[1]}: {sum_[3]}"
                self.problems.at(*at, "set-form", found=name, form=form)
                return True
            if self.half_key(node, name, known):
                return True
            if (glued := _GLUED.match(name)) and glued[1] in known and glued[1] not in node.values:
                self.problems.at(*at, "missing-space", sign=f"{glued[1]}:", form=f"{glued[1]}: {glued[2]}")
                node.places[glued[1]] = node.places[name]
                item = Scalar(*at, glued[2], "")
                node.values = {k: v for k, v in node.values.items() if k != name} | {glued[1]: item}
            elif before is node:
                self.error(node, "special-start", char="{")
            else:
                self.problems.at(*at, "flow-comma", key=name)
                if isinstance(before, Scalar):
                    before.style = BROKEN  # its end is missing: nobody should complain of that
            return True
        return False

    def half_key(self, node: Mapping, name: str, known: Container[str] | None) -> bool:
        """Whether a key has swallowed what should be its value, as in `ending:{title`; `known` is None for names."""
        match = _HALF.match(name)
        if match is None or not (_NAME.match(match[1]) if known is None else match[1] in known):
            return False
        if match[2] not in ("{", "[") and not (node.flow and is_null(node.values[name]) and match[2] and known):
            return False
        at = (node.file, *node.places[name])
        if name[match.end(1)] == ":":
            self.problems.at(*at, "missing-space", sign=f"{match[1]}:", form=f"{match[1]}: {match[2]}...")
        else:
            self.problems.at(*at, "missing-colon", key=match[1])
        self.broken.add(match[1])
        node.values.setdefault(match[1], Scalar(*at, "", BROKEN))
        node.places.setdefault(match[1], node.places[name])
        return True

    def _unindented(self, node: Mapping, name: str, holder: str, known: MappingType[str, Key]) -> bool:
        """Whether the key belongs under the empty one before it; then it and all like it are put there."""
        key, hollow = known.get(holder), node.values.get(holder)
        if (
            node.flow
            or key is None
            or not (key.of or key.shape in _OPEN)
            or not isinstance(hollow, Scalar)
            or not hollow.is_null
        ):
            return False
        names = list(node.values)
        later = names[names.index(name) :]
        if key.shape in _OPEN:
            wanted = Mapping if key.of else Scalar
            inner = [n for n in later if n not in known and isinstance(node.values[n], wanted)]
        else:
            inner = [n for n in later if n in BLOCKS[key.of]]
        if name not in inner:
            return False
        self.problems.at(node.file, *node.places[name], "not-indented", key=name, holder=holder)
        moved = Mapping(node.file, *node.places[name], flow=False)
        moved.places = node.places
        moved.values = {n: node.values.pop(n) for n in inner}
        node.values[holder] = moved
        return True

    def _stray_scene(self, node: Mapping, name: str, block: str, close: str) -> bool:
        """Whether the key is a scene that stands too far in or at the margin; if it can be, it is put in its place."""
        value = node.values[name]
        if close or node.flow or not isinstance(value, Mapping) or not value.values.keys() & BLOCKS["scene"].keys():
            return False
        if block == "scene":
            self.problems.at(node.file, *node.places[name], "name-too-deep", key=name, beside=next(iter(node.values)))
        elif block in ("story", "file"):
            self.problems.at(node.file, *node.places[name], "at-the-margin", key=name)
        else:
            return False
        self.broken.add(name)
        del node.values[name]
        return True

    @staticmethod
    def is_prose(node: Mapping, value: Node, block: str, close: str) -> bool:
        """Whether a block with one unknown key is a line of text such as `Note: she lies`."""
        return block == "block" and len(node.values) == 1 and isinstance(value, Scalar) and not close

    def shaped(self, value: Node, shape: str, name: str, of: str = "") -> bool:
        """Whether a value has the shape its key wants; notes it if not. `of` is the block that it holds."""
        if isinstance(value, Scalar) and value.is_broken:
            return False
        if shape == "passage" and isinstance(value, Sequence) and is_bracketed_text(value):
            self.error(value, "special-start", char="[")
            return False
        if not isinstance(value, _ALLOWED[shape]):
            code = "wrong-shape"
            if shape in _PROSE | _SCALARS and not isinstance(value, Scalar) and value_is_flow(value):
                code = "special-start" if shape in _PROSE else code
            if shape == "named" and self.is_dashed(value):
                return False
            if shape == "blocks" and isinstance(value, Mapping) and not value.flow and value.values:
                self.error(value, "missing-dash", key=next(iter(value.values)))
                return False
            char = "[" if isinstance(value, Sequence) else "{"
            form = example_of(shape, of, value.text if isinstance(value, Scalar) else "")
            meant = f"{name}: {form}" if form else ""
            self.error(
                value, code, what=f"`{name}`", wanted=SHAPES[shape], found=self.found(value), char=char, meant=meant
            )
            return False
        if isinstance(value, Scalar):
            if value.is_null or not value.text.strip():
                if shape == "inline" and name == "text" and value.style:
                    return True  # a variable's text may start as ""
                code = "text-is-comment" if value.comment and not value.style else "empty"
                self.error(value, code, key=name)
                return False
            if value.comment and shape in _PROSE:
                self.problems.at(value.file, *_hash(value), "text-cut", key=name)
            if len(value.text) > MAX_TEXT:
                self.error(value, "too-large", what="text", limit=f"{MAX_TEXT:,} characters")
                return False
            if shape == "flag" and (value.style or value.text not in ("true", "false")):
                self.error(value, "not-a-flag", key=name, found=value.text, meant=spelt_flag(value.text, name))
                return False
            if shape == "integer" and (value.style or not INTEGER.match(value.text)):
                self.error(value, "not-an-integer", key=name, found=value.text)
                return False
        return True

    def is_dashed(self, node: Node) -> bool:
        """Whether names with blocks or texts have dashes before them, where they should have none; notes it."""
        items = self.items(node)
        if not items or not all(isinstance(item, Mapping) for item in items):
            return False
        first = items[0]
        assert isinstance(first, Mapping)
        if not first.values:
            return False
        self.error(first, "stray-dash", key=next(iter(first.values)))
        return True

    @staticmethod
    def found(node: Node) -> str:
        if isinstance(node, Mapping):
            return "a block of keys"
        return (
            "a list"
            if isinstance(node, Sequence)
            else "nothing"
            if isinstance(node, Scalar) and node.is_null
            else "text"
        )

    def items(self, node: Node | None) -> list[Node]:
        return node.items if isinstance(node, Sequence) else []

    def entries(self, node: Node | None) -> Iterator[tuple[str, Node]]:
        yield from node.values.items() if isinstance(node, Mapping) else ()


def is_null(node: Node | None) -> bool:
    return isinstance(node, Scalar) and node.is_null


def spelt_flag(text: str, key: str = "") -> str:
    """What somebody meant who wrote yes, no, on, off, True or False; '' if nobody did."""
    flag = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(text.lower(), text.lower())
    return (f"{key}: {flag}" if key else flag) if flag in ("true", "false") else ""


def _hash(node: Scalar) -> tuple[int, int]:
    """Where the comment begins that ends a plain text."""
    line, column = node.line, node.column
    while not (match := _HASH.search(node.file.lines[line - 1], column - 1)):
        line, column = line + 1, 1
    return line, match.end()


def is_bracketed_text(node: Sequence) -> bool:
    """Whether `[like this]` a text was begun with a bracket."""
    return node.flow and any(isinstance(i, Scalar) and not i.style for i in node.items)


def value_is_flow(node: Node) -> bool:
    return isinstance(node, Mapping | Sequence) and node.flow
