"""What stands beside the story, as lines of styled runs: facts, people, decisions, the map, outcomes, the ending."""

from collections.abc import Iterable, Sequence

from rich.cells import cell_len

from game.layout import BLANK, Line, Run, shown_lines, span_runs, text_of, wrap
from game.play import outcomes
from game.play.journal import RECORDS, Decision, decisions
from game.play.page import STANDINGS, Ending, Heading, Known, Page, SheetShown
from game.play.route import Route, Stop
from game.play.session import Session
from game.story.model import Story
from game.story.schema import SheetKind
from game.tui.drawing import draw_part, heading, paragraph, sections, sentence, spaced
from game.tui.sheets import draw_sheet

SHEETS: dict[SheetKind, str] = {
    "cable": "Cable",
    "memo": "Memorandum",
    "letter": "Letter",
    "form": "Form",
    "note": "Note",
    "press": "Newspaper",
}
KINDS = {"person": "People", "place": "Places", "term": "Terms"}
UNMET = "╌" * 16  # what has not been met


def draw_evidence(story: Story, page: Page, width: int) -> list[Line]:
    """The facts behind a scene, each with its standing and its sources."""
    if page.facts_held:
        return paragraph("This scene is told by its summary, and its facts are held back with it.", width)
    if not page.facts:
        return paragraph("None: this scene was made up for the story.", width)
    blocks = []
    for fact in page.facts:
        sources = "; ".join(f"{story.sources[s].title} ({story.sources[s].kind})" for s in fact.sources)
        standing = [(sentence(STANDINGS[fact.standing]), "strong"), (f" {sources}", "dim")]
        blocks.append([*paragraph(fact.text, width), *wrap(standing, width)])
    return spaced([heading("The facts behind this scene", width) + spaced(blocks)])


def draw_dossier(known: tuple[Known, ...], width: int) -> list[Line]:
    """The people, places and terms a player knows of, by kind."""
    if not known:
        return paragraph("Nobody has been met and no term explained yet.", width)
    return sections(
        heading(title, width)
        + spaced(
            wrap([(k.title, "strong"), (". ", "strong"), *span_runs(k.text)], width, "", "  ")
            for k in known
            if k.kind == kind
        )
        for kind, title in KINDS.items()
        if any(k.kind == kind for k in known)
    )


# --- decisions -----------------------------------------------------------------------------------------------------


def draw_decisions(found: list[Decision], width: int) -> list[Line]:
    if not found:
        return paragraph("Nothing has been chosen yet.", width)
    return spaced(_decision(decision, width) for decision in found)


def _decision(decision: Decision, width: int) -> list[Line]:
    return draw_decision(decision, width, f"{decision.number:>2}  ")


def draw_decision(decision: Decision, width: int, first: str = "") -> list[Line]:
    """A decision with what is said of it; `first` begins its first line."""
    margin = " " * len(first)
    lines = wrap([(decision.where, "dim"), *span_runs(decision.label)], width, first, margin, "dim")
    return lines + _record(decision, width, margin) + _vote(decision, width, margin)


def _vote(decision: Decision, width: int, margin: str) -> list[Line]:
    return wrap([(decision.vote, "em")], width, margin, margin) if decision.vote else []


def _record(decision: Decision, width: int, margin: str) -> list[Line]:
    """How a decision stands to what happened; no lines where the author set it against nothing."""
    return wrap(record_runs(decision), width, margin, margin) if decision.record is not None else []


def record_runs(decision: Decision) -> list[Run]:
    if decision.record is None:
        return []
    runs: list[Run] = [(sentence(RECORDS[decision.record]), f"record-{decision.record}")]
    return runs + [(f" {text}", "dim") for text in decision.remarks]


def draw_journal(session: Session, width: int) -> list[Line]:
    """Everything read and chosen, as this player is told it, with the record under each decision."""
    found = {decision.step: decision for decision in decisions(session)}
    blocks = []
    for step, turn in enumerate(session.turns):
        parts = session.told(turn.parts)
        if step in found:
            blocks.append(
                draw_part(parts[0], width) + _record(found[step], width, "  ") + _vote(found[step], width, "  ")
            )
            parts = parts[1:]
        for part in parts:
            blocks.append([BLANK] * (isinstance(part, Heading) and bool(blocks)) + draw_part(part, width))
    return spaced(blocks)


