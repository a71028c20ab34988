"""The questions after an ending, a page each, with room to type.

The surprising rule: there is nothing to send off. What is typed is the answer, and is saved a moment after each key.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.timer import Timer
from textual.widgets import TextArea

from game.layout import Line, span_runs, wrap
from game.play.slots import Play
from game.story.text import Shown
from game.tui.screens.base import Hint, PageScreen, whole

PAUSE = 0.3  # seconds after a key until what was typed is saved


class DebriefScreen(PageScreen):
    """Escape, or Tab after the last question, goes back. `save` saves the play."""

    KEYS: ClassVar[list[BindingType]] = [
        Binding("tab", "turn(1)", "next question", tooltip="The next question"),
        Binding("shift+tab", "turn(-1)", "question before", tooltip="The question before"),
    ]

    def __init__(self, play: Play, questions: Sequence[Shown], save: Callable[[], None]) -> None:
        super().__init__()
        self.play, self.questions, self.save = play, questions, save
        self.at = 0
        self.timer: Timer | None = None

    def compose_more(self) -> ComposeResult:
        area = TextArea(id="room", classes="column", placeholder="Room for your answer. It stays in your save.")
        area.cursor_blink = False
        with Vertical(id="ask"):
            yield area

    def on_mount(self) -> None:
        self.add_class("-typed")
        self.show()

    def show(self) -> None:
        self.head("Questions", f"{self.at + 1} of {len(self.questions)}")
        self.reader.show(whole(partial(self.question, self.questions[self.at])))
        area = self.query_one(TextArea)
        with self.prevent(TextArea.Changed):
            area.text = self.play.answered(self.at)
        area.move_cursor(area.document.end)
        area.focus()
        self.write_hints()

    @staticmethod
    def question(shown: Shown, width: int) -> list[Line]:
        return wrap(span_runs(shown, "strong"), width)

    def hints(self) -> Sequence[Hint]:
        last = self.at == len(self.questions) - 1
        before = [("shift+tab", "question before")] if self.at else []
        return [("tab", "done" if last else "next question"), *before, ("escape", "back")]

    def on_text_area_changed(self) -> None:
        self.play.answer(self.at, self.query_one(TextArea).text)
        if self.timer is not None:
            self.timer.stop()
        self.timer = self.set_timer(PAUSE, self.save)

    def action_turn(self, step: int) -> None:
        """To another question; past the last, back."""
        self.save()
        if self.at + step == len(self.questions):
            self.action_back()
        elif self.at + step >= 0:
            self.at += step
            self.show()

    def on_unmount(self) -> None:
        self.save()
