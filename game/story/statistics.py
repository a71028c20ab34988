"""What a story amounts to on paper: scenes, choices, words, documents, and how hard each chapter is to read.

The surprising rule: only what its author wrote is counted, each text once, whether or not a play shows it. What plays
come to is for the proof to measure.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from game.story.expressions import Constant, Either, Term
from game.story.model import By, Chapter, Once, Passage, Scene, Sheet, Story, When
from game.story.text import Shown, Template

PACE = 180  # words a minute: prose, read to the end, by readers of fifteen
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_SENTENCE_END = re.compile(
    r"(?<!\b[A-Z])[.!?\u2026]+[\"'\u201d\u2019)]*\s+(?![a-z])|\n+"
)  # initials and `"Why?" he asks` go on
_VOWELS = re.compile(r"[aeiouy]+")
_APART = re.compile(r"[aeiouy]ing|[^tcsgq]i[ao]|[^tcgs]ie[rt]|eo[nl]|[sd]n't\Z|[^aeiouygq]ua\w")  # heard twice
_HISSED = re.compile(r"(?:[sxzcg]|[cs]h)e'?s\Z")  # an e that is heard for once
_SILENT = re.compile(
    r"(?<=[^aeiouy])(?:(?<![^aeiouy][lr])e(?:'?s|'\w+)?|(?<![dt])(?<![dt]r)ed)\Z|"
    r"(?<=[aeiouy][^aeiouycgsxzdt])e(?=(?:ly|ful|less|ment|body|thing|where|one|times|what)\Z)"
)


@dataclass(frozen=True, slots=True)
class ChapterStatistics:
    """`words` as in Statistics, `grade` of all but sheets. The id is 'same' for the chapter of the player."""

    id: str
    title: str
    scenes: int
    choices: int
    words: int
    grade: float | None


@dataclass(frozen=True, slots=True)
class Statistics:
    """`words` are those of texts, replies, sheets and record cards; `documents` the sheets with an id; `prompts` the
    scenes with something to discuss.
    """

    scenes: int
    choices: int
    words: int
    documents: int
    outcomes: int
    facts: int
    entries: int
    prompts: int
    chapters: tuple[ChapterStatistics, ...]

    @property
    def minutes(self) -> int:
        """To read every text once, at PACE words a minute."""
        return round(self.words / PACE)


def statistics(story: Story) -> Statistics:
    """Counts a story, chapter by chapter."""
    prose: dict[str, list[str]] = {}  # by chapter
    sheets: dict[str, list[str]] = {}
    for where, passage in passages(story):
        chapter = where.id if isinstance(where, Chapter) else where.chapter
        for text, sheet in written(passage):
            (prose if sheet is None else sheets).setdefault(chapter, []).append(plain(text))
    names = names_in(text for texts in prose.values() for text in texts)
    choices = Counter(story.scenes[choice.split("/", 1)[0]].chapter for choice in story.choices)
    chapters = []
    for name, count in Counter(scene.chapter for scene in story.scenes.values()).items():
        texts = prose.get(name, [])
        words = sum(len(text.split()) for text in (*texts, *sheets.get(name, [])))
        title = story.chapters[name].title if name in story.chapters else ""
        chapters.append(ChapterStatistics(name, title, count, choices[name], words, reading_grade(texts, names)))
    return Statistics(
        scenes=len(story.scenes),
        choices=len(story.choices),
        words=sum(chapter.words for chapter in chapters),
        documents=len({s.id for _, p in passages(story) for _, s in written(p) if s is not None and s.id}),
        outcomes=sum(scene.outcome is not None for scene in story.scenes.values()),
        facts=len(story.facts),
        entries=len(story.glossary),
        prompts=sum(bool(scene.discuss.source) for scene in story.scenes.values()),
        chapters=tuple(chapters),
    )


# --- what is written -----------------------------------------------------------------------------------------------


def written(passage: Passage) -> Iterator[tuple[Template, Sheet | None]]:
    """Every text of a passage, whatever it hangs on; with the sheet that it stands on, if any."""
    for piece in passage:
        match piece:
            case Template():
                yield piece, None
            case When(_, body, otherwise):
                yield from written((*body, *otherwise))
            case By(_, cases, otherwise):
                for body in (*cases.values(), otherwise):
                    yield from written(body)
            case Once(body):
                yield from written(body)
            case Sheet():
                for text in (piece.heading, piece.stamp, piece.signed, *(t for t, _ in written(piece.text))):
                    yield text, piece


def passages(story: Story) -> Iterator[tuple[Scene | Chapter, Passage]]:
    """Texts and replies, each with its scene; record cards, with their chapters."""
    for scene in story.scenes.values():
        yield scene, scene.text
    for choice in story.choices.values():
        yield story.scenes[choice.id.split("/", 1)[0]], choice.reply
    for chapter in story.chapters.values():
        yield chapter, chapter.card


def plain(text: Template) -> str:
    """A text without its Markdown, a line a paragraph. An insert stands for all that is written in it, else for the
    start of its variable.
    """
    values = []
    for insert in text.inserts:
        said = " ".join(_said(insert.expression.term))
        start = insert.variable.shown(insert.variable.start) if insert.variable else "0"
        values.append(said or start)
    return "\n".join(block.plain for block in Shown(text, tuple(values)).blocks)


def _said(term: Term) -> Iterator[str]:
    if isinstance(term, Constant) and isinstance(term.value, str):
        yield term.value
    elif isinstance(term, Either):
        yield from _said(term.then)
        yield from _said(term.otherwise)


# --- how hard it is to read ----------------------------------------------------------------------------------------


def reading_grade(texts: Iterable[str], names: frozenset[str] = frozenset()) -> float | None:
    """The school grade by Flesch and Kincaid (1975): 0.39 words a sentence + 11.8 syllables a word - 15.59.

    Names count in the length of a sentence and not in that of words. None where there is nothing to measure.
    """
    sentences = words = counted = syllables = 0
    for text in texts:
        for sentence in _SENTENCE_END.split(text):
            found = _WORD.findall(sentence)
            sentences += bool(found)
            words += len(found)
            heard = [count_syllables(word) for word in found if word.lower() not in names]
            counted += len(heard)
            syllables += sum(heard)
    return 0.39 * words / sentences + 11.8 * syllables / counted - 15.59 if counted else None


def names_in(texts: Iterable[str]) -> frozenset[str]:
    """The words, in lower case, that begin with a capital within some sentence and are nowhere in lower case."""
    capitals, small = set(), set()
    for text in texts:
        small |= {word for word in _WORD.findall(text) if word[0].islower()}
        capitals |= {word.lower() for sentence in _SENTENCE_END.split(text) for word in _WORD.findall(sentence)[1:]}
    return frozenset(capitals - small)


def count_syllables(word: str) -> int:
    """The syllables of an English word, at least 1, by its letters.

    Against the CMU Pronouncing Dictionary, over the prose of the story shipped, it is wrong in one word of 150, and the
    sum within 1%. (Libraries that count syllables bring that dictionary, under the GPL, or guess less well.)
    """
    word = word.lower().replace("\u2019", "'")
    heard = sum(len(pattern.findall(word)) for pattern in (_VOWELS, _APART, _HISSED))
    return max(1, heard - len(_SILENT.findall(word)))
