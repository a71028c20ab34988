"""`special-tasks class`: the teacher's tools."""

import argparse
import sys
from pathlib import Path

from game.commands.common import Commands, InputError, command, find_story, read_story, write_text

HELP = "the teacher's tools: a printed pack, results"


def add(commands: Commands) -> None:
    example = "example: special-tasks class pack my-story/ -o pack"
    parser = commands.add_parser(
        "class", help=HELP, description=HELP, epilog=example, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    tools = parser.add_subparsers(title="tools", metavar="TOOL", required=True)
    about = "write the lesson as pages to print (HTML, and PDF where a browser is installed)"
    pack = command(tools, "pack", about, example, _pack)
    pack.add_argument("-o", "--output", metavar="DIR", type=Path, help="where to write (STORY-pack)")


def _pack(options: argparse.Namespace) -> int:
    from game.classroom.pack import Pack, folder_name
    from game.classroom.printer import browser, print_pdf

    story = read_story(find_story(options.story))
    folder = options.output or Path(folder_name(story))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: can't be made: {error.strerror}") from None
    pages = Pack(story).pages()
    for name, html in pages.items():
        write_text(folder / name, html)
    print(f"{folder}: {len(pages)} pages written; begin with {folder / 'index.html'}")
    program = browser()
    if program is None:
        print(f"No browser was found to make a PDF: open {folder / 'all.html'} in one and print it.")
    elif count := print_pdf(program, folder / "all.html", folder / "pack.pdf"):
        print(f"{folder / 'pack.pdf'}: {count} sheets to print")
    else:
        print(f"{program} made no PDF: open {folder / 'all.html'} in a browser and print it.", file=sys.stderr)
    return 0
