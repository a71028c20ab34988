"""The teacher's pack: pages of a story, whole, from its own YAML, and as a browser shows and prints them."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markupsafe import escape
from textual.binding import Binding

from game.classroom.handed import Handed, open_play
from game.classroom.pack import COLUMNS, FIRST, PLAYS, SHEETS, Pack, folder_name
from game.classroom.printer import browser, pages_of, print_pdf
from game.classroom.reports import as_html
from game.classroom.results import Results
from game.cli import _parser
from game.play.page import STANDINGS
from game.story.loader import load
from game.story.model import Story
from game.story.statistics import names_in, plain, reading_grade
from game.tui.screens.timed import TimedScreen
from game.tui.screens.vote import BallotReader, ClassScreen, VoteScreen
from game.tui.widgets.reader import Reader
from tests.screen import write_story
from tests.test_class_results import played

ROOT = Path(__file__).parent.parent
SPECIAL_TASKS = ROOT / "scenes" / "special-tasks"
STORIES = [*sorted((ROOT / "tests" / "stories" / "good").iterdir()), SPECIAL_TASKS]


class _Page(HTMLParser):
    """Elements that are opened are closed, in order; links, ids and words are kept."""

    VOID = frozenset(["meta", "br", "hr", "link", "img"])

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self.feed(html)
        assert self.open == []
        self.words = " ".join(self.words.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src", "action") and value]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words += data


def read(path: Path) -> Story:
    story = load(path).story
    assert story is not None
    return story


@pytest.fixture(scope="module")
def special() -> Story:
    return read(SPECIAL_TASKS)


@pytest.fixture(scope="module")
def pages(special: Story) -> dict[str, str]:
    return Pack(special).pages()


@pytest.mark.parametrize("path", STORIES, ids=lambda p: p.stem)
def test_the_pack_of_any_story_is_well_formed_and_leads_only_into_itself(path: Path) -> None:
    """Every page opens and closes its elements, links only to other pages, and loads nothing from anywhere."""
    pages = Pack(read(path)).pages()
    assert set(pages) == {"index.html", "all.html", *(f"{sheet.name}.html" for sheet in SHEETS)}
    for html in pages.values():
        assert set(_Page(html).links) <= set(pages)
        assert not re.search(r"https?:|//|url\(|@import|<script|<link", html)
        assert not re.search(r"\{\{|\{%|None\b", html)
    assert {f"{sheet.name}.html" for sheet in SHEETS} <= set(_Page(pages["index.html"]).links)


@pytest.mark.parametrize("path", [SPECIAL_TASKS, ROOT / "tests" / "stories" / "good" / "teaching.yaml"])
def test_every_fact_question_aim_and_source_stands_on_its_page(path: Path) -> None:
    story = read(path)
    pack = Pack(story)
    pages = pack.pages()
    words = {name: _Page(html).words for name, html in pages.items()}
    assert [f.id for f in story.facts.values() if f.text not in words["sources.html"]] == []
    assert [s.id for s in story.sources.values() if s.title not in words["sources.html"]] == []
    prompts = [pack.show(scene.discuss).plain for scene in story.scenes.values() if scene.discuss.source]
    prompts += [pack.show(question).plain for question in story.debrief]
    assert prompts
    at = 0
    for prompt in prompts:
        at = words["questions.html"].index(prompt, at) + len(prompt)
    teaching = story.teaching
    wanted = [*teaching.aims, *teaching.standards, *teaching.rubric]
    assert [one for one in wanted if one not in words["rubric.html"]] == []
    assert [e.title for e in story.glossary.values() if e.title not in words["glossary.html"]] == []


def test_the_numbers_of_the_pack_are_those_of_the_story(special: Story, pages: dict[str, str]) -> None:
    index = _Page(pages["index.html"]).words
    assert f"{len(special.scenes)} scenes, {len(special.choices)} choices, {len(special.facts)} facts" in index
    violent = [scene for scene in special.scenes.values() if scene.is_violent]
    assert pages["content.html"].count("</tr>") == len(violent) + 1
    outcomes = [scene for scene in special.scenes.values() if scene.outcome]
    map_ = _Page(pages["map.html"]).words
    assert map_.count("\u2192") == 0  # the arrows are drawn, not read
    assert pages["map.html"].count("<li><strong>") == len(outcomes)
    readable = sum(not scene.is_junction for scene in special.scenes.values())
    assert sum(int(n) for n in re.findall(r"(\d+) scenes?\b", map_)) == readable
    plan = _Page(pages["lesson.html"]).words
    assert special.class_plan is not None
    assert f'<td class="minutes">{special.class_plan.minutes}</td><td><strong>Play.' in pages["lesson.html"]
    minutes = [int(n) for n in re.findall(r'<tr><td class="minutes">(\d+)<', pages["lesson.html"])]
    assert 45 <= sum(minutes) <= 50
    assert f"{sum(minutes)} minutes." in plan


def test_the_evidence_exercise_has_all_four_standings_and_a_key_that_agrees(
    special: Story, pages: dict[str, str]
) -> None:
    """Facts of the story in the same order on paper and in the key, by the sheet's columns; no standing on the sheet,
    all four in the first six."""
    claims = Pack(special).claims
    assert claims == Pack(special).claims
    assert Counter(claim.fact.standing for claim in claims) == dict.fromkeys(STANDINGS, 3)
    assert {claim.fact.standing for claim in claims[:FIRST]} == set(STANDINGS)
    assert len({claim.fact.id for claim in claims}) == len(claims)
    rows = re.findall(r'<tr class="claim"><td class="num">(\d+)</td><td>(.+?)</td>', pages["evidence.html"])
    keyed = re.findall(r'<td class="num">(\d+)</td><td class="standing">(.+?)</td><td>(.+?) <', pages["key.html"])
    assert [int(row[0]) for row in rows] == [int(row[0]) for row in keyed] == list(range(1, len(claims) + 1))
    for claim, (_, row), (_, column, why) in zip(claims, rows, keyed, strict=True):
        assert row == escape(claim.fact.text)
        assert column == COLUMNS[claim.fact.standing]
        assert why == escape(claim.why)
    heads = re.findall(r'<th scope="col" class="tick">(.+?)</th>', pages["evidence.html"])
    assert [head.replace("\u00ad", "") for head in heads] == list(COLUMNS.values())


def test_a_class_can_have_met_what_it_sorts_and_the_words_do_not_give_it_away(
    special: Story, pages: dict[str, str]
) -> None:
    """Each claim is behind a scene that most random plays of a class meet, and is not on the page read before."""
    pack = Pack(special)
    reading = _Page(pages["reading.html"]).words
    for claim in pack.claims:
        scenes = [scene.id for scene in special.scenes.values() if claim.fact.id in scene.basis]
        assert max(pack.met[scene] for scene in scenes) > PLAYS / 2, claim.fact.text
        assert claim.fact.text not in reading
        assert not re.search(r"\b(disputed|account|article|memoir|opinion|several ways|argued over)\b", claim.fact.text)


SORTED = """
format: 1
id: sorted
title: Sorted
start: room
sources:
  box: {title: The box (12), kind: primary}
  diary: {title: A diary, kind: memoir}
  book: {title: A book, kind: secondary}
