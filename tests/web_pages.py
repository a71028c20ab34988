"""What a session shows as plain data, in the words of the web edition's engine, to be held against it."""

import json
import random
import subprocess
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from game.export.markup import block_nodes, line_nodes
from game.play.journal import decisions
from game.play.page import Card, Echo, Heading, Opening, Part, Prose, Reply, SheetShown, Telling
from game.play.session import Session
from game.story.model import Story
from game.story.text import Form, Shown, Template

ENGINE = Path(__file__).parent / "web" / "engine.cjs"
MOST = 60  # steps of a play
Data = dict[str, Any]


def engine(told: list[Data]) -> Any:
    """What the engine shows, in one Node process."""
    done = subprocess.run(["node", str(ENGINE)], input=json.dumps(told), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    return json.loads(done.stdout)


@lru_cache(maxsize=20_000)
def _nodes(source: str, form: Form, values: tuple[str, ...], nodes: Callable[[Shown], Any]) -> Any:
    return nodes(shown) if (shown := Shown(Template(source, (), form), values)) else ""


def _line(shown: Shown) -> Any:
    return _nodes(shown.template.source, shown.template.form, shown.values, line_nodes)


def _text(shown: Shown) -> Any:
    return _nodes(shown.template.source, shown.template.form, shown.values, block_nodes)


def page_data(session: Session) -> Data:
    page = session.page
    ending = page.ending
    return {
        "number": page.number,
        "scene": page.scene,
        "title": _line(page.title),
        "place": _line(page.place),
        "date": _line(page.date),
        "chapter": page.chapter.id if page.chapter else None,
        "turn": [_part(part) for part in page.turn],
        "since": [_part(part) for part in page.since],
        "options": [
            {"id": o.id, "label": _line(o.label), "number": o.number, "locked": _locked(o.locked)} for o in page.options
        ],
        "gauges": [{"label": g.label, "words": g.words, "change": g.change} for g in page.gauges],
        "facts": [f.id for f in page.facts],
        "facts_held": page.facts_held,
        "file": [_sheet(sheet) for sheet in page.file],
        "glossary": [{"title": k.title, "kind": k.kind, "text": _line(k.text)} for k in page.glossary],
        "ending": ending
        and {
            "title": _line(ending.title),
            "outcome": _line(ending.outcome),
            "outcome_summary": _text(ending.outcome_summary),
            "toll": [[_line(who), _line(text)] for who, text in ending.toll],
            "debrief": [_line(question) for question in ending.debrief],
        },
        "offered": list(session.offered),
        "decisions": [
            {
                "number": d.number,
                "step": d.step,
                "scene": d.scene,
                "title": _line(d.title),
                "label": _line(d.label),
                "record": d.record,
                "facts": [f.id for f in d.facts],
                "note": _line(d.note),
                "vote": d.vote,
            }
            for d in decisions(session)
        ]
        if ending
        else [],
    }


def _locked(reason: Shown | None) -> Any:
    return None if reason is None else _line(reason)


def _part(part: Part) -> Data:
    match part:
        case Echo(label):
            return {"kind": "echo", "label": _line(label)}
        case Reply(prose):
            return {"kind": "reply", "prose": _prose(prose)}
        case Telling(prose, summarised):
            return {"kind": "telling", "prose": _prose(prose), "summarised": summarised}
        case Card(chapter, prose, facts):
            return {"kind": "card", "chapter": chapter.id, "prose": _prose(prose), "facts": [f.id for f in facts]}
        case Opening(chapter):
            return {"kind": "opening", "chapter": chapter.id}
        case Heading(scene, title, place, date):
            where = {"title": _line(title), "place": _line(place), "date": _line(date)}
            return {"kind": "heading", "scene": scene, **where}


def _prose(prose: Prose) -> list[Data]:
    return [{"sheet": _sheet(p)} if isinstance(p, SheetShown) else {"text": _text(p)} for p in prose]


def _sheet(sheet: SheetShown) -> Data:
    return {
        "id": sheet.id,
        "kind": sheet.kind,
        "heading": _line(sheet.heading),
        "stamp": _line(sheet.stamp),
        "text": None if sheet.text is None else [_text(text) for text in sheet.text],
        "signed": _line(sheet.signed),
        "summary": _text(sheet.summary),
    }


def canonical(data: Data) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def play_at_random(story: Story, chance: random.Random) -> tuple[Data, list[str]]:
    """A random play, told for the engine, and all its pages: those of its steps, and of one step taken back."""
    answers = {
        v.id: chance.choice(v.answers) if v.answers is not None else chance.choice(["", "Ada", "*Ada* & <b>{name}</b>"])
        for v in story.questions
    }
    session = Session(story, answers, summarise=chance.random() < 0.5)
    pages, steps = [canonical(page_data(session))], list[str]()
    while session.offered and len(steps) < MOST:
        steps.append(chance.choice(session.offered))
        session.choose(steps[-1])
        pages.append(canonical(page_data(session)))
    if session.undo():
        pages.append(canonical(page_data(session)))
    return {"answers": answers, "start": None, "summarise": session.summarise, "steps": steps}, pages


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]
