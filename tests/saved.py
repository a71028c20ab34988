"""What the tests of saves share: a small story, a play of it, and files put in its place."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from game.errors import SaveError
from game.play.session import Session
from game.play.slots import Play, Slots
from game.story.loader import load
from game.story.model import Story

ROOT = Path(__file__).parent.parent
TEXT = """
format: 1
id: hall
title: The Hall
start: hall
state:
  name: {text: you, ask: "Who?"}
  age: {range: [1, 9], start: 5, ask: "How old?"}
  n: {range: [0, 9], start: 0, show: number}
scenes:
  hall:
    text: A hall, {name}, {n}, {age}.
    choices:
      - {label: Look around., stay: true, once: false, set: {n: n + 1}}
      - {label: Ask the man., choices: [{label: About rain.}, {label: About war., set: {n: 9}}], go: yard}
      - {label: Leave., go: yard}
  yard:
    text: A yard.
    choices:
      - {label: Go back., go: hall}
      - {label: Go on., go: end}
  end: {ending: {title: The end}, text: Over.}
"""
STEPS = ["hall/look_around", "hall/ask_the_man", "hall/ask_the_man/about_war", "yard/go_back", "hall/leave"]
NOW = datetime(2024, 3, 1, 12, 30, tzinfo=UTC)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def story_of(folder: Path, text: str = TEXT) -> Story:
    path = folder / "hall.yaml"
    path.write_text(text, encoding="utf-8")
    loaded = load(path)
    assert loaded.story is not None, loaded.errors
    return loaded.story


def played(slots: Slots, steps: list[str] = STEPS, slot: str = "a") -> Play:
    session = Session(slots.story, {"name": "Ada", "age": 7})
    for step in steps:
        session.choose(step)
    play = Play(session, slots, slot)
    play.save()
    return play


def put(slots: Slots, data: bytes | dict[str, Any], slot: str = "a") -> None:
    path = slots.path(slot)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())


def whole(slots: Slots, **changes: Any) -> dict[str, Any]:
    """A sound save as JSON, with some keys changed; a key of `...` is left out."""
    raw = json.loads(played(slots).as_save().encode())
    return {k: v for k, v in (raw | changes).items() if v is not ...}


def refusal(slots: Slots, slot: str = "a", *, previous: bool = False) -> str:
    """Why a slot is refused: one line that a terminal prints as it is."""
    with pytest.raises(SaveError) as refused:
        slots.resume(slot, previous=previous)
    said = str(refused.value)
    assert said.isprintable()
    assert len(said) < 200
    return said
