"""Coverage: small stories whose gaps are known by hand, what is said of them, and how a cut search ends."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.yardstick import counter
from game.prove import coverage
from game.prove.coverage import Coverage, Tally, cover
from game.story.loader import load
from game.story.model import Story

ROOT = Path(__file__).parent.parent
CORPUS = sorted((ROOT / "tests" / "stories" / "coverage").glob("*.yaml"))


def read(path: Path) -> Story:
    story = load(path).story
    assert story is not None
    return story


def written(folder: Path, text: str) -> Story:
    path = folder / "story.yaml"
    path.write_text("format: 1\nid: x\ntitle: X\nstart: a\n" + text, encoding="utf-8")
    return read(path)


def places(found: Coverage) -> list[str]:
    return sorted(f"{gap.code} {gap.location.line}:{gap.location.column}" for gap in found.unused)


def check(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "game", "check", "--prove", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, cwd=ROOT, timeout=60, check=False, text=True)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_each_story_has_the_gaps_it_names_at_their_places(path: Path) -> None:
    first = path.read_text(encoding="utf-8").split("\n", maxsplit=1)[0]
    found = cover(read(path))
    assert places(found) == sorted(filter(None, first.removeprefix("# expect:").strip().split(", ")))
    assert found.unknown == ()


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_searches_of_cones_say_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = cover(read(path))
    monkeypatch.setattr(coverage, "FIRST", 1)
    monkeypatch.setattr(coverage, "STEPS", 1)
    assert cover(read(path)) == whole


def test_everything_is_counted_by_kind(tmp_path: Path) -> None:
    found = cover(written(tmp_path, """
state: {f: false}
scenes:
  a:
    text:
      - {when: f, text: "Yes {f}.", else: No.}
      - Always.
    choices:
      - {label: Out, go: z}
      - {label: Never, when: f, go: y}
  y: {text: Y., next: z}
  z: {ending: {title: End}, text: Done.}
"""))  # fmt: skip
    assert found.tallies == (
        Tally("scene", 2, 3),
        Tally("choice", 1, 2),
        Tally("text", 3, 5),
        Tally("insert", 0, 1),
        Tally("condition", 2, 4),
    )


def test_what_follows_from_a_gap_is_not_told_again(tmp_path: Path) -> None:
    found = cover(written(tmp_path, """
state: {f: false}
scenes:
  a: {text: A., choices: [{label: Never, when: f, go: y, reply: {when: f, text: R.}}, {label: Out, go: z}]}
  y: {text: {when: f, text: Y.}, choices: [{label: On, when: f, go: z}, {label: Out, go: z}]}
  z: {ending: {title: End}, text: Done.}
"""))  # fmt: skip
    assert [gap.message for gap in found.unused] == [
        "the choice `a/never` is offered in no play: `f` never holds",
        "the scene `y` is met in no play",
    ]


VISITS = """
scenes:
  a:
    text: "{'SHOWN' if visits('a') * 2 > NUMBER else 'few'}"
    choices: [{label: Again, go: a}, {label: Out, go: z}]
  z: {ending: {title: End}, text: Done.}
"""


def test_visits_in_sums_are_met_by_random_plays_alone(tmp_path: Path) -> None:
    assert cover(written(tmp_path, VISITS.replace("NUMBER", "6"))).unknown == ()
    found = cover(written(tmp_path, VISITS.replace("NUMBER", "100000")))
    assert found.unused == ()
    assert [(gap.code, gap.location.line, gap.location.column) for gap in found.unknown] == [("never-holds", 8, 12)]
    assert "visits" in found.unknown[0].why


def rare(folder: Path, length: int) -> Story:
    """A block that is shown only after `length` right answers in a row, beside one that never is."""
    return written(folder, f"""
state: {{n: {{range: [0, 99], start: 0}}, steps: {{range: [0, 9999], start: 0}}}}
scenes:
  a:
    text: A.
    choices:
      - {{label: Right, set: {{n: n + 1, steps: steps + 1}}, go: b}}
      - {{label: Wrong, set: {{n: 0, steps: steps + 1}}, go: b}}
      - {{label: Out, go: z}}
  b:
    text: [{{when: n == {length}, text: There.}}, {{when: n > 40 and steps < 30, text: Never.}}]
    choices: [{{label: On, when: steps < 3000, go: a}}, {{label: Out, go: z}}]
  z: {{ending: {{title: End}}, text: Done.}}
""")  # fmt: skip


def test_what_chance_does_not_meet_is_searched_for(tmp_path: Path) -> None:
    found = cover(rare(tmp_path, 60))
    assert [gap.message for gap in found.unused] == ["`n > 40 and steps < 30` holds in no play"]
    assert found.unknown == ()


def test_what_the_limit_leaves_open_is_not_known_and_not_called_unused(tmp_path: Path) -> None:
    found = cover(rare(tmp_path, 60), limit=50)
    assert found.unused == ()
    assert {gap.message for gap in found.unknown} == {
        "`n == 60` holds in no play",
        "`n > 40 and steps < 30` holds in no play",
        "`steps < 3000` always holds when it is asked",
    }
    assert {gap.why for gap in found.unknown} == {"the limit of 50 situations is met"}


def test_ctrl_c_leaves_what_was_found(tmp_path: Path) -> None:
    def stop(_situations: int, _waiting: int) -> None:
        raise KeyboardInterrupt

    found = cover(rare(tmp_path, 60), progress=stop)
    assert found.unused == ()
    assert {gap.why for gap in found.unknown} == {"interrupted"}
    assert found.tallies[0].total == 3


# --- the command ----------------------------------------------------------------------------------------------------


def test_gaps_are_warnings_with_a_place_and_a_code() -> None:
    path = ROOT / "tests" / "stories" / "coverage" / "block_never_shown.yaml"
    done = check(path)
    assert done.returncode == 0
    assert re.fullmatch(
        r".*block_never_shown\.yaml:11:16: warning: `f and g` holds in no play \[never-holds\]\n", done.stderr
    )
    assert "Used in some play: 2 of 2 scenes, 3 of 3 choices, 2 of 3 texts, 7 of 10 sides of conditions." in done.stdout


def test_gaps_are_errors_if_strict() -> None:
    assert check(ROOT / "tests" / "stories" / "coverage" / "block_never_shown.yaml", "--strict").returncode == 1
    assert check(ROOT / "tests" / "stories" / "coverage" / "all_used.yaml", "--strict").returncode == 0


def test_where_the_proof_met_its_limit_chance_alone_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_text(counter(8, 10), encoding="utf-8")
    done = check(path, "--limit", "1000")
    assert done.returncode == 3
    assert "Used in some play: 2 of 2 scenes" in done.stdout
