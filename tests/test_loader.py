"""What a story holds once it is loaded: ways out, what is spent, chapters, records, variables, and places of errors."""

from collections.abc import Callable
from pathlib import Path

import pytest

from game.story.expressions import Kind
from game.story.loader import Loaded, load
from game.story.model import By, Once, Sheet, Story, Template, When

GOOD = Path(__file__).parent / "stories" / "good"
LoadText = Callable[..., Loaded]


def good(name: str) -> Story:
    story = load(GOOD / name).story
    assert story is not None
    return story


def test_the_head_is_kept_as_written() -> None:
    story = good("head.yaml")
    assert (story.id, story.title, story.author) == ("head-of-2-parts", "A head, with *stress*", "A. N. Author")
    assert (story.language, story.start) == ("en-GB", "walk")
    assert story.about == "A short walk.\n\nIt takes one minute."
    assert [t.source for t in story.debrief] == ["What did you see?", "Where: and when?"]
    assert good("smallest.yaml").language == "en"


def test_plain_scalars_stay_text() -> None:
    story = good("plain_scalars.yaml")
    assert (story.id, story.title, story.author, story.about) == ("007", "1984", "1.10", "12:30")
    assert (story.language, story.start) == ("no", "on")
    scene = story.scenes["on"]
    assert [t.source for t in (scene.title, scene.place, scene.date)] == ["2024-01-01", "yes", "1_000"]
    texts = [t.source for t in scene.text if isinstance(t, Template)]
    assert texts[:6] == ["no", "0x1F and 1e3", ".5", "True", "+7", "null"]
    assert [c.label.source for c in scene.choices] == ["12:30", "off"]
    assert list(story.choices) == ["on/12_30", "on/y"]


def test_a_nested_choice_without_a_way_takes_its_parents() -> None:
    choices = good("nested_choices.yaml").choices
    ways = {name: (c.go, c.stay) for name, c in choices.items()}
    assert ways == {
        "table/speak": ("corridor", False),
        "table/speak/the_weather": ("corridor", False),
        "table/speak/plan": ("corridor", False),
        "table/speak/plan/the_first": ("corridor", False),
        "table/speak/plan/the_second": ("street", False),
        "table/speak/nothing_after_all": ("", True),
        "table/look": ("", True),
        "table/look/the_window": ("", True),
        "table/look/the_door": ("corridor", False),
        "table/wait": ("", False),
        "table/wait/wait_longer": ("", False),
    }
    assert not choices["table/speak/nothing_after_all"].spends
    assert choices["table/look"].spends
    assert not choices["table/look/the_window"].spends


def test_a_choice_is_spent_by_its_own_keys_only() -> None:
    spends = {name.partition("/")[2]: c.spends for name, c in good("stay_and_once.yaml").choices.items()}
    assert spends == {
        "look_at_the_wall": True,
        "call": False,
        "pace": False,
        "try_the_door": True,
        "sleep": False,
    }


def test_ids_come_from_labels_in_any_script() -> None:
    assert list(good("names.yaml").choices) == ["y/идти_домой", "y/東へ2歩", "y/2_coins_pay"]


def test_a_scene_belongs_to_the_chapter_before_it() -> None:
    story = good("chapters")
    assert {name: scene.chapter for name, scene in story.scenes.items()} == {
        "gate": "summons",
        "corridor": "summons",
        "office": "summons",
        "cafe": "same",
        "street": "city",
        "turn": "road",
        "inn": "road",
    }
    assert [name for name, scene in story.scenes.items() if scene.is_junction] == ["turn"]
    assert story.chapters["summons"].plate.split("\n")[2] == "  |----|   The gate"
    assert story.chapters["summons"].plate_alt == "A gate tower."
    assert story.chapters["city"].basis == ("invented",)
    assert story.scenes["corridor"].basis == ("A1", "A2")
    assert story.facts["A2"].sources == ("article", "memoir")
    assert story.facts["A2"].standing == "memoir"


def test_records_have_their_kind_facts_and_note() -> None:
    records = {name: c.record for name, c in good("record.yaml").choices.items()}
    found = {name: (r.kind, r.facts, bool(r.note.source)) for name, r in records.items() if r is not None}
    assert found == {
        "table/spanish": ("followed", ("A1",), True),
        "table/i_do": ("departed", ("A1", "A2"), False),
        "table/perhaps": ("disputed", ("A2",), False),
        "table/sing": ("invented", (), True),
    }
    assert records["table/sing"] is not None
    assert len(records["table/sing"].note.inserts) == 1


