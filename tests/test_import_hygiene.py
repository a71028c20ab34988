"""The core knows no screen: in a fresh interpreter, importing all of it imports neither Textual nor Rich."""

import subprocess
import sys

import pytest

SCRIPT = """
import importlib, pkgutil, sys
for name in sys.argv[1:]:
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, name + "."):
        importlib.import_module(module.name)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def imported_by(*packages: str) -> set[str]:
    """The top-level names of every module that importing all of these packages brings in."""
    done = subprocess.run([sys.executable, "-c", SCRIPT, *packages], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def core_packages() -> list[str]:
    import pkgutil

    import game

    return [f"game.{m.name}" for m in pkgutil.iter_modules(game.__path__) if m.ispkg and m.name in CORE]


CORE = ("story", "play", "prove")


def test_there_is_a_core() -> None:
    assert "game.story" in core_packages()


@pytest.mark.parametrize("package", core_packages())
def test_a_core_package_imports_no_screen(package: str) -> None:
    found = imported_by(package)
    assert "game" in found
    assert not found & {"textual", "rich"}


def test_reading_a_story_imports_no_markdown_before_a_page_is_drawn_no_openssl_and_no_words_for_problems() -> None:
    read = "import sys; from game.commands.common import *; read_story(find_story(None)); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", read], capture_output=True, text=True, check=True)
    assert "game.story.loader" in done.stdout.split()
    assert not {"markdown_it", "_hashlib", "game.story.catalogue"} & set(done.stdout.split())


def test_the_test_would_see_a_screen() -> None:
    assert {"textual", "rich"} <= imported_by("textual.css")