facts:
  A: {text: It rained., source: [box, book], standing: documented}
  B: {text: It snowed., source: [diary, book], standing: documented}
  C: {text: It was dark., source: book, standing: documented}
  D: {text: He sang., source: [diary, book], standing: memoir}
  E: {text: He fell., source: [box, diary], standing: disputed}
  F: {text: He rose., source: book, standing: disputed}
  G: {text: He flew., source: book, standing: invented}
  H: {text: He wept., source: book, standing: memoir}
scenes:
  room: {text: A room., basis: [A, B, C, D, E, F, G, H], ending: {title: Out}}
"""


def test_the_key_gives_the_reason_for_each_standing_by_the_kinds_of_its_sources(tmp_path: Path) -> None:
    claims = Pack(write_story(tmp_path / "sorted", SORTED)).claims
    assert {claim.fact.id: claim.why for claim in claims} == {
        "A": "In records: The box.",
        "B": "Besides the memoir: A book.",
        "C": "Nobody contests it. Told by A book.",
        "D": "Only the memoir tells it: A diary. Others repeat it: A book.",
        "E": "Sources differ: The box; A diary.",
        "F": "Not settled: others deny it, or tell it otherwise. See A book.",
        "G": "Made up for this story; no source has it.",
        "H": "One person's word, passed on by others: A book.",
    }


def test_background_reading_states_only_what_is_documented(special: Story, pages: dict[str, str]) -> None:
    """All of it but for what is to be sorted afterwards."""
    words = _Page(pages["reading.html"]).words
    told = {fact.id for fact in special.facts.values() if fact.text in words}
    kept_back = {claim.fact.id for claim in Pack(special).claims}
    assert told == {fact.id for fact in special.facts.values() if fact.standing == "documented"} - kept_back


def test_background_reading_tells_facts_in_the_order_in_which_the_story_comes_to_them(tmp_path: Path) -> None:
    """Scene by scene; a chapter's own basis is its scenes' only where they have none, and a choice's record, which may
    look ahead, does not pull a fact before the scene that rests on it."""
    text = SORTED.partition("facts:")[0] + (
        "facts:\n"
        + "".join(f"  F{n}: {{text: Number {n}., source: box, standing: documented}}\n" for n in range(8))
        + "chapters: {one: {title: One, basis: F7}, two: {title: Two, basis: F7}}\n"
        "scenes:\n"
        "  room:\n    chapter: one\n    basis: F6\n    text: A room.\n    choices:\n"
        "      - {label: Out, go: yard, record: {followed: F4}}\n"
        "      - {label: Up, go: yard, record: {followed: F5}}\n"
        "  yard: {chapter: two, text: A yard., next: lane}\n"
        "  lane: {chapter: two, basis: [F0, F4], text: A lane., ending: {title: Out}}\n"
    )
    pack = Pack(write_story(tmp_path / "ordered", text))
    stretches = [(stretch.title, [fact.id for fact in stretch.facts]) for stretch in pack.stretches]
    assert stretches == [("One", ["F6", "F5"]), ("Two", ["F7", "F0", "F4"])]


def test_the_glossary_lists_people_by_their_last_name_and_the_rest_without_their_article(special: Story) -> None:
    listed = {kind: [title for title, _ in entries] for kind, entries in Pack(special).glossary}
    people = listed["People"]
    assert people.index("Lavrenti Beria") < people.index("Ramon Mercader") < people.index("Leon Trotsky")
    assert listed["Places"].index("The Lubyanka") < listed["Places"].index("Vladimir")
    entries = [
        entry for entry in special.glossary.values() if re.search(r"\byour?\b", plain(entry.text), re.IGNORECASE)
    ]
    assert entries == [], "on paper nobody is `you`"


def test_background_reading_is_for_about_grade_eight(pages: dict[str, str]) -> None:
    text = unescape(re.sub(r"<style>.*?</style>|<[^>]+>", "\n", pages["reading.html"], flags=re.DOTALL))
    sentences = [line for line in text.split("\n") if len(line.split()) > 2]
    grade = reading_grade(sentences, names_in(sentences))
    assert grade is not None
    assert grade <= 8.5


def test_nobody_is_asked_what_they_would_have_done(pages: dict[str, str]) -> None:
    assert re.search(r"would you (?:have )?(?:do\b|done|act|choose|refuse)", pages["all.html"], re.IGNORECASE) is None


def own_keys(screen: type) -> set[str]:
    """The keys that a class itself binds, as Textual names them."""
    return {key for b in vars(screen).get("KEYS", ()) if isinstance(b, Binding) for key in b.key.split(",")}


def keys_of(*classes: type) -> set[str]:
    """The keys that screens and what stands on them obey."""
    return set().union(*(own_keys(base) for one in classes for base in one.__mro__))


def test_the_keys_on_the_lesson_plan_are_those_of_a_vote(pages: dict[str, str]) -> None:
    """Each key in the box is one of the screen that it stands under, and every key of a vote's own stands there."""
    box = pages["lesson.html"].partition('<div class="keys">')[2].partition("</div>")[0]
    told: dict[str, set[str]] = {}
    for where, listed in re.findall(r"<dt>(.+?)</dt>(.+?)(?=<dt>|</dl>)", box, re.DOTALL):
        told[where] = {key.lower() for key in re.findall(r"<kbd>(.+?)</kbd>", listed)}
    page, vote = keys_of(ClassScreen, Reader), keys_of(VoteScreen, BallotReader)
    assert set(told) == {"On a page", "In a vote", "On both"}
    assert told["On a page"] <= page
    assert told["In a vote"] <= vote
    assert told["On both"] <= page & vote
    assert own_keys(TimedScreen) == told["On both"]
    assert own_keys(VoteScreen) | {"enter", "backspace", "0", "9", "up", "down", "escape"} == told["In a vote"]
    assert own_keys(ClassScreen) | {"enter", "u", "v", "q"} == told["On a page"]


