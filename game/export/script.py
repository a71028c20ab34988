"""The whole story to read on paper: every scene, option and effect, conditions in words."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from game.export.markup import fill
from game.play.journal import RECORDS
from game.play.page import STANDINGS
from game.story.model import By, Choice, Once, Passage, Scene, Sheet, Story, Way, When
from game.story.text import Insert, Shown, Template, static
from game.story.wording import Wording

SHEETS = {
    "cable": "Cable",
    "memo": "Memorandum",
    "letter": "Letter",
    "form": "Form",
    "note": "Note",
    "press": "Newspaper",
}


@dataclass(frozen=True, slots=True)
class Part:
    """Something that is told, if `when` is so: a text, a document, or more parts."""

    when: str = ""
    text: Shown | None = None
    sheet: "Document | None" = None
    parts: tuple["Part", ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    kind: str
    heading: Shown
    stamp: Shown
    signed: Shown
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Option:
    number: str  # 2, or 2.1 of an option that is nested in it
    label: Shown
    when: str
    locked: Shown | None
    effects: list[str]
    record: str
    reply: tuple[Part, ...]
    ways: list["Exit"]
    choices: list["Option"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Exit:
    """Where something leads: a page number and a title; `number` 0 stands for staying."""

    when: str
    number: int
    title: str


class Script:
    """A story as pages for a reader. Scenes are numbered in the order of the files, as exits name them."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.words = Wording(story)
        self.numbers = {scene: n for n, scene in enumerate(story.scenes, 1)}

    def html(self) -> str:
        """One HTML document with print styles; nothing is loaded from anywhere."""
        return fill("script.html", story=self.story, script=self, chapters=list(self.chapters()), standings=STANDINGS)

    def chapters(self) -> Iterator[tuple[str, list[Scene]]]:
        """Runs of scenes under the title of their chapter."""
        title, scenes = "", list[Scene]()
        for scene in self.story.scenes.values():
            chapter = self.story.chapters.get(scene.chapter)
            named = chapter.title if chapter else title
            if named != title and scenes:
                yield title, scenes
                scenes = []
            title = named
            scenes.append(scene)
        if scenes:
            yield title, scenes

    def show(self, template: Template) -> Shown:
        """A text with its inserts said in words, in brackets."""
        return Shown(template, tuple(f"[{self._insert(i)}]" for i in template.inserts))

    def _insert(self, insert: Insert) -> str:
        if insert.variable is not None:
            return self.words.name(insert.variable.id)
        return self.words.value(insert.expression)

    def passage(self, passage: Passage) -> tuple[Part, ...]:
        return tuple(part for piece in passage for part in self._piece(piece))

    def _piece(self, piece: Template | When | By | Once | Sheet) -> Iterator[Part]:
        match piece:
            case Template():
                yield Part(text=self.show(piece))
            case When():
                yield Part(f"If {self.words.condition(piece.condition)}", parts=self.passage(piece.body))
                if piece.otherwise:
                    yield Part("Else", parts=self.passage(piece.otherwise))
            case By():
                subject = self.words.value(piece.subject)
                variable = self.story.variables.get(piece.subject.source)
                for value, body in piece.cases.items():
                    said = variable.shown(value) if variable else str(value).lower()
                    yield Part(f"If {subject} is {said}", parts=self.passage(body))
                if piece.otherwise:
                    yield Part("Else", parts=self.passage(piece.otherwise))
            case Once():
                yield Part("On later visits" if piece.again else "On the first visit", parts=self.passage(piece.body))
            case Sheet():
                show = self.show
                heading, stamp, signed = show(piece.heading), show(piece.stamp), show(piece.signed)
                yield Part(sheet=Document(SHEETS[piece.kind], heading, stamp, signed, self.passage(piece.text)))

    def options(self, scene: Scene, choices: tuple[Choice, ...], prefix: str = "") -> list[Option]:
        return [self._option(scene, choice, f"{prefix}{n}") for n, choice in enumerate(choices, 1)]

    def _option(self, scene: Scene, choice: Choice, number: str) -> Option:
        when = self.words.condition(choice.when) if choice.when else ""
        if choice.spends:
            when = " and ".join(filter(None, (when, "not taken before")))
        nested = self.options(scene, choice.choices, f"{number}.")
        if choice.stay:
            ways = [Exit("", 0, "stays here")]
        elif choice.go:
            ways = [self._exit(Way(choice.go))]
        else:
            ways = [] if nested and not scene.next else self.exits(scene)
        return Option(
            number=number,
            label=self.show(choice.label),
            when=when,
            locked=self.show(choice.locked) if choice.locked else None,
            effects=self.words.effects(choice.set),
            record=self._record(choice),
            reply=self.passage(choice.reply),
            ways=ways,
            choices=nested,
        )

    def _record(self, choice: Choice) -> str:
        if choice.record is None:
            return ""
        facts = [self.story.facts[f] for f in choice.record.facts]
        said = [self.show(choice.record.note).plain, *(f"{f.text} ({f.id}, {STANDINGS[f.standing]})" for f in facts)]
        return f"{RECORDS[choice.record.kind]}: {' '.join(filter(None, said))}".removesuffix(": ")

    def exits(self, scene: Scene) -> list[Exit]:
        return [self._exit(way) for way in scene.next]

    def _exit(self, way: Way) -> Exit:
        when = f"if {self.words.condition(way.when)}" if way.when else ""
        return Exit(when, self.numbers[way.go], self.title(self.story.scenes[way.go]))

    def title(self, scene: Scene) -> str:
        return self.show(scene.title).plain or scene.id.replace("_", " ")

    def shown(self, text: str) -> Shown:
        return static(text, "text")
