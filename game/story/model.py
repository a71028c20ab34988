"""A checked story. Everything here is frozen; what happens in a play lives in `game.play.session`."""

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from game.record import record
from game.story.diagnostics import NOWHERE, Location
from game.story.expressions import Expression, Kind, Type, Value
from game.story.schema import EntryKind, GaugeKind, MustHoldKind, RecordKind, SheetKind, Standing
from game.story.text import NO_TEXT, Template, plain_value


@record
class Variable:
    """A piece of state: a flag, a bounded number, a word of a fixed set, or text that is only shown."""

    id: str
    kind: Kind
    start: Value
    low: int = 0
    high: int = 0
    words: Mapping[str, str] = field(default_factory=dict)  # of a one_of: word -> what the player reads
    bands: tuple[tuple[int, int, str], ...] = ()  # of a range: (from, to, words), both included
    label: str = ""
    show: GaugeKind | Literal[""] = ""  # how the gauge shows it, if it has one
    ask: str = ""
    location: Location = NOWHERE

    @property
    def type(self) -> Type:
        return Type(self.kind, frozenset(self.words), self.low, self.high)

    def shown(self, value: Value) -> str:
        """What a lone `{variable}` prints."""
        if self.words:
            return self.words[str(value)]
        for low, high, words in self.bands:
            if low <= int(value) <= high:
                return words
        return plain_value(value, flag=True)

    def gauge(self, value: Value) -> str:
        return str(value) if self.show == "number" else self.shown(value)

    @property
    def bounds(self) -> tuple[int, int] | None:
        """What a number is cut to when it is assigned, both included."""
        return (self.low, self.high) if self.kind is Kind.NUMBER else None

    @property
    def answers(self) -> tuple[Value, ...] | None:
        """Every answer a player can give to `ask`; None for free text."""
        if self.kind is Kind.NUMBER:
            return tuple(range(self.low, self.high + 1))
        return tuple(self.words) if self.kind is Kind.WORD else None


# --- text ----------------------------------------------------------------------------------------------------------


@record
class When:
    condition: Expression
    body: "Passage"
    otherwise: "Passage" = ()
    location: Location = NOWHERE  # of the condition


@record
class By:
    """One passage for each value of a flag, a definition or a one_of variable."""

    subject: Expression
    cases: Mapping[Value, "Passage"]
    otherwise: "Passage" = ()
    location: Location = NOWHERE


@record
class Once:
    """A passage for the first visit of its scene, or (`again`) for all the others."""

    body: "Passage"
    again: bool = False
    location: Location = NOWHERE


@record
class Sheet:
    """A document. With an `id` it goes into the file when it is first shown."""

    id: str
    kind: SheetKind
    heading: Template
    text: "Passage"
    stamp: Template = NO_TEXT
    signed: Template = NO_TEXT


Piece = Template | When | By | Once | Sheet
Passage = tuple[Piece, ...]


# --- flow ----------------------------------------------------------------------------------------------------------


@record
class Way:
    """One entry of `next`: where to, and if. The last of a list has no condition."""

    go: str
    when: Expression | None = None
    location: Location = NOWHERE


@record
class Assignment:
    variable: str
    value: Expression
    location: Location = NOWHERE  # of the value


@record
class Record:
    """How a choice stands to what happened: `facts` for all kinds but invented."""

    kind: RecordKind
    facts: tuple[str, ...] = ()
    note: Template = NO_TEXT


@record
class Choice:
    """`go` and `stay` are the way it leaves, its parents' included; without either it takes the scene's `next`.

    `spends` is of its own keys only: once taken, it is not offered again.
    """

    id: str
    label: Template
    when: Expression | None = None
    locked: Template | None = None
    set: tuple[Assignment, ...] = ()
    record: Record | None = None
    reply: Passage = ()
    choices: tuple["Choice", ...] = ()
    go: str = ""
    stay: bool = False
    spends: bool = False
    location: Location = NOWHERE


@record
class Outcome:
    title: Template
    summary: Template


