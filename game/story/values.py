"""What nodes of the right shape say: ids, constants, expressions and texts, against what the story declares.

The surprising rule: a builder never fails. It notes the problem, returns something harmless of the right type, and goes
on, so that one run finds everything.
"""

import keyword
import re
from collections.abc import Callable
from collections.abc import Mapping as MappingType
from typing import TypeVar

from game.story.diagnostics import NOWHERE, Location, Problems
from game.story.expression_parser import FUNCTIONS, ExpressionError
from game.story.expression_parser import parse as parse_expression
from game.story.expressions import Constant, Expression, Kind, Names, Type, Value
from game.story.model import Assignment, Variable
from game.story.nodes import Mapping, Node, Scalar
from game.story.schema import RESERVED
from game.story.shapes import INTEGER, Shapes, is_null, location
from game.story.text import MARK, NO_TEXT, Form, Insert, Template

ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
Word = TypeVar("Word", bound=str)  # one of a Literal
_RELATIVE = re.compile(r"([-+])\s*(\w+)\Z")
_NUMBER = re.compile(r"(?:\A|\n\n)[ ]{0,3}([0-9]{3,9}[.)])(?=\s)")  # CommonMark's ordered lists


class Shaper(Shapes):
    """Reads the fields of nodes for one story. `names` is filled by the loader before any expression is read."""

    def __init__(self, problems: Problems) -> None:
        super().__init__(problems)
        self.names = Names({}, {}, {}, {}, frozenset())
        self.partial = False  # a file could not be read: say nothing of names that may stand there
        self.read_names: set[tuple[str, str]] = set()  # every read of every expression
        self.used_definitions: set[str] = set()
        self.set_names: set[str] = set()
        self.facts: MappingType[str, object] = {}
        self.used_facts: set[str] = set()
        self._cache: dict[tuple[str, bool], tuple[Expression, list[ExpressionError]] | ExpressionError] = {}
        self._templates: dict[tuple[str, Form, bool], Template] = {}

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
        return int(node.text) if isinstance(node, Scalar) and INTEGER.match(node.text) else 0

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
            if not INTEGER.match(text):
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
