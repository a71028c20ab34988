"""The story against what it rests on: every fact of the article told, nothing copied, `docs/sources.md` true."""

import hashlib
import re
from pathlib import Path

import pytest

from game.commands.common import find_story, read_story
from game.story.model import Story
from tests import docs, sources

ROOT = Path(__file__).parent.parent
RUN = 8  # words
# Of every run of eight words in the article, lower case, without punctuation, the first ten hexadecimal digits of the
# SHA-256, sorted. The article itself may not be copied here. `digests` says how they are made.
ARTICLE = ROOT / "tests" / "article_runs.txt"


def digests(text: str) -> set[str]:
    words = re.findall(r"[a-z0-9]+(?:'[a-z]+)*", text.lower().replace("\u2019", "'"))
    runs = (" ".join(words[at : at + RUN]) for at in range(len(words) - RUN + 1))
    return {hashlib.sha256(run.encode()).hexdigest()[:10] for run in runs}


@pytest.fixture(scope="module")
def story() -> Story:
    return read_story(find_story(None))


def test_every_fact_of_the_article_is_told_in_the_scene_that_is_named(story: Story) -> None:
    told = sources.told_by_scene(story)
    assert set(sources.FOUND) == {f"A{number}" for number in range(1, 35)}
    missing = [
        (fact, scene, words)
        for fact, places in sources.FOUND.items()
        for scene, words in places
        if words not in told.get(scene, "")
    ]
    assert missing == []


def test_every_fact_is_behind_a_scene(story: Story) -> None:
    behind = sources.scenes_behind(story)
    assert [fact for fact in story.facts if not behind.get(fact)] == []
    assert all(fact in story.facts for fact in sources.FOUND)


def test_the_page_of_sources_is_that_of_the_story() -> None:
    assert docs.SOURCES.read_text(encoding="utf-8") == docs.sources_page(), "run: python -m tests.docs"


def test_no_eight_words_in_a_row_are_the_articles() -> None:
    runs = set(ARTICLE.read_text(encoding="ascii").split())
    assert len(runs) > 900
    files = [*(ROOT / "scenes").rglob("*.yaml"), *(ROOT / "docs").glob("*.md"), ROOT / "README.md"]
    assert len(files) > 10
    shared = {str(path.relative_to(ROOT)): runs & digests(path.read_text(encoding="utf-8")) for path in files}
    assert {path: found for path, found in shared.items() if found} == {}


def test_eight_words_in_a_row_are_found_whatever_stands_between_them() -> None:
    run = digests("It\u2019s two, three: FOUR five six seven eight")
    assert len(run) == 1
    assert run <= digests('"No," he said, "it\'s two three\nfour - five (six) seven eight."')
    assert not run & digests("It's two three four five six seven nine")
