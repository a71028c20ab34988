"""Measures: what a search by `Session` that keeps everything finds, on random stories; and known answers."""

from pathlib import Path

import numpy as np
import pytest

from game.commands.common import find_story, read_story
from game.play.session import Session
from game.prove import measures
from game.prove.explore import Witness
from game.prove.graph import Explored, Graph
from game.prove.measures import ClassPlay, Lengths, Measures, Number, _Lengths, measure
from game.prove.walk import walk
from game.prove.words import CARDS, FACTS, TEXT, ToldSpace
from game.story.expressions import Kind
from game.story.loader import load
from game.story.model import Story
from tests.story_numbers import Shipped
from tests.told_stories import CUTS, VALUES, Plays, told_text

CAP = 1_500


def told(folder: Path, first: int, count: int) -> list[tuple[int, Story]]:
    """Random stories with words that load."""
    found: list[tuple[int, Story]] = []
    path = folder / "story.yaml"
    for seed in range(first, first + 100 * count):
        path.write_text(told_text(seed), encoding="utf-8")
        story = load(path).story
        if story is not None:
            found.append((seed, story))
        if len(found) == count:
            break
    return found


def value(number: Number) -> float:
    return np.inf if number.known == "unbounded" else float(number.value or 0)


def agree(seed: int, story: Story) -> bool:
    """Whether a story is small enough to compare; fails where a measure differs from what Session does."""
    starts = [{"w2": w} for w in story.variables["w2"].words] if story.variables["w2"].ask else [{}]
    plays = Plays(story, starts, CAP)
    if not plays.whole:
        return False
    found = measure(story)
    assert found.reason == "", seed
    _assigned(seed, story, found)
    chances = plays.chances()
    assert found.endless.value == pytest.approx(1 - chances[plays.ends].sum(), abs=1e-9), seed
    if not plays.ends:
        assert found.lengths is None, seed
        return True
    _same(found.lengths, plays, plays.ends, seed)
    for result in found.results:
        where = [n for n in plays.ends if result.id == getattr(plays.sessions[n], _ATTRIBUTES[result.kind])]
        assert result.chance.known == "exact", seed
        assert result.chance.value == pytest.approx(chances[where].sum(), abs=1e-9), (seed, result)
        _same(result.lengths, plays, where, seed)
    taken = {step for _, _, step, _ in plays.edges if not step.endswith("/continue")}
    covered = set()
    for play in found.plays:
        session = Session(story, play.answers)
        for step in play.steps:
            session.choose(step)
            covered.add(step)
    assert covered & story.choices.keys() == taken, seed
    _bounds(seed, story, plays)
    return True


_ATTRIBUTES = {"outcome": "outcome", "ending": "place"}


def _same(lengths: Lengths | None, plays: Plays, where: list[int], seed: int) -> None:
    real = plays.lengths(where)
    assert lengths is not None
    for name in ("fewest_choices", "most_choices", "fewest_words", "most_words"):
        number, truth = getattr(lengths, name), getattr(real, name)
        assert number.known in ("exact", "unbounded"), (seed, name)
        assert value(number) == truth, (seed, name)


def _assigned(seed: int, story: Story, found: Measures) -> None:
    assert found.cuts_known == "exact", seed
    for range_ in found.ranges:
        values = VALUES[range_.variable]
        assert range_.known == "exact", seed
        if range_.low is None:
            assert set(range_.values) == values, (seed, range_)
        else:
            assert (range_.low, range_.high) == (min(values), max(values)), (seed, range_)
    cuts = set()
    for assignment in [a for x in (story.scenes, story.choices) for s in x.values() for a in
                       getattr(s, "on_enter", getattr(s, "set", ()))]:  # fmt: skip
        variable, raw = story.variables[assignment.variable], CUTS.get(assignment.location)
        if raw and variable.kind is Kind.NUMBER:
            cuts |= {(assignment.location, "down", max(raw))} if max(raw) > variable.high else set()
            cuts |= {(assignment.location, "up", min(raw))} if min(raw) < variable.low else set()
    assert {(c.location, c.direction, c.furthest) for c in found.cuts} == cuts, seed


