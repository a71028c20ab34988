"""Reading conditions, effects and {inserts}: Python's `ast` parses them, and each node becomes a checked term."""

import ast
import math
import re

from game.story.expressions import (
    ANY,
    FLAG,
    Arithmetic,
    Call,
    Chose,
    Compare,
    Constant,
    Definition,
    Either,
    Expression,
    Here,
    Kind,
    Logic,
    Names,
    Not,
    Seen,
    Term,
    Type,
    Value,
    Variable,
    Visits,
)

MAX_LENGTH = 1_000  # characters in one expression
MAX_DEPTH = 40  # of nested terms
MAX_NESTED = 120  # of nested terms, those of definitions included: running them takes some frames each
MAX_INTEGER = 10**9
MAX_VALUE = 10**15  # of a sum or product
_NOTHING: frozenset[str] = frozenset()
FUNCTIONS = frozenset(["min", "max", "abs", "seen", "visits", "chose"])


class ExpressionError(Exception):
    """A problem inside one expression: a code of the catalogue, the offset in the text, and the code's fields.

    Only `parse` raises it; the loader turns it into a diagnostic.
    """

    def __init__(self, code: str, offset: int, **fields: object) -> None:
        super().__init__(code)
        self.code, self.offset, self.fields = code, offset, fields


_SIGNS = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.FloorDiv: "//",
    ast.Mod: "%",
}
_FLAGS = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}
_QUOTED = re.compile(r"'[^'\\]*'|\"[^\"\\]*\"")
_FORBIDDEN = re.compile(r"[#\\]|(?<![\w.])\d[\d_]*[A-Za-z_]")


def parse(source: str, names: Names, *, insert: bool = False) -> tuple[Expression, list[ExpressionError]]:
    """The checked expression, and its comparisons that never or always hold. `insert` allows free text, and
    `visits()` anywhere.

    Raises ExpressionError at the first thing that is wrong.
    """
    text = source.strip()
    shift = len(source) - len(source.lstrip())
    if not text:
        raise ExpressionError("empty-expression", 0)
    if len(text) > MAX_LENGTH:
        raise ExpressionError("expression-too-long", 0, limit=f"{MAX_LENGTH:,} characters")
    text = text.replace("\n", " ")
    if bad := _FORBIDDEN.search(_QUOTED.sub(lambda quoted: "'" * len(quoted[0]), text)):
        raise ExpressionError("expression-syntax", shift + bad.start(), why=f"`{bad[0]}` can't stand here")
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError as error:
        offset = error.offset - 1 if error.offset else len(text)
        raise _syntax(text, shift, offset, str(error.msg)) from None
    except (ValueError, MemoryError, RecursionError):
        raise ExpressionError("expression-too-long", 0, limit="less nesting") from None
    reader = _Reader(names, insert, text, shift)
    term, type_ = reader.read(tree.body, 0)
    if type_.kind is Kind.LITERAL and not insert:
        reader.known(tree.body, type_)
    reads, uses = frozenset(reader.reads), frozenset(reader.uses) or _NOTHING
    return Expression(text, term, type_, reads, uses, reader.depth, reader.opened), reader.outcomes


def _syntax(text: str, shift: int, offset: int, why: str) -> ExpressionError:
    if match := re.search(r"=[<>]|<>", text):
        sign = {"=>": ">=", "=<": "<=", "<>": "!="}[match[0]]
        return ExpressionError("expression-syntax", shift + match.start(), why=f"write `{sign}` for `{match[0]}`")
    single = re.search(r"(?<![=!<>])=(?!=)", text)
    if single:
        return ExpressionError("expression-syntax", shift + single.start(), why="one `=` sets, two compare: write `==`")
    if match := re.search("[\u2018\u2019\u201c\u201d]", text):
        why = "curly quotes mean nothing here: write straight ones, ' or \""
        return ExpressionError("expression-syntax", shift + match.start(), why=why)
    if match := re.search(r"&&|\|\||!(?!=)|\b(?:AND|And|OR|Or|NOT|Not)\b", text):
        word = {"&&": "and", "||": "or", "!": "not"}.get(match[0], match[0].lower())
        return ExpressionError("expression-syntax", shift + match.start(), why=f"write `{word}` for `{match[0]}`")
    if "invalid syntax" in why:
        following = re.match(r"\w+|\S", text[offset:])
        why = f"`{following[0]}` is unexpected here" if following else "something is missing at the end"
    return ExpressionError("expression-syntax", shift + min(offset, len(text)), why=why)


