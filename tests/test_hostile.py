"""Stories made to hurt: each is answered in seconds, in little memory, by an error with a code, and never printed raw.

Every case runs in a process of its own, which tells how long loading took, its peak memory and what it found.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest

from game.story.catalogue import CATALOGUE
from game.story.diagnostics import MAX_PROBLEMS
from game.story.expressions import Value
from game.story.loader import Loaded

SECONDS = 8.0  # of processor time: a story is mostly answered in one, on any machine
MEGABYTES = 200

CHILD = """
import json, resource, sys, time
from pathlib import Path
from game.story.loader import load

def peak():
    try:  # what getrusage tells of a new process is at least the peak of the one that started it
        return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

for pure in sys.argv[2:]:
    start = time.process_time()
    loaded = load(Path(sys.argv[1]), pure=pure == "pure")
    found = loaded.diagnostics
    print(json.dumps({
        "seconds": time.process_time() - start,
        "megabytes": peak() / 1024,
        "codes": [d.code for d in found if d.is_error],
        "printed": [str(d.location) + d.message + d.hint + d.excerpt for d in found],
        "loaded": loaded.story is not None,
    }))
"""


def answers(path: Path, *parsers: str) -> list[list[str]]:
    """The codes that loading a story with each parser gives, in a fresh process and within the limits."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path), *parsers], capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(parsers)
    for told in answers:
        assert told["seconds"] < SECONDS
        assert told["megabytes"] < MEGABYTES
        assert told["loaded"] == (not told["codes"])
        assert set(told["codes"]) <= CATALOGUE.keys()
        assert len(told["codes"]) <= MAX_PROBLEMS + 1
        assert all(text.isprintable() for text in told["printed"])
    return [told["codes"] for told in answers]


def answer(path: Path) -> list[str]:
    return answers(path, "libyaml")[0]


HEAD = "format: 1\nid: x\ntitle: X\nstart: a\n"
END = "  z: {ending: {title: E}, text: T.}\n"


def story(*, state: str = "", text: str = "T.", keys: str = "") -> str:
    return f"{HEAD}{state}scenes:\n  a:\n    text: {text}\n{keys}    next: z\n{END}"


def laughs(times: int, levels: int) -> str:
    """A list of lists of lists, each holding the one before many times."""
    lines = ["- &a0 [lol]"]
    lines += [f"- &a{n + 1} [{', '.join([f'*a{n}'] * times)}]" for n in range(levels)]
    return "\n".join(lines) + "\n"


def chain(length: int, last: str) -> str:
    """Definitions that each use the next."""
    lines = [f"  d{n}: d{n + 1} or seen('a')\n" for n in range(length)]
    return f"define:\n{''.join(lines)}  d{length}: {last}\n"


def when(condition: str) -> str:
    return story(text=f"{{when: '{condition}', text: T.}}")


def nested_choices(depth: int) -> str:
    lines = []
    for n in range(depth):
        indent = "    " * (n + 1)
        lines += [f"{indent}choices:", f"{indent}  - label: L", f"{indent}    go: z"]
    return "\n".join(lines) + "\n"


