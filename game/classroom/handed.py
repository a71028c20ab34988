"""What was handed in: saves, votes and pasted codes, read from files and played again.

The surprising rule: what a player typed as a name is dropped before the play begins, so that nothing made from it can
show it; `text` variables are never tested, so the play is the same.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from game.errors import SaveError
from game.play.given import Start, clean_lines
from game.play.outcomes import NAME as OUTCOMES
from game.play.restore import restore
from game.play.saves import VOTE, Save
from game.play.session import Session
from game.play.shelf import read_limited
from game.story.expressions import Kind
from game.story.model import Story
from game.story.text import Shown

READ = frozenset([".json", ".txt"])
OURS = frozenset([".html", ".csv", ".md", ".pdf", ".yaml", ".bak"])  # what else lies in such a folder, and is no play
_CODE = re.compile(r"ST\d+\.[\w=\s-]*?\.(?:\s*[0-9a-f]){8}(?![\w-])", re.ASCII | re.IGNORECASE)
_BEGIN = re.compile(r"(?<![\w-])(?=ST\d+\.)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Handed:
    """One play. `where` is the file it came from, `notes` what a changed story did to it."""

    where: str
    save: Save
    session: Session
    notes: tuple[str, ...] = ()

    @property
    def is_vote(self) -> bool:
        return VOTE in self.save.extra or any(step.hands for step in self.session.steps)

    @property
    def questions(self) -> list[tuple[Shown, str]]:
        """What is asked at the end, as it stands in this play, and what was answered; '' for nothing yet."""
        answers = [*map(clean_lines, self.save.debrief), *[""] * len(self.session.story.debrief)]
        return [(q.show(self.session), answers[n].strip()) for n, q in enumerate(self.session.story.debrief)]

    @property
    def steps(self) -> tuple[str, ...]:
        return tuple(step.id for step in self.session.steps)


class Skipped(NamedTuple):
    where: str
    why: str


def open_play(data: bytes, story: Story, where: str) -> Handed:
    """A save or a code played again, without what was typed as a name. Raises SaveError."""
    return played_again(Save.decode(data), story, where)


def played_again(save: Save, story: Story, where: str) -> Handed:
    """As `open_play`, of a save that has been read."""
    typed = {v.id for v in story.variables.values() if v.kind is Kind.TEXT}
    answers = {name: value for name, value in save.answers.items() if name not in typed}
    start = save.start
    if start is not None:
        start = Start(start.scene, {name: value for name, value in start.state.items() if name not in typed})
    restored = restore(story, bare := replace(save, answers=answers, start=start, name=""))
    return Handed(where, bare, restored.session, restored.notes)


def codes(text: str) -> list[str]:
    """Every code in a text, one or many, names and line breaks between them or not; a broken one as far as it goes."""
    begins = [match.start() for match in _BEGIN.finditer(text)]
    found = []
    for begin, end in pairwise([*begins, len(text)]):
        whole = _CODE.match(text, begin, end)
        found.append(whole[0] if whole else text[begin:end].split(maxsplit=1)[0])
    return found


def gather(folder: Path, story: Story) -> tuple[list[Handed], list[Skipped]]:
    """Every play in a folder and the folders in it, each once, in an order that tells nothing of who it is from; and
    what was skipped, and why. Raises OSError where the folder can't be read."""
    found: list[Handed] = []
    skipped: list[Skipped] = []
    next(folder.iterdir(), None)  # a folder that can't be read is no empty folder
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        where = str(path.relative_to(folder))
        if path.name.startswith(".") or path.name == OUTCOMES or path.suffix.lower() in OURS:
            continue
        if path.suffix.lower() not in READ:
            skipped.append(Skipped(where, "neither .json nor .txt"))
            continue
        try:
            for name, data in _pieces(path, where):
                try:
                    found.append(open_play(data, story, name))
                except SaveError as error:
                    skipped.append(Skipped(name, str(error)))
        except SaveError as error:
            skipped.append(Skipped(where, str(error)))
        except OSError as error:
            skipped.append(Skipped(where, f"can't be read: {error.strerror}"))
    kept = _once(found, skipped)
    return sorted(kept, key=lambda one: sha256(one.save.encode()).digest()), skipped


def _pieces(path: Path, where: str) -> Iterator[tuple[str, bytes]]:
    data = read_limited(path)
    if path.suffix.lower() == ".json":
        yield where, data
        return
    listed = codes(data.decode("utf-8-sig", errors="replace"))
    if not listed:
        raise SaveError("no code of this game is in it")
    for number, code in enumerate(listed, 1):
        yield where if len(listed) == 1 else f"{where}, code {number}", code.encode()


def _once(found: list[Handed], skipped: list[Skipped]) -> list[Handed]:
    """One of each play: of those that began at the same moment and went the same way, the one that went farthest."""
    kept: list[Handed] = []
    for one in sorted(found, key=lambda one: (len(one.steps), sum(map(len, one.save.debrief))), reverse=True):
        for other in kept:
            same = one.save.started and (one.save.started, one.session.answers) == (
                other.save.started,
                other.session.answers,
            )
            if same and other.steps[: len(one.steps)] == one.steps:
                earlier = len(one.steps) < len(other.steps)
                what = "an earlier state of the same play as" if earlier else "the same play as"
                skipped.append(Skipped(one.where, f"{what} {other.where}"))
                break
        else:
            kept.append(one)
    return kept
