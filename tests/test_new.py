"""`new`: a story to start from that works at once, in the game and in editors."""

import json
from pathlib import Path

import jsonschema
import pytest

from game.story.json_schema import json_schema
from game.story.loader import load
from game.story.model import Story
from tests.core_yaml import read
from tests.test_cli import refused, run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "Our Story"
    assert "special-tasks play" in run("new", made).stdout
    return made


def story_of(folder: Path) -> Story:
    story = load(folder).story
    assert story is not None
    return story


def test_it_checks_proves_and_passes_its_tests(folder: Path) -> None:
    done = run("check", folder, "--strict", "--prove")
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 passed, 0 failed" in run("test", folder).stdout


def test_it_has_one_of_each_thing_to_copy(folder: Path) -> None:
    story = story_of(folder)
    assert story.id == "our-story", "from the folder's name: saves are kept by it"
    assert any(len([c for c in s.choices if c.stay]) and len(s.choices) > 2 for s in story.scenes.values()), "a hub"
    assert any(s.is_junction for s in story.scenes.values())
    assert story.gauges
    assert any("sheet:" in path.read_text(encoding="utf-8") for path in folder.glob("*.yaml"))
    assert all(story.sources[s].title for f in story.facts.values() for s in f.sources)
    assert any(chapter.card for chapter in story.chapters.values())
    assert story.tests


def test_every_file_of_it_names_a_schema_that_takes_it(folder: Path) -> None:
    schema = json.loads((folder / "story.schema.json").read_text(encoding="utf-8"))
    assert schema == json_schema(story_of(folder))
    files = sorted(folder.rglob("*.yaml"))
    assert len(files) > 1
    for path in files:
        text = path.read_text(encoding="utf-8")
        first = text.split("\n", maxsplit=1)[0]
        assert first.startswith("# yaml-language-server: $schema=")
        assert (path.parent / first.partition("=")[2]).samefile(folder / "story.schema.json")
        jsonschema.Draft202012Validator(schema).validate(read(text))
    settings = json.loads((folder / ".vscode" / "settings.json").read_text(encoding="utf-8"))
    assert [(folder / name).is_file() for name in settings["yaml.schemas"]] == [True]


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    for target in (tmp_path, tmp_path / "notes.txt"):
        said = refused(1, "new", target)
        assert "is there already" in said
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_empty_folder_is_taken_and_a_name_without_letters_keeps_the_storys_id(tmp_path: Path) -> None:
    folder = tmp_path / "___"
    folder.mkdir()
    assert run("new", folder).returncode == 0
    assert story_of(folder).id == "the-town-clock"


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert "can't be written" in refused(1, "new", tmp_path / "file" / "story")
    assert "required" in refused(2, "new")
