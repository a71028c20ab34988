"""*Special Tasks* in numbers, each of them asserted. `pytest -s tests/test_special_tasks.py` prints them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from game.play.page import Card, Heading, Opening, Prose, Telling
from game.play.rehearsal import page_text, rehearse
from game.prove.given import given
from game.prove.measures import Measures
from game.story.model import Story
from game.story.statistics import Statistics, statistics
from game.story.text import Shown
from tests.story_numbers import Play, Shipped, percentiles, random_plays, read_later, replayed

FULL, SHORT = {"pace": "full"}, {"pace": "short"}
PLAYS = 450  # at random, of the full telling; a third as many of the class telling


@dataclass
class Found:
    """The story, measured once for all tests here."""

    story: Story
    statistics: Statistics
    measures: Measures
    plays: list[Play]
    class_plays: list[Play]
    covering: list[Play]  # which together take every choice

    @property
    def whole(self) -> list[Play]:
        """Plays of the full telling that come to a full-length outcome: he is at his desk to the end."""
        return [play for play in self.plays if play.session.state["fate"] == "desk"]

    def pages(self) -> Iterator[tuple[int, str, str]]:
        for play in (*self.plays, *self.class_plays, *self.covering):
            yield from play.pages


@pytest.fixture(scope="module")
def found(shipped: Shipped) -> Found:
    story, measures = shipped.story, shipped.measures
    return Found(
        story=story,
        statistics=statistics(story),
        measures=measures,
        plays=list(random_plays(story, FULL, PLAYS)),
        class_plays=list(random_plays(story, SHORT, PLAYS // 3)),
        covering=list(replayed(story, measures.plays)),
    )


def test_it_is_proved_and_all_of_it_is_used(shipped: Shipped) -> None:
    print(f"\n{shipped.said}")
    assert shipped.code == 0, shipped.said
    assert "PROVED" in shipped.said


def test_the_story_is_as_large_as_it_should_be(found: Found) -> None:
    counts = found.statistics
    told = {chapter.title for chapter in counts.chapters if chapter.title}
    print(f"\n{counts.scenes} scenes, {counts.choices} choices, {counts.words:,} words, {counts.documents} documents")
    print(f"{counts.facts} facts, {counts.entries} glossary entries, {counts.prompts} questions to discuss")
    assert len(told) == 7
    assert counts.scenes >= 130
    assert counts.choices >= 280
    assert counts.words >= 25_000
    assert counts.documents >= 20
    assert counts.entries >= 25
    assert counts.prompts >= 20


def test_every_chapter_reads_easily(found: Found) -> None:
    for chapter in found.statistics.chapters:
        assert chapter.grade is not None
        print(f"{chapter.title or chapter.id:<20} {chapter.words:>6,} words, grade {chapter.grade:.1f}")
        assert chapter.grade <= 8


def test_every_outcome_is_reached_and_has_a_test(found: Found) -> None:
    story = found.story
    outcomes = {scene.id for scene in story.scenes.values() if scene.outcome is not None}
    chances = {r.id: r.chance.value for r in found.measures.results if r.kind == "outcome"}
    for name, chance in sorted(chances.items(), key=lambda item: -(item[1] or 0)):
        print(f"{name:<14} {chance:.4f}")
    assert len(outcomes) >= 10
    assert outcomes == chances.keys()
    assert all(chances.values())
    assert outcomes == {test.expect.outcome for test in story.tests if test.expect.outcome}
    assert [result.failure for result in rehearse(story) if result.failure] == []
    assert any(test.answers.get("pace") == "short" for test in story.tests)


def test_the_proof_is_small_enough(found: Found) -> None:
    print(f"{found.measures.situations:,} situations kept to measure it, which are no fewer than the proof's")
    assert found.measures.reason == ""
    assert found.measures.situations < 2_000_000
    assert found.measures.endless.value == 0


def test_a_play_to_a_full_length_outcome_takes_an_evening(found: Found) -> None:
    """Cards and the page of the ending apart."""
    told = percentiles((play.told for play in found.whole), 10, 50, 90)
    cards = percentiles((play.told + play.words["card"] for play in found.whole), 10, 50, 90)
    print(f"full: words of random plays to a full-length outcome {told}, with the record cards {cards} (10, 50, 90%)")
    words, choices = [sum(play.words.values()) for play in found.plays], [play.choices for play in found.plays]
    print(f"full: all words, to any outcome {min(words)} to {max(words)}, choices {min(choices)} to {max(choices)}")
    lengths = found.measures.lengths
    assert lengths is not None
    print(f"both: by the prover at most {lengths.most_words.value} words and {lengths.most_choices.value} choices")
    assert len(found.whole) > PLAYS / 4
    assert told[0] >= 5_500
    assert told[-1] <= 7_500


def test_a_class_reads_every_way_through_in_twenty_minutes(found: Found) -> None:
    """Cards with their facts, toll and questions counted."""
    play = found.measures.class_play
    assert play is not None
    assert play.answers == SHORT
    fewest, most, choices = play.lengths.fewest_words, play.lengths.most_words, play.lengths.most_choices
    print(f"class: {fewest.value} to {most.value} words, at most {choices.value} choices")
    assert (most.known, choices.known) == ("exact", "exact")
    assert (most.value or 9_999) <= 2_200
    assert (choices.value or 99) <= 25


def test_the_class_telling_meets_the_order_the_selection_a_failure_and_the_result(found: Found) -> None:
    """Those who refuse in the Kremlin alone meet no selection and fail nobody."""
    for play in found.class_plays:
        visits = play.session.visits
        assert {"office", "august_20", "august_21", "jacson", "verdict"} <= visits.keys()
        assert "refusal" in visits or {"dossiers", "assign_first"} <= visits.keys()
        assert visits.keys() & {"refusal", "recalled", "raid"}


def test_a_choice_comes_often(found: Found) -> None:
    for name, plays in (("full", found.plays), ("class", found.class_plays)):
        words, choices = sum(p.words["prose"] for p in plays), sum(p.choices for p in plays)
        print(f"{name}: a choice every {words / choices:.0f} words")
        assert words / choices <= 90
    longest = sorted({(words, scene) for words, _, scene in found.pages()}, reverse=True)
    print(f"longest pages: {', '.join(f'{scene} {words}' for words, scene in longest[:6])}")
    assert [(words, scene) for words, scene in longest if words > 180] == []


def test_choices_come_back(found: Found) -> None:
    later = read_later(found.story)
    share = sum(map(bool, later.values())) / len(later)
    print(f"{share:.0%} of all choices change what is read later")
    assert share >= 1 / 3


def test_everything_says_what_it_rests_on(found: Found) -> None:
    """Scenes by themselves or by their chapter, choices that change something by a record."""
    story = found.story
    based = {chapter.id for chapter in story.chapters.values() if chapter.basis}
    scenes = [s.id for s in story.scenes.values() if not s.basis and s.chapter not in based]
    choices = [c.id for c in story.choices.values() if c.set and c.record is None]
    print(f"scenes without basis {len(scenes)}, choices that change something without record {len(choices)}")
    assert scenes == []
    assert choices == []


def test_the_tellings_are_two(found: Found) -> None:
    """The class telling is the same story cut, not another."""
    short = given(found.story, SHORT)
    assert short.scenes.keys() < found.story.scenes.keys()


def test_cards_and_the_last_page_speak_of_what_this_play_showed(found: Found) -> None:
    """What was invented is told where it was shown, and nothing is taken back that never was."""
    only = {
        "No officer is on record as refusing this order": lambda met: "refusal" in met,
        "The hands that carried it": lambda met: "expelled" in met,
        "The flight is invented": lambda met: "west" in met,
        "He never lived abroad": lambda met: "abroad" in met,
        "What is said in prison, at the table of 1953": lambda met: "your_answer" in met and "the_cry" in met,
        "The farewell at home is ours": lambda met: "the_date" in met,
        "Whether Harte opened the gate knowingly": lambda met: "raid" in met,
        "The week of arrests is invented": lambda met: "burned" in met,
        "the letter about fruit, the cable of failure": lambda met: "fruit" in met,
        "the plan and the misspelt passport existed": lambda met: "passport" in met and "fruit" not in met,
    }
    told = dict.fromkeys(only, 0)
    for play in (play for play in (*found.plays, *found.covering) if play.session.answers["pace"] == "full"):
        parts = [part for turn in play.session.turns for part in play.session.told(turn.parts)]
        cards = " ".join(words_of(part) for part in parts if isinstance(part, Card))
        text = f"{cards} {page_text(play.session.page)}"
        for words, shown in only.items():
            told[words] += words in text
            assert (words in text) == shown(play.session.visits), (words, play.session.steps)
    assert all(told.values()), told


def words_of(card: Card) -> str:
    shown = (piece for piece in card.prose if isinstance(piece, Shown))
    return " ".join(" ".join(block.plain.split()) for piece in shown for block in piece.blocks)


def headings(play: Play) -> Iterator[tuple[str, str, str, str]]:
    """Each scene that a play told: its id, the place and date at the top of the screen then, and what it told."""
    scene = place = date = ""
    for turn in play.session.turns:
        for part in turn.parts:
            match part:
                case Opening():
                    place = date = ""
                case Heading(scene, _, own_place, own_date):
                    if own_place or own_date:
                        place, date = own_place.plain, own_date.plain
                case Telling(prose):
                    yield scene, place, date, said(prose)


def said(prose: Prose) -> str:
    texts = [text for piece in prose for text in ((piece,) if isinstance(piece, Shown) else piece.text or ())]
    return " ".join(block.plain for text in texts for block in text.blocks)


def years(text: str) -> list[int]:
    return [int(year) for year in re.findall(r"\b(?:19|20)[0-9]{2}\b", text)]


def test_no_scene_stands_under_a_date_before_the_years_it_names(found: Found) -> None:
    """A scene without a place and date of its own has those of the scene before it, whichever that was."""
    told = {heading for play in (*found.plays, *found.class_plays, *found.covering) for heading in headings(play)}
    early = {
        (scene, date) for scene, _, date, text in told if years(date) and max(years(text), default=0) > max(years(date))
    }
    assert early == set()


def test_a_place_is_never_without_its_date(found: Found) -> None:
    """In the full telling; that of a class has dates and hardly a place."""
    told = {heading for play in (*found.plays, *found.covering) for heading in headings(play)}
    assert {scene for scene, place, date, _ in told if place and not date} == set()


def test_no_outcome_says_what_the_play_did_not_choose(found: Found) -> None:
    """The summaries that speak of what the player did, each held to the choices that were made."""
    spared = "menu/take_it_out_let_them_not_ask_you_how"
    choices = found.story.choices.values()
    asking = {choice.id for choice in choices if any(part.variable == "knowing" for part in choice.set)} - {spared}
    met = set()
    for play in (*found.plays, *found.class_plays, *found.covering):
        session = play.session
        (outcome,) = (name for name in session.visits if found.story.scenes[name].outcome is not None)
        chosen = {turn.choice.id for turn in session.turns if turn.choice is not None}
        asked, few = len(asking & chosen), 0 if session.answers["pace"] == "short" else 2
        told = {
            "replaced_man": "raid" in session.visits,
            "decorated": asked > few and "go_or_hold/hold" not in chosen,
            "knew": asked >= 6,
            "never_asked": asked <= few + (spared in chosen),
            "patient": "go_or_hold/hold" in chosen,
            "second_name": session.state["deputy"] == "stranger",
            "the_letter": session.state["warned"],
        }
        assert told.get(outcome, True), (outcome, session.answers, sorted(chosen))
        met.add(outcome)
    assert met == {scene.id for scene in found.story.scenes.values() if scene.outcome is not None}
