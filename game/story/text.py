"""Story text: `{inserts}` cut out, Markdown parsed, inserts put back as literal text.

The surprising rule: Markdown is parsed when a text is first drawn, not when it is shown to the player, and never sees
an inserted value. A `Shown` is a template plus the values it had at that moment, so a page stays as it was.
"""

import re
from collections.abc import Iterator
from dataclasses import field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from game.record import record
from game.story.diagnostics import NOWHERE, Location

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

    from game.story.expressions import Expression, Value, World
    from game.story.model import Variable

MARK = "\ufdd0"  # stands for an insert while Markdown is parsed; the reader lets no story contain it
Form = Literal["text", "inline", "lines"]  # whole Markdown; paragraphs of inline Markdown; lines kept as written


class Span(NamedTuple):
    """A run of literal text; a newline in it is a hard line break."""

    text: str
    em: bool = False
    strong: bool = False


class Block(NamedTuple):
    """A paragraph, heading, rule or kept line. `depth` counts the lists around it, `quote` the quotes, and `bullet`
    stands before the first block of a list item.
    """

    kind: Literal["paragraph", "heading", "rule", "line"]
    spans: tuple[Span, ...] = ()
    level: int = 0
    quote: int = 0
    depth: int = 0
    bullet: str = ""

    @property
    def plain(self) -> str:
        return "".join(s.text for s in self.spans)


@record
class Insert:
    """`{expression}`; `variable` is set where it is a lone variable, which prints its own words, and `location` where
    it has an `if` in it.
    """

    expression: "Expression"
    variable: "Variable | None" = None
    location: Location = NOWHERE

    @property
    def is_lone(self) -> bool:
        """Whether it is a lone definition, whose value prints as a flag's."""
        return bool(self.expression.uses) and self.expression.source.isidentifier()

    def show(self, world: "World") -> str:
        value = self.expression(world)
        if self.variable is not None:
            return self.variable.shown(value)
        return plain_value(value, flag=self.is_lone)


def plain_value(value: "Value", *, flag: bool = False) -> str:
    """How a value prints; `flag` for a lone flag or definition."""
    if isinstance(value, bool):
        return ("yes" if value else "no") if flag else ("true" if value else "false")
    return str(value)


@record
class Template:
    """A text with its inserts cut out: each stands as MARK in `source`, in order."""

    source: str
    inserts: tuple[Insert, ...] = ()
    form: Form = "text"
    _constant: "Shown | None" = field(default=None, init=False, repr=False, compare=False)

    @property
    def constant(self) -> "Shown | None":
        """What it always shows; None where it has inserts."""
        if self._constant is None and not self.inserts:
            object.__setattr__(self, "_constant", Shown(self))
        return self._constant

    def show(self, world: "World") -> "Shown":
        shown = self.constant
        return Shown(self, tuple([insert.show(world) for insert in self.inserts])) if shown is None else shown


class Shown(NamedTuple):
    """A template as the player met it."""

    template: Template
    values: tuple[str, ...] = ()

    @property
    def blocks(self) -> tuple[Block, ...]:
        blocks = _parsed(self.template.source, self.template.form)
        if not self.values:
            return blocks
        values = iter(self.values)
        return tuple(b._replace(spans=tuple(s._replace(text=_fill(s.text, values)) for s in b.spans)) for b in blocks)

    @property
    def spans(self) -> tuple[Span, ...]:
        """The text as one run, for labels and titles."""
        spans: list[Span] = []
        for block in self.blocks:
            if spans:
                spans.append(Span(" "))
            spans += block.spans
        return tuple(spans)

    @property
    def plain(self) -> str:
        return "".join(s.text for s in self.spans).replace("\n", " ")

    def __bool__(self) -> bool:
        """Whether it shows anything: inserts may come to nothing."""
        return bool(self.plain.strip() if self.values else self.template.source)


NO_TEXT = Template("")
EMPTY = Shown(NO_TEXT)


def static(text: str, form: Form = "inline") -> Shown:
    """Words of our own, or of a head, where nothing is inserted."""
    return Shown(Template(text, (), form))


def _fill(text: str, values: Iterator[str]) -> str:
    if MARK not in text:
        return text
    first, *rest = text.split(MARK)
    return first + "".join(next(values) + part for part in rest)


# --- Markdown ------------------------------------------------------------------------------------------------------