class _Reader:
    """One walk over Python's tree: each node becomes a term and a type, or raises."""

    def __init__(self, names: Names, insert: bool, text: str, shift: int) -> None:
        self.names, self.insert, self.text, self.shift = names, insert, text, shift
        self.reads: set[tuple[str, str]] = set()
        self.uses: set[str] = set()
        self.outcomes: list[ExpressionError] = []
        self.ascii = text.isascii()
        self.depth = 0
        self.opened = 0

    def offset(self, node: ast.expr) -> int:
        if self.ascii:
            return self.shift + node.col_offset
        return self.shift + len(self.text.encode()[: node.col_offset].decode(errors="replace"))

    def shown(self, node: ast.expr) -> str:
        """The node as its author wrote it."""
        return (ast.get_source_segment(self.text, node) or "")[:60]

    def fail(self, node: ast.expr, code: str, **fields: object) -> ExpressionError:
        return ExpressionError(code, self.offset(node), **fields)

    def read(self, node: ast.expr, depth: int, *, compared: bool = False) -> tuple[Term, Type]:
        self.depth = max(self.depth, depth)
        if depth > MAX_DEPTH:
            raise self.fail(node, "expression-too-long", limit="less nesting")
        match node:
            case ast.Name(id=name):
                return self._name(node, name, depth)
            case ast.Constant(value=value):
                return self._constant(node, value)
            case ast.Compare():
                return self._compare(node, depth)
            case ast.BoolOp(op=op, values=values):
                terms = tuple(self._flag(v, depth) for v in values)
                return Logic(isinstance(op, ast.And), terms), FLAG
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(self._flag(operand, depth)), FLAG
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                term, type_ = self._number(operand, depth)
                if isinstance(term, Constant) and isinstance(term.value, int):
                    return Constant(-term.value), Type(Kind.NUMBER, low=-type_.high, high=-type_.low)
                return Call("neg", (term,)), Type(Kind.NUMBER, low=-type_.high, high=-type_.low)
            case ast.BinOp(op=op) if type(op) in _SIGNS:
                return self._arithmetic(node, _SIGNS[type(op)], depth)
            case ast.IfExp():
                return self._either(node, depth)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                return self._call(node, name, args, depth, compared)
        raise self.fail(node, "expression-form", form=self.shown(node))

    # names and constants

    def _name(self, node: ast.expr, name: str, depth: int) -> tuple[Term, Type]:
        if name in ("true", "false"):
            return Constant(name == "true"), FLAG
        if name == "scene":
            self.reads.add(("scene", ""))
            return Here(), Type(Kind.SCENE)
        if (type_ := self.names.variables.get(name)) is not None:
            if type_.kind is Kind.TEXT and not self.insert:
                raise self.fail(node, "text-tested", name=name)
            self.reads.add(("state", name))
            return Variable(name), type_
        if (definition := self.names.definitions.get(name)) is not None:
            self.reads |= definition.reads
            self.uses.add(name)
            self.opened += 1 + definition.opened
            self.depth = max(self.depth, depth + definition.depth + 1)
            if self.depth > MAX_NESTED:
                raise self.fail(node, "expression-too-long", limit="less nesting")
            return Definition(name, definition), definition.type
        if name in self.names.words or name in self.names.scenes:
            return Constant(name), Type(Kind.LITERAL, frozenset([name]))
        if meant := _FLAGS.get(name.lower()):
            raise self.fail(node, "unknown-name", name=name, meant=meant)
        raise self.fail(node, "unknown-name", name=name, near=self._all_names)

    def _all_names(self) -> list[str]:
        names = self.names
        return [
            *names.variables,
            *names.definitions,
            *sorted(names.words),
            *names.scenes,
            *sorted(FUNCTIONS),
            "true",
            "false",
        ]

    def _constant(self, node: ast.expr, value: object) -> tuple[Term, Type]:
        if isinstance(value, bool):
            raise self.fail(node, "unknown-name", name=str(value), meant=str(value).lower())
        if isinstance(value, int):
            if value > MAX_INTEGER:
                raise self.fail(node, "number-too-large", limit=f"{MAX_INTEGER:,}")
            return Constant(value), Type(Kind.NUMBER, low=value, high=value)
        if isinstance(value, str):
            return Constant(value), Type(Kind.LITERAL, frozenset([value]))
        raise self.fail(node, "expression-form", form=self.shown(node))

    def known(self, node: ast.expr, type_: Type) -> None:
        """Refuses a literal that is neither a word nor a scene."""
        for word in sorted(type_.words - self.names.words):
            if word not in self.names.scenes:
                raise self.fail(node, "unknown-name", name=word, near=self._all_names)

    # operators

    def _tested(self, node: ast.expr, depth: int, *, compared: bool = False) -> tuple[Term, Type]:
        """A part that the value of the whole depends on: an insert may show a text, not test it."""
        term, type_ = self.read(node, depth + 1, compared=compared)
        if type_.kind is Kind.TEXT and isinstance(term, Variable):
            raise self.fail(node, "text-tested", name=term.name)
        return term, type_

    def _flag(self, node: ast.expr, depth: int) -> Term:
        term, type_ = self._tested(node, depth)
        if type_.kind not in (Kind.FLAG, Kind.ANY):
            raise self.fail(node, "not-a-condition", found=type_.kind.value)
        return term

    def _number(self, node: ast.expr, depth: int) -> tuple[Term, Type]:
        term, type_ = self._tested(node, depth)
        if type_.kind is Kind.FLAG:
            return term, Type(Kind.NUMBER, low=0, high=1)
        if type_.kind not in (Kind.NUMBER, Kind.ANY):
            raise self.fail(node, "not-a-number", found=type_.kind.value)
        return term, type_

    def _arithmetic(self, node: ast.BinOp, sign: str, depth: int) -> tuple[Term, Type]:
        left, a = self._number(node.left, depth)
        right, b = self._number(node.right, depth)
        if sign in ("//", "%"):
            if not (isinstance(right, Constant) and isinstance(right.value, int) and right.value > 0):
                raise self.fail(node.right, "divisor", sign=sign)
            low, high = (
                (a.low // b.low, a.high // b.low)
                if sign == "//" and math.isfinite(a.low) and math.isfinite(a.high)
                else (-math.inf, math.inf)
                if sign == "//"
                else (0.0, b.low - 1)
            )
        elif sign == "*":
            ends = [_times(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
            low, high = min(ends), max(ends)
        elif sign == "+":
            low, high = a.low + b.low, a.high + b.high
        else:
            low, high = a.low - b.high, a.high - b.low
        if any(math.isfinite(n) and abs(n) > MAX_VALUE for n in (low, high)):
            raise self.fail(node, "number-too-large", limit=f"{MAX_VALUE:,}")
        return Arithmetic(sign, left, right), Type(Kind.NUMBER, low=low, high=high)

    def _either(self, node: ast.IfExp, depth: int) -> tuple[Term, Type]:
        condition = self._flag(node.test, depth)
        then, a = self.read(node.body, depth + 1)
        otherwise, b = self.read(node.orelse, depth + 1)
        return Either(condition, then, otherwise), self._joined(node, a, b)

    def _joined(self, node: ast.expr, a: Type, b: Type) -> Type:
        kinds = {a.kind, b.kind}
        if Kind.ANY in kinds:
            return ANY
        if kinds == {Kind.NUMBER}:
            return Type(Kind.NUMBER, low=min(a.low, b.low), high=max(a.high, b.high))
        if len(kinds) == 1 or kinds == {Kind.WORD, Kind.LITERAL}:
            kind = Kind.WORD if Kind.WORD in kinds else a.kind
            return Type(kind, a.words | b.words)
        if self.insert:
            return Type(Kind.TEXT)
        raise self.fail(node, "mixed-types", left=a.kind.value, right=b.kind.value)

    def _call(self, node: ast.Call, name: str, args: list[ast.expr], depth: int, compared: bool) -> tuple[Term, Type]:
        if name in ("min", "max", "abs"):
            if len(args) < 1 or (name == "abs") != (len(args) == 1):
                raise self.fail(node, "call-arguments", name=name)
            pairs = [self._number(a, depth) for a in args]
            lows, highs = [t.low for _, t in pairs], [t.high for _, t in pairs]
            if name == "min":
                low, high = min(lows), min(highs)
            elif name == "max":
                low, high = max(lows), max(highs)
            else:
                low = 0.0 if lows[0] <= 0 <= highs[0] else min(abs(lows[0]), abs(highs[0]))
                high = max(abs(lows[0]), abs(highs[0]))
            return Call(name, tuple(t for t, _ in pairs)), Type(Kind.NUMBER, low=low, high=high)
        if name not in FUNCTIONS:
            raise self.fail(node, "unknown-name", name=name, near=sorted(FUNCTIONS))
        if len(args) != 1:
            raise self.fail(node, "call-arguments", name=name)
        match args[0]:
            case ast.Constant(value=str(target)) | ast.Name(id=target):
                pass
            case _:
                raise self.fail(node, "call-arguments", name=name)
        if name == "chose":
            if target not in self.names.choices:
                raise self.fail(args[0], "unknown-choice", name=target, near=self.names.choices)
            self.reads.add(("chose", target))
            return Chose(target), FLAG
        if target not in self.names.scenes:
            raise self.fail(args[0], "unknown-scene", name=target, near=self.names.scenes)
        self.reads.add((name, target))
        if name == "seen":
            return Seen(target), FLAG
        if not (compared or self.insert):
            raise self.fail(node, "visits-compared")
        return Visits(target), Type(Kind.NUMBER, low=0)

    # comparisons

    def _compare(self, node: ast.Compare, depth: int) -> tuple[Term, Type]:
        nodes = [node.left, *node.comparators]
        signs = []
        for op in node.ops:
            if type(op) not in _SIGNS:
                word, sign = ("is", "==") if isinstance(op, ast.Is) else ("is not", "!=")
                form = self.shown(node)
                raise self.fail(node, "expression-form", form=form, meant=form.replace(f" {word} ", f" {sign} "))
            signs.append(_SIGNS[type(op)])
        read: list[tuple[Term, Type]] = []
        for index, operand in enumerate(nodes):
            if index and signs[index - 1] in ("in", "not in"):
                read.append(self._list(operand))
            else:
                read.append(self._tested(operand, depth, compared=True))
        outcomes = []
        for index, sign in enumerate(signs):
            left, right = read[index], read[index + 1]
            for one, other in ((left, right), (right, left)):
                if isinstance(one[0], Visits) and not self.insert and not isinstance(other[0], Constant):
                    raise self.fail(node, "visits-compared")
            outcomes.append(self._pair(nodes[index], nodes[index + 1], sign, left, right))
        if any(o is False for o in outcomes):
            self.outcomes.append(self.fail(node, "never-true", condition=self.shown(node)))
        elif all(o is True for o in outcomes):
            self.outcomes.append(self.fail(node, "always-true", condition=self.shown(node)))
        rest = tuple((sign, term) for sign, (term, _) in zip(signs, read[1:], strict=True))
        return Compare(read[0][0], rest), FLAG

    def _list(self, node: ast.expr) -> tuple[Term, Type]:
        if not isinstance(node, ast.List) or not node.elts:
            raise self.fail(node, "in-list")
        values: list[Value] = []
        types = []
        for element in node.elts:
            term, type_ = self.read(element, 0)
            if not isinstance(term, Constant) or isinstance(term.value, tuple):
                raise self.fail(element, "in-list")
            values.append(term.value)
            types.append(type_)
        joined = types[0]
        for type_ in types[1:]:
            joined = self._joined(node, joined, type_)
        return Constant(tuple(values)), joined

    def _pair(
        self, at: ast.expr, to: ast.expr, sign: str, left: tuple[Term, Type], right: tuple[Term, Type]
    ) -> bool | None:
        """Whether this comparison always (True) or never (False) holds, as far as types tell."""
        a, b = left[1], right[1]
        kinds = {a.kind, b.kind}
        if Kind.ANY in kinds:
            return None
        if sign not in ("==", "!=", "in", "not in") and kinds != {Kind.NUMBER}:
            worse = a if a.kind is not Kind.NUMBER else b
            raise self.fail(at if worse is a else to, "not-a-number", found=worse.kind.value)
        if kinds == {Kind.NUMBER}:
            values = right[0].value if isinstance(right[0], Constant) else None
            return _number_outcome(sign, a, b, values if isinstance(values, tuple) else None)
        if kinds == {Kind.FLAG}:
            return None
        if kinds == {Kind.LITERAL} or Kind.TEXT in kinds:
            raise self.fail(at, "mixed-types", left=a.kind.value, right=b.kind.value)
        if Kind.LITERAL in kinds:
            literal, other, node = (a, b, at) if a.kind is Kind.LITERAL else (b, a, to)
            if other.kind is Kind.SCENE:
                for word in sorted(literal.words):
                    if word not in self.names.scenes:
                        raise self.fail(node, "unknown-scene", name=word, near=self.names.scenes)
                return None
            if other.kind is Kind.WORD:
                for word in sorted(literal.words - other.words):
                    raise self.fail(node, "unknown-word", name=word, near=lambda: sorted(other.words))
                return None
        if kinds == {Kind.WORD}:
            if not a.words & b.words:
                return sign in ("!=", "not in")
            return None
        if kinds == {Kind.SCENE}:
            return None
        raise self.fail(at, "mixed-types", left=a.kind.value, right=b.kind.value)


def _times(x: float, y: float) -> float:
    return 0.0 if 0 in (x, y) else x * y


def _number_outcome(sign: str, a: Type, b: Type, values: tuple[Value, ...] | None) -> bool | None:
    if values is not None:
        possible = [v for v in values if isinstance(v, int) and a.low <= v <= a.high]
        if not possible:
            return sign == "not in"
        return None
    if sign in (">", ">="):
        sign, a, b = {">": "<", ">=": "<="}[sign], b, a
    if sign == "<":
        return True if a.high < b.low else False if a.low >= b.high else None
    if sign == "<=":
        return True if a.high <= b.low else False if a.low > b.high else None
    apart = a.high < b.low or b.high < a.low
    same = a.low == a.high == b.low == b.high
    if sign == "==":
        return False if apart else True if same else None
    return True if apart else False if same else None
