"""A proof in words."""

from collections.abc import Iterator

from game.prove.coverage import Coverage
from game.prove.explore import Finding, Proof, Verdict
from game.prove.measures import Lengths, Measures, Number, Range

SHOWN = 6  # of a list; JSON has all

_UNITS = {
    "scene": "scenes",
    "choice": "choices",
    "text": "texts",
    "insert": "inserts",
    "condition": "sides of conditions",
}


def report(proof: Proof) -> Iterator[str]:
    """Lines for a person: a verdict for each property, what shows it, and what the search cost."""
    for finding in proof.findings:
        yield f"{finding.verdict:<10} {finding.name}"
        if finding.verdict is Verdict.REFUTED:
            yield from (f"           {line}" for line in _shown(finding))
    steps = f"{proof.depth} step{'' if proof.depth == 1 else 's'}"
    yield f"{proof.verdict}: {proof.situations:,} situations, up to {steps} from the start."
    if proof.reason:
        yield f"Undecided because {proof.reason}."
        yield from _what_to_do(proof)
    if proof.dropped:
        yield f"Left out, since no choice or way depends on them: {', '.join(proof.dropped)}."


def _what_to_do(proof: Proof) -> Iterator[str]:
    """How an author gets a verdict in spite of a search cut short."""
    if proof.memory:
        used = max(round(proof.memory / 1e6), 1)
        yield f"The search took about {used:,} MB; `--limit N` sets how far it goes, at as much for as many situations."
    if proof.costly:
        costly = ", ".join(f"{name} ({values:,} values)" for name, values in proof.costly.items())
        yield f"What makes the space large: {costly}."
        yield (
            "Each multiplies the situations of every page from which something that reads it can still be reached. "
            "Give it fewer values, read it in fewer places, or set it back to one value where it is done with."
        )


def used(coverage: Coverage) -> str:
    """What some play uses, in a line."""
    counts = ", ".join(f"{t.used} of {t.total} {_UNITS[t.what]}" for t in coverage.tallies)
    open_ = len(coverage.unknown)
    return f"Used in some play: {counts}." + (f" Not known: {open_}, since {coverage.unknown[0].why}." if open_ else "")


def measured(found: Measures) -> Iterator[str]:
    """Measures in a few lines."""
    if found.reason:
        yield f"Not measured: {found.reason}."
    if found.lengths is not None:
        yield f"A play to an ending takes {_lengths(found.lengths)}."
    if found.class_play is not None:
        answers = ", ".join(f"{name}={value}" for name, value in found.class_play.answers.items())
        yield f"In class, with {answers}: {_lengths(found.class_play.lengths)}."
    outcomes = [r for r in found.results if r.kind == "outcome"] or list(found.results)
    chances = [(r.id or "no outcome", r.chance) for r in outcomes] + [("no ending", found.endless)]
    told = [f"{name} {_about(chance)}{chance.value:.1%}" for name, chance in chances if chance.value]
    if told and not found.reason:
        yield f"Of plays at random: {_some(told, len(told))}."
    if left := [_range(r) for r in found.ranges if not r.is_whole]:
        yield f"Attained in part: {_some(left)}."
    if found.cuts:
        cuts: dict[str, list[str]] = {}
        for cut in found.cuts:
            at = cut.location
            cuts.setdefault(cut.variable, []).append(f"{cut.direction} at {at.path}:{at.line}:{at.column}")
        more = "at least " if found.cuts_known == "at least" else ""
        told = [
            f"{name} {places[0]}{f' and {len(places) - 1} more' * bool(places[1:])}" for name, places in cuts.items()
        ]
        yield f"Cut to a range, {more}{len(found.cuts)} in all: {_some(told, sign='; ')}."
    if found.alike:
        yield f"Choices that never differ: {_some([' = '.join(group) for group in found.alike])}."
    if found.plays:
        yield f"Plays that together take every choice: {len(found.plays)} (--format json lists them)."


def _some(told: list[str], most: int = SHOWN, sign: str = ", ") -> str:
    return sign.join(told[:most]) + (f" and {len(told) - most} more" if len(told) > most else "")


def _lengths(found: Lengths) -> str:
    if found.most_choices.value is None:
        least = [_several(found.fewest_choices, "choice"), _several(found.fewest_words, "word")]
        return f"{least[0]} and {least[1]} or more, without bound"
    choices = _span(found.fewest_choices, found.most_choices, "choice")
    return f"{choices} and {_span(found.fewest_words, found.most_words, 'word')}"


def _span(fewest: Number, most: Number, noun: str) -> str:
    if fewest.known == "at least" or most.known == "at most":
        return f"at least {fewest.value:,} and at most {_several(most, noun)}"
    return f"{fewest.value:,} to {_several(most, noun)}" if fewest.value != most.value else _several(most, noun)


def _several(number: Number, noun: str) -> str:
    return f"{number.value:,} {noun}{'' if number.value == 1 else 's'}"


def _about(number: Number) -> str:
    return "about " if number.known == "about" else ""


def _range(found: Range) -> str:
    known = " at least" if found.known == "at least" else ""
    if found.low is not None:
        return f"{found.variable}{known} {found.low} to {found.high} of {found.declared[0]} to {found.declared[1]}"
    missing = [str(v).lower() if isinstance(v, bool) else str(v) for v in found.declared if v not in found.values]
    return f"{found.variable} never {' or '.join(missing)}" + (" (as far as searched)" if known else "")


def _shown(finding: Finding) -> Iterator[str]:
    witness = finding.witness
    if witness is None:
        yield "in no situation that can be reached"
        return
    answers = ", ".join(f"{name}={value}" for name, value in witness.answers.items())
    count = len(witness.steps)
    cut = "" if finding.shortest else " (the search was cut short: fewer may do)"
    when = f"after {count} step{'' if count == 1 else 's'}" if count else "on the first page"
    yield f"{when}{f', with {answers}' if answers else ''}{cut}{':' if count else ''}"
    yield from (f"  {step}" for step in witness.steps)
    if count:
        yield f"as a list: {witness.encode()}"