# Small files that are hard on a reader, for both parsers.
SMALL: dict[str, tuple[str | bytes, str]] = {
    "brackets": ("[" * 200_000, "too-deep"),
    "brackets in a text": (story(text="[" * 200_000), "too-deep"),
    "brackets that are closed": ("[" * 200_000 + "]" * 200_000, "too-deep"),
    "brackets on lines": ("[\n" * 200_000, "too-deep"),
    "braces": ("{a: " * 200_000, "too-deep"),
    "braces in a text": (story(text="{a: " * 200_000), "too-deep"),
    "dashes": ("- " * 200_000, "too-deep"),
    "indents": ("\n".join(" " * n + "a:" for n in range(1_000)), "too-deep"),
    "question marks": ("? " * 200_000, "bad-key"),
    "tags": ("!a " * 200_000, "tag"),
    "directives": ("%YAML 1.1\n" * 50_000 + "--- a", "special-start"),
    "documents": ("---\na: b\n" * 50_000, "many-documents"),
    "a billion laughs": (laughs(10, 9), "alias-bomb"),
    "quadratic laughs": (f"- &a [{'x, ' * 15_000}x]\n" + "- *a\n" * 15_000, "alias-bomb"),
    "an alias of itself": ("&a [*a, *a]", "unknown-alias"),
    "inserts": (story(text='"' + "{q}" * 60_000 + '"'), "unknown-name"),
    "inserts that stand nowhere": (story(text='"' + "\\x7bv}" * 20_000 + '"' + "\n" * 3_000), "unknown-name"),
    "quotes in braces": (story(text="|\n      " + "{'" * 90_000), "lone-brace"),
    "braces that are alone": (story(text="|\n      " + "{ " * 90_000), "lone-brace"),
    "a quote never closed": (story(text='"' + "x " * 200_000), "unclosed-quote"),
    "NULs after a head": (HEAD + "\0" * 100_000, "control-character"),
    "NULs alone": (b"\0" * 1_000_000, "control-character"),
    "UTF-16 with a mark": (story().encode("utf-16"), "not-utf8"),
    "UTF-16, little end first": (story().encode("utf-16-le"), "not-utf8"),
    "UTF-16, big end first": (story().encode("utf-16-be"), "not-utf8"),
    "UTF-32": (story().encode("utf-32"), "not-utf8"),
    "invalid UTF-8": (HEAD.encode() + b"about: \xff\xfe\n", "not-utf8"),
    "surrogates in UTF-8": (HEAD.encode() + b"about: \xed\xa0\x80\n", "not-utf8"),
    "overlong UTF-8": (HEAD.encode() + b"about: \xc0\xaf\n", "not-utf8"),
    "all bytes": (bytes(range(256)) * 1_000, "not-utf8"),
    "tabs": ("\t" * 100_000 + "\n\t" * 100_000, "tab"),
    "a condition of 120,000 characters": (when("seen(a) and " * 10_000 + "met"), "expression-too-long"),
    "a condition of 2 MB": (when("seen(a) and " * 170_000 + "met"), "too-large"),
    "not not not": (when("not " * 240 + "seen(a)"), "expression-too-long"),
    "((((": (when("(" * 900), "expression-syntax"),
    "((((1))))": (when("(" * 450 + "1" + ")" * 450), "expression-syntax"),
    "-----": (when("-" * 980 + "1 > 2"), "expression-too-long"),
    "~~~~~": (when("~" * 980 + "1"), "expression-form"),
    "attributes": (when("a." * 480 + "a"), "expression-form"),
    "calls": (when("abs(" * 190 + "1" + ")" * 190), "expression-too-long"),
    "big products": (when("*".join(["1000000000"] * 30) + " > 1"), "number-too-large"),
    "powers": (when("9**9**9**9 > 1"), "expression-form"),
    "a long number": (when("1 < " + "9" * 990), "number-too-large"),
    "a long range": (story(state="state:\n  v: {range: [0, 99999999999999], start: 0}\n"), "not-an-integer"),
    "definitions in a chain": (
        story(state=chain(5_000, "seen(a)"), text="{when: d0, text: T.}"),
        "expression-too-long",
    ),
    "definitions in a circle": (story(state=chain(5_000, "d0")), "definition-circle"),
    "choices in choices": (f"{HEAD}scenes:\n  a:\n    text: T.\n{nested_choices(15)}{END}", "too-deep"),
}
# Large files, for the parser that reads at speed.
LARGE: dict[str, tuple[Callable[[], str], str]] = {
    "a scalar of 50 MB": (lambda: story(text="|\n      " + "x" * 50_000_000), "too-large"),
    "a scalar of 12 MB": (lambda: story(text="|\n      " + "x" * 12_000_000), "too-large"),
    "a quote of 10 MB never closed": (lambda: story(text='"' + "x " * 5_000_000), "unclosed-quote"),
    "a key of 10 MB": (lambda: "k" * 10_000_000 + ": v\n", "colon-in-text"),
    "an id of 10 MB": (lambda: story().replace("start: a", "start: " + "a" * 10_000_000), "too-large"),
    "a million keys": (lambda: "".join(f"k{n}: v\n" for n in range(1_000_000)), "too-many-nodes"),
    "a million keys in many mappings": (lambda: "- {a: 1, b: 2, c: 3}\n" * 333_334, "too-many-nodes"),
    "a million equal keys": (lambda: "a: b\n" * 1_000_000, "duplicate-key"),
    "a million items": (lambda: "- a\n" * 1_000_000, "too-many-nodes"),
    "a million items in one line": (lambda: story(text="[" + "a, " * 1_000_000 + "a]"), "too-many-nodes"),
    "a million pairs in one line": (lambda: story(text="{" + "a?: b, " * 1_000_000 + "a: b}"), "flow-question"),
    "half a million keys without values": (lambda: story(text="{" + "a, " * 500_000 + "a}"), "duplicate-key"),
    "a file of brackets in quotes": (lambda: "- '[['\n" * 1_000_000, "too-many-nodes"),
    "a hundred thousand scenes": (
        lambda: f"{HEAD}scenes:\n" + "".join(f"  s{n}: {{next: a}}\n" for n in range(100_000)),
        "too-many-nodes",
    ),
    "scenes in one line": (
        lambda: f"{HEAD}scenes: {{" + "".join(f"s{n}: {{txt: a}}, " for n in range(40_000)) + "}",
        "too-many-problems",
    ),
    "a hundred thousand problems in keys": (
        lambda: story(keys="".join(f"    k{n}: v\n" for n in range(49_000))) + "  more: [" + "[], " * 100_000 + "]",
        "too-many-problems",
    ),
    "a hundred thousand problems in conditions": (
        lambda: story(text="\n" + "".join(f"      - {{when: q{n}, text: T}}\n" for n in range(100_000))),
        "too-many-problems",
    ),
    "misspelt scenes by the thousand": (
        lambda: f"{HEAD}scenes:\n" + "".join(f"  no_{n}_a: {{text: T., next: on_{n}_a}}\n" for n in range(40_000)),
        "too-many-problems",
    ),
    "misspelt names by the thousand": (
        lambda: story(
            state="state:\n" + "".join(f"  the_{n}_name: false\n" for n in range(40_000)),
            text="\n" + "".join(f"      - {{when: teh_{n}_nam, text: T}}\n" for n in range(40_000)),
        ),
        "too-many-problems",
    ),
    "junctions in a long circle": (
        lambda: (
            f"{HEAD}scenes:\n  a: {{text: T., next: j0}}\n"
            + "".join(f"  j{n}: {{next: j{(n + 1) % 40_000}}}\n" for n in range(40_000))
            + END
        ),
        "junction-circle",
    ),
}


