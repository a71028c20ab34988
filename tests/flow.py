"""What the tests of plays share: a story from a few lines, and a page as plain words."""

import textwrap
from collections.abc import Callable
from pathlib import Path

from game.play.page import Card, Echo, Heading, Opening, Part, Reply, Telling
from game.play.session import Session
from game.story.expressions import Value
from game.story.loader import load
from game.story.text import Shown

HEAD = "format: 1\nid: flow\ntitle: Flow\nstart: a\n"
END = "  end: {ending: {title: The end}, text: Over.}\n"
Begin = Callable[..., Session]


SPENT = """
scenes:
  a:
    text: A.
    choices:
      - {label: Stay., stay: true}
      - {label: Stay always., id: always, stay: true, once: false}
      - {label: Stay only once., id: once_said, stay: true, once: true}
      - {label: Again., go: a}
      - {label: Again once., id: again_once, once: true, go: a}
      - {label: Again more., id: again_more, once: false, go: a}
      - {label: Ask., stay: true, choices: [{label: One.}, {label: Two., once: true}]}
      - {label: Talk., go: a, choices: [{label: One., stay: true}, {label: Two., go: a}]}
      - {label: End., go: end}
"""
LOCKED = """
state: {key: false}
scenes:
  a:
    text: A.
    choices:
      - {label: Hidden., when: key, go: end}
      - {label: Locked., when: key, locked: "No {key} key.", stay: true}
      - {label: Take it., id: take, set: {key: true}, stay: true}
      - {label: Lose it., id: lose, set: {key: false}, stay: true}
      - {label: End., go: end}
"""


def beginning(folder: Path) -> Begin:
    """Starts a play of a story given as YAML, without its head; `end` is an ending that every story has."""

    def it(text: str, answers: dict[str, Value] | None = None, *steps: str, summarise: bool = False) -> Session:
        path = folder / "story.yaml"
        text = textwrap.dedent(text)
        (path.parent / "plate.txt").write_text("/\\", encoding="utf-8")
        path.write_text(HEAD + text + ("" if "  end: " in text else END), encoding="utf-8")
        loaded = load(path)
        assert loaded.story is not None, [(str(d.location), d.message) for d in loaded.errors]
        return take(Session(loaded.story, answers, summarise=summarise), *steps)

    return it


def take(session: Session, *steps: str) -> Session:
    """Chooses among what the scene the player is in offers."""
    for step in steps:
        session.choose(f"{session.place}/{step}")
    return session


def offered(session: Session) -> list[str]:
    """What can be chosen, without the scene's name; the page and the session must agree."""
    ids = [o.id for o in session.page.offered]
    assert tuple(ids) == session.offered
    assert [o.number for o in session.page.offered] == list(range(1, len(ids) + 1))
    return [i.split("/", 1)[1] for i in ids]


def prose(parts: tuple[Part, ...]) -> list[str]:
    """Every text of these parts, sheets by their lines."""
    found: list[str] = []
    for part in parts:
        for piece in part.prose if isinstance(part, Telling | Reply | Card) else ():
            if isinstance(piece, Shown):
                found += [block.plain for block in piece.blocks]
            else:
                found += [block.plain for text in piece.text or () for block in text.blocks]
    return found


def told(session: Session) -> list[str]:
    """The texts of the last turn."""
    return prose(session.page.turn)


def order(session: Session) -> list[str]:
    """The parts of the last turn, a word each."""
    names = []
    for part in session.page.turn:
        match part:
            case Echo():
                names.append("echo")
            case Reply():
                names.append("reply")
            case Card(chapter):
                names.append(f"card {chapter.id}")
            case Opening(chapter):
                names.append(f"open {chapter.id}")
            case Heading(scene):
                names.append(f"scene {scene}")
            case Telling():
                names.append("text")
    return names


def cards(session: Session) -> list[Card]:
    return [p for turn in session.turns for p in session.told(turn.parts) if isinstance(p, Card)]
