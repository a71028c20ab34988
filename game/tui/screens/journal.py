"""The journal: everything read and chosen, and the way back to any decision.

The surprising rule: nothing is lost by going back. The play as it stands is kept as a save of its own.
"""

from collections.abc import Callable
from functools import partial

from game.errors import SaveError
from game.layout import Line, Run, span_runs
from game.play.journal import Decision, decisions, takes_back
from game.play.slots import Play
from game.tui.drawing import paragraph, spaced
from game.tui.records import draw_decision, draw_journal, record_runs
from game.tui.screens.base import Panel, Way


class JournalScreen(Panel):
    """Opens at its end. `rewound` is called when steps were taken back; `report` writes the play to a file."""

    def __init__(self, play: Play, rewound: Callable[[], None], report: Callable[[], None]) -> None:
        self.play, self.rewound = play, rewound
        self.found = decisions(play.session)
        ways = [Way("Return to a decision", self.choose)] if self.found else []
        ways.append(Way("Write this play to a Markdown file", report))
        super().__init__("Journal", partial(draw_journal, play.session), ways, at_end=True)

    def choose(self) -> None:
        """Every decision, the newest first."""
        ways = [Way(decision_runs(decision), partial(self.confirm, decision)) for decision in reversed(self.found)]
        note = "The moment before each decision. The newest is on top."
        self.app.push_screen(Panel("Return to a decision", partial(paragraph, note, style="dim"), ways))

    def confirm(self, decision: Decision) -> None:
        """What returning does, before it is done."""
        copy = self.play.slots.fresh()
        note = takes_back(self.play.session, decision, copy)

        def draw(width: int) -> list[Line]:
            return spaced([draw_decision(decision, width), paragraph(note, width)])

        way = Way("Return there", partial(self.go_back, decision, copy))
        self.app.push_screen(Panel("Return to this decision?", draw, [way]))

    def go_back(self, decision: Decision, copy: str) -> None:
        try:
            self.play.rewind(decision.step, copy)
        except SaveError as error:
            self.notify(f"The play stays as it is: {error}.", severity="error", markup=False)
            return
        self.rewound()
        self.notify(f"The play as it was is kept as {copy}.", markup=False)


def decision_runs(decision: Decision) -> list[Run]:
    """A decision in a list, and on a line of its own how it stands to the record."""
    record = record_runs(decision)[:1]
    return [(decision.where, "dim"), *span_runs(decision.label), *([("\n", ""), *record] if record else [])]