# Most texts have no Markdown but words between asterisks. For them no parser is made: it takes 20 ms, and 3 MB.
_RULED = r"(?<!\S)_+(?!\S)"  # a space to fill in
_LINE = rf"(?=\S)[^_\\\n]*(?:{_RULED}[^_\\\n]*)*+(?<!\s)"
_BEGIN = rf"(?=[^\W\d_]|[\"'(“\u2018{MARK}]|\d+(?![\d.)])|\*[^\W_])"  # of no heading, list, quote or rule
_PROSE = re.compile(rf"{_BEGIN}{_LINE}(?:\n+{_BEGIN}{_LINE})*\n*\Z")
_WORDS = re.compile(rf"{_LINE}(?:\n{_LINE})*\Z")
_EM = re.compile(
    rf"(?<![^\s\"'(“\u2018{MARK}])\*(?=[^\W_]|{MARK})([^*]*)(?<=[\w.,;:?!…{MARK}])\*(?![^\s.,;:?!…)\"'”\u2019—])"
)


@lru_cache(maxsize=1)
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    # What is not in the format stays as the author typed it: links, HTML, code, entities.
    absent = [
        "html_block",
        "html_inline",
        "link",
        "image",
        "autolink",
        "reference",
        "code",
        "fence",
        "backticks",
        "entity",
    ]
    return MarkdownIt("commonmark").disable(absent)


@lru_cache(maxsize=4096)
def _parsed(source: str, form: Form) -> tuple[Block, ...]:
    if not source.strip():
        return ()
    if form == "lines":
        return tuple(_line(line) for line in source.rstrip().split("\n"))
    paragraphs = re.split(r"\n[ ]*\n\s*", source.strip())
    if form == "text":
        simple = [_simple(paragraph) for paragraph in paragraphs] if _PROSE.match(source) else [None]
        if not all(simple):
            return tuple(_blocks(_markdown().parse(source)))
    return tuple(Block("paragraph", _inline(paragraph)) for paragraph in paragraphs)


def _line(line: str) -> Block:
    body = line.lstrip()
    indent = Span(line[: len(line) - len(body)])
    return Block("line", (indent, *_inline(body)) if indent.text else _inline(body))


def _inline(source: str) -> tuple[Span, ...]:
    if simple := _simple(source):
        return simple
    spans: tuple[Span, ...] = ()
    for token in _markdown().parseInline(source):
        spans += _spans(token.children or [])
    return spans


def _simple(source: str) -> tuple[Span, ...]:
    """The spans of a paragraph that has no Markdown, or words between asterisks whose meaning is beyond doubt; () for
    another."""
    if not _WORDS.match(source):
        return ()
    parts = _EM.split(source.replace("\n", " "))
    if any("*" in part for part in parts[::2]):
        return ()
    return tuple(Span(part, em=n % 2 == 1) for n, part in enumerate(parts) if part)


def _spans(tokens: "list[Token]") -> tuple[Span, ...]:
    spans: list[Span] = []
    em = strong = 0
    for token in tokens:
        if token.type in ("em_open", "em_close"):
            em += token.nesting
        elif token.type in ("strong_open", "strong_close"):
            strong += token.nesting
        else:
            text = {"softbreak": " ", "hardbreak": "\n"}.get(token.type, token.content)
            if spans and (spans[-1].em, spans[-1].strong) == (em > 0, strong > 0):
                spans[-1] = spans[-1]._replace(text=spans[-1].text + text)
            elif text:
                spans.append(Span(text, em > 0, strong > 0))
    return tuple(spans)


def _blocks(tokens: "list[Token]") -> Iterator[Block]:
    quote = level = 0
    bullets: list[str] = []  # per open list, the marker of its next item
    waiting = ""  # the marker that the next block carries
    for token in tokens:
        match token.type:
            case "blockquote_open" | "blockquote_close":
                quote += token.nesting
            case "bullet_list_open":
                bullets.append("-")
            case "ordered_list_open":
                bullets.append(f"{token.attrs.get('start', 1)}.")
            case "bullet_list_close" | "ordered_list_close":
                bullets.pop()
            case "list_item_open":
                waiting = bullets[-1]
                if waiting != "-":
                    bullets[-1] = f"{int(waiting[:-1]) + 1}."
            case "heading_open":
                level = int(token.tag[1])
            case "heading_close":
                level = 0
            case "hr":
                yield Block("rule", quote=quote, depth=len(bullets), bullet=waiting)
                waiting = ""
            case "inline":
                kind: Literal["heading", "paragraph"] = "heading" if level else "paragraph"
                yield Block(kind, _spans(token.children or []), level, quote, len(bullets), waiting)
                waiting = ""
