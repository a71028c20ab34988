"""The command line: words to calls, and every error to one clear line and an exit code.

0 good; 1 the story or the input has errors; 2 wrong usage; 3 undecided.
"""

import argparse
import io
import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from game import __version__
from game.play.saves import SaveError, replay
from game.play.session import PlayError, Session, Start
from game.play.slots import Play, Slots, read_limited
from game.problems import describe, summary, whereabouts
from game.story.catalogue import printable
from game.story.expressions import Kind, Value
from game.story.loader import Loaded, load
from game.story.model import Story

DEFAULT = "special-tasks"
_NUMBER = re.compile(r"-?[0-9]{1,9}\Z")
EXAMPLES = {
    "": "example: special-tasks\n         special-tasks play my-story/\n         special-tasks check my-story/",
    "play": "example: special-tasks play my-story/ --at office --with trust=2,objected=true",
    "check": "example: special-tasks check my-story/ --strict --prove",
    "test": "example: special-tasks test my-story/",
    "walk": "example: special-tasks walk my-story/ --runs 100000 --hits hits.csv",
}


class UsageError(Exception):
    """Wrong words on the command line; the message is one line."""


class InputError(Exception):
    """A story, save or answer that can't be used; the message may have more lines after the first."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; the exit code."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # what can't be read or shown is no reason to stop
    try:
        try:
            options = _parser().parse_args(arguments)
            return int(options.run(options))
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except UsageError as error:
        print(f"special-tasks: {printable(str(error))}", file=sys.stderr)
        return 2
    except (InputError, SaveError, PlayError) as error:
        print("special-tasks: " + "\n".join(printable(line) for line in str(error).split("\n")), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    except OSError as error:  # our output can't be written; Python would complain once more at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # the reader has what it wanted
            return 0
        print(f"special-tasks: {error.strerror}", file=sys.stderr)
        return 1


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} ({self.prog} --help tells more)")


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    about = "A text adventure in the terminal, told from YAML. Alone, it starts the game."
    parser = _Parser("special-tasks", description=about, epilog=EXAMPLES[""], formatter_class=raw)
    parser.add_argument("--version", action="version", version=f"special-tasks {__version__}")
    parser.set_defaults(run=_play, story=None, plain=False, slot=None, saves=None, at=None, state="", replay=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    about = "play a story (the default)"
    play = commands.add_parser("play", help=about, description=about, epilog=EXAMPLES["play"], formatter_class=raw)
    _story(play)
    play.add_argument("--plain", action="store_true", help="line mode: plain text in and out")
    play.add_argument("--slot", metavar="NAME", help="the save to go on with, or to begin")
    play.add_argument("--saves", metavar="DIR", type=Path, help="where saves are kept")
    play.add_argument("--at", metavar="SCENE", help="begin at this scene")
    play.add_argument("--with", metavar="NAME=VALUE,...", dest="state", default="", help="variables at the start")
    play.add_argument("--replay", metavar="FILE", type=Path, help="open a save, or a list of step ids, at its end")
    play.set_defaults(run=_play)

    about = "find every problem of a story"
    check = commands.add_parser("check", help=about, description=about, epilog=EXAMPLES["check"], formatter_class=raw)
    _story(check)
    check.add_argument("--strict", action="store_true", help="warnings are errors")
    check.add_argument("--prove", action="store_true", help="explore every situation that can be reached")
    check.add_argument("--limit", metavar="N", type=_count, default=None, help="give up after N situations")
    check.set_defaults(run=_check)

    about = "run the story's own tests"
    test = commands.add_parser("test", help=about, description=about, epilog=EXAMPLES["test"], formatter_class=raw)
    _story(test)
    test.set_defaults(run=_test)

    about = "play a story at random, many times, and count"
    walk = commands.add_parser("walk", help=about, description=about, epilog=EXAMPLES["walk"], formatter_class=raw)
    _story(walk)
    walk.add_argument("--runs", metavar="N", type=_count, default=10_000, help="how many plays (10000)")
    walk.add_argument("--seed", metavar="N", type=_seed, default=0, help="another number, another walk (0)")
    walk.add_argument("--least-used", action="store_true", help="prefer what has been taken least")
    walk.add_argument("--hits", metavar="FILE", type=Path, help="write the hits of every scene and choice as CSV")
    walk.set_defaults(run=_walk)
    return parser


def _test(options: argparse.Namespace) -> int:
    from game.play.rehearsal import rehearse

    path = find_story(options.story)
    results = rehearse(read_story(path))
    for result in results:
        if result.failure:
            print(
                printable(f"{whereabouts(result.test.location, path)}: {result.test.name}: {result.failure}"),
                file=sys.stderr,
            )
    failed = sum(bool(r.failure) for r in results)
    summary = f"{path}: {len(results) - failed} passed, {failed} failed"
    print(printable(summary), file=sys.stderr if failed else sys.stdout)
    return int(bool(failed))


def _walk(options: argparse.Namespace) -> int:
    from game.prove.walk import TooWideError, walk, write_hits

    path = find_story(options.story)
    story = read_story(path)
    terminal = sys.stderr.isatty()

    def progress(done: int) -> None:
        print(f"\r{done:,} of {options.runs:,} plays ", end="", file=sys.stderr, flush=True)

    try:
        found = walk(story, runs=options.runs, seed=options.seed, least_used=options.least_used,
                     progress=progress if terminal else None)  # fmt: skip
    except TooWideError as error:
        raise InputError(f"{path} can't be walked: {error}") from None
    if terminal:
        print("\r" + " " * 40 + "\r", end="", file=sys.stderr, flush=True)
    print(f"{found.runs:,} plays, {found.steps:,} steps: {found.ended:,} ended, {found.stuck:,} stuck on a page, "
          f"{found.endless:,} went on and on.")  # fmt: skip
    print(f"Scenes met: {len(found.scenes) - len(found.unmet_scenes)} of {len(found.scenes)}.")
    print(f"Choices taken: {len(found.choices) - len(found.untaken_choices)} of {len(found.choices)}.")
    for what, names in (("never met", found.unmet_scenes), ("never taken", found.untaken_choices)):
        for name in names:
            print(printable(f"  {what}: {name}"))
    for scene in story.scenes.values():
        if scene.outcome is not None:
            print(f"  outcome {scene.id}: {found.scenes[scene.id] / found.runs:.1%} of plays")
    if options.hits is not None:
        try:
            with options.hits.open("w", newline="", encoding="utf-8") as file:
                write_hits(found, file)
        except OSError as error:
            raise InputError(f"{options.hits}: can't be written: {error.strerror}") from None
    return int(bool(found.stuck))


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:12]) <= 10**10:
        raise argparse.ArgumentTypeError(f"a whole number from 1 up, not {text[:40]!r}")
    return int(text)


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise argparse.ArgumentTypeError(f"a whole number, not {text[:40]!r}")
    return int(text)


def _story(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("story", nargs="?", metavar="STORY", help=f"a folder, a file or a built-in story ({DEFAULT})")


# --- stories -------------------------------------------------------------------------------------------------------


def stories_folder() -> Path:
    """Where the built-in stories are: in the package as installed, beside it in a checkout."""
    package = Path(__file__).parent
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


def read_story(path: Path) -> Story:
    """The story. Raises InputError with its problems where it has errors."""
    loaded = load(path)
    if loaded.story is None:
        problems = "\n".join(describe(p, path) for p in loaded.errors)
        raise InputError(f"{path} can't be played: {summary(loaded.errors)}\n{problems}")
    return loaded.story


def saves_folder() -> Path:
    """`saves/` in a checkout, else the user's data folder."""
    root = Path(__file__).parent.parent
    if (root / "pyproject.toml").is_file() and (root / "saves").is_dir():
        return root / "saves"
    from platformdirs import user_data_path

    return user_data_path("special-tasks", appauthor=False) / "saves"


