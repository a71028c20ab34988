"""The story's own tests: plays an author wrote down, and what must hold after them; and a play written down so."""

import json
import re
from collections.abc import Iterator, Mapping

from game.errors import PlayError
from game.play.page import Page, Reply, SheetShown, Telling
from game.play.session import Session
from game.record import record
from game.story.diagnostics import printable
from game.story.expressions import Kind, Value
from game.story.model import Expectation, Story, StoryTest

_PLAIN = re.compile(r"[A-Za-z]\w*(?:/\w+)*\Z", re.ASCII)


@record
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


def as_test(session: Session, name: str) -> str:
    """A play as a YAML file with one test, that the story's own command then passes: its answers and steps; the scene,
    the outcome and the variables that have changed. What a player typed is left out: no test can depend on it. Raises
    PlayError for a play begun elsewhere than at the beginning."""
    if session.start is not None:
        raise PlayError("a test begins where the story does, and this play was begun elsewhere")
    changed = {n: value for n, value in session.state.items() if value != session.initial[n]}
    name = printable(name).replace("{", "{{").replace("}", "}}")
    lines = ["tests:", f"  - name: {_quoted(name)}"]
    if answers := _values(session.story, session.answers):
        lines.append(f"    answers: {answers}")
    lines.append("    choose:" if session.steps else "    choose: []")
    lines += [f"      - {_scalar(step.id)}" for step in session.steps]
    lines += ["    expect:", f"      scene: {_scalar(session.place)}"]
    if state := _values(session.story, changed):
        lines.append(f"      state: {state}")
    if session.outcome:
        lines.append(f"      outcome: {_scalar(session.outcome)}")
    return "\n".join(lines) + "\n"


def _values(story: Story, values: Mapping[str, Value]) -> str:
    shown = [f"{n}: {_scalar(value)}" for n, value in values.items() if story.variables[n].kind is not Kind.TEXT]
    return f"{{{', '.join(shown)}}}" if shown else ""


def _scalar(value: Value) -> str:
    if not isinstance(value, str):
        return json.dumps(value)  # a flag or a number
    return value if _PLAIN.match(value) else _quoted(value)


def _quoted(text: str) -> str:
    """A YAML double-quoted scalar, which JSON's escapes are too."""
    return json.dumps(text)
