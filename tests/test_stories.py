"""The corpora: each good story loads without a word, each broken one gives its one problem, at its place."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from game.story.catalogue import CATALOGUE, FLOW_HINT, QUOTE_HINT
from game.story.loader import Loaded, load

BROKEN = Path(__file__).parent / "stories" / "broken"
COVERAGE = BROKEN.parent / "coverage"
LoadText = Callable[..., Loaded]

# Codes that no file of the corpus can show, and where they are tested.
ELSEWHERE = {
    "no-files": "needs an empty folder, which git does not keep: below",
    "unreadable": "needs a file that can't be opened: test_hostile",
    "too-large": "needs megabytes: test_hostile",
    "too-many-nodes": "needs megabytes: test_hostile",
    "too-many-problems": "needs a thousand problems: test_hostile",
    "never-taken": "needs a search that is cut short: test_prove_coverage",
}
# The traps of YAML, whose hint is always the same: `|`, or quotes.
TRAPS = {
    *["colon-in-text", "key-in-text", "comment-in-text", "text-cut", "text-is-comment", "special-start"],
    *["bad-escape"],
}
FLOW_TRAPS = {"flow-comma", "flow-question", "flow-special"}  # where `|` can't stand


def expected(story: Path) -> list[str]:
    """The `code line:column` of each problem, from the story's first line."""
    head = (story / "story.yaml" if story.is_dir() else story).read_text(encoding="utf-8", errors="replace")
    first = head.split("\n", maxsplit=1)[0]
    assert first.startswith("# expect: "), story
    return sorted(first.removeprefix("# expect: ").split(", "))


def test_a_good_story_loads_without_a_word(good_story: Path) -> None:
    loaded = load(good_story)
    assert not loaded.diagnostics
    assert loaded.story is not None
    assert any(scene.ending for scene in loaded.story.scenes.values())


def test_a_good_story_names_its_feature_in_a_comment(good_story: Path) -> None:
    head = good_story / "story.yaml" if good_story.is_dir() else good_story
    assert head.read_text(encoding="utf-8").startswith("# ")


def test_a_broken_story_gives_its_problem_at_its_place_and_nothing_else(broken_story: Path) -> None:
    found = []
    for diagnostic in load(broken_story).diagnostics:
        at = diagnostic.location
        place = f"{at.line}:{at.column}"
        found.append(f"{diagnostic.code} {f'{at.path}:{place}' if broken_story.is_dir() else place}")
    assert sorted(found) == expected(broken_story)


def test_a_broken_story_loads_exactly_if_nothing_is_an_error(broken_story: Path) -> None:
    loaded = load(broken_story)
    assert (loaded.story is None) == any(d.is_error for d in loaded.diagnostics)


def test_every_problem_has_the_hint_and_the_line_it_stands_on(broken_story: Path) -> None:
    for diagnostic in load(broken_story).diagnostics:
        assert diagnostic.severity is CATALOGUE[diagnostic.code].severity
        assert bool(diagnostic.hint) >= bool(CATALOGUE[diagnostic.code].hint)
        if diagnostic.location.line and diagnostic.code != "not-utf8":
            file = broken_story / diagnostic.location.path if broken_story.is_dir() else broken_story
            line = file.read_text(encoding="utf-8").split("\n")[diagnostic.location.line - 1]
            assert len(diagnostic.excerpt) == min(len(line), 200)
            assert diagnostic.location.column <= len(line) + 1


def test_the_traps_of_yaml_all_give_the_same_advice(broken_story: Path) -> None:
    for diagnostic in load(broken_story).diagnostics:
        if diagnostic.code in TRAPS:
            assert diagnostic.hint == QUOTE_HINT
        if diagnostic.code in FLOW_TRAPS:
            assert diagnostic.hint == FLOW_HINT


def test_every_code_is_shown_by_a_broken_story_or_tested_elsewhere() -> None:
    shown = {line.split()[0] for path in BROKEN.iterdir() if path.suffix != ".txt" for line in expected(path)}
    covered = (path.read_text(encoding="utf-8").split("\n", maxsplit=1)[0] for path in COVERAGE.iterdir())
    shown |= {word for line in covered for word in line.split()[2::2]}
    assert shown <= CATALOGUE.keys()
    assert CATALOGUE.keys() - shown == ELSEWHERE.keys()


def test_an_empty_folder_is_no_story(tmp_path: Path) -> None:
    assert [d.code for d in load(tmp_path).diagnostics] == ["no-files"]


def test_a_folder_is_read_as_its_files_put_together() -> None:
    folder = Path(__file__).parent / "stories" / "good" / "folder"
    whole = load(folder).story
    assert whole is not None
    assert list(whole.scenes) == ["first", "second", "last"]
    assert [s.chapter for s in whole.scenes.values()] == ["one", "one", "one"]
    assert whole.scenes["last"].location.path == "2_rest/b.yaml"