# --- commands ------------------------------------------------------------------------------------------------------


def _play(options: argparse.Namespace) -> int:
    path = find_story(options.story)
    story = read_story(path)
    slots = Slots(options.saves or saves_folder(), story)
    taken = False
    if options.slot is not None:
        try:
            slots.path(options.slot)
        except SaveError as error:
            raise UsageError(str(error)) from None
        taken = slots.exists(options.slot)
    play = None
    if options.at is not None or options.state or options.replay is not None:
        if taken:
            what = "--at, --with and --replay begin a play"
            raise UsageError(f"{what}, and the slot {options.slot!r} holds one already")
        session = _elsewhere(story, options.at, options.state)
        if options.replay is not None:
            session = _replayed(options.replay, session)
        play = Play(session, slots, options.slot or slots.fresh())
    if sys.stdin is None or sys.stdout is None:
        raise InputError("there is no input or no output to play on")
    streams = sys.stdin.isatty() and sys.stdout.isatty()
    terminal = os.environ.get("TERM") or ("dumb" if os.name == "posix" else "")
    if options.plain or not streams or terminal == "dumb":
        from game.plain import play_plain

        width = min(shutil.get_terminal_size((72, 24)).columns, 72)
        return play_plain(slots, sys.stdin, sys.stdout, options.slot, play, width=width, waits=streams)
    from game.tui.app import run

    return run(slots, options.slot, play)


