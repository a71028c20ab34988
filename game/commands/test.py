"""`special-tasks test`: the story's own tests, and a play written down as one."""

import argparse
import sys
from pathlib import Path

from game.commands.common import Commands, command, find_story, is_code, open_save, read_story
from game.play.rehearsal import as_test, rehearse
from game.play.session import Session
from game.problems import whereabouts
from game.story.diagnostics import printable


def add(commands: Commands) -> None:
    example = "example: special-tasks test my-story/\n         special-tasks test my-story/ --from saves/play-1.json"
    test = command(commands, "test", "run the story's own tests", example, _test)
    what = "write this play down as a test instead: a save, a code or a list of step ids (JSON, or a line each)"
    test.add_argument("--from", metavar="SAVE", dest="save", help=what)


def _test(options: argparse.Namespace) -> int:
    path = find_story(options.story)
    story = read_story(path)
    if options.save is not None:
        session = open_save(options.save, Session(story))
        name = "from a code" if is_code(options.save) else f"from {Path(options.save).stem}"
        print(as_test(session, name), end="")
        return 0
    results = rehearse(story)
    for result in results:
        if result.failure:
            print(
                printable(f"{whereabouts(result.test.location, path)}: {result.test.name}: {result.failure}"),
                file=sys.stderr,
            )
    failed = sum(bool(r.failure) for r in results)
    summary = f"{path}: {len(results) - failed} passed, {failed} failed"
    print(printable(summary), file=sys.stderr if failed else sys.stdout)
    return int(bool(failed))
