"""YAML in, located nodes out: both of its parsers give the same, and no text or bytes can crash the reader."""

import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from game.story.catalogue import CATALOGUE
from game.story.diagnostics import Problems
from game.story.files import decode, find_files, read_bytes
from game.story.loader import load
from game.story.nodes import Mapping, Node, Scalar, Sequence
from game.story.schema import BLOCKS
from game.story.source import Reader

MODEST = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

# What YAML files are made of, the pieces that trip authors before all.
PIECES = [
    *"-?:,[]{}#&*!|>'\"%@` \n~",
    *["- ", ": ", " #", "\n  ", "\n    ", "\n- ", "? ", "--- ", "\n---\n", "...", "<<: ", "&a ", "*a", "!x ", "!!str "],
    *[
        "a",
        "b: ",
        "text",
        "when: ",
        "word and word",
        "it's",
        '"quoted"',
        "'single'",
        "null",
        "1.10",
        "é",
        "日本",
        "\u00a0",
    ],
    *["|\n  ", ">-\n  ", "{a: b, c}", "[a, b?]", "what?", "\\", "\\x41", "\\e", "\\ud800", "\\U00110000", "# note\n"],
]
EXPLICIT_KEY = re.compile(r"(?:^|[\s\-\[{,])\?(?:\s|$)", re.MULTILINE)
PLAIN_PIECES = [p for p in PIECES if not set(p) & set("!&*?%")]
KEYS = sorted({key for block in BLOCKS.values() for key in block} | {"true", "false", "w", "one two"})
VALUES = [
    *["", "a", "true", "3", '""', "[]", "{}", "[a, b]", "[0, 3]", "{a: b}", "{text: a}", "[{text: a}]", "{w: w}", "v"],
    *["seen(a)", "v > 1", "'{v}'", "'{'", "[[a]]", "{when: a, go: a}", "[{go: a}]", "[{label: a, go: a}]", "{v: 1}"],
]
HEAD = "format: 1\nid: x\ntitle: X\nstart: a\n"
yaml_like = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
plain_yaml = st.lists(st.sampled_from(PLAIN_PIECES), max_size=25).map("".join)


def tree(node: Node | None) -> object:
    """A node and all below it, as comparable values."""
    if node is None:
        return None
    place = (node.line, node.column)
    if isinstance(node, Scalar):
        return (*place, node.text, node.style, node.comment)
    if isinstance(node, Sequence):
        return (*place, node.flow, [tree(item) for item in node.items])
    assert isinstance(node, Mapping)
    return (*place, node.flow, [(key, node.places[key], tree(value)) for key, value in node.values.items()])


def read(text: str, *, pure: bool) -> tuple[object, list[tuple[str, str]]]:
    problems = Problems()
    file = decode(text.encode(), "x.yaml", problems)
    root = Reader(problems, pure=pure).read(file) if file is not None else None
    return tree(root), [(d.code, str(d.location)) for d in problems.sorted()]


def test_libyaml_is_here_to_be_compared_with() -> None:
    assert yaml.__with_libyaml__


@settings(MODEST, derandomize=True)
@given(yaml_like)
@example("a:\n  # heading\nb: text # cut\n")
@example("- ' '\n- >-\n  folded\n  # not a comment\n- [x: ]\n- {a, b: }\n")
def test_both_parsers_give_equal_nodes_for_text_that_both_can_read(text: str) -> None:
    assume(not EXPLICIT_KEY.search(text))  # no part of the language: refused where it is met
    (ours, our_problems), (theirs, their_problems) = read(text, pure=True), read(text, pure=False)
    if not our_problems and not their_problems:
        assert ours == theirs


@settings(MODEST, derandomize=True)
@given(plain_yaml)
@example("[a?]")
@example("{a:}")
@example("%a\n---\nb")
@example("a: |#\n  b")
@example('"\\ud800"')
@example('"\\U00110000"')
def test_both_parsers_refuse_the_same_texts(text: str) -> None:
    (_, our_problems), (_, their_problems) = read(text, pure=True), read(text, pure=False)
    assert bool(our_problems) == bool(their_problems), (our_problems, their_problems)