def _bounds(seed: int, story: Story, plays: Plays) -> None:
    """Where what text reads is not kept, the truth lies between the bounds."""
    real = plays.lengths(plays.ends)
    for tracked in (frozenset(), frozenset([CARDS]), frozenset([CARDS, FACTS]), frozenset([TEXT])):
        explored = Explored(ToldSpace(story, tracked), limit=10**6, progress=None)
        graph = Graph(explored)
        lengths = _Lengths([graph]).of()
        assert lengths is not None
        assert value(lengths.fewest_choices) == real.fewest_choices, seed
        assert value(lengths.most_choices) == real.most_choices, seed
        assert lengths.fewest_words.known in ("exact", "at least"), seed
        assert lengths.most_words.known in ("exact", "at most", "unbounded"), seed
        for number, truth, sign in (
            (lengths.fewest_words, real.fewest_words, 1), (lengths.most_words, real.most_words, -1)
        ):  # fmt: skip
            assert sign * value(number) <= sign * truth, (seed, tracked)
            assert number.known != "exact" or value(number) == truth, (seed, tracked)


# --- random stories -------------------------------------------------------------------------------------------------


def test_measures_are_those_of_a_search_by_session(tmp_path: Path) -> None:
    compared = [agree(seed, story) for seed, story in told(tmp_path, 0, 25)]
    assert sum(compared) >= 15


@pytest.mark.long
def test_measures_are_those_of_a_search_by_session_on_many_stories(tmp_path: Path) -> None:
    compared = [agree(seed, story) for seed, story in told(tmp_path, 1_000, 600)]
    assert sum(compared) >= 400


# --- stories with known answers -------------------------------------------------------------------------------------

HEAD = "format: 1\nid: tale\ntitle: Tale\nstart: hub\n"


def read(folder: Path, text: str) -> Story:
    path = folder / "story.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    loaded = load(path)
    assert loaded.story is not None, loaded.errors
    return loaded.story


def exact(value: float) -> Number:
    return Number(value, "exact")


UNBOUNDED = Number(None, "unbounded")


def test_a_straight_story_is_counted_word_for_word(tmp_path: Path) -> None:
    found = measure(read(tmp_path, """
chapters:
  one: {title: The first part, card: A card of five words.}
facts: {A: {text: Known., source: book, standing: documented}}
sources: {book: {title: Book, kind: secondary}}
debrief: ["Why so?", "Who?", "What for?"]
scenes:
  hub:
    chapter: one
    title: A title
    basis: [A]
    text:
      - "*Three* short words."
      - sheet: {kind: memo, heading: Memo, stamp: SECRET, text: Two lines., signed: Me}
    choices: [{label: Go on then., reply: As you like., go: over}]
  over: {chapter: one, ending: {title: Over}, text: The end.}
"""))  # fmt: skip
    hub = 3 + 2 + 3 + 5  # chapter, title, text, memo
    step = 3 + 3  # label, reply
    over = 2 + 5 + 1 + 1 + 5  # text, card, fact, ending, questions
    words = exact(hub + step + over)
    assert found.lengths == Lengths(exact(1), exact(1), words, words)
    assert found.plays == (Witness({}, ("hub/go_on_then",)),)
    assert found.endless == exact(0)


def test_a_circle_makes_the_most_unbounded_for_what_comes_after_it_alone(tmp_path: Path) -> None:
    found = measure(read(tmp_path, """
scenes:
  hub: {text: A., choices: [{label: Left., go: early}, {label: Right., go: round}]}
  round: {text: B., choices: [{label: Again., stay: true, once: false}, {label: Out., go: late}]}
  early: {ending: {title: Early}, text: C.}
  late: {ending: {title: Late}, text: D.}
"""))  # fmt: skip
    lengths = {result.id: result.lengths for result in found.results}
    assert lengths["early"] == Lengths(exact(1), exact(1), exact(4), exact(4))
    assert lengths["late"] == Lengths(exact(2), UNBOUNDED, exact(6), UNBOUNDED)
    assert found.lengths == Lengths(exact(1), UNBOUNDED, exact(4), UNBOUNDED)
    assert {r.id: r.chance.value for r in found.results} == pytest.approx({"early": 0.5, "late": 0.5}, abs=1e-12)


