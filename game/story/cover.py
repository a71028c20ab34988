"""What of a story its title page needs, read from the top of its first file: the page need not wait for the rest.

The surprising rule: nothing is checked here. Where the top of the file is not plainly what it should be there is no
cover, and the whole is read first, which says what is wrong.
"""

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import yaml

from game.story.files import FORBIDDEN

if TYPE_CHECKING:
    from game.story.model import Story

STORY_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}\Z")
_TOP = 2**16  # bytes of the file that are looked at
_LARGE = 2**20  # bytes of a file that is read first: the memory that takes is then there for the screen


class Cover(NamedTuple):
    """As on a `Story`."""

    id: str
    title: str
    author: str = ""
    about: str = ""


def cover_of(story: "Story") -> Cover:
    return Cover(story.id, story.title, story.author, story.about)


def read_cover(path: Path) -> Cover | None:
    """The cover of the story in a folder or file, if the top of its head is sound and the file not large."""
    try:
        file = path / "story.yaml" if path.is_dir() else path
        if not file.is_file() or file.stat().st_size > _LARGE:
            return None
        with file.open("rb") as opened:
            text = opened.read(_TOP).decode(errors="ignore").removeprefix("\ufeff")
    except OSError:
        return None
    found = {name: value.strip() for name, value in _scalars(text, Cover._fields)}
    if not STORY_ID.match(found.get("id", "")) or not found.get("title"):
        return None
    if any(FORBIDDEN.search(value) or set(value) & set("{}\t") for value in found.values()):
        return None
    return Cover(**found)


def _scalars(text: str, names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Some keys of the mapping at the margin and their texts, those that stand before anything nested; no further."""
    wanted, key = set(names), None
    try:
        events = yaml.parse(text, Loader=getattr(yaml, "CLoader", yaml.Loader))
        for kind in (yaml.StreamStartEvent, yaml.DocumentStartEvent, yaml.MappingStartEvent):
            if not isinstance(next(events, None), kind):
                return
        while wanted and isinstance(event := next(events, None), yaml.ScalarEvent):
            if key is None:
                key = event.value
                continue
            if key in wanted:
                wanted.remove(key)
                yield key, event.value
            key = None
    except (yaml.YAMLError, ValueError, OverflowError):  # the latter of an escape beyond Unicode
        pass  # whoever reads the whole says so
