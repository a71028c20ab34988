"""`special-tasks play`: a play in the terminal or in line mode, from its beginning or from a place asked for."""

import argparse
import contextlib
import gc
import os
import re
import shutil
import sys
from functools import partial
from pathlib import Path

from game.commands.common import (
    Commands,
    InputError,
    UsageError,
    command,
    find_story,
    open_save,
    read_story,
    uncollected,
)
from game.play.saves import SaveError
from game.play.session import PlayError, Session, Start
from game.play.slots import Play, Slots
from game.settings import Settings
from game.story.catalogue import printable
from game.story.expressions import Kind, Value
from game.story.model import Story
from game.watch import Opening, Watch, unread

_NUMBER = re.compile(r"-?[0-9]{1,9}\Z")


def add(commands: Commands) -> None:
    example = "example: special-tasks play my-story/ --at office --with trust=2,objected=true"
    play = command(commands, "play", "play a story (the default)", example, run)
    play.add_argument("--plain", action="store_true", help="line mode: plain text in and out")
    play.add_argument("--slot", metavar="NAME", help="the save to go on with, or to begin")
    play.add_argument("--saves", metavar="DIR", type=Path, help="where saves are kept")
    play.add_argument("--at", metavar="SCENE", help="begin at this scene")
    play.add_argument("--with", metavar="NAME=VALUE,...", dest="state", default="", help="variables at the start")
    watching = "read the story again whenever a file of it is saved; x looks behind the page, g shows the graph"
    play.add_argument("--watch", action="store_true", help=watching)
    play.add_argument("--replay", metavar="FILE", help="open a save, a code or a list of step ids at its end")


@uncollected()
def run(options: argparse.Namespace) -> int:
    path = find_story(options.story)
    watch = Watch(path) if options.watch else None  # looks first: what is saved while it is read is not missed
    story = read_story(path) if watch is None else watch.read().story or unread(path)
    slots = Slots(options.saves or saves_folder(), story)
    check_name(slots, options.slot)
    waiting = not story.scenes
    play = None if waiting else _asked(slots, options)
    opening = partial(_asked_later, options=options) if waiting else None
    return start(slots, options.slot, play, watch, opening, plain=options.plain)


def start(
    slots: Slots,
    slot: str | None,
    play: Play | None = None,
    watch: Watch | None = None,
    opening: Opening | None = None,
    *,
    plain: bool,
    voting: bool = False,
) -> int:
    """Plays in the terminal, or in line mode where it is asked for or no screen is there; the exit code. Raises
    InputError where there is nothing to play on, SaveError where line mode can't play a save."""
    if sys.stdin is None or sys.stdout is None:
        raise InputError("there is no input or no output to play on")
    settings = Settings.read(settings_file())
    streams = sys.stdin.isatty() and sys.stdout.isatty()
    terminal = os.environ.get("TERM") or ("dumb" if os.name == "posix" else "")
    if plain or not (streams and sys.stderr.isatty()) or terminal == "dumb":  # Textual draws on stderr
        width = shutil.get_terminal_size().columns
        gc.freeze()  # as the screens do, once the first stands
        gc.enable()
        if watch is not None:
            from game.plain_watched import WatchedLineMode

            lines = WatchedLineMode(watch, slots, sys.stdin, sys.stdout, settings, width=width, waits=streams)
            lines.opening = opening
            return lines.run(slot, play)
        if voting:
            from game.plain_vote import ClassLineMode

            return ClassLineMode(slots, sys.stdin, sys.stdout, settings, width=width, waits=streams).run(slot)
        from game.plain import play_plain

        return play_plain(slots, sys.stdin, sys.stdout, slot, play, settings, width=width, waits=streams)
    from game.tui import app

    code, said = app.run(app.GameApp(slots, slot, play, settings, watch, opening, voting=voting))
    if said:
        with contextlib.suppress(OSError):  # the terminal may have gone
            print(f"special-tasks: {printable(said)}", file=sys.stderr)
    return code


def check_name(slots: Slots, slot: str | None) -> None:
    """Raises UsageError for a name that can't be a slot's."""
    try:
        slots.path("any" if slot is None else slot)
    except SaveError as error:
        raise UsageError(str(error)) from None


def saves_folder() -> Path:
    """`saves/` in a checkout, else the user's data folder."""
    root = Path(__file__).parent.parent.parent
    if (root / "pyproject.toml").is_file() and (root / "saves").is_dir():
        return root / "saves"
    from platformdirs import user_data_path

    return user_data_path("special-tasks", appauthor=False) / "saves"


def settings_file() -> Path:
    """In the user's config folder, for a checkout too."""
    from platformdirs import user_config_path  # what only checks stories needs no folders

    return user_config_path("special-tasks", appauthor=False) / "settings.json"


def _asked(slots: Slots, options: argparse.Namespace) -> Play | None:
    """The play that `--at`, `--with` and `--replay` ask for, if they do. Raises UsageError or SaveError."""
    taken = options.slot is not None and slots.exists(options.slot)
    if options.at is None and not options.state and options.replay is None:
        return None
    if taken:
        what = "--at, --with and --replay begin a play"
        raise UsageError(f"{what}, and the slot {options.slot!r} holds one already")
    session = _elsewhere(slots.story, options.at, options.state)
    if options.replay is not None:
        session = open_save(options.replay, session)
    return Play(session, slots, options.slot or slots.fresh())


def _asked_later(slots: Slots, options: argparse.Namespace) -> Play | None:
    """The same for a story that could not be played at first. Raises PlayError."""
    try:
        return _asked(slots, options)
    except (UsageError, SaveError) as error:
        raise PlayError(str(error)) from None


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
