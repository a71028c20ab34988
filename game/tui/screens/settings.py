"""The settings: a line each, and taking one turns it to its next value, which is seen at once."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from game.layout import HELD, Line
from game.settings import SETTINGS
from game.tui.drawing import paragraph
from game.tui.screens.base import PageScreen, items, whole
from game.tui.widgets.reader import Item

LABEL = max(len(setting.label) for setting in SETTINGS.values()) + 3  # cells


class SettingsScreen(PageScreen):
    KEYS: ClassVar[list[BindingType]] = [
        Binding("right", "turn(1)", "next value", show=False, tooltip="The next value"),
        Binding("left", "turn(-1)", "value before", show=False, tooltip="The value before"),
    ]
    FIRST = (("enter", "change"),)

    def on_mount(self) -> None:
        self.head("Settings")
        self.show()

    def show(self) -> None:
        self.reader.show(whole(self.lines), self.rows())

    def rows(self) -> list[Item]:
        settings = self.game.settings
        rows = [
            Item(((setting.label.ljust(LABEL - 1, HELD), "strong"), (f" {settings.words(name)}", "")))
            for name, setting in SETTINGS.items()
        ]
        return [*rows, *items(["Back"])]

    @staticmethod
    def lines(width: int) -> list[Line]:
        about = "The same for every story, and kept for the next time."
        return paragraph(about, width, "dim")

    def setting_changed(self) -> None:
        super().setting_changed()
        self.reader.amend(self.rows())  # the same page: the next press is heard at once
        self.reader.taken = False

    def chosen(self, index: int) -> None:
        if index == len(SETTINGS):
            self.action_back()
        else:
            self.turn(index, 1)

    def turn(self, index: int, step: int) -> None:
        name = list(SETTINGS)[index]
        self.game.change(name, self.game.settings.next(name, step))

    def action_turn(self, step: int) -> None:
        if self.reader.selected < len(SETTINGS):
            self.turn(self.reader.selected, step)
