"""`special-tasks class`: the teacher's tools."""

import argparse
import shlex
import sys
from pathlib import Path

from game.commands.common import Commands, command, find_story, read_story, uncollected, write_text
from game.errors import InputError
from game.story.diagnostics import printable

HELP = "the teacher's tools: a printed pack, a vote of the whole class, results of a class"


def add(commands: Commands) -> None:
    example = "example: special-tasks class pack my-story/ -o pack"
    parser = commands.add_parser(
        "class", help=HELP, description=HELP, epilog=example, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    tools = parser.add_subparsers(title="tools", metavar="TOOL", required=True)
    about = "write the lesson as pages to print (HTML, and PDF where a browser is installed)"
    pack = command(tools, "pack", about, example, _pack)
    pack.add_argument("-o", "--output", metavar="DIR", type=Path, help="where to write (STORY-pack)")
    about = "play with a whole class on one screen: hands are counted, the teacher decides"
    vote = command(tools, "vote", about, "example: special-tasks class vote --slot class-10b", _vote)
    vote.add_argument("--plain", action="store_true", help="line mode: hands typed as 12 9 8")
    vote.add_argument("--slot", metavar="NAME", help="the vote to go on with, or to begin")
    vote.add_argument("--saves", metavar="DIR", type=Path, help="where saves are kept; votes lie in DIR/votes")
    _add_results(tools)
    _add_purge(tools)


def _add_results(tools: Commands) -> None:
    about = "any number of saves, votes and pasted codes as one page and one table"
    example = "example: special-tasks class results hand-ins/ --gradebook"
    results = tools.add_parser(
        "results", help=about, description=about, epilog=example, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    results.add_argument("folder", metavar="FOLDER", type=Path, help="saves (.json), and texts with codes (.txt)")
    results.add_argument("--story", metavar="STORY", help="the story that was played (special-tasks)")
    results.add_argument("-o", "--output", metavar="FILE", type=Path, help="the page (FOLDER/results.html)")
    results.add_argument("--csv", metavar="FILE", type=Path, help="the table (FOLDER/results.csv)")
    only = "the table holds only who came to the end and how many questions were answered"
    results.add_argument("--gradebook", action="store_true", help=only)
    results.set_defaults(run=_results)


def _add_purge(tools: Commands) -> None:
    about = "delete the pages and tables of results in a folder, its votes and what they left, and nothing else"
    purge = tools.add_parser("purge", help=about, description=about)
    purge.add_argument("folder", metavar="FOLDER", type=Path)
    purge.add_argument("--yes", action="store_true", help="don't ask")
    purge.set_defaults(run=_purge)


def _pack(options: argparse.Namespace) -> int:
    from game.classroom.pack import Pack, folder_name
    from game.classroom.printer import browser, print_pdf

    story = read_story(find_story(options.story))
    folder = options.output or Path(folder_name(story))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: can't be made: {error.strerror}") from None
    pages = Pack(story, options.story or "").pages()
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


@uncollected()
def _vote(options: argparse.Namespace) -> int:
    from game.commands.play import check_name, saves_folder, start
    from game.play.slots import Slots

    story = read_story(find_story(options.story))
    slots = Slots((options.saves or saves_folder()) / "votes", story, kind="vote")
    check_name(slots, options.slot)
    code = start(slots, options.slot, plain=options.plain, voting=True)
    if slots.list():
        print("The votes are kept. A page of them, for the class:")
        print(printable(f"special-tasks class results {shlex.quote(str(slots.folder))}"))
    return code


def _results(options: argparse.Namespace) -> int:
    from game.classroom.handed import gather
    from game.classroom.purge import kind
    from game.classroom.results import Results

    folder: Path = options.folder
    story = read_story(find_story(options.story))
    try:
        handed, skipped = gather(folder, story)
    except OSError as error:
        raise InputError(f"{folder}: can't be read: {error.strerror}") from None
    for one in skipped:
        print(printable(f"skipped {one.where}: {one.why}"), file=sys.stderr)
    for play in handed:
        for note in play.notes:
            print(printable(f"{play.where}: {note}"), file=sys.stderr)
    if not handed:
        raise InputError(f"{folder}: no play of {story.id} is in it")
    results = Results(story, handed, len(skipped))
    page, table = options.output or folder / "results.html", options.csv or folder / "results.csv"
    for path, given in ((page, options.output), (table, options.csv)):
        if given is None and path.exists() and not kind(path):
            raise InputError(f"{path} is there, and this program did not make it: name another place")
    write_text(page, results.html())
    write_text(table, results.gradebook() if options.gradebook else results.table())
    counted = [_count(len(results.readers), "play"), _count(len(results.votes), "vote"), f"{len(skipped)} skipped"]
    print(f"{', '.join(counted)}: {page} and {table} written")
    if options.gradebook:
        print("Whose play is whose; this is written nowhere else:")
        for reader in results.everybody:
            print(printable(f"  {reader.name}: {reader.handed.where}"))
    return 0


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _purge(options: argparse.Namespace) -> int:
    from game.classroom.purge import ours

    folder: Path = options.folder
    try:
        found = ours(folder)
    except OSError as error:
        raise InputError(f"{folder}: can't be read: {error.strerror}") from None
    if not found:
        print(f"{folder}: nothing that results or vote wrote is in it")
        return 0
    for path, what in found.items():
        print(printable(f"{path}  ({what})"))
    if not options.yes:
        print(f"Delete {_count(len(found), 'file')}? (yes or no) ", end="", flush=True)
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            print("Nothing was deleted.")
            return 0
    try:
        for path in found:
            path.unlink()
    except OSError as error:
        raise InputError(f"{path}: can't be deleted: {error.strerror}") from None
    print(f"{_count(len(found), 'file')} deleted. What was handed in is left: delete it as other homework.")
    return 0
