"""Story text as nodes and as HTML, and the one place where templates are filled.

The surprising rule: every value is escaped on its way into a page (Jinja2's autoescape); only what is made here from
`Shown` blocks is markup.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from game.story.text import Block, Shown, Span, static

Node = str | list[Any]  # a text; or a tag's name, an ordered list's first number, and the nodes within


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("game.export"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["inline"] = inline
    environment.filters["blocks"] = blocks
    environment.filters["prose"] = lambda text: blocks(static(text, "text"))
    return environment


def fill(template: str, **values: Any) -> str:
    """A page from a template of `templates/`."""
    return _environment().get_template(template).render(**values)


def template_text(name: str) -> str:
    """A file of `templates/` as it stands."""
    return (files("game.export") / "templates" / name).read_text(encoding="utf-8")


def inline(shown: Shown) -> Markup:
    """A label or title as one run of markup."""
    return _html(line_nodes(shown))


def blocks(shown: Shown) -> Markup:
    """A text as paragraphs, headings, quotes and lists. Headings begin at the level below a section's."""
    return Markup("\n").join(_html([node]) for node in block_nodes(shown))


def _html(nodes: Iterable[Node]) -> Markup:
    html = Markup("")
    for node in nodes:
        if isinstance(node, str):
            html += escape(node)
            continue
        name, *inner = node
        if name in ("br", "hr"):
            html += Markup("<{}>").format(name)
        elif name == "ol":
            html += Markup('<ol start="{}">{}</ol>').format(inner[0], _html(inner[1:]))
        else:
            html += Markup("<{0}>{1}</{0}>").format(name, _html(inner))
    return html


# --- nodes ---------------------------------------------------------------------------------------------------------


def line_nodes(shown: Shown) -> list[Node]:
    """A label or title: texts, `em`, `strong` and `br`."""
    return _spans(shown.spans)


def block_nodes(shown: Shown) -> list[Node]:
    """A text: `p`, `h4` to `h6`, `hr`, `blockquote`, `ul`, `ol` and `pre`."""
    return _nested(shown.blocks, 0)


def _spans(spans: Iterable[Span]) -> list[Node]:
    nodes: list[Node] = []
    for span in spans:
        texts: list[Node] = []
        for number, text in enumerate(span.text.split("\n")):
            texts += ([["br"]] if number else []) + ([text] if text else [])
        if span.em:
            texts = [["em", *texts]]
        nodes += [["strong", *texts]] if span.strong else texts
    return nodes


def _nested(given: Sequence[Block], quote: int) -> list[Node]:
    """Blocks of at least this quote and list depth, the deeper ones gathered into their own elements."""
    nodes: list[Node] = []
    index = 0
    while index < len(given):
        block = given[index]
        if block.quote > quote:
            end = next((i for i in range(index, len(given)) if given[i].quote <= quote), len(given))
            nodes.append(["blockquote", *_nested(given[index:end], quote + 1)])
        elif block.depth:
            outside = (i for i in range(index, len(given)) if not given[i].depth or given[i].quote != quote)
            end = next(outside, len(given))
            nodes.append(_list(given[index:end], 1))
        elif block.kind == "line":
            end = next((i for i in range(index, len(given)) if given[i].kind != "line"), len(given))
            lines: list[Node] = []
            for line in given[index:end]:
                lines += (["\n"] if lines else []) + _spans(line.spans)
            nodes.append(["pre", *lines])
        else:
            end = index + 1
            nodes.append(_block(block))
        index = end
    return nodes


def _list(given: Sequence[Block], depth: int) -> Node:
    """One list; an item's first block carries its bullet, deeper blocks belong to the item before them."""
    starts = [i for i, b in enumerate(given) if b.depth == depth and b.bullet] or [0]
    items: list[Node] = []
    for start, end in pairwise([*starts, len(given)]):
        body: list[Node] = []
        index = start
        while index < end:
            if given[index].depth > depth:
                stop = next((i for i in range(index, end) if given[i].depth <= depth), end)
                body.append(_list(given[index:stop], depth + 1))
                index = stop
            else:
                block = given[index]
                body += _spans(block.spans) if block.kind == "paragraph" and index == start else [_block(block)]
                index += 1
        items.append(["li", *body])
    first = given[starts[0]].bullet
    return ["ol", int(first[:-1]), *items] if first[:-1].isdigit() else ["ul", *items]


def _block(block: Block) -> Node:
    if block.kind == "rule":
        return ["hr"]
    if block.kind == "heading":
        return [f"h{min(block.level + 3, 6)}", *_spans(block.spans)]
    return ["p", *_spans(block.spans)]
