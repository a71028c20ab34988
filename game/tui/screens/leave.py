"""Before leaving, where the settings say so: leave or stay."""

from game.tui.drawing import paragraph
from game.tui.screens.base import PageScreen, items, whole


class LeaveScreen(PageScreen):
    FIRST = (("enter", "choose"),)

    def on_mount(self) -> None:
        self.head(self.game.title)
        question = "Leave the game? What was played is saved."
        self.reader.show(whole(lambda width: paragraph(question, width, "strong")), items(["Leave", "Stay"]))

    def chosen(self, index: int) -> None:
        if index:
            self.action_back()
        else:
            self.game.leave()
