"""The story's own tests: plays an author wrote down, and what must hold after them."""

from collections.abc import Iterator
from dataclasses import dataclass

from game.play.page import Page, Reply, SheetShown, Telling
from game.play.session import PlayError, Session
from game.story.model import Expectation, Story, StoryTest


@dataclass(frozen=True, slots=True)
class Result:
    """`failure` is '' for a test that holds, else one line that says what does not."""

    test: StoryTest
    failure: str


def rehearse(story: Story) -> list[Result]:
    """Runs every test of a story, in order."""
    return [Result(test, _failure(story, test)) for test in story.tests]


def _failure(story: Story, test: StoryTest) -> str:
    try:
        session = Session(story, test.answers)
    except PlayError as error:
        return str(error)
    for number, wanted in enumerate(test.choose, 1):
        step = _found(session, wanted)
        if step is None:
            offered = ", ".join(session.offered) or "nothing"
            return f"step {number}, {wanted!r}, is not offered; offered: {offered}"
        session.choose(step)
    return next(_unmet(session, test.expect), "")


def _found(session: Session, wanted: str) -> str | None:
    """The step that an id, an exact label or `continue` names."""
    offered = session.offered
    if wanted in offered:
        return wanted
    if wanted == "continue":
        return next((step for step in offered if step.endswith("/continue")), None)
    return next((o.id for o in session.page.offered if o.label.plain == wanted), None)


def _unmet(session: Session, expected: Expectation) -> Iterator[str]:
    if expected.scene and session.place != expected.scene:
        yield f"the play is in {session.place}, not in {expected.scene}"
    for name, value in expected.state.items():
        if session.state[name] != value:
            yield f"{name} is {session.state[name]!r}, not {value!r}"
    for scene in expected.seen:
        if scene not in session.visits:
            yield f"{scene} has not been visited"
    if expected.outcome and session.outcome != expected.outcome:
        yield f"the outcome is {session.outcome or 'none'}, not {expected.outcome}"
    if expected.text and " ".join(expected.text.split()) not in page_text(session.page):
        yield f"the last page does not say {expected.text!r}"


def page_text(page: Page) -> str:
    """Every word of a page since its scene was entered, the last step's reply included, single spaces between."""
    words: list[str] = []
    for part in (*page.turn, *page.since):
        if isinstance(part, Reply | Telling):
            for piece in part.prose:
                shown = piece.text or () if isinstance(piece, SheetShown) else (piece,)
                words += (text.plain for text in shown)
    return " ".join(" ".join(words).split())
