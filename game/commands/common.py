"""What the commands share: finding and reading stories and saves, errors of one line, words that are numbers."""

import argparse
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from game.errors import InputError, SaveError
from game.play.shelf import read_limited
from game.story.diagnostics import printable

if TYPE_CHECKING:  # a title page is there before what reads and plays a story
    from game.play.session import Session
    from game.story.model import Story

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001  # argparse has no public name for it
DEFAULT = "special-tasks"


@contextmanager
def uncollected() -> Iterator[None]:
    """What is read and imported before the first page is no garbage; a front end collects again once that stands."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def command(
    commands: Commands,
    name: str,
    about: str,
    example: str,
    run: Callable[[argparse.Namespace], int],
    *,
    story: bool = True,
) -> argparse.ArgumentParser:
    """Adds a command that takes a STORY, or none. `run` gives the exit code; `example` ends the help."""
    parser = commands.add_parser(
        name, help=about, description=about, epilog=example, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    if story:
        what = f"a folder, a file or a built-in story ({DEFAULT})"
        parser.add_argument("story", nargs="?", metavar="STORY", help=what)
    parser.set_defaults(run=run)
    return parser


def count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:12]) <= 10**10:
        raise argparse.ArgumentTypeError(f"a whole number from 1 up, not {text[:40]!r}")
    return int(text)


def stories_folder() -> Path:
    """Where the built-in stories are: in the package as installed, beside it in a checkout."""
    package = Path(__file__).parent.parent
    return package / "scenes" if (package / "scenes").is_dir() else package.parent / "scenes"


def find_story(name: str | None) -> Path:
    """The path a person meant. Raises InputError when there is no such story."""
    built_in = stories_folder()
    if name is None:
        return built_in / DEFAULT
    try:
        if name == Path(name).name and (built_in / name / "story.yaml").is_file():
            return built_in / name
        if name and Path(name).exists():
            return Path(name)
    except (OSError, ValueError):  # too long, or nothing the system lets us look at
        pass
    known = ", ".join(sorted(p.name for p in built_in.iterdir() if p.is_dir())) if built_in.is_dir() else "none"
    raise InputError(f"there is no story {name!r:.80}: no such folder or file, and the built-in stories are: {known}")


def is_code(word: str) -> bool:
    """Whether a word of the command line is a code, and not a file's name; blanks around one are no matter."""
    return word.lstrip().startswith("ST1.")


def open_save(word: str, begun: "Session") -> "Session":
    """The play that a save, a code or a list of steps tells; `word` is a file with one, or a code. Raises SaveError."""
    from game.play.restore import replay

    data = word.encode(errors="replace")
    if not is_code(word):
        try:
            data = read_limited(Path(word))
        except (SaveError, OSError, ValueError) as error:
            why = f"can't be read: {error.strerror}" if isinstance(error, OSError) else error
            raise SaveError(f"{word:.200}: {why}") from None
    try:
        restored = replay(data, begun)
    except SaveError as error:
        raise SaveError(str(error) if is_code(word) else f"{word:.200}: {error}") from None
    for note in restored.notes:
        print(printable(note), file=sys.stderr)
    return restored.session


def read_story(path: Path) -> "Story":
    """The story. Raises InputError with its problems where it has errors."""
    from game.story.loader import load

    loaded = load(path)
    if loaded.story is None:
        from game.problems import describe, summary

        problems = "\n".join(describe(p, path) for p in loaded.errors)
        raise InputError(f"{path} can't be played: {summary(loaded.errors)}\n{problems}")
    return loaded.story


def write_text(path: Path, text: str) -> None:
    """Writes a file that was asked for. Raises InputError where it can't be."""
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"{path}: can't be written: {error.strerror}") from None
