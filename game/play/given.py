"""What a play is given from outside: answers as they were typed, and another place to begin at.

The surprising rule: this imports nothing of a play, for a title page lists saves before there is one.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from game.story.files import FORBIDDEN

MAX_ANSWER = 60  # characters of a typed answer
MAX_LINES = 10_000  # characters of an answer to a question of the debriefing


class Start(NamedTuple):
    """Where a play begins when not at the beginning: a scene, and the variables that differ from their start."""

    scene: str
    state: Mapping[str, bool | int | str]


def clean_answer(text: str, most: int = MAX_ANSWER) -> str:
    """What a player typed, as it may be shown: no control characters, one line, at most so many characters."""
    return " ".join(FORBIDDEN.sub(" ", text).split())[:most].strip()


def clean_lines(text: str) -> str:
    """An answer of many lines, as it may be shown and kept: no control characters, no blank lines at its ends, one at
    most between two others, at most MAX_LINES characters."""
    lines = FORBIDDEN.sub(" ", "\n".join(text.splitlines())).expandtabs(4)
    return re.sub(r"\n\s*\n", "\n\n", re.sub(r"\A\s*\n", "", lines))[:MAX_LINES].rstrip()
