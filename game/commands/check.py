"""`special-tasks check`: every problem of a story, then its proof."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from game.commands.common import Commands, command, count, find_story
from game.problems import describe, summary
from game.story.catalogue import printable
from game.story.loader import Loaded, load
from game.story.model import Story

if TYPE_CHECKING:
    from game.prove.coverage import Coverage
    from game.prove.explore import Proof

WIDTH = 72  # of the line of progress


def add(commands: Commands) -> None:
    example = "example: special-tasks check my-story/ --strict --prove"
    check = command(commands, "check", "find every problem of a story", example, _check)
    formats = ["text", "json", "sarif"]
    check.add_argument("--format", choices=formats, default="text", help="in words, or for other programs (text)")
    check.add_argument("--strict", action="store_true", help="warnings are errors")
    check.add_argument("--prove", action="store_true", help="explore every situation that can be reached")
    how_far = "give up after N situations (as many as take about half a gigabyte)"
    check.add_argument("--limit", metavar="N", type=count, default=None, help=how_far)


def _check(options: argparse.Namespace) -> int:
    path = find_story(options.story)
    loaded = load(path)
    bad = bool(loaded.errors) or (options.strict and bool(loaded.diagnostics))
    if options.format == "text":
        _tell(loaded, path, bad=bad)
    proof, coverage = _prove(loaded.story, options.limit) if options.prove and loaded.story else (None, None)
    code = int(bad)
    if proof is not None and not bad:
        unused = options.strict and coverage and coverage.unused
        code = 1 if unused else {"PROVED": 0, "REFUTED": 1, "UNDECIDED": 3}[proof.verdict]
    if options.format != "text":
        from game.results import as_json, as_sarif  # a check in words does without

        sarif = options.format == "sarif"
        found = as_sarif(loaded, proof, coverage, path, code) if sarif else as_json(loaded, proof, coverage, path)
        print(json.dumps(found, indent=1))
    elif proof is not None:
        from game.prove.report import report, used

        for line in report(proof):
            print(printable(line))
        for gap in coverage.unused if coverage else ():
            print(describe(gap.problem, path), file=sys.stderr)
        if coverage:
            print(used(coverage))
    return code


def _tell(loaded: Loaded, path: Path, *, bad: bool) -> None:
    for problem in loaded.diagnostics:
        print(describe(problem, path), file=sys.stderr)
    story = loaded.story
    counts = f" in {len(story.scenes)} scenes and {len(story.choices)} choices" if story else ""
    print(printable(f"{path}: {summary(loaded.diagnostics)}{counts}"), file=sys.stderr if bad else sys.stdout)


def _prove(story: Story, limit: int | None) -> "tuple[Proof, Coverage | None]":
    """The proof and, unless the person has seen enough, the coverage: by chance alone where the proof met its limit."""
    from game.prove.coverage import FIRST, cover
    from game.prove.explore import INTERRUPTED, prove  # slow to import

    terminal = sys.stderr.isatty()
    begun = time.monotonic()

    def progress(situations: int, waiting: int) -> None:
        rate = situations / max(time.monotonic() - begun, 1e-3)
        found = f"{situations:,} situations, {waiting:,} waiting ({rate:,.0f} a second)"
        print(f"\r{found:<{WIDTH}}", end="", file=sys.stderr, flush=True)

    show = progress if terminal else None
    proof = prove(story, limit=limit, progress=show)
    coverage = None
    if proof.reason != INTERRUPTED:
        coverage = cover(story, limit=min(limit or FIRST, FIRST) if proof.reason else limit, progress=show)
    if terminal:
        print("\r" + " " * WIDTH + "\r", end="", file=sys.stderr, flush=True)
    return proof, coverage
