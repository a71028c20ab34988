"""The script: a story on paper, whole, with its conditions in words."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from game.export.script import Script
from game.story.loader import load
from game.story.wording import Wording
from tests.screen import write_story

ROOT = Path(__file__).parent.parent
GOOD = sorted((ROOT / "tests" / "stories" / "good").iterdir())
HEAD = """
format: 1
id: words
title: Words
start: hall
state:
  trust: {range: [0, 6], start: 3, label: Trust, show: words, words: {0-2: low, 3-6: high}}
  deputy: {one_of: {nobody: no one, eitingon: Leonid Eitingon}, start: nobody}
  asked: false
define:
  alone: deputy == nobody and not asked
scenes:
  hall:
    title: The hall
    text: A hall.
    choices:
      - {label: Go., id: go_, when: CONDITION, set: {trust: trust + 2, asked: true, deputy: eitingon}, go: end}
      - {label: Wait., go: end}
  end: {ending: {title: End}, text: The end.}
"""


class _Checker(HTMLParser):
    """Elements that are opened are closed, in order."""

    VOID = frozenset(["meta", "br", "hr", "link", "img"])

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [value for name, value in attrs if name in ("href", "src") and value]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("path", [*GOOD, ROOT / "scenes" / "special-tasks"], ids=lambda p: p.name)
def test_every_scene_and_choice_of_a_good_story_stands_in_its_script(path: Path) -> None:
    """Well-formed, every link leads somewhere in it, nothing is loaded, and no scene or label is missing."""
    story = load(path).story
    assert story is not None
    html = Script(story).html()
    page = _Checker()
    page.feed(html)
    assert page.open == []
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert len(set(page.ids)) == len(page.ids) == len(story.scenes)
    assert html.count('<li class="option">') == len(story.choices)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("trust > 2", "Trust is above 2 (high)"),
        ("trust <= 2", "Trust is at most 2 (low)"),
        ("4 < trust", "Trust is above 4 (high)"),
        ("asked", "asked is so"),
        ("not asked", "asked is not so"),
        ("not (asked or trust == 0)", "asked is not so and it is not so that Trust is 0 (low)"),
        (
            "asked and (trust == 0 or deputy == eitingon)",
            "asked is so and (Trust is 0 (low) or deputy is Leonid Eitingon)",
        ),
        ("deputy in [nobody, eitingon]", "deputy is no one or Leonid Eitingon"),
        ("alone", "alone is so"),
        ("seen('end')", "end has been visited"),
        ("not seen('hall')", "\u201cThe hall\u201d has not been visited"),
        ("visits('hall') >= 2", "the visits to \u201cThe hall\u201d are at least 2"),
        ("chose('hall/wait')", "\u201cWait.\u201d was chosen"),
        ("min(trust, 2) + 1 == 3", "the smallest of Trust and 2 plus 1 is 3"),
    ],
)
def test_conditions_are_said_in_words(condition: str, words: str, tmp_path: Path) -> None:
    story = write_story(tmp_path / "words", HEAD.replace("CONDITION", f'"{condition}"'))
    when = story.choices["hall/go_"].when
    assert when is not None
    assert Wording(story).condition(when) == words


def test_effects_are_said_in_words(tmp_path: Path) -> None:
    story = write_story(tmp_path / "words", HEAD.replace("CONDITION", "asked"))
    said = Wording(story).effects(story.choices["hall/go_"].set)
    assert said == ["Trust rises by 2", "asked: so", "deputy becomes Leonid Eitingon"]


def test_export_writes_a_file_or_to_standard_output(tmp_path: Path) -> None:
    """What stands in the file is what is printed; a folder that is not there is one line and exit code 1."""
    command = [sys.executable, "-m", "game", "export", "--to", "script"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert subprocess.run([*command, "-o", str(tmp_path / "s.html")], check=False, cwd=ROOT).returncode == 0
    assert (tmp_path / "s.html").read_text(encoding="utf-8") == printed.stdout
    assert re.search(r"<title>Special Tasks: the script</title>", printed.stdout)
    missing = subprocess.run(
        [*command, "-o", str(tmp_path / "none" / "s.html")], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert missing.returncode == 1
    assert missing.stderr.count("\n") == 1
    assert "can't be written" in missing.stderr
