"""The title page of a story whose rest is read behind it, from the top of its first file."""

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import yaml

from game.commands.common import read_story
from game.errors import InputError
from game.play.shelf import Shelf
from game.story.cover import Cover, cover_of, read_cover
from game.story.loader import load
from game.tui.app import GameApp, Unread
from game.tui.screens.begin import BeginScreen
from game.tui.screens.title import TitleScreen
from tests.screen import CLERK, SPECIAL_TASKS, Player, write_story

STORIES = Path(__file__).parent / "stories"
GOOD = sorted((STORIES / "good").iterdir())
BROKEN = sorted((STORIES / "broken").iterdir())
HEAD = "format: 1\nid: desk\ntitle: A desk\n"


@pytest.mark.parametrize("path", [*GOOD, SPECIAL_TASKS], ids=lambda path: path.stem)
def test_a_cover_says_what_the_story_says(path):
    story = load(path).story
    cover = read_cover(path)
    assert story is not None
    assert cover is None or cover == cover_of(story)


def test_most_stories_have_one():
    assert sum(read_cover(path) is not None for path in GOOD) > len(GOOD) / 2
    assert read_cover(SPECIAL_TASKS) is not None


def test_no_file_is_too_broken_to_look_for_one():
    for path in BROKEN:
        cover = read_cover(path)
        assert cover is None or (cover.id and cover.title)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a list\n",
        "title: No id\nformat: 1\n",
        "id: no-title\nformat: 1\n",
        "id: Not an id!\ntitle: T\n",
        HEAD + "about: 'some {name}'\n",
        HEAD + 'about: "a bell\\a"\n',
        "id: desk\n\tt: 1\ntitle: T\n",
        "id: desk\ntitle: [a, list]\n",
        "state: {a: 1}\n" + HEAD,  # what is nested may be long
    ],
)
def test_where_the_top_is_not_plainly_a_head_there_is_none(tmp_path, text):
    path = tmp_path / "story.yaml"
    path.write_text(text, encoding="utf-8")
    assert read_cover(path) is None


def test_there_is_none_where_no_file_is(tmp_path):
    (tmp_path / "folder").mkdir()
    assert read_cover(tmp_path / "folder") is None
    assert read_cover(tmp_path / "nothing.yaml") is None


def test_it_is_read_no_further_than_it_must(tmp_path):
    path = tmp_path / "story.yaml"
    path.write_text("\ufeff# A desk.\n" + HEAD + "scenes:\n  a: [" + "x" * 2**17, encoding="utf-8")
    assert read_cover(path) == Cover("desk", "A desk")


@pytest.mark.parametrize("parser", ["libyaml", "pure"])
def test_what_no_parser_reads_ends_it(tmp_path, monkeypatch, parser):
    if parser == "pure":
        monkeypatch.delattr(yaml, "CLoader")
    path = tmp_path / "story.yaml"
    path.write_text(HEAD + 'about: "\\UFFFFFFFF"\n', encoding="utf-8")
    assert read_cover(path) == Cover("desk", "A desk")


def test_a_large_file_is_read_first(tmp_path):
    """Its memory is then there for the screen."""
    path = tmp_path / "story.yaml"
    path.write_text(HEAD + "# " + "x" * 2**20, encoding="utf-8")
    assert read_cover(path) is None


# --- the title page over it


@asynccontextmanager
async def titled(path: Path, saves: Path, read=None) -> AsyncIterator[Player]:
    cover = read_cover(path)
    assert cover is not None
    app = GameApp(Shelf(saves, cover.id), unread=Unread(cover, read or partial(read_story, path)))
    async with app.run_test(size=(80, 24)) as pilot:
        yield Player(app, pilot)


async def test_the_title_is_there_before_the_story_is_read(tmp_path):
    write_story(tmp_path / "story")
    seen: list[str] = []

    def read():
        seen.append(player.words)
        return read_story(tmp_path / "story")

    async with titled(tmp_path / "story", tmp_path / "saves", read) as player:
        await player.until(lambda: player.app.unread is None)
        assert "1 Begin a new play" in seen[0]
        assert player.words == seen[0]
        await player.press("enter")
        await player.at(BeginScreen)


async def test_what_stands_further_down_the_head_is_shown_once_it_is_read(tmp_path):
    text = CLERK.replace("author: Nobody Known\n", "") + "author: Nobody Known\n"
    write_story(tmp_path / "story", text)
    async with titled(tmp_path / "story", tmp_path / "saves") as player:
        await player.sees("Nobody Known")


async def test_nothing_but_leaving_is_done_before_the_story_is_read(tmp_path):
    write_story(tmp_path / "story")
    async with titled(tmp_path / "story", tmp_path / "saves") as player:
        await player.until(lambda: player.app.unread is None)
        story = player.app.slots.story
        player.app.unread = Unread(cover_of(story), lambda: story)  # as in the moment before
        for key in ("o", "l", "p", "s", "question_mark"):
            await player.press(key)
            assert isinstance(player.app.screen, TitleScreen), key
        await player.press("q")
        await player.until(lambda: player.app._exit)


async def test_a_story_that_cannot_be_played_ends_the_game(tmp_path):
    write_story(tmp_path / "story", CLERK)
    file = tmp_path / "story" / "story.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("start: office", "start: ofice"), encoding="utf-8")
    async with titled(tmp_path / "story", tmp_path / "saves") as player:
        await player.until(lambda: player.app._exit)
        assert player.app.return_value == 1
        assert isinstance(player.app.unreadable, InputError)
        assert "no scene `ofice`" in str(player.app.unreadable)


def test_the_title_page_imports_nothing_that_reads_or_plays_a_story():
    """Nor a library that its words don't need: it would be waited for."""
    script = "import game.cli, game.commands.play, game.tui.app, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())
    assert {"game.tui.screens.title", "game.play.shelf", "game.story.cover"} <= imported
    late = {
        "game.story.loader",
        "game.story.source",
        "game.story.model",
        "game.play.session",
        "game.tui.screens.scene",
        "game.prove",
    }
    assert not imported & {*late, "markdown_it", "numpy", "hashlib"}
    cover = read_cover(SPECIAL_TASKS)
    assert cover is not None
    assert not set("*_") & set(cover.about)  # which would ask for Markdown
