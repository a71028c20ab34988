"""Decisions set against the record: the data behind the journal, the ending and every report."""

from game.play.page import STANDINGS
from game.play.session import Session, Step
from game.record import record
from game.story.model import Fact
from game.story.schema import RecordKind
from game.story.text import Shown

RECORDS: dict[RecordKind, str] = {
    "followed": "as on record",
    "departed": "departs from the record",
    "disputed": "the record is disputed",
    "invented": "invented for this story",
}


@record
class Decision:
    """One choice of a play. `record` is None where the author set it against nothing."""

    number: int  # from 1
    step: int  # from 1, every Continue counted
    scene: str
    title: Shown
    label: Shown
    record: RecordKind | None
    facts: tuple[Fact, ...]
    note: Shown
    vote: str = ""  # how many hands it had, where a class voted

    @property
    def joint(self) -> str:
        """What stands between its scene's title and what was decided; '' where there is no title."""
        title = self.title.plain
        return (" " if title.endswith(("?", "!", ".")) else ": ") * bool(title)

    @property
    def where(self) -> str:
        """Its scene's title, as it stands before what was decided."""
        return self.title.plain + self.joint

    @property
    def remarks(self) -> tuple[str, ...]:
        """The author's note, then each fact, with its standing where that is more than documented."""
        facts = [f.text if f.standing == "documented" else f"{f.text} ({STANDINGS[f.standing]})" for f in self.facts]
        return tuple(text for text in (self.note.plain, *facts) if text)


def takes_back(session: Session, decision: Decision, copy: str) -> str:
    """What returning to the moment before a decision does, said before it is done."""
    count = len(session.steps) - decision.step + 1
    steps = "This step is" if count == 1 else f"This step and the {count - 1} after it are"
    return f"{steps} taken back. The play as it stands is kept in a save of its own, {copy}."


def decisions(session: Session) -> list[Decision]:
    """Every choice taken, in order; Continue is no decision. Where violent scenes are told by their summary, the facts
    their choices are set against are held back.
    """
    found: list[Decision] = []
    for step, turn in enumerate(session.turns):
        if turn.choice is not None and turn.step is not None:
            record = turn.choice.record
            held = session.summarise and session.story.scenes[turn.scene].is_violent
            facts = tuple(session.story.facts[f] for f in record.facts) if record and not held else ()
            kind = record.kind if record else None
            number = len(found) + 1
            vote = _vote(turn.step)
            found.append(Decision(number, step, turn.scene, turn.title, turn.step.label, kind, facts, turn.note, vote))
    return found


def _vote(step: Step) -> str:
    """A step's hands in a sentence; nothing where there were none, or they don't fit its options."""
    hands = step.hands
    if not hands or not sum(hands) or step.position > len(hands):
        return ""
    own, others = hands[step.position - 1], [*hands[: step.position - 1], *hands[step.position :]]
    most = max(others, default=0)
    rest = f"; {most} for another" if most > own else "; a tie" if most == own else ""
    return f"{own} of {sum(hands)} hands{rest}."
