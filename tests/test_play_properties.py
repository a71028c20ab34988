"""What holds for every play of every story: undo, saving, determinism, and what line mode offers."""

import io
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from game.layout import text_of, wrap
from game.plain import LineMode
from game.play.journal import decisions
from game.play.restore import restore
from game.play.saves import Save
from game.play.session import Session
from game.play.slots import Play, Slots
from game.story.expressions import Value
from game.story.loader import load
from game.story.model import Story

ROOT = Path(__file__).parent.parent
GOOD = ROOT / "tests" / "stories" / "good"
STORIES = [*sorted(p for p in GOOD.iterdir() if p.is_dir() or p.suffix == ".yaml"), ROOT / "scenes" / "special-tasks"]
QUICK = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
UNDO, VIEW = -1, -2
# A number takes the option it names, modulo what is offered; UNDO takes a step back; VIEW changes how violence is told.
ACTIONS = st.lists(st.one_of(st.integers(0, 7), st.integers(0, 7), st.just(UNDO), st.just(VIEW)), max_size=40)
SEEDS = st.integers(0, 1_000)


@cache
def story_at(path: Path) -> Story:
    story = load(path).story
    assert story is not None
    return story


@pytest.fixture(params=STORIES, ids=lambda p: p.stem)
def story(request: pytest.FixtureRequest) -> Story:
    return story_at(request.param)


def answers_of(story: Story, seed: int) -> dict[str, Value]:
    """Some answer to every question."""
    answers: dict[str, Value] = {}
    for variable in story.questions:
        values = variable.answers
        answers[variable.id] = (
            values[seed % len(values)] if values else ("", "Ada *x* [b]", "\N{SNOWMAN}" * 70)[seed % 3]
        )
    return answers


def act(session: Session, action: int) -> None:
    if action == UNDO:
        session.undo()
    elif action == VIEW:
        session.summarise = not session.summarise
    elif session.offered:
        session.choose(session.offered[action % len(session.offered)])


def everything(session: Session) -> tuple[object, ...]:
    """All that a play is and shows."""
    parts = [session.told(turn.parts) for turn in session.turns]
    return (
        session.page, session.steps, session.state, session.visits, session.chosen, session.fired, session.outcome,
        parts, decisions(session), session.offered,
    )  # fmt: skip


@QUICK
@given(actions=ACTIONS, seed=SEEDS)
@example(actions=[*range(60), UNDO], seed=0)
def test_choices_and_undos_equal_the_choices_that_remain(story: Story, actions: list[int], seed: int) -> None:
    session = Session(story, answers_of(story, seed))
    pages = [session.page]
    for action in actions:
        steps = len(session.steps)
        act(session, action)
        assert len(session.steps) - steps in ({-1, 0} if action == UNDO else {0, 1})
        if action == VIEW:
            pages = []  # the pages before look otherwise now
        elif action != UNDO:
            pages += [session.page] * (len(session.steps) - steps)
        elif pages and steps:
            pages.pop()
            assert not pages or session.page == pages[-1]
    again = Session(story, answers_of(story, seed), summarise=session.summarise)
    for step in session.steps:
        again.choose(step.id)
    assert everything(again) == everything(session)


@QUICK
@given(actions=ACTIONS, seed=SEEDS)
def test_two_sessions_with_the_same_steps_are_equal_at_every_page(story: Story, actions: list[int], seed: int) -> None:
    one, other = Session(story, answers_of(story, seed)), Session(story, answers_of(story, seed))
    for action in actions:
        act(one, action)
        act(other, action)
        assert one.page == other.page
    assert everything(one) == everything(other)


@QUICK
@given(actions=ACTIONS, seed=SEEDS, at=st.integers(0, 40))
def test_saving_and_loading_at_any_point_changes_nothing(
    story: Story, tmp_path: Path, actions: list[int], seed: int, at: int
) -> None:
    slots = Slots(tmp_path, story, lambda: datetime(2024, 3, 1, tzinfo=UTC))
    session = Session(story, answers_of(story, seed))
    for action in actions[:at]:
        act(session, action)
    save = Play(session, slots, "a").as_save()
    assert Save.decode(save.encode()) == save
    restored = restore(story, Save.decode(save.encode()))
    assert (restored.notes, restored.left_over) == ((), ())
    restored.session.summarise = session.summarise  # a setting, and in no save
    assert everything(restored.session) == everything(session)
    for action in actions[at:]:
        act(session, action)
        act(restored.session, action)
    assert everything(restored.session) == everything(session)
    assert Play(restored.session, slots, "a", save).as_save() == Play(session, slots, "a").as_save()


@QUICK
@given(actions=ACTIONS, seed=SEEDS)
def test_a_refused_step_changes_nothing(story: Story, actions: list[int], seed: int) -> None:
    session = Session(story, answers_of(story, seed))
    for action in actions:
        act(session, action)
    before = everything(session)
    for step in set(story.choices) - set(session.offered):
        with pytest.raises(ValueError, match="is not offered here"):
            session.choose(step)
    assert everything(session) == before


class Nowhere(Slots):
    """Slots that write nothing: thousands of saves would only wear the disk."""

    def write(self, name: str, save: Save) -> None:
        assert save.encode()
        assert self.path(name)


@QUICK
@given(actions=ACTIONS, seed=SEEDS)
def test_line_mode_and_the_session_agree_on_the_options(
    story: Story, tmp_path: Path, actions: list[int], seed: int
) -> None:
    session, twin = (Session(story, answers_of(story, seed)) for _ in range(2))
    slots = Nowhere(tmp_path, story)
    for action in actions:
        target = io.StringIO()
        offered = session.page.offered
        assert tuple(o.id for o in offered) == session.offered
        line = {UNDO: "u", VIEW: "v"}.get(action) or (str(action % len(offered) + 1) if offered else "?")
        mode = LineMode(slots, io.StringIO(line + "\n"), target)
        mode.turn(Play(session, slots, "a"))
        options = target.getvalue().split("\n> ")[0]
        for option in offered:
            for wrapped in wrap([(option.label.plain, "")], 72, f"  {option.number}  ", "     "):
                assert text_of(wrapped).rstrip() + "\n" in options + "\n"
        assert f"  {len(offered) + 1}  " not in options
        act(twin, action)
        assert everything(session) == everything(twin)


@QUICK
@given(actions=ACTIONS, seed=SEEDS)
def test_what_is_shown_stays_shown(story: Story, actions: list[int], seed: int) -> None:
    session = Session(story, answers_of(story, seed))
    history: list[tuple[object, ...]] = []
    filed = session.page.file
    for action in actions:
        if action >= 0 and session.offered:
            act(session, action)
            parts = [session.told(turn.parts) for turn in session.turns]
            assert parts[: len(history)] == history
            assert session.page.file[: len(filed)] == filed
            history, filed = parts, session.page.file
    assert len({sheet.id for sheet in filed}) == len(filed)
