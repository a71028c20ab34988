"""Programs of others that run in Node, installed from npm for one run of the tests."""

import subprocess
import tempfile
from functools import cache
from pathlib import Path

FOLDER = tempfile.TemporaryDirectory(prefix="special-tasks-node-")


@cache
def installed(*packages: str) -> Path:
    """A folder in which these npm packages can be imported."""
    folder = Path(FOLDER.name, "-".join(p.replace("/", "-") for p in packages))
    folder.mkdir()
    (folder / "package.json").write_text("{}", encoding="utf-8")
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", *packages]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


def run(script: str, *arguments: str, packages: tuple[str, ...]) -> str:
    """What a script (an ECMAScript module) prints."""
    folder = installed(*packages)
    (folder / "script.mjs").write_text(script, encoding="utf-8")
    done = subprocess.run(
        ["node", "script.mjs", *arguments], cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
