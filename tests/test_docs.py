"""The docs against the code: tables, examples, commands, files that are named."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from game import __version__
from game.cli import _parser
from game.play.rehearsal import rehearse
from game.prove.coverage import cover
from game.prove.explore import Verdict, prove
from game.story.loader import load
from game.story.schema import BLOCKS
from tests import docs, readme

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.+?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def test_the_key_tables_are_those_of_the_code() -> None:
    text = docs.AUTHORING.read_text(encoding="utf-8")
    assert docs.with_tables(text) == text, "run: python -m tests.docs"


def test_every_block_of_the_format_has_a_table() -> None:
    assert set(docs.TITLES) == set(BLOCKS)


YAML = blocks(docs.AUTHORING, "yaml")
STORIES = [text for text in YAML if text.startswith("format: 1")]
TUTORIAL = docs.AUTHORING.read_text(encoding="utf-8").partition("\n## With an editor")[0]
STEPS = re.split(r"^### \d", TUTORIAL, flags=re.MULTILINE)[1:]
WAX = """      - when: nerve == 2
        text: The wax is still soft.
"""


def follow(steps: list[str], folder: Path) -> None:
    """Does to a folder what the tutorial says: whole files, or a scene that takes the place of another."""
    for listing in re.findall(r"```yaml\n# letter/(.+?)\n```", "".join(steps), re.DOTALL):
        where, _, text = f"{listing}\n".partition("\n")
        name, _, scene = where.partition(", the scene ")
        path = folder / name
        if scene:
            before = path.read_text(encoding="utf-8")
            text, count = re.subn(rf"^  {scene}:\n(?:(?:   .*)?\n)+", text, before, flags=re.MULTILINE)
            assert count == 1
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("number", range(1, len(STEPS) + 1))
def test_after_each_step_of_the_tutorial_the_story_works(number: int, tmp_path: Path) -> None:
    follow(STEPS[:number], tmp_path)
    loaded = load(tmp_path)
    assert [str(d) for d in loaded.diagnostics] == []
    assert loaded.story is not None
    assert prove(loaded.story).verdict is Verdict.PROVED
    assert [result.failure for result in rehearse(loaded.story) if result.failure] == []


def test_the_tutorial_ends_with_a_proved_story_of_five_scenes(tmp_path: Path) -> None:
    follow(STEPS, tmp_path)
    story = load(tmp_path).story
    assert story is not None
    assert (len(STEPS), len(story.scenes)) == (6, 5)
    assert len(story.must_hold) == 3
    assert len(rehearse(story)) == 2
    gaps = {gap.location.line for gap in cover(story).unused}
    scenes = (tmp_path / "scenes.yaml").read_text(encoding="utf-8")
    assert gaps == {scenes[: scenes.index(WAX)].count("\n") + 1}, "what the tutorial says the proof will say"
    (tmp_path / "scenes.yaml").write_text(scenes.replace(WAX, ""), encoding="utf-8")
    story = load(tmp_path).story
    assert story is not None
    assert cover(story).unused == ()
    assert prove(story).verdict is Verdict.PROVED


def test_the_mistake_the_tutorial_asks_for_is_told_as_it_says(tmp_path: Path) -> None:
    follow(STEPS[:1], tmp_path)
    path = tmp_path / "scenes.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("go: winter", "go: wintr"), encoding="utf-8")
    assert [(d.code, d.hint) for d in load(tmp_path).diagnostics] == [("unknown-scene", "Did you mean `winter`?")]


@pytest.mark.parametrize("number", range(len(STORIES)))
def test_the_other_stories_have_no_problems(number: int, tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(STORIES[number], encoding="utf-8")
    loaded = load(path)
    assert [str(d) for d in loaded.diagnostics] == []
    assert loaded.story is not None
    assert prove(loaded.story).verdict is Verdict.PROVED


def test_what_must_hold_fits_the_tutorial(tmp_path: Path) -> None:
    (other,) = (text for text in YAML if text.startswith("must_hold:"))
    follow(STEPS[:4], tmp_path)
    head = tmp_path / "story.yaml"
    head.write_text(head.read_text(encoding="utf-8") + other, encoding="utf-8")
    assert [str(d) for d in load(tmp_path).diagnostics] == []


def test_the_hooks_and_the_action_run_commands_of_the_program() -> None:
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    (config,) = (yaml.safe_load(text) for text in YAML if text.startswith("repos:"))
    used = config["repos"][0]["hooks"]
    assert [hook["id"] for hook in used] == list(hooks)
    for hook in used:
        words = [*shlex.split(hooks[hook["id"]]["entry"]), *hook["args"]]
        assert _parser().parse_args(words[1:]).story == "my-story"
        assert hooks[hook["id"]]["pass_filenames"] is False
    assert config["repos"][0]["rev"] == f"v{__version__}"
    (action,) = (yaml.safe_load(text) for text in YAML if text.startswith("name: story"))
    runs = [step["run"] for step in action["jobs"]["check"]["steps"] if "run" in step]
    commands = [run.partition(" > ")[0] for run in runs if run.startswith("special-tasks ")]
    assert [_parser().parse_args(shlex.split(run)[1:]).story for run in commands] == ["my-story", "my-story"]


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
