"""`schema`: the format for editors. What it refuses the checker refuses; what the checker takes it takes."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from game.story.json_schema import json_schema
from game.story.loader import load
from game.story.schema import BLOCKS
from tests.core_yaml import read
from tests.test_cli import refused, run

ROOT = Path(__file__).parent.parent
SCENES = ROOT / "scenes" / "special-tasks"
Validator = jsonschema.Draft202012Validator

# Codes of problems that are of structure: which keys stand where, and what kind of thing each holds.
STRUCTURAL = frozenset(
    """unknown-key missing-key wrong-shape one-of empty not-one-of not-a-flag not-an-integer bad-id reserved-id
    bad-story-id bad-variable flag-with-keys key-not-here bad-band head-key else-without-when go-and-stay
    locked-without-when ending-goes-on missing-summary missing-plate-alt same-without-basis wrong-format comma-list
    key-in-text missing-choices misplaced-key missing-section at-the-margin name-too-deep stray-dash
    not-indented""".split()
)
STORY = """
format: 1
id: t
title: T
start: hall
state:
  lit: false
  n: {range: [0, 9], start: 3, label: Count}
  who: {one_of: [nobody, anna], start: nobody}
  role: {one_of: [guest, host], start: guest, ask: "Who are you?"}
sources: {diary: {title: A diary, kind: primary}}
facts: {F1: {text: There was a hall., source: diary, standing: documented}}
chapters: {one: {title: One, basis: F1}}
scenes:
  hall:
    chapter: one
    text: [{by: who, nobody: Empty., anna: Anna.}, {when: lit and n > 3, text: Light.}, "{role}"]
    choices: [{label: Go., id: walk, set: {lit: true, n: 4, who: anna}}]
    next: end
  end: {outcome: {title: Out, summary: Out.}, ending: {title: End}, text: Over.}
"""


def files(story: Path) -> list[Path]:
    found = sorted(story.rglob("*.yaml")) if story.is_dir() else [story]
    return [path for path in found if path.is_file() and not path.name.startswith(".")]


@pytest.fixture(scope="module")
def schema() -> Validator:
    return Validator(json_schema())


def test_the_schema_is_one_of_2020_12() -> None:
    for found in (json_schema(), json_schema(load(SCENES).story)):
        assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        Validator.check_schema(found)


def test_it_takes_every_good_story(good_story: Path, schema: Validator) -> None:
    own = Validator(json_schema(load(good_story).story))
    for path in files(good_story):
        for validator in (schema, own):
            assert [e.message for e in validator.iter_errors(read(path.read_text(encoding="utf-8")))] == []


def test_it_takes_the_story_of_the_game(schema: Validator) -> None:
    for path in files(SCENES):
        assert [e.message for e in schema.iter_errors(read(path.read_text(encoding="utf-8")))] == []


def test_it_refuses_a_broken_story_whose_structure_is_wrong(broken_story: Path, schema: Validator) -> None:
    structural = any(d.code in STRUCTURAL for d in load(broken_story).diagnostics)
    valid = True
    for path in files(broken_story):
        try:
            valid &= schema.is_valid(read(path.read_bytes().decode()))
        except (yaml.YAMLError, UnicodeDecodeError):  # an editor says so without a schema
            valid = False
    assert not (structural and valid)


def test_it_refuses_only_what_the_checker_refuses(broken_story: Path, schema: Validator) -> None:
    """A warning leaves a story that can be played, and no editor shall underline it."""
    if load(broken_story).story is not None and broken_story.name != "folder_yml":
        for path in files(broken_story):
            assert schema.is_valid(read(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", BLOCKS)
def test_every_key_is_explained_and_its_example_can_stand_there(name: str) -> None:
    found = json_schema()
    block = found if name == "story" else found["$defs"][name]
    block = block["anyOf"][1] if name == "variable" else block
    assert block["properties"].keys() == BLOCKS[name].keys()
    for key, value in block["properties"].items():
        assert value["description"], key
        assert value["examples"], key
        for example in value["examples"]:
            Validator(value | {"$defs": found["$defs"]}).validate(example)


def offered(schema: dict[str, Any], value: dict[str, Any]) -> list[Any]:
    """What an editor offers for a value."""
    while "$ref" in value:
        value = {k: v for k, v in value.items() if k != "$ref"} | schema["$defs"][
            value["$ref"].removeprefix("#/$defs/")
        ]
    inner = [o for part in value.get("anyOf", ()) for o in offered(schema, part)]
    items = offered(schema, value["items"]) if "items" in value else []
    return [*value.get("enum", ()), *value.get("examples", ()), *inner, *items]


def test_with_a_story_its_names_are_offered_where_they_can_stand(tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(STORY, encoding="utf-8")
    story = load(path).story
    assert story is not None
    found = json_schema(story)
    Validator.check_schema(found)
    defs = found["$defs"]

    def of(block: str, key: str) -> list[Any]:
        return offered(found, defs[block]["properties"][key])

    assert {"hall", "end"} <= set(of("choice", "go"))
    assert {"hall", "end"} <= set(of("scene", "next"))
    assert {"F1", "invented"} <= set(of("scene", "basis"))
    assert "F1" in of("record", "followed")
    assert "diary" in of("fact", "source")
    assert {"one", "same"} <= set(of("scene", "chapter"))
    assert {"lit", "who", "role"} <= set(of("block", "by"))
    assert set(of("expect", "outcome")) == {"end"}
    assert {"hall/walk", "continue"} <= set(of("test", "choose"))
    assert {"not lit", "who == anna", "n >= 1", "seen('hall')"} <= set(of("choice", "when"))
    effects = defs["choice"]["properties"]["set"]["properties"]
    assert effects.keys() == {"lit", "n", "who"}, "what is asked can't be set"
    assert effects["who"]["examples"] == ["nobody", "anna"]
    assert effects["n"]["description"] == "Count: a number from 0 to 9."
    assert defs["class"]["properties"]["answers"]["properties"].keys() == {"role"}
    assert defs["expect"]["properties"]["state"]["properties"].keys() == {"lit", "n", "who", "role"}


def test_a_name_newer_than_the_schema_is_not_refused(tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(STORY, encoding="utf-8")
    newer = read(STORY.replace("next: end", "next: [{when: new, go: garden}, {go: end}]").replace("lit:", "new:"))
    assert Validator(json_schema(load(path).story)).is_valid(newer)


def test_the_command_writes_to_a_file_or_prints(tmp_path: Path) -> None:
    assert json.loads(run("schema").stdout) == json_schema()
    target = tmp_path / "s.json"
    assert "written" in run("schema", SCENES, "-o", target).stdout
    assert json.loads(target.read_text(encoding="utf-8")) == json_schema(load(SCENES).story)
    assert "can't be written" in refused(1, "schema", "-o", tmp_path / "no" / "folder.json")
    assert "no story" in refused(1, "schema", "nowhere")
