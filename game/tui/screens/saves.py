"""Saves: a list of every slot, and a page for each, to open, rename or delete it."""

from collections.abc import Sequence
from functools import partial

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.widgets import Input

from game.errors import SaveError
from game.layout import HELD, Line
from game.play.given import clean_answer
from game.play.shelf import SlotInfo
from game.play.slots import Slots
from game.tui.drawing import paragraph, sentence, spaced, unbroken
from game.tui.screens.base import Hint, PageScreen, Panel, Way, typed, whole

NAME = 20  # cells: names no longer have what is said of them in one column
NOTE = 40  # cells: what is said is not broken up


class SavesScreen(Panel):
    """Every slot, the newest first, damaged ones with why."""

    def __init__(self, slots: Slots, playing: str = "") -> None:
        super().__init__("Saves", self.lines)
        self.playing = playing  # the slot of the play it was opened from
        self.slots = slots
        self.found: list[SlotInfo] = []

    def on_screen_resume(self) -> None:
        """Also after a save was renamed or deleted."""
        self.found = self.slots.list()
        longest = max((cell_len(info.name) for info in self.found), default=0)
        ways = [Way(self.label(info, longest), partial(self.open, info)) for info in self.found]
        self.ways = [*ways, Way("Back", self.action_back)]
        self.show()

    def lines(self, width: int) -> list[Line]:
        if not self.found:
            return paragraph("Nothing is saved yet. A play saves itself from its first page on.", width)
        return paragraph("Open, rename or delete a save.", width, "dim")

    @staticmethod
    def label(info: SlotInfo, longest: int) -> list[tuple[str, str]]:
        said = about(info) if info.error else unbroken(info.told)
        gap = HELD * (max(min(longest, NAME) - cell_len(info.name), 0) + 2)
        if cell_len(said) <= NOTE:
            said = unbroken(said)  # beside the name or below it, but in one piece
        return [(info.name, "strong"), (f"{gap} ", ""), (said, "stamp" if info.error else "dim")]

    def open(self, info: SlotInfo) -> None:
        self.app.push_screen(SlotScreen(self.slots, info))

    def action_back(self) -> None:
        """To the play it was opened from, if that is still there, else to the title."""
        if self.game.held is not None:
            self.game.resume_held()
        elif not (self.playing and self.slots.exists(self.playing) and self.game.resume(self.playing)):
            super().action_back()


def about(info: SlotInfo) -> str:
    """Why a save can't be read, where its name stands beside it."""
    return info.error.removeprefix(f"{info.name}: ")


class SlotScreen(Panel):
    """One slot. Where it is damaged, the save before it can be opened, if there is one."""

    def __init__(self, slots: Slots, info: SlotInfo) -> None:
        self.slots, self.info = slots, info
        ways = []
        if not info.error:
            ways.append(Way("Open it", self.open))
        elif info.has_previous:
            ways.append(Way(f"Open the save before it, {unbroken(info.told)}", self.open))
        if not info.error or info.has_previous:
            ways.append(Way("Rename it", self.rename))
        super().__init__(info.name, self.lines, [*ways, Way("Delete it", self.confirm)])

    def lines(self, width: int) -> list[Line]:
        info = self.info
        if not info.error:
            return paragraph(sentence(info.told), width)
        kept = (
            "The file is put aside when the save before it is opened."
            if info.has_previous
            else "Nothing can be opened."
        )
        return spaced([paragraph(sentence(about(info)), width, "stamp"), paragraph(kept, width)])

    def open(self) -> None:
        self.game.resume(self.info.name, previous=bool(self.info.error))

    def rename(self) -> None:
        self.app.push_screen(RenameScreen(self.slots, self.info.name))

    def confirm(self) -> None:
        note = f"{self.info.name} is deleted from this machine, and its backup with it. This can't be undone."
        way = Way(f"Delete {self.info.name}", self.delete)
        self.app.push_screen(Panel("Delete this save?", partial(paragraph, note), [way], marked=1))

    def delete(self) -> None:
        try:
            self.slots.delete(self.info.name)
        except SaveError as error:
            self.notify(f"Not deleted: {error}.", severity="error", markup=False)
        self.game.back_to(SavesScreen)


class RenameScreen(PageScreen):
    """Asks for a slot's new name."""

    def __init__(self, slots: Slots, name: str) -> None:
        super().__init__()
        self.slots, self.slot = slots, name

    def compose_more(self) -> ComposeResult:
        yield from typed(40, "Rename it")

    def on_mount(self) -> None:
        self.head(f"Rename {self.slot}")
        self.add_class("-typed")
        self.reader.show(whole(partial(paragraph, "The new name: letters, digits, spaces, - and _.")))
        field = self.query_one(Input)
        field.value = self.slot
        field.focus()

    def hints(self) -> Sequence[Hint]:
        return (("enter", "rename"), ("escape", "back"), ("ctrl+p", "actions"))

    def on_input_submitted(self) -> None:
        new = clean_answer(self.query_one(Input).value)
        try:
            if new != self.slot:
                self.slots.rename(self.slot, new)
            for screen in self.app.screen_stack:
                if isinstance(screen, SavesScreen) and screen.playing == self.slot:
                    screen.playing = new
        except SaveError as error:
            self.notify(f"Not renamed: {error}.", severity="error", markup=False)
        else:
            self.game.clear_notifications()  # why it could not be renamed
            self.game.back_to(SavesScreen)
