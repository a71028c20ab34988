"""A save played again.

The surprising rule: nothing of a play is read from a save but what was chosen. A file changed by hand either is a play
that could have happened or is refused; and a story may be edited under a save.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from game.errors import PlayError, SaveError
from game.play.given import clean_answer
from game.play.saves import MAX_STEPS, Save
from game.play.session import Session
from game.record import record
from game.story.expressions import Value
from game.story.model import Story

_STEP = re.compile(r"\w+/")  # how a step's id begins, and neither JSON nor a code


@record
class Restored:
    """A session at the save's end. `notes` say, a line each, what was found how because the story has changed;
    `left_over` are the steps that no longer fit."""

    session: Session
    notes: tuple[str, ...]
    left_over: tuple[dict[str, Any], ...]


def restore(story: Story, save: Save) -> Restored:
    """Plays a save's steps. Raises SaveError where it is another story's, or not a play of this very story."""
    if save.story != story.id:
        raise SaveError(f"a save of another story, {clean_answer(save.title or save.story)!r}")
    same = save.digest == story.digest
    notes: list[str] = []
    session = _begin(story, save, notes, same=same)
    for index, saved in enumerate(save.steps):
        step_id = saved["id"]
        found = step_id if step_id in session.offered else None
        if found is None:
            if same:
                raise SaveError(f"changed by hand: step {index + 1}, {step_id[:60]!r}, is not offered there")
            found, how = _stand_in(session, saved)
            if found is None:
                left = save.steps[index:]
                notes.append(
                    f"The story has changed: {len(left)} of {len(save.steps)} steps no longer fit and are kept aside."
                )
                return Restored(session, tuple(notes), tuple(left))
            notes.append(f"The story has changed: step {index + 1} was found by its {how}.")
        hands = saved.get("hands")
        session.choose(found, tuple(hands) if hands is not None else None)
    return Restored(session, tuple(notes), ())


def replay(data: bytes, begun: Session) -> Restored:
    """A save, a code, or a list of step ids taken in the session that has just begun: in JSON, or a line each, where
    blank lines and what follows a # are skipped. Raises SaveError."""
    steps = _listed(data)
    if steps is None:
        return restore(begun.story, Save.decode(data))
    for number, step in enumerate(steps[:MAX_STEPS], 1):
        if not isinstance(step, str) or step not in begun.offered:
            raise SaveError(f"step {number}, {str(step)[:60]!r}, is not offered there")
        begun.choose(step)
    return Restored(begun, (), ())


def _listed(data: bytes) -> list[Any] | None:
    """The list that a file is, else None."""
    try:
        text = data.decode("utf-8-sig")
        lines = [line for whole in text.splitlines() if (line := whole.partition("#")[0].strip())]
        steps = lines if lines and _STEP.match(lines[0]) else json.loads(text)
    except (ValueError, RecursionError):
        return None
    return steps if isinstance(steps, list) else None


def _begin(story: Story, save: Save, notes: list[str], *, same: bool) -> Session:
    answers: dict[str, Value] = {}
    for name, value in save.answers.items():
        try:
            Session(story, {name: value})
        except PlayError:
            if same:
                raise SaveError(f"changed by hand: the answer {name[:60]!r} can't be given") from None
            notes.append(f"The story has changed: the answer {name[:60]!r} no longer fits.")
        else:
            answers[name] = value
    try:
        return Session(story, answers, save.start)
    except PlayError as error:
        raise SaveError(f"begins where this story can't: {error}") from None


def _stand_in(session: Session, saved: Mapping[str, Any]) -> tuple[str | None, str]:
    """For a step whose id is gone: the choice with its label, else at its position, in the scene the id names."""
    step_id, label, position = saved["id"], saved.get("label", ""), saved.get("position", 0)
    scene, _, rest = step_id.partition("/")
    if scene != session.place or step_id in session.story.choices or rest == "continue":
        return None, ""
    offered = [o for o in session.page.options if o.number]
    for option in offered:
        if option.label.plain == label:
            return option.id, "label"
    if 1 <= position <= len(offered):
        return offered[position - 1].id, "position"
    return None, ""
