"""The README's play command as a stranger runs it: a fresh copy, a fresh environment, to the end of the game."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias
from zipfile import ZipFile

import pytest

from game.story.catalogue import CATALOGUE
from tests import readme

ROOT = Path(__file__).parent.parent
Installed: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]


def copy_of_the_checkout(folder: Path) -> Path:
    """What git has of the tree, as it stands now."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    return folder


def environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")}


@pytest.mark.long
def test_the_play_command_sets_up_and_plays_to_the_end(tmp_path: Path) -> None:
    checkout = copy_of_the_checkout(tmp_path / "checkout")
    played = subprocess.run(
        ["sh", "-c", readme.command("play")],
        cwd=checkout,
        env=environment(),
        input="1\n" * 200 + "q\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert played.returncode == 0, played.stderr
    assert "Ending: The file" in played.stdout
    assert "\x1b" not in played.stdout
    assert list((checkout / "saves" / "special-tasks").glob("*.json"))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Runs the game as a wheel installed it, far from any checkout."""
    folder = tmp_path_factory.mktemp("installed")
    checkout = copy_of_the_checkout(folder / "checkout")
    subprocess.run(["python3", "-m", "venv", "venv"], cwd=folder, env=environment(), check=True)
    subprocess.run(["venv/bin/pip", "install", "-q", str(checkout)], cwd=folder, env=environment(), check=True)
    shutil.rmtree(checkout)

    def run(home: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [folder / "venv" / "bin" / "special-tasks", *arguments],
            cwd=home,
            env=environment() | {"HOME": str(home), "XDG_DATA_HOME": str(home / "data")},
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, (arguments, done.stderr)
        return done

    return run


@pytest.mark.long
def test_an_installed_wheel_plays_outside_the_checkout(tmp_path: Path, installed: Installed) -> None:
    assert "Ending: The file" in installed(tmp_path, typed="1\n" * 200).stdout
    assert list(tmp_path.glob("data/special-tasks/saves/special-tasks/*.json"))


@pytest.mark.long
def test_an_installed_wheel_has_all_that_authors_and_teachers_need(tmp_path: Path, installed: Installed) -> None:
    installed(tmp_path, "new", "mine")
    assert json.loads((tmp_path / "mine" / ".vscode" / "settings.json").read_text(encoding="utf-8"))
    for story in ("mine", "special-tasks"):
        installed(tmp_path, "check", story, "--strict")
        installed(tmp_path, "test", story)
        installed(tmp_path, "graph", story, "--format", "mermaid", "-o", "map.mmd")
        for shape, words in (("html", "<main"), ("script", "<html"), ("ink", "->")):
            installed(tmp_path, "export", story, "--to", shape, "-o", "shape")
            assert words in (tmp_path / "shape").read_text(encoding="utf-8")
    assert json.loads(installed(tmp_path, "schema").stdout)["$schema"]
    for code in CATALOGUE:
        assert code in installed(tmp_path, "check", "--explain", code).stdout
    installed(tmp_path, "class", "pack", "-o", "pack")
    assert list((tmp_path / "pack").glob("**/*.html"))


@pytest.mark.long
def test_a_wheel_holds_no_more_than_the_game(tmp_path: Path) -> None:
    checkout = copy_of_the_checkout(tmp_path / "checkout")
    build = ["pip", "wheel", "-q", "--no-deps", "-w", str(tmp_path), str(checkout)]
    subprocess.run(build, env=environment(), check=True, capture_output=True)
    with ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = wheel.namelist()
    packed = {name for name in names if ".dist-info/" not in name}
    wanted = {str(path.relative_to(checkout)) for path in (checkout / "game").rglob("*") if path.is_file()}
    wanted |= {f"game/{path.relative_to(checkout)}" for path in (checkout / "scenes").rglob("*") if path.is_file()}
    assert packed == wanted