def test_the_lesson_plan_says_how_many_decisions_there_is_time_to_vote_on(special: Story, tmp_path: Path) -> None:
    """A class's decisions are counted, those that leave a choice; a short story is voted on throughout."""
    pack = Pack(special)
    assert 18 <= pack.decisions <= 22
    assert pack.votes == 8
    assert f"about {pack.decisions} decisions" in _Page(pack.pages()["lesson.html"]).words
    assert "Vote on about 8, one or two in each part" in _Page(pack.pages()["lesson.html"]).words
    short = Pack(write_story(tmp_path / "story"))
    assert 0 < short.decisions <= short.votes
    assert "Vote on every decision." in short.pages()["lesson.html"]


def test_the_note_home_is_about_the_lesson_and_not_about_the_program(pages: dict[str, str]) -> None:
    """No word to a player; what is asked of whoever plays alone is not hidden."""
    words = _Page(pages["parents.html"]).words
    assert re.search(r"\bYou are\b|Nothing you do|settings|\bpress\b", words) is None
    for said in (
        "Date",
        "Please answer by",
        "a word to me by the date above is enough",
        "in full",
        "by a short summary",
        "the class is asked for no name",
    ):
        assert said in words
    assert "Who opens this file?" in words
    assert "Who opens this file?" in _Page(pages["privacy.html"]).words
    assert "asked for one: leave it empty" in _Page(pages["lesson.html"]).words


