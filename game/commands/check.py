"""`special-tasks check`: every problem of a story, then its proof."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from game.commands.common import Commands, command, count, find_story
from game.errors import UsageError
from game.problems import describe, summary
from game.story.catalogue import CATALOGUE
from game.story.diagnostics import Problems, nearest, printable
from game.story.loader import Loaded, load
from game.story.model import Story
from game.story.silence import idle, left

if TYPE_CHECKING:
    from game.prove.coverage import Coverage
    from game.prove.explore import Proof
    from game.prove.measures import Measures

OFTEN = 0.1  # seconds between two lines of progress, where many searches are short
WIDTH = 72  # of the line of progress


def add(commands: Commands) -> None:
    example = (
        "example: special-tasks check my-story/ --strict --prove\n         special-tasks check --explain unused-fact"
    )
    check = command(commands, "check", "find every problem of a story", example, _check)
    formats = ["text", "json", "sarif"]
    check.add_argument("--format", choices=formats, default="text", help="in words, or for other programs (text)")
    check.add_argument("--strict", action="store_true", help="warnings are errors")
    check.add_argument("--prove", action="store_true", help="explore every situation that can be reached")
    amounts = "what the story amounts to: words, minutes to read, the reading grade of each chapter"
    check.add_argument("--statistics", action="store_true", help=amounts)
    what = "what a code in [...] means, with a wrong and a right example"
    check.add_argument("--explain", metavar="CODE", help=what)
    how_far = "give up after N situations (as many as take about half a gigabyte)"
    check.add_argument("--limit", metavar="N", type=count, default=None, help=how_far)


def _check(options: argparse.Namespace) -> int:
    if options.explain is not None:
        return _explain(options.explain)
    if options.statistics and options.format == "sarif":
        raise UsageError("--statistics is told in text and JSON, not in SARIF")
    path = find_story(options.story)
    loaded = load(path)
    bad = bool(loaded.errors) or (options.strict and bool(loaded.diagnostics))
    if options.format == "text":
        _tell(loaded, path, bad=bad)
        if options.statistics and loaded.story:
            _count(loaded.story)
    already = len(loaded.diagnostics)
    proof = coverage = measures = None
    if options.prove and loaded.story:
        proof, coverage, measures = _prove(loaded.story, options.limit)
        if coverage is not None:
            loaded, coverage = _silence(loaded, coverage)
            bad = options.strict and bool(loaded.diagnostics)
    code = int(bad)
    if proof is not None and not bad:
        unused = options.strict and coverage and coverage.unused
        code = 1 if unused else {"PROVED": 0, "REFUTED": 1, "UNDECIDED": 3}[proof.verdict]
    if options.format != "text":
        from game.results import as_json, as_sarif  # a check in words does without

        if options.format == "sarif":
            found = as_sarif(loaded, proof, coverage, path, code, measures)
        else:
            found = as_json(loaded, proof, coverage, path, measures)
        if options.statistics:
            from game.story.statistics import statistics  # asked for now and then

            found["statistics"] = asdict(statistics(loaded.story)) if loaded.story else None
        print(json.dumps(found, indent=1))
    elif proof is not None:
        from game.prove.report import measured, report, used

        for line in report(proof):
            print(printable(line))
        for problem in (*loaded.diagnostics[already:], *(gap.problem for gap in (coverage.unused if coverage else ()))):
            print(describe(problem, path), file=sys.stderr)
        if coverage:
            print(used(coverage))
        for line in measured(measures) if measures else ():
            print(printable(line))
    return code


def _explain(code: str) -> int:
    from game.explained import page  # asked for now and then

    if code not in CATALOGUE:
        close = nearest(code, list(CATALOGUE))
        meant = f": did you mean {close}?" if close else "; docs/errors.md lists them"
        raise UsageError(f"no problem is called {code!r:.60}{meant}")
    print(f"{code}\n\n{page(code)}")
    return 0


def _count(story: Story) -> None:
    from game.story.statistics import statistics  # asked for now and then

    found = statistics(story)
    held = ((found.words, "word"), (found.documents, "document"), (found.facts, "fact"), (found.outcomes, "outcome"))
    told = ", ".join(f"{n:,} {what}{'' if n == 1 else 's'}" for n, what in held)
    minutes = f"about {found.minutes} minutes" if found.minutes > 1 else "a minute"
    print(f"{told}; {minutes} to read every text once.")
    for chapter in found.chapters:
        grade = f", reading grade {max(chapter.grade, 0):.1f}" if chapter.grade is not None else ""
        name = chapter.title or chapter.id or "before any chapter"
        counts = f"{chapter.scenes} scenes, {chapter.choices} choices, {chapter.words:,} words"
        print(printable(f"  {name}: {counts}{grade}"))


def _silence(loaded: Loaded, coverage: "Coverage") -> "tuple[Loaded, Coverage]":
    """Without the gaps that the story silences, and with a problem for each silencer of which there is no such gap."""
    gaps = [gap.problem for gap in (*coverage.unused, *coverage.unknown)]
    problems = Problems()
    for silencer in idle(loaded.silenced, gaps, proved=True):
        at = silencer.location
        problems.add("unused-silencer", at.path, at.line, at.column, name=silencer.code)
    told = tuple(gap for gap in coverage.unused if left([gap.problem], loaded.silenced))
    diagnostics = (*loaded.diagnostics, *problems.sorted())
    return replace(loaded, diagnostics=diagnostics), replace(coverage, unused=told)


def _tell(loaded: Loaded, path: Path, *, bad: bool) -> None:
    for problem in loaded.diagnostics:
        print(describe(problem, path), file=sys.stderr)
    story = loaded.story
    counted = ((len(story.scenes), "scene"), (len(story.choices), "choice")) if story else ()
    counts = " in " * bool(story) + " and ".join(f"{n} {what}{'' if n == 1 else 's'}" for n, what in counted)
    print(printable(f"{path}: {summary(loaded.diagnostics)}{counts}"), file=sys.stderr if bad else sys.stdout)


def _prove(story: Story, limit: int | None) -> "tuple[Proof, Coverage | None, Measures | None]":
    """The proof and, unless the person has seen enough, the coverage and the measures: by chance alone, and of what
    needs no search, where the proof met its limit.
    """
    from game.prove.coverage import FIRST, cover
    from game.prove.explore import INTERRUPTED, prove  # slow to import

    coverage = measures = None
    with _progress() as progress:
        proof = prove(story, limit=limit, progress=progress)
        if proof.reason != INTERRUPTED:
            coverage = cover(story, limit=min(limit or FIRST, FIRST) if proof.reason else limit, progress=progress)
    if coverage is not None and all(gap.why != INTERRUPTED for gap in coverage.unknown):
        from game.prove.measures import LIMIT, measure

        with _progress(OFTEN) as progress:
            measures = measure(story, limit=min(limit or LIMIT, LIMIT), progress=progress)
    return proof, coverage, measures


@contextmanager
def _progress(often: float = 0.0) -> Iterator[Callable[[int, int], None] | None]:
    """A line that tells how far a search is, on a terminal, and is taken away at its end."""
    begun, told = time.monotonic(), -often

    def progress(situations: int, waiting: int) -> None:
        nonlocal told
        if time.monotonic() - told < often:
            return
        told = time.monotonic()
        rate = situations / max(told - begun, 1e-3)
        found = f"{situations:,} situations, {waiting:,} waiting ({rate:,.0f} a second)"
        print(f"\r{found:<{WIDTH}}", end="", file=sys.stderr, flush=True)

    terminal = sys.stderr.isatty()
    yield progress if terminal else None
    if terminal:
        print("\r" + " " * WIDTH + "\r", end="", file=sys.stderr, flush=True)
