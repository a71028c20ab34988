"""`special-tasks test`: the story's own tests."""

import argparse
import sys

from game.commands.common import Commands, command, find_story, read_story
from game.play.rehearsal import rehearse
from game.problems import whereabouts
from game.story.catalogue import printable


def add(commands: Commands) -> None:
    command(commands, "test", "run the story's own tests", "example: special-tasks test my-story/", _test)


def _test(options: argparse.Namespace) -> int:
    path = find_story(options.story)
    results = rehearse(read_story(path))
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
