"""Line mode: the game as a plain stream of text, for screen readers, pipes and simple terminals.

The surprising rule: nothing but words and line ends. No escape codes, no drawn boxes, no braille; a plate is told by
its alternative text. Everything after a step is printed once, in order, and then one line is read.
"""

from collections.abc import Iterable
from typing import TextIO

from game.layout import Run, shown_lines, span_runs, text_of, wrap
from game.play.journal import RECORDS, decisions
from game.play.page import STANDINGS, Card, Echo, Heading, Opening, Page, Part, Prose, Reply, SheetShown, Telling
from game.play.saves import SaveError
from game.play.session import CONTINUE, PlayError, Session, clean_answer
from game.play.slots import Play, SlotInfo, Slots
from game.settings import Settings
from game.story.catalogue import printable
from game.story.expressions import Value
from game.story.model import Fact, Variable
from game.story.text import Shown, static

LETTERS = {
    "u": "undo the last step",
    "r": "read this page again",
    "e": "evidence: the facts behind this scene, and whom you have met",
    "f": "the file: every document seen so far",
    "j": "the journal: what was chosen, and what the record says",
    "a": "answer the questions, after an ending",
    "g": "gauges: how things stand",
    "v": "tell scenes of violence by a short summary, or in full",
    "c": "a code of this play, to copy",
    "t": "write this play down as a test of the story",
    "?": "this help",
    "q": "save and leave",
}


class Left(Exception):  # noqa: N818  # no error: the way out of any prompt
    """The input has ended, or the player leaves."""


def picked(answer: str, count: int) -> int:
    """The number typed, from 1 to `count`, else 0."""
    number = int(answer) if answer.isdecimal() and len(answer) < 10 else 0
    return number if number <= count else 0


