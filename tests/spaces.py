"""Stories whose spaces are searched, for the tests of the proof."""

from functools import cache
from pathlib import Path

from game.prove.space import Space
from game.story.loader import load
from game.story.model import Story
from tests.random_stories import story_text

GOOD = Path(__file__).parent / "stories" / "good"
HEAD = "format: 1\nid: tale\ntitle: Tale\n"
OVER = "  over: {ending: {title: Over}, text: Over.}\n"


def read(folder: Path, text: str) -> Story:
    path = folder / "story.yaml"
    path.write_text(HEAD + text + OVER, encoding="utf-8")
    loaded = load(path)
    assert loaded.story is not None, loaded.errors
    return loaded.story


@cache
def corpus() -> tuple[Story, ...]:
    """The good stories, and random ones."""
    import tempfile

    found = [load(path).story for path in sorted(GOOD.iterdir()) if path.is_dir() or path.suffix == ".yaml"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "story.yaml"
        for seed in range(60):
            path.write_text(story_text(seed), encoding="utf-8")
            found.append(load(path).story)
    return tuple(story for story in found if story is not None)


@cache
def space_of(index: int, *, reduce: bool) -> Space:
    return Space(corpus()[index], reduce=reduce)
