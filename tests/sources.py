"""The page of facts, `docs/sources.md`, made from the story and from where its words were found by a reader."""

from collections import defaultdict

from game.play.page import STANDINGS
from game.story.model import Story
from game.story.statistics import passages, plain, written

# Where the game tells each fact of the article: scenes, and words to find it by.
FOUND = {
    "A1": [("old_man", "only Lenin stood higher")],
    "A2": [("old_man", "many thought that he was next")],
    "A3": [("old_man", "he read French novels in the meetings")],
    "A4": [("old_man", "the others began to close in"), ("archive", "from one country to the next")],
    "A5": [("one_head", "There is a movement"), ("old_man", "a few hundred readers")],
    "A6": [("one_head", "call themselves Communists and spit at us")],
    "A7": [("office", "War with Germany is coming"), ("pact", "the camp that must not be divided")],
    "A8": [("old_man", "A life of Stalin"), ("one_head", "What book?")],
    "A9": [("two_windows", "the file on Trotsky"), ("who_comes_back", "the Administration for Special Tasks")],
    "A10": [("handshake", "Stalin comes round the end of a long table"), ("dictation", "it has always been March")],
    "A11": [("one_head", "Nobody else in it counts")],
    "A12": [("office", "Our intelligence is asleep")],
    "A13": [("predecessor", "It was given to another comrade in 1937")],
    "A14": [("one_head", "I have never seen Mexico"), ("lessons", "You have no Spanish")],
    "A15": [("one_head", "It is also your duty to the party"), ("predecessor", "The whole responsibility is yours")],
    "A16": [("veterans", "Communists from nine countries")],
    "A17": [("raid", "They shoot into the beds"), ("second_team", "Nobody unknown gets past the gate")],
    "A18": [("mother", "a bomb from Aragon"), ("son", "Ramon Mercader has been Jacques")],
    "A19": [("liked", "he likes danger"), ("son", "bored by politics")],
    "A20": [("son", "has fallen in love with Jacques"), ("fiancee", "he asked her in")],
    "A21": [("august_20", "an article, for correction")],
    "A22": [("august_20", "ice axe, from under")],
    "A23": [("august_20", "while the victim read")],
    "A24": [("the_cry", "He moved his head")],
    "A25": [("august_20", "cried out, fought")],
    "A26": [("august_20", "He was not to be")],
    "A27": [("august_20", "a car with his mother in it")],
    "A28": [("august_21", "in the evening he dies")],
    "A29": [("august_20", "the name of Frank Jacson"), ("jacson", "For six years at least")],
    "A30": [("jacson", "His mother had told somebody")],
    "A31": [("jacson", "they beat him every day")],
    "A32": [("jacson", "He sits out twenty years, nearly all of it")],
    "A33": [("star", "an aeroplane to Havana"), ("star", "a Hero of the Soviet Union")],
    "A34": [("verdict", "a crude justice"), ("verdict", "That is one writer's view")],
}

HEAD = """# What it rests on

The game began from an article on the killing of Trotsky. Its facts are A1 to A34, told here and in the game in words of
our own; W is from elsewhere, X is made up. Most sources were read in excerpts, many of them as quoted by others: where
a fact would bear weight, look it up. The standing says how far it can be trusted; players see it with the fact. What a
scene adds to its facts is invented, and its record card or the note beside a choice says so.

This page is made from the story: `python -m tests.docs` writes it anew. A test finds the quoted words in their scenes,
and no eight words of the article in a row anywhere in the story or the docs.

## The article

| fact | in our words | standing | told in |
|---|---|---|---|
"""
WIDER = """
## The wider record

| fact | in our words | standing | source | behind |
|---|---|---|---|---|
"""
SOURCES = """
## The sources

| source | kind |
|---|---|
"""


def page(story: Story) -> str:
    """`docs/sources.md` as it should be."""
    behind = scenes_behind(story)
    article, wider = [], []
    for fact in sorted(story.facts.values(), key=lambda fact: (fact.id[0], int(fact.id[1:]))):
        if fact.id in FOUND:
            places = "; ".join(f'`{scene}` ("{words}")' for scene, words in FOUND[fact.id])
            article.append(f"| {fact.id} | {fact.text} | {STANDINGS[fact.standing]} | {places} |\n")
        else:
            scenes = ", ".join(f"`{scene}`" for scene in behind[fact.id])
            sources = ", ".join(fact.sources)
            wider.append(f"| {fact.id} | {fact.text} | {STANDINGS[fact.standing]} | {sources} | {scenes} |\n")
    titles = [f"| `{source.id}`: {source.title} | {source.kind} |\n" for source in story.sources.values()]
    return "".join([HEAD, *article, WIDER, *wider, SOURCES, *titles])


def scenes_behind(story: Story) -> dict[str, list[str]]:
    """For each fact, the scenes that rest on it, by their own basis, their chapter's or the record of a choice."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for scene in story.scenes.values():
        chapter = story.chapters.get(scene.chapter)
        for fact in scene.basis or (chapter.basis if chapter else ()):
            if not scene.is_junction:
                found[fact][scene.id] = None
    for choice in story.choices.values():
        for fact in choice.record.facts if choice.record else ():
            found[fact][choice.id.split("/", 1)[0]] = None
    return {fact: list(scenes) for fact, scenes in found.items()}


def told_by_scene(story: Story) -> dict[str, str]:
    """Every text of a scene, its replies and sheets included, single spaces between the words."""
    texts: dict[str, list[str]] = defaultdict(list)
    for where, passage in passages(story):
        texts[where.id] += [plain(text) for text, _ in written(passage)]
    return {name: " ".join(" ".join(parts).split()) for name, parts in texts.items()}