# --- the map and the outcomes --------------------------------------------------------------------------------------


def draw_map(found: Route, width: int) -> list[Line]:
    """The way so far, a line a scene; a blank for each scene that one step would have led to instead."""
    blocks = []
    for leg in found.legs:
        rows = heading(leg.chapter.title, width)[:-1] if leg.chapter else []
        for stop in leg.stops:
            rows += _stop(stop, width, last=stop is leg.stops[-1])
        blocks.append(rows)
    if found.unmet_chapters:
        blocks.append(paragraph(" ".join([UNMET] * found.unmet_chapters), width, "dim"))
    return spaced([paragraph(f"{found.told} A blank is what this play has not met.", width, "dim"), *blocks])


def _stop(stop: Stop, width: int, *, last: bool) -> list[Line]:
    lines = wrap(
        [(stop.name, "strong" if stop.here else "")], width, "└─ " if last else "├─ ", "   " if last else "│  ", "rule"
    )
    note = "you are here" if stop.here else stop.date.plain
    used = cell_len(text_of(lines[-1]))
    if note and used + 2 + cell_len(note) <= width:
        lines[-1] = (*lines[-1], (" " * (width - used - cell_len(note)), ""), (note, "em" if stop.here else "dim"))
    margin = "   " if last else "│  "
    return lines + [((margin, "rule"), (UNMET[: max(width - 3, 1)], "dim"))] * stop.blanks


def draw_outcomes(story: Story, met: dict[str, str], width: int) -> list[Line]:
    """Every outcome of a story: its title where it has been met in some play, else a blank."""
    shown = [(met[scene], "strong") if scene in met else (UNMET, "dim") for scene in outcomes.counted(story)]
    return spaced(
        [
            paragraph(outcomes.told(story, met), width, "dim"),
            [line for row in shown for line in wrap([row], width, "", "  ")],
        ]
    )


# --- the file and the ending ---------------------------------------------------------------------------------------


def sheet_runs(sheet: SheetShown) -> list[Run]:
    """A document in a list."""
    return [(f"{SHEETS[sheet.kind]}. ", "dim"), *span_runs(sheet.heading)]


def draw_file(sheets: tuple[SheetShown, ...], width: int) -> list[Line]:
    if not sheets:
        return paragraph("The file is empty.", width)
    return spaced(draw_sheet(sheet, width) for sheet in sheets)


def draw_ending(
    ending: Ending, sheets: tuple[SheetShown, ...], found: list[Decision], answers: Sequence[str], width: int
) -> list[Line]:
    """What follows an ending's text, in its order: outcome, the file, the decisions, the toll, the questions and what
    was answered."""
    end = wrap([("Ending: ", "dim"), *span_runs(ending.title, "strong")], width) if ending.title else []
    if ending.outcome:
        end += wrap([("Outcome: ", "dim"), *span_runs(ending.outcome, "strong")], width)
    toll = spaced(
        wrap([*span_runs(who, "strong"), (". ", ""), *span_runs(text)], width, "", "  ") for who, text in ending.toll
    )
    questions = spaced(
        wrap(span_runs(question), width, f"{number}. ", "   ") + _answer(answers[number - 1 : number], width)
        for number, question in enumerate(ending.debrief, 1)
    )
    whose = "The class's" if any(decision.vote for decision in found) else "Your"
    return sections([
        spaced([end, shown_lines(ending.outcome_summary, width)]),
        heading("The file", width) + draw_file(sheets, width),
        heading(f"{whose} decisions, against the record", width) + draw_decisions(found, width),
        heading("The people harmed", width) + toll if toll else [],
        heading("Questions", width) + questions if questions else [],
    ])  # fmt: skip


def _answer(answers: Iterable[str], width: int) -> list[Line]:
    return [line for text in answers if text for line in wrap([(text, "echo")], width, "   > ", "     ", "echo")]
