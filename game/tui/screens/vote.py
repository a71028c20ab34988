"""A class plays together: its page, the vote on it, and a question put up for all.

The surprising rule: hands stay hidden until they are shown, and what is chosen is chosen by the teacher. Hands are kept
in the save with each key, so that nothing is lost when the lesson breaks off.
"""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from game.layout import BLANK, HELD, Line, Run, span_runs, text_of, wrap
from game.play.ballot import Ballot, counted
from game.play.page import Option
from game.play.saves import VOTE
from game.play.slots import Play
from game.story.text import EMPTY, Shown
from game.tui.drawing import paragraph
from game.tui.screens.base import SHORT, Hint, whole
from game.tui.screens.scene import SceneScreen
from game.tui.screens.timed import Countdown, TimedScreen
from game.tui.widgets.reader import Item, Reader

QUESTION = 46  # cells of a line of a question put up for all
BAR = 36  # cells of the longest bar


class ClassScreen(TimedScreen, SceneScreen):
    """A page of a class's play: where there is something to choose, to take an option opens the vote."""

    ABOUT = "To take a choice opens the vote on it: Enter or a number. Every step and every hand is saved at once."
    KEYS: ClassVar[list[BindingType]] = [
        Binding("a", "ask", show=False, tooltip="Ask: put this scene's question up for the class"),
    ]

    def __init__(self, play: Play, notes: tuple[str, ...] = ()) -> None:
        super().__init__(play, notes)
        self.countdown = Countdown()
        play.extra.setdefault(VOTE, {})
        self.one_by_one = bool(self.ballot.given)  # how hands are counted

    @property
    def ballot(self) -> Ballot:
        """The vote on this page as the save has it."""
        return Ballot.of(self.session.offered, self.play.extra)

    @property
    def votes(self) -> bool:
        """Whether there is something to vote on."""
        return not self.coming and len(self.session.page.offered) > 1

    @property
    def question(self) -> Shown:
        """That of the scene, once it is on the screen."""
        return EMPTY if self.coming else self.session.scene.discuss.show(self.session)

    def hints(self) -> Sequence[Hint]:
        hands = self.ballot.total
        opens = self.votes and self.reader.takes
        vote = [("enter", f"vote, {counted(hands)} given" if hands else "vote")] if opens else []
        ask = [("a", "ask")] if self.question else []
        return [*vote, *ask, ("t", "timer"), *super().hints()]

    def show(self, *, stepped: bool = False, keep: bool = False) -> None:
        super().show(stepped=stepped, keep=keep)
        self.write_hints()

    def chosen(self, index: int) -> None:
        if self.votes:
            self.app.push_screen(VoteScreen(self, index))
        else:
            super().chosen(index)

    def take(self, option: Option, ballot: Ballot) -> None:
        """The step that was decided, with its hands; the vote on it is closed."""
        self.session.choose(option.id, ballot.cast)
        self.play.extra[VOTE] = {}
        self.unsaved = True
        self.show(stepped=True)

    def action_ask(self) -> None:
        if self.question:
            self.app.push_screen(AskScreen(self.question, self.countdown))
        else:
            self.notify("This scene has no question for the class.", markup=False)


class AskScreen(TimedScreen):
    """A question alone in the middle of the screen."""

    KEYS: ClassVar[list[BindingType]] = [
        Binding("a", "back", show=False, tooltip="Put the question away"),
    ]
    FIRST = (("t", "timer"),)

    def __init__(self, question: Shown, countdown: Countdown) -> None:
        super().__init__()
        self.question, self.countdown = question, countdown

    def on_mount(self) -> None:
        self.head("To talk about")
        self.reader.show(whole(self.lines))

    def lines(self, width: int) -> list[Line]:
        runs = span_runs(self.question, "strong")
        least = len(wrap(runs, min(width, QUESTION)))
        narrow = next(room for room in range(1, QUESTION + 1) if room >= width or len(wrap(runs, room)) == least)
        lines = wrap(runs, min(narrow, width))  # as even as they can be
        widest = max(len(text_of(line)) for line in lines)
        left = " " * ((width - widest) // 2)
        above = max(self.reader.size.height - len(lines) - 1, 0) // 2
        return [*[BLANK] * above, *[((left, ""), *line) for line in lines]]


def free_line(_width: int) -> list[Line]:
    return [BLANK]


class BallotReader(Reader):
    """Options to give hands to. None is marked where `selected` is past the last."""

    KEYS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.enter", show=False, tooltip="The next option; show the counts; take the option"),
        Binding("backspace", "screen.less", show=False, tooltip="Take the last digit, or the last hand, back"),
        *[
            Binding(str(n), f"screen.digit({n})", show=False, tooltip="Hands, or the option of that number")
            for n in range(10)
        ],
    ]  # fmt: skip
    among: Sequence[int] = ()  # the options that arrows lead to
    taps = False  # a digit is a hand
    anew = True  # else the next begins a count
    last = "", 0.0  # the key pressed last, and when

    async def press(self, event: events.Key) -> bool:
        """A key that is held down gives one hand."""
        held = (
            self.taps and event.key.isdecimal() and event.key == self.last[0] and event.time - self.last[1] < self.GUARD
        )
        self.last = event.key, event.time
        return held or await super().press(event)

    def select(self, index: int) -> None:
        self.anew = True
        super().select(index)
        self._tell()  # the line of keys depends on it

    def action_move(self, step: int) -> None:
        at = -1 if step > 0 and self.selected >= self.takeable else self.selected
        ways = [n for n in self.among if (n - at) * step > 0]
        if ways:
            target = min(ways) if step > 0 else max(ways)
            self.select(target)
            if not self.in_view(target):
                self._towards(target)
        else:
            self.scroll_relative(y=step, animate=False)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """A mouse that is pushed on the teacher's desk marks nothing."""
        event.prevent_default()


