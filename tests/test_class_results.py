"""Saves, votes and codes of a class: one page, one table, nobody's name, and the way to delete them."""

import csv
import io
import json
import random
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from game.classroom.handed import codes, gather
from game.classroom.purge import ours
from game.classroom.results import Results, to_csv
from game.play.journal import RECORDS, decisions
from game.play.page import STANDINGS
from game.play.report import write_report
from game.play.saves import Save, encode_code
from game.play.session import Session
from game.play.slots import Play, Slots
from game.story.loader import load
from game.story.model import Story
from tests.screen import CLERK, SPECIAL_TASKS, write_story

ROOT = Path(__file__).parent.parent
NAMES = ["=cmd|'/c calc'!A1", "Zora Quist", "<b>Ulf</b>"]
BEGUN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def played(story: Story, number: int, *, hands: bool = False, most: int = 200) -> Play:
    """A play at random, but always the same: begun in minute `number`, saved twenty minutes later."""
    chance = random.Random(number)
    session = Session(story, {v.id: NAMES[number % 3] for v in story.questions if v.answers is None})
    while session.offered and len(session.steps) < most:
        raised = tuple(chance.randrange(9) for _ in session.offered) if hands else None
        session.choose(chance.choice(session.offered), raised)
    times = iter([BEGUN + timedelta(minutes=number), *[BEGUN + timedelta(minutes=number + 20)] * 5])
    return Play(session, Slots(Path(), story, clock=lambda: next(times)), "x")


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "game", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, input=stdin)


def rows(path: Path) -> list[list[str]]:
    text = path.read_bytes().decode("utf-8")
    assert text.startswith("\ufeff"), "a spreadsheet would guess the encoding"
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


