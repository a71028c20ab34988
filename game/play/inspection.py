"""Behind a page, for its author: what the state is, what the scene reads and writes, what is not offered and why."""

from collections.abc import Iterator

from game.play.session import Session
from game.story.diagnostics import Location
from game.story.expressions import Expression, Value
from game.story.model import By, Choice, Once, Passage, Scene, Sheet, Variable, When
from game.story.text import Template
from game.story.wording import Wording

Section = tuple[str, list[tuple[str, str]]]  # a heading, and names with what is to be said of them


def behind(session: Session) -> list[Section]:
    """What lies behind the page as it stands. Places are file:line, in the story's folder."""
    scene = session.scene
    reads = {_name(read): None for expression in _expressions(scene) for read in sorted(expression.reads)}
    writes = {a.variable: None for a in scene.on_enter}
    writes |= {a.variable: None for choice in _choices(scene.choices) for a in choice.set}
    place = [
        ("written in", _place(scene.location)),
        ("reads", ", ".join(reads) or "nothing"),
        ("writes", ", ".join(writes) or "nothing"),
    ]
    wording = Wording(session.story)
    ways = [(choice.id, _way(session, choice, wording)) for choice in session.menu]
    state = [(variable.id, _held(session, variable)) for variable in session.story.variables.values()]
    sections = [(f"Scene {scene.id}", place), ("Choices", ways), ("State", state)]
    return [(title, rows) for title, rows in sections if rows]


def _place(location: Location) -> str:
    return f"{location.path}:{location.line}"


def _held(session: Session, variable: Variable) -> str:
    """A variable's value, what a player reads for it, and what it was before the last step."""
    value, before = session.state[variable.id], session.before[variable.id]
    words = variable.shown(value)
    read = "" if words in (str(value), "yes", "no") else f" ({words})"
    return f"{_plain(value)}{read}{f', was {_plain(before)}' if before != value else ''}"


def _plain(value: Value) -> str:
    """A value as an author writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _name(read: tuple[str, str]) -> str:
    kind, name = read
    return {"state": name, "scene": "scene"}.get(kind, f"{kind}('{name}')")


def _way(session: Session, choice: Choice, wording: Wording) -> str:
    """Where a choice is written and leads, and why it is not offered."""
    leads = f"leads to {choice.go}" if choice.go else "comes back here" if choice.stay else "goes on with `next`"
    if choice.choices:
        leads = f"has choices of its own, then {leads}"
    told = f"{leads} ({_place(choice.location)})"
    if choice.id in session.offered:
        return told
    if choice.spends and choice.id in session.chosen:
        return f"not offered: it was taken; {told}"
    if choice.when is not None:
        return f"not offered: only if {wording.condition(choice.when)}, `{choice.when.source}`; {told}"
    return told


def _choices(choices: tuple[Choice, ...]) -> Iterator[Choice]:
    for choice in choices:
        yield choice
        yield from _choices(choice.choices)


def _expressions(scene: Scene) -> Iterator[Expression]:
    """Every expression of a scene, in file order as near as may be."""
    yield from (a.value for a in scene.on_enter)
    for passage in ((scene.title, scene.place, scene.date, scene.summary), scene.text):
        yield from _told(passage)
    for choice in _choices(scene.choices):
        if choice.when is not None:
            yield choice.when
        yield from _told((choice.label, *([choice.locked] if choice.locked else []), *choice.reply))
        yield from (a.value for a in choice.set)
    yield from (way.when for way in scene.next if way.when is not None)


def _told(passage: Passage) -> Iterator[Expression]:
    for piece in passage:
        match piece:
            case Template():
                yield from (insert.expression for insert in piece.inserts)
            case When(condition, body, otherwise):
                yield condition
                yield from _told((*body, *otherwise))
            case By(subject, cases, otherwise):
                yield subject
                yield from _told((*(p for case in cases.values() for p in case), *otherwise))
            case Once(body):
                yield from _told(body)
            case Sheet():
                yield from _told((piece.heading, *piece.text, piece.stamp, piece.signed))
