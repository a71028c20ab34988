"""`check --explain`: each code has a page, whose wrong example has that problem and whose right one has none."""

from pathlib import Path

import pytest

from game.explained import as_files, examples
from game.prove.coverage import cover
from game.story.catalogue import CATALOGUE
from game.story.loader import load
from game.story.silence import PROOF
from tests import docs
from tests.test_cli import refused, run

# Codes that no example can show, and where they are tested.
IN_WORDS = {
    "unreadable": "test_hostile",
    "not-a-file": "stories/broken",
    "not-utf8": "stories/broken",
    "too-large": "test_hostile",
    "alias-bomb": "stories/broken",
    "too-many-nodes": "test_hostile",
    "expression-too-long": "stories/broken",
    "never-taken": "test_prove_coverage",
    "too-many-problems": "test_hostile",
}


def codes_of(fragment: str, folder: Path, *, proved: bool) -> list[str]:
    for name, text in as_files(fragment).items():
        (folder / name).write_text(text, encoding="utf-8")
    loaded = load(folder)
    gaps = cover(loaded.story).unused if proved and loaded.story else ()
    return [d.code for d in loaded.diagnostics] + [gap.code for gap in gaps]


def test_every_code_has_examples() -> None:
    assert examples().keys() == CATALOGUE.keys()
    assert {code for code, example in examples().items() if example.wrong.startswith("! ")} == IN_WORDS.keys()


@pytest.mark.parametrize("code", [code for code in CATALOGUE if code not in IN_WORDS])
def test_the_wrong_example_has_the_problem(code: str, tmp_path: Path) -> None:
    found = codes_of(examples()[code].wrong, tmp_path, proved=code in PROOF)
    assert code in found


@pytest.mark.parametrize("code", CATALOGUE)
def test_the_right_example_has_no_problem(code: str, tmp_path: Path) -> None:
    found = codes_of(examples()[code].right, tmp_path, proved=code in PROOF)
    assert [c for c in found if c == code or code not in PROOF] == []


def test_the_page_tells_words_hint_and_examples() -> None:
    said = run("check", "--explain", "unused-fact").stdout
    assert said.startswith("unused-fact\n\nWarning: no scene, chapter or record rests on the fact `NAME`.\n")
    assert "Wrong:\n\n    facts:\n" in said
    assert "Right:\n\n    facts:\n" in said
    assert "It comes of a file saved as Latin-1 or UTF-16." in run("check", "--explain", "not-utf8").stdout


def test_an_unknown_code_is_refused_with_the_nearest() -> None:
    assert "did you mean unused-fact?" in refused(2, "check", "--explain", "unused-fat")
    assert "docs/errors.md lists them" in refused(2, "check", "--explain", "zzz")


def test_the_docs_have_every_page() -> None:
    assert docs.ERRORS.read_text(encoding="utf-8") == docs.errors_page(), "run: python -m tests.docs"