def test_the_digest_tells_contents_and_names_apart(tmp_path: Path) -> None:
    digests = set()
    for name, title in [("a", "X"), ("a", "Y"), ("b", "X")]:
        folder = tmp_path / f"{name}{title}"
        folder.mkdir()
        text = f"format: 1\nid: x\ntitle: {title}\nstart: a\nscenes: {{a: {{ending: {{title: E}}, text: T}}}}\n"
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        story = load(folder).story
        assert story is not None
        data = text.encode()
        assert story.digest == sha256(f"{name}.yaml\0{len(data)}\0".encode() + data).hexdigest()
        digests.add(story.digest)
        again = load(folder).story
        assert again is not None
        assert again.digest == story.digest
    assert len(digests) == 3


HEAD = """format: 1
id: x
title: X
start: hall
"""
SOUND = """state:
  trust: {range: [0, 6], start: 3, label: Trust, show: number}
  deputy: {one_of: [nobody, eitingon], start: nobody}
facts:
  A10: {text: T., source: article, standing: documented}
sources:
  article: {title: A, kind: secondary}
chapters:
  kremlin: {title: K}
define:
  exposed: trust > 4
scenes:
  hall:
    chapter: kremlin
    basis: A10
    text: {by: deputy, eitingon: "{trust}", else: B.}
    choices:
      - {label: Say nothing., set: {trust: trust - 1, deputy: eitingon}, go: corridor}
  corridor: {text: C., next: last}
  last: {ending: {title: End}, text: {when: exposed, text: D.}}
"""


@pytest.mark.parametrize(
    ("right", "wrong", "hint"),
    [
        ("title: X", "tittle: X", "Did you mean `title`?"),
        ("start: hall", "start: hal", "Did you mean `hall`?"),
        ("scenes:", "scene:", "Did you mean `scenes`?"),
        ("label: Say", "lable: Say", "Did you mean `label`?"),
        ("go: corridor", "go: coridor", "Did you mean `corridor`?"),
        ("next: last", "next: Last", "Did you mean `last`?"),
        ("exposed, text", "expossed, text", "Did you mean `exposed`?"),
        ("exposed: trust", "exposed: turst", "Did you mean `trust`?"),
        ("{trust:", "{turst:", "Did you mean `trust`?"),
        ('"{trust}"', '"{turst}"', "Did you mean `trust`?"),
        ("deputy: eitingon}", "deputy: eitignon}", "Did you mean `eitingon`?"),
        ("eitingon: ", "etingon: ", "Did you mean `eitingon`?"),
        ("basis: A10", "basis: A1O", "Did you mean `A10`?"),
        ("source: article", "source: artcle", "Did you mean `article`?"),
        ("chapter: kremlin", "chapter: Kremlin", "Did you mean `kremlin`?"),
        ("standing: documented", "standing: document", "Did you mean `documented`?"),
        ("when: exposed", "when: sen(hall)", "Did you mean `seen`?"),
        ("when: exposed", "when: seen(hal)", "Did you mean `hall`?"),
        ("when: exposed", "when: chose('hall/say_nothin')", "Did you mean `hall/say_nothing`?"),
        ("when: exposed", "when: exposed == True", "Write `true`."),
        ("when: exposed", "when: deputy == eitngon", "Did you mean `eitingon`?"),
        ("show: number", "show: numbers", "Did you mean `number`?"),
        ("ending: {title", "ending: {titel", "Did you mean `title`?"),
        ("deputy: {one_of: [nobody", "deputy: {one_off: [nobody", "Did you mean `one_of`?"),
    ],
)
def test_a_slip_of_the_pen_gets_the_name_that_was_meant(load_text: LoadText, right: str, wrong: str, hint: str) -> None:
    text = HEAD + SOUND
    assert not load_text(text).diagnostics
    assert text.count(right) >= 1
    assert hint in [d.hint for d in load_text(text.replace(right, wrong, 1)).diagnostics if d.is_error]


def test_without_a_near_name_the_known_ones_are_listed(load_text: LoadText) -> None:
    (problem,) = load_text((HEAD + SOUND).replace("text: C.", "text: C., qqq: 1")).errors
    assert problem.hint.startswith("The keys are: chapter, title, place,")


def test_every_problem_of_a_story_is_found_in_one_run(load_text: LoadText) -> None:
    text = (HEAD + SOUND).replace("go: corridor", "go: coridor").replace("basis: A10", "basis: A11")
    text = text.replace("text: C.", "text: C., place: {a: b}").replace("trust > 4", "trust >> 4")
    codes = [d.code for d in load_text(text).errors]
    assert codes == ["expression-form", "unknown-fact", "unknown-scene", "special-start"]


def test_a_file_that_cannot_be_read_does_not_make_its_names_unknown(tmp_path: Path) -> None:
    (tmp_path / "story.yaml").write_text(HEAD + SOUND.replace("next: last", "next: more"), encoding="utf-8")
    (tmp_path / "more.yaml").write_text("scenes:\n  more: {text: 'A., next: last}\n", encoding="utf-8")
    assert [(d.code, str(d.location)) for d in load(tmp_path).diagnostics] == [("unclosed-quote", "more.yaml:2:16")]


