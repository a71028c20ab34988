"""`special-tasks play`: a play in the terminal or in line mode, from its beginning or from a place asked for."""

import argparse
import contextlib
import gc
import os
import shutil
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from game.commands.common import Commands, command, find_story, read_story, uncollected
from game.errors import InputError, SaveError, UsageError
from game.play.shelf import Shelf
from game.settings import Settings
from game.story.cover import read_cover
from game.story.diagnostics import printable

if TYPE_CHECKING:  # a title page is there before them
    from game.play.slots import Play, Slots
    from game.tui.app import GameApp
    from game.watch import Opening, Watch


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
    ended = "open a save, a code or a list of step ids (JSON, or a line each) at its end"
    play.add_argument("--replay", metavar="FILE", help=ended)


@uncollected()
def run(options: argparse.Namespace) -> int:
    path, folder = find_story(options.story), options.saves or saves_folder()
    asks = options.watch or options.state or {options.slot, options.at, options.replay} != {None}
    cover = None if asks or _is_plain(options.plain) else read_cover(path)
    if cover is not None:
        from game.tui.app import GameApp, Unread

        unread, settings = Unread(cover, partial(read_story, path)), Settings.read(settings_file())
        return _show(GameApp(Shelf(folder, cover.id), settings=settings, unread=unread))
    from game.commands.asked import asked, asked_later
    from game.play.slots import Slots
    from game.watch import Watch, nothing_yet

    watch = Watch(path) if options.watch else None  # looks first: what is saved while it is read is not missed
    story = read_story(path) if watch is None else watch.read().story or nothing_yet(path)
    slots = Slots(folder, story)
    check_name(slots, options.slot)
    waiting = not story.scenes
    play = None if waiting else asked(slots, options)
    opening = partial(asked_later, options=options) if waiting else None
    return start(slots, options.slot, play, watch, opening, plain=options.plain)


def _is_plain(asked: bool) -> bool:
    """Whether to play in line mode: it is asked for, or no screen is there. Raises InputError where nothing is."""
    if sys.stdin is None or sys.stdout is None:
        raise InputError("there is no input or no output to play on")
    terminal = os.environ.get("TERM") or ("dumb" if os.name == "posix" else "")
    return asked or terminal == "dumb" or not (_streams() and sys.stderr.isatty())  # Textual draws on stderr


def _streams() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def start(
    slots: "Slots",
    slot: str | None,
    play: "Play | None" = None,
    watch: "Watch | None" = None,
    opening: "Opening | None" = None,
    *,
    plain: bool,
    voting: bool = False,
) -> int:
    """Plays in the terminal, or in line mode where it is asked for or no screen is there; the exit code. Raises
    InputError where there is nothing to play on, SaveError where line mode can't play a save."""
    settings = Settings.read(settings_file())
    if _is_plain(plain):
        width, streams = shutil.get_terminal_size().columns, _streams()
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
    from game.tui.app import GameApp

    return _show(GameApp(slots, slot, play, settings, watch, opening, voting=voting))


def _show(game: "GameApp") -> int:
    from game.tui.app import run

    code, said = run(game)
    if said:
        with contextlib.suppress(OSError):  # the terminal may have gone
            print(f"special-tasks: {printable(said)}", file=sys.stderr)
    return code


def check_name(shelf: Shelf, slot: str | None) -> None:
    """Raises UsageError for a name that can't be a slot's."""
    try:
        shelf.path("any" if slot is None else slot)
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
