"""What tests share: the story corpora, and reading a story from text."""

import gc
import io
import os
import signal
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from game.cli import main
from game.commands.common import find_story, read_story
from game.prove.measures import Measures, measure
from game.story.loader import Loaded, load
from tests.flow import Begin, beginning
from tests.story_numbers import Shipped

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


def pytest_collection_finish() -> None:
    """What was imported and collected is left to no garbage collector: walking it took a fifth of all the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


@pytest.fixture(scope="session")
def shipped() -> Shipped:
    """The story that is shipped, proved and measured once: half a minute of work."""
    told, kept = io.StringIO(), []

    def keep(*arguments: Any, **named: Any) -> Measures:
        kept.append(measure(*arguments, **named))
        return kept[-1]

    with (
        patch("game.prove.measures.measure", keep),
        redirect_stdout(told),
        redirect_stderr(told),
    ):
        code = main(["check", "--strict", "--prove"])
    return Shipped(read_story(find_story(None)), *kept, code, told.getvalue())


@pytest.fixture(scope="session", autouse=True)
def _nobodys_terminal(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Programs that tests start find no settings of whoever runs the tests, and a terminal with all colours. They hear
    Ctrl+C, which what a shell runs in the background does not.
    """
    os.environ["XDG_CONFIG_HOME"] = str(tmp_path_factory.mktemp("config"))
    os.environ["COLORTERM"] = "truecolor"
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def load_text(tmp_path: Path) -> Callable[..., Loaded]:
    """Loads a story of one file from its text or bytes."""

    def load_it(content: str | bytes, *, pure: bool = False) -> Loaded:
        path = tmp_path / "story.yaml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return load(path, pure=pure)

    return load_it


@pytest.fixture
def begin(tmp_path: Path) -> Begin:
    return beginning(tmp_path)
