"""The web edition in a real browser, from a file: played by keyboard and by clicks, read by axe-core, its saves carried
to the game and back."""

import csv
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from game.export.web import web_page
from game.play.journal import decisions
from game.play.page import Card, Echo, Heading, Reply, Telling
from game.play.restore import restore
from game.play.saves import Save, encode_code
from game.play.session import Session
from game.play.slots import Play, Slots
from game.story.loader import load
from game.story.model import Story
from game.story.text import Shown
from tests.browser import Browser
from tests.screen import CLERK, SPECIAL_TASKS, write_story

pytestmark = pytest.mark.long  # they need Node, npm and chromium

ROOT = Path(__file__).parent.parent
STORY = load(SPECIAL_TASKS).story
assert STORY is not None
PANELS = ("Evidence", "People and terms", "The file", "Journal", "Settings", "Save")
OPTIONS = "#choices-body ol button"
ENDED = "!!document.querySelector('#after section')"


@pytest.fixture(scope="module")
def driver() -> Iterator[Browser]:
    driver = Browser()
    yield driver
    driver.close()


@pytest.fixture
def browser(driver: Browser) -> Iterator[Browser]:
    """A page that has kept nothing; whatever is done on it, nothing is fetched and nothing goes wrong."""
    driver("page", {})
    yield driver
    log = driver("log")
    assert log["errors"] == []
    assert all(url.startswith(("file:///", "blob:")) for url in log["requests"])


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped story, as the command writes it."""
    path = tmp_path_factory.mktemp("web") / "special-tasks.html"
    assert _game("export", "--to", "html", "-o", str(path)) == f"{path}: written\n"
    return path


def _game(*words: str, typed: str = "") -> str:
    """What the command prints."""
    command = [sys.executable, "-m", "game", *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, input=typed, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _write(folder: Path, story: Story) -> Path:
    path = folder / f"{story.id}.html"
    path.write_text(web_page(story), encoding="utf-8")
    return path


def _begin(browser: Browser, path: Path) -> None:
    """From the title to the first page, with the answers as they stand."""
    browser("open", str(path))
    _press(browser, "Begin a new play")
    browser("click", "button[type=submit]")


def _press(browser: Browser, label: str) -> None:
    """Presses the number of an option."""
    at = next(i for i, text in enumerate(browser.texts(OPTIONS), 1) if label in text)
    browser("press", str(at))


def _saved(browser: Browser, path: Path) -> Save:
    """What the button downloads."""
    browser("click", "#tools button:text-is('Save')")
    name = browser("download", "button:text-is('Download the save file')", str(path))
    assert re.fullmatch(r"[a-z-]+-\d{4}-\d\d-\d\d\.json", name)
    browser("press", "Escape")
    return Save.decode(path.read_bytes())


def _expected(session: Session) -> list[str]:
    """The options as the page writes them."""
    return [
        f"{option.number} {option.label.plain}"
        if option.locked is None
        else f"{option.label.plain} (not now: {option.locked.plain})"
        for option in session.page.options
    ]


def _read(browser: Browser, session: Session) -> None:
    """Goes on to the last page of the last step, which brought the same as the session tells, and offers the same."""
    told = " ".join(browser.texts("#story .turn:last-child"))
    while browser.texts(OPTIONS) == ["1 Go on"]:
        browser("press", "Enter")
        told += " ".join(browser.texts("#story .turn:last-child"))
    if session.page.ending is None:
        assert browser.texts("#choices-body li") == [" ".join(text.split()) for text in _expected(session)]
    for part in session.page.turn:
        if isinstance(part, Echo):
            assert part.label.plain in told
        elif isinstance(part, Heading):
            assert part.title.plain in told
        elif isinstance(part, Telling | Reply | Card):
            plain = [block.plain for piece in part.prose if isinstance(piece, Shown) for block in piece.blocks]
            assert all(" ".join(text.split()) in told for text in plain)
    told = " ".join(browser.texts("#gauges"))
    assert all(gauge.words in told and gauge.change in told for gauge in session.page.gauges)


@pytest.mark.parametrize(("by", "blocked"), [("keys", False), ("clicks", False), ("keys", True)])
def test_the_shipped_story_is_played_to_its_end(
    by: str, blocked: bool, driver: Browser, edition: Path, tmp_path: Path
) -> None:
    """Beside a session that takes the same steps: the same options and texts on every page, with and without a browser
    that keeps things. The keyboard is always at the choices. The save opens in the game, which is at the same end."""
    driver("page", {"blocked": blocked})
    chance = random.Random(f"{by} {blocked}")
    driver("open", str(edition))
    driver("press", "1")
    assert driver.focused() == "choices"
    if by == "keys":  # through the form: how violence is told, the pace, a name
        for key in ("Tab", "Tab", "ArrowDown", "Tab"):
            driver("press", key)
        driver("type", "<b>Ada</b>")
        driver("press", "Enter")
    else:
        driver("click", "label:has-text('The class telling')")
        driver("fill", "input[placeholder]", "<b>Ada</b>")
        driver("click", "button[type=submit]")
    assert STORY is not None
    session = Session(STORY, {"pace": "short", "name": "<b>Ada</b>"})
    while True:
        assert driver.focused() == "choices"
        _read(driver, session)
        if session.page.ending is not None:
            break
        at = chance.randrange(len(session.offered))
        if by == "keys":
            driver("press", str(at + 1))
        else:
            driver("click", f"#choices-body li:nth-child({_nth(session, at)}) button")
        session.choose(session.offered[at])
    assert driver.js(ENDED)
    headings = driver.texts("#after h3")
    assert headings == ["The file", "Your decisions, against the record", "The people harmed", "Questions"]
    assert len(driver.texts("#after .decisions > li")) == sum(turn.choice is not None for turn in session.turns)
    assert len(driver.texts("#after .sheet")) == len(session.file)
    assert (
        driver.js("!dispatchEvent(new Event('beforeunload', {cancelable: true}))") is blocked
    )  # it asks before leaving
    driver("fill", "#answer-0", "First\nand second")
    save = _saved(driver, tmp_path / "save.json")
    assert save.debrief == ["First\nand second"]
    assert save.answers == {"pace": "short", "name": "<b>Ada</b>"}
    assert restore(STORY, save).session.steps == session.steps
    _merged(session, tmp_path / "save.json", save)
    warned = "This browser keeps nothing" in " ".join(driver.texts("#notes"))
    assert warned is blocked
    _press(driver, "Back to the title")
    assert driver.texts(OPTIONS)[0].startswith(f"1 Continue: {len(session.steps)} steps")
    log = driver("log")
    assert log["errors"] == []
    assert [url for url in log["requests"] if not url.startswith("blob:")] == [edition.as_uri()]


def _merged(session: Session, path: Path, save: Save) -> None:
    """`class results` takes the page's file, and its code in a mail as the same play: decisions, answers, no name."""
    assert session.page.ending is not None
    folder = path.parent / "handed in"
    folder.mkdir()
    shutil.copy(path, folder)
    (folder / "mail.txt").write_text(f"Dear teacher,\n{encode_code(save, STORY)}\nAda", encoding="utf-8")
    said = _game("class", "results", str(folder))
    page = (folder / "results.html").read_text(encoding="utf-8")
    assert said.startswith("1 play, 0 votes, 1 skipped:")
    assert "Ada" not in page
    with (folder / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert "First\nand second" in row.values()
    decided = {decision.label.plain for decision in decisions(session) if decision.record}
    assert decided
    assert decided <= set(row.values())


def _nth(session: Session, at: int) -> int:
    """Where among all options, locked ones too, the one stands that is offered as number `at`, counted from 0."""
    return next(i for i, option in enumerate(session.page.options, 1) if option.number == at + 1)


@pytest.mark.parametrize("colours", ["light", "dark", "contrast"])
def test_axe_finds_nothing_on_any_kind_of_page(colours: str, driver: Browser, edition: Path) -> None:
    """Title, form, chapter, scenes, documents, record card, ending, each panel; in every palette; on a phone too."""
    size = {"width": 390, "height": 844} if colours == "light" else {"width": 1280, "height": 800}
    driver("page", {"colorScheme": "light" if colours == "light" else "dark", "viewport": size})
    driver("open", str(edition))
    found = {"title": driver("axe")}
    if colours == "contrast":
        driver.js("localStorage.setItem('special-tasks settings', JSON.stringify({colours: 'contrast'}))")
        driver("reload")
        assert driver.js("getComputedStyle(document.body).color") == "rgb(255, 255, 255)"
    driver("press", "1")
    found["form"] = driver("axe")
    driver("click", "button[type=submit]")
    chance = random.Random(5)
    while not driver.js(ENDED):
        for kind in (".card", ".opening", ".sheet", ".sheet.letter", ".sheet.cable", ".sheet.form", ".locked"):
            if kind not in found and driver.js(f"!!document.querySelector('.turn:last-child {kind}, #choices {kind}')"):
                found[kind] = driver("axe")
        if ".card" in found and "Journal" not in found:
            for panel in PANELS:
                driver("click", f"#tools button:text-is('{panel}')")
                found[panel] = driver("axe")
                driver("press", "Escape")
                assert driver.focused() == panel
        driver("press", str(chance.randint(1, len(driver.texts(OPTIONS)))))
    found["ending"] = driver("axe")
    assert {".card", ".opening", ".sheet", "Journal", "ending"} <= found.keys()
    assert {kind: violations for kind, violations in found.items() if violations} == {}


def test_the_game_and_the_browser_open_what_the_other_saved(browser: Browser, edition: Path, tmp_path: Path) -> None:
    """By the command line: `play --replay` takes the file and the code; the page takes the game's file and its code."""
    assert STORY is not None
    _begin(browser, edition)
    for _ in range(6):
        browser("press", "1")
    save = _saved(browser, tmp_path / "save.json")
    browser("click", "#tools button:text-is('Save')")
    browser("wait", "document.getElementById('code').value")
    code = browser.js("document.getElementById('code').value")
    browser("press", "Escape")
    place = restore(STORY, save).session
    assert len(place.steps) >= 5
    for given in (str(tmp_path / "save.json"), code):
        told = _game("play", "--plain", "--saves", str(tmp_path / "saves"), "--replay", given, typed="q\n")
        assert all(option.label.plain in " ".join(told.split()) for option in place.page.options)
    file = tmp_path / "game.json"
    file.write_bytes(save.encode())
    for open_it in ("file", "code"):
        browser("page", {"bare": open_it == "code"})
        browser("open", str(edition))
        _press(browser, "Open a save")
        if open_it == "file":
            browser("files", "#given-file", str(file))
        else:
            browser("fill", "#given", "\n" + encode_code(save, STORY)[:-3])
            browser("click", "button:text-is('Open the code')")
            browser("wait", "document.querySelector('#panel [role=status]').textContent")
            assert browser.texts("#panel [role=status]") == ["That can't be done: the code is cut: its end is missing."]
            browser("fill", "#given", "\n" + encode_code(save, STORY))
            browser("click", "button:text-is('Open the code')")
        browser("wait", "!document.getElementById('panel').open")
        assert browser.texts("#choices-body li") == [" ".join(text.split()) for text in _expected(place)]
        assert browser.focused() == "choices"


def test_the_hands_of_a_class_stand_beside_its_decisions(browser: Browser, edition: Path, tmp_path: Path) -> None:
    """As in the terminal, in the journal and at the end, also of a vote that was opened from its code."""
    assert STORY is not None
    session = Session(STORY, {"pace": "short"})
    while session.offered:
        hands = tuple(range(len(session.offered), 0, -1)) if len(session.offered) > 1 else None
        session.choose(session.offered[0], hands)
    votes = [decision.vote for decision in decisions(session) if decision.vote]
    assert votes
    browser("open", str(edition))
    _press(browser, "Open a save")
    browser("fill", "#given", encode_code(Play(session, Slots(tmp_path, STORY), "vote-1").as_save(), STORY))
    browser("click", "button:text-is('Open the code')")
    browser("wait", "!document.getElementById('panel').open")
    while browser.texts(OPTIONS) == ["1 Go on"]:
        browser("press", "Enter")
    assert "The class's decisions, against the record" in browser.texts("#after h3")
    assert [text for text in browser.texts("#after .decisions em") if " hands" in text] == votes
    browser("click", "#tools button:text-is('Journal')")
    assert [text for text in browser.texts("#panel em") if text in votes] == votes


def test_a_play_is_kept_by_the_browser_and_nothing_is_lost(browser: Browser, tmp_path: Path) -> None:
    """Reloading offers it; a new one leaves it as the one before; deleting forgets both; a damaged one is told of."""
    path = _write(tmp_path, write_story(tmp_path / "clerk", CLERK))
    _begin(browser, path)
    _press(browser, "Look at the clock")
    _press(browser, "Stamp it")
    browser("reload")
    assert browser.texts(OPTIONS)[0].startswith("1 Continue: 2 steps")
    browser("press", "1")
    assert browser.texts("#story h3") == ["The office", "The hall"]
    browser("reload")
    _press(browser, "Begin a new play")
    browser("click", "button[type=submit]")
    _press(browser, "Look at the clock")
    browser("reload")
    assert browser.texts(OPTIONS)[0].startswith("1 Continue: 1 step, ")
    assert browser.texts(OPTIONS)[1].startswith("2 Back to the play before: 2 steps, ")
    browser("press", "2")
    assert browser.texts("#story h3") == ["The office", "The hall"]
    browser.js("localStorage.setItem('special-tasks play clerk', '{\"format\": 1')")
    browser("reload")
    assert "can't be read: damaged" in " ".join(browser.texts("#notes"))
    _press(browser, "Open a save")
    browser("click", "button:text-is('Delete what this browser keeps of this story')")
    browser("press", "Escape")
    assert browser.texts(OPTIONS)[0] == "1 Begin a new play"
    assert browser.js("Object.keys(localStorage).filter(key => key.includes('clerk'))") == []


def test_steps_are_taken_back_and_violence_is_told_as_wished(browser: Browser, tmp_path: Path) -> None:
    """Undo, the journal's way back, and the summary at any time; what is new is read out, what was read is not."""
    path = _write(tmp_path, write_story(tmp_path / "clerk", CLERK))
    _begin(browser, path)
    _press(browser, "Look at the clock")
    assert browser.texts("#status") == ["Mood: bright, up from even."]
    assert browser.js("document.getElementById('story').getAttribute('aria-live')") == "polite"
    _press(browser, "Stamp it")
    browser("press", "1")
    assert browser.texts("#story .card h3") == ["Record card: I. The desk"]
    assert browser.texts(OPTIONS) == ["1 Go on"]
    browser("press", "1")
    assert browser.texts("#story h2") == ["II. The street"]
    assert "The cart breaks his fingers." in browser.texts("#story p")
    browser("click", "#tools button:text-is('Settings')")
    browser("click", "#set-violence")
    browser("press", "Escape")
    assert "The messenger is hurt." in browser.texts("#story p")
    assert "The cart breaks his fingers." not in browser.texts("#story p")
    browser("click", "#tools button:text-is('Evidence')")
    assert "held back" in " ".join(browser.texts("#panel-body"))
    browser("press", "Escape")
    browser("click", "#tools button:text-is('Undo')")
    assert browser.texts("#status") == ["The last step is undone."]
    assert browser.texts("#story h3") == ["The office", "The hall"]
    browser("click", "#tools button:text-is('Journal')")
    browser.js("dispatchEvent(new Event('beforeprint'))")  # what is modal has no pages
    assert browser.js("document.querySelector('dialog[open]:not(:modal)') !== null")
    browser.js("dispatchEvent(new Event('afterprint'))")
    assert browser.js("document.querySelector('dialog:modal') !== null")
    browser("click", "button:text-is('Return to before decision 2')")
    assert browser.texts("#status") == ["You are back before decision 2."]
    assert browser.focused() == "choices"
    assert browser.texts("#choices-body li") == ["Burn it. (not now: You lack the temper.)", "1 Stamp it."]


def test_one_press_is_one_choice(browser: Browser, tmp_path: Path) -> None:
    """A key held down, and the second click of two, choose nothing more; keys that are turned off choose nothing."""
    path = _write(tmp_path, write_story(tmp_path / "clerk", CLERK))
    _begin(browser, path)
    browser.js("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '1', repeat: true, bubbles: true}))")
    assert len(browser.texts("#story .turn")) == 1
    browser.js("document.querySelector('#choices-body button').dispatchEvent(new MouseEvent('click', {detail: 2}))")
    assert len(browser.texts("#story .turn")) == 1
    browser("click", "#tools button:text-is('Settings')")
    browser("press", "1")  # in a panel
    browser("click", "#set-keys")
    browser("press", "Escape")
    browser("press", "1")
    assert len(browser.texts("#story .turn")) == 1
    browser("press", "Tab")
    browser.js("document.querySelector('#choices-body button').focus()")
    browser("press", "Enter")
    assert len(browser.texts("#story .turn")) == 2


HOSTILE = """
format: 1
id: hostile
title: "</title></script><script>window.hurt = 1</script>"
author: "<img src=x onerror='window.hurt=2'>"
about: "<script>window.hurt = 3</script> [a link](javascript:window.hurt=4) <!-- "
content_note: "</script><svg onload=window.hurt=5>"
start: a
state:
  mood:
    {range: [0, 1], start: 0, label: "<b onclick=window.hurt=6>", show: words, words: {0: "</dd><script>", 1: "&lt;"}}
  name: {text: "<script>window.hurt = 7</script>", ask: "</label><script>window.hurt = 8</script>"}
chapters:
  c:
    title: "</h2><script>window.hurt = 9</script>"
    card: "<iframe src='javascript:parent.hurt=10'></iframe>"
    basis: [F]
glossary: {g: {title: "<i>g</i>", kind: term, text: "<script>window.hurt = 11</script>"}}
facts: {F: {text: "<script>window.hurt = 12</script>", source: s, standing: documented}}
sources: {s: {title: "</li><script>window.hurt = 13</script>", kind: "<u>"}}
debrief: ["</textarea><script>window.hurt = 14</script>"]
scenes:
  a:
    chapter: c
    title: "{name}"
    text:
      - "{name} <script>window.hurt = 15</script> ]]> <style>*{{display:none}}</style>"
      - sheet:
          id: s
          kind: cable
          heading: "<script>window.hurt = 16</script>"
          text: "</pre><script>window.hurt = 17</script>"
    choices: [{label: "</button><script>window.hurt = 18</script>", set: {mood: 1}, reply: "<script>{name}", go: z}]
  z: {text: T., ending: {title: "<script>window.hurt = 19</script>"}}
"""


def test_nothing_in_a_story_becomes_markup_or_script(browser: Browser, tmp_path: Path) -> None:
    """Every text of it is read as it was written; and what would run all the same, the page's own policy refuses."""
    (tmp_path / "hostile.yaml").write_text(HOSTILE, encoding="utf-8")
    story = load(tmp_path / "hostile.yaml").story
    assert story is not None
    path = _write(tmp_path, story)
    browser("open", str(path))
    assert "<script>window.hurt = 3</script>" in " ".join(browser.texts("#story"))
    browser("press", "1")
    browser("fill", "input[placeholder]", "<script>window.hurt = 20</script>")
    browser("click", "button[type=submit]")
    assert browser.texts("#story h3") == ["<script>window.hurt = 20</script>"]
    for panel in PANELS:
        browser("click", f"#tools button:text-is('{panel}')")
        browser("press", "Escape")
    browser("press", "1")
    assert "</textarea><script>window.hurt = 14</script>" in " ".join(browser.texts("#after"))
    browser("reload")
    browser("press", "1")
    assert browser.js("window.hurt === undefined")
    assert browser.js("document.scripts.length") == 2
    assert browser.js("document.querySelectorAll('iframe, img, svg, #main style, [onerror], [onload]').length") == 0
    assert browser.js("window.policy") == []


INTRUDERS = {  # what it tries, and what it would do
    "a script": "Object.assign(document.createElement('script'), {textContent: 'window.hurt = 1'})",
    "a handler": "Object.assign(document.createElement('b'), {innerHTML: '<img src=x onerror=\"window.hurt = 1\">'})",
    "a picture": "Object.assign(new Image(), {src: 'https://example.org/x.png'})",
    "a frame": "Object.assign(document.createElement('iframe'), {src: 'https://example.org/'})",
    "a style": "Object.assign(document.createElement('style'), {textContent: 'body { display: none }'})",
}


@pytest.mark.parametrize("intruder", INTRUDERS)
def test_the_policy_of_the_page_refuses_what_is_not_its_own(intruder: str, driver: Browser, edition: Path) -> None:
    """Were there a way in, it would lead nowhere: nothing else is run, and nothing at all is loaded."""
    driver("page", {})
    driver("open", str(edition))
    driver.js(f"document.body.append({INTRUDERS[intruder]})")
    driver("wait", "window.policy.length > 0")
    assert driver.js("window.hurt === undefined")
    assert driver.js("getComputedStyle(document.body).display") == "block"
    driver.js("fetch('https://example.org/').catch(() => null)")
    driver("wait", "window.policy.includes('connect-src')")


@pytest.mark.parametrize(
    "name", ["chapters", "markdown.yaml", "sheets.yaml", "asking.yaml", "toll.yaml", "continue_and_locked.yaml"]
)
def test_axe_finds_nothing_in_other_stories(name: str, browser: Browser, tmp_path: Path) -> None:
    story = load(Path(__file__).parent / "stories" / "good" / name).story
    assert story is not None
    path = _write(tmp_path, story)
    browser("open", str(path))
    _press(browser, "Begin a new play")
    if browser.js("!!document.querySelector('button[type=submit]')"):
        assert browser("axe") == []
        browser("click", "button[type=submit]")
    for _ in range(8):
        assert browser("axe") == []
        if browser.js(ENDED) or not browser.texts(OPTIONS):
            break
        browser("press", "1")