def test_whoever_opts_out_is_told_what_both_hand_in_and_how_it_is_marked(special: Story, pages: dict[str, str]) -> None:
    words = _Page(pages["alternative.html"]).words
    assert [line for line in special.teaching.rubric if line not in words] == []
    assert "What did Sudoplatov know, what held him, and who paid?" in words
    assert "The class hands in an exit ticket" in words
    assert not re.search(r"\byou\b", words, re.IGNORECASE)
    assert f"Numbers 1 to {FIRST} of Sort the evidence. The reading does not have them" in words
    assert not {claim.fact.text for claim in Pack(special).claims} & {
        fact.text for _, facts in Pack(special).documented for fact in facts
    }, "as the alternative says"
    minutes = sum(int(n) for n in re.findall(r"(\d+) minutes", words))
    assert minutes == sum(n for _, n in Pack(special).plan)


def test_what_a_story_does_not_have_is_said_in_a_sentence(tmp_path: Path) -> None:
    """A story of one line gets every page; none is empty, and no list or table is."""
    text = "format: 1\nid: bare\ntitle: Bare\nstart: room\nscenes:\n  room: {text: A room., ending: {title: Out}}\n"
    pages = Pack(write_story(tmp_path / "bare", text)).pages()
    for sheet in SHEETS:
        html = pages[f"{sheet.name}.html"]
        assert len(_Page(html).words.partition(sheet.title)[2].split()) >= 5, sheet.name
        assert not re.search(r"<(ul|ol|dl|tbody)[^>]*>\s*</\1>", html), sheet.name
    assert "There is nothing to sort" in pages["evidence.html"]
    assert "The story has no glossary." in pages["glossary.html"]


def test_a_storys_markup_is_words_in_the_pack(tmp_path: Path) -> None:
    text = (
        "format: 1\nid: markup\ntitle: <b>&\nabout: <script>alert(1)</script>\nstart: room\n"
        "sources: {s: {title: <i>S, kind: x}}\nfacts: {F: {text: '<u>F', source: s, standing: memoir}}\n"
        "scenes:\n  room: {text: A room., basis: [F], discuss: '<img src=x>', ending: {title: <a>Out}}\n"
    )
    pages = Pack(write_story(tmp_path / "markup", text)).pages()
    for html in pages.values():
        assert not re.search(r"<script|<img|<u>|<i>|<b>", html)


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(cwd)}
    command = [sys.executable, "-m", "game", "class", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=environment)


