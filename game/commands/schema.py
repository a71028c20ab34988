"""`special-tasks schema`: JSON Schema for editors, with the names of a story where one is given."""

import argparse
import json
import sys
from pathlib import Path

from game.commands.common import Commands, command, find_story, read_story, write_text


def add(commands: Commands) -> None:
    about = "write the JSON Schema of the format, for editors"
    example = "example: special-tasks schema -o story.schema.json\n         special-tasks schema my-story/"
    schema = command(commands, "schema", about, example, _schema, story=False)
    schema.add_argument("story", nargs="?", metavar="STORY", help="a story whose names shall be completed too")
    schema.add_argument("-o", "--output", metavar="FILE", type=Path, help="where to write (standard output)")


def schema_text(path: Path | None) -> str:
    """The schema as it is written to a file; `path` is that of a story whose names it shall hold. Raises InputError."""
    from game.story.json_schema import json_schema  # what only plays does without

    found = json_schema(read_story(path) if path else None)
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _schema(options: argparse.Namespace) -> int:
    text = schema_text(find_story(options.story) if options.story is not None else None)
    if options.output is None:
        sys.stdout.write(text)
    else:
        write_text(options.output, text)
        print(f"{options.output}: written")
    return 0
