"""What the tests of line mode share: a story with everything in it, and someone who types."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from rich.cells import cell_len

from game.plain import LineMode, play_plain
from game.play.session import Session
from game.play.slots import Slots
from game.story.loader import load
from game.story.model import Story

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "scenes" / "special-tasks"
DRAWN = re.compile(
    "[^\n\x20-\x7e\xa1-\u24ff\u25a0-\u27ff\u2900-\ud7ff\uf900-\U0010ffff]"
)  # no controls, boxes, braille
TEXT = """
format: 1
id: hall
title: The Hall
author: Ann Author
about: About *this*.
content_note: A note.
start: hall
state:
  name: {text: you, ask: "Who?"}
  pace: {one_of: {full: All of it, short: A part}, start: short, ask: "How long?"}
  n: {range: [0, 9], start: 0, label: Count, show: number}
chapters:
  one: {title: I. One, card: "Card of {name}.", plate: plate.txt, plate_alt: A roof.}
  two: {title: II. Two}
facts:
  F: {text: The hall was cold., source: s, standing: memoir}
  V: {text: There was blood., source: s, standing: documented}
sources: {s: {title: A book, kind: memoir}}
glossary: {man: {title: The man, kind: person, text: Old., when: seen('yard')}}
toll: [{who: Anna, text: She died.}]
debrief: ["Why, {name}?"]
scenes:
  hall:
    chapter: one
    title: The hall
    place: Moscow
    date: March 1939
    basis: F
    text:
      - Hello, {name}, {pace}.
      - sheet: {id: order, kind: press, heading: Order, stamp: secret, text: "One   two\\n  three", signed: P. S.}
    choices:
      - {label: "Look, {name}.", id: look, stay: true, once: false, set: {n: n + 1}, reply: "Seen {n}."}
      - {label: Open., when: n > 5, locked: It is shut., go: yard}
      - {label: Leave., record: {followed: F, note: A note.}, go: yard}
  yard: {title: The yard, text: A yard., next: cell}
  cell:
    chapter: two
    tags: [violence]
    summary: He is hurt.
    basis: V
    text: Blood runs.
    next: end
  end: {ending: {title: The end}, outcome: {title: Out, summary: You got out.}, text: Over.}
"""


def story_of(folder: Path, text: str = TEXT) -> Story:
    (folder / "plate.txt").write_text("/\\", encoding="utf-8")
    (folder / "hall.yaml").write_text(text, encoding="utf-8")
    loaded = load(folder / "hall.yaml")
    assert loaded.story is not None, loaded.errors
    return loaded.story


def type_in(slots: Slots, *lines: str, slot: str | None = "a", width: int = 72, waits: bool = False) -> str:
    """What line mode prints when these lines are typed and then the input ends."""
    target = io.StringIO()
    source = io.StringIO("".join(line + "\n" for line in lines))
    assert play_plain(slots, source, target, slot, width=width, waits=waits) == 0
    return target.getvalue()


def too_wide(said: str, width: int) -> list[str]:
    """The lines that are wider; a prompt may stand before one, for what is typed is not echoed here."""
    return [line for line in said.split("\n") if cell_len(line.removeprefix("> ")) > width]


BEGUN = ("1", "Ada", "1")  # violence in full, the name, the pace


def after(slots: Slots, *lines: str) -> tuple[str, Session]:
    """What the last line brings when a play was begun and these lines were typed, and the play as saved."""
    *before, last = lines
    mode = LineMode(slots, io.StringIO("".join(f"{line}\n" for line in (*BEGUN, *before, last))), io.StringIO())
    play = mode.begin("a")
    for _ in before:
        mode.turn(play)
    assert isinstance(mode.target, io.StringIO)
    mode.target.seek(0)
    mode.target.truncate()
    mode.turn(play)
    said = mode.target.getvalue()
    play.save()
    loaded, _ = slots.resume("a")
    loaded.session.summarise = play.session.summarise
    assert loaded.session.page == play.session.page
    return said.split("\n> ", maxsplit=1)[1], play.session


WIDE = (
    "格林威治時間 \uff57\uff49\uff44\uff45 한국어 слово "
    "e\N{COMBINING ACUTE ACCENT}te\N{COMBINING ACUTE ACCENT} word-by-word " + "東" * 40
)


def environment(**changes: str | None) -> Mapping[str, str]:
    """The environment of a program in an ordinary terminal, with some variables changed, or unset by None."""
    wanted = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": None, "NO_COLOR": None, **changes}
    return {name: value for name, value in wanted.items() if value is not None}


def game(*arguments: str, typed: str | bytes = "", **changes: str | None) -> subprocess.CompletedProcess[str]:
    data = typed if isinstance(typed, bytes) else typed.encode()
    command = [sys.executable, "-m", "game", *arguments]
    done = subprocess.run(
        command, input=data, capture_output=True, cwd=ROOT, env=environment(**changes), timeout=60, check=False
    )
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())
