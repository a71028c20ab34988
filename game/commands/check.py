"""`special-tasks check`: every problem of a story, then its proof."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from game.commands.common import Commands, command, count, find_story
from game.problems import describe, summary
from game.story.catalogue import printable
from game.story.loader import Loaded, load
from game.story.model import Story

if TYPE_CHECKING:
    from game.prove.explore import Proof


def add(commands: Commands) -> None:
    example = "example: special-tasks check my-story/ --strict --prove"
    check = command(commands, "check", "find every problem of a story", example, _check)
    formats = ["text", "json", "sarif"]
    check.add_argument("--format", choices=formats, default="text", help="in words, or for other programs (text)")
    check.add_argument("--strict", action="store_true", help="warnings are errors")
    check.add_argument("--prove", action="store_true", help="explore every situation that can be reached")
    check.add_argument("--limit", metavar="N", type=count, default=None, help="give up after N situations")


def _check(options: argparse.Namespace) -> int:
    path = find_story(options.story)
    loaded = load(path)
    bad = bool(loaded.errors) or (options.strict and bool(loaded.diagnostics))
    if options.format == "text":
        _tell(loaded, path, bad=bad)
    proof = _prove(loaded.story, options.limit) if options.prove and loaded.story else None
    code = int(bad)
    if proof is not None and not bad:
        unused = options.strict and (proof.unmet or proof.untaken)
        code = 1 if unused else {"PROVED": 0, "REFUTED": 1, "UNDECIDED": 3}[proof.verdict]
    if options.format != "text":
        from game.results import as_json, as_sarif  # a check in words does without

        found = as_json(loaded, proof, path) if options.format == "json" else as_sarif(loaded, proof, path, code)
        print(json.dumps(found, indent=1))
    elif proof is not None:
        from game.prove.report import report

        for line in report(proof):
            print(printable(line))
    return code


def _tell(loaded: Loaded, path: Path, *, bad: bool) -> None:
    for problem in loaded.diagnostics:
        print(describe(problem, path), file=sys.stderr)
    story = loaded.story
    counts = f" in {len(story.scenes)} scenes and {len(story.choices)} choices" if story else ""
    print(printable(f"{path}: {summary(loaded.diagnostics)}{counts}"), file=sys.stderr if bad else sys.stdout)


def _prove(story: Story, limit: int | None) -> "Proof":
    from game.prove.explore import LIMIT, prove  # slow to import

    terminal = sys.stderr.isatty()

    def progress(situations: int, waiting: int) -> None:
        print(f"\r{situations:,} situations, {waiting:,} waiting ", end="", file=sys.stderr, flush=True)

    proof = prove(story, limit=LIMIT if limit is None else limit, progress=progress if terminal else None)
    if terminal:
        print("\r" + " " * 60 + "\r", end="", file=sys.stderr, flush=True)
    return proof
