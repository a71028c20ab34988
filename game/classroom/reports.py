"""Single plays set against the record, as Markdown, HTML and CSV. Nothing that was typed as a name is in them."""

from collections.abc import Sequence
from pathlib import Path

from game.classroom.handed import Handed
from game.classroom.results import to_csv
from game.export.markup import fill
from game.play.journal import RECORDS, decisions
from game.play.report import report
from game.play.slots import Play, Slots

COLUMNS = ("play", "what", "number", "where", "chosen or answered", "the record", "remarks")


def as_markdown(plays: Sequence[Handed]) -> str:
    """Everything: decisions, the file, the answers, all that was read."""
    return "\n---\n\n".join(report(Play(one.session, Slots(Path(), one.session.story), "", one.save)) for one in plays)


def as_html(plays: Sequence[Handed]) -> str:
    """Decisions, people harmed and answers; a page that loads nothing."""
    return fill("report.html", plays=plays, decisions=decisions, records=RECORDS)


def as_csv(plays: Sequence[Handed]) -> str:
    """A row for each decision and each question."""
    rows: list[tuple[str | int, ...]] = [COLUMNS]
    for number, one in enumerate(plays, 1):
        for made in decisions(one.session):
            stood = RECORDS[made.record] if made.record else ""
            remarks = " ".join(filter(None, (*made.remarks, made.vote)))
            rows.append((number, "decision", made.number, made.title.plain, made.label.plain, stood, remarks))
        for asked, (question, answer) in enumerate(one.questions, 1):
            rows.append((number, "question", asked, question.plain, answer, "", ""))
    return to_csv(rows)