def test_both_parsers_give_equal_nodes_for_good_stories(good_story: Path) -> None:
    for name, path in find_files(good_story, Problems()):
        text = path.read_text(encoding="utf-8")
        (ours, our_problems), (theirs, their_problems) = read(text, pure=True), read(text, pure=False)
        assert not our_problems, name
        assert not their_problems, name
        assert ours == theirs, name


def test_both_parsers_find_the_same_problems_at_the_same_places_in_broken_stories(broken_story: Path) -> None:
    found = [
        [(d.code, str(d.location), d.hint, d.excerpt) for d in load(broken_story, pure=pure).diagnostics]
        for pure in (True, False)
    ]
    assert found[0] == found[1]


def test_both_parsers_give_equal_nodes_for_the_sound_files_of_broken_stories(broken_story: Path) -> None:
    for name, path in find_files(broken_story, Problems()):
        problems = Problems()
        data = read_bytes(path, name, problems)
        file = decode(data, name, problems) if data is not None else None
        if file is not None:
            roots = [Reader(problems, pure=pure).read(file) for pure in (True, False)]
            assert tree(roots[0]) == tree(roots[1]), name


@MODEST
@given(st.binary(max_size=200))
@example(b"\xff\xfea\x00")
@example(b"\x00")
@example(b"\xef\xbb\xbfformat: 1")
@example(b"\xc3")
def test_no_bytes_make_loading_raise(data: bytes) -> None:
    assert_answers(data)


@MODEST
@given(yaml_like)
@example('"\\UFFFFFFFF"')
@example("? [a]\n: b")
@example("&a [*a]")
@example("---\n---\n")
@example("- ]")
def test_no_yaml_makes_loading_raise(text: str) -> None:
    assert_answers(text.encode())


@MODEST
@given(st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(VALUES)), max_size=12))
def test_no_mixture_of_keys_and_values_makes_loading_raise(pairs: list[tuple[str, str]]) -> None:
    scene = "".join(f"    {key}: {value}\n" for key, value in dict(pairs).items())
    assert_answers(HEAD.encode() + b"scenes:\n  a:\n" + scene.encode())
    block = ", ".join(f"{key}: {value}" for key, value in dict(pairs).items())
    assert_answers(
        f"{HEAD}scenes: {{a: {{text: {{{block}}}, choices: [{{{block}}}]}}}}\nstate: {{v: {{{block}}}}}\n".encode()
    )
    assert_answers(f"{{{block}}}".encode())


GOOD = sorted((Path(__file__).parent / "stories" / "good").glob("*.yaml"))
SLIPS = [
    *[lambda line, n=n: " " * n + line for n in (1, 2, 4)],
    *[lambda line, n=n: line[n:] for n in (1, 2, 4)],
    *[lambda line, a=a, b=b: line.replace(a, b, 1) for a, b in [(": ", ":"), (":", ""), ("- ", ""), ("- ", "-")]],
    *[
        lambda line, a=a, b=b: line.replace(a, b, 1)
        for a, b in [(", ", " "), ("}", ""), ("{", ""), ('"', ""), ("_", " ")]
    ],
    lambda line: f"{line}\n{line}",
    lambda _: "",
]


@settings(MODEST, derandomize=True, max_examples=400)
@given(st.sampled_from(GOOD), st.lists(st.tuples(st.integers(0, 200), st.sampled_from(SLIPS)), min_size=1, max_size=2))
def test_slips_of_the_pen_are_answered_alike_with_both_parsers(
    path: Path, slips: list[tuple[int, Callable[[str], str]]]
) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, slip in slips:
        lines[number % len(lines)] = slip(lines[number % len(lines)])
    with TemporaryDirectory() as folder:
        copy = Path(folder, "story.yaml")
        copy.write_text("\n".join(lines), encoding="utf-8")
        ours, theirs = (load(copy, pure=pure).diagnostics for pure in (True, False))
        assert ours == theirs


