"""The graph of a story that is watched: where the reader is, every way out, what is wrong, and a play begun there."""

import shutil
from pathlib import Path

import pytest

from game.export.graph import Way
from game.layout import text_of
from game.problems import by_scene
from game.story.loader import load
from game.tui.screens.graph import GraphScreen, draw_way
from game.tui.screens.watched import Inspector, WatchedScreen
from tests.screen import SPECIAL_TASKS
from tests.test_tui_sizes import SIZES, drawn
from tests.test_watch import in_place, waiting, watching

NBSP = "\N{NO-BREAK SPACE}"
STORY = """format: 1
id: two
title: Two
start: yard
state: {wet: false}
interrupts: [{when: wet, go: out}]
chapters: {a: {title: I. The yard, card: A yard., basis: invented}, b: {title: II. Out, card: Out., basis: invented}}
scenes:
  yard:
    chapter: a
    title: The yard
    text: A yard.
    choices:
      - {label: Swim., when: not wet, set: {wet: true}, go: loft}
      - {label: Climb., go: loft}
      - {label: Wait., stay: true}
  loft: {title: The loft, todo: the sacks, text: Sacks., next: fork}
  fork: {next: [{when: wet, go: out}, {go: dry}]}
  out:
    chapter: b
    title: Out
    text: Out.
    ending: {title: Wet}
    outcome: {title: A cold, summary: A cold.}
  dry: {title: Dry, text: Dry., ending: {title: Dry}}
  attic:
    text: Attic.
    next: out
"""


@pytest.fixture
def story(tmp_path: Path) -> Path:
    folder = tmp_path / "two"
    folder.mkdir()
    in_place(folder / "story.yaml", STORY)
    return folder


def test_a_way_out_without_room_for_its_condition_has_it_below() -> None:
    way = Way("a", "Swim to the boat.", "the water is warm", otherwise=False)

    def drawn_at(width: int) -> list[str]:
        return [text_of(line).replace(NBSP, " ") for line in draw_way(way, f"→{NBSP}4{NBSP}The boat", width, "  ")]

    assert drawn_at(60) == ["  Swim to the boat. if the water is warm → 4 The boat"]
    assert drawn_at(40) == ["  Swim to the boat. → 4 The boat", "    if the water is warm"]
    assert drawn_at(24) == ["  Swim to the boat.", "    → 4 The boat", "    if the water is warm"]


async def test_the_graph_tells_of_every_scene_where_it_is_and_where_it_leads(story: Path) -> None:
    async with watching(story, "yard/climb", size=(90, 60)) as player:
        await player.press("g")
        await player.at(GraphScreen)
        await player.sees("6 scenes, 2 endings, 1 outcome; 2 visited in this play.", "No link leads to 1 of them.")
        await player.sees("Interrupt → 4 Out once, if wet is so")
        await player.sees("I. The yard", "1 The yard (yard) Visited. Start.")
        await player.sees("Swim. if wet is not so → 2 The loft Climb. → 2 The loft")
        await player.sees("> 2 The loft (loft) You are here. To be written: the sacks.", "→ 3 fork")
        await player.sees("3 fork Junction. if wet is so → 4 Out otherwise → 5 Dry")
        await player.sees("II. Out", "4 Out Outcome: A cold. Ending: Wet.")
        await player.sees("6 attic No link leads here. → 4 Out")
        assert "Wait." not in player.words


async def test_enter_begins_a_play_at_the_scene_and_keeps_the_other(story: Path) -> None:
    async with watching(story, "yard/climb") as player:
        await player.press("g")
        await player.at(GraphScreen)
        await player.press("down", "down", "down", "enter")
        await player.at(WatchedScreen)
        await player.until(lambda: player.session.place == "dry")
        assert player.app.screen.play.slot == "play-2"
        assert (story.parent / "saves" / "two" / "play-1.json").is_file()
        await player.press("g", "2")
        await player.until(lambda: player.session.place == "loft")


async def test_the_graph_follows_the_story_and_what_is_wrong_with_it(story: Path) -> None:
    async with watching(story, size=(90, 60)) as player:
        await player.press("g")
        await player.at(GraphScreen)
        await player.press("down", "down")
        await player.sees("> 3 fork")
        in_place(story / "story.yaml", STORY.replace("  yard:\n", "  cellar: {text: Dark., next: yard}\n  yard:\n"))
        await player.sees("1 cellar No link leads here.", "> 4 fork")
        in_place(story / "story.yaml", STORY.replace("go: loft", "go: lofd", 1))
        await player.sees("The graph shows the story as it was before.", "> 4 fork")
        await player.sees("2 The yard (yard) You are here. Start. story.yaml:14:61: error: no scene `lofd`")
        in_place(story / "story.yaml", STORY.replace("  fork:", "  for:"))
        await player.until(lambda: "no scene `fork`" in player.words)
        in_place(story / "story.yaml", STORY.replace("fork", "way"))
        await player.sees("> 1 The yard", "3 way")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_graph_fits_every_size_with_the_readers_scene_in_view(tmp_path: Path, size: tuple[int, int]) -> None:
    shutil.copytree(SPECIAL_TASKS, tmp_path / "story")
    async with watching(tmp_path / "story", size=size) as player:
        await player.press("g")
        await player.at(GraphScreen)
        drawn(player, size)
        await player.press(*["down"] * 3)
        drawn(player, size)
        assert player.reader.selected or size[1] < 12


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_what_is_wrong_fits_every_size(story: Path, size: tuple[int, int]) -> None:
    broken = STORY.replace("go: loft", "go: lofd").replace("title: Wet", "titel: Wet")
    async with watching(story, size=size) as player:
        in_place(story / "story.yaml", broken)
        await player.until(lambda: player.app.screen.has_class("-problems"))
        drawn(player, size)
        await player.press("x")
        await player.at(Inspector)
        drawn(player, size)
    async with waiting(story, size=size) as player:
        drawn(player, size)
        assert size[1] < 12 or "3 errors" in player.words


def test_a_problem_belongs_to_the_scene_its_line_is_in(story: Path) -> None:
    """Where names stand twice, in files with errors, and in files that are no YAML."""
    text = STORY.replace("  dry: {", "  dry:\n    next: nowhere\n    go: {").replace("next: out\n", "nex: out\n")
    text += "glossary:\n  attic: {title: The attic, kind: room, text: Sacks.}\nfacts: {}\n"
    in_place(story / "story.yaml", text)
    found = by_scene(load(story).diagnostics, story)
    assert {scene: [p.code for p in problems] for scene, problems in found.items()} == {
        "loft": ["todo"],
        "dry": ["unknown-scene", "name-too-deep"],
        "attic": ["unknown-key"],
        "": ["not-one-of"],
    }
    in_place(story / "story.yaml", STORY + "   broken: [\n")
    assert set(by_scene(load(story).diagnostics, story)) == {"attic"}
