"""What *Special Tasks* must not say, as far as a program can see it. The rest is for whoever reads it aloud."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import game
from game.commands.common import find_story, read_story
from game.play.page import STANDINGS
from game.story.model import Scene, Story
from game.story.statistics import passages, plain, written
from game.story.text import Template

ROOT = Path(__file__).parent.parent
PRAISE = re.compile(
    r"\b(high ?scores?|scor(?:e|es|ed|ing)|badges?|trophy|trophies|achievements?|wins?|won|winners?|victory|"
    r"victories|congratulations|congrats|well done|great job|good job|perfect|you (?:lose|lost)|game over|level up|"
    r"points?|bonus|rewards?|mission (?:complete|accomplished)|success(?:es|ful|fully)?|efficien\w+)\b",
    re.IGNORECASE,
)
# What people in the story say with such words, and not the game.
PEOPLE_SAY = {"star": "Hero of the Soviet Union"}
ASKS = re.compile(r"\bwhat (?:would|might|should) you (?:have done|do\b)|\bin (?:his|their|her) place\b", re.IGNORECASE)
WORN = re.compile(
    r"\b(?:a testament to|little did (?:you|he|she|they)|(?:can't|cannot|couldn't|could not) help but|the weight of|"
    r"a mix of|a mixture of|something shifts|hang(?:s|ing)? in the air|unspoken|sends? a shiver|palpable|deafening|"
    r"tapestry|time (?:stands|stood) still|deep breath|let out a breath|eyes widen)\b",
    re.IGNORECASE,
)
RHETORIC = re.compile(r"\bnot (?:just |only |merely |so much )?[^.,;:!?\"]{1,50}[,;] but\b", re.IGNORECASE)
WEATHER = re.compile(
    r"It (?:is|has been|was) (?:rain|snow|cold|hot|sunn|cloud|storm)|(?:The )?(?:rain|snow|sun|wind|sky|sleet|fog)\b",
    re.IGNORECASE,
)
VIOLENCE = re.compile(
    r"\b(blood\w*|bled|bleed\w*|shots?|shoot\w*|kill\w*|murder\w*|pistols?|(?:machine )?guns?|bombs?|axe|stabb?\w*|"
    r"beat(?:s|en|ings?)?|blows?|corpses?|dead|wounds?|wounded|scream\w*|tortur\w*|strangl\w*|poison\w*|explo[ds]\w*|"
    r"hanged|grenades?|skull|throat|bullets?|suicide|own hand)\b",
    re.IGNORECASE,
)
# Read by a person: these name a death, or a weapon, and show no violence. A scene that is not here and has such a word
# is to be read, and then tagged or listed.
READ = frozenset(
    """
    car painter painter_2 mother passport five_reports bell burned second_team taps library the_wait upstairs
    cell_years who_comes_back gnome sheets one_by_one your_answer jacson a_stamp verdict old_man
    a_friend apart their_raid liked congratulations vladimir left_out
    """.split()
)


@pytest.fixture(scope="module")
def story() -> Story:
    return read_story(find_story(None))


def texts(story: Story) -> Iterator[tuple[str, str]]:
    """Every text of the story with the id of its scene, choice or entry: all that a player or a teacher reads."""
    for where, passage in passages(story):
        yield from ((where.id, plain(text)) for text, _ in written(passage))
    yield from labels(story)
    for fact in story.facts.values():
        yield fact.id, fact.text
    others = [*story.debrief, *(scene.discuss for scene in story.scenes.values())]
    others += [text for toll in story.toll for text in (toll.who, toll.text)]
    others += [entry.text for entry in story.glossary.values()]
    others += [choice.record.note for choice in story.choices.values() if choice.record]
    yield from (("", plain(text)) for text in others)
    yield from (("", text) for text in (story.about, story.content_note, *story.teaching.aims, *story.teaching.rubric))


def labels(story: Story) -> Iterator[tuple[str, str]]:
    """What the game says in its own voice: labels, locked ones' reasons, titles, outcomes, summaries, gauges."""
    for choice in story.choices.values():
        yield choice.id, plain(choice.label)
        yield choice.id, plain(choice.locked or Template(""))
    for scene in story.scenes.values():
        said = [scene.title, scene.summary, scene.ending or Template("")]
        said += [scene.outcome.title, scene.outcome.summary] if scene.outcome else []
        yield from ((scene.id, plain(text)) for text in said)
    yield from ((chapter.id, chapter.title) for chapter in story.chapters.values())
    for variable in story.variables.values():
        yield from ((variable.id, text) for text in (variable.label, *(words for *_, words in variable.bands)))


