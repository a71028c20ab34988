"""The play that the words of `play` ask for: at a scene, with a state, or where a save or a list of steps ends."""

import argparse
import re
from collections.abc import Iterable

from game.commands.common import open_save
from game.errors import PlayError, SaveError, UsageError
from game.play.given import Start
from game.play.session import Session
from game.play.slots import Play, Slots
from game.story.diagnostics import nearest
from game.story.expressions import Kind, Value
from game.story.model import Story

_NUMBER = re.compile(r"-?[0-9]{1,9}\Z")


def asked(slots: Slots, options: argparse.Namespace) -> Play | None:
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


def asked_later(slots: Slots, options: argparse.Namespace) -> Play | None:
    """The same for a story that could not be played at first. Raises PlayError."""
    try:
        return asked(slots, options)
    except (UsageError, SaveError) as error:
        raise PlayError(str(error)) from None


def _meant(name: str, known: Iterable[str]) -> str:
    close = nearest(name, list(known))
    return f", did you mean {close!r}?" if close else ""


def _elsewhere(story: Story, scene: str | None, words: str) -> Session:
    """The play that `--at` and `--with` ask for. Raises UsageError."""
    if scene is not None and scene not in story.scenes:
        raise UsageError(f"there is no scene {scene!r:.80}{_meant(scene, story.scenes)}")
    state: dict[str, Value] = {}
    for word in filter(None, words.split(",")):
        name, equals, text = (part.strip() for part in word.partition("="))
        variable = story.variables.get(name)
        if not equals or variable is None:
            meant = _meant(name, story.variables) if equals else ""
            raise UsageError(f"--with wants NAME=VALUE, with a variable of the story: {word!r:.80}{meant}")
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
