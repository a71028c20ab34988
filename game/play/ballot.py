"""A vote of a class on one page: hands for each option, counted aloud and typed, or given one by one.

The surprising rule: a vote decides nothing. It says which options have the most hands; a step is taken by the teacher.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from game.play.saves import VOTE
from game.story.expressions import Kind, Value
from game.story.model import Story

MOST = 999  # hands for one option


def given(story: Story) -> dict[str, Value]:
    """What is answered before a class begins: the `class` key of the story. Nothing is typed as a name."""
    typed = {v.id: v.start for v in story.questions if v.kind is Kind.TEXT}
    return typed | dict(story.class_plan.answers if story.class_plan else {})


def counted(hands: int) -> str:
    return f"{hands or 'no'} hand{'' if hands == 1 else 's'}"


@dataclass(slots=True)
class Ballot:
    """`options` are the ids offered, `hands` the count of each; `done` those whose count was typed, `given` the options
    of hands given one by one, in their order. `taken_back` says that the hands are those of a step that was taken back:
    they count until a new one is given, which replaces them all."""

    options: tuple[str, ...]
    hands: list[int]
    done: set[int] = field(default_factory=set)
    given: list[int] = field(default_factory=list)
    taken_back: bool = False

    @classmethod
    def of(cls, options: Sequence[str], extra: Mapping[str, Any]) -> "Ballot":
        """The vote on these options that a save holds among its other keys, else a new one."""
        kept = extra.get(VOTE)
        if isinstance(kept, dict) and kept.get("options") == list(options):
            hands, order = kept.get("hands"), kept.get("given")
            if _counts(hands, MOST) and len(hands) == len(options):
                known = order if _counts(order, len(options) - 1) else []
                again = kept.get("taken_back") is True
                done = {n for n, count in enumerate(hands) if count or again}
                return cls(tuple(options), list(hands), done, list(known), again)
        return cls(tuple(options), [0] * len(options))

    def as_data(self) -> dict[str, Any]:
        """As a save keeps it."""
        if not self.total:
            return {}
        again = {"taken_back": True} if self.taken_back else {}
        return {"options": list(self.options), "hands": self.hands, "given": self.given} | again

    @property
    def total(self) -> int:
        return sum(self.hands)

    @property
    def leaders(self) -> list[int]:
        """The options with the most hands: one, or those that are tied."""
        return [n for n, count in enumerate(self.hands) if count == max(self.hands)]

    @property
    def decided(self) -> bool:
        """Whether one option has the most hands."""
        return len(self.leaders) == 1 and self.total > 0

    @property
    def cast(self) -> tuple[int, ...] | None:
        """The hands as a step keeps them; None where nobody has voted."""
        return tuple(self.hands) if self.total else None

    def verdict(self) -> str:
        """What the hands say, in a sentence."""
        if not self.total:
            return "No hands were given: the teacher decides."
        if not self.decided:
            tied = [str(n + 1) for n in self.leaders]
            return f"A tie of {', '.join(tied[:-1])} and {tied[-1]}: the teacher decides."
        return f"Most hands for {self.leaders[0] + 1}."

    def raise_hand(self, option: int) -> None:
        """One hand for an option."""
        self._anew()
        if self.hands[option] < MOST:
            self.hands[option] += 1
            self.given.append(option)

    def take_back(self) -> bool:
        """Takes the hand given last back; False where none is known."""
        while self.given:
            option = self.given.pop()
            if self.hands[option]:
                self.hands[option] -= 1
                return True
        return False

    def type(self, option: int, digit: int, *, anew: bool) -> None:
        """A digit more of an option's count, or the first of a new one."""
        self._anew()
        begun = 0 if anew else self.hands[option]
        if begun * 10 + digit <= MOST:
            self.hands[option] = begun * 10 + digit
        self.done.add(option)

    def rub_out(self, option: int) -> None:
        """The last digit of an option's count less."""
        self._anew()
        self.hands[option] //= 10
        if not self.hands[option]:
            self.done.discard(option)

    def _anew(self) -> None:
        """A vote that is taken again begins without the hands of the one before."""
        if self.taken_back:
            self.hands, self.done, self.taken_back = [0] * len(self.options), set(), False


def _counts(value: Any, most: int) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(type(count) is int and 0 <= count <= most for count in value)
