"""The command line: words to calls, and every error to one clear line and an exit code.

0 good; 1 the story or the input has errors; 2 wrong usage; 3 undecided.
"""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

from game import __version__
from game.errors import InputError, PlayError, SaveError, UsageError
from game.story.diagnostics import nearest, printable

COMMANDS = ("play", "check", "test", "walk", "graph", "export", "new", "schema", "class", "report")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; the exit code."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # what can't be read or shown is no reason to stop
    try:
        try:
            words = sys.argv[1:] if arguments is None else list(arguments)
            options = _parser(words[:1] or ["play"]).parse_args(words)
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

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """As argparse does, but a slip is answered by the one word that is near instead of a list of all."""
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            if near := nearest(str(value), list(action.choices or ())):
                error.message = f"invalid choice: {value!r}, did you mean {near!r}?"
            raise


def _parser(only: Sequence[str] = ()) -> argparse.ArgumentParser:
    """The parser of all commands, or of `only` one where that is known: nobody waits for what others import."""
    about = "A text adventure in the terminal, told from YAML. Alone, it starts the game."
    example = "example: special-tasks\n         special-tasks play my-story/\n         special-tasks check my-story/"
    parser = _Parser(
        "special-tasks", description=about, epilog=example, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"special-tasks {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name in [c for c in COMMANDS if c in only] or COMMANDS:
        import_module(f"game.commands.{'class_' if name == 'class' else name}").add(commands)
    if "play" in commands.choices:  # what is done where no command is named
        parser.set_defaults(**vars(commands.choices["play"].parse_args([])))
    return parser
