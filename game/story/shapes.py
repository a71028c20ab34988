"""Checking nodes against the declared format: keys, shapes, ids, texts and expressions.

Everything that turns nodes into the model goes through here. The surprising rule: a builder never fails. It notes the
problem, returns something harmless of the right type, and goes on, so that one run finds everything.
"""

import keyword
import re
from collections.abc import Callable, Container, Iterator
from collections.abc import Mapping as MappingType
from typing import Any, TypeVar

from game.story.catalogue import Problems, nearest
from game.story.diagnostics import NOWHERE, Location
from game.story.expressions import FUNCTIONS, Constant, Expression, ExpressionError, Kind, Names, Type, Value
from game.story.expressions import parse as parse_expression
from game.story.model import Assignment, Variable
from game.story.schema import BLOCKS, RESERVED, SHAPES, Key, example_of
from game.story.source import BROKEN, Mapping, Node, Scalar, Sequence
from game.story.text import MARK, NO_TEXT, Form, Insert, Template

ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
Word = TypeVar("Word", bound=str)  # one of a Literal
MAX_TEXT = 200_000  # characters in one text
_INTEGER = re.compile(r"[-+]?[0-9]{1,12}\Z")
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
_RELATIVE = re.compile(r"([-+])\s*(\w+)\Z")
_SUM = re.compile(r"(\w+)\s*([-+]?)=\s*(\w+)\Z")
_NUMBER = re.compile(r"(?:\A|\n\n)[ ]{0,3}([0-9]{3,9}[.)])(?=\s)")  # CommonMark's ordered lists
_HASH = re.compile(r"(?:^|\s)#")
_OPEN = frozenset(["named", "effects", "values"])  # blocks with keys of the story's own
_PROSE = frozenset(["text", "inline", "passage"])


def location(node: Node) -> Location:
    return Location(node.file.path, node.line, node.column)


