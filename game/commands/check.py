"""`special-tasks check`: every problem of a story, then its proof."""

import argparse
import sys

from game.commands.common import Commands, command, count, find_story
from game.problems import describe, summary
from game.story.catalogue import printable
from game.story.loader import Loaded, load
from game.story.model import Story


def add(commands: Commands) -> None:
    example = "example: special-tasks check my-story/ --strict --prove"
    check = command(commands, "check", "find every problem of a story", example, _check)
    check.add_argument("--strict", action="store_true", help="warnings are errors")
    check.add_argument("--prove", action="store_true", help="explore every situation that can be reached")
    check.add_argument("--limit", metavar="N", type=count, default=None, help="give up after N situations")


def _check(options: argparse.Namespace) -> int:
    path = find_story(options.story)
    loaded = load(path)
    for problem in loaded.diagnostics:
        print(describe(problem, path), file=sys.stderr)
    bad = bool(loaded.errors) or (options.strict and bool(loaded.diagnostics))
    print(printable(f"{path}: {summary(loaded.diagnostics)}{_counts(loaded)}"), file=sys.stderr if bad else sys.stdout)
    if not options.prove or loaded.story is None:
        return int(bad)
    proved = _prove(loaded.story, options.limit, strict=options.strict)
    return 1 if bad else proved


def _prove(story: Story, limit: int | None, *, strict: bool) -> int:
    """Proves and reports; 0, 3 when something is undecided, 1 when it is refuted, or, if `strict`, in no play."""
    from game.prove.explore import LIMIT, Verdict, prove
    from game.prove.report import report

    terminal = sys.stderr.isatty()

    def progress(situations: int, waiting: int) -> None:
        print(f"\r{situations:,} situations, {waiting:,} waiting ", end="", file=sys.stderr, flush=True)

    proof = prove(story, limit=LIMIT if limit is None else limit, progress=progress if terminal else None)
    if terminal:
        print("\r" + " " * 60 + "\r", end="", file=sys.stderr, flush=True)
    for line in report(proof):
        print(printable(line))
    if strict and (proof.unmet or proof.untaken):
        return 1
    return {Verdict.PROVED: 0, Verdict.REFUTED: 1, Verdict.UNDECIDED: 3}[proof.verdict]


def _counts(loaded: Loaded) -> str:
    story = loaded.story
    return f" in {len(story.scenes)} scenes and {len(story.choices)} choices" if story else ""
