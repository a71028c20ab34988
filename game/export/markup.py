"""Story text as HTML, and the one place where templates are filled.

The surprising rule: every value is escaped on its way into a page (Jinja2's autoescape); only what is made here from
`Shown` blocks is markup.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from game.story.text import Block, Shown, Span, static


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


def inline(shown: Shown) -> Markup:
    """A label or title as one run of markup."""
    return _spans(shown.spans)


def blocks(shown: Shown) -> Markup:
    """A text as paragraphs, headings, quotes and lists. Headings begin at the level below a section's."""
    return Markup("\n").join(_nested(shown.blocks, 0))


def _spans(spans: Iterable[Span]) -> Markup:
    html = Markup("")
    for span in spans:
        text = Markup("<br>").join(escape(part) for part in span.text.split("\n"))
        text = Markup("<em>{}</em>").format(text) if span.em else text
        html += Markup("<strong>{}</strong>").format(text) if span.strong else text
    return html


def _nested(given: tuple[Block, ...], quote: int) -> list[Markup]:
    """Blocks of at least this quote and list depth, the deeper ones gathered into their own elements."""
    html: list[Markup] = []
    index = 0
    while index < len(given):
        block = given[index]
        if block.quote > quote:
            end = next((i for i in range(index, len(given)) if given[i].quote <= quote), len(given))
            inner = Markup("\n").join(_nested(given[index:end], quote + 1))
            html.append(Markup("<blockquote>{}</blockquote>").format(inner))
        elif block.depth:
            outside = (i for i in range(index, len(given)) if not given[i].depth or given[i].quote != quote)
            end = next(outside, len(given))
            html.append(_list(given[index:end], 1))
        elif block.kind == "line":
            end = next((i for i in range(index, len(given)) if given[i].kind != "line"), len(given))
            html.append(Markup("<pre>{}</pre>").format(Markup("\n").join(_spans(b.spans) for b in given[index:end])))
        else:
            end = index + 1
            html.append(_block(block))
        index = end
    return html


def _list(given: tuple[Block, ...], depth: int) -> Markup:
    """One list; an item's first block carries its bullet, deeper blocks belong to the item before them."""
    starts = [i for i, b in enumerate(given) if b.depth == depth and b.bullet] or [0]
    items = Markup("")
    for start, end in pairwise([*starts, len(given)]):
        body: list[Markup] = []
        index = start
        while index < end:
            if given[index].depth > depth:
                stop = next((i for i in range(index, end) if given[i].depth <= depth), end)
                body.append(_list(given[index:stop], depth + 1))
                index = stop
            else:
                block = given[index]
                body.append(_spans(block.spans) if block.kind == "paragraph" and index == start else _block(block))
                index += 1
        items += Markup("<li>{}</li>").format(Markup("\n").join(body))
    first = given[starts[0]].bullet
    if first[:-1].isdigit():
        return Markup('<ol start="{}">{}</ol>').format(first[:-1], items)
    return Markup("<ul>{}</ul>").format(items)


def _block(block: Block) -> Markup:
    if block.kind == "rule":
        return Markup("<hr>")
    if block.kind == "heading":
        level = min(block.level + 3, 6)
        return Markup("<h{0}>{1}</h{0}>").format(level, _spans(block.spans))
    return Markup("<p>{}</p>").format(_spans(block.spans))
