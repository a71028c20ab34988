"""The title screen: continue, new, open, quit; and the list of saves behind open."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from game.layout import Line, shown_lines, wrap
from game.play.slots import SlotInfo, Slots
from game.story.text import static
from game.tui.drawing import heading, paragraph, spaced
from game.tui.screens.base import PageScreen, items, whole
from game.tui.widgets.reader import Item


def saved_at(info: SlotInfo) -> str:
    return f"{info.steps} step{'' if info.steps == 1 else 's'}, saved {info.saved.replace('T', ' ').rstrip('Z')} UTC"


def spread(title: str) -> str:
    """A title in spaced capitals; its spaces don't break, its words do."""
    return " ".join("\N{NO-BREAK SPACE}".join(word) + "\N{NO-BREAK SPACE}" for word in title.upper().split())


class TitleScreen(PageScreen):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "app.settings", "Settings"),
        Binding("q", "app.leave", "Quit"),
        Binding("question_mark", "app.help", "Help"),
    ]
    KEYS = "enter choose   s settings   ? help   q quit"

    def __init__(self, slots: Slots) -> None:
        super().__init__()
        self.slots = slots
        self.choices: list[str] = []
        self.newest = ""  # the slot to continue with

    def on_screen_resume(self) -> None:
        self.show()

    def show(self) -> None:
        saved = self.slots.list()
        newest = next((info for info in saved if not info.error), None)
        self.newest = newest.name if newest else ""
        self.choices = (["continue"] if newest else []) + ["new"] + (["open"] if saved else []) + ["settings", "quit"]
        labels = {
            "continue": f"Continue: {newest.name}, {saved_at(newest)}" if newest else "",
            "new": "Begin a new play",
            "open": "Open a save",
            "settings": "Settings",
            "quit": "Quit",
        }
        self.bars()
        self.reader.show(whole(self.lines), items([labels[c] for c in self.choices]))

    def lines(self, width: int) -> list[Line]:
        story = self.slots.story
        title = wrap([(spread(story.title), "heading")], width)
        author = paragraph(story.author, width, "dim") if story.author else []
        return spaced([title + author, shown_lines(static(story.about, "text"), width)])

    def chosen(self, index: int) -> None:
        match self.choices[index]:
            case "continue":
                if not self.game.resume(self.newest):
                    self.show()
            case "new":
                self.game.begin(self.slots.fresh())
            case "open":
                self.app.push_screen(SavesScreen(self.slots))
            case "settings":
                self.game.action_settings()
            case "quit":
                self.game.action_leave()

    def action_back(self) -> None:
        """There is nothing behind the title."""


class SavesScreen(PageScreen):
    """Every slot, damaged ones with why; a damaged one opens the save before it."""

    KEYS = "enter open   esc back"

    def __init__(self, slots: Slots) -> None:
        super().__init__()
        self.slots = slots
        self.found: list[SlotInfo] = []

    def on_mount(self) -> None:
        self.bars("Saves")
        saved = self.slots.list()
        self.found = [info for info in saved if not info.error or info.has_previous]
        self.reader.show(whole(lambda width: heading("Open a save", width)[:2]), [self.item(info) for info in saved])

    @staticmethod
    def item(info: SlotInfo) -> Item:
        if not info.error:
            return Item(((f"{info.name}  ", "strong"), (saved_at(info), "dim")))
        if info.has_previous:
            return Item(((f"{info.error}. Open the save before it: ", ""), (saved_at(info), "dim")))
        return Item(((info.error, ""),), (("Nothing can be opened.", ""),))

    def chosen(self, index: int) -> None:
        info = self.found[index]
        self.app.pop_screen()
        self.game.resume(info.name, previous=bool(info.error))