@record
class Scene:
    """`chapter` is an id, '' before the first chapter, or 'same' to keep the player's own."""

    id: str
    chapter: str = ""
    title: Template = NO_TEXT
    place: Template = NO_TEXT
    date: Template = NO_TEXT
    basis: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    summary: Template = NO_TEXT
    on_enter: tuple[Assignment, ...] = ()
    text: Passage = ()
    choices: tuple[Choice, ...] = ()
    next: tuple[Way, ...] = ()
    discuss: Template = NO_TEXT
    ending: Template | None = None  # its title
    outcome: Outcome | None = None
    todo: str = ""
    location: Location = NOWHERE

    @property
    def is_junction(self) -> bool:
        return not (self.text or self.choices or self.todo or self.ending)

    @property
    def is_violent(self) -> bool:
        return "violence" in self.tags


@record
class Interrupt:
    when: Expression
    go: str
    location: Location = NOWHERE


# --- everything around the scenes ----------------------------------------------------------------------------------


@record
class Chapter:
    id: str
    title: str
    plate: str = ""  # the drawing itself
    plate_alt: str = ""
    basis: tuple[str, ...] = ()
    card: Passage = ()
    location: Location = NOWHERE


@record
class Source:
    id: str
    title: str
    kind: str
    location: Location = NOWHERE


@record
class Fact:
    id: str
    text: str
    sources: tuple[str, ...]
    standing: Standing
    location: Location = NOWHERE


@record
class Entry:
    """A glossary entry; without `when` it is there from the start."""

    id: str
    title: str
    kind: EntryKind
    text: Template
    when: Expression | None = None
    location: Location = NOWHERE


@record
class Toll:
    who: Template
    text: Template
    when: Expression | None = None
    location: Location = NOWHERE


@record
class MustHold:
    kind: MustHoldKind
    condition: Expression
    location: Location = NOWHERE


@record
class ClassPlan:
    """How a class plays it: the answers it starts with, and the minutes that takes."""

    answers: Mapping[str, Value]
    minutes: int


@record
class Teaching:
    aims: tuple[str, ...] = ()
    standards: tuple[str, ...] = ()
    rubric: tuple[str, ...] = ()


NO_TEACHING = Teaching()


@record
class Expectation:
    scene: str = ""
    state: Mapping[str, Value] = field(default_factory=dict)
    seen: tuple[str, ...] = ()
    text: str = ""
    outcome: str = ""


@record
class StoryTest:
    name: str
    answers: Mapping[str, Value]
    choose: tuple[str, ...]
    expect: Expectation
    location: Location = NOWHERE


@record
class Story:
    """A whole story, free of errors. `digest` is the SHA-256 of its YAML files, names included."""

    id: str
    title: str
    digest: str
    start: str
    scenes: Mapping[str, Scene]
    choices: Mapping[str, Choice]
    author: str = ""
    language: str = "en"
    about: str = ""
    content_note: str = ""
    variables: Mapping[str, Variable] = field(default_factory=dict)
    definitions: Mapping[str, Expression] = field(default_factory=dict)
    definition_places: Mapping[str, Location] = field(default_factory=dict)
    interrupts: tuple[Interrupt, ...] = ()
    chapters: Mapping[str, Chapter] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    glossary: Mapping[str, Entry] = field(default_factory=dict)
    toll: tuple[Toll, ...] = ()
    debrief: tuple[Template, ...] = ()
    class_plan: ClassPlan | None = None
    teaching: Teaching = NO_TEACHING
    must_hold: tuple[MustHold, ...] = ()
    tests: tuple[StoryTest, ...] = ()

    def __eq__(self, other: object) -> bool:
        return self is other  # of two that are read one after the other, each has places of its own

    __hash__ = object.__hash__

    @property
    def questions(self) -> tuple[Variable, ...]:
        """The variables asked before the first scene."""
        return tuple(v for v in self.variables.values() if v.ask)

    @property
    def gauges(self) -> tuple[Variable, ...]:
        return tuple(v for v in self.variables.values() if v.show)
