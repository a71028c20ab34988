"""The web edition as a file: whole, sealed, and in the project's own colours. What it does is tested in Node and in a
browser, by `test_export_web_engine.py`, `test_export_web_saves.py` and `test_export_web_browser.py`."""

import json
import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

from textual.theme import Theme

from game.export.javascript import Functions, quoted
from game.export.markup import template_text
from game.export.web import SCRIPTS, web_page
from game.story.loader import Loaded, load
from game.tui.themes import CONTRAST, LAMP, PAPER
from tests.screen import SPECIAL_TASKS

COLOURS = {
    "text": "text",
    "quiet": "text-muted",
    "sheet": "sheet",
    "selected": "selected",
    "baize": "text-success",
    "stamp": "text-warning",
    "rule": "rule",
}


class _Page(HTMLParser):
    """The elements of a page, as a browser reads them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []  # of script and style
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] in ("script", "style") and data.strip():
            self.texts.append((self.elements[-1][0], data))


def _policy(page: _Page) -> str:
    return next(a["content"] or "" for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def test_a_good_story_becomes_one_page_that_nothing_can_be_added_to(good_story: Path) -> None:
    """Its policy lets run what is in it, by its digest, and nothing else; no element loads anything or has a handler;
    the story's data is JSON, with every scene."""
    story = load(good_story).story
    assert story is not None
    page = _Page(web_page(story))
    (_, style), (_, data), (_, program) = page.texts
    directives = f"default-src 'none'; script-src {_digest(program)}; style-src {_digest(style)}; "
    assert _policy(page) == f"{directives}base-uri 'none'; form-action 'none'"
    attributes = {name for _, given in page.elements for name in given}
    assert not [name for name in attributes if name.startswith("on") or name in ("style", "src", "srcdoc")]
    assert [given["href"] for _, given in page.elements if "href" in given] == ["#choices"]
    assert list(json.loads(data)["scenes"]) == list(story.scenes)
    assert "url(" not in style
    assert "@import" not in style


def test_nothing_of_a_story_stands_in_the_file_as_markup(load_text: Callable[..., Loaded]) -> None:
    """A story of markup has as many elements as any other: its texts are data, and its title is text."""
    markup = "</script></title></style><script>x</script><!-- <b onclick=x>"
    text = f"""
format: 1
id: m
title: "{markup}"
language: "{markup}"
author: "{markup}"
start: a
scenes:
  a: {{text: "{markup}", ending: {{title: "{markup}"}}}}
"""
    loaded = load_text(text)
    assert loaded.story is not None, loaded.errors
    plain = load_text(text.replace(markup, "plain")).story
    assert plain is not None
    hostile = _Page(web_page(loaded.story))
    assert [tag for tag, _ in hostile.elements] == [tag for tag, _ in _Page(web_page(plain)).elements]
    data = json.loads(next(text for tag, text in hostile.texts if tag == "script" and text.startswith("{")))
    assert data["title"] == markup
    assert data["scenes"]["a"]["text"] == [{"text": [["p", markup]]}]


def test_the_colours_are_those_of_the_terminal() -> None:
    style = template_text("web.css")
    found = {name: dict(re.findall(r"--(\w+): (#\w{6})", text)) for name, text in _palettes(style)}
    for name, theme in (("paper", PAPER), ("lamp", LAMP), ("contrast", CONTRAST)):
        assert found[name] == _colours(theme)
    assert found["dark"] == found["lamp"]
    assert found["more"] == found["contrast"]


def _palettes(style: str) -> list[tuple[str, str]]:
    named = re.findall(r'\[data-colours="(\w+)"\] \{(.*?)\}', style, re.DOTALL)
    return named + re.findall(r"@media \(prefers-\w+(?:-\w+)?: (dark|more)\) \{\s*[^{]*\{(.*?)\}", style, re.DOTALL)


def _colours(theme: Theme) -> dict[str, str]:
    return {ours: theme.variables[theirs] for ours, theirs in COLOURS.items()} | {"desk": str(theme.background)}


def test_the_engine_has_no_word_that_html_would_end_it_at() -> None:
    program = "".join(template_text(name) for name in SCRIPTS)
    assert not re.search(r"</?script|<!--", program)
    assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", program)


def test_an_expression_is_written_once_and_words_are_quoted() -> None:
    story = load(SPECIAL_TASKS).story
    assert story is not None
    functions = Functions()
    numbers = [functions.number(interrupt.when) for interrupt in story.interrupts]
    assert [functions.number(interrupt.when) for interrupt in story.interrupts] == numbers
    assert functions.number(None) == 0
    assert quoted("</script>\ufdd0") == '"\\u003c/script>\\ufdd0"'