def test_variables_have_kinds_starts_bands_and_words() -> None:
    numbers, words, asking = (good(f"{name}.yaml").variables for name in ("numbers", "words", "asking"))
    height = numbers["height"]
    assert (height.kind, height.start, height.low, height.high, height.show) == (Kind.NUMBER, 0, -2, 3, "words")
    assert height.bands == ((-2, -1, "below ground"), (0, 0, "on the ground"), (1, 3, "high up"))
    assert (height.bounds, words["guard"].bounds) == ((-2, 3), None)
    assert words["guard"].words == {"nobody": "no one", "anna": "Anna P.", "boris": "Boris: the tall one"}
    assert words["mood"].words == {"calm": "calm", "tense": "tense"}
    assert asking["age"].answers == (8, 9, 10, 11, 12)
    assert asking["pace"].answers == ("full", "short")
    assert asking["name"].answers is None
    assert [v.id for v in good("asking.yaml").questions] == ["pace", "age", "name"]
    assert [v.id for v in good("numbers.yaml").gauges] == ["height", "coins"]


def test_the_class_plan_and_the_tests_hold_values_of_the_right_kind() -> None:
    story = good("asking.yaml")
    assert story.class_plan is not None
    assert story.class_plan.answers == {"pace": "short", "age": 9}
    assert story.class_plan.minutes == 5
    first, second = story.tests
    assert (first.name, first.answers, first.choose) == (
        "the short way",
        {"pace": "short", "name": "Ada"},
        ("continue",),
    )
    assert second.expect.seen == ("door", "corridor")
    assert good("effects.yaml").tests[0].expect.state == {"a": 3, "b": 1, "turns": 3}
    assert good("endings_outcomes.yaml").tests[0].expect.outcome == "fails"


def test_blocks_become_pieces() -> None:
    pieces = good("blocks.yaml").scenes["room"].text
    kinds = [type(piece) for piece in pieces]
    assert kinds == [Template, Once, Once, By, When, When]
    _, once, again, by, when_by, when_once = pieces
    assert isinstance(once, Once)
    assert not once.again
    assert isinstance(again, Once)
    assert again.again
    assert isinstance(by, By)
    assert set(by.cases) == {"nobody", "cat"}
    assert by.otherwise
    assert isinstance(when_by, When)
    assert not when_by.otherwise
    assert isinstance(when_by.body[0], By)
    assert set(when_by.body[0].cases) == {True, False}
    assert isinstance(when_once, When)
    assert len(when_once.otherwise) == 2


def test_sheets_have_their_parts() -> None:
    order = good("sheets.yaml").scenes["desk"].text[1]
    assert isinstance(order, Sheet)
    assert (order.id, order.kind, order.stamp.source, order.signed.source) == ("order", "memo", "single copy", "P. S.")


def test_ways_interrupts_and_claims_come_in_their_order() -> None:
    story = good("junctions.yaml")
    assert [(way.go, way.when is None) for way in story.scenes["sort_out"].next] == [
        ("lost", False),
        ("second", False),
        ("first", True),
    ]
    assert [i.go for i in good("interrupts.yaml").interrupts] == ["recalled", "warning"]
    kinds = [m.kind for m in good("must_hold.yaml").must_hold]
    assert kinds == ["every_ending", "always", "always", "always", "reachable"]


def test_definitions_may_stand_before_those_they_use() -> None:
    story = good("definitions.yaml")
    assert story.definitions["ready"].uses == {"exposed", "late"}
    assert ("visits", "archive") in story.definitions["ready"].reads


# --- places and words of errors

