"""Line mode: the game as a plain stream of text, for screen readers, pipes and simple terminals.

The surprising rule: nothing but words and line ends. No escape codes, no drawn boxes, no braille; a plate is told by
its alternative text. Everything after a step is printed once, in order, and then one line is read.
"""

from collections.abc import Mapping
from typing import TextIO

from game.errors import PlayError, SaveError
from game.layout import span_runs
from game.plain_told import Left, Told
from game.play.given import clean_answer
from game.play.journal import decisions, takes_back
from game.play.page import Option, Page
from game.play.report import write_report
from game.play.session import CONTINUE, Session
from game.play.shelf import SlotInfo, steps_told
from game.play.slots import Play, Slots
from game.settings import Settings
from game.story.diagnostics import printable
from game.story.expressions import Value
from game.story.model import Variable
from game.story.text import static

# Each is told in words, the first of which (after the, a or this) may be typed for the letter.
LETTERS = {
    "u": "undo the last step",
    "r": "read this page again",
    "e": "evidence: the facts behind this scene, and whom you have met",
    "f": "the file: every document seen so far",
    "j": "the journal: what was chosen, and what the record says",
    "b": "back to any decision; the play as it stands is kept as a save of its own",
    "m": "the map: the scenes met, and the ways not taken",
    "o": "outcomes met in all plays of this story",
    "a": "answer the questions, after an ending",
    "g": "gauges: how things stand",
    "v": "violence: its scenes told by a short summary, or in full",
    "c": "a code of this play, to copy",
    "t": "a test of the story, made from this play",
    "w": "write this play to a Markdown file",
    "?": "this help",
    "q": "quit; every step is saved",
}
ALSO = {"l": "r", "look": "r", "h": "?", "exit": "q", "leave": "q"}


def picked(answer: str, count: int) -> int:
    """The number typed, from 1 to `count`, else 0."""
    number = int(answer) if answer.isdecimal() and len(answer) < 10 else 0
    return number if number <= count else 0


def letter(typed: str, letters: Mapping[str, str]) -> str:
    """The letter that a line stands for: itself, or where it is a word for one of `letters`, that."""
    typed = typed.lower()
    helped = [(next(w for w in what.split() if w not in ("the", "a", "this")), key) for key, what in letters.items()]
    words = ALSO | {word.strip(":;"): key for word, key in helped if len(key) == 1}
    return typed if typed in letters else words.get(typed, typed)


class LineMode(Told):
    """Plays in two text streams."""

    letters: Mapping[str, str] = LETTERS

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
        self.settings = settings or Settings()
        super().__init__(slots, source, target, min(width, self.settings.column), waits=waits)
        self.refused = ""  # why the last save failed
        self.commands = {
            "e": self.evidence,
            "f": self.file,
            "j": self.journal,
            "g": self.gauges,
            "m": self.map,
            "o": self.outcomes,
        }

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
            if note := play.save():
                self.say(note)
        except SaveError as error:
            refused = str(error)
            if refused != self.refused:
                self.say(f"{refused}. The play goes on.")
        self.refused = refused

    def open(self, slot: str | None) -> Play:
        """The play to go on with, or a new one."""
        if slot is not None:
            if self.slots.exists(slot):
                return self.resume(slot)
            return self.begin(slot)
        saved = self.slots.list()[:9]
        if not saved:
            return self.begin(self.slots.fresh())
        newest = [info for info in saved if not info.error][:1]  # which stands first, as on the title page
        ways = [*newest, None, *(info for info in saved if info not in newest)]
        self.say()
        told = ["Begin a new play" if info is None else self.describe(info) for info in ways]
        chosen = ways[self.pick("Go on, or begin?", told)]
        return self.begin(self.slots.fresh()) if chosen is None else self.resume(chosen.name)

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
            question = f"The save before it, of {steps_told(len(previous.steps))}, is whole. Go on with that?"
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
            choices = ["In full", "By a short summary"]
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
            if letter(answer, self.letters) == "q":
                raise Left
            self.say(f"Type a number from 1 to {len(options)}.")

    # --- a turn

    def turn(self, play: Play) -> None:
        self.options(play.session.page)
        self.heard(play, letter(self.ask(), self.letters))

    def step(self, play: Play, option: Option, hands: tuple[int, ...] | None = None) -> None:
        session = play.session
        session.choose(option.id, hands)
        self.save(play)
        self.page(session.page.turn)
        self.changes(session.page)
        self.ending(play)

    def heard(self, play: Play, answer: str) -> None:
        """Does what was typed at a page."""
        session = play.session
        offered = session.page.offered
        if not answer and len(offered) == 1 and offered[0].label is CONTINUE:
            answer = "1"  # Enter goes on where there is nothing to choose
        if at := picked(answer, len(offered)):
            self.step(play, offered[at - 1])
        elif answer in self.commands:
            self.say()
            self.commands[answer](session)
        elif answer == "u":
            self.undo(play)
        elif answer == "b":
            self.rewind(play)
        elif answer == "a":
            self.debrief(play)
        elif answer == "r":
            self.again(play)
        elif answer == "v":
            self.violence(summarise=not session.summarise)
            session.summarise = self.settings.summarise
            self.say(f"Scenes of violence are {self.settings.words('violence')} from here on; r reads this page again.")
        elif answer in ("c", "t", "w"):
            self.hand_out(play, answer)
        elif answer == "q":
            raise Left
        elif answer == "save":
            self.say(f"{self.refused}." if self.refused else f"Every step is saved, as {play.slot}.")
        elif answer == "?":
            self.say()
            self.say("Type the number of a choice and press Enter. Or type a letter, or its word (undo, map):")
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

    def undo(self, play: Play) -> None:
        if not play.undo():
            self.say("There is nothing to undo.")
            return
        self.say("The last step is undone.")
        self.save(play)
        self.again(play)

    def hand_out(self, play: Play, form: str) -> None:
        """The play in another form: a code, or a file, a test or to read; on a line of its own, however long."""
        self.say()
        try:
            if form == "c":
                told = play.code()
            elif form == "t":
                told = str(play.save_test())
                self.say("Written. In the story's folder, `special-tasks test` plays it:")
            else:
                told = str(write_report(play))
                self.say("Written: the decisions against the record, the file, your answers, and everything read:")
            self.target.write(printable(told) + "\n")
        except (SaveError, PlayError) as error:
            self.say(f"That can't be done: {error}.")

    def rewind(self, play: Play) -> None:
        """Back to any decision, the newest first; it is asked twice, and an empty line takes nothing back."""
        found = decisions(play.session)[::-1]
        self.say()
        if not found:
            self.say("Nothing has been chosen yet.")
            return
        question = "Return to the moment before a decision. The newest is on top; Enter stays here."
        at = self.pick(question, [f"{d.where}{d.label.plain}" for d in found], len(found))
        if at == len(found):
            return
        copy = self.slots.fresh()
        if not self.pick(takes_back(play.session, found[at], copy), ["Stay here", "Return there"]):
            return
        try:
            play.rewind(found[at].step, copy)
        except SaveError as error:
            self.say(f"The play stays as it is: {error}.")
            return
        self.say(f"The play as it was is kept as {copy}.")
        self.save(play)
        self.again(play)

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