def _replayed(path: Path, begun: Session) -> Session:
    """The play that a save or a list of steps tells. Raises SaveError."""
    try:
        restored = replay(read_limited(path), begun)
    except SaveError as error:
        raise SaveError(f"{path}: {error}") from None
    except OSError as error:
        raise SaveError(f"{path}: can't be read: {error.strerror}") from None
    for note in restored.notes:
        print(printable(note), file=sys.stderr)
    return restored.session


def _elsewhere(story: Story, scene: str | None, words: str) -> Session:
    """The play that `--at` and `--with` ask for. Raises UsageError."""
    state: dict[str, Value] = {}
    for word in filter(None, words.split(",")):
        name, equals, text = (part.strip() for part in word.partition("="))
        variable = story.variables.get(name)
        if not equals or variable is None:
            raise UsageError(f"--with wants NAME=VALUE, with a variable of the story: {word!r:.80}")
        if variable.kind is Kind.FLAG and text in ("true", "false"):
            state[name] = text == "true"
        elif variable.kind is Kind.NUMBER and _NUMBER.match(text):
            state[name] = int(text)
        else:
            state[name] = text
    try:
        return Session(story, start=Start(story.start if scene is None else scene, state))
    except PlayError as error:
        raise UsageError(str(error)) from None


def _check(options: argparse.Namespace) -> int:
    path = find_story(options.story)
    loaded = load(path)
    for problem in loaded.diagnostics:
        print(describe(problem, path), file=sys.stderr)
    bad = bool(loaded.errors) or (options.strict and bool(loaded.diagnostics))
    print(printable(f"{path}: {summary(loaded.diagnostics)}{_counts(loaded)}"), file=sys.stderr if bad else sys.stdout)
    if not options.prove or loaded.story is None:
        return int(bad)
    proved = _prove(loaded.story, options.limit, strict=options.strict)
    return 1 if bad else proved


def _prove(story: Story, limit: int | None, *, strict: bool) -> int:
    """Proves and reports; 0, 3 when something is undecided, 1 when it is refuted, or, if `strict`, in no play."""
    from game.prove.explore import LIMIT, Verdict, prove
    from game.prove.report import report

    terminal = sys.stderr.isatty()

    def progress(situations: int, waiting: int) -> None:
        print(f"\r{situations:,} situations, {waiting:,} waiting ", end="", file=sys.stderr, flush=True)

    proof = prove(story, limit=LIMIT if limit is None else limit, progress=progress if terminal else None)
    if terminal:
        print("\r" + " " * 60 + "\r", end="", file=sys.stderr, flush=True)
    for line in report(proof):
        print(printable(line))
    if strict and (proof.unmet or proof.untaken):
        return 1
    return {Verdict.PROVED: 0, Verdict.REFUTED: 1, Verdict.UNDECIDED: 3}[proof.verdict]


def _counts(loaded: Loaded) -> str:
    story = loaded.story
    return f" in {len(story.scenes)} scenes and {len(story.choices)} choices" if story else ""
