"""A timer in the corner, for a class that talks.

The surprising rule: it only tells. Nothing happens when the time is over.
"""

import time
from collections.abc import Callable
from math import ceil
from typing import ClassVar

from textual.binding import Binding, BindingType

from game.tui.screens.base import PageScreen

FIRST, MORE = 120, 60  # seconds that the timer starts with, and that the key adds


class Countdown:
    """Minutes for a class. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.ends: float | None = None

    @property
    def left(self) -> int:
        """Whole seconds, those begun counted; 0 where the time is over, or none runs."""
        return max(ceil(self.ends - self.clock()), 0) if self.ends is not None else 0

    def press(self) -> None:
        """Starts; while it runs, a minute more; once it is over, away with it."""
        if self.ends is None:
            self.ends = self.clock() + FIRST
        elif self.left:
            self.ends += MORE
        else:
            self.ends = None

    @property
    def words(self) -> str:
        if self.ends is None:
            return ""
        left = self.left
        return f"{left // 60}:{left % 60:02} left" if left else "time"


class TimedScreen(PageScreen):
    """A page with the timer in its corner. Subclasses set `countdown` before they are mounted."""

    KEYS: ClassVar[list[BindingType]] = [
        Binding("t", "timer", show=False, tooltip="Timer: two minutes; again, a minute more"),
        Binding("x", "no_timer", show=False, tooltip="No timer"),
    ]
    countdown: Countdown
    _where, _when = "", ""

    def on_mount(self) -> None:
        self.set_interval(0.5, self.tick)

    def head(self, where: str, when: str = "") -> None:
        self._where, self._when = where, when
        self.tick()

    def tick(self) -> None:
        when = "   ".join(filter(None, (self._when, self.countdown.words)))
        super().head(self._where, when)

    def action_timer(self) -> None:
        self.countdown.press()
        self.tick()

    def action_no_timer(self) -> None:
        self.countdown.ends = None
        self.tick()
