"""A play that is watched while its story is written: it moves with every save, and shows problems below the page."""

from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from game.layout import Line, wrap
from game.play.inspection import Section, behind
from game.play.slots import Play, Slots
from game.problems import describe, summary
from game.tui.drawing import heading, spaced
from game.tui.screens.base import Bar, Panel
from game.tui.screens.scene import SceneScreen
from game.watch import Watch


class WatchedScreen(SceneScreen):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "inspect", show=False, tooltip="Behind the page: state, reads and writes, choices not offered"),
    ]
    FIRST = (("x", "inspect"),)

    def __init__(self, play: Play, watch: Watch, notes: tuple[str, ...] = ()) -> None:
        super().__init__(play, notes)
        self.watching = watch

    def compose_more(self) -> ComposeResult:
        yield Bar(id="problems", markup=False)

    def on_mount(self) -> None:
        self.story_changed(self.game.slots)  # which may be newer than the play

    def on_resize(self, event: events.Resize) -> None:
        self._problems(event.size.height)

    def story_changed(self, slots: Slots) -> None:
        self._problems(self.app.size.height)
        if slots.story is self.session.story:
            return
        for note in self.watching.follow(self.play, slots.story):
            self.notify(note, markup=False)
        self.session = self.play.session
        self.coming = min(self.coming, len(self.pages()) - 1)
        self._obey()
        self.show(keep=True)
        self.save()

    def _problems(self, height: int) -> None:
        """What is wrong with the files as they are, as much as leaves two thirds of the screen to the page."""
        found = sorted(self.watching.problems, key=lambda p: not p.is_error)
        lines: list[str] = []
        if any(p.is_error for p in found):
            lines.append(f"{summary(self.watching.problems)}. The page shows the story as it was before.")
        for problem in found:
            told = describe(problem, Path()).split("\n")  # the place in the story's folder: short
            lines += told if problem.is_error else told[:1]
        most = max(height // 3, 1)
        if len(lines) > most:
            lines[most - 1 :] = [f"{len(lines) - most + 1} more lines: special-tasks check {self.watching.path}"]
        self.query_one("#problems", Bar).set("\n".join(lines))
        self.set_class(bool(lines), "-problems")

    def action_inspect(self) -> None:
        self.app.push_screen(Inspector(self))


class Inspector(Panel):
    def __init__(self, page: WatchedScreen) -> None:
        super().__init__("Behind this page", lambda width: draw_behind(behind(page.session), width))

    def story_changed(self, slots: Slots) -> None:  # noqa: ARG002  # the page under it has moved before
        self.show()


def draw_behind(found: list[Section], width: int) -> list[Line]:
    return spaced(
        heading(title, width)
        + [
            line
            for name, told in rows
            for line in wrap([(name, "strong"), (": ", "strong"), (told, "")], width, "", "  ")
        ]
        for title, rows in found
    )
