"""What the classroom tools wrote in a folder, known by what is in it and never by its name."""

import contextlib
from pathlib import Path

from game.classroom.results import BOM, COLUMNS, GRADEBOOK, MARK
from game.play.ballot import KEY
from game.play.saves import Save, SaveError
from game.play.slots import read_limited


def ours(folder: Path) -> list[Path]:
    """The pages, tables and votes in a folder, not those in folders within it. Raises OSError."""
    return [path for path in sorted(folder.iterdir()) if path.is_file() and not path.is_symlink() and is_ours(path)]


def is_ours(path: Path) -> bool:
    """Whether `class results` or a vote wrote it. What can't be read is nobody's."""
    with contextlib.suppress(OSError, SaveError):
        if path.suffix == ".html":
            return MARK in path.read_text(encoding="utf-8", errors="replace")[:500]
        if path.suffix == ".csv":
            first = path.read_text(encoding="utf-8", errors="replace").partition("\n")[0].strip()
            return first == BOM + ",".join(GRADEBOOK) or first.startswith(BOM + ",".join(COLUMNS))
        if path.name.endswith((".json", ".json.bak")):
            save = Save.decode(read_limited(path))
            return KEY in save.extra or any("hands" in step for step in save.steps)
    return False