@pytest.mark.parametrize("steps", [4, 40])
def test_the_gamblers_ruin_has_the_chances_of_the_textbook(steps: int, tmp_path: Path) -> None:
    """From n of `steps`, a fair game comes to the top with a chance of n / steps; there is no end to its length."""
    found = measure(read(tmp_path, f"""
state: {{n: {{range: [0, {steps}], start: 1}}}}
scenes:
  hub:
    text: A.
    choices:
      - {{label: Up., set: {{n: n + 1}}, go: look}}
      - {{label: Down., set: {{n: n - 1}}, go: look}}
  look: {{next: [{{when: n == 0, go: poor}}, {{when: n == {steps}, go: rich}}, {{go: hub}}]}}
  poor: {{outcome: {{title: Poor, summary: P.}}, text: P., next: over}}
  rich: {{outcome: {{title: Rich, summary: R.}}, text: R., next: over}}
  over: {{ending: {{title: Over}}, text: O.}}
"""))  # fmt: skip
    chances = {(r.kind, r.id): r.chance for r in found.results}
    assert chances["outcome", "rich"].value == pytest.approx(1 / steps, abs=1e-9)
    assert chances["outcome", "poor"].value == pytest.approx(1 - 1 / steps, abs=1e-9)
    assert chances["ending", "over"].value == pytest.approx(1, abs=1e-9)
    assert {c.known for c in chances.values()} == {"exact"}
    lengths = {r.id: r.lengths for r in found.results}
    assert lengths["rich"].fewest_choices == exact(steps - 1)
    assert lengths["rich"].most_choices == UNBOUNDED
    assert (found.cuts, found.cuts_known) == ((), "exact")


def test_the_last_outcome_counts_and_a_play_may_have_none_or_no_end(tmp_path: Path) -> None:
    found = measure(read(tmp_path, """
scenes:
  hub:
    text: A.
    choices: [{label: One., go: first}, {label: Two., go: second}, {label: Three., go: over}, {label: F., go: pit}]
  first: {outcome: {title: First, summary: F.}, text: F., next: second}
  second: {outcome: {title: Second, summary: S.}, next: over}
  pit: {text: P., choices: [{label: Dig., go: pit}]}
  over: {ending: {title: Over}, text: O.}
"""))  # fmt: skip
    outcomes = {r.id: r.chance.value for r in found.results if r.kind == "outcome"}
    assert outcomes == pytest.approx({"second": 0.5, "": 0.25}, abs=1e-12)
    assert found.endless.value == pytest.approx(0.25, abs=1e-12)


def test_cuts_have_their_place_and_how_far_they_went(tmp_path: Path) -> None:
    found = measure(read(tmp_path, """
state: {n: {range: [0, 3], start: 1}, unread: {range: [0, 9], start: 0}, flag: false}
scenes:
  hub:
    on_enter: {n: n - 2}
    text: A.
    choices:
      - {label: More., set: {n: n + 5, unread: unread + 4}, stay: true}
      - {label: Most., set: {unread: 3 * unread}, stay: true}
      - {label: Out., when: n > 1, go: over}
      - {label: Off., go: over}
  over: {ending: {title: Over}, text: O.}
"""))  # fmt: skip
    cuts = [(c.variable, c.direction, c.furthest, c.location.line, c.location.column) for c in found.cuts]
    assert cuts == [("n", "up", -1, 9, 19), ("n", "down", 5, 12, 33), ("unread", "down", 12, 13, 38)]
    ranges = {r.variable: (r.low, r.high, r.values, r.known, r.is_whole) for r in found.ranges}
    assert ranges == {
        "n": (0, 3, (), "exact", True),
        "unread": (0, 9, (), "exact", True),
        "flag": (None, None, (False,), "exact", False),
    }


def test_siblings_that_never_differ_are_told_without_a_search(tmp_path: Path) -> None:
    story = read(tmp_path, """
state: {a: false}
scenes:
  hub:
    text: ["A.", {when: chose('hub/asked'), text: B.}]
    choices:
      - {label: One., set: {a: true}}
      - {label: Two., set: {a: true}, go: over}
      - {label: Three., set: {a: true}, go: over, reply: Yes.}
      - {label: Four., set: {a: false}, go: over}
      - {label: Five., set: {a: true}, go: other}
      - {label: Asked., set: {a: true}, go: over}
      - {label: Stay., set: {a: true}, stay: true}
      - {label: Nest., set: {a: true}, go: over, choices: [{label: X.}, {label: Y.}]}
    next: over
  other: {text: O., next: over}
  over: {ending: {title: Over}, text: O.}
""")  # fmt: skip
    found = measure(story, limit=1)
    assert found.alike == (("hub/one", "hub/two"), ("hub/nest/x", "hub/nest/y"))
    assert found.reason == "it has more than 1 situations"
    assert found.lengths is None
    assert not found.ranges


