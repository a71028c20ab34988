"""`check --format json` and `sarif`: the same problems and verdicts as in words, for other programs to read."""

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import jsonschema
import pytest

from benchmarks.yardstick import counter
from game.play.session import Session
from game.problems import describe
from game.prove.coverage import cover
from game.prove.explore import prove
from game.results import as_json, as_sarif
from game.story.catalogue import CATALOGUE
from game.story.loader import load

ROOT = Path(__file__).parent.parent
STORIES = ROOT / "tests" / "stories"
MEASURED = ROOT / "tests" / "stories" / "good" / "measured.yaml"
VERDICTS = STORIES / "verdicts"
REFUTED = VERDICTS / "starved_hub.yaml"
SCHEMA = json.loads((ROOT / "tests" / "sarif" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
SARIF = jsonschema.Draft7Validator(SCHEMA)
HEAD = "format: 1\nid: t\ntitle: T\nstart: a\n"
UNMET = """state: {key: false}
scenes:
  a:
    text: x
    choices:
      - {label: Wait., set: {key: false}}
      - {label: Open., when: key, go: attic}
    next: end
  attic: {text: x, next: end}
  end: {ending: {title: End}, text: x}
"""


def check(*arguments: str | Path, form: str, cwd: Path = ROOT) -> tuple[int, Any]:
    """The exit code, and what stdout holds, which is nothing but the one value; stderr is empty."""
    command = [sys.executable, "-m", "game", "check", "--format", form, *map(os.fspath, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, cwd=cwd, env=environment, timeout=60, check=False)
    assert done.stderr == b""
    return done.returncode, json.loads(done.stdout.decode())


def broken() -> list[Path]:
    return sorted(p for p in (STORIES / "broken").iterdir() if p.is_dir() or p.suffix == ".yaml")


def resolved(uri: str, here: Path) -> Path:
    """The file a URI of a log names, for a reader that stands in the folder where the command ran."""
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) in [("", "", "", ""), ("file", "", "", "")]
    return here / os.fsdecode(unquote_to_bytes(parts.path))


def sarif_of(path: Path) -> Any:
    loaded = load(path)
    proof = prove(loaded.story) if loaded.story else None
    coverage = cover(loaded.story) if loaded.story else None
    return as_sarif(loaded, proof, coverage, path, 0)["runs"][0]


@pytest.fixture
def unmet(tmp_path: Path) -> Path:
    """A story with a scene and a choice that have no part in any play."""
    path = tmp_path / "unmet.yaml"
    path.write_text(HEAD + UNMET, encoding="utf-8")
    return path


# --- JSON ----------------------------------------------------------------------------------------------------------


def test_json_tells_of_every_broken_story_what_is_told_in_words() -> None:
    for path in broken():
        loaded = load(path)
        found = as_json(loaded, None, None, path)
        words = []
        for problem in found["diagnostics"]:
            place = ":".join(str(problem[k]) for k in ("file", "line", "column") if problem[k] is not None)
            words.append(f"{place}: {problem['severity']}: {problem['message']} [{problem['code']}]")
            assert problem["code"] in CATALOGUE
        told = [describe(problem, path) for problem in loaded.diagnostics]
        assert [text.splitlines()[0] for text in told] == words
        hints = [problem["hint"] for problem in found["diagnostics"]]
        assert all(text.endswith(f"hint: {hint}" if hint else "") for text, hint in zip(told, hints, strict=True))
        assert (found["story"]["id"] is None) == bool(loaded.errors)
        assert found["proof"] is None


def test_the_shape_of_json_is_what_the_manual_tells(unmet: Path) -> None:
    _, found = check(VERDICTS / "reachable_in_three.yaml", "--prove", form="json")
    manual = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
    _, _, section = manual.partition("## For other programs")
    example = json.loads(section.partition("```json\n")[2].partition("```")[0])

    def keys(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: keys(inner) for key, inner in value.items() if key not in ("answers", "costly")}
        return [keys(v) for v in value if isinstance(v, dict)] if isinstance(value, list) else None

    shown = keys(example)
    _, broken_story = check(STORIES / "broken" / "unknown_next.yaml", form="json")
    _, without = check(unmet, "--prove", form="json")
    found["diagnostics"] = broken_story["diagnostics"]
    found["coverage"] = {**without["coverage"], "tallies": without["coverage"]["tallies"][:1]}
    found["coverage"]["unused"] = found["coverage"]["unused"][:1]
    finding = next(f for f in found["proof"]["findings"] if f["witness"] and f["location"])
    found["proof"]["findings"] = [finding]
    measures = check(MEASURED, "--prove", form="json")[1]["measures"]
    found["measures"] = {key: value[:1] if isinstance(value, list) else value for key, value in measures.items()}
    assert keys(found) == shown


@pytest.mark.parametrize(
    ("arguments", "code", "verdict"),
    [
        (["together.yaml"], 0, "PROVED"),
        (["starved_hub.yaml"], 1, "REFUTED"),
        (["starved_hub.yaml", "--limit", "2"], 3, "UNDECIDED"),
        (["not_reachable.yaml"], 1, "REFUTED"),
    ],
)
def test_exit_codes_are_those_of_words_and_the_verdict_agrees(arguments: list[str], code: int, verdict: str) -> None:
    words: list[str | Path] = ["--prove", VERDICTS / arguments[0], *arguments[1:]]
    exit_code, found = check(*words, form="json")
    assert (exit_code, found["proof"]["verdict"]) == (code, verdict)
    assert bool(found["proof"]["reason"]) == (verdict == "UNDECIDED")
    exit_code, log = check(*words, form="sarif")
    (run,) = log["runs"]
    assert (exit_code, run["invocations"]) == (code, [{"executionSuccessful": True, "exitCode": code}])
    assert run["properties"]["proof"]["verdict"] == verdict


def test_strict_changes_the_exit_code_and_nothing_else() -> None:
    path = STORIES / "broken" / "unused_variable.yaml"
    assert (check(path, form="json")[0], check(path, "--strict", form="json")[0]) == (0, 1)
    assert check(path, form="json")[1] == check(path, "--strict", form="json")[1]


def test_every_witness_is_a_play_that_replays() -> None:
    found_any = set()
    for path in sorted(VERDICTS.glob("*.yaml")):
        loaded = load(path)
        assert loaded.story is not None
        for finding in as_json(loaded, prove(loaded.story), None, path)["proof"]["findings"]:
            if witness := finding["witness"]:
                session = Session(loaded.story, witness["answers"])
                for step in witness["steps"]:
                    session.choose(step)
                assert finding["kind"] != "no_stuck_page" or not session.offered
                found_any.add((finding["kind"], finding["verdict"]))
    assert {("no_stuck_page", "REFUTED"), ("can_end", "REFUTED"), ("reachable", "PROVED")} < found_any


def test_a_story_that_is_not_there_is_an_error_as_ever() -> None:
    command = [sys.executable, "-m", "game", "check", "--format", "json", "nowhere"]
    done = subprocess.run(command, capture_output=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(b"special-tasks: there is no story 'nowhere'")


def test_progress_goes_to_a_terminal_and_never_into_the_output(tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(counter(4, 10), encoding="utf-8")
    terminal, other = pty.openpty()
    command = [sys.executable, "-m", "game", "check", "--prove", "--format", "json", str(path)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=other, cwd=ROOT)
    os.close(other)
    out, _ = child.communicate(timeout=60)
    said = os.read(terminal, 100_000).decode()
    os.close(terminal)
    assert json.loads(out)["proof"]["situations"] > 10_000
    assert " situations, " in said
    assert said.rpartition("\r")[2] == ""


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_ctrl_c_leaves_whole_output_that_says_so(form: str, tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(counter(8, 10), encoding="utf-8")
    terminal, other = pty.openpty()
    command = [sys.executable, "-m", "game", "check", "--prove", "--format", form, str(path)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=other, cwd=ROOT)
    os.close(other)
    assert b" situations, " in os.read(terminal, 1_000)  # the search has begun
    child.send_signal(signal.SIGINT)
    out, _ = child.communicate(timeout=60)
    os.close(terminal)
    found = json.loads(out)
    proof = found["proof"] if form == "json" else found["runs"][0]["properties"]["proof"]
    assert (child.returncode, proof["verdict"], proof["reason"]) == (3, "UNDECIDED", "interrupted")


# --- SARIF ---------------------------------------------------------------------------------------------------------


def test_the_schema_is_whole_and_refuses_what_is_wrong() -> None:
    """A schema that takes everything would prove nothing."""
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    log = as_sarif(load(REFUTED), None, None, REFUTED, 0)
    assert SARIF.is_valid(log)
    log["runs"][0]["results"] = [{"ruleId": "x"}]
    assert not SARIF.is_valid(log)
    log["runs"][0]["results"] = [{"message": {"text": "x"}, "level": "bad"}]
    assert not SARIF.is_valid(log)


def test_what_every_story_of_the_corpora_brings_forth_is_valid_sarif_in_its_place() -> None:
    """The results of all stories in one run, since the rules are the same."""
    paths = [*broken(), *sorted(VERDICTS.glob("*.yaml")), *sorted((STORIES / "good").iterdir())]
    log = as_sarif(load(paths[0]), None, None, paths[0], 0)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    results = [result for path in paths for result in sarif_of(path)["results"]]
    run["results"] = results
    SARIF.validate(log)
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert len(results) > len(broken())
    for result in results:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        (location,) = result["locations"]
        place = location["physicalLocation"]
        uri = place["artifactLocation"]["uri"]
        assert uri.startswith("tests/stories/")
        assert result["ruleId"] in ("missing-file", "no-files", "no-head") or resolved(uri, ROOT).exists()
        if region := place.get("region"):
            line = resolved(uri, ROOT).read_bytes().decode(errors="replace").splitlines()[region["startLine"] - 1]
            assert 1 <= region.get("startColumn", 1) <= len(line) + 1


def test_every_code_has_a_rule_with_words_and_help() -> None:
    rules = {rule["id"]: rule for rule in sarif_of(REFUTED)["tool"]["driver"]["rules"]}
    assert rules.keys() > CATALOGUE.keys()
    for id_, rule in rules.items():
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"]
        assert "{" not in rule["help"]["text"] or "{..." in rule["help"]["text"], id_
        assert rule["defaultConfiguration"]["level"] in ("error", "warning")


def test_refuted_is_an_error_with_the_play_that_shows_it_and_proved_is_no_result() -> None:
    run = sarif_of(REFUTED)
    proof = run["properties"]["proof"]
    refuted = [f for f in proof["findings"] if f["verdict"] == "REFUTED"]
    results = [r for r in run["results"] if "codeFlows" in r]
    assert [r["ruleId"] for r in results] == ["proof-can-end", "proof-no-stuck-page"]
    lines = REFUTED.read_text(encoding="utf-8").splitlines()
    for finding, result in zip(refuted, results, strict=True):
        assert result["level"] == "error"
        assert "kind" not in result  # which is `fail`
        (flow,) = result["codeFlows"][0]["threadFlows"]
        steps = [step["location"] for step in flow["locations"]]
        assert [step["message"]["text"] for step in steps] == ["start", *finding["witness"]["steps"]]
        for step in steps[1:]:
            line = lines[step["physicalLocation"]["region"]["startLine"] - 1]
            name = step["message"]["text"]
            assert name.split("/")[0 if name.endswith("/continue") else -1] in line.lower().replace(" ", "_")
    assert sarif_of(VERDICTS / "together.yaml")["results"] == []


def test_answers_open_the_flow_and_a_must_hold_is_the_place() -> None:
    path = VERDICTS / "answers_decide.yaml"
    run = sarif_of(path)
    flows = [r["codeFlows"][0]["threadFlows"][0] for r in run["results"] if "codeFlows" in r]
    witnesses = [f["witness"] for f in run["properties"]["proof"]["findings"] if f["verdict"] == "REFUTED"]
    assert flows
    for flow, witness in zip(flows, witnesses, strict=True):
        assert {k: v["text"] for k, v in flow["initialState"].items()} == {
            k: str(v) for k, v in witness["answers"].items()
        }
    path = VERDICTS / "nine_choices.yaml"
    (result,) = [r for r in sarif_of(path)["results"] if r["ruleId"] == "proof-always"]
    line = result["locations"][0]["physicalLocation"]["region"]["startLine"]
    assert "always" in path.read_text(encoding="utf-8").splitlines()[line - 1]


def test_undecided_is_open_and_says_why() -> None:
    loaded = load(REFUTED)
    assert loaded.story is not None
    log = as_sarif(loaded, prove(loaded.story, limit=2), None, REFUTED, 3)
    SARIF.validate(log)
    results = log["runs"][0]["results"]
    assert [(r["kind"], r["level"]) for r in results] == [("open", "none")] * 2
    assert all("UNDECIDED because the limit of 2 situations is met" in r["message"]["text"] for r in results)


def test_what_no_play_uses_is_a_located_warning(unmet: Path) -> None:
    run = sarif_of(unmet)
    gaps = run["properties"]["coverage"]["unused"]
    unused = [r for r in run["results"] if r["ruleId"].startswith("never-")]
    assert [gap["code"] for gap in gaps] == [result["ruleId"] for result in unused]
    assert {"never-met", "never-offered"} <= {gap["code"] for gap in gaps}
    lines = unmet.read_text(encoding="utf-8").splitlines()
    for result, gap in zip(unused, gaps, strict=True):
        assert result["level"] == "warning"
        assert gap["message"] in result["message"]["text"]
        line = result["locations"][0]["physicalLocation"]["region"]["startLine"]
        assert line == gap["location"]["line"]
        assert "attic" in lines[line - 1]  # its scene, or the choice that leads there
    tallies = {tally["what"]: (tally["used"], tally["total"]) for tally in run["properties"]["coverage"]["tallies"]}
    assert (tallies["scene"], tallies["choice"]) == ((2, 3), (1, 2))


def test_strict_counts_what_no_play_uses_as_an_error(unmet: Path) -> None:
    for form in ("json", "sarif"):
        assert check(unmet, "--prove", form=form)[0] == 0
        assert check(unmet, "--prove", "--strict", form=form)[0] == 1


@pytest.mark.parametrize("name", ["a b.yaml", "50%.yaml", "a#b?.yaml", "Ж.yaml", "c:d.yaml"], ids=ascii)
def test_names_of_files_survive_in_uris(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / name
    path.write_text(HEAD + "scenes:\n  a: {text: x, next: nowhere}\n", encoding="utf-8")
    for argument, here in [(Path(name), tmp_path), (path, tmp_path), (path, ROOT)]:
        monkeypatch.chdir(here)
        (result,) = sarif_of(argument)["results"]
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert uri.startswith("file:///") == (here == ROOT)
        assert resolved(uri, here) == path


def test_a_name_that_is_no_text_leaves_both_whole(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff.yaml")
    path.write_text(HEAD + "scenes:\n  a: {text: x, next: nowhere}\n", encoding="utf-8")
    for form in ("json", "sarif"):
        code, found = check(path, form=form)
        assert code == 1
        json.dumps(found, ensure_ascii=False).encode()  # raises for half characters