def test_the_command_writes_the_pages_and_says_where_a_browser_is_wanted(tmp_path: Path, special: Story) -> None:
    done = run("pack", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    folder = tmp_path / folder_name(special)
    assert {p.name: p.read_text(encoding="utf-8") for p in folder.iterdir()} == Pack(special).pages()
    assert "No browser was found" in done.stdout


def test_commands_in_the_pack_name_the_story(tmp_path: Path, special: Story) -> None:
    """They are run as they are printed: each is one of the program's, with the story's own folder."""
    write_story(tmp_path / "my story")
    assert run("pack", "my story", "-o", "out", cwd=tmp_path).returncode == 0
    commands = re.findall(r"<code>special-tasks (.+?)</code>", (tmp_path / "out" / "all.html").read_text())
    commands = [unescape(one) for one in commands if "FOLDER" not in one]
    assert {one.split()[0] for one in commands} == {"export", "class", "graph"}
    for one in commands:
        words = shlex.split(one)
        assert "my story" in words[1:3]
        assert _parser().parse_args(words).story == "my story"
    assert "<code>special-tasks export --to script -o script.html</code>" in Pack(special).pages()["lesson.html"]


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run("pack", "-o", "file", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "special-tasks: file: can't be made: File exists\n"


# --- in a browser --------------------------------------------------------------------------------------------------

AUDIT = """
const { chromium } = require("playwright-core");
(async () => {
  const [program, ...pages] = process.argv.slice(2);
  const browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox"] });
  const found = {};
  for (const page of pages) {
    const tab = await browser.newPage();
    const asked = [];
    tab.on("request", (request) => asked.push(request.url()));
    await tab.goto(page);
    const requests = [...asked];
    const sheets = (await tab.pdf()).toString("latin1").match(/\\/Type\\s*\\/Page\\b/g).length;
    await tab.addScriptTag({ path: require.resolve("axe-core/axe.min.js") });
    const result = await tab.evaluate(() => axe.run());
    found[page] = { requests, sheets, violations: result.violations.map((v) => `${v.id}: ${v.nodes[0].html}`) };
  }
  await browser.close();
  console.log(JSON.stringify(found));
})();
"""


ONE_SHEET = ["lesson", "evidence", "key", "exit", "alternative", "parents", "map", "rubric", "questions"]


def _handed(story: Story, number: int) -> Handed:
    return open_play(played(story, number, hands=not number).as_save().encode(), story, "one")


@pytest.mark.long
def test_in_a_browser_the_packs_ask_for_nothing_are_accessible_and_print(tmp_path: Path) -> None:
    """Every page of two stories, of results and reports: no request but for itself, no violation of axe-core's rules,
    sheets to print; what a class gets in hand, and the lesson plan, is one sheet each."""
    program, npm = browser(), shutil.which("npm")
    assert program is not None, "needs chromium"
    assert npm is not None, "needs npm"
    stories = {"special-tasks": read(SPECIAL_TASKS), "clerk": write_story(tmp_path / "story")}
    for name, story in stories.items():
        (tmp_path / name).mkdir()
        for file, html in Pack(story).pages().items():
            (tmp_path / name / file).write_text(html, encoding="utf-8")
    handed = [_handed(stories["special-tasks"], number) for number in range(5)]
    for file, html in (("results", Results(handed[0].session.story, handed, 0).html()), ("report", as_html(handed))):
        (tmp_path / "special-tasks" / f"{file}.html").write_text(html, encoding="utf-8")
    subprocess.run([npm, "install", "--silent", "--no-save", "playwright-core", "axe-core"], cwd=tmp_path, check=True)
    (tmp_path / "audit.js").write_text(AUDIT)
    addresses = [path.as_uri() for name in stories for path in sorted((tmp_path / name).glob("*.html"))]
    done = subprocess.run(["node", "audit.js", program, *addresses], cwd=tmp_path, capture_output=True, check=True)
    found = json.loads(done.stdout)
    assert list(found) == addresses
    for address, one in found.items():
        assert (one["requests"], one["violations"]) == ([address], [])
        assert one["sheets"] == 1 if Path(address).stem in ONE_SHEET else one["sheets"] >= 1, address
    everything = tmp_path / "special-tasks" / "all.html"
    assert print_pdf(program, everything, tmp_path / "pack.pdf") >= len(SHEETS)
    assert pages_of((tmp_path / "pack.pdf").read_bytes()) == found[everything.as_uri()]["sheets"]
