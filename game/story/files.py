"""The files of a story: which they are, their bytes within limits, and their text."""

import os
import re
import stat
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from game.story.diagnostics import Problems, printable
from game.story.nodes import File

if TYPE_CHECKING:
    from hashlib import _Hash

MAX_FILE = 16 * 2**20  # bytes; 10,000 scenes of 1.4 kB fit in one file
MAX_STORY = 32 * 2**20  # bytes
MAX_FILES = 2_000

# Characters with no place in a story: control characters, line separators that only some programs obey, overrides of
# writing direction, and the noncharacters that `text.py` uses as marks.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)
_MISNAMED = re.compile(r"\.ya?ml\.\w+\Z")


def find_files(story: Path, problems: Problems) -> Iterator[tuple[str, Path]]:
    """The YAML files of a story (a folder or one file) in path order, as (name to show, path)."""
    if not _is_folder(story):
        yield _shown(story, story), story
        return

    def unreadable(error: OSError) -> None:
        problems.add("unreadable", _shown(Path(error.filename), story), why=error.strerror or "")

    found: list[tuple[str, Path]] = []
    root = story.resolve()
    for folder, folders, files in os.walk(story, onerror=unreadable):
        for name in [n for n in folders if n.endswith(".yaml")]:
            problems.add("not-a-file", _shown(Path(folder, name), story), what="a folder")
        folders[:] = sorted(n for n in folders if not n.startswith("."))
        for name in files:
            path = Path(folder, name)
            shown = _shown(path, story)
            if name.startswith("."):
                continue
            if name.endswith(".yml"):
                problems.add("yml-ending", shown)
            elif _MISNAMED.search(name) or (
                path.stem == "story" and "story.yaml" not in files and path.suffix != ".yaml"
            ):
                problems.add("not-read", shown)
            elif name.endswith(".yaml"):
                if path.is_symlink() and not _inside(path, root):
                    problems.add("unsafe-path", shown, what=name)
                else:
                    found.append((shown, path))
    if len(found) > MAX_FILES:
        problems.add("too-large", _shown(story, story), what="story", limit=f"{MAX_FILES:,} files")
        return
    yield from sorted(found, key=lambda pair: Path(pair[0]).parts)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name too long, say
        return False  # reading it will say so


def _shown(path: Path, story: Path) -> str:
    shown = path.relative_to(story).as_posix() if path != story else story.name or str(story)
    return printable(shown)


def _inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a circle of links
        return True  # reading it will say so


def read_bytes(path: Path, shown: str, problems: Problems, limit: int = MAX_FILE) -> bytes | None:
    """The bytes of a regular file no larger than `limit`, or None and a problem."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            problems.add("not-a-file", shown, what="a folder" if stat.S_ISDIR(mode) else "no ordinary file")
            return None
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except (OSError, RuntimeError) as error:
        problems.add("unreadable", shown, why=getattr(error, "strerror", None) or str(error))
        return None
    if len(data) > limit:
        problems.add("too-large", shown, what="file", limit=f"{limit / 2**20:g} MiB")
        return None
    return data


def decode(data: bytes, shown: str, problems: Problems) -> File | None:
    """UTF-8 text with line ends made equal; every tab, control character or bad byte is a problem."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or data[:2].count(0) == 1:
        problems.add("not-utf8", shown, 1, 1, what="UTF-16")
        return None
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        problems.add("not-utf8", shown, line, column, what=f"the byte {data[error.start]:#04x}")
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    file = File(shown, text)
    problems.lines[shown] = file.lines
    sound = True
    for match in FORBIDDEN.finditer(text):
        line, column = line_column(text, match.start())
        problems.at(file, line, column, "control-character", char=f"U+{ord(match[0]):04X}")
        sound = False
        if problems.full:
            break
    if "\t" in text:
        for number, content in enumerate(file.lines, 1):
            if "\t" in content:
                problems.at(file, number, content.index("\t") + 1, "tab")
                sound = sound and bool(content[: content.index("\t")].strip())
                if problems.full:
                    break
        file.text = text.replace("\t", " ")
    return file if sound else None


def line_column(text: str, offset: int) -> tuple[int, int]:
    """Where an offset stands in a text: line and column, both from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def sha256() -> "_Hash":
    """An empty SHA-256 of CPython's own, under the name it has had since 3.12 or had before: `random` takes its own so,
    too. `hashlib` would load OpenSSL's, half a megabyte for one digest; it is asked where neither is there."""
    for name in ("_sha2", "_sha256", "hashlib"):
        try:
            found: _Hash = import_module(name).sha256()
        except ImportError:
            continue
        return found
    raise AssertionError
