"""The words a player reads, as terms: of a passage, a heading, a card, an ending; and a space that tells them.

The surprising rule: a count of words is a term of the story language, so what a text depends on is found, kept alive
and compiled like any condition. A call of `sum` is the one addition, which only `weigher.py` writes.

Counted is what is told on the way, in full: the label of what is taken (at least one word), replies, headings, text,
sheets each time they are shown, chapters' titles, record cards with their facts, and at an ending its title, outcome,
toll and questions. Not counted: options not taken, gauges, glossary, drawings, and the file and journal, which repeat.
An answer that is typed counts as its start.
"""

from collections.abc import Iterable, Iterator
from functools import partial

from game.prove.space import Field, Space
from game.prove.trees import Arrive, Effects, Key, Tree
from game.story.expressions import FLAG, Call, Compare, Constant, Either, Expression, Kind, Logic, Term, Value, Variable
from game.story.expressions import Visits as VisitsTo
from game.story.model import By, Choice, Once, Passage, Scene, Sheet, Story, When
from game.story.text import MARK, Shown, Template

NONE = Constant(0)
OUTCOME: Key = ("state", "+outcome")  # what the space adds to the variables has a name no author can give
CHAPTER: Key = ("state", "+chapter")
TEXT: Key = ("words", "text")  # words of passages, of chapters' openings and cards, and of the facts on the cards
CARDS: Key = ("words", "cards")
FACTS: Key = ("words", "facts")


def total(terms: Iterable[Term]) -> Term:
    """The sum of some counts."""
    fixed, parts = 0, []
    for term in terms:
        for part in term.terms if isinstance(term, Call) else (term,):
            if isinstance(part, Constant):
                fixed += int(str(part.value))
            else:
                parts.append(part)
    if not parts:
        return Constant(fixed)
    return Call("sum", (Constant(fixed), *parts))


def _either(condition: Term, then: Term, otherwise: Term) -> Term:
    return then if then == otherwise else Either(condition, then, otherwise)


def is_(term: Term, value: Value) -> Term:
    return Compare(term, (("==", Constant(value)),))


def template(text: Template) -> Term:
    """The words of one text. An insert prints one word, but for a lone variable with words of its own, and for what an
    `if` has between quotes.
    """
    values = ["0"] * len(text.inserts)
    said: dict[int, Term] = {}  # by insert: a term whose constants are what it prints
    for at, insert in enumerate(text.inserts):
        variable = insert.variable
        if variable is None:
            said[at] = insert.expression.term
        elif variable.kind is Kind.TEXT:
            values[at] = variable.shown(variable.start)
        elif variable.kind is Kind.WORD:
            said[at] = _cases((is_(insert.expression.term, w), words) for w, words in variable.words.items())
        elif variable.bands:
            term = insert.expression.term
            said[at] = _cases(
                (Compare(Constant(low), (("<=", term), ("<=", Constant(high)))), words)
                for low, high, words in variable.bands
            )
    count = _count(text, values)

    def more(at: int, term: Term) -> Term:
        if isinstance(term, Either):
            return _either(term.condition, more(at, term.then), more(at, term.otherwise))
        printed = term.value if isinstance(term, Constant) and isinstance(term.value, str) else "0"
        return Constant(_count(text, [*values[:at], printed, *values[at + 1 :]]) - count)

    return total([Constant(count), *(more(at, term) for at, term in said.items())])


def _cases(cases: Iterable[tuple[Term, str]]) -> Term:
    """What is said in the case that holds; one of them does."""
    *before, (_, said) = cases
    term: Term = Constant(said)
    for test, words in reversed(before):
        term = Either(test, Constant(words), term)
    return term


def _count(text: Template, values: list[str]) -> int:
    if MARK not in text.source and not text.source.strip():
        return 0
    return sum(len(block.plain.split()) for block in Shown(text, tuple(values)).blocks)


def passage(told: Passage, scene: Scene | None, story: Story) -> Term:
    """The words of a passage shown in a scene; in a card, which has none, `once` and `again` tell nothing."""
    count = partial(passage, scene=scene, story=story)
    terms: list[Term] = []
    for piece in told:
        match piece:
            case Template():
                terms.append(template(piece))
            case When(condition, body, otherwise):
                terms.append(_either(condition.term, count(body), count(otherwise)))
            case By(subject, cases, otherwise):
                term = count(otherwise)
                for value, body in cases.items():
                    test = is_(subject.term, value) if isinstance(value, str) else _flag(subject.term, value)
                    term = _either(test, count(body), term)
                terms.append(term)
            case Once(body, again) if scene is not None:
                first, later = (NONE, count(body)) if again else (count(body), NONE)
                terms.append(_either(Compare(VisitsTo(scene.id), ((">", Constant(1)),)), later, first))
            case Sheet():
                terms += [template(t) for t in (piece.heading, piece.stamp, piece.signed)]
                terms.append(count(tuple(p for p in piece.text if not isinstance(p, Sheet))))
    return total(_merged(terms))


