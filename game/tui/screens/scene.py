"""The scene screen: the chapter so far, what the last step brought, and what can be chosen.

The surprising rule: a step may bring several pages. A record card ends one and a chapter opens one, and a key goes on
to the next; that key is no step of the play.
"""

import asyncio
import gc
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from game.errors import SaveError
from game.layout import BLANK, Line, span_runs, wrap
from game.play.page import Card, Ending, Gauge, Heading, Opening, Part
from game.play.slots import Play
from game.tui.drawing import draw_part, paragraph, spaced
from game.tui.screens.base import Bar, Hint, items
from game.tui.screens.beside import BesideScreen
from game.tui.widgets.paper import ASIDE
from game.tui.widgets.reader import Item

NARROW = 72  # the width below which gauges on a line do without colons


class SceneScreen(BesideScreen):
    KEYS: ClassVar[list[BindingType]] = [
        Binding("u", "undo", "undo", tooltip="Undo a step, back to the first page"),
        Binding("v", "violence", "violence", show=False, tooltip="Violence in full, or by a short summary"),
        Binding("l", "app.saves", "saves", show=False, tooltip="Saves: load, rename or delete one"),
        Binding("o", "app.outcomes", "outcomes", show=False, tooltip="Outcomes met in all plays of this story"),
        Binding("s", "app.settings", "settings", show=False, tooltip="Settings: theme, column, keys and more"),
        Binding("q", "app.leave", "quit", tooltip="Save and quit"),
        Binding("escape", "back", "title", show=False, tooltip="Save, and back to the title"),
    ]

    BESIDE = frozenset("ejfmdq")

    def __init__(self, play: Play, notes: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.play, self.notes = play, notes
        self.session = play.session
        self.where = "", ""  # place and date
        self.coming = 0  # pages still to come of the last step
        self.unsaved = False  # a step that waits to be saved until its page is painted
        self.refused = ""  # why the last save failed
        self._drawn: dict[int, tuple[Part, tuple[int, int], list[Line]]] = {}  # by identity: part, room, lines

    def compose_more(self) -> ComposeResult:
        yield Bar(id="gauges", markup=False)

    def on_mount(self) -> None:
        self._obey()
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
        aside = self._beside if self.gauges and self.game.settings.gauges else None

        def document(width: int) -> tuple[list[Line], int]:
            lines, first = self._transcript(older, now, width)
            if done and page.ending is not None:
                from game.play.journal import decisions
                from game.tui.records import draw_ending

                ending = draw_ending(page.ending, page.file, decisions(self.session), self.play.debrief, width)
                lines += [BLANK, *ending]
            elif done and page.stuck:
                warning = "This page offers no way on: a mistake of the story. u takes the last step back."
                lines += [BLANK, *paragraph(warning, width, "stamp")]
            return lines, first

        if self.coming:
            options = items(["Go on"])
        elif page.ending is not None:
            options = items([label for label, _ in self.after(page.ending)])
        else:
            options = [
                Item(tuple(span_runs(o.label)), tuple(span_runs(o.locked)) if o.locked is not None else None)
                for o in page.options
            ]
        self.reader.show(document, options, selected=self.reader.selected if keep else 0, keep=keep, aside=aside)
        shown = next((p for p in reversed(older + now) if isinstance(p, Heading) and (p.place or p.date)), None)
        chapter = page.chapter.title if page.chapter else self.session.story.title
        card = next((part for part in now if isinstance(part, Card)), None) if self.coming else None
        if card is not None:  # whose chapter is over
            shown, chapter = None, card.chapter.title
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

    @property
    def gauges(self) -> Sequence[Gauge]:
        """How things stand, as long as they go on."""
        page = self.session.page
        return () if page.ending is not None and not self.coming else page.gauges

    def on_resize(self, event: events.Resize) -> None:
        self._gauge(event.size.width)

    def _gauge(self, width: int) -> None:
        """How things stand, in words: on a line where the screen is not wide enough to say it beside the text. Where
        not all has room, a change is said in a word, then what has not changed is left out, the last first."""
        gauges, colon = [*self.gauges] if width < ASIDE else [], ": " if width >= NARROW else " "
        line = _row(gauges, "   ", colon)
        if line.cell_length > width - 4:
            short = [gauge.change.partition(" from ")[0].removeprefix("a little ") for gauge in gauges]
            gauges = [gauge._replace(change=change) for gauge, change in zip(gauges, short, strict=True)]
            for closer in (("   ", colon), ("  ", colon), ("  ", " ")):
                line = _row(gauges, *closer)
                if line.cell_length <= width - 4:
                    break
        while len(gauges) > 1 and line.cell_length > width - 4:
            left_out = next((gauge for gauge in reversed(gauges) if not gauge.change), gauges[-1])
            gauges.remove(left_out)
            line = _row(gauges, "  ", " ")
        self.head(*self.where)
        self.query_one("#gauges", Bar).set(line)
        self.set_class(not line, "-bare")

    def _beside(self, width: int) -> list[Line]:
        return spaced(_standing(gauge, width) for gauge in self.gauges)

    def hints(self) -> Sequence[Hint]:
        ended = self.session.page.ending is not None and not self.coming
        return [*([("n", "next part")] if ended and self.more else []), *super().hints()]

    # --- steps

    def chosen(self, index: int) -> None:
        if self.coming:
            self.coming -= 1
            self.show()
            return
        page = self.session.page
        if page.ending is not None:
            self.after(page.ending)[index][1]()
            return
        self.session.choose(page.offered[index].id)
        self.unsaved = True
        self.show(stepped=True)

    def after(self, ending: Ending) -> list[tuple[str, Callable[[], None]]]:
        """What there is to do after an ending."""
        return [
            *([("Answer the questions", self.debrief)] if ending.debrief else []),
            ("Write this play to a Markdown file", self.action_report),
            *([("Outcomes met", self.game.action_outcomes)] if ending.outcome else []),
            ("Back to the title", self.action_back),
        ]

    def debrief(self) -> None:
        from game.tui.screens.debrief import DebriefScreen  # a text field is slow to import, and wanted at the end only

        ending = self.session.page.ending
        if ending is not None:
            self.app.push_screen(DebriefScreen(self.play, ending.debrief, self.save))

    def on_screen_resume(self) -> None:
        """The answers, and an option taken before, as they are now."""
        if self.reader.taken:
            self.show(keep=True)

    def rewound(self) -> None:
        self.game.back_to(SceneScreen)
        self.coming = 0
        self.show()
        self.save()

    async def on_paper_painted(self) -> None:
        """Saving takes as long as drawing: it waits until the page can be read."""
        if self.unsaved:
            await asyncio.sleep(0.001)  # in which Textual's thread that writes to the terminal gets its turn
            self.save()
            self.session.look_ahead()
            gc.collect(1)  # what was young is gone through now, and not while the next page is drawn

    def save(self) -> None:
        """Saves; why it can't be done is said once, and the play goes on."""
        self.unsaved, refused = False, ""
        try:
            note = self.play.save()
        except SaveError as error:
            refused = str(error)
            if refused != self.refused:
                self.notify(f"{refused}. The play goes on.", severity="error", markup=False)
        else:
            self.game.saved = self.play.slots.path(self.play.slot)
            if note:
                self.notify(note, severity="warning", markup=False)
        self.game.held = self.play if refused else None
        self.refused = self.game.refused = refused

    def action_undo(self) -> None:
        if self.play.undo():
            self.coming = 0
            self.show()
            self.save()
        else:
            self.notify("There is nothing to undo.", markup=False)

    def action_violence(self) -> None:
        self.game.change("violence", self.game.settings.next("violence"))
        self.app.clear_notifications()  # which may say the opposite
        self.notify(f"Scenes of violence are {self.game.settings.words('violence')}.", markup=False)

    def setting_changed(self) -> None:
        super().setting_changed()
        self._obey()
        self.show(keep=True)

    def _obey(self) -> None:
        self.session.summarise = self.game.settings.summarise
        self.reader.by_line = self.game.settings.arrival == "by-line"

    def action_back(self) -> None:
        self.save()
        self.app.pop_screen()


def _row(gauges: Sequence[Gauge], gap: str, colon: str) -> Content:
    """Gauges on one line, their names in the second tone."""
    return Content(gap).join(
        Content.assemble(
            f"{label}{colon}",
            (f"{words}, {change}", "$foreground bold not dim") if change else (words, "$foreground not dim"),
        )
        for label, words, change in gauges
    )


def _standing(gauge: Gauge, width: int) -> list[Line]:
    """A gauge in the margin: its name, how it stands, and what the last step did to it."""
    lines = wrap([(gauge.label, "dim")], width) + wrap([(gauge.words, "strong" if gauge.change else "")], width)
    return lines + (wrap([(gauge.change, "em")], width) if gauge.change else [])
