"""A play as Markdown, for a teacher, a folder or a wall: its decisions against the record, its file, its answers, and
everything that was read.

The surprising rule: what a player typed or a story says is literal text in it. Documents stand between fences, where
their lines stay as they were.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from game.errors import SaveError
from game.play.files import write_atomically
from game.play.journal import RECORDS, decisions
from game.play.page import STANDINGS, Card, Echo, Heading, Opening, Part, Prose, Reply, SheetShown, Telling
from game.play.slots import Play
from game.story.text import Block, Shown, Span

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&#])")
_START = re.compile(r"^( *)(?:([-+=])|(\d+)([.)]))")  # what would begin a list or a heading


def write_report(play: Play) -> Path:
    """Writes the play beside its save, and tells where. Raises SaveError when the disk refuses."""
    path = play.slots.report(play.slot)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, report(play).encode(errors="replace"))
    except OSError as error:
        raise SaveError(f"{path.name}: can't be written: {error.strerror}") from None
    return path


def report(play: Play) -> str:
    return "\n\n".join(_sections(play)) + "\n"


def _sections(play: Play) -> Iterator[str]:
    session = play.session
    page = session.page
    yield f"# {literal(session.story.title)}"
    answers = [f"{literal(v.ask)} {literal(v.shown(session.answers[v.id]))}" for v in session.story.questions]
    yield "  \n".join([f"A play of {len(session.steps)} steps, begun {play.started}", *answers])
    if page.ending is not None:
        ends = [f"Ending: **{inline(page.ending.title)}**"] if page.ending.title else []
        if page.ending.outcome:
            ends.append(f"Outcome: **{inline(page.ending.outcome)}**. {inline(page.ending.outcome_summary)}")
        yield "  \n".join(ends)
    yield "## Decisions, against the record"
    for decision in decisions(session):
        where = f"**{inline(decision.title)}**{decision.joint}" if decision.title else ""
        lines = [f"{decision.number}. {where}{inline(decision.label)}"]
        if decision.record is not None:
            remarks = " ".join(literal(remark) for remark in decision.remarks)
            lines.append(f"   *{RECORDS[decision.record].capitalize()}.* {remarks}".rstrip())
        if decision.vote:
            lines.append(f"   {decision.vote}")
        yield "\\\n".join(lines)
    if not session.steps:
        yield "Nothing has been chosen yet."
    yield "## The file"
    for sheet in page.file:
        yield _sheet(sheet)
    if not page.file:
        yield "The file is empty."
    if page.ending is not None and page.ending.toll:
        yield "## The people harmed"
        yield "\n".join(f"- **{inline(who)}.** {inline(text)}" for who, text in page.ending.toll)
    if page.ending is not None and page.ending.debrief:
        yield "## Questions"
        for number, question in enumerate(page.ending.debrief):
            yield f"{number + 1}. {inline(question)}"
            answer = play.answered(number) or "(not answered)"
            yield "\n".join(f"   > {_line(line)}\\" for line in answer.split("\n")).removesuffix("\\")
    yield "## Everything read"
    for turn in session.turns:
        yield from _parts(session.told(turn.parts))


def _parts(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        match part:
            case Echo(label):
                yield f"> **{inline(label)}**"
            case Reply(prose) | Telling(prose):
                yield from _prose(prose)
            case Opening(chapter):
                yield f"### {literal(chapter.title)}"
            case Heading(_, title, place, date):
                where = ", ".join(inline(s) for s in (place, date) if s)
                if title:
                    yield f"#### {inline(title)}"
                if where:
                    yield where
            case Card(chapter, prose, facts):
                yield f"**Record card: {literal(chapter.title)}**"
                yield from _prose(prose)
                if facts:
                    yield "\n".join(f"- {literal(f.text)} ({STANDINGS[f.standing]})" for f in facts)


def _prose(prose: Prose) -> Iterator[str]:
    for piece in prose:
        yield _sheet(piece) if isinstance(piece, SheetShown) else markdown(piece)


def _sheet(sheet: SheetShown) -> str:
    """A document: its kind and heading, and its lines as written."""
    lines = [f"[ {sheet.stamp.plain.upper()} ]", ""] if sheet.stamp else []
    for text in (sheet.summary,) if sheet.text is None else sheet.text:
        lines += [block.plain for block in text.blocks]
    if sheet.signed:
        lines += ["", f"    {sheet.signed.plain}"]
    fence = "~" * max(3, 1 + max((len(run) for run in re.findall("~+", "\n".join(lines))), default=0))
    kind = "Newspaper" if sheet.kind == "press" else sheet.kind.capitalize()
    return "\n".join([f"**{kind}: {inline(sheet.heading)}**", "", fence, *lines, fence])


# --- text to Markdown ----------------------------------------------------------------------------------------------


def literal(text: str) -> str:
    """A text on one line that Markdown shows as it is."""
    return _line(" ".join(text.split()))


def _line(text: str) -> str:
    return _begun(_escaped(text.strip()))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _begun(text: str) -> str:
    return _START.sub(lambda m: f"{m[1]}{m[3] or ''}\\{m[2] or m[4]}", text)


def inline(shown: Shown) -> str:
    """A label or title, on one line."""
    return _spans(shown.spans).replace("\n", " ")


def markdown(shown: Shown) -> str:
    """A text of many blocks."""
    return "\n\n".join(_block(block) for block in shown.blocks)


def _block(block: Block) -> str:
    margin = "> " * block.quote + "   " * max(block.depth - 1, 0)
    first = margin + (f"{block.bullet} ".ljust(3) if block.bullet else "   " if block.depth else "")
    rest = margin + ("   " if block.depth else "")
    if block.kind == "rule":
        return first + "---"
    text = _spans(block.spans)
    if block.kind == "heading":
        text = f"**{text}**"
    return first + text.replace("\n", f"\\\n{rest}")


def _spans(spans: Iterable[Span]) -> str:
    """Runs with their emphasis; spaces at its edges stand outside, where Markdown wants them."""
    text = ""
    for span in spans:
        mark = "*" * (span.em + 2 * span.strong)
        core = span.text.strip()
        if mark and core:
            before, after = span.text.split(core, 1)
            text += f"{before}{mark}{_escaped(core)}{mark}{after}"
        else:
            text += _escaped(span.text)
    return _begun(text)