class VoteScreen(TimedScreen):
    """The vote on a page. Hands are typed for the option that is marked, or given one by one."""

    ABOUT = (
        "Type the hands for the option marked, Enter for the next. After the last, the counts are shown and Enter "
        "takes the one with most. Or h: each student presses the number of an option, once. You may choose another."
    )
    KEYS: ClassVar[list[BindingType]] = [
        Binding("s", "show_hands", show=False, tooltip="Show the counts, or hide them again"),
        Binding("h", "one_by_one", show=False, tooltip="Hands: counted and typed, or a key pressed for each"),
        Binding("c", "choose", show=False, tooltip="Choose the marked option now, counted or not"),
    ]
    READER = BallotReader

    def __init__(self, page: ClassScreen, marked: int) -> None:
        super().__init__()
        self.page = page
        self.countdown = page.countdown
        self.options = page.session.page.offered
        self.ballot = page.ballot
        self.marked = marked  # at first
        self.open = False  # the counts are shown
        self.again = False  # all were counted when the page was shown
        self.waits = False  # hands that wait to be saved

    def on_mount(self) -> None:
        self.head("The class votes")
        self.show(self.nobody if self.page.one_by_one else self.marked)

    def on_resize(self, _event: events.Resize) -> None:
        self.show(self.reader.selected, keep=True)

    @property
    def reader(self) -> BallotReader:
        return self.query_one(BallotReader)

    @property
    def nobody(self) -> int:
        """In place of an option: none is marked."""
        return len(self.options)

    @property
    def is_marked(self) -> bool:
        return self.reader.selected < self.nobody

    @property
    def all_counted(self) -> bool:
        return len(self.ballot.done) == self.nobody

    @property
    def corrects(self) -> bool:
        """Whether what is typed replaces hands that were counted before."""
        return self.again and self.all_counted

    # --- drawing

    def show(self, marked: int, *, keep: bool = False) -> None:
        reader = self.reader
        reader.taps, reader.anew = self.page.one_by_one and not self.open, True
        self.again = not self.open and self.all_counted
        reader.among = self.ballot.leaders if self.open else range(self.nobody)
        if len(reader.among) == 1:
            reader.among = range(self.nobody)
        lines = self.nobody * (2 if self.open else 1)
        self.set_class(lines + 7 > self.app.size.height, "-full")  # air would cost options, or bars
        reader.show(whole(self.lines), self.items(), selected=marked, keep=keep)
        self.write_hints()

    def lines(self, width: int) -> list[Line]:
        """What is voted on, how many hands there are, and what to do."""
        total = f"{counted(self.ballot.total)} given"
        heading = span_runs(self.page.session.page.title, "heading") or [("What is done?", "heading")]
        beside = width - len(total) - 3
        title = wrap(heading, beside if beside > len(total) else width)
        gap = width - len(total) - len(text_of(title[0]))
        given: list[Line] = [((total, "strong"),)]
        if beside > len(total):
            title[0], given = (*title[0], (" " * gap, ""), *given[0]), []
        if self.open:
            told = self.ballot.verdict() + ("" if self.ballot.decided else " Arrows mark one.")
            if self.ballot.done and not self.page.one_by_one and not self.all_counted:
                told = f"Not all are counted. {told}"
        elif self.ballot.taken_back:
            told = "These hands were taken back with their step. New ones replace them all."
        elif self.page.one_by_one:
            told = "Press the number of one option, once. Counts are hidden."
        elif self.corrects:
            told = "All are counted. What you type for an option replaces its hands."
        else:
            told = "Type the hands for the option marked, then Enter."
        return [*title, *given, *paragraph(told, width, "em")]

    def items(self) -> list[Item]:
        apart = self.open and 3 * self.nobody + 8 < self.app.size.height
        return [
            Item((*span_runs(option.label), *self.said(n)), above=free_line if apart and n else None)
            for n, option in enumerate(self.options)
        ]

    def said(self, index: int) -> list[Run]:
        """What stands after an option's words: a bar and its count once they are shown, before only that it has one."""
        hands = self.ballot.hands[index]
        if not self.open:
            return [(f"{2 * HELD}counted", "dim em")] if index in self.ballot.done and not self.page.one_by_one else []
        note = self.note(index)
        height = self.app.size.height
        if 2 * self.nobody + (5 if height < SHORT else 8) > height:  # else bars would hide other options
            return [(f"{2 * HELD}{note}", "strong")]
        longest = max(len(self.note(n)) for n in range(self.nobody))  # bars are on one scale
        room = min(self.game.settings.column - 7 - longest, self.app.size.width - 11 - longest, BAR)
        cells = round(max(room, 0) * hands / max(*self.ballot.hands, 1))
        return [("\n" + "▀" * max(cells, bool(hands)), "echo"), (f" {note}" if hands else note, "strong")]

    def note(self, index: int) -> str:
        """An option's hands in words, and whether they are the most."""
        hands = counted(self.ballot.hands[index])
        if not self.ballot.total or index not in self.ballot.leaders:
            return hands
        return f"{hands}, the most" if len(self.ballot.leaders) == 1 else f"{hands}, a tie"

    def hints(self) -> Sequence[Hint]:
        if self.open:
            own = [*([("enter", "take it")] if self.is_marked else []), ("s", "hide")]
        elif self.page.one_by_one:
            back = [("backspace", "take back")] if self.ballot.given else []
            own = [("enter", "show the counts"), *back, ("h", "type")]
        else:
            left = self.uncounted(self.reader.selected)
            own = [("enter", "next option"), ("s", "show")] if left else [("enter", "show the counts")]
            own.append(("h", "one by one"))
        now = [("c", "choose now")] if self.is_marked else []
        return [*own, ("t", "timer"), *now, *super().hints()]

    def uncounted(self, after: int) -> list[int]:
        """The options still to count after an option, in order, those before it last; where all were counted before
        and this one anew, those after it."""
        if self.corrects and not self.reader.anew:
            return [*range(after + 1, self.nobody)]
        around = [*range(after + 1, self.nobody), *range(min(after, self.nobody))]
        return [n for n in around if n not in self.ballot.done]

    # --- hands

    def raised(self) -> None:
        """Hands have changed: drawn at once, and saved as soon as that is done."""
        self.reader.amend(self.items())
        self.write_hints()
        self.page.play.extra[VOTE] = self.ballot.as_data()
        if not self.waits:
            self.waits = True
            self.call_after_refresh(self.keep)

    def keep(self) -> None:
        if self.waits:
            self.waits = False
            self.page.save()

    def action_digit(self, digit: int) -> None:
        if not self.open and not self.page.one_by_one:
            if self.is_marked:
                self.ballot.type(self.reader.selected, digit, anew=self.reader.anew)
                self.reader.anew = False
                self.raised()
        elif (number := digit or 10) <= self.nobody:
            self.option(number - 1)

    def option(self, index: int) -> None:
        """An option named by its number or clicked: a hand for it, or a mark."""
        if self.page.one_by_one and not self.open:
            self.ballot.raise_hand(index)
            self.raised()
        else:
            self.reader.select(index)

    def action_less(self) -> None:
        if self.open:
            return
        if not self.page.one_by_one:
            if self.is_marked:
                self.ballot.rub_out(self.reader.selected)
                self.reader.anew = False
        elif not self.ballot.take_back():
            return
        self.raised()

    def action_enter(self) -> None:
        if self.open:
            self.action_choose()
            return
        at = self.reader.selected
        if not self.page.one_by_one and at < self.nobody:
            self.ballot.done.add(at)
            if left := self.uncounted(at):
                self.reader.amend(self.items())
                self.reader.select(left[0])
                return
        self.action_show_hands()

    def action_show_hands(self) -> None:
        self.open = not self.open
        leaders = self.ballot.leaders
        if self.open:
            self.show(leaders[0] if self.ballot.decided else self.nobody)
        else:
            self.show(self.nobody if self.page.one_by_one else 0)

    def action_one_by_one(self) -> None:
        self.page.one_by_one, self.open = not self.page.one_by_one, False
        self.show(self.nobody if self.page.one_by_one else 0)

    # --- the step

    def chosen(self, index: int) -> None:
        """A click: takes what is shown, and gives a hand or marks before."""
        self.reader.taken = False
        if self.open:
            self.take(index)
        else:
            self.option(index)

    def action_choose(self) -> None:
        if not self.is_marked:
            if not self.open:  # else the page says so
                self.notify("No option is marked. Arrows mark one.", markup=False)
        elif self.reader.in_view(self.reader.selected):
            self.take(self.reader.selected)
        else:
            self.reader.action_take()  # which moves it into view

    def take(self, index: int) -> None:
        self.waits = False
        self.app.pop_screen()
        self.page.take(self.options[index], self.ballot)

    def action_back(self) -> None:
        self.keep()
        super().action_back()