HEAD = "format: 1\nid: x\ntitle: X\nstart: a\nstate:\n  v: {range: [0, 3], start: 1, show: number}\nscenes:\n  a:\n"
END = "    next: z\n    on_enter: {v: 2}\n  z: {ending: {title: E}, text: T.}\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("    text: You {q}.\n", "9:16"),
        ('    text: "You {q}."\n', "9:17"),
        ("    text: 'It''s {q}.'\n", "9:19"),
        ("    text: |\n      One.\n      You {q} and {v}.\n", "11:12"),
        ("    text: >-\n      One {v}\n      {v} {q}.\n", "11:12"),
        ("    text: One {v}\n      and {q}.\n", "10:12"),
        ('    text: "\\u00e9 {v} and {q}."\n', "9:28"),
        ("    text: {when: q > 1, text: T.}\n", "9:18"),
        ("    text:\n      - when: q > 1\n        text: T.\n", "10:15"),
        ("    text:\n      - when: 'v > 1 and q'\n        text: T.\n", "10:26"),
        ("    text:\n      - when: |\n          v > 1 and q\n        text: T.\n", "10:15"),
        ("    text:\n      - when: v > 1 and\n          q\n        text: T.\n", "10:15"),
        ("    text: é {q}\n", "9:14"),
    ],
)
def test_an_unknown_name_is_shown_where_it_stands(load_text: LoadText, text: str, place: str) -> None:
    (problem,) = load_text(HEAD + text + END).errors
    assert (problem.code, str(problem.location)) == ("unknown-name", f"story.yaml:{place}")


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("v = 1", "not an expression: one `=` sets, two compare: write `==`"),
        ("v => 1", "not an expression: write `>=` for `=>`"),
        ("v > 1 && v < 3", "not an expression: write `and` for `&&`"),
        ("v > 1 || v < 3", "not an expression: write `or` for `||`"),
        ("v >", "not an expression: something is missing at the end"),
        ("v 3", "not an expression: `3` is unexpected here"),
        ("v > 3 > > 1", "not an expression: `>` is unexpected here"),
        ("v.real", "`v.real` is not part of the language"),
        ("v > 1.5", "`1.5` is not part of the language"),
        ("v > 5", "`v > 5` can never hold"),
        ("v < a", "a name, where a number was wanted"),
        ("a < v", "a name, where a number was wanted"),
    ],
)
def test_a_condition_in_error_is_explained_in_words(load_text: LoadText, condition: str, message: str) -> None:
    (problem,) = load_text(f"{HEAD}    text:\n      - when: {condition}\n        text: T.\n{END}").errors
    assert problem.message == message


def test_a_problem_reads_in_full(load_text: LoadText) -> None:
    (problem,) = load_text(HEAD + "    text: He said: go.\n" + END).errors
    assert str(problem.location) == "story.yaml:9:18"
    assert problem.message == "a `: ` here makes what stands before it a key"
    assert problem.hint == "Use `|` and put the text on the next line, indented, or put it in quotes."
    assert problem.excerpt == "    text: He said: go."


def test_problems_come_in_the_order_of_the_files(load_text: LoadText) -> None:
    text = HEAD + "    text: '{q}'\n    qq: 1\n    tags: [violence]\n" + END
    places = [d.location for d in load_text(text).diagnostics]
    assert places == sorted(places)
    assert len(places) == 3


def test_a_limit_is_no_error_until_it_is_passed(load_text: LoadText) -> None:
    assert not load_text(HEAD + f"    text: {'x' * 200_000}\n" + END).diagnostics
    assert [d.code for d in load_text(HEAD + f"    text: {'x' * 200_001}\n" + END).errors] == ["too-large"]


def test_a_plate_may_be_sixty_wide_and_sixteen_high(tmp_path: Path) -> None:
    text = (HEAD + "    chapter: c\n    text: T.\n" + END).replace(
        "state:", "chapters: {c: {title: C, plate: p.txt, plate_alt: P.}}\nstate:"
    )
    (tmp_path / "story.yaml").write_text(text, encoding="utf-8")
    for plate, codes in [
        ("x" * 60, []),
        ("中" * 30, []),
        ("x\n" * 16, []),
        ("x" * 61, ["bad-plate"]),
        ("中" * 31, ["bad-plate"]),
    ]:
        (tmp_path / "p.txt").write_text(plate, encoding="utf-8")
        assert [d.code for d in load(tmp_path).diagnostics] == codes


def test_a_story_of_ten_thousand_scenes_is_no_trouble(load_text: LoadText) -> None:
    scene = "  s{0}:\n    text: You are in room {0}, with {{v}}.\n    choices:\n" + "".join(
        f"      - {{{{label: Way {n}., set: {{{{v: v + {n}}}}}, go: s{{1}}}}}}\n" for n in (1, 2, 3)
    )
    scenes = "".join(scene.format(n, n + 1) for n in range(10_000))
    text = f"{HEAD}    text: T.\n    next: s0\n{scenes}  s10000: {{ending: {{title: E}}, text: T.}}\n"
    loaded = load_text(text)
    assert not loaded.diagnostics
    assert loaded.story is not None
    assert len(loaded.story.scenes) == 10_002
    assert len(loaded.story.choices) == 30_000