def _flag(term: Term, value: Value) -> Term:
    return term if value else Either(term, Constant(value=False), Constant(value=True))


def _merged(terms: Iterable[Term]) -> Iterator[Term]:
    """Terms under one condition as one: where it is not known, what excludes one another is not added up."""
    under: dict[str, tuple[Term, list[Term], list[Term]]] = {}
    for term in terms:
        for part in term.terms if isinstance(term, Call) else (term,):
            if isinstance(part, Either):
                _, then, otherwise = under.setdefault(repr(part.condition), (part.condition, [], []))
                then.append(part.then)
                otherwise.append(part.otherwise)
            else:
                yield part
    for condition, then, otherwise in under.values():
        yield _either(condition, total(_merged(then)), total(_merged(otherwise)))


# --- the space -----------------------------------------------------------------------------------------------------


class TrackingSpace(Space):
    """A space in which what is assigned to `tracked` keys is known where it happens, since what it is made from is kept
    alive, whether or not anything ahead reads it.
    """

    def __init__(self, story: Story, tracked: frozenset[Key]) -> None:
        self.tracked = tracked
        super().__init__(story, must_hold=False)

    def matters(self, key: Key, after: frozenset[Key]) -> bool:
        return key in after or key in self.tracked


class ToldSpace(TrackingSpace):
    """A space that also tells what is read: its trees add words to `TEXT`, `CARDS` and `FACTS`, each exactly if it is
    tracked. It knows the last outcome at an ending.
    """

    def __init__(self, story: Story, tracked: frozenset[Key] = frozenset()) -> None:
        self.outcomes = ("", *(s.id for s in story.scenes.values() if s.outcome is not None))
        self.chapters = ("", *story.chapters)
        self.flow = Chapters(story)
        self._cards: dict[str, tuple[Term, Term]] = {}
        super().__init__(story, tracked)

    # --- fields

    def is_flag(self, key: Key) -> bool:
        return not key[1].startswith("+") and super().is_flag(key)

    def is_number(self, key: Key) -> bool:
        return not key[1].startswith("+") and super().is_number(key)

    def expressions(self) -> Iterator[Expression]:
        """What is counted is asked only where it is kept: a visit that only text asks about else costs nothing."""
        yield from super().expressions()
        story = self.story
        if TEXT in self.tracked:
            for scene in story.scenes.values():
                yield _asking(total([self._text(scene), self._end(scene) if scene.ending is not None else NONE]))
            for choice in story.choices.values():
                yield _asking(self._reply_words(choice))
                yield _asking(template(choice.label))
        if CARDS in self.tracked:
            for chapter in story.chapters.values():
                yield _asking(passage(chapter.card, None, story))

    def _fields(self) -> Iterator[Field]:
        yield from super()._fields()
        yield Field(OUTCOME, len(self.outcomes))
        yield Field(CHAPTER, len(self.chapters))
        for chapter in self.flow.again:
            yield Field(_closed(chapter), 2)
        for place in range(max(map(len, self.flow.rests.values()), default=0)):
            yield Field(_slot(place), 2)

    def _always_live(self) -> tuple[frozenset[Key], frozenset[Key]]:
        everywhere, at_the_end = super()._always_live()
        return everywhere, at_the_end | ({OUTCOME} if len(self.outcomes) > 1 else frozenset())

    # --- trees

    def _at(self, moment: str, name: str, tree: Tree, here: str) -> Tree:
        if moment == "take":
            label = template(self.story.choices[name].label)
            if isinstance(label, Constant):
                label = Constant(max(1, int(str(label.value))))
            return Effects(tree, here, ((TEXT, label),))
        if moment == "taken" and self.story.choices[name].reply:
            return Effects(tree, here, ((TEXT, self._reply_words(self.story.choices[name])),))
        scene = self.story.scenes.get(name)
        if moment == "arrive" and scene is not None and not scene.is_junction and scene.chapter != "same":
            return self._closing(tree, here, self.flow.within.get(here, frozenset()) - {scene.chapter})
        return tree

    def _reply_words(self, choice: Choice) -> Term:
        return passage(choice.reply, self.story.scenes[choice.id.split("/", 1)[0]], self.story)

    def _entry(self, target: str) -> Tree:
        scene = self.story.scenes[target]
        tree: Tree = Arrive(self.pages[target])
        if not scene.is_junction:
            if scene.ending is not None:
                tree = self._closing(tree, target, self.flow.within[target])
                tree = Effects(tree, target, ((TEXT, self._end(scene)),))
            tree = Effects(tree, target, ((TEXT, self._text(scene)),))
        if scene.outcome is not None:
            tree = Effects(tree, target, ((OUTCOME, Constant(self.outcomes.index(target))),))
        tree = self._entered(tree, target)
        if scene.is_junction:
            return tree
        if told := [term for chapter in sorted(self.flow.within[target]) for term in self._met_once(scene, chapter)]:
            tree = Effects(tree, target, ((CARDS, total(told)),))
        if scene.chapter != "same":
            number = self.chapters.index(scene.chapter) if scene.chapter in self.chapters else 0
            tree = Effects(tree, target, ((CHAPTER, Constant(number)),))
        tree = self._resting(tree, scene)
        if scene.chapter in self.story.chapters and self.flow.before[target] != {scene.chapter}:
            title = Constant(len(self.story.chapters[scene.chapter].title.split()))
            met = scene.chapter in self.flow.before[target]
            opening = Either(self._in(scene.chapter), NONE, title) if met else title
            tree = Effects(tree, target, ((CARDS, opening),))
        return tree

    def _met_once(self, scene: Scene, chapter: str) -> Iterator[Term]:
        """The words that a scene adds to the card of a chapter, where that is yet to come: to every ending, it is."""
        term: Term = Constant(self.flow.once.get((chapter, scene.id), 0))
        if term == NONE:
            return
        if chapter in self.flow.again:
            term = Either(is_(Variable(_closed(chapter)[1]), 0), term, NONE)
        yield term if len(self.flow.within[scene.id]) == 1 else Either(self._in(chapter), term, NONE)

    def _resting(self, tree: Tree, scene: Scene) -> Tree:
        """Marks the facts of a scene: each group has a slot while its chapter is open, since only one ever is."""
        before, within = self.flow.before[scene.id], self.flow.within[scene.id]
        slots: dict[int, Term] = {}
        for chapter in sorted(within):
            groups = list(self.flow.rests.get(chapter, ()))
            stays = scene.chapter == "same" or before == {chapter}
            for place in range(max(map(len, self.flow.rests.values()), default=0)):
                old: Term = Variable(_slot(place)[1])
                if not stays:
                    old = Either(self._in(chapter), old, NONE) if chapter in before else NONE
                rests = place < len(groups) and scene.id in groups[place]
                if scene.chapter == "same":
                    if rests:
                        slots[place] = Either(self._in(chapter), Constant(1), slots.get(place, old))
                elif rests or not stays:
                    slots[place] = Constant(1) if rests else old
        marked = tuple((_slot(place), term) for place, term in slots.items())
        return Effects(tree, scene.id, marked) if marked else tree

    def _in(self, chapter: str) -> Term:
        return is_(Variable(CHAPTER[1]), self.chapters.index(chapter) if chapter in self.chapters else 0)

    def _closing(self, tree: Tree, here: str, chapters: frozenset[str]) -> Tree:
        """The card of the chapter that the player is in, if it is one of these and was not closed before."""
        prose, facts, closed = [], [], []
        for chapter in sorted(chapters & self.story.chapters.keys()):
            words, rested = self._card(chapter)
            conditions = [] if len(self.flow.within[here]) == 1 else [self._in(chapter)]
            if chapter in self.flow.again:
                key = _closed(chapter)
                closed.append(
                    (key, Either(conditions[0], Constant(1), Variable(key[1])) if conditions else Constant(1))
                )
                conditions.append(is_(Variable(key[1]), 0))
            if conditions:
                now = conditions[0] if len(conditions) == 1 else Logic(every=True, terms=tuple(conditions))
                words, rested = _either(now, words, NONE), _either(now, rested, NONE)
            prose.append(words)
            facts.append(rested)
        if closed:
            tree = Effects(tree, here, tuple(closed))
        return Effects(tree, here, ((CARDS, total(prose)), (FACTS, total(facts)))) if prose else tree

    def _card(self, chapter: str) -> tuple[Term, Term]:
        """The words of a card, and of the facts on it."""
        if chapter not in self._cards:
            slots = [
                Either(is_(Variable(_slot(place)[1]), 1), Constant(words), NONE)
                for place, words in enumerate(self.flow.rests.get(chapter, {}).values())
            ]
            self._cards[chapter] = passage(self.story.chapters[chapter].card, None, self.story), total(slots)
        return self._cards[chapter]

    # --- counts

    def _text(self, scene: Scene) -> Term:
        story = self.story
        heading = [template(t) for t in (scene.title, scene.place, scene.date)]
        todo = len(f"To be written: {scene.todo}".split()) if scene.todo else 0
        return total([*heading, passage(scene.text, scene, story), Constant(todo)])

    def _end(self, scene: Scene) -> Term:
        """The page of an ending, after its text."""
        story = self.story
        told: list[Term] = [template(scene.ending)] if scene.ending is not None else []
        for number, outcome in enumerate(self.outcomes):
            if found := story.scenes[outcome].outcome if outcome else None:
                words = total([template(found.title), template(found.summary)])
                told.append(_either(is_(Variable(OUTCOME[1]), number), words, NONE))
        for toll in story.toll:
            words = total([template(toll.who), template(toll.text)])
            told.append(_either(toll.when.term, words, NONE) if toll.when else words)
        return total([*told, *(template(question) for question in story.debrief)])


