"""Every problem explained: its words, its hint, a story that has it and one that has not.

The surprising rule: an example is a fragment, as short as it can be read; `as_files` makes a whole story of it.
"""

import re
from functools import cache
from pathlib import Path
from textwrap import indent
from typing import NamedTuple

from game.story.catalogue import CATALOGUE
from game.story.schema import HEAD, PARTS

PAGES = Path(__file__).parent / "explained.txt"
_UNSEEN = {"\N{RIGHTWARDS ARROW}": "\t", "\N{SHOULDERED OPEN BOX}": "\N{NO-BREAK SPACE}"}  # what stands for them
_HEAD = "format: 1\nid: example\ntitle: An example\nstart: desk\n"
_REST = """state:
  nerve: {range: [0, 3], start: 1, label: Nerve}
  opened: false
  who: {one_of: [mason, clerk], start: mason}
sources:
  archive: {title: The town archive, kind: primary}
facts:
  F1: {text: It was opened., source: archive, standing: documented}
scenes:
  street:
    basis: F1
    text: A street.
    choices:
      - {label: Go on., set: {nerve: 2, opened: true, who: clerk}, go: over}
  over: {ending: {title: Over}, text: "{nerve} {who} {opened}."}
"""
_DESK = "  desk: {text: A desk., next: street}\n"
_SECTION = re.compile(rf"({'|'.join([*HEAD, *PARTS])}):", re.ASCII)
_FILE = re.compile(r"^@ (.+)\n", re.MULTILINE)


class Example(NamedTuple):
    """Two fragments of stories. One that begins with `! ` says in words what no fragment can show."""

    wrong: str
    right: str


@cache
def examples() -> dict[str, Example]:
    found = {}
    for part in re.split(r"^== ", PAGES.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        code, _, rest = part.partition("\n")
        wrong, right = re.split(r"^--\n", rest, maxsplit=1, flags=re.MULTILINE)
        found[code] = Example(wrong, right)
    return found


def as_files(fragment: str) -> dict[str, str]:
    """The files of a story that a fragment stands for: files by name, a file, sections of one, or a scene's keys."""
    for shown, meant in _UNSEEN.items():
        fragment = fragment.replace(shown, meant)
    names = _FILE.split(fragment)
    if len(names) > 1:
        return dict(zip(names[1::2], names[2::2], strict=True))
    if fragment.startswith("format:"):
        return {"story.yaml": fragment}
    section = _SECTION.match(fragment)
    if section and section[1] in PARTS | {"interrupts": 0, "must_hold": 0, "class": 0}:
        desk = "" if re.search(r"^ *(- )?desk:", fragment, re.MULTILINE) else _DESK
        return {"story.yaml": _HEAD + fragment, "rest.yaml": _REST + desk}
    body = "".join(f"    {line}" for line in fragment.splitlines(keepends=True))
    return {"story.yaml": f"{_HEAD}scenes:\n  desk:\n{body}", "rest.yaml": _REST}


def page(code: str) -> str:
    """The page for a code, as Markdown that reads well as it is."""
    wording, example = CATALOGUE[code], examples()[code]
    parts = [f"{wording.severity.capitalize()}: {_plain(wording.message)}.", _plain(wording.hint)]
    if example.wrong.startswith("! "):
        parts.append(f"It comes of {example.wrong[2:].strip()}.")
    else:
        parts += ["Wrong:", indent(example.wrong.rstrip("\n"), "    ")]
        parts += ["Right:", indent(example.right.rstrip("\n"), "    ")]
    return "\n\n".join(filter(None, parts))


def _plain(words: str) -> str:
    """A message's words, with capitals for what differs from one problem to the next."""
    fields = re.sub(r"(?<!\{)\{(\w+)\}(?!\})", lambda m: m[1].replace("_", " ").upper(), words)
    return fields.replace("{{", "{").replace("}}", "}")
