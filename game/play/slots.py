"""Slots: a shelf of saves whose story is read, so that they can be played; and the play that is kept in one.

The surprising rule: a damaged save is put aside before anything is written over it.
"""

from itertools import count
from pathlib import Path
from typing import Any

from game.errors import SaveError
from game.play import outcomes
from game.play.files import write_atomically
from game.play.given import clean_lines
from game.play.restore import Restored, restore
from game.play.saves import STEP_KEYS, VOTE, Save, encode_code
from game.play.session import Session
from game.play.shelf import Clock, Shelf, stamp, utc_now
from game.story.model import Story


class Play:
    """A session and the slot it is kept in. Saving is explicit, so that a front end can paint first."""

    def __init__(self, session: Session, slots: "Slots", slot: str, save: Save | None = None) -> None:
        now = stamp(slots.clock())
        self.session = session
        self.slots = slots
        self.slot = slot
        self.started = save.started if save else now
        self.debrief: list[str] = [clean_lines(answer) for answer in save.debrief] if save else []
        self.name = save.name if save else ""
        self.mark: tuple[int, int] | None = None  # of the save this play was read from or wrote last
        self.read_steps = list(save.steps) if save else []
        self.left_over: list[dict[str, Any]] = list(save.left_over) if save else []
        self.extra: dict[str, Any] = dict(save.extra) if save else {}

    def as_save(self) -> Save:
        session = self.session
        steps = [
            {"id": s.id, "label": s.label.plain, "position": s.position} | ({"hands": list(s.hands)} if s.hands else {})
            for s in session.steps
        ]
        for step, read in zip(steps, self.read_steps, strict=False):
            if read["id"] == step["id"]:
                step.update({k: v for k, v in read.items() if k not in STEP_KEYS})
        return Save(
            story=session.story.id,
            digest=session.story.digest,
            title=session.story.title,
            started=self.started,
            saved=stamp(self.slots.clock()),
            answers=dict(session.answers),
            steps=steps,
            start=session.start,
            debrief=self.debrief,
            name=self.name,
            left_over=self.left_over,
            extra=self.extra,
        )

    def move(self, restored: Restored, slots: "Slots") -> None:
        """Takes the play as it was played again, over to the slots of the story as it is now."""
        if slots.folder != self.slots.folder and slots.exists(self.slot):
            self.slot = slots.fresh()
            self.mark = None
        self.session, self.slots = restored.session, slots
        self.left_over = [*restored.left_over, *self.left_over]

    def save(self) -> str:
        """What there is to say about it: where another game has saved in this slot since, this play moves to one of its
        own. Raises SaveError when the disk refuses."""
        note, found = "", self.slots.mark(self.slot)
        if self.mark is not None and found is not None and found != self.mark:
            fresh = self.slots.fresh()
            note = f"{self.slot} is played somewhere else, too. What is played here goes on as {fresh}."
            self.slot = fresh
        self.slots.write(self.slot, self.as_save())
        self.mark = self.slots.mark(self.slot)
        try:
            outcomes.keep(self.slots.folder, self.session, vote=VOTE in self.extra)
        except OSError as error:
            raise SaveError(f"{self.slot}: its outcome can't be kept: {error.strerror}") from None
        return note

    def rewind(self, step: int, copy: str) -> None:
        """Takes a step, counted from 1, and all after it back. The play as it stands is kept in another slot first;
        raises SaveError where it can't be, and then nothing has changed."""
        self.slots.write(copy, self.as_save())
        self._back_to(step)

    def undo(self) -> bool:
        """Takes the last step back; False on the first page."""
        count = len(self.session.steps)
        if count:
            self._back_to(count)
        return bool(count)

    def _back_to(self, step: int) -> None:
        """To the page before a step. The hands a class gave for that step are on its page again."""
        steps = self.session.steps
        self.session.replay(steps[: step - 1])
        if VOTE in self.extra:
            from game.play.ballot import Ballot  # of a class

            offered, hands = self.session.offered, list(steps[step - 1].hands or ())
            self.extra[VOTE] = Ballot(tuple(offered), hands, taken_back=True).as_data()

    def answered(self, question: int) -> str:
        """What was answered to a question of the debriefing, counted from 0; '' for nothing yet."""
        return self.debrief[question] if question < len(self.debrief) else ""

    def answer(self, question: int, text: str) -> None:
        """Answers a question of the debriefing; `save` keeps it."""
        self.debrief += [""] * (question + 1 - len(self.debrief))
        self.debrief[question] = clean_lines(text)
        while self.debrief and not self.debrief[-1]:
            self.debrief.pop()

    def code(self) -> str:
        """The play as a code to copy. Raises SaveError where it is too long."""
        return encode_code(self.as_save(), self.session.story)

    def save_test(self) -> Path:
        """Writes the play as a test of the story, to a new file beside its save: where. Raises SaveError when the disk
        refuses, PlayError for a play that was not begun at the beginning."""
        from game.play.rehearsal import as_test  # of an author

        text = as_test(self.session, f"{self.slot}, {stamp(self.slots.clock())[:10]}")
        names = (f"{self.slot}{'' if n == 1 else f'-{n}'}.test.yaml" for n in count(1))
        try:
            self.slots.folder.mkdir(parents=True, exist_ok=True)
            path = next(path for name in names if not (path := self.slots.folder / name).exists())
            write_atomically(path, text.encode())
        except OSError as error:
            raise SaveError(f"{self.slot}: the test can't be written: {error.strerror}") from None
        return path


class Slots(Shelf):
    """The saves of one story in one folder."""

    def __init__(self, folder: Path, story: Story, clock: Clock = utc_now, kind: str = "play") -> None:
        super().__init__(folder, story.id, clock, kind)
        self.story = story

    @classmethod
    def on(cls, shelf: Shelf, story: Story) -> "Slots":
        """The slots of a story, or of another version of it, where a shelf stands."""
        return cls(shelf.folder.parent, story, shelf.clock, shelf.kind)

    def resume(self, name: str, *, previous: bool = False) -> tuple[Play, tuple[str, ...]]:
        """The play in a slot and what there is to say about it. Raises SaveError.

        `previous` takes the generation before, and puts a damaged newer one aside, where nothing overwrites it.
        """
        mark = self.mark(name)
        save = self.read_previous(name) if previous else self.read(name)
        try:
            restored = restore(self.story, save)
        except SaveError as error:
            raise SaveError(f"{name}: {error}") from None
        if previous and self.path(name).exists():
            asides = (self.path(name).with_suffix(f".damaged-{n}") for n in count(1))
            try:
                self.path(name).replace(next(aside for aside in asides if not aside.exists()))
            except OSError as error:
                raise SaveError(f"{name}: can't be put aside: {error.strerror}") from None
        play = Play(restored.session, self, name, save)
        play.mark = mark
        play.left_over = [*restored.left_over, *play.left_over]
        return play, restored.notes