@pytest.mark.parametrize("name", SMALL)
def test_a_file_that_is_hard_to_read_is_refused(tmp_path: Path, name: str) -> None:
    content, code = SMALL[name]
    path = tmp_path / "story.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    for found in answers(path, "libyaml", "pure"):
        assert code in found


@pytest.mark.long
@pytest.mark.parametrize("name", LARGE)
def test_a_file_that_is_large_is_refused(tmp_path: Path, name: str) -> None:
    content, code = LARGE[name]
    path = tmp_path / "story.yaml"
    path.write_text(content(), encoding="utf-8")
    assert code in answer(path)


# --- files that are no files


def test_a_folder_named_like_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "story.yaml").write_text(story(), encoding="utf-8")
    (tmp_path / "x.yaml").mkdir()
    assert answer(tmp_path) == ["not-a-file"]


def test_a_folder_named_like_a_file_is_a_story_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").mkdir()
    assert answer(tmp_path / "x.yaml") == ["no-files"]


def test_a_pipe_is_never_opened(tmp_path: Path) -> None:
    (tmp_path / "story.yaml").write_text(story(), encoding="utf-8")
    os.mkfifo(tmp_path / "x.yaml")
    assert answer(tmp_path) == ["not-a-file"]
    assert answer(tmp_path / "x.yaml") == ["not-a-file"]