class _Balanced(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def special() -> Story:
    story = load(SPECIAL_TASKS).story
    assert story is not None
    return story


@pytest.fixture
def clerk(tmp_path: Path) -> Story:
    return write_story(tmp_path / "clerk")


def test_thirty_plays_with_damaged_foreign_and_double_ones_are_counted_and_the_bad_ones_named(
    special: Story, clerk: Story, tmp_path: Path
) -> None:
    """20 saves, 9 codes in one text and one in another's; every count on the page is that of the plays themselves."""
    folder = tmp_path / "hand-ins"
    (folder / "Ida_12").mkdir(parents=True)
    plays = [played(special, number) for number in range(30)]
    for number, play in enumerate(plays):
        for question in range(number % 4):
            play.answer(question, "Because." if number % 2 else "=1+1")
    saves = [play.as_save() for play in plays]
    for number, save in enumerate(saves[:20]):
        (folder / f"student{number}.json").write_bytes(save.encode())
    pasted = "\n\n".join(f"Student {n}: {_folded(encode_code(s, special))}" for n, s in enumerate(saves[20:29]))
    (folder / "codes.txt").write_text("From the board:\n" + pasted + "\n")
    (folder / "Ida_12" / "mine.txt").write_text(encode_code(saves[29], special))
    whole = saves[0].encode()
    (folder / "damaged.json").write_bytes(whole[: len(whole) // 2])
    (folder / "foreign.json").write_bytes(played(clerk, 99).as_save().encode())
    (folder / "again.json").write_bytes(saves[3].encode())
    (folder / "earlier.json").write_bytes(_cut(saves[4], 5).encode())
    (folder / "cut.txt").write_text(encode_code(saves[5], special)[:80])
    (folder / "words.txt").write_text("I forgot it.")
    (folder / "photo.png").write_bytes(b"\x89PNG")
    (folder / "_outcomes.json").write_text("{}")
    (folder / "student1.json.bak").write_bytes(whole)

    done = run("class", "results", str(folder))
    assert done.returncode == 0
    assert "30 plays, 0 votes, 7 skipped" in done.stdout, done.stderr
    said = dict(re.findall(r"^skipped ([\w.]+): (.+)$", done.stderr, re.MULTILINE))
    assert set(said) == {
        "damaged.json",
        "foreign.json",
        "again.json",
        "earlier.json",
        "cut.txt",
        "words.txt",
        "photo.png",
    } or (
        set(said)
        == {"damaged.json", "foreign.json", "student3.json", "earlier.json", "cut.txt", "words.txt", "photo.png"}
    )
    assert "not whole JSON" in said["damaged.json"]
    assert "another story" in said["foreign.json"]
    assert said["earlier.json"] == "an earlier state of the same play as student4.json"
    assert "cut" in said["cut.txt"]

    html = (folder / "results.html").read_text(encoding="utf-8")
    _Balanced(html)
    assert not re.search(r"https?:|<script|<link|url\(", html)
    table = rows(folder / "results.csv")
    assert len(table) == 31
    head = {name: index for index, name in enumerate(table[0])}
    ended = sum(play.session.page.ending is not None for play in plays)
    assert sum(row[head["completed"]] == "yes" for row in table[1:]) == ended
    assert {row[head["minutes"]] for row in table[1:]} == {"20"}
    made = [decision for play in plays for decision in decisions(play.session)]
    assert sum(int(row[head["choices"]]) for row in table[1:]) == len(made)
    for kind, words in RECORDS.items():
        assert sum(int(row[head[words]]) for row in table[1:]) == sum(one.record == kind for one in made)
    answered = sum(len(play.debrief) for play in plays)
    assert sum(int(row[head["questions answered"]]) for row in table[1:]) == answered

    results = Results(special, gather(folder, special)[0], 0)
    for menu, tally in results.menus.items():
        for bar in tally.bars:
            taken = [c for c in special.choices if c.rpartition("/")[0] == menu]
            assert bar.taken <= tally.plays <= 30
            assert bar.taken in {sum(c in play.session.chosen for play in plays) for c in taken}
    counted = sum(bar.count for tally in results.menus.values() for bar in tally.bars)
    assert counted == sum(len(play.session.chosen) for play in plays)
    assert sum(bar.count for bar in results.outcomes) == 30


def _folded(code: str) -> str:
    """A code as a mail program sends it."""
    return "\n".join(code[at : at + 70] for at in range(0, len(code), 70))


def _cut(save: Save, steps: int) -> Save:
    return Save.decode(json.dumps(save.as_data() | {"steps": save.steps[:steps], "debrief": []}).encode())


def test_nothing_that_was_typed_as_a_name_is_in_the_page_the_table_or_a_report(clerk: Story, tmp_path: Path) -> None:
    """The story greets the reader by name; the files that are made know nobody's."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(3):
        save = played(clerk, number).as_save()
        save.name = "Zora's play"
        (folder / f"Zora Quist {number}.json").write_bytes(save.encode())
    story = str(tmp_path / "clerk")
    assert run("class", "results", str(folder), "--story", story).returncode == 0
    made = (folder / "results.html").read_text() + (folder / "results.csv").read_text()
    for kind in ("md", "html", "csv"):
        done = run("report", *map(str, folder.glob("*.json")), "--story", story, "--format", kind)
        assert (done.returncode, done.stderr) == (0, "")
        made += done.stdout
    assert [word for word in ("Zora", "Quist", "Ulf", "cmd|") if word in made] == []
    assert "Reader 3" in made


def test_hands_of_a_vote_are_counted_for_each_option_and_what_was_taken_is_marked(clerk: Story, tmp_path: Path) -> None:
    session = Session(clerk)
    session.choose("office/stamp_it", (4, 26))  # look, stamp; to burn is locked
    session.choose("hall/continue")
    session.choose("street/look_away", (17, 13))
    (tmp_path / "in").mkdir()
    vote = Play(session, Slots(Path(), clerk), "x").as_save()
    (tmp_path / "in" / "vote.json").write_bytes(vote.encode())
    (tmp_path / "in" / "one.json").write_bytes(played(clerk, 1).as_save().encode())
    handed, skipped = gather(tmp_path / "in", clerk)
    assert skipped == []
    results = Results(clerk, handed, 0)
    assert [reader.name for reader in results.everybody] == ["Reader 1", "Vote 1"]
    office, street = results.menus["office"], results.menus["street"]
    assert [(bar.label, bar.hands, bar.decided) for bar in office.bars if bar.hands] == [
        ("Look at the clock.", 4, False),
        ("Stamp it.", 26, True),
    ]
    assert [(bar.label, bar.hands, bar.decided) for bar in street.bars] == [
        ("Run to him.", 17, False),
        ("Look away.", 13, True),
    ]
    assert "Look away. <strong>&#10003;&nbsp;taken</strong>" in results.html(), "which most hands were not for"
    assert office.votes == street.votes == 1
    assert [row[0] for row in csv.reader(io.StringIO(results.gradebook()))] == ["\ufeffpseudonym", "Reader 1"]


def test_what_is_asked_after_a_choice_stands_after_what_led_to_it(tmp_path: Path) -> None:
    after = "{label: Look at the clock., go: hall, choices: [{label: Wait.}, {label: Go.}]}"
    text = CLERK.replace(
        "{label: Look at the clock., stay: true, reply: It has stopped., set: {mood: mood + 1}}", after
    )
    story = write_story(tmp_path / "story", text)
    session = Session(story)
    session.choose("office/look_at_the_clock")
    session.choose("office/look_at_the_clock/wait")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "one.json").write_bytes(Play(session, Slots(Path(), story), "x").as_save().encode())
    handed, _ = gather(folder, story)
    assert list(Results(story, handed, 0).menus)[:2] == ["office", "office/look_at_the_clock"]


def test_the_page_says_of_each_option_what_the_record_says_and_its_standing(clerk: Story, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    session = Session(clerk)
    for step in ("office/stamp_it", "hall/continue", "street/run_to_him"):
        session.choose(step)
    (tmp_path / "in" / "one.json").write_bytes(Play(session, Slots(Path(), clerk), "x").as_save().encode())
    html = Results(clerk, gather(tmp_path / "in", clerk)[0], 0).html()
    assert f"<strong>As on record.</strong> He wrote so. There was a desk. ({STANDINGS['documented']})" in html
    assert f"<strong>Departs from the record.</strong> The messenger fell. ({STANDINGS['disputed']})" in html
    assert html.count("<svg") == html.count("</svg>") == 3  # an outcome, two options


def test_the_gradebook_has_three_columns_and_whose_play_is_whose_is_on_the_terminal_only(
    special: Story, tmp_path: Path
) -> None:
    for number in range(4):
        play = played(special, number, most=200 if number else 3)
        play.answer(0, "The oranges.")
        (tmp_path / f"anna{number}.json").write_bytes(play.as_save().encode())
    done = run("class", "results", str(tmp_path), "--gradebook", "--csv", str(tmp_path / "grades.csv"))
    table = rows(tmp_path / "grades.csv")
    assert table[0] == ["pseudonym", "completed", "questions answered"]
    assert sorted(row[1] for row in table[1:]) == ["no", "yes", "yes", "yes"]
    assert {row[2] for row in table[1:]} == {f"1 of {len(special.debrief)}"}
    assert len(re.findall(r"^  Reader \d: anna\d\.json$", done.stdout, re.MULTILINE)) == 4
    assert "anna" not in (tmp_path / "results.html").read_text() + (tmp_path / "grades.csv").read_text()


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\n=1"])
def test_a_cell_that_a_spreadsheet_would_run_is_words(cell: str) -> None:
    (_, (made, kept)) = csv.reader(io.StringIO(to_csv([["a", "b"], [cell, "plain - text"]])))
    assert made == f"'{cell}"
    assert kept == "plain - text"


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("no code", 0), ("ST1.abc.12345678", 1), ("a ST1.ab\nc.12345678 b ST1.x", 2), ("BEST1.abc.12345678", 0)],
)
def test_codes_are_found_between_other_words(text: str, count: int) -> None:
    assert len(codes(text)) == count


def test_a_folder_without_a_play_is_one_line_and_exit_code_one(tmp_path: Path) -> None:
    done = run("class", "results", str(tmp_path))
    assert (done.returncode, done.stderr) == (1, f"special-tasks: {tmp_path}: no play of special-tasks is in it\n")
    done = run("class", "results", str(tmp_path / "none"))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1


def test_a_page_that_somebody_else_made_is_not_written_over(clerk: Story, tmp_path: Path) -> None:
    (tmp_path / "one.json").write_bytes(played(clerk, 1).as_save().encode())
    (tmp_path / "results.html").write_text("my own page")
    done = run("class", "results", str(tmp_path), "--story", str(tmp_path / "clerk"))
    assert done.returncode == 1
    assert (tmp_path / "results.html").read_text() == "my own page"


def test_purge_deletes_what_results_and_votes_wrote_and_nothing_else(clerk: Story, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "one.json").write_bytes(played(clerk, 1).as_save().encode())
    (folder / "vote.json").write_bytes(played(clerk, 2, hands=True).as_save().encode())
    (folder / "vote.json.bak").write_bytes(played(clerk, 2, hands=True, most=1).as_save().encode())
    (folder / "codes.txt").write_text(encode_code(played(clerk, 3).as_save(), clerk))
    (folder / "marks.csv").write_text("pseudonym,mine\n")
    (folder / "page.html").write_text("<html>mine</html>")
    theirs = {path.name for path in folder.iterdir()} - {"vote.json", "vote.json.bak"}
    assert run("class", "results", str(folder), "--story", str(tmp_path / "clerk")).returncode == 0
    assert run("class", "results", str(folder), "--story", str(tmp_path / "clerk")).returncode == 0, "over its own"
    before = {path.name for path in folder.iterdir()}
    assert run("class", "purge", str(folder), stdin="no\n").stdout.endswith("Nothing was deleted.\n")
    assert run("class", "purge", str(folder)).returncode == 0
    assert (
        {path.name for path in folder.iterdir()}
        == before
        == theirs | {*("vote.json", "vote.json.bak", "results.html", "results.csv")}
    )
    assert "4 files deleted" in run("class", "purge", str(folder), "--yes").stdout
    assert {path.name for path in folder.iterdir()} == theirs
    assert "nothing" in run("class", "purge", str(folder), "--yes").stdout


def test_purge_deletes_all_that_a_vote_left_and_says_what_it_is(clerk: Story, tmp_path: Path) -> None:
    """The outcomes it met, its report and test, what was put aside or half written; no player's, and no notes."""
    votes = Slots(tmp_path / "votes", clerk, kind="vote")
    vote = Play(played(clerk, 2, hands=True).session, votes, "vote-1")
    vote.extra["vote"] = {}
    vote.save()
    vote.save()
    write_report(vote)
    vote.save_test()
    vote.save_test()
    folder = votes.folder
    (folder / "_outcomes.json.bak").write_bytes((folder / "_outcomes.json").read_bytes())
    (folder / "vote-1.damaged-1").write_bytes(b"{")
    (folder / ".vote-1.json.77.tmp").write_bytes(b"{")
    made = {path.name for path in folder.iterdir()}
    (folder / "notes.md").write_text("# Mine\n\nA play of 3 steps")
    alone = Play(played(clerk, 1).session, Slots(tmp_path, clerk), "play-1")
    alone.save()
    write_report(alone)
    said = run("class", "purge", str(folder), "--yes").stdout
    assert {path.name for path in folder.iterdir()} == {"notes.md"}
    assert {line.partition("  ")[0] for line in said.splitlines()[:-1]} == {str(folder / name) for name in made}
    for name, what in {
        "_outcomes.json": "outcomes met in votes",
        "vote-1.json.bak": "vote, as it was a step before",
        "vote-1.md": "report of a vote",
        "vote-1-2.test.yaml": "left by a vote",
    }.items():
        assert f"{folder / name}  ({what})" in said
    assert f"{len(made)} files deleted." in said
    assert "nothing" in run("class", "purge", str(alone.slots.folder), "--yes").stdout
    assert (alone.slots.folder / "_outcomes.json").exists()


def test_outcomes_that_a_player_met_too_are_no_votes(clerk: Story, tmp_path: Path) -> None:
    vote = Play(played(clerk, 2, hands=True).session, Slots(tmp_path, clerk), "vote-1")
    vote.extra["vote"] = {}
    vote.save()
    path = tmp_path / "clerk" / "_outcomes.json"
    assert ours(tmp_path / "clerk")[path] == "outcomes met in votes"
    Play(vote.session, vote.slots, "play-1").save()
    vote.save()
    assert path not in ours(tmp_path / "clerk")


def test_a_report_takes_files_and_codes_and_names_the_bad_ones(special: Story, tmp_path: Path) -> None:
    """Decisions, their remarks and the answers, in each format; one bad save is named, and the exit code is 1."""
    play = played(special, 1)
    play.answer(0, "=HYPERLINK(1)\nThe *oranges*.")
    (tmp_path / "one.json").write_bytes(play.as_save().encode())
    (tmp_path / "bad.json").write_text("{")
    code = encode_code(play.as_save(), special)
    made = decisions(play.session)
    done = run("report", str(tmp_path / "one.json"), code, "--format", "csv", "-o", str(tmp_path / "out.csv"))
    assert (done.returncode, done.stderr) == (0, "")
    table = rows(tmp_path / "out.csv")
    assert len(table) == 1 + 2 * (len(made) + len(special.debrief))
    assert [row[4] for row in table if row[:2] == ["2", "decision"]] == [d.label.plain.replace("\n", " ") for d in made]
    assert next(row[4] for row in table if row[1] == "question").startswith("'=HYPERLINK")
    html = run("report", str(tmp_path / "one.json"), code, "--format", "html").stdout
    _Balanced(html)
    assert html.count("<tr><td>") == 2 * len(made)
    assert "The *oranges*." in html
    done = run("report", str(tmp_path / "one.json"), str(tmp_path / "bad.json"))
    assert done.returncode == 1
    assert re.fullmatch(r"special-tasks: .*bad\.json: damaged: it is not whole JSON\n", done.stderr)
    assert "The \\*oranges\\*." in done.stdout
    assert run("report", "ST1.nothing").stderr.count("\n") == 1
    other = tmp_path / "clerk.json"
    other.write_bytes(played(write_story(tmp_path / "c", CLERK), 1).as_save().encode())
    assert "name it with --story" in run("report", str(other)).stderr
