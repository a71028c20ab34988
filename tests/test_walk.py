"""Random walks: counts that add up, equal seeds, chances that a calculation gives, and agreement with Session."""

import csv
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from multiprocessing import active_children
from pathlib import Path

import pytest

from game.play.session import Session
from game.prove.walk import walk
from game.story.loader import load
from game.story.model import Story
from tests.random_stories import story_text

ROOT = Path(__file__).parent.parent
COIN = """
format: 1
id: coin
title: Coin
start: toss
state: {heads: false}
scenes:
  toss:
    text: A coin.
    choices:
      - {label: Look at it., stay: true}
      - {label: Heads., set: {heads: true}, go: fork}
      - {label: Tails., go: fork}
  fork: {next: [{when: heads, go: yes_scene}, {go: no_scene}]}
  yes_scene: {text: Heads., next: over}
  no_scene: {text: Tails., choices: [{label: Again., go: toss}, {label: Enough., go: over}]}
  over: {ending: {title: Over}, text: Over.}
"""


def story(tmp_path: Path, text: str) -> Story:
    path = tmp_path / "story.yaml"
    path.write_text(text, encoding="utf-8")
    loaded = load(path)
    assert loaded.story is not None, loaded.errors
    return loaded.story


def test_hits_are_near_what_a_calculation_gives(tmp_path: Path) -> None:
    # Visits of toss, v: from tails (1/2 of them) half come back, so v = 1 + v/4 = 4/3. Half of them fall on heads.
    found = walk(story(tmp_path, COIN), runs=40_000, seed=3)
    assert (found.ended, found.stuck, found.endless) == (40_000, 0, 0)
    assert abs(found.scenes["toss"] / found.runs - 4 / 3) < 0.02
    assert abs(found.scenes["yes_scene"] / found.runs - 2 / 3) < 0.02
    assert found.scenes["fork"] == found.scenes["yes_scene"] + found.scenes["no_scene"] == found.scenes["toss"]
    assert found.scenes["over"] == found.runs


def test_equal_seeds_give_equal_walks_and_others_others(tmp_path: Path) -> None:
    coin = story(tmp_path, COIN)
    assert walk(coin, runs=500, seed=1) == walk(coin, runs=500, seed=1) != walk(coin, runs=500, seed=2)


def test_any_number_of_jobs_finds_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("game.prove.walk.BATCH", 100)
    coin = story(tmp_path, COIN)
    told: list[list[int]] = [[], [], []]
    alone, three, every = (
        walk(coin, runs=750, seed=1, jobs=jobs, progress=told[index].append) for index, jobs in enumerate((1, 3, 0))
    )
    assert alone == three == every
    assert (alone.runs, alone.ended) == (750, 750)
    assert [sorted(t) for t in told] == told  # a count that only grows
    assert {t[-1] for t in told} == {750}
    assert {len(t) for t in told} == {8}
    assert not active_children()
    with pytest.raises(ValueError, match="one job"):
        walk(coin, runs=10, least_used=True, jobs=2)


def test_a_story_that_was_played_can_be_walked_by_other_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("game.prove.walk.BATCH", 100)
    coin = story(tmp_path, COIN)
    session = Session(coin)  # compiles the conditions it meets, and functions can't be sent
    session.choose("toss/heads")
    assert session.place == "yes_scene"
    assert walk(coin, runs=300, jobs=2) == walk(coin, runs=300)


ENDLESS = COIN.replace("{label: Enough., go: over}", "{label: Once more., go: toss}").replace(
    "yes_scene: {text: Heads., next: over}", "yes_scene: {text: Heads., next: toss}"
)


def is_deaf(process: int) -> bool:
    ignored = re.search(r"^SigIgn:\s*(\w+)", Path(f"/proc/{process}/status").read_text(), re.MULTILINE)
    return ignored is not None and bool(int(ignored[1], 16) >> signal.SIGINT - 1 & 1)