def test_the_answers_of_a_class_have_lengths_of_their_own(tmp_path: Path) -> None:
    story = read(tmp_path, """
state: {pace: {one_of: [full, short], start: full, ask: "How long?"}}
class: {answers: {pace: short}, minutes: 5}
scenes:
  hub:
    text: {when: pace == full, text: One two three four five., else: One.}
    next: [{when: pace == short, go: over}, {go: more}]
  more: {text: More., choices: [{label: Go., go: over}]}
  over: {ending: {title: Over}, text: O.}
""")  # fmt: skip
    found = measure(story)
    assert found.class_play == ClassPlay({"pace": "short"}, Lengths(exact(0), exact(0), exact(3), exact(3)))
    assert found.lengths == Lengths(exact(0), exact(1), exact(3), exact(9))


def test_where_text_reads_too_much_words_are_between_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    story = read(tmp_path, """
state: {seen_it: false}
scenes:
  hub:
    text: A.
    choices: [{label: Look., set: {seen_it: true}, go: next_one}, {label: Sleep., go: next_one}]
  next_one: {text: B., choices: [{label: Go., go: over}]}
  over: {ending: {title: Over}, text: {when: seen_it, text: You saw it., else: Gone.}}
""")  # fmt: skip
    assert measure(story).lengths == Lengths(exact(2), exact(2), exact(6), exact(8))
    monkeypatch.setattr(measures, "WORDY", 1)
    assert measure(story).lengths == Lengths(exact(2), exact(2), Number(6, "at least"), Number(8, "at most"))


def test_a_range_that_takes_too_long_is_at_least_what_was_found(tmp_path: Path) -> None:
    story = read(tmp_path, """
state: {count: {range: [0, 99], start: 0}}
scenes:
  hub:
    text: A.
    choices: [{label: More., set: {count: count + 1}, stay: true, once: false}, {label: Out., go: over}]
  over: {ending: {title: Over}, text: O.}
""")  # fmt: skip
    whole = measure(story)
    assert [(r.low, r.high, r.known) for r in whole.ranges] == [(0, 99, "exact")]
    assert [c.direction for c in whole.cuts] == ["down"]
    part = measure(story, limit=10)
    assert (part.reason, part.cuts, part.cuts_known) == ("", (), "at least")
    [count] = part.ranges
    assert (count.low, count.known) == (0, "at least")
    assert 5 <= (count.high or 0) < 99


def test_chances_are_the_frequencies_of_a_walk(shipped: Shipped) -> None:
    story, found, runs = shipped.story, shipped.measures, 40_000
    walked = walk(story, runs=runs, seed=1)
    outcomes = [r for r in found.results if r.kind == "outcome"]
    assert len(outcomes) > 1
    for result in outcomes:
        chance = float(result.chance.value or 0)
        last = walked.scenes[result.id] / runs  # in this story no play meets two
        assert abs(last - chance) < 5 * (chance * (1 - chance) / runs) ** 0.5, result.id


def test_plays_that_take_every_choice_are_few_and_end(shipped: Shipped) -> None:
    story, found = shipped.story, shipped.measures
    taken = set()
    for play in found.plays:
        session = Session(story, play.answers)
        for step in play.steps:
            session.choose(step)
            taken.add(step)
        assert session.scene.ending is not None
    assert taken & story.choices.keys() == story.choices.keys()
    assert len(found.plays) < len(story.choices) / 4


def test_ctrl_c_leaves_what_needs_no_search() -> None:
    def stop(*_: int) -> None:
        raise KeyboardInterrupt

    story = read_story(find_story(None))
    found = measure(story, progress=stop)
    assert (found.reason, found.lengths, found.plays) == ("interrupted", None, ())
