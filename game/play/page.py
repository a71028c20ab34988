"""What a reader sees: the parts of a turn, and the page that gathers them. Every front end draws these and no more."""

from typing import TYPE_CHECKING, NamedTuple

from game.story.text import EMPTY, Shown

if TYPE_CHECKING:
    from game.story.model import Chapter, Fact
    from game.story.schema import SheetKind, Standing

STANDINGS: "dict[Standing, str]" = {
    "documented": "documented",
    "memoir": "only the memoir says so",
    "disputed": "disputed",
    "invented": "invented for this story",
}


class SheetShown(NamedTuple):
    """A document as the player met it. `text` is None where it is known by its heading and a summary only."""

    id: str
    kind: "SheetKind"
    heading: Shown
    stamp: Shown
    text: tuple[Shown, ...] | None
    signed: Shown
    summary: Shown = EMPTY


Prose = tuple[Shown | SheetShown, ...]


class Echo(NamedTuple):
    """The choice that was taken."""

    label: Shown


class Reply(NamedTuple):
    prose: Prose


class Card(NamedTuple):
    """A chapter's record card, with the facts behind the scenes this player saw. A front end waits after it."""

    chapter: "Chapter"
    prose: Prose
    facts: "tuple[Fact, ...]"


class Opening(NamedTuple):
    """A chapter begins: a clean page, its plate and title."""

    chapter: "Chapter"


class Heading(NamedTuple):
    """A scene begins."""

    scene: str
    title: Shown
    place: Shown
    date: Shown


class Telling(NamedTuple):
    """A scene's text, or its summary (`summarised`)."""

    prose: Prose
    summarised: bool = False


Part = Echo | Reply | Card | Opening | Heading | Telling


class Option(NamedTuple):
    """A choice on the page. `number` counts those that can be chosen, from 1; a locked one has 0 and its reason."""

    id: str
    label: Shown
    number: int
    locked: Shown | None = None


class Gauge(NamedTuple):
    """How something stands. `change` says what the last step did to it: "up from watched"; empty where nothing."""

    label: str
    words: str
    change: str = ""

    @property
    def said(self) -> str:
        return f"{self.label}: {self.words}" + (f", {self.change}" if self.change else "")


class Known(NamedTuple):
    """An unlocked glossary entry."""

    title: str
    kind: str
    text: Shown


class Ending(NamedTuple):
    """What follows an ending's text, besides the file and the decisions: the toll and the questions."""

    title: Shown
    outcome: Shown
    outcome_summary: Shown
    toll: tuple[tuple[Shown, Shown], ...]
    debrief: tuple[Shown, ...]


class Page(NamedTuple):
    """`turn` is what the last step brought; `since` all since the scene was entered, its heading first.

    `options` holds what is offered and what is locked, in the author's order. A page that offers nothing and is no
    ending is `stuck`.
    """

    number: int  # steps taken
    scene: str
    title: Shown
    place: Shown
    date: Shown
    chapter: "Chapter | None"
    turn: tuple[Part, ...]
    since: tuple[Part, ...]
    options: tuple[Option, ...]
    gauges: tuple[Gauge, ...]
    facts: "tuple[Fact, ...]"
    facts_held: bool  # the scene is summarised, and its facts with it
    file: tuple[SheetShown, ...]
    glossary: tuple[Known, ...]
    ending: Ending | None

    @property
    def offered(self) -> tuple[Option, ...]:
        return tuple(o for o in self.options if o.number)

    @property
    def stuck(self) -> bool:
        return self.ending is None and not self.offered
