"""What `check` found, for other programs: JSON of a shape of its own, and SARIF 2.1.0 (OASIS).

The surprising rule: what is proved is no SARIF result. Code scanning services show every result as an alert, whatever
its `kind`, so a proof stands whole in the run's properties, and only what is refuted, undecided or unused is a result.
"""

import os
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_from_bytes

from game import __version__
from game.play.session import Session
from game.problems import found_at
from game.story.catalogue import CATALOGUE
from game.story.diagnostics import Location
from game.story.loader import Loaded
from game.story.model import Story

if TYPE_CHECKING:
    from game.prove.coverage import Coverage
    from game.prove.explore import Finding, Proof, Witness  # imported by whoever proves; a check does without
    from game.prove.measures import Measures

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
Object = dict[str, Any]

_PROOF_RULES = {  # id: what is wrong, what helps
    "can_end": ("From a situation that can be reached, no ending can be reached.",
                "Give the page where the play shown ends a way on, or bar the way there."),
    "no_stuck_page": ("A page that can be reached offers nothing.",
                      "Give its scene a `next`, or a choice that can always be taken."),
    "every_ending": ("A condition that must hold on every ending fails on one.",
                     "Play what is shown with `play --replay`, and bar the way or mend the condition."),
    "always": ("A condition that must always hold fails.",
               "Play what is shown with `play --replay`, and bar the way or mend the condition."),
    "reachable": ("What must be reachable is in no play.", "Look at what bars the way: each `when` before it."),
}  # fmt: skip


def as_json(
    loaded: Loaded, proof: "Proof | None", coverage: "Coverage | None", path: Path, measures: "Measures | None" = None
) -> Object:
    """The shape that docs/authoring.md tells. `path` is the story as the person named it; lines and columns count from
    1, in characters, and are None for what concerns a whole file."""
    story = loaded.story
    diagnostics = [
        {"code": d.code, "severity": str(d.severity), "message": d.message, "hint": d.hint, **_place(d.location, path)}
        for d in loaded.diagnostics
    ]
    return {
        "format": 1,
        "story": {
            "path": _name(path),
            "id": story.id if story else None,
            "title": story.title if story else None,
            "digest": story.digest if story else None,
            "scenes": len(story.scenes) if story else None,
            "choices": len(story.choices) if story else None,
        },
        "diagnostics": diagnostics,
        **_proved(proof, coverage, measures, path),
    }


def _proved(proof: "Proof | None", coverage: "Coverage | None", measures: "Measures | None", path: Path) -> Object:
    verdict = {"verdict": str(proof.verdict)} if proof else {}
    return {
        "proof": verdict | _data(proof, path) if proof else None,
        "coverage": _data(coverage, path),
        "measures": _data(measures, path),
    }


def _data(value: object, path: Path) -> Any:
    """Dataclasses as objects of their fields, and what they hold as JSON can."""
    if isinstance(value, Location):
        return _place(value, path)
    if is_dataclass(value):
        return {field.name: _data(getattr(value, field.name), path) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _data(inner, path) for key, inner in value.items()}
    return [_data(inner, path) for inner in value] if isinstance(value, tuple | list) else value


def _place(place: Location, path: Path) -> Object:
    return {"file": _name(found_at(place, path)), "line": place.line or None, "column": place.column or None}


def _name(path: Path) -> str:
    """A path as Unicode text, whatever bytes it is made of."""
    return str(path).encode(errors="replace").decode()


# --- SARIF ---------------------------------------------------------------------------------------------------------


def as_sarif(
    loaded: Loaded,
    proof: "Proof | None",
    coverage: "Coverage | None",
    path: Path,
    code: int,
    measures: "Measures | None" = None,
) -> Object:
    """A SARIF log of one run; `code` is the command's exit code."""
    rules = [*_catalogue_rules(), *(_rule(_proof_rule(k), *words, "error") for k, words in _PROOF_RULES.items())]
    numbers = {rule["id"]: number for number, rule in enumerate(rules)}
    problems = [*loaded.diagnostics, *(gap.problem for gap in (coverage.unused if coverage else ()))]
    results = [_result(d.code, str(d.severity), f"{d.message}. {d.hint}".strip(), d.location, path) for d in problems]
    if proof is not None and loaded.story is not None:
        results += [_judged(f, proof, loaded.story, path) for f in proof.findings if f.verdict != "PROVED"]
    for result in results:
        result["ruleIndex"] = numbers[result["ruleId"]]
    run = {
        "tool": {"driver": {"name": "special-tasks", "semanticVersion": __version__, "rules": rules}},
        "invocations": [{"executionSuccessful": True, "exitCode": code}],
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": _proved(proof, coverage, measures, path),
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _catalogue_rules() -> list[Object]:
    blanks = _Blanks()
    return [
        _rule(code, w.message.format_map(blanks), "" if "{" in w.hint else w.hint, str(w.severity))
        for code, w in CATALOGUE.items()
    ]


class _Blanks(dict[str, str]):
    """Stands for the names in a wording."""

    def __missing__(self, key: str) -> str:
        return "..."


def _rule(id_: str, message: str, hint: str, level: str) -> Object:
    return {
        "id": id_,
        "shortDescription": {"text": message},
        "help": {"text": hint or message},
        "defaultConfiguration": {"level": level},
    }


def _proof_rule(kind: str) -> str:
    return f"proof-{kind.replace('_', '-')}"


def _result(rule: str, level: str, message: str, at: Location, path: Path) -> Object:
    return {"ruleId": rule, "level": level, "message": {"text": message}, "locations": [_location(at, path)]}


def _judged(finding: "Finding", proof: "Proof", story: Story, path: Path) -> Object:
    """What is refuted or undecided, at its `must_hold`, else where the play that shows it ends, else at the start."""
    witness = finding.witness
    at = finding.location or story.scenes[_end(story, witness) if witness else story.start].location
    refuted = finding.verdict == "REFUTED"
    reason = "" if refuted else f" because {proof.reason}"
    result = _result(_proof_rule(finding.kind), "error", f"{finding.verdict}{reason}: {finding.name}", at, path)
    if not refuted:
        result |= {"kind": "open", "level": "none"}
    if witness:
        steps = [("start", story.scenes[story.start].location)]
        for step in witness.steps:
            choice = story.choices.get(step)
            steps.append((step, choice.location if choice else story.scenes[step.partition("/")[0]].location))
        flow = {
            "initialState": {name: {"text": str(value)} for name, value in witness.answers.items()},
            "locations": [{"location": {**_location(at, path), "message": {"text": step}}} for step, at in steps],
        }
        result["codeFlows"] = [{"threadFlows": [flow]}]
    return result


def _end(story: Story, witness: "Witness") -> str:
    session = Session(story, witness.answers)
    for step in witness.steps:
        session.choose(step)
    return session.place


def _location(at: Location, path: Path) -> Object:
    place: Object = {"artifactLocation": {"uri": _uri(found_at(at, path))}}
    if at.line:
        place["region"] = {"startLine": at.line} | ({"startColumn": at.column} if at.column else {})
    return {"physicalLocation": place}


def _uri(path: Path) -> str:
    """Relative to where the command runs, as code scanning wants it, for what lies below; else absolute."""
    here = Path.cwd()
    whole = Path(os.path.normpath(here / path))
    if whole.is_relative_to(here):
        return quote_from_bytes(os.fsencode(whole.relative_to(here).as_posix()))
    return whole.as_uri()
