"""The README's play command as a stranger runs it: a fresh copy, a fresh environment, to the end of the game."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests import readme

ROOT = Path(__file__).parent.parent


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


@pytest.mark.long
def test_an_installed_wheel_plays_outside_the_checkout(tmp_path: Path) -> None:
    checkout = copy_of_the_checkout(tmp_path / "checkout")
    subprocess.run(["python3", "-m", "venv", "venv"], cwd=tmp_path, env=environment(), check=True)
    subprocess.run(["venv/bin/pip", "install", "-q", str(checkout)], cwd=tmp_path, env=environment(), check=True)
    shutil.rmtree(checkout)
    home = tmp_path / "home"
    home.mkdir()
    played = subprocess.run(
        ["venv/bin/special-tasks"],
        cwd=tmp_path,
        env=environment() | {"HOME": str(home), "XDG_DATA_HOME": str(home / "data")},
        input="1\n" * 200,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert played.returncode == 0, played.stderr
    assert "Ending: The file" in played.stdout
    assert list(home.glob("data/special-tasks/saves/special-tasks/*.json"))
