"""What lies beside a story while it is played: evidence, dossier, the file, the map, each a key away."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType

from game.errors import PlayError, SaveError
from game.layout import Line
from game.play.page import SheetShown
from game.play.slots import Play
from game.tui.drawing import paragraph, spaced
from game.tui.screens.base import PageScreen, Panel, Way
from game.tui.sheets import draw_sheet

# What a page beside the story needs is imported when it first opens: most plays open few.


class BesideScreen(PageScreen):
    """A page of a play, with what lies beside it."""

    KEYS: ClassVar[list[BindingType]] = [
        Binding("e", "evidence", "evidence", tooltip="Evidence: the facts behind this scene"),
        Binding("j", "journal", "journal", tooltip="Journal: all that was read and chosen"),
        Binding("f", "file", "file", tooltip="The file: every document met so far"),
        Binding("m", "map", "map", tooltip="Map: scenes met, and ways not taken"),
        Binding("d", "dossier", "dossier", tooltip="Dossier: people, places and terms so far"),
        Binding("w", "report", "write", show=False, tooltip="Write this play to a Markdown file"),
        Binding("c", "code", "code", show=False, tooltip="A code of this play, to copy"),
        Binding("t", "test", "test", show=False, tooltip="Write this play as a test of its story"),
    ]
    play: Play

    def rewound(self) -> None:
        """Steps of the play were taken back."""
        raise NotImplementedError

    def open(self, key: str, panel: Panel) -> None:
        """Opens what lies beside the page; its key closes it, too."""
        panel.key = key
        self.app.push_screen(panel)

    def action_evidence(self) -> None:
        from game.tui.records import draw_evidence

        session = self.play.session
        self.open("e", Panel("Evidence", partial(draw_evidence, session.story, session.page)))

    def action_dossier(self) -> None:
        from game.tui.records import draw_dossier

        self.open("d", Panel("Dossier", partial(draw_dossier, self.play.session.page.glossary)))

    def action_journal(self) -> None:
        from game.tui.screens.journal import JournalScreen

        self.open("j", JournalScreen(self.play, self.rewound, self.action_report))

    def action_file(self) -> None:
        """A list of the documents; each opens on a panel of its own."""
        from game.tui.records import sheet_runs

        sheets = self.play.session.page.file
        count = f"{len(sheets)} document{'' if len(sheets) == 1 else 's'}, as first met."
        note = count if sheets else "The file is empty. Every document you meet goes into it."
        ways = [Way(sheet_runs(sheet), partial(self.open_sheet, sheet)) for sheet in sheets]
        self.open("f", Panel("The file", partial(paragraph, note, style="dim"), ways))

    def open_sheet(self, sheet: SheetShown) -> None:
        self.app.push_screen(Panel("The file", partial(draw_sheet, sheet)))

    def action_map(self) -> None:
        from game.play.route import route
        from game.tui.records import draw_map

        self.open("m", Panel("Map", partial(draw_map, route(self.play.session)), seek=True))  # one is near its end

    def action_report(self) -> None:
        """Writes the play as Markdown and says where it lies."""
        from game.play.report import write_report

        what = "Written: the decisions against the record, the file, your answers, and everything read."
        self.written(partial(write_report, self.play), what)

    def action_test(self) -> None:
        """Writes the play as a test of its story and says where it lies."""
        what = "Written. In the story's folder, `special-tasks test` plays it; what you typed is not in it."
        self.written(self.play.save_test, what)

    def written(self, write: Callable[[], Path], what: str) -> None:
        try:
            path = str(write().absolute())
        except (SaveError, PlayError) as error:
            self.notify(f"Not written: {error}.", severity="error", markup=False)
            return

        def draw(width: int) -> list[Line]:
            return spaced([paragraph(what, width), paragraph(path, width, "strong")])

        self.app.push_screen(Panel("A file of this play", draw))

    def action_code(self) -> None:
        """The play as a code, with a way to copy it where the terminal lets programs copy."""
        try:
            code = self.play.code()
        except (SaveError, PlayError) as error:
            self.notify(f"There is no code of this play: {error}.", severity="error", markup=False)
            return

        def draw(width: int) -> list[Line]:
            what = "This code is taken wherever a save is. Nothing you typed is in it."
            return spaced([paragraph(what, width), paragraph(code, width)])

        def copy() -> None:
            self.app.copy_to_clipboard(code)
            self.notify("Copied, if your terminal lets programs copy.", markup=False)

        self.app.push_screen(Panel("A code of this play", draw, [Way("Copy it", copy)]))