def test_a_device_is_never_read(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").symlink_to("/dev/zero")
    assert answer(tmp_path) == ["unsafe-path"]
    assert answer(tmp_path / "x.yaml") == ["not-a-file"]


def test_links_in_a_circle_are_named(tmp_path: Path) -> None:
    (tmp_path / "story.yaml").write_text(story(), encoding="utf-8")
    (tmp_path / "x.yaml").symlink_to(tmp_path / "y.yaml")
    (tmp_path / "y.yaml").symlink_to(tmp_path / "x.yaml")
    assert answer(tmp_path) == ["unreadable", "unreadable"]
    assert answer(tmp_path / "x.yaml") == ["unreadable"]


def test_folders_that_hold_themselves_are_walked_once(tmp_path: Path) -> None:
    (tmp_path / "story.yaml").write_text(story(keys="    qqq: 1\n"), encoding="utf-8")
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert answer(tmp_path) == ["unknown-key"]
    assert answer(tmp_path / "loop") == ["unreadable"]


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "story"
    folder.mkdir()
    (tmp_path / "secret.yaml").write_text("scenes: {}\n", encoding="utf-8")
    (folder / "story.yaml").write_text(story(), encoding="utf-8")
    (folder / "x.yaml").symlink_to(tmp_path / "secret.yaml")
    assert answer(folder) == ["unsafe-path"]


def test_nothing_there_is_told(tmp_path: Path) -> None:
    assert answer(tmp_path / "nothing.yaml") == ["unreadable"]
    assert answer(tmp_path / "nothing.yaml" / "below") == ["unreadable"]
    assert answer(tmp_path / ("n" * 300)) == ["unreadable"]


@pytest.mark.parametrize("number", [5_000, 1_500])
def test_thousands_of_files_are_read_or_refused(tmp_path: Path, number: int) -> None:
    for n in range(number):
        (tmp_path / f"{n}.yaml").write_text(f"scenes:\n  s{n}: {{text: T., next: s0}}\n", encoding="utf-8")
    assert answer(tmp_path) == (["too-large"] if number > 2_000 else ["no-head"])


def test_large_files_are_counted_together(tmp_path: Path) -> None:
    for n in range(3):
        (tmp_path / f"{n}.yaml").write_text("# " + "x" * 12_000_000, encoding="utf-8")
    assert "too-large" in answer(tmp_path)


def test_names_of_files_are_never_printed_raw(tmp_path: Path) -> None:
    for name in [b"\x1b[31m.yaml", b"\xff.yaml", "\u202efile.yaml".encode(), b"new\nline.yml", b"\x1b.yaml"]:
        Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name))).write_text("a: [", encoding="utf-8")  # noqa: PTH118
    assert set(answer(tmp_path)) == {"unclosed-bracket"}


PLATES = {
    "a folder": lambda path: path.mkdir(),
    "a pipe": os.mkfifo,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a circle": lambda path: path.symlink_to(path),
    "50 MB": lambda path: path.write_bytes(b"x" * 50_000_000),
    "no UTF-8": lambda path: path.write_bytes(b"\xff"),
    "an escape": lambda path: path.write_bytes(b"\x1b[31m"),
    "a tab": lambda path: path.write_bytes(b"a\tb"),
    "too high": lambda path: path.write_bytes(b"x\n" * 17),
    "too wide": lambda path: path.write_bytes("\u4e2d".encode() * 31),
}


@pytest.mark.parametrize("kind", PLATES)
def test_a_plate_is_a_small_plain_text(tmp_path: Path, kind: str) -> None:
    PLATES[kind](tmp_path / "p.txt")
    chapter = "chapters:\n  c: {title: C, plate: p.txt, plate_alt: P.}\n"
    (tmp_path / "story.yaml").write_text(story(state=chapter, keys="    chapter: c\n"), encoding="utf-8")
    (code,) = answer(tmp_path)
    assert code in ("bad-plate", "missing-file", "unsafe-path", "not-a-file", "unreadable", "too-large")


# --- control characters

