"""What of a story its title page needs, read from the top of its first file: the page need not wait for the rest.

The surprising rule: nothing is checked here. Where the top of the file is not plainly what it should be there is no
cover, and the whole is read first, which says what is wrong.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from game.story.files import FORBIDDEN
from game.story.source import top_scalars

if TYPE_CHECKING:
    from game.story.model import Story

_TOP = 2**16  # bytes of the file that are looked at
STORY_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}\Z")


class Cover(NamedTuple):
    """As on a `Story`."""

    id: str
    title: str
    author: str = ""
    about: str = ""


def cover_of(story: "Story") -> Cover:
    return Cover(story.id, story.title, story.author, story.about)


def read_cover(path: Path) -> Cover | None:
    """The cover of the story in a folder or file, if the top of its head is sound."""
    try:
        file = path / "story.yaml" if path.is_dir() else path
        if not file.is_file():
            return None
        with file.open("rb") as opened:
            text = opened.read(_TOP).decode(errors="ignore").removeprefix("\ufeff")
    except OSError:
        return None
    found = {name: value.strip() for name, value in top_scalars(text, Cover._fields)}
    if not STORY_ID.match(found.get("id", "")) or not found.get("title"):
        return None
    if any(FORBIDDEN.search(value) or set(value) & set("{}\t") for value in found.values()):
        return None
    return Cover(**found)
