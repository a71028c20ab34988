"""Random stories with words: those of `random_stories` dressed in blocks, replies, sheets, chapters, cards, facts,
outcomes and a toll; and a search by `Session` that keeps everything, to measure them by.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from game.play.page import Card, Echo, Heading, Opening, Prose, Reply, SheetShown, Telling
from game.play.session import Session
from game.play.staging import Kept, StagedChoice, StagedScene
from game.story.diagnostics import Location
from game.story.expressions import Assign, Kind, Value, World
from game.story.model import Assignment, Choice, Story
from game.story.text import Shown
from tests.random_stories import Maker, without
from tests.test_prove_differential import clone

FACTS = {f"A{i}": " ".join(["fact"] * (i + 2)) for i in range(4)}
NAMES = {"red": "the colour of blood", "blue": "blue", "green": "like grass", "grey": "neither black nor white"}
IF = " x{'and two more' if n1 > 1 else '' if w2 == green else 'one'}y"


class Dresser:
    def __init__(self, seed: int) -> None:
        self.maker = Maker(seed)
        self.random = self.maker.random

    def words(self) -> str:
        text = " ".join(["word"] * self.random.randint(1, 6))
        insert = self.random.choice(["", "", " {n1}", " {w1},", " {w2}", " {d1}", " {n1 + n2}", IF, " {name}"])
        return text + insert

    def passage(self, depth: int = 0) -> object:
        pick = self.random.random()
        if depth > 1 or pick < 0.3:
            return self.words()
        inner = depth + 1
        if pick < 0.5:
            block = {"when": self.maker.condition(), "text": self.passage(inner)}
            return block | ({"else": self.passage(inner)} if self.random.random() < 0.5 else {})
        if pick < 0.6:
            return {"by": "w2", "green": self.passage(inner), "else": self.passage(inner)}
        if pick < 0.68:
            return {"by": "f1", "true": self.passage(inner), "false": self.passage(inner)}
        if pick < 0.84:
            return [{"once": self.passage(inner)}, {"again": self.passage(inner)}]
        if pick < 0.92:
            return {"sheet": {"kind": "memo", "heading": self.words(), "stamp": "two words", "text": self.words()}}
        return [self.words(), self.words()]

    def dress(self, choice: dict[str, Any]) -> None:
        choice["label"] = choice["label"] + " " + self.words()
        if self.random.random() < 0.6:
            choice["reply"] = self.passage()
        for inner in choice.get("choices", ()):
            self.dress(inner)

    def story(self) -> dict[str, Any]:
        story, chance = self.maker.story(), self.random.random
        state = story["state"]
        for name in ("w1", "w2"):
            state[name]["one_of"] = {word: NAMES[word] for word in state[name]["one_of"]}
        state["n1"]["words"] = {"0-1": "low", "2-3": "very high indeed"}
        state["name"] = {"text": "two words", "ask": "Who?"}
        story["facts"] = {f: {"text": t, "source": "book", "standing": "documented"} for f, t in FACTS.items()}
        story["sources"] = {"book": {"title": "Book", "kind": "secondary"}}
        story["chapters"] = {
            f"ch{i}": {"title": f"Chapter {i}", "basis": self.random.sample(list(FACTS), 1), "card": self.passage()}
            for i in range(2)
        }
        for name, scene in story["scenes"].items():
            if chance() < 0.25:
                scene["outcome"] = {"title": self.words(), "summary": self.words()}
            if "text" not in scene:
                continue
            scene["text"] = self.passage()
            scene["chapter"] = self.random.choice(["ch0", "ch1", "same"] if name != story["start"] else ["ch0", "ch1"])
            if chance() < 0.5 or scene["chapter"] == "same":
                scene["basis"] = self.random.sample(list(FACTS), 2)
            if chance() < 0.3:
                scene["title"] = self.words()
            for choice in scene.get("choices", ()):
                self.dress(choice)
        story["toll"] = [{"who": "Somebody", "text": self.words(), "when": self.maker.condition()}]
        story["debrief"] = ["One?", "Or two?", "Three?"]
        del story["must_hold"]
        return story


def told_text(seed: int) -> str:
    story = Dresser(seed).story()
    return json.dumps(without(story, "w2") if "ask" in story["state"]["w2"] else story, indent=1)


# --- what was read -------------------------------------------------------------------------------------------------


def count(shown: Shown) -> int:
    return sum(len(block.plain.split()) for block in shown.blocks)


def count_prose(prose: Prose) -> int:
    total = 0
    for piece in prose:
        if isinstance(piece, SheetShown):
            total += sum(map(count, (piece.heading, piece.stamp, piece.signed, *(piece.text or ()))))
        else:
            total += count(piece)
    return total


def words_of_turn(session: Session) -> int:
    """The words that the last turn told, the page of an ending included."""
    total = 0
    for part in session.page.turn:
        match part:
            case Echo(label):
                total += max(count(label), 1)
            case Reply(prose) | Telling(prose):
                total += count_prose(prose)
            case Heading(_, title, place, date):
                total += count(title) + count(place) + count(date)
            case Opening(chapter):
                total += len(chapter.title.split())
            case Card(_, prose, facts):
                total += count_prose(prose) + sum(len(fact.text.split()) for fact in facts)
    ending = session.page.ending
    if ending is not None:
        said = [ending.title, ending.outcome, ending.outcome_summary, *ending.debrief]
        total += sum(map(count, [*said, *(text for line in ending.toll for text in line)]))
    return total


# --- a search that keeps everything ---------------------------------------------------------------------------------

CUTS: dict[Location, list[int]] = defaultdict(list)  # what was assigned where, before it was cut
VALUES: dict[str, set[Value]] = defaultdict(set)


class Watched(Session):
    """Notes what is assigned, where, before it is cut."""

    def _take(self, choice: Choice, staged: StagedChoice, parts: list[Kept]) -> None:
        super()._take(choice, staged._replace(assign=_noting(self.story, choice.set, staged.assign)), parts)

    def _visit(self, staged: StagedScene) -> None:
        super()._visit(staged._replace(assign=_noting(self.story, staged.scene.on_enter, staged.assign)))


def _noting(story: Story, assignments: tuple[Assignment, ...], assign: Assign | None) -> Assign | None:
    def note(world: World) -> None:
        assert assign is not None
        for assignment in assignments:
            value, variable = assignment.value(world), story.variables[assignment.variable]
            if variable.kind is Kind.NUMBER:
                CUTS[assignment.location].append(int(value))
                value = min(max(int(value), variable.low), variable.high)
            VALUES[assignment.variable].add(value)
        assign(world)

    return note if assign is not None else None


def key(session: Session) -> object:
    rests = frozenset(session._met.get(session.chapter, ()))  # its card tells the facts of the scenes met
    menu = session._menu[0].id if session._menu else ""
    return (
        session.place, menu, tuple(session.state.items()),
        tuple(sorted((s, min(n, 3)) for s, n in session.visits.items())),
        frozenset(session.chosen), frozenset(session.fired), session.chapter, frozenset(session._closed), rests,
        session.outcome,
    )  # fmt: skip


@dataclass
class Lengths:
    fewest_choices: float
    most_choices: float
    fewest_words: float
    most_words: float


class Plays:
    """The situations of a story by `Session`; `whole` is False above `cap` of them."""

    def __init__(self, story: Story, starts: Iterable[dict[str, Value]], cap: int) -> None:
        CUTS.clear()
        VALUES.clear()
        for variable in story.variables.values():
            VALUES[variable.id].update((variable.answers if variable.ask else None) or (variable.start,))
        self.nodes: dict[object, int] = {}
        self.sessions: list[Session] = []
        self.edges: list[tuple[int, int, str, int]] = []  # from, to, step, words
        self.starts = [(self._number(s), words_of_turn(s)) for s in (Watched(story, a) for a in starts)]
        at = 0
        while at < len(self.sessions) and len(self.sessions) <= cap:
            session = self.sessions[at]
            for option in session.offered if session.scene.ending is None else ():
                child = clone(session)
                child.choose(option)
                words = words_of_turn(child)
                self.edges.append((at, self._number(child), option, words))
            at += 1
        self.whole = len(self.sessions) <= cap
        self.ends = [n for n, s in enumerate(self.sessions) if s.scene.ending is not None]

    def _number(self, session: Session) -> int:
        found = self.nodes.setdefault(key(session), len(self.nodes))
        if found == len(self.sessions):
            self.sessions.append(session)
        return found

    def hopeful(self) -> set[int]:
        back = defaultdict(list)
        for a, b, _, _ in self.edges:
            back[b].append(a)
        found, stack = set(self.ends), list(self.ends)
        while stack:
            for node in back[stack.pop()]:
                if node not in found:
                    found.add(node)
                    stack.append(node)
        return found

    def lengths(self, ends: list[int]) -> Lengths:
        results = []
        for words in (False, True):
            steps = [(a, b, w if words else int(not step.endswith("/continue"))) for a, b, step, w in self.edges]
            results += [self._extreme(steps, ends, words=words, sign=sign) for sign in (1, -1)]
        return Lengths(*results)

    def _extreme(self, steps: list[tuple[int, int, int]], ends: list[int], *, words: bool, sign: int) -> float:
        """Bellman and Ford: what still changes after as many rounds as there are situations is without bound."""
        hopeful = self.hopeful()
        steps = [(a, b, sign * w) for a, b, w in steps if a in hopeful and b in hopeful]
        least = [np.inf] * len(self.sessions)
        for node, told in self.starts:
            least[node] = min(least[node], sign * told if words else 0)
        for again in range(2 * len(self.sessions) + 2):
            changed = False
            for a, b, w in steps:
                if least[a] + w < least[b]:
                    least[b] = -np.inf if again > len(self.sessions) else least[a] + w
                    changed = True
            if not changed:
                break
        return sign * min(least[n] for n in ends)

    def chances(self) -> np.ndarray:
        """Of each situation, how often a random play comes there; only what can end counts."""
        hopeful = sorted(self.hopeful())
        place = {node: n for n, node in enumerate(hopeful)}
        matrix = np.eye(len(hopeful))
        offered = defaultdict(int)
        for a, _, _, _ in self.edges:
            offered[a] += 1
        for a, b, _, _ in self.edges:
            if a in place and b in place:
                matrix[place[b], place[a]] -= 1 / offered[a]
        begin = np.zeros(len(hopeful))
        for node, _ in self.starts:
            if node in place:
                begin[place[node]] += 1 / len(self.starts)
        found = np.zeros(len(self.sessions))
        if hopeful:
            found[hopeful] = np.linalg.solve(matrix, begin)
        return found