class Shaper:
    """Reads fields of nodes for one story. `names` is filled by the loader before any expression is read."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.names = Names({}, {}, {}, {}, frozenset())
        self.variables: dict[str, Variable] = {}
        self.broken: set[str] = set()  # names whose declaration is itself in error
        self.partial = False  # a file could not be read: say nothing of names that may stand there
        self.read_names: set[tuple[str, str]] = set()  # every read of every expression
        self.used_definitions: set[str] = set()
        self.set_names: set[str] = set()
        self.facts: MappingType[str, object] = {}
        self.used_facts: set[str] = set()
        self._cache: dict[tuple[str, bool], tuple[Expression, list[ExpressionError]] | ExpressionError] = {}
        self._templates: dict[tuple[str, Form, bool], Template] = {}

    def error(self, node: Node, code: str, **fields: Any) -> None:
        if isinstance(node, Scalar) and node.is_broken:
            return
        self.problems.at(node.file, node.line, node.column, code, **fields)

    # --- shapes

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
            if shape == "integer" and (value.style or not _INTEGER.match(value.text)):
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

    # --- scalars

    def id(self, name: str, node: Node, what: str, place: tuple[int, int] | None = None) -> bool:
        """Whether `name` may be an id; `place` is where it stands if not at the node."""
        line, column = place or (node.line, node.column)
        if not ID.match(name):
            self.problems.at(node.file, line, column, "bad-id", name=name, what=what)
            return False
        if keyword.iskeyword(name) or name in FUNCTIONS or name in RESERVED:
            self.problems.at(node.file, line, column, "reserved-id", name=name, what=what)
            return False
        return True

    def text(self, node: Node | None) -> str:
        """A text of the head, where nothing is inserted: `{{` and `}}` are braces."""
        template = self.template(node, "text", inserts=False)
        return template.source

    def texts(self, node: Node | None) -> tuple[str, ...]:
        """A list of plain texts."""
        return tuple(self.text(item) for item in self.items(node) if self.shaped(item, "text", "item"))

    def integer(self, node: Node | None) -> int:
        return int(node.text) if isinstance(node, Scalar) and _INTEGER.match(node.text) else 0

    def flag(self, node: Node | None) -> bool | None:
        return node.text == "true" if isinstance(node, Scalar) else None

    def word(self, node: Node | None, allowed: tuple[Word, ...], what: str) -> Word:
        """One of a few fixed words, else the first of them."""
        if isinstance(node, Scalar):
            for word in allowed:
                if node.text == word:
                    return word
            self.error(node, "not-one-of", name=node.text, what=what, near=allowed, allowed=", ".join(allowed))
        return allowed[0]

    def ids(self, node: Node | None) -> list[Scalar]:
        """The scalars of an id or a list of ids."""
        found = []
        for item in [node] if isinstance(node, Scalar) else self.items(node):
            if item is node and isinstance(item, Scalar) and "," in item.text:
                self.error(item, "comma-list", found=item.text)
            elif isinstance(item, Scalar) and not item.is_null:
                found.append(item)
            else:
                self.error(item, "wrong-shape", what="an item", wanted="an id", found=self.found(item), char="")
        return found

    def reference(self, node: Node | None, known: MappingType[str, object], code: str) -> str:
        """An id that must be known, else '' and a problem."""
        if not isinstance(node, Scalar):
            return ""
        if node.text in known:
            return node.text
        if not self.partial and node.text not in self.broken:
            self.error(node, code, name=node.text, near=known)
        return ""

    def basis(self, node: Node | None) -> tuple[str, ...]:
        """Fact ids, or ('invented',)."""
        found = []
        for item in self.ids(node):
            if item.text == "invented":
                found.append("invented")
            elif fact := self.reference(item, self.facts, "unknown-fact"):
                found.append(fact)
                self.used_facts.add(fact)
        return tuple(found)

    def value(self, node: Node, variable: Variable) -> Value | None:
        """A constant of the variable's type, for starts, answers and expectations."""
        if not isinstance(node, Scalar):
            self.error(node, "wrong-shape", what=f"`{variable.id}`", wanted="a value", found=self.found(node), char="")
            return None
        text = node.text
        if variable.kind is Kind.FLAG:
            if text in ("true", "false"):
                return text == "true"
            self.error(node, "not-a-flag", key=variable.id, found=text)
        elif variable.kind is Kind.NUMBER:
            if not _INTEGER.match(text):
                self.error(node, "not-an-integer", key=variable.id, found=text)
            elif not variable.low <= int(text) <= variable.high:
                self.error(node, "out-of-range", key=variable.id, low=variable.low, high=variable.high, found=text)
            else:
                return int(text)
        elif variable.kind is Kind.WORD:
            if text in variable.words:
                return text
            self.error(node, "unknown-word", name=text, near=variable.words)
        elif variable.kind is Kind.TEXT:
            return text
        return None

    def values(self, node: Node | None, allowed: MappingType[str, Variable], code: str) -> dict[str, Value]:
        """Variables and constants: of answers (only variables that ask) or expectations."""
        values: dict[str, Value] = {}
        if isinstance(node, Mapping):
            for name, item in node.values.items():
                if name in allowed:
                    value = self.value(item, allowed[name])
                    if value is not None:
                        values[name] = value
                elif name not in self.broken and not self.partial:
                    line, column = node.places[name]
                    self.problems.at(node.file, line, column, code, name=name, near=allowed)
        return values

    # --- expressions

    def expression(self, node: Node | None, *, truth: bool = True) -> Expression | None:
        """A checked condition, or None; `truth` notes conditions that never or always hold."""
        if not isinstance(node, Scalar):
            return None
        expression = self._expression(node, node.text, insert=False, truth=truth)
        if expression is not None and expression.type.kind not in (Kind.FLAG, Kind.ANY):
            self.error(node, "not-a-condition", found=expression.type.kind.value)
            return None
        return expression

    def by_subject(self, node: Scalar) -> Expression | None:
        """What `by` names: a flag, a definition or a one_of variable."""
        if not node.text.isidentifier():
            self.error(node, "by-what", found=node.text)
            return None
        expression = self._expression(node, node.text, insert=False)
        if expression is None or expression.type.kind is Kind.ANY:
            return None
        if isinstance(expression.term, Constant) or expression.type.kind not in (Kind.FLAG, Kind.WORD):
            self.error(node, "by-what", found=node.text)
            return None
        return expression

    def effects(self, node: Node | None) -> tuple[Assignment, ...]:
        """`set` and `on_enter`: each variable with an expression it can hold."""
        if not isinstance(node, Mapping):
            return ()
        cut = self.cut(node, self.variables) if not node.values.keys() <= self.variables.keys() else False
        assignments = []
        for name, item in node.values.items():
            place = node.places[name]
            variable = self.variables.get(name)
            if variable is None:
                if not (cut and is_null(item)) and name not in self.broken and not self.partial:
                    self.problems.at(node.file, *place, "unknown-variable", name=name, near=self.variables)
                continue
            if not self.shaped(item, "expression", name) or not isinstance(item, Scalar):
                continue
            if variable.ask or variable.kind is Kind.TEXT:
                self.problems.at(node.file, *place, "set-asked", name=name)
                continue
            self.set_names.add(name)
            if item.text[0] == "+" and (relative := _RELATIVE.match(item.text)):
                self.error(item, "set-form", found=item.text, form=f"{name}: {name} + {relative[2]}")
                continue
            expression = self._expression(item, item.text, insert=False)
            if expression is not None and self._fits(item, variable, expression.type):
                assignments.append(Assignment(name, expression, location(item)))
        return tuple(assignments)

    def _fits(self, node: Scalar, variable: Variable, type_: Type) -> bool:
        if type_.kind is Kind.ANY:
            return False
        if variable.kind is Kind.WORD and type_.kind in (Kind.WORD, Kind.LITERAL):
            for word in sorted(type_.words - variable.words.keys()):
                self.error(node, "unknown-word", name=word, near=variable.words)
                return False
            return True
        if variable.kind is not type_.kind:
            code = "wrong-type"
            self.error(node, code, key=variable.id, wanted=variable.kind.value, found=type_.kind.value)
            return False
        if type_.kind is Kind.NUMBER and (type_.low > variable.high or type_.high < variable.low):
            minus = _RELATIVE.match(node.text)
            meant = f"{variable.id}: {variable.id} {minus[1]} {minus[2]}" if minus else ""
            self.error(node, "cut-constant", key=variable.id, low=variable.low, high=variable.high, meant=meant)
        return True

    def _expression(
        self,
        node: Scalar,
        source: str,
        *,
        insert: bool,
        truth: bool = True,
        place: Callable[[], tuple[int, int]] | None = None,
    ) -> Expression | None:
        """`place` tells where an insert begins, which takes a search: it is asked only when there is a problem."""
        if node.is_broken or self.problems.overflowing:
            return None
        key = (source, insert)
        if (known := self._cache.get(key)) is None:
            try:
                known = parse_expression(source, self.names, insert=insert)
            except ExpressionError as error:
                known = error.with_traceback(None)  # whose frames would hold Python's whole tree
            self._cache[key] = known
        if isinstance(known, ExpressionError):
            unknown = known.code in ("unknown-name", "unknown-scene", "unknown-choice")
            if not (unknown and (self.partial or known.fields.get("name") in self.broken)):
                self._at(node, known, place)
            return None
        expression, outcomes = known
        if truth:
            for outcome in outcomes:
                self._at(node, outcome, place)
        self.read_names |= expression.reads
        self.used_definitions |= expression.uses
        return expression

    def _at(self, node: Scalar, error: ExpressionError, place: Callable[[], tuple[int, int]] | None) -> None:
        """A problem at its own column where the text stands on one line as written, else at the node."""
        line, column = node.line, node.column
        if place is not None:
            line, column = place()
            column += 1 + error.offset
        else:
            quote = 1 if node.style else 0
            if node.style in ("", '"', "'") and node.file.lines[line - 1].startswith(node.text, column - 1 + quote):
                column += quote + error.offset
        self.problems.at(node.file, line, column, error.code, **error.fields)

    # --- text

    def template(self, node: Node | None, form: Form = "inline", *, inserts: bool = True) -> Template:
        """The text of a scalar with its inserts cut out; the empty one without."""
        if not isinstance(node, Scalar) or not node.text or node.is_broken:
            return NO_TEXT
        source = node.text
        if form != "lines":
            source = source.strip()
        if (
            form == "text"
            and inserts
            and (source[:1].isdigit() or "\n\n" in source)
            and (number := _NUMBER.search(source))
        ):
            search = _Search(node)
            search.add(number[1])
            form_ = f"{number[1][:-1]}\\{number[1][-1]}"
            self.problems.at(node.file, *search.place(), "number-list", found=number[1], form=form_)
        if "{" not in source and "}" not in source:
            return Template(source, (), form)
        key = (source, form, inserts)
        if key not in self._templates:
            count = len(self.problems.found)
            template = self._cut(node, source, form, inserts)
            if len(self.problems.found) > count or any(i.location.line for i in template.inserts):
                return template
            self._templates[key] = template
        return self._templates[key]

    def _cut(self, node: Scalar, source: str, form: Form, inserts: bool) -> Template:
        parts: list[str] = []
        found: list[Insert] = []
        search = _Search(node)
        position = 0
        for match in re.finditer(r"\{\{|\}\}|\{((?:[^{}'\"]|'[^']*'|\"[^\"]*\")*)\}|[{}]", source):
            parts.append(source[position : match.start()])
            position = match.end()
            search.add(match[0])
            if match[0] in ("{{", "}}"):
                parts.append(match[0][0])
            elif match[0] in "{}":
                self.problems.at(node.file, *search.place(), "lone-brace", char=match[0])
            elif not inserts:
                self.problems.at(node.file, *search.place(), "no-insert-here", insert=match[0])
            else:
                expression = self._expression(node, match[1], insert=True, place=search.place)
                if expression is not None:
                    name = expression.source
                    parts.append(MARK)
                    place = Location(node.file.path, *search.place()) if "if" in name else NOWHERE
                    found.append(Insert(expression, self.variables.get(name), place))
        parts.append(source[position:])
        return Template("".join(parts), tuple(found), form)


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


class _Search:
    """Finds in the file, on demand, where the parts of a text stand that were met one after the other."""

    def __init__(self, node: Scalar) -> None:
        self.lines = node.file.lines
        self.line, self.column = node.line, node.column - 1  # where the last part begins; the column from 0
        self.behind = 0  # the length of that part
        self.waiting: list[str] = []
        self.lost = False  # the text is not as it stands in the file, as with escapes

    def add(self, part: str) -> None:
        self.waiting.append(part.split("\n", maxsplit=1)[0])

    def place(self) -> tuple[int, int]:
        """The line and column, from 1, of the part added last; near it where the file shows it otherwise."""
        for part in self.waiting:
            if not self.lost:
                self._find(part)
        self.waiting.clear()
        return self.line, self.column + 1

    def _find(self, part: str) -> None:
        start = self.column + self.behind
        for number in range(self.line, min(self.line + 2_000, len(self.lines)) + 1):
            at = self.lines[number - 1].find(part, start)
            if at >= 0:
                self.line, self.column, self.behind = number, at, len(part)
                return
            start = 0
        self.lost = True