def test_a_long_line_is_cut_in_the_excerpt(load_text: LoadText) -> None:
    (problem,) = load_text(HEAD + SOUND.replace("text: C.", "text: C., qqq: " + "y" * 5_000)).errors
    assert len(problem.excerpt) == 200


CLEAN_CASES = {
    "range: [0, 6]": "range: [6, 0]",
    "one_of: [nobody, eitingon]": "one_of: [nobody, eitingon, 1x]",
    "A10: {text": "A-10: {text",
    "kremlin: {title": "1kremlin: {title",
    "exposed: trust > 4": "exposed: trust",
    "  corridor: {text": "  corridor-b: {text",
    "source: article": "source: [article, articles]",
    "  article: {title: A": "  article: {titel: A",
}


@pytest.mark.parametrize(("right", "wrong"), CLEAN_CASES.items(), ids=CLEAN_CASES.values())
def test_a_broken_declaration_is_blamed_once_and_not_where_it_is_used(
    load_text: LoadText, right: str, wrong: str
) -> None:
    text = (HEAD + SOUND).replace(right, wrong)
    if "corridor-b" in wrong:
        text = text.replace("go: corridor", "go: corridor-b")
    if "A-10" in wrong:
        text = text.replace("basis: A10", "basis: A-10")
    if "1k" in wrong:
        text = text.replace("chapter: kremlin", "chapter: 1kremlin")
    assert len(load_text(text).diagnostics) == 1


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("trust: {range: 0-3, start: 1, show: number}", "Write `range: [0, 3]`."),
        ("trust: {range: 0 to 9, start: 1, show: number}", "Write `range: [0, 9]`."),
        ("trust: {range: '-2..5', start: 1, show: number}", "Write `range: [-2, 5]`."),
        ("trust: {range: few, start: 1, show: number}", "Write `range: [0, 6]`."),
    ],
)
def test_the_hint_for_a_range_has_its_numbers(load_text: LoadText, written: str, hint: str) -> None:
    text = f"format: 1\nid: x\ntitle: X\nstart: a\nstate:\n  {written}\n"
    found = load_text(text + "scenes:\n  a: {ending: {title: End}, text: Done.}\n").diagnostics
    assert [d.hint for d in found if d.code == "wrong-shape"] == [hint]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("key_too_deep", "Line it up with `text`."),
        ("scene_too_deep_by_one", "Line it up with `a`."),
        ("space_after_colon", "Write `title: The widow`."),
        ("space_after_dash", "Write `- label:`."),
        ("set_is_in_parentheses", "Write `set: {met: true}`."),
        ("set_is_text", "Write `set: {met: true}`."),
        ("expect_names_a_variable", "Write `state: {trust: 4}`."),
        ("set_plus", "Write `trust: trust + 1`."),
        ("set_plus_equals", "Write `trust: trust + 1`."),
        ("set_minus", "Write `trust: trust - 1`."),
        ("flag_yes", "Write `true`."),
        ("flag_off", "Write `false`."),
        ("stay_is_yes", "Write `stay: true`."),
        ("expression_is", "Write `trust == 3`."),
        ("ending_is_text", "Write `ending: {title: The end}`."),
        ("record_is_text", "Write `record: {followed: F1}`."),
        ("next_is_a_list_of_names", "Write `{go: z}`."),
        ("sheet_is_text", "Write `sheet: {kind: ..., heading: A list, text: ...}`."),
        ("list_without_brackets", "Write a list: `[F1, F2]`."),
        ("number_list", "For a year, write `1854\\.`."),
        ("apostrophe_in_quotes", "Use `|` and put the text on the next line, indented."),
        ("flow_single_quote", "Put the whole text in double quotes."),
        ("flow_quote", "Put the whole text in single quotes."),
    ],
)
def test_a_hint_says_what_to_write(name: str, hint: str) -> None:
    (problem,) = load(BROKEN / f"{name}.yaml").diagnostics
    assert problem.hint == hint


def test_all_the_keys_of_a_scene_are_named(load_text: LoadText) -> None:
    (problem,) = load_text((HEAD + SOUND).replace("text: C.", "text: C., qqq: 1")).errors
    assert problem.hint.endswith("discuss, ending, outcome, todo.")


def test_a_copy_is_blamed_and_not_the_story(tmp_path: Path) -> None:
    for name in ("story.yaml", "story copy.yaml", "story_old.yaml"):
        (tmp_path / name).write_text(HEAD + SOUND, encoding="utf-8")
    found = [(d.code, d.location.path) for d in load(tmp_path).diagnostics]
    assert found == [("repeats-file", "story copy.yaml"), ("repeats-file", "story_old.yaml")]


@pytest.mark.parametrize("name", ["story.yaml.txt", "story.txt", "story.yml.bak"])
def test_a_story_with_a_wrong_ending_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(HEAD + SOUND, encoding="utf-8")
    assert ("not-read", name) in [(d.code, d.location.path) for d in load(tmp_path).diagnostics]
