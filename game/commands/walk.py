"""`special-tasks walk`: random play-throughs, counted."""

import argparse
import sys
from pathlib import Path

from game.commands.common import Commands, command, count, find_story, read_story
from game.errors import InputError, UsageError
from game.story.diagnostics import printable

MAX_JOBS = 256


def add(commands: Commands) -> None:
    about = "play a story at random, many times, and count"
    example = "example: special-tasks walk my-story/ --runs 100000 --hits hits.csv"
    walk = command(commands, "walk", about, example, _walk)
    walk.add_argument("--runs", metavar="N", type=count, default=10_000, help="how many plays (10000)")
    walk.add_argument("--seed", metavar="N", type=_seed, default=0, help="another number, another walk (0)")
    walk.add_argument("--jobs", metavar="N", type=_jobs, default=1, help="processes at once; 0 is one a core (1)")
    walk.add_argument("--least-used", action="store_true", help="prefer what has been taken least")
    walk.add_argument("--hits", metavar="FILE", type=Path, help="write the hits of every scene and choice as CSV")


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise argparse.ArgumentTypeError(f"a whole number, not {text[:40]!r}")
    return int(text)


def _jobs(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text[:9]) > MAX_JOBS:
        raise argparse.ArgumentTypeError(f"a whole number up to {MAX_JOBS}, not {text[:40]!r}")
    return int(text)


def _walk(options: argparse.Namespace) -> int:
    from game.prove.walk import WalkError, walk, write_hits

    if options.least_used and options.jobs != 1:
        raise UsageError("--least-used and --jobs don't go together: each play depends on those before it")
    path = find_story(options.story)
    story = read_story(path)
    terminal = sys.stderr.isatty()

    def progress(done: int) -> None:
        print(f"\r{done:,} of {options.runs:,} plays ", end="", file=sys.stderr, flush=True)

    try:
        found = walk(story, runs=options.runs, seed=options.seed, least_used=options.least_used,
                     jobs=options.jobs, progress=progress if terminal else None)  # fmt: skip
    except WalkError as error:
        raise InputError(f"{path} can't be walked: {error}") from None
    if terminal:
        print("\r" + " " * 40 + "\r", end="", file=sys.stderr, flush=True)
    print(f"{found.runs:,} plays, {found.steps:,} steps: {found.ended:,} ended, {found.stuck:,} stuck on a page, "
          f"{found.endless:,} went on and on.")  # fmt: skip
    print(f"Scenes met: {len(found.scenes) - len(found.unmet_scenes)} of {len(found.scenes)}.")
    print(f"Choices taken: {len(found.choices) - len(found.untaken_choices)} of {len(found.choices)}.")
    for what, names in (("never met", found.unmet_scenes), ("never taken", found.untaken_choices)):
        for name in names:
            print(printable(f"  {what}: {name}"))
    for scene in story.scenes.values():
        if scene.outcome is not None:
            print(f"  outcome {scene.id}: {found.scenes[scene.id] / found.runs:.1%} of plays")
    if options.hits is not None:
        try:
            with options.hits.open("w", newline="", encoding="utf-8") as file:
                write_hits(found, file)
        except OSError as error:
            raise InputError(f"{options.hits}: can't be written: {error.strerror}") from None
    return int(bool(found.stuck))
