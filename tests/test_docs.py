"""The docs against the code: tables, examples, commands, files that are named."""

import re
import shlex
from pathlib import Path

import pytest
import readme

import docs
from game.cli import _parser
from game.play.rehearsal import rehearse
from game.prove.explore import Verdict, prove
from game.story.loader import load
from game.story.schema import BLOCKS

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.+?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def test_the_key_tables_are_those_of_the_code() -> None:
    text = docs.AUTHORING.read_text(encoding="utf-8")
    assert docs.with_tables(text) == text, "run: python tests/docs.py"


def test_every_block_of_the_format_has_a_table() -> None:
    assert set(docs.TITLES) == set(BLOCKS)


STORIES = [text for text in blocks(docs.AUTHORING, "yaml") if text.startswith("format: 1")]


@pytest.mark.parametrize("number", range(len(STORIES)))
def test_the_stories_of_the_tutorial_have_no_problems(number: int, tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(STORIES[number], encoding="utf-8")
    loaded = load(path)
    assert [str(d) for d in loaded.diagnostics] == []
    assert loaded.story is not None
    assert prove(loaded.story).verdict is Verdict.PROVED
    assert [result.failure for result in rehearse(loaded.story) if result.failure] == []


def test_the_other_examples_fit_the_tutorial(tmp_path: Path) -> None:
    others = [text for text in blocks(docs.AUTHORING, "yaml") if text not in STORIES]
    assert len(others) == 1
    path = tmp_path / "story.yaml"
    path.write_text(STORIES[1] + others[0], encoding="utf-8")
    assert [str(d) for d in load(path).diagnostics] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_commands_in_the_docs_are_commands_of_the_program(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    found = re.findall(r"(?:^|`|\$ |bin/)(special-tasks(?: [^`\n#&>]*)?)", text, re.MULTILINE)
    for command in found:
        _parser().parse_args(shlex.split(command)[1:])


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_files_that_the_docs_name_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert (page.parent / target).exists(), target
    for target in re.findall(r"`((?:game|docs|scenes|tests)/[\w./-]+)`", text):
        assert (ROOT / target).exists(), target


def test_the_readme_has_both_commands() -> None:
    assert "special-tasks" in readme.command("play")
    assert "python -m tests" in readme.command("test")