@pytest.mark.parametrize("ended", ["all by Ctrl+C", "a worker from outside"])
def test_walking_together_ends_in_one_line_and_leaves_no_process(tmp_path: Path, ended: str) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(ENDLESS, encoding="utf-8")
    command = [sys.executable, "-m", "game", "walk", str(path), "--runs", "4000000", "--jobs", "2"]
    ran = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    children = Path(f"/proc/{ran.pid}/task/{ran.pid}/children")
    deadline = time.monotonic() + 60
    workers: list[str] = []
    while len(workers) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
        workers = [p for p in children.read_text().split() if b"spawn_main" in Path(f"/proc/{p}/cmdline").read_bytes()]
    assert len(workers) == 2
    if ended == "all by Ctrl+C":
        while is_deaf(ran.pid) and time.monotonic() < deadline:  # while it starts them, it hears no Ctrl+C
            time.sleep(0.02)
        os.killpg(ran.pid, signal.SIGINT)  # as a terminal does: to every process in front
    else:
        os.kill(int(workers[0]), signal.SIGKILL)
    out, err = ran.communicate(timeout=30)
    assert (ran.returncode, out, err.strip()) == (
        (130, "", "")
        if ended == "all by Ctrl+C"
        else (1, "", f"special-tasks: {path} can't be walked: one of its processes was ended from outside")
    )
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]


def test_a_stay_is_no_visit_and_is_spent_in_each_play(tmp_path: Path) -> None:
    found = walk(story(tmp_path, COIN), runs=2_000)
    assert 0 < found.choices["toss/look_at_it"] <= found.runs  # spent after once a play, however often toss is met


def test_plays_that_never_end_and_pages_that_are_stuck_are_counted(tmp_path: Path) -> None:
    text = COIN.replace("{label: Enough., go: over}", "{label: Once more., go: toss}")
    text = text.replace(
        "yes_scene: {text: Heads., next: over}",
        "yes_scene: {text: Heads., choices: [{label: No., when: not heads, go: over}]}",
    )
    found = walk(story(tmp_path, text), runs=200)
    assert found.stuck == 200
    assert found.unmet_scenes == ("over",)


def test_the_least_used_bias_takes_what_chance_leaves_out(tmp_path: Path) -> None:
    choices = "".join(f"      - {{label: Option {n}., go: over}}\n" for n in range(40))
    head = "format: 1\nid: wide\ntitle: Wide\nstart: hall\nscenes:\n  hall:\n    text: Doors.\n    choices:\n"
    wide = story(tmp_path, head + choices + "  over: {ending: {title: O}, text: o}\n")
    assert walk(wide, runs=40).untaken_choices
    assert set(walk(wide, runs=80, least_used=True).choices.values()) == {2}


def test_on_random_stories_the_hits_are_near_those_of_sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0
    seed = 0
    while compared < 8:
        seed += 1
        path = tmp_path / "story.yaml"
        path.write_text(story_text(seed), encoding="utf-8")
        loaded = load(path).story
        if loaded is None:
            continue
        with monkeypatch.context() as patch:
            patch.setattr("game.prove.walk.MAX_STEPS", 500)  # to walk long without an end takes long
            if walk(loaded, runs=20, seed=1).endless:
                continue
        found = walk(loaded, runs=4_000, seed=1)
        if found.endless:
            continue
        hits: Counter[str] = Counter()
        draw = random.Random(seed)
        answers = [{"w2": w} for w in loaded.variables["w2"].words] if loaded.variables["w2"].ask else [{}]
        for run in range(600):
            session = Session(loaded, answers[run % len(answers)])  # type: ignore[arg-type]
            while session.offered:
                session.choose(draw.choice(session.offered))
            hits.update(session.visits)
        for scene, count in found.scenes.items():
            expected = count / found.runs
            assert abs(hits[scene] / 600 - expected) < 0.25 + 0.2 * expected, (seed, scene)
        compared += 1


def test_the_command_writes_the_hits_and_says_what_was_never_met(tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(COIN + "  lost: {text: Nobody comes., next: over}\n", encoding="utf-8")
    hits = tmp_path / "hits.csv"
    command = [sys.executable, "-m", "game", "walk", str(path), "--runs", "300", "--hits", str(hits)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "never met: lost" in ran.stdout
    with hits.open(encoding="utf-8") as file:
        rows = {(row["kind"], row["id"]): int(row["hits"]) for row in csv.DictReader(file)}
    assert rows["scene", "over"] == 300
    assert rows["scene", "lost"] == 0


def test_least_used_and_jobs_are_refused_together(tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(COIN, encoding="utf-8")
    command = [sys.executable, "-m", "game", "walk", str(path), "--least-used", "--jobs", "0"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == (
        "special-tasks: --least-used and --jobs don't go together: each play depends on those before it\n"
    )