def assert_answers(data: bytes) -> None:
    """Loading answers, with both parsers: a story, or an error with a code of the catalogue."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "story.yaml")
        path.write_bytes(data)
        for pure in (True, False):
            loaded = load(path, pure=pure)
            assert (loaded.story is None) == bool(loaded.errors)
            assert all(d.code in CATALOGUE for d in loaded.diagnostics)
            assert all(d.message.isprintable() and d.excerpt.isprintable() for d in loaded.diagnostics)


@pytest.mark.parametrize(
    ("yaml_text", "text", "style", "comment"),
    [
        ("no", "no", "", False),
        ("12:30", "12:30", "", False),
        ("1.10", "1.10", "", False),
        ("1984 # a year", "1984", "", True),
        ("C# is a word", "C# is a word", "", False),
        ("two\n  lines", "two lines", "", False),
        ("two\n  lines # cut", "two lines", "", True),
        ('"quoted" # said', "quoted", '"', False),
        ("'it''s'", "it's", "'", False),
        ("|\n  # not a comment\n  b\n", "# not a comment\nb\n", "|", False),
        (">-\n  a\n  b", "a b", ">", False),
        ("", "", "", False),
        ("# gone", "", "", True),
        ("\n  # gone\n", "", "", True),
    ],
)
@pytest.mark.parametrize("pure", [True, False])
def test_scalars_keep_what_the_author_wrote(yaml_text: str, text: str, style: str, comment: bool, pure: bool) -> None:
    node, problems = read(f"k: {yaml_text}", pure=pure)
    assert not problems
    _, _, _, [(_, _, (_, _, *scalar))] = node
    assert scalar == [text, style, comment]


def test_places_count_characters_from_one() -> None:
    node, _ = read("é: 日本\n\nb:\n  - [ü, x]\n", pure=False)
    assert node == (
        1,
        1,
        False,
        [
            ("é", (1, 1), (1, 4, "日本", "", False)),
            ("b", (3, 1), (4, 3, False, [(4, 5, True, [(4, 6, "ü", "", False), (4, 9, "x", "", False)])])),
        ],
    )


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_a_byte_order_mark_make_no_difference(ending: str, mark: bytes) -> None:
    problems = Problems()
    file = decode(mark + ending.join(["a: |", "  b", "  c", ""]).encode(), "x.yaml", problems)
    assert file is not None
    assert tree(Reader(problems).read(file)) == (1, 1, False, [("a", (1, 1), (1, 4, "b\nc\n", "|", False))])


def test_every_tab_and_control_character_is_named_with_its_place() -> None:
    _, problems = read("a: b\tc\nd: \x07\u202e\n", pure=False)
    assert problems == [
        ("tab", "x.yaml:1:5"),
        ("control-character", "x.yaml:2:4"),
        ("control-character", "x.yaml:2:5"),
    ]


def test_a_line_with_a_tab_is_shown_with_a_space_in_its_place() -> None:
    problems = Problems()
    decode(b"a:\n\tb: c\n", "x.yaml", problems)
    assert [found.excerpt for found in problems.found if found.code == "tab"] == [" b: c"]


def test_files_come_in_path_order_without_hidden_and_foreign_ones(tmp_path: Path) -> None:
    for name in ["b.yaml", "a/z.yaml", "a.yaml", "B.yaml", ".c.yaml", ".d/e.yaml", "a/notes.txt", "10.yaml", "9.yaml"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    found = [name for name, _ in find_files(tmp_path, Problems())]
    assert found == ["10.yaml", "9.yaml", "B.yaml", "a/z.yaml", "a.yaml", "b.yaml"]
