"""What tests share: the story corpora, and reading a story from text."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from game.commands.common import find_story, read_story
from game.prove.measures import Measures, measure
from game.story.loader import Loaded, load
from game.story.model import Story

STORIES = Path(__file__).parent / "stories"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `good_story` or `broken_story` runs once for each story of that corpus."""
    for name in ("good", "broken"):
        if f"{name}_story" in metafunc.fixturenames:
            paths = sorted(p for p in (STORIES / name).iterdir() if p.is_dir() or p.suffix == ".yaml")
            metafunc.parametrize(f"{name}_story", paths, ids=lambda p: p.stem)


@pytest.hookimpl(tryfirst=True)  # xdist reads the mark in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs the shipped story measured runs in one process, so that it is measured once."""
    for item in items:
        if "shipped" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("shipped"))


@pytest.fixture(scope="session")
def shipped() -> tuple[Story, Measures]:
    """The story that is shipped, and what it measures: half a minute of work."""
    story = read_story(find_story(None))
    return story, measure(story)


@pytest.fixture(scope="session", autouse=True)
def _nobodys_terminal(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Programs that tests start find no settings of whoever runs the tests, and a terminal with all colours."""
    os.environ["XDG_CONFIG_HOME"] = str(tmp_path_factory.mktemp("config"))
    os.environ["COLORTERM"] = "truecolor"


@pytest.fixture
def load_text(tmp_path: Path) -> Callable[..., Loaded]:
    """Loads a story of one file from its text or bytes."""

    def load_it(content: str | bytes, *, pure: bool = False) -> Loaded:
        path = tmp_path / "story.yaml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return load(path, pure=pure)

    return load_it
