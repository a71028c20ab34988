"""`special-tasks export`: other shapes of the same story."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from game.commands.common import Commands, command, find_story, read_story, write_text
from game.story.diagnostics import printable
from game.story.model import Story


def _script(story: Story) -> str:
    from game.export.script import Script

    return Script(story).html()


def _ink(story: Story) -> str:
    from game.export.ink import Ink

    made = Ink(story)
    for line in made.lost:
        print(printable(f"not in the ink script: {line}"), file=sys.stderr)
    return made.text


def _web(story: Story) -> str:
    from game.export.web import web_page

    return web_page(story)


FORMATS: dict[str, Callable[[Story], str]] = {"html": _web, "script": _script, "ink": _ink}


def add(commands: Commands) -> None:
    example = "example: special-tasks export my-story/ --to html -o my-story.html"
    export = command(commands, "export", "write the story in another shape", example, _export)
    formats = (
        "html: one file to play in any browser, offline; script: the whole story to read on paper (HTML); "
        "ink: for the tools of that language"
    )
    export.add_argument("--to", choices=FORMATS, required=True, help=formats)
    export.add_argument("-o", "--output", metavar="FILE", type=Path, help="where to write (standard output)")


def _export(options: argparse.Namespace) -> int:
    text = FORMATS[options.to](read_story(find_story(options.story)))
    if options.output is None:
        sys.stdout.write(text)
    else:
        write_text(options.output, text)
        print(f"{options.output}: written")
    return 0
