"""How a save is written, so that nothing is lost, and the generation before it."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from game.errors import SaveError
from game.play import shelf
from game.play.saves import Save
from game.play.session import Session
from game.play.slots import Play, Slots
from game.story.model import Story
from tests.saved import NOW, ROOT, STEPS, played, put, refusal, story_of


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return story_of(tmp_path)


@pytest.fixture
def slots(tmp_path: Path, story: Story) -> Slots:
    return Slots(tmp_path / "saves", story, lambda: NOW)


# --- writing -------------------------------------------------------------------------------------------------------


def test_a_save_is_written_beside_flushed_moved_into_place_and_the_folder_flushed(
    slots: Slots, monkeypatch: pytest.MonkeyPatch
) -> None:
    played(slots, STEPS[:1])
    done: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def flush(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        done.append("fsync folder" if path.is_dir() else f"fsync {path.suffix}")
        if not path.is_dir():
            assert Save.decode(path.read_bytes()).steps  # all of it is there to be flushed
            assert len(Save.decode(slots.path("a").read_bytes()).steps) == 1  # and the old one still stands
        fsync(descriptor)

    def move(self: Path, target: Path) -> Path:
        assert self.parent == target.parent
        done.append(f"move to {target.name}")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", flush)
    monkeypatch.setattr(Path, "replace", move)
    played(slots, STEPS[:2])
    assert done == ["fsync .tmp", "move to a.json.bak", "move to a.json", "fsync folder"]
    assert sorted(p.name for p in slots.folder.iterdir()) == ["a.json", "a.json.bak"]


FAILURES = [("fsync", 1), ("replace", 1), ("replace", 2), ("fsync", 2), ("open", 1), ("write", 1)]


@pytest.mark.parametrize(("what", "nth"), FAILURES)
def test_a_full_disk_gives_one_line_and_loses_nothing(
    slots: Slots, monkeypatch: pytest.MonkeyPatch, what: str, nth: int
) -> None:
    played(slots, STEPS[:1])
    played(slots, STEPS[:2])
    play = played(slots, STEPS[:3])
    play.session.choose("yard/go_back")
    calls = 0

    def failing(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **keywords: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == nth:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(*args, **keywords)

        return call

    with monkeypatch.context() as patched:
        match what:
            case "replace":
                patched.setattr(Path, "replace", failing(Path.replace))
            case "write":
                patched.setattr(os, "fdopen", failing(os.fdopen))
            case _:
                patched.setattr(os, what, failing(getattr(os, what)))
        with pytest.raises(SaveError, match=r"^a: can't be saved: No space left on device$"):
            play.save()
    assert len(slots.read("a").steps) >= 3
    assert len(slots.read_previous("a").steps) >= 2
    assert not [p for p in slots.folder.iterdir() if "tmp" in p.name]
    play.save()
    assert len(slots.read("a").steps) == 4


def test_a_file_system_without_links_keeps_the_previous_generation_too(
    slots: Slots, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_link(*_: Any) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_link)
    played(slots, STEPS[:1])
    played(slots, STEPS[:2])
    assert (len(slots.read("a").steps), len(slots.read_previous("a").steps)) == (2, 1)


def test_a_folder_that_cannot_be_made_gives_one_line(tmp_path: Path, story: Story) -> None:
    (tmp_path / "saves").write_text("a file", encoding="utf-8")
    slots = Slots(tmp_path / "saves", story)
    with pytest.raises(SaveError, match=r"^play-1: can't be saved: (File exists|Not a directory)$"):
        Play(Session(story), slots, slots.fresh()).save()
    assert slots.list() == []


def test_a_folder_that_cannot_be_read_gives_one_line(slots: Slots, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> bool:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    played(slots)
    monkeypatch.setattr(Path, "exists", refuse)
    monkeypatch.setattr(Path, "is_file", refuse)
    with pytest.raises(SaveError, match=r"^a: can't be read: Permission denied$"):
        slots.exists("a")
    assert slots.fresh() == "play-1"
    assert refusal(slots) == "a: can't be read: Permission denied"


def test_a_play_too_long_to_be_loaded_again_is_not_written_over_one_that_can(
    slots: Slots, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = played(slots)
    monkeypatch.setattr(shelf, "MAX_SAVE", slots.path("a").stat().st_size)
    play.save()
    play.session.choose("yard/go_back")
    with pytest.raises(SaveError, match=r"^a: can't be saved: longer than"):
        play.save()
    assert len(slots.read("a").steps) == 5


def test_saves_are_the_players_own(slots: Slots) -> None:
    played(slots)
    assert slots.path("a").stat().st_mode & 0o777 == 0o600


SAVER = """
import sys
from pathlib import Path
from game.play.slots import Play, Slots
from game.play.session import Session
from game.story.loader import load
story = load(Path(sys.argv[1])).story
play = Play(Session(story), Slots(Path(sys.argv[2]), story), "a")
while True:
    play.save()
    play.session.choose("hall/look_around")
    if len(play.session.steps) == 3:
        print("ready", flush=True)
    if len(play.session.steps) > 40:
        play.session.replay([])