FIELDS = """format: 1
id: @0
title: @1
author: @2
language: @3
about: @4
content_note: @5
start: @6
state:
  v: {range: [0, 2], start: 1, label: @7, show: words, words: {0-2: @8}, ask: @9}
  w: {one_of: {a1: @10, b1: b}, start: @11}
  x: {text: @12}
define:
  d: @13
interrupts: [{when: @14, go: @15}]
chapters:
  c: {title: @16, plate: @17, plate_alt: @18, basis: [@19], card: @20}
glossary:
  g: {title: @21, kind: @22, text: @23, when: @24}
toll: [{who: @25, text: @26, when: @27}]
debrief: [@28]
class: {answers: {v: @29}, minutes: @30}
teaching: {aims: [@31], standards: [@32], rubric: [@33]}
must_hold: [{always: @34}]
sources:
  s: {title: @35, kind: @36}
facts:
  f: {text: @37, source: @38, standing: @39}
scenes:
  a:
    chapter: @40
    title: @41
    place: @42
    date: @43
    basis: @44
    tags: [@45]
    summary: @46
    on_enter: {v: @47}
    text:
      - @48
      - {when: @49, text: @50, else: @51}
      - {by: @52, a1: @53, else: @54}
      - {once: @55}
      - {again: @56}
      - sheet: {id: @57, kind: @58, heading: @59, stamp: @60, text: @61, signed: @62}
    choices:
      - label: @63
        id: @64
        when: @65
        locked: @66
        set: {w: @67}
        record: {followed: @68, note: @69}
        reply: @70
        go: @71
    next: @72
    discuss: @73
  z: {ending: {title: @74}, outcome: {title: @75, summary: @76}, text: T., todo: @77}
  @78: {text: T., next: z}
@79: x
tests:
  - {name: @80, answers: {v: @81}, choose: [@82], expect: {scene: @83, state: {v: @84}, seen: @85}}
  - {name: @88, choose: [a], expect: {text: @86, outcome: @87}}
"""
ESCAPES = ['"\\e[31mred"', '"\\x9b31m"', '"\\0"', '"\\u202Ered"', '"\\L"', '"bell\\a"', '"\\x7F"']


@pytest.mark.parametrize("escape", ESCAPES)
def test_an_escape_sequence_is_an_error_in_every_text(load_text: Callable[..., Loaded], escape: str) -> None:
    number = FIELDS.count("@")
    for n in range(number):
        text = re.sub(r"@(\d+)", lambda m, n=n: escape if int(m[1]) == n else "plain", FIELDS)
        loaded = load_text(text)
        place = next(i for i, line in enumerate(text.split("\n"), 1) if escape in line)
        found = [d.location.line for d in loaded.errors if d.code == "control-character"]
        assert found == [place], n
        assert all((d.message + d.hint + d.excerpt).isprintable() for d in loaded.diagnostics)


@pytest.mark.parametrize(
    "char", ["\x1b", "\x9b", "\x07", "\x7f", "\u202e", "\u2066", "\u2028", "\ufeff", "\ufdd0", "\x85"]
)
def test_a_raw_control_character_is_an_error_wherever_it_stands(load_text: Callable[..., Loaded], char: str) -> None:
    for text in [f"T{char}", f"|\n      T{char}", f"'T{char}'", f"T # {char}"]:
        loaded = load_text(story(text=text))
        assert [d.code for d in loaded.errors] == ["control-character"]
        assert all(d.excerpt.isprintable() and f"U+{ord(char):04X}" in d.message for d in loaded.errors)


def test_a_definition_as_deep_as_can_be_is_reckoned_without_trouble(load_text: Callable[..., Loaded]) -> None:
    links = next(n for n in range(1, 200) if load_text(deep_story(n)).errors) - 1
    assert links > 20
    story = load_text(deep_story(links)).story
    assert story is not None
    play = Play()
    assert story.definitions["d0"](play) is True


def deep_story(links: int) -> str:
    return story(state=chain(links, "not " * 30 + "seen(a)"), text="{when: d0, text: T.}")


class Play:
    """As much of a play as a condition asks for."""

    state: ClassVar[dict[str, Value]] = {}
    visits: ClassVar[dict[str, int]] = {"a": 1}
    chosen: ClassVar[set[str]] = set()
    place = "a"
