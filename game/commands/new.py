"""`special-tasks new`: a small working story to start from, with what editors need to help."""

import argparse
import json
import re
import shutil
from pathlib import Path

from game.commands.common import Commands, command
from game.commands.schema import schema_text
from game.errors import InputError
from game.story.diagnostics import printable

STARTER = Path(__file__).parent.parent / "starter"
SCHEMA = "story.schema.json"
SETTINGS = {"yaml.schemas": {f"./{SCHEMA}": "*.yaml"}, "[yaml]": {"editor.insertSpaces": True, "editor.tabSize": 2}}
EXTENSIONS = {"recommendations": ["redhat.vscode-yaml"]}


def add(commands: Commands) -> None:
    about, example = "begin a story: a small one that works", "example: special-tasks new my-story"
    new = command(commands, "new", about, example, _new, story=False)
    new.add_argument("folder", metavar="DIR", type=Path, help="a folder that is not there yet, or is empty")


def _new(options: argparse.Namespace) -> int:
    folder: Path = options.folder
    try:
        if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
            raise InputError(f"{folder} is there already: `new` wants a folder of its own")
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(STARTER.iterdir()):
            shutil.copyfile(path, folder / path.name)
        head = folder / "story.yaml"
        named = _named(head.read_text(encoding="utf-8"), folder.resolve().name)
        head.write_text(named, encoding="utf-8", newline="\n")
        (folder / SCHEMA).write_text(schema_text(folder), encoding="utf-8", newline="\n")
        editor = folder / ".vscode"
        editor.mkdir()
        for name, held in (("settings", SETTINGS), ("extensions", EXTENSIONS)):
            text = json.dumps(held, indent=2) + "\n"
            (editor / f"{name}.json").write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"{folder}: can't be written: {error.strerror}") from None
    print(printable(f"{folder}: a story to start from. Next: special-tasks play {folder} --watch"))
    return 0


def _named(head: str, name: str) -> str:
    """The head with an id from the folder's name, by which saves are kept; with its own where that makes none."""
    made = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:64].strip("-")
    return re.sub(r"^id: .*$", f"id: {made}", head, count=1, flags=re.MULTILINE) if made else head