def _asking(term: Term) -> Expression:
    return Expression("", term, FLAG, frozenset())


def _closed(chapter: str) -> Key:
    return ("state", f"+closed {chapter}")


def _slot(place: int) -> Key:
    return ("state", f"+fact {place}")


class Chapters:
    """Which chapters a player can be in: `before` entering a scene, `within` it; and which can be left `again`. Of the
    facts that a chapter rests on, `once` has the words of those met in one scene at most, by chapter and scene; `rests`
    those of the others, by the scenes that share them. Found by following every way, whatever its condition.
    """

    def __init__(self, story: Story) -> None:
        self.story = story
        targets: dict[str, set[str]] = {s.id: {w.go for w in s.next} for s in story.scenes.values()}
        for choice in story.choices.values():
            if choice.go:
                targets[choice.id.split("/", 1)[0]].add(choice.go)
        for scene in story.scenes.values():
            if not scene.is_junction and scene.ending is None:
                targets[scene.id].update(i.go for i in story.interrupts)
        found: dict[str, set[str]] = {name: set() for name in story.scenes}
        found[story.start].add("")
        waiting = [story.start]
        within: dict[str, frozenset[str]] = {}
        while waiting:
            name = waiting.pop()
            scene = story.scenes[name]
            inside = frozenset(found[name] if scene.is_junction or scene.chapter == "same" else {scene.chapter})
            if within.get(name) == inside:
                continue
            within[name] = inside
            for target in targets[name]:
                found[target] |= inside
                waiting.append(target)
        self.before = {name: frozenset(chapters) for name, chapters in found.items()}
        self.within = {name: within.get(name, frozenset()) for name in story.scenes}
        self.again = tuple(c for c in story.chapters if self._returns(c))
        self.targets = targets
        self.rests: dict[str, dict[tuple[str, ...], int]] = {}
        self.once: dict[tuple[str, str], int] = {}
        for chapter in story.chapters:
            self._rest(chapter)

    def _rest(self, chapter: str) -> None:
        """Sorts the facts of a chapter into those that a play in it meets in one scene and no more, and the rest."""
        names = [name for name, inside in self.within.items() if chapter in inside]
        scenes: dict[str, list[str]] = {}
        for name in names:
            if not self.story.scenes[name].is_junction:
                for fact in self.basis(self.story.scenes[name], chapter):
                    scenes.setdefault(fact, []).append(name)
        bits = {name: 1 << n for n, name in enumerate(names)}
        ahead = dict.fromkeys(names, 0)
        moved = True
        while moved:
            moved = False
            for name in reversed(names):
                found = ahead[name]
                for target in self.targets[name]:
                    if target in bits:
                        found |= bits[target] | ahead[target]
                moved |= found != ahead[name]
                ahead[name] = found
        for fact, where in scenes.items():
            words = len(self.story.facts[fact].text.split())
            together = sum(bits[name] for name in where)
            if any(ahead[name] & together for name in where):
                groups = self.rests.setdefault(chapter, {})
                groups[tuple(where)] = groups.get(tuple(where), 0) + words
            else:
                for name in where:
                    self.once[chapter, name] = self.once.get((chapter, name), 0) + words

    def _returns(self, chapter: str) -> bool:
        met: set[str] = set()
        waiting = [chapter]
        while waiting:
            current = waiting.pop()
            for name, scene in self.story.scenes.items():
                if current in self.before[name] and not scene.is_junction and scene.chapter not in ("same", current):
                    waiting += {scene.chapter} - met
                    met.add(scene.chapter)
        return chapter in met

    def basis(self, scene: Scene, chapter: str) -> list[str]:
        basis = scene.basis
        if not basis and chapter in self.story.chapters:
            basis = self.story.chapters[chapter].basis
        return [f for f in basis if f != "invented"] if chapter in self.story.chapters else []