def interface() -> Iterator[tuple[str, str]]:
    """What the program can say: its strings of several words, its documentation apart."""
    for path in sorted(Path(game.__file__).parent.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        apart = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and " " in node.value
                and id(node) not in apart
            ):
                yield f"{path.name}:{node.lineno}", node.value


def hits(pattern: re.Pattern[str], found: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(where, match.group()) for where, text in found for match in pattern.finditer(text)]


def test_the_patterns_see_what_they_look_for() -> None:
    assert PRAISE.search("You win 10 points.")
    assert ASKS.search("What would you have done?")
    assert WORN.search("It is a testament to him.")
    assert RHETORIC.search("It is not a room, but a cage.")
    assert WEATHER.match("Snow falls.")
    assert VIOLENCE.search("He bled.")


def test_nothing_is_won(story: Story) -> None:
    """No score, badge, win or praise in what the game says in its own voice."""
    found = [(w, said) for w, said in hits(PRAISE, labels(story)) if said not in PEOPLE_SAY.get(w, "")]
    assert found == []
    assert hits(PRAISE, interface()) == []


def test_nobody_is_asked_what_they_would_have_done(story: Story) -> None:
    assert hits(ASKS, texts(story)) == []
    pages = ((path.name, path.read_text(encoding="utf-8")) for path in (ROOT / "docs").glob("*.md"))
    assert hits(ASKS, pages) == []
    assert hits(ASKS, interface()) == []


def test_scenes_of_violence_are_tagged_and_summarised(story: Story) -> None:
    words = defaultdict(set)
    for where, passage in passages(story):
        for text, _ in written(passage):
            words[where.id] |= {word.lower() for word in VIOLENCE.findall(plain(text))}
    violent = [scene for scene in story.scenes.values() if scene.is_violent]
    tagged = {scene.id for scene in violent}
    unread = {name: found for name, found in words.items() if found and name in story.scenes and name not in READ}
    assert {name: found for name, found in unread.items() if name not in tagged} == {}
    assert {name for name in READ if not words[name] or name in tagged} == set(), "no longer to be listed"
    assert {"rotterdam", "raid", "august_20", "august_21", "lime", "the_cry"} <= tagged
    for scene in violent:
        assert 0 < len(plain(scene.summary).split()) <= 60, scene.id
        assert not VIOLENCE.search(plain(scene.title)), scene.id


def test_facts_have_a_standing_that_their_sources_bear_out(story: Story) -> None:
    """What only a memoir says does not stand as documented."""
    for fact in story.facts.values():
        kinds = {story.sources[source].kind for source in fact.sources}
        assert fact.standing in STANDINGS
        assert fact.standing != "documented" or kinds - {"memoir"}, fact.id
        assert len(fact.text.split()) <= 20, fact.id


def test_the_prose_has_no_worn_phrases(story: Story) -> None:
    assert hits(WORN, texts(story)) == []
    assert len(hits(RHETORIC, texts(story))) <= 2
    assert hits(re.compile("[\u2013\u2014]"), texts(story)) == []


def test_labels_are_short_actions(story: Story) -> None:
    """Under ten words. The longest first."""
    long = sorted(((len(plain(c.label).split()), c.id) for c in story.choices.values()), reverse=True)
    assert [label for label in long if label[0] >= 10] == []


def openings(scene: Scene) -> list[str]:
    """The paragraphs that a scene always has."""
    return [p for piece in scene.text if isinstance(piece, Template) for p in plain(piece).split("\n") if p.strip()]


def test_no_scene_opens_with_the_weather(story: Story) -> None:
    assert [s.id for s in story.scenes.values() if openings(s) and WEATHER.match(openings(s)[0])] == []


def test_a_scene_has_one_paragraph_of_one_short_sentence_at_most(story: Story) -> None:
    """Those that speak and those on sheets apart."""
    found = {}
    for scene in story.scenes.values():
        short = [p for p in openings(scene) if len(p.split()) < 9 and p.count(".") == 1 and '"' not in p]
        if len(short) > 1:
            found[scene.id] = short
    assert found == {}


def test_the_people_harmed_are_named_whatever_happened(story: Story) -> None:
    named = " ".join(plain(toll.who) for toll in story.toll if toll.when is None)
    for name in ("Trotsky", "Natalia", "Seva", "Sylvia Ageloff", "Robert Sheldon Harte", "Sergei", "Lev Sedov", "Emma"):
        assert name in named
    assert "Shpigelglas" in " ".join(plain(toll.text) for toll in story.toll if toll.when is None)
