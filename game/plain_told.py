"""What line mode says: parts of a page, and what lies beside the story, as words on two text streams."""

from collections.abc import Iterable
from typing import TextIO

from game.layout import Run, shown_lines, span_runs, text_of, wrap
from game.play import outcomes
from game.play.journal import RECORDS, decisions
from game.play.page import STANDINGS, Card, Echo, Heading, Opening, Page, Part, Prose, Reply, SheetShown, Telling
from game.play.route import route
from game.play.session import Session
from game.play.slots import Slots
from game.story.model import Fact
from game.story.text import Shown


class Left(Exception):  # noqa: N818  # no error: the way out of any prompt
    """The input has ended, or the player leaves."""


class Told:
    """A story told in lines of at most `width` cells. `waits` asks for Enter after a record card, for people at a
    keyboard."""

    def __init__(self, slots: Slots, source: TextIO, target: TextIO, width: int, *, waits: bool) -> None:
        self.slots = slots
        self.story = slots.story
        self.source, self.target = source, target
        self.width, self.waits = width, waits

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

    # --- the page

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
            self.say_runs([(decision.where, ""), *span_runs(decision.label)], f"{decision.number}. ", "   ")
            if decision.record is not None:
                note = " ".join((RECORDS[decision.record] + ".", *decision.remarks))
                self.say(note[0].upper() + note[1:], "   ")
            if decision.vote:
                self.say(decision.vote, "   ")

    def map(self, session: Session) -> None:
        """The way so far, a line a scene; of what was not met only the number."""
        found = route(session)
        self.say(f"The map: {found.told}")
        for leg in found.legs:
            self.say()
            if leg.chapter:
                self.say(f"Chapter: {leg.chapter.title}")
            for stop in leg.stops:
                ahead = f"; not met from here: {stop.blanks}" if stop.blanks else ""
                self.say(f"{stop.name}, {'you are here' if stop.here else stop.date.plain}".rstrip(", ") + ahead, "  ")
        if found.unmet_chapters:
            self.say(f"\nChapters not met: {found.unmet_chapters}.")

    def outcomes(self, session: Session) -> None:
        met = outcomes.met(self.slots.folder)
        self.say(outcomes.told(session.story, met))
        for scene in outcomes.counted(session.story):
            if scene in met:
                self.say(met[scene], "  ")

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
