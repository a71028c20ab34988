"""A proof in words."""

from collections.abc import Iterator

from game.prove.explore import Finding, Proof, Verdict


def report(proof: Proof) -> Iterator[str]:
    """Lines for a person: a verdict for each property, what shows it, and what the search cost."""
    for finding in proof.findings:
        yield f"{finding.verdict:<10} {finding.name}"
        if finding.verdict is Verdict.REFUTED:
            yield from (f"           {line}" for line in _shown(finding))
    for what, names in (("scene", proof.unmet), ("choice", proof.untaken)):
        yield from (f"warning    in no play: the {what} {name}" for name in names)
    yield f"{proof.verdict}: {proof.situations:,} situations, up to {proof.depth} steps from the start."
    if proof.reason:
        yield f"Undecided because {proof.reason}. What makes the space large: {', '.join(proof.costly)}."
    if proof.dropped:
        yield f"Left out, since no choice or way depends on them: {', '.join(proof.dropped)}."


def _shown(finding: Finding) -> Iterator[str]:
    witness = finding.witness
    if witness is None:
        yield "in no situation that can be reached"
        return
    answers = ", ".join(f"{name}={value}" for name, value in witness.answers.items())
    count = len(witness.steps)
    yield f"after {count} step{'' if count == 1 else 's'}{f', with {answers}' if answers else ''}:"
    yield from (f"  {step}" for step in witness.steps)
    if count:
        yield f"as a list: {witness.encode()}"
