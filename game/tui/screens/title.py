"""The title screen: continue, new, open, outcomes, quit."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType

from game.layout import BLANK, Line, shown_lines
from game.play import outcomes
from game.play.shelf import Shelf, SlotInfo
from game.story.cover import Cover, cover_of
from game.story.text import static
from game.tui.drawing import centred, paragraph, spaced, titled, unbroken
from game.tui.screens.base import PageScreen, items, whole

if TYPE_CHECKING:
    from game.play.slots import Slots


def spread(title: str, width: int) -> str:
    """A title in spaced capitals; its spaces don't break, its words do. In capitals only, where a word has no room."""
    words = [unbroken(" ".join(word)) for word in title.upper().split()]
    return (unbroken("  ") + " ").join(words) if max(map(cell_len, words), default=0) <= width - 4 else title.upper()


class TitleScreen(PageScreen):
    KEYS: ClassVar[list[BindingType]] = [
        Binding("l", "app.saves", "saves", tooltip="Saves: load, rename or delete one"),
        Binding("o", "app.outcomes", "outcomes", tooltip="Outcomes met in all plays of this story"),
        Binding("s", "app.settings", "settings", tooltip="Settings: theme, column, keys and more"),
        Binding("q", "app.leave", "quit", tooltip="Save and quit"),
        Binding("escape", "back", show=False),
    ]
    FIRST = (("enter", "choose"),)
    HEADED = False

    def __init__(self, shelf: Shelf, cover: Cover) -> None:
        super().__init__()
        self.shelf, self.cover = shelf, cover
        self.choices: list[str] = []
        self.newest = ""  # the slot to continue with

    def on_screen_resume(self) -> None:
        self.show()

    def story_changed(self, slots: "Slots") -> None:
        before, self.shelf, self.cover = self.cover, slots, cover_of(slots.story)
        if self.app.screen is self and self.cover != before:  # else it is drawn when it is seen again
            self.show()

    def show(self) -> None:
        saved = self.shelf.list()
        newest = next((info for info in saved if not info.error), None)
        self.newest = newest.name if newest else ""
        met = outcomes.met(self.shelf.folder)
        held = self.game.held
        found = {
            "continue": held or newest,
            "new": True,
            "open": saved,
            "outcomes": met,
            "settings": True,
            "quit": True,
        }
        self.choices = [choice for choice, there in found.items() if there]
        labels = {
            "continue": f"Continue: {held.slot}, not saved" if held else self.told(newest),
            "new": "Begin a new vote" if self.game.voting else "Begin a new play",
            "open": f"Open a save{self.damaged(saved)}",
            "outcomes": "Outcomes met",
            "settings": "Settings",
            "quit": "Quit",
        }
        self.reader.show(whole(self.lines), items([labels[c] for c in self.choices]))

    @staticmethod
    def damaged(saved: Sequence[SlotInfo]) -> str:
        count = sum(bool(info.error) for info in saved)
        return f"; {'one is' if count == 1 else f'{count} are'} damaged" if count else ""

    @staticmethod
    def told(newest: SlotInfo | None) -> str:
        return f"Continue: {newest.name}, {unbroken(newest.told)}" if newest else ""

    def lines(self, width: int) -> list[Line]:
        """The title page, with a third of what room it leaves above it."""
        cover = self.cover
        author = [centred(line, width) for line in paragraph(cover.author, width, "dim")] if cover.author else []
        title = titled(spread(cover.title, width), width)
        lines = spaced([title + author, shown_lines(static(cover.about, "text"), width)])
        left = self.reader.size.height - len(lines) - len(self.choices) - 1
        return [BLANK] * (left // 3) + lines

    def chosen(self, index: int) -> None:
        match self.choices[index]:
            case "continue" if self.game.held is not None:
                self.game.resume_held()
            case "continue":
                if not self.game.resume(self.newest):
                    self.show()
            case "new":
                self.game.begin(self.shelf.fresh())
            case "open":
                self.game.action_saves()
            case "outcomes":
                self.game.action_outcomes()
            case "settings":
                self.game.action_settings()
            case "quit":
                self.game.action_leave()

    def action_back(self) -> None:
        """There is nothing behind the title."""
