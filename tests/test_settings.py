"""The settings file: kept whole, and never in the way of a play."""

import json
import os
from pathlib import Path

import pytest

from game.commands.play import settings_file
from game.settings import SETTINGS, Settings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


def values(settings: Settings) -> dict[str, object]:
    return {name: getattr(settings, name) for name in SETTINGS}


def test_without_a_file_everything_is_as_usual_and_none_is_written(path):
    settings = Settings.read(path)
    assert values(settings) == values(Settings())
    assert settings.notes == []
    assert not path.parent.exists()


def test_the_usual_is_among_what_can_be():
    settings = Settings()
    for name, setting in SETTINGS.items():
        assert getattr(settings, name) in setting.values
        assert settings.words(name)


def test_of_two_games_each_keeps_what_the_other_has_changed(path):
    one, other = Settings.read(path), Settings.read(path)
    one.change("theme", "paper")
    other.change("gauges", False)
    kept = Settings.read(path)
    assert (kept.theme, kept.gauges) == ("paper", False)
    assert other.theme == "lamp", "what is on a screen does not change by itself"


@pytest.mark.parametrize("name", SETTINGS)
def test_every_value_of_every_setting_is_kept(path, name):
    for value in SETTINGS[name].values:
        assert Settings.read(path).change(name, value) == ""
        assert getattr(Settings.read(path), name) == value


def test_a_value_that_cannot_be_is_refused_and_changes_nothing(path):
    settings = Settings.read(path)
    for name, value in (("theme", "pink"), ("column", 61), ("letters", 1), ("column", True), ("confirm", "yes")):
        with pytest.raises(ValueError, match=name):
            settings.change(name, value)
    assert values(settings) == values(Settings())
    assert not path.exists()


def test_next_goes_around_both_ways():
    settings = Settings()
    for name, setting in SETTINGS.items():
        begun = getattr(settings, name)
        for step in (1, -1):
            met = []
            for _ in setting.values:
                settings.change(name, settings.next(name, step))
                met.append(getattr(settings, name))
            assert met[-1] == begun
            assert sorted(map(str, met)) == sorted(map(str, setting.values))


def test_keys_this_program_does_not_know_survive(path):
    path.parent.mkdir()
    path.write_text('{"format": 1, "theme": "paper", "glow": {"a": [1]}}')
    Settings.read(path).change("column", 60)
    kept = json.loads(path.read_text())
    assert (kept["theme"], kept["column"], kept["glow"]) == ("paper", 60, {"a": [1]})


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"theme": "paper"}', b'{"format": true}', b'{"format": 1, "x": NaN}',
     b'{"format": 1, "x": "\\ud800"}', b"[" * 50_000, b'{"format": 1, "x": "' + b"a" * 70_000 + b'"}'],
    ids=lambda content: content[:20].decode(errors="replace"),
)  # fmt: skip
def test_a_damaged_file_is_put_aside_and_everything_is_as_usual(path, content):
    path.parent.mkdir()
    for number in (1, 2):
        path.write_bytes(content)
        settings = Settings.read(path)
        assert values(settings) == values(Settings())
        assert path.with_name(f"settings.damaged-{number}").read_bytes() == content
        assert not path.exists()
        assert len(settings.notes) == 1
        assert f"settings.damaged-{number}" in settings.notes[0]
        assert "\n" not in settings.notes[0]
    assert settings.change("theme", "paper") == ""
    assert Settings.read(path).theme == "paper"


def test_what_can_be_used_of_a_file_is_used_and_the_rest_is_named(path):
    path.parent.mkdir()
    path.write_text('{"format": 1, "theme": "pink", "column": 72, "letters": 0, "gauges": null, "violence": ["full"]}')
    settings = Settings.read(path)
    assert (settings.theme, settings.column, settings.letters, settings.gauges) == ("lamp", 72, True, True)
    assert settings.notes == [f"{path}: theme, letters, gauges, violence can't be what it says there, and is as usual."]


def test_a_file_of_a_newer_version_is_left_alone(path):
    path.parent.mkdir()
    path.write_text('{"format": 2, "theme": "paper", "column": "wide"}')
    settings = Settings.read(path)
    assert settings.theme == "paper"
    assert "another version" in settings.notes[0]
    settings.change("column", 60)
    assert path.read_text() == '{"format": 2, "theme": "paper", "column": "wide"}'


def test_a_folder_that_cannot_be_written_to_is_told_once_and_settings_hold_for_now(tmp_path):
    (tmp_path / "config").write_text("a file where the folder should be")
    settings = Settings(path=tmp_path / "config" / "settings.json")
    refused = settings.change("theme", "paper")
    assert "can't be written" in refused
    assert "hold until you quit" in refused
    assert settings.change("theme", "contrast") == ""
    assert settings.theme == "contrast"


def test_a_file_that_cannot_be_read_is_left_alone(path):
    path.mkdir(parents=True)
    settings = Settings.read(path)
    assert "can't be read" in settings.notes[0]
    assert settings.change("theme", "paper") == ""
    assert path.is_dir()


def test_the_file_is_in_the_users_config_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert settings_file().name == "settings.json"
    if os.name == "posix" and settings_file().is_relative_to(tmp_path):  # as it is on Linux
        assert settings_file() == tmp_path / "special-tasks" / "settings.json"
