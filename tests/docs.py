"""The parts of the docs that are made from the code: `python -m tests.docs` writes them anew, a test compares them."""

import re
from pathlib import Path

from game.commands.common import find_story, read_story
from game.explained import page
from game.story.catalogue import CATALOGUE
from game.story.schema import BLOCKS, SHAPES
from tests import sources

ROOT = Path(__file__).parent.parent
AUTHORING = ROOT / "docs" / "authoring.md"
TITLES = {
    "story": "The head and the sections of any file",
    "variable": "A variable, under `state`",
    "interrupt": "An interrupt",
    "chapter": "A chapter",
    "scene": "A scene",
    "choice": "A choice",
    "way": "A way, in a list under `next`",
    "record": "A choice's `record`",
    "block": "A block of text",
    "sheet": "A sheet",
    "ending": "An `ending`",
    "outcome": "An `outcome`",
    "fact": "A fact",
    "source": "A source",
    "entry": "A glossary entry",
    "toll": "An entry of the toll",
    "must_hold": "Something that must hold (one key each)",
    "class": "The `class` block",
    "teaching": "The `teaching` block",
    "test": "A test",
    "expect": "What a test expects",
}


def key_tables() -> str:
    """Every block of the format as a Markdown table."""
    parts = []
    for block, title in TITLES.items():
        rows = [f"### {title}", "", "| key | takes | meaning | for instance |", "|---|---|---|---|"]
        for name, key in BLOCKS[block].items():
            needed = " (required)" if key.required else ""
            rows.append(f"| `{name}`{needed} | {SHAPES[key.shape]} | {key.meaning} | `{key.example}` |")
        parts.append("\n".join(rows))
    return "\n\n".join(parts)


SOURCES = ROOT / "docs" / "sources.md"
ERRORS = ROOT / "docs" / "errors.md"
ERRORS_HEAD = """# Every problem

What the checker tells, and what to do. `special-tasks check --explain CODE` prints one of these pages. An example is a
part of a story: the keys of a scene, sections of a file, or, after `@`, whole files. In some an arrow stands for a tab
and a box for a strange space.

A warning can be silenced on purpose, by a comment on its line or above it, `# special-tasks: ignore CODE`; an error can
not. A comment that silences nothing is a warning itself.
"""


def errors_page() -> str:
    """Every code of the catalogue, explained, in order of the alphabet."""
    return "\n".join([ERRORS_HEAD, *(f"## {code}\n\n{page(code)}\n" for code in sorted(CATALOGUE))])


def with_tables(text: str) -> str:
    """The page with its tables replaced by those of the code."""
    begin, end = "<!-- made from the code: python -m tests.docs -->", "<!-- end -->"
    return re.sub(
        rf"{re.escape(begin)}.*{re.escape(end)}", lambda _: f"{begin}\n\n{key_tables()}\n\n{end}", text, flags=re.DOTALL
    )


def sources_page() -> str:
    """What the story that is shipped rests on."""
    return sources.page(read_story(find_story(None)))


if __name__ == "__main__":
    SOURCES.write_text(sources_page(), encoding="utf-8")
    ERRORS.write_text(errors_page(), encoding="utf-8")
    AUTHORING.write_text(with_tables(AUTHORING.read_text(encoding="utf-8")), encoding="utf-8")
