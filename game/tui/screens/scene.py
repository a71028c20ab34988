"""The scene screen: the chapter so far, what the last step brought, and what can be chosen.

The surprising rule: a step may bring several pages. Each record card ends one, and a key goes on to the next; that key
is no step of the play.
"""

from typing import ClassVar

from textual.binding import Binding, BindingType

from game.layout import BLANK, Line, span_runs
from game.play.journal import decisions
from game.play.page import Card, Heading, Opening, Part
from game.play.saves import Play, SaveError
from game.tui.drawing import (
    draw_decisions,
    draw_ending,
    draw_facts,
    draw_file,
    draw_glossary,
    draw_parts,
    heading,
    paragraph,
    spaced,
)
from game.tui.screens.base import PageScreen, Panel, items
from game.tui.widgets.reader import Item, Reader


class SceneScreen(PageScreen):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "undo", "Undo the last step"),
        Binding("e", "evidence", "Evidence"),
        Binding("f", "file", "The file"),
        Binding("j", "journal", "Journal"),
        Binding("v", "violence", "Violence in full or by summary"),
        Binding("question_mark", "app.help", "Help"),
        Binding("q", "app.leave", "Save and quit"),
        Binding("escape", "back", "To the title", show=False),
    ]
    KEYS = "u undo  e evidence  f file  j journal  ? help"

    def __init__(self, play: Play, notes: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.play, self.notes = play, notes
        self.session = play.session
        self.waiting: list[list[Part]] = []  # pages still to come of the last step

    def on_mount(self) -> None:
        self.save()
        for note in self.notes:
            self.notify(note, markup=False)
        self.show()

    # --- the page

    def chapter(self) -> tuple[list[Part], list[Part]]:
        """The parts on the page since the chapter opened: those of earlier steps, and those of the last."""
        older: list[Part] = []
        turns = self.session.turns
        for turn in turns[:-1]:
            older += self.session.told(turn.parts)
        last = list(self.session.told(turns[-1].parts))
        if any(isinstance(part, Opening) for part in last):
            return [], last
        opened = [i for i, part in enumerate(older) if isinstance(part, Opening)]
        return older[opened[-1] :] if opened else older, last

    def show(self, *, stepped: bool = False) -> None:
        """Draws the play as it stands. After a step, its pages come one by one."""
        older, last = self.chapter()
        pages = _pages(last)
        if stepped:
            if isinstance(pages[0][0], Opening) or len(pages) == 1:
                self.draw(older, pages.pop(0), pages)
            else:  # the reply and the card still belong to the chapter that ends
                before = [p for turn in self.session.turns[:-1] for p in self.session.told(turn.parts)]
                opened = [i for i, part in enumerate(before) if isinstance(part, Opening)]
                self.draw(before[opened[-1] :] if opened else before, pages.pop(0), pages)
        else:
            self.draw(older, pages[-1] if isinstance(pages[-1][0], Opening) else last, [])

    def draw(self, older: list[Part], now: list[Part], waiting: list[list[Part]]) -> None:
        self.waiting = waiting
        page = self.session.page
        done = not waiting

        def document(width: int) -> tuple[list[Line], int]:
            before = draw_parts(older, width, "old")
            lines = before + ([BLANK] if before else []) + draw_parts(now, width)
            if done and page.ending is not None:
                lines += [BLANK, *draw_ending(page.ending, page.file, decisions(self.session), width)]
            elif done and page.stuck:
                warning = "This page offers no way on: a mistake of the story. u takes the last step back."
                lines += [BLANK, *paragraph(warning, width, "stamp")]
            return lines, len(before) + 1 if before else 0

        if waiting:
            self.reader.show(document, items(["Go on"]))
        elif page.ending is not None:
            self.reader.show(document, items(["Back to the title"]))
        else:
            options = [
                Item(tuple(span_runs(o.label)), tuple(span_runs(o.locked)) if o.locked is not None else None)
                for o in page.options
            ]
            self.reader.show(document, options)
        shown = next((p for p in reversed(older + now) if isinstance(p, Heading) and (p.place or p.date)), None)
        chapter = page.chapter.title if page.chapter else self.session.story.title
        where, when = (shown.place.plain or chapter, shown.date.plain) if shown else (chapter, "")
        self.bars(where, when, "   ".join(f"{g.label}: {g.words}" for g in page.gauges))

    # --- steps

    def on_reader_chosen(self, event: Reader.Chosen) -> None:
        if self.waiting:
            following = self.waiting.pop(0)
            self.draw([], following, self.waiting)
            return
        page = self.session.page
        if page.ending is not None:
            self.action_back()
            return
        self.session.choose(page.offered[event.index].id)
        self.show(stepped=True)
        self.call_after_refresh(self.save)

    def save(self) -> None:
        try:
            self.play.save()
        except SaveError as error:
            self.notify(str(error), severity="error", markup=False)

    def action_undo(self) -> None:
        if self.session.undo():
            self.show()
            self.save()
        else:
            self.notify("There is nothing to undo.", markup=False)

    def action_violence(self) -> None:
        self.session.summarise = not self.session.summarise
        how = "by a short summary" if self.session.summarise else "in full"
        self.notify(f"Scenes of violence are told {how}.", markup=False)
        if not self.waiting:
            self.show()
        self.save()

    def action_back(self) -> None:
        self.save()
        self.app.pop_screen()

    # --- panels

    def action_evidence(self) -> None:
        page, story = self.session.page, self.session.story

        def draw(width: int) -> list[Line]:
            if page.facts_held:
                facts = paragraph("This scene is told by its summary, and its facts are held back with it.", width)
            elif not page.facts:
                facts = paragraph("None: this scene was made up for the story.", width)
            else:
                facts = draw_facts(story, page.facts, width)
            known = draw_glossary(page.glossary, width)
            return spaced([
                heading("The facts behind this scene", width) + facts,
                heading("People, places and terms so far", width) + known if known else [],
            ])  # fmt: skip

        self.app.push_screen(Panel("Evidence", draw))

    def action_file(self) -> None:
        sheets = self.session.page.file
        self.app.push_screen(Panel("The file", lambda width: draw_file(sheets, width)))

    def action_journal(self) -> None:
        found = decisions(self.session)
        self.app.push_screen(Panel("Journal", lambda width: draw_decisions(found, width)))


def _pages(parts: list[Part]) -> list[list[Part]]:
    """The parts of a step cut after each record card."""
    pages: list[list[Part]] = [[]]
    for part in parts:
        pages[-1].append(part)
        if isinstance(part, Card):
            pages.append([])
    return [page for page in pages if page] or [[]]
