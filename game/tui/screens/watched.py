"""A play that is watched while its story is written: it moves with every save, and shows problems below the page."""

from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size

from game.errors import PlayError
from game.layout import Line, text_of, wrap
from game.play.inspection import Section, behind
from game.play.slots import Play, Slots
from game.problems import describe, summary
from game.story.diagnostics import Diagnostic
from game.tui.drawing import heading, paragraph, sections, spaced
from game.tui.screens.base import Bar, PageScreen, Panel, whole
from game.tui.screens.scene import SceneScreen
from game.watch import Opening, Watch


class WatchedScreen(SceneScreen):
    KEYS: ClassVar[list[BindingType]] = [
        Binding("x", "inspect", show=False, tooltip="Behind the page: state, reads and writes, choices not offered"),
        Binding("g", "graph", show=False, tooltip="Graph: every scene and its ways out; Enter begins a play there"),
    ]
    FIRST = (("x", "inspect"), ("g", "graph"))
    BESIDE = SceneScreen.BESIDE | {"x", "g"}

    def __init__(self, play: Play, watch: Watch, notes: tuple[str, ...] = ()) -> None:
        super().__init__(play, notes)
        self.watching = watch

    def compose_more(self) -> ComposeResult:
        yield Bar(id="problems", markup=False)
        yield from super().compose_more()

    def on_mount(self) -> None:
        self.story_changed(self.game.slots)  # which may be newer than the play

    def on_resize(self, event: events.Resize) -> None:
        self._problems(event.size)

    def story_changed(self, slots: Slots) -> None:
        self._problems(self.app.size)
        if slots.story is self.session.story:
            return
        for note in self.watching.follow(self.play, slots.story):
            self.notify(note, markup=False)
        self.session = self.play.session
        self.coming = min(self.coming, len(self.pages()) - 1)
        self._obey()
        self.unsaved = True  # saved once the page is painted
        self.show(keep=True)

    def _problems(self, size: Size) -> None:
        """What is wrong with the files as they are, as much as leaves two thirds of the screen to the page."""
        found = sorted(self.watching.problems, key=lambda p: not p.is_error)
        width = max(size.width - 4, 1)
        lines: list[Line] = []
        if any(p.is_error for p in found):
            lines += paragraph(f"{summary(self.watching.problems)}. The page shows the story as it was before.", width)
        for problem in found:
            lines += draw_problem(problem, width) if problem.is_error else name_problem(problem, width)
        most = max(size.height // 3, 1)
        if len(lines) > most:
            for rows in range(1, most + 1):
                left = len(lines) - most + rows
                more = paragraph(f"{left} more lines: special-tasks check {self.watching.path}", width)[:most]
                if len(more) <= rows:
                    break
            lines = [*lines[: max(most - len(more), 1)], *more][:most]  # that something is wrong is said first
        self.query_one("#problems", Bar).set("\n".join(map(text_of, lines)))
        self.set_class(bool(lines), "-problems")

    def action_inspect(self) -> None:
        self.open("x", Inspector(self))

    def action_graph(self) -> None:
        from game.tui.screens.graph import GraphScreen  # at the first asking: it needs a room of its own

        self.app.push_screen(GraphScreen(self.watching, self))


class BrokenScreen(PageScreen):
    """A story that can't be played yet: what is wrong with it, until nothing is."""

    KEYS: ClassVar[list[BindingType]] = [
        Binding("s", "app.settings", "settings", show=False, tooltip="Settings: theme, column, keys and more"),
        Binding("q", "app.leave", "quit", tooltip="Quit"),
        Binding("escape", "back", show=False),
    ]

    def __init__(self, watch: Watch, opening: Opening) -> None:
        super().__init__()
        self.watching, self.opening = watch, opening
        self.refused = ""  # why the play that was asked for can't be opened

    def on_mount(self) -> None:
        self.head(self.game.slots.story.title)
        self.show()

    def show(self) -> None:
        self.reader.show(whole(self.lines), keep=True)

    def lines(self, width: int) -> list[Line]:
        found = sorted(self.watching.problems, key=lambda problem: not problem.is_error)
        wrong = self.refused or f"{summary(self.watching.problems)}."
        return spaced([
            paragraph(wrong, width, "stamp"),
            paragraph("The story is played as soon as this is mended and saved.", width),
            *(draw_problem(problem, width) for problem in found),
        ])  # fmt: skip

    def story_changed(self, slots: Slots) -> None:
        self.refused = ""
        if slots.story.scenes:
            try:
                self.game.play = self.opening(slots)
            except PlayError as error:
                self.refused = f"{error}."
            else:
                self.game.opening = None
                self.game.back_to(BrokenScreen)
                self.app.pop_screen()
                self.game.open()
                return
        self.show()

    def action_back(self) -> None:
        """There is nothing behind it."""


def name_problem(problem: Diagnostic, width: int) -> list[Line]:
    """Where a problem is and what is wrong."""
    return wrap([(describe(problem, Path()).split("\n")[0], "strong")], width, "", "    ")


def draw_problem(problem: Diagnostic, width: int) -> list[Line]:
    """A problem in full; the line it is in only where it fits, so that the mark below it is true."""
    rest = describe(problem, Path()).split("\n")[1:]
    hint = rest.pop() if problem.hint else ""
    lines = name_problem(problem, width)
    if all(cell_len(line) <= width for line in rest):
        lines += [((line, "dim"),) for line in rest]
    return lines + (wrap([(hint.strip(), "")], width, "    ", "    ") if hint else [])


class Inspector(Panel):
    def __init__(self, page: WatchedScreen) -> None:
        super().__init__("Behind this page", lambda width: draw_behind(page, width))

    def story_changed(self, slots: Slots) -> None:  # noqa: ARG002  # the page under it has moved before
        self.show()


def draw_behind(page: WatchedScreen, width: int) -> list[Line]:
    problems = page.watching.problems
    wrong = f"{summary(problems)}. What stands here is the story as it was before."
    told = paragraph(wrong, width, "stamp") if any(p.is_error for p in problems) else []
    return spaced([told, draw_sections(behind(page.session), width)], 2)


def draw_sections(found: list[Section], width: int) -> list[Line]:
    return sections(
        heading(title, width)
        + [
            line
            for name, told in rows
            for line in wrap([(name, "strong"), (": ", "strong"), (told, "")], width, "", "  ")
        ]
        for title, rows in found
    )
