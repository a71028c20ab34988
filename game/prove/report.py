"""A proof in words."""

from collections.abc import Iterator

from game.prove.coverage import Coverage
from game.prove.explore import Finding, Proof, Verdict

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
    yield f"{proof.verdict}: {proof.situations:,} situations, up to {proof.depth} steps from the start."
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


def _shown(finding: Finding) -> Iterator[str]:
    witness = finding.witness
    if witness is None:
        yield "in no situation that can be reached"
        return
    answers = ", ".join(f"{name}={value}" for name, value in witness.answers.items())
    count = len(witness.steps)
    cut = "" if finding.shortest else " (the search was cut short: fewer may do)"
    yield f"after {count} step{'' if count == 1 else 's'}{f', with {answers}' if answers else ''}{cut}:"
    yield from (f"  {step}" for step in witness.steps)
    if count:
        yield f"as a list: {witness.encode()}"