"""


def test_killed_at_any_moment_the_slot_always_loads(slots: Slots, tmp_path: Path) -> None:
    lengths = set()
    for round_ in range(16):
        command = [sys.executable, "-c", SAVER, str(tmp_path / "hall.yaml"), str(tmp_path / "saves")]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        until = time.monotonic() + round_ * 0.0037
        while time.monotonic() < until:
            assert slots.resume("a")[0].session.place == "hall"  # and so does reading while another writes
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        play, notes = slots.resume("a")
        assert notes == ()
        lengths.add(len(play.session.steps))
        slots.read_previous("a")
    assert lengths


# --- the generation before -----------------------------------------------------------------------------------------


def test_the_previous_generation_is_kept(slots: Slots) -> None:
    for count in range(1, 5):
        played(slots, STEPS[:count])
        if count > 1:
            assert (len(slots.read("a").steps), len(slots.read_previous("a").steps)) == (count, count - 1)
    assert [info.name for info in slots.list()] == ["a"]


def test_a_damaged_save_offers_the_one_before_and_is_put_aside(slots: Slots) -> None:
    played(slots, STEPS[:2])
    played(slots, STEPS[:3])
    for damage in (b"first", b"second"):
        put(slots, damage)
        assert refusal(slots) == "a: damaged: it is not whole JSON"
        (info,) = slots.list()
        assert (info.name, info.error, info.has_previous, info.steps) == (
            "a", "a: damaged: it is not whole JSON", True, 2,
        )  # fmt: skip
        play, _ = slots.resume("a", previous=True)
        assert len(play.session.steps) == 2
        play.save()
        assert len(slots.read("a").steps) == 2
        assert len(slots.read_previous("a").steps) == 2
    aside = {p.read_bytes() for p in slots.folder.iterdir() if ".damaged" in p.name}
    assert aside == {b"first", b"second"}
    assert [info.name for info in slots.list()] == ["a"]


def test_without_a_save_the_one_before_still_makes_a_slot(slots: Slots) -> None:
    played(slots, STEPS[:2])
    played(slots, STEPS[:3])
    slots.path("a").unlink()
    assert slots.exists("a")
    (info,) = slots.list()
    assert info.has_previous
    assert len(slots.resume("a", previous=True)[0].session.steps) == 2


def test_when_both_generations_are_damaged_both_say_so(slots: Slots) -> None:
    played(slots)
    played(slots)
    put(slots, b"{")
    slots.path("a").with_name("a.json.bak").write_bytes(b"{")
    refusal(slots)
    refusal(slots, previous=True)
    (info,) = slots.list()
    assert (info.has_previous, info.steps) == (False, 0)
    assert slots.path("a").read_bytes() == b"{"  # nothing was moved
