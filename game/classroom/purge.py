"""What the classroom tools wrote in a folder.

The surprising rule: it is known by what is in it and never by its name, but for what lies beside a vote under its name.
"""

import contextlib
import re
from pathlib import Path

from game.classroom.results import BOM, COLUMNS, GRADEBOOK, MARK
from game.errors import SaveError
from game.play import outcomes
from game.play.saves import VOTE, Save
from game.play.shelf import read_limited

_BESIDE = re.compile(r"\.?(.+?)\.(?:(md)|test\.yaml|damaged-\d+|json(?:\.bak)?\.\d+\.tmp)\Z")
_NUMBERED = re.compile(r"-\d+\Z")  # the second test of a vote
_REPORT = re.compile(r"# .*\n\nA play of \d+ step")


def ours(folder: Path) -> dict[Path, str]:
    """The files in a folder, not those in folders within it, that `class results` or a vote wrote, each with what it
    is. Raises OSError."""
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and not path.is_symlink()]
    found = {path: what for path in files if (what := kind(path))}
    votes = {path.name.removesuffix(".bak").removesuffix(".json") for path, what in found.items() if "vote" in what}
    for path in files:
        beside = _BESIDE.match(path.name)
        if beside is not None and (beside[1] in votes or _NUMBERED.sub("", beside[1]) in votes):
            if not beside[2]:
                found[path] = "left by a vote"
            elif _REPORT.match(path.read_text(encoding="utf-8", errors="replace")):
                found[path] = "report of a vote"
    return dict(sorted(found.items()))


def kind(path: Path) -> str:
    """What a file is that `class results` or a vote wrote, else ''. What can't be read is nobody's."""
    with contextlib.suppress(OSError, SaveError):
        if path.suffix == ".html" and MARK in path.read_text(encoding="utf-8", errors="replace")[:500]:
            return "page of results"
        if path.suffix == ".csv":
            first = path.read_text(encoding="utf-8", errors="replace").partition("\n")[0].strip()
            known = first == BOM + ",".join(GRADEBOOK) or first.startswith(BOM + ",".join(COLUMNS))
            return "table of results" if known else ""
        if path.name.removesuffix(".bak") == outcomes.NAME:
            return "outcomes met in votes" if outcomes.of_votes(path) else ""
        if path.name.endswith((".json", ".json.bak")):
            save = Save.decode(read_limited(path))
            if VOTE in save.extra or any("hands" in step for step in save.steps):
                return "vote, as it was a step before" if path.suffix == ".bak" else "vote"
    return ""
