"""The scene screen: the chapter so far, what the last step brought, and what can be chosen.

The surprising rule: a step may bring several pages. A record card ends one and a chapter opens one, and a key goes on
to the next; that key is no step of the play.
"""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content

from game.layout import BLANK, Line, span_runs, wrap
from game.play.journal import decisions
from game.play.page import Card, Gauge, Heading, Opening, Part
from game.play.saves import SaveError
from game.play.slots import Play
from game.tui.drawing import (
    draw_decisions,
    draw_ending,
    draw_facts,
    draw_file,
    draw_glossary,
    draw_part,
    heading,
    paragraph,
    spaced,
)
from game.tui.screens.base import PageScreen, Panel, items
from game.tui.widgets.reader import ASIDE, Item


class SceneScreen(PageScreen):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "undo", "Undo the last step"),
        Binding("e", "evidence", "Evidence"),
        Binding("f", "file", "The file"),
        Binding("j", "journal", "Journal"),
        Binding("v", "violence", "Violence in full or by summary"),
        Binding("s", "app.settings", "Settings"),
        Binding("question_mark", "app.help", "Help"),
        Binding("q", "app.leave", "Save and quit"),
        Binding("escape", "back", "To the title", show=False),
    ]
    KEYS = "? help  q quit  u undo  e evidence  f file  j journal  s settings"

    def __init__(self, play: Play, notes: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.play, self.notes = play, notes
        self.session = play.session
        self.where = "", ""  # place and date
        self.coming = 0  # pages still to come of the last step
        self.refused = ""  # why the last save failed
        self._drawn: dict[int, tuple[Part, tuple[int, int], list[Line]]] = {}  # by identity: part, room, lines

    def on_mount(self) -> None:
        self.session.summarise = self.game.settings.summarise
        self.save()
        for note in self.notes:
            self.notify(note, markup=False)
        self.show()

    # --- the page

    def pages(self) -> list[tuple[list[Part], list[Part]]]:
        """All that was told, cut into pages; of each the parts of earlier steps, and those of the last."""
        pages: list[tuple[list[Part], list[Part]]] = [([], [])]
        turns = self.session.turns
        for turn in turns:
            for part in self.session.told(turn.parts):
                if any(pages[-1]) and (
                    isinstance(part, Opening) or any(isinstance(p[-1], Card) for p in pages[-1] if p)
                ):
                    pages.append(([], []))
                pages[-1][turn is turns[-1]].append(part)
        return pages

    def show(self, *, stepped: bool = False, keep: bool = False) -> None:
        """Draws the page that is open. A step opens the first that it has written on."""
        pages = self.pages()
        if stepped:
            self.coming = sum(bool(now) for _, now in pages) - 1
        older, now = pages[-1 - self.coming]
        page = self.session.page
        done = not self.coming
        aside = self._beside if page.gauges and self.game.settings.gauges else None

        def document(width: int) -> tuple[list[Line], int]:
            lines, first = self._transcript(older, now, width)
            if done and page.ending is not None:
                lines += [BLANK, *draw_ending(page.ending, page.file, decisions(self.session), width)]
            elif done and page.stuck:
                warning = "This page offers no way on: a mistake of the story. u takes the last step back."
                lines += [BLANK, *paragraph(warning, width, "stamp")]
            return lines, first

        if self.coming:
            options = items(["Go on"])
        elif page.ending is not None:
            options = items(["Back to the title"])
        else:
            options = [
                Item(tuple(span_runs(o.label)), tuple(span_runs(o.locked)) if o.locked is not None else None)
                for o in page.options
            ]
        self.reader.show(document, options, selected=self.reader.selected if keep else 0, keep=keep, aside=aside)
        shown = next((p for p in reversed(older + now) if isinstance(p, Heading) and (p.place or p.date)), None)
        chapter = page.chapter.title if page.chapter else self.session.story.title
        where, when = (shown.place.plain or chapter, shown.date.plain) if shown else (chapter, "")
        self.where = where, when
        self._gauge(self.size.width)

    def _transcript(self, older: list[Part], now: list[Part], width: int) -> tuple[list[Line], int]:
        """The page as lines, and the first that the last step brought. What was drawn before at this width is kept."""
        rows = self.reader.size.height
        drawn: dict[int, tuple[Part, tuple[int, int], list[Line]]] = {}
        lines: list[Line] = []
        first = 0
        for index, part in enumerate((*older, *now)):
            key = width, rows if isinstance(part, Opening) else 0
            known = self._drawn.get(id(part))
            block = known[2] if known and known[1] == key else draw_part(part, *key)
            drawn[id(part)] = part, key, block
            if block and lines:
                lines += [BLANK, BLANK] if isinstance(part, Heading) else [BLANK]
            if index == len(older):
                first = len(lines)
            lines += block
        self._drawn = drawn
        return lines, first

    # --- gauges

    def on_resize(self, event: events.Resize) -> None:
        self._gauge(event.size.width)

    def _gauge(self, width: int) -> None:
        """How things stand, in words: on a line where the screen is not wide enough to say it beside the text. What
        the last step changed comes first."""
        gauges = sorted(self.session.page.gauges, key=lambda gauge: not gauge.change) if width < ASIDE else []
        said = [Content.styled(gauge.said, "bold" if gauge.change else "") for gauge in gauges]
        self.bars(*self.where, Content("   ").join(said))

    def _beside(self, width: int) -> list[Line]:
        return spaced(_standing(gauge, width) for gauge in self.session.page.gauges)

    # --- steps

    def chosen(self, index: int) -> None:
        if self.coming:
            self.coming -= 1
            self.show()
            return
        page = self.session.page
        if page.ending is not None:
            self.action_back()
            return
        self.session.choose(page.offered[index].id)
        self.show(stepped=True)
        self.call_after_refresh(self.save)

    def save(self) -> None:
        """Saves; why it can't be done is said once, and the play goes on."""
        refused = ""
        try:
            self.play.save()
        except SaveError as error:
            refused = str(error)
            if refused != self.refused:
                self.notify(f"Not saved: {refused}. The play goes on.", severity="error", markup=False)
        else:
            self.game.saved = self.play.slots.path(self.play.slot)
        self.refused = self.game.refused = refused

    def action_undo(self) -> None:
        if self.session.undo():
            self.coming = 0
            self.show()
            self.save()
        else:
            self.notify("There is nothing to undo.", markup=False)

    def action_violence(self) -> None:
        self.game.change("violence", self.game.settings.next("violence"))
        self.notify(f"Scenes of violence are {self.game.settings.words('violence')}.", markup=False)

    def setting_changed(self) -> None:
        super().setting_changed()
        self.session.summarise = self.game.settings.summarise
        self.show(keep=True)

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


def _standing(gauge: Gauge, width: int) -> list[Line]:
    """A gauge in the margin: its name, how it stands, and what the last step did to it."""
    lines = wrap([(gauge.label, "dim")], width) + wrap([(gauge.words, "strong" if gauge.change else "")], width)
    return lines + (wrap([(gauge.change, "em")], width) if gauge.change else [])