class LineMode:
    """Plays in two text streams. `waits` asks for Enter after a record card, for people at a keyboard."""

    def __init__(
        self,
        slots: Slots,
        source: TextIO,
        target: TextIO,
        settings: Settings | None = None,
        *,
        width: int = 72,
        waits: bool = False,
    ) -> None:
        self.slots = slots
        self.story = slots.story
        self.source, self.target = source, target
        self.settings = settings or Settings()
        self.width, self.waits = min(width, self.settings.column), waits
        self.refused = ""  # why the last save failed
        self.letters = LETTERS
        self.commands = {"e": self.evidence, "f": self.file, "j": self.journal, "g": self.gauges}

    # --- streams

    def say(self, text: str = "", indent: str = "") -> None:
        for paragraph in text.split("\n"):
            for line in wrap([(paragraph, "")], self.width, indent, indent):
                self.target.write(text_of(line).rstrip() + "\n")

    def say_runs(self, runs: Iterable[Run], first: str = "", rest: str = "") -> None:
        for line in wrap(runs, self.width, first, rest):
            self.target.write(text_of(line).rstrip() + "\n")

    def ask(self, prompt: str = "> ") -> str:
        self.target.write(prompt)
        self.target.flush()
        line = self.source.readline()
        if not line:
            self.say()
            raise Left
        return line.strip()

    # --- the whole

    def run(self, slot: str | None = None, play: Play | None = None) -> int:
        """Plays until the player leaves or the input ends; 0. Raises SaveError where a save can't be played, and at
        the end where the play can't be saved."""
        story = self.story
        self.say(story.title.upper())
        if story.author:
            self.say(f"by {story.author}")
        if story.about:
            self.say()
            self.say_shown(static(story.about, "text"))
        for note in self.settings.notes:
            self.say(f"\n{note}")
        try:
            play = play or self.open(slot)
        except Left:
            return 0
        play.session.summarise = self.settings.summarise
        try:
            self.save(play)
            self.again(play)
            while True:
                self.turn(play)
        except Left:
            play.save()
            self.say(f"Saved as {play.slot}.")
            return 0

    def save(self, play: Play) -> None:
        """Saves; why it can't be done is said once, and the play goes on."""
        refused = ""
        try:
            play.save()
        except SaveError as error:
            refused = str(error)
            if refused != self.refused:
                self.say(f"Not saved: {refused}. The play goes on.")
        self.refused = refused

    def open(self, slot: str | None) -> Play:
        """The play to go on with, or a new one."""
        if slot is not None:
            if self.slots.exists(slot):
                return self.resume(slot)
            return self.begin(slot)
        saved = self.slots.list()
        if saved:
            self.say()
            at = self.pick("Begin, or go on?", ["Begin a new play", *(self.describe(info) for info in saved[:9])])
            if at:
                return self.resume(saved[at - 1].name)
        return self.begin(self.slots.fresh())

    @staticmethod
    def describe(info: SlotInfo) -> str:
        if info.error:
            return f"{info.error}" + (", but an earlier save of it is whole" if info.has_previous else "")
        return f"Go on with {info.name}, {info.told}"

    def resume(self, slot: str) -> Play:
        try:
            play, notes = self.slots.resume(slot)
        except SaveError as error:
            try:
                previous = self.slots.read_previous(slot)
            except SaveError:
                raise error from None
            self.say()
            self.say(f"{error}.")
            question = f"The save before it, of {counted(len(previous.steps), 'step')}, is whole. Go on with that?"
            if self.pick(question, ["Yes", "No"]):
                raise error from None
            play, notes = self.slots.resume(slot, previous=True)
        for note in notes:
            self.say(note)
        return play

    def begin(self, slot: str) -> Play:
        self.slots.path(slot)  # a bad name is refused before any question
        story = self.story
        if story.content_note:
            self.say()
            self.say_shown(static(story.content_note, "text"))
        if any(scene.is_violent for scene in story.scenes.values()):
            self.say()
            choices = ["In full", "By a short, neutral summary"]
            question = "How should scenes of violence be told? This can be changed at any time."
            self.violence(summarise=bool(self.pick(question, choices, int(self.settings.summarise))))
        answers: dict[str, Value] = {v.id: self.question(v) for v in story.questions}
        return Play(Session(story, answers), self.slots, slot)

    def question(self, variable: Variable) -> Value:
        self.say()
        values = variable.answers
        if values is None:
            self.say(variable.ask)
            return clean_answer(self.ask()) or variable.start
        first = values.index(variable.start)
        return values[self.pick(variable.ask, [variable.shown(v) for v in values], first)]

    def pick(self, question: str, options: list[str], default: int = 0) -> int:
        """The index of the option picked; an empty line takes the default."""
        self.say(question)
        for number, option in enumerate(options, 1):
            self.say_runs([(option, "")], f"  {number}  ", "     ")
        while True:
            answer = self.ask()
            if not answer:
                return default
            if at := picked(answer, len(options)):
                return at - 1
            if answer in ("q", "quit"):
                raise Left
            self.say(f"Type a number from 1 to {len(options)}.")

    # --- a turn

    def turn(self, play: Play) -> None:
        session = play.session
        page = session.page
        self.options(page)
        answer = self.ask().lower()
        offered = page.offered
        if not answer and len(offered) == 1 and offered[0].label is CONTINUE:
            answer = "1"  # Enter goes on where there is nothing to choose
        if at := picked(answer, len(offered)):
            session.choose(offered[at - 1].id)
            self.save(play)
            self.page(session.page.turn)
            self.changes(session.page)
            self.ending(play)
            return
        if answer in self.commands:
            self.say()
            self.commands[answer](session)
        elif answer == "u":
            self.say("The last step is undone." if session.undo() else "There is nothing to undo.")
            self.save(play)
            self.again(play)
        elif answer == "a":
            self.debrief(play)
        elif answer == "r":
            self.again(play)
        elif answer == "v":
            self.violence(summarise=not session.summarise)
            session.summarise = self.settings.summarise
            self.say(f"Scenes of violence are {self.settings.words('violence')} from here on; r reads this page again.")
        elif answer in ("c", "t"):
            self.hand_out(play, test=answer == "t")
        elif answer == "q":
            raise Left
        elif answer == "?":
            self.say()
            self.say("Type the number of a choice and press Enter. Or type a letter:")
            for letter, what in self.letters.items():
                self.say_runs([(what, "")], f"  {letter}  ", "     ")
        elif offered:
            self.say(f"Type a number from 1 to {len(offered)}, or ? for help.")
        else:
            self.say("Type a letter; ? lists them.")

    def violence(self, *, summarise: bool) -> None:
        """Keeps how violence is told; says where it can't be kept."""
        refused = self.settings.change("violence", "summary" if summarise else "full")
        if refused:
            self.say(refused)

    def hand_out(self, play: Play, *, test: bool) -> None:
        """The play in another form: a code, told on a line of its own however long, or a file with a test."""
        self.say()
        try:
            if test:
                path = play.save_test()
                self.say(f"Written to {printable(str(path))}. In the story's folder, `special-tasks test` plays it.")
            else:
                self.target.write(play.code() + "\n")
        except (SaveError, PlayError) as error:
            self.say(f"That can't be done: {error}.")

    def debrief(self, play: Play) -> None:
        """The questions after an ending, one by one; an empty line leaves an answer as it is."""
        ending = play.session.page.ending
        if ending is None or not ending.debrief:
            self.say("There are no questions here: they come after an ending.")
            return
        self.say("Type an answer on one line, or press Enter to leave it as it is. Answers are in the save.")
        for number, question in enumerate(ending.debrief):
            self.say()
            self.say_runs(span_runs(question), f"{number + 1}. ", "   ")
            if now := play.answered(number):
                self.say(f"Answered: {now}", "   ")
            if answer := self.ask():
                play.answer(number, answer)
                self.save(play)

    def again(self, play: Play) -> None:
        """The page as it stands, from its scene's heading, or from the very beginning."""
        page = play.session.page
        self.page(page.since if page.number else page.turn)
        self.ending(play)

    def options(self, page: Page) -> None:
        self.say()
        if page.ending is not None:
            asked = "a answers the questions, " if page.ending.debrief else ""
            self.say(f"This play has ended. {asked}j reads the journal, u takes the last step back, q leaves.")
        elif page.stuck:
            self.say("This page offers no way on: a mistake of the story. u takes the last step back.")
        for option in page.options:
            if option.locked is None:
                self.say_runs(span_runs(option.label), f"  {option.number}  ", "     ")
            else:
                self.say_runs([*span_runs(option.label), (" (not now: ", ""), *span_runs(option.locked), (")", "")],
                              "  -  ", "     ")  # fmt: skip

    def page(self, parts: tuple[Part, ...]) -> None:
        for part in parts:
            match part:
                case Echo(label):
                    self.say()
                    self.say_runs(span_runs(label), "> ", "  ")
                case Reply(prose) | Telling(prose):
                    self.prose(prose)
                case Card():
                    self.card(part)
                case Opening(chapter):
                    self.say("\n")
                    self.say(f"Chapter: {chapter.title}")
                    if chapter.plate_alt:
                        self.say(f"Picture: {chapter.plate_alt}")
                case Heading():
                    self.heading(part)

    def heading(self, part: Heading) -> None:
        if part.title or part.place or part.date:
            self.say()
        if part.title:
            self.say_runs([("Scene: ", ""), *span_runs(part.title)])
        where = ", ".join(s.plain for s in (part.place, part.date) if s)
        if where:
            self.say(where)

    def card(self, card: Card) -> None:
        self.say()
        self.say(f"Record card. {card.chapter.title}. The story stops here for a moment.")
        self.prose(card.prose)
        self.facts(card.facts, sources=False)
        self.say("End of the record card.")
        if self.waits:
            self.ask("Press Enter to go on. ")

    def prose(self, prose: Prose) -> None:
        for piece in prose:
            self.say()
            if isinstance(piece, SheetShown):
                self.sheet(piece)
            else:
                self.say_shown(piece)

    def say_shown(self, shown: Shown, indent: str = "") -> None:
        for line in shown_lines(shown, self.width - len(indent)):
            self.target.write((indent + text_of(line)).rstrip() + "\n")

    def sheet(self, sheet: SheetShown) -> None:
        kind = {"press": "newspaper"}.get(sheet.kind, sheet.kind)
        self.say_runs([(f"Document, a {kind}: ", ""), *span_runs(sheet.heading)])
        if sheet.stamp:
            self.say(f"Stamped: {sheet.stamp.plain}", "  ")
        if sheet.text is None:
            self.say_shown(sheet.summary, "  ")
        for text in sheet.text or ():
            self.say_shown(text, "  ")
        if sheet.signed:
            self.say(f"Signed: {sheet.signed.plain}", "  ")
        self.say("End of the document.")

    # --- what letters show

    def facts(self, facts: tuple[Fact, ...], *, sources: bool = True) -> None:
        """Facts with their standing; a card leaves the sources to the evidence."""
        for fact in facts:
            titles = "; ".join(self.story.sources[s].title for s in fact.sources)
            self.say()
            self.say(f"{fact.text} ({STANDINGS[fact.standing]}{f'; {titles}' if sources else ''})")

    def evidence(self, session: Session) -> None:
        page = session.page
        self.say("Evidence: the facts behind this scene.")
        if page.facts_held:
            self.say("This scene is told by its summary, and its facts are held back with it.")
        elif not page.facts:
            self.say("None: this scene was made up for the story.")
        self.facts(page.facts)
        if page.glossary:
            self.say("\nPeople, places and terms so far.")
        for known in page.glossary:
            self.say()
            self.say_runs([(f"{known.title}, a {known.kind}. ", ""), *span_runs(known.text)])

    def file(self, session: Session) -> None:
        sheets = session.page.file
        self.say(f"The file: {len(sheets)} document{'' if len(sheets) == 1 else 's'}.")
        for sheet in sheets:
            self.say()
            self.sheet(sheet)

    def journal(self, session: Session) -> None:
        found = decisions(session)
        self.say("The journal: what was chosen, and what the record says." if found else "Nothing has been chosen yet.")
        for decision in found:
            self.say()
            label = f"{decision.title.plain}: " if decision.title else ""
            self.say_runs([(label, ""), *span_runs(decision.label)], f"{decision.number}. ", "   ")
            if decision.record is not None:
                note = " ".join((RECORDS[decision.record] + ".", *decision.remarks))
                self.say(note[0].upper() + note[1:], "   ")

    def gauges(self, session: Session) -> None:
        gauges = session.page.gauges
        if not gauges:
            self.say("This story keeps no gauges.")
        for gauge in gauges:
            self.say(f"{gauge.label}: {gauge.words}")

    def changes(self, page: Page) -> None:
        """What the step did to the gauges."""
        changed = [gauge.said for gauge in page.gauges if gauge.change]
        if changed:
            self.say()
        for said in changed:
            self.say(f"{said}.")

    def ending(self, play: Play) -> None:
        """The ending as every front end orders it: the file, the decisions, the toll, the questions."""
        session = play.session
        ending = session.page.ending
        if ending is None:
            return
        self.say()
        self.say(f"Ending: {ending.title.plain}")
        if ending.outcome:
            self.say(f"Outcome: {ending.outcome.plain}. {ending.outcome_summary.plain}")
        self.say()
        self.file(session)
        self.say()
        self.journal(session)
        if ending.toll:
            self.say("\nThe people harmed.")
        for who, text in ending.toll:
            self.say_runs([*span_runs(who), (": ", ""), *span_runs(text)], "", "  ")
        if ending.debrief:
            self.say("\nQuestions to think about.")
        for number, question in enumerate(ending.debrief, 1):
            self.say_runs(span_runs(question), f"{number}. ", "   ")


def play_plain(
    slots: Slots,
    source: TextIO,
    target: TextIO,
    slot: str | None = None,
    play: Play | None = None,
    settings: Settings | None = None,
    *,
    width: int = 72,
    waits: bool = False,
) -> int:
    """Plays a story in line mode. Raises SaveError where the slot asked for can't be played or the play not saved."""
    return LineMode(slots, source, target, settings, width=width, waits=waits).run(slot, play)
