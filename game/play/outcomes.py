"""The outcomes a player has met in all plays of a story.

The surprising rule: they are kept in a file of their own, so that deleting a save forgets none of them. What only votes
have met is marked as theirs.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from game.play.files import write_atomically
from game.play.given import clean_answer
from game.play.saves import VOTE

if TYPE_CHECKING:
    from game.play.session import Session
    from game.story.model import Story

FORMAT = 1
NAME = "_outcomes.json"  # no slot's name begins so
MAX_FILE = 2**20  # bytes


def met(folder: Path) -> dict[str, str]:
    """Scene to title, in the order they were met. A damaged file gives what the one before it held."""
    return _read(folder)[0]


def of_votes(path: Path) -> bool:
    """Whether a file holds what only votes have met."""
    found = _read_file(path)
    return found is not None and found[1]


def _read(folder: Path) -> tuple[dict[str, str], bool]:
    """What was met, and whether only in votes."""
    return _read_file(folder / NAME) or _read_file(folder / f"{NAME}.bak") or ({}, True)


def _read_file(path: Path) -> tuple[dict[str, str], bool] | None:
    """None for what is not there, or nothing this program wrote."""
    try:
        with path.open("rb") as file:
            raw = json.loads(file.read(MAX_FILE).decode())
        if raw["format"] == FORMAT:
            outcomes = {str(scene): clean_answer(str(title), 200) for scene, title in raw["outcomes"].items()}
            return outcomes, raw.get(VOTE) is True
    except (OSError, ValueError, RecursionError, LookupError, TypeError, AttributeError):
        pass
    return None


def counted(story: "Story") -> list[str]:
    """The scenes of a story that are outcomes."""
    return [scene.id for scene in story.scenes.values() if scene.outcome is not None]


def told(story: "Story", known: dict[str, str]) -> str:
    """How many have been met."""
    scenes = counted(story)
    if not scenes:
        return "This story counts no outcomes."
    number = sum(scene in known for scene in scenes)
    return f"{number} of {len(scenes)} met, in all plays on this machine." if number else "No outcome has been met yet."


def keep(folder: Path, session: "Session", *, vote: bool = False) -> None:
    """Notes the outcomes of a play from its beginning, if there are new ones. Raises OSError."""
    story = session.story
    mine = {
        scene: outcome.title.show(session).plain
        for scene in session.visits
        if (outcome := story.scenes[scene].outcome) is not None
    }
    if not mine or session.start is not None:
        return
    known, voted = _read(folder)
    if not mine.keys() <= known.keys() or (voted and not vote):
        data = {"format": FORMAT, "outcomes": known | mine} | ({VOTE: True} if voted and vote else {})
        text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
        write_atomically(folder / NAME, text.encode(errors="replace"), keep=folder / f"{NAME}.bak")
