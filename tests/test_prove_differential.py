"""The explorer against the session: on random stories both find the same situations, verdicts and shortest plays."""

import copy
from collections import defaultdict
from pathlib import Path
from typing import TypeVar

import pytest

from game.play.session import Session
from game.prove import arrays
from game.prove.arrays import LargeSearch
from game.prove.explore import Interrupted, Place, SmallSearch, Verdict, prove
from game.prove.space import Space
from game.prove.trees import Key
from game.story.loader import load
from game.story.model import Scene, Story
from tests.random_stories import story_text

Played = TypeVar("Played", bound=Session)
CAP = 3_000  # situations of a plain search that are worth the wait
FEW_AND_MANY = pytest.mark.parametrize("many", [1, pytest.param(10, marks=pytest.mark.long)], ids=["few", "many"])


class Watched(Session):
    """A session that notes which `must_hold` its last step showed something of: on each page and junction after
    `on_enter`, and after a choice that stays; not between `set` and the move, where nested choices stand.
    """

    shown: frozenset[int] = frozenset()

    def _visit(self, scene: Scene) -> None:
        super()._visit(scene)
        self._note()

    def _note(self) -> None:
        for index, must in enumerate(self.story.must_hold):
            wanted = must.kind == "reachable"
            counts = must.kind != "every_ending" or self.scene.ending is not None
            if counts and bool(must.condition(self)) is wanted:
                self.shown |= {index}

    def choose(self, step_id: str, hands: tuple[int, ...] | None = None) -> None:
        self.shown = frozenset()
        super().choose(step_id, hands)
        if self._menu is self.scene.choices:
            self._note()


class Plain:
    """Breadth-first search that calls Session and keeps everything: nothing is dropped, nothing merged."""

    def __init__(self, story: Story, space: Space) -> None:
        self.space = space
        self.depths: dict[Place, int] = {}  # of each situation as the explorer packs it
        self.stuck: int | None = None
        self.shown: dict[int, int] = {}  # per must_hold: the depth at which something is known of it
        before: dict[object, list[object]] = defaultdict(list)
        packed: dict[object, Place] = {}
        good: list[object] = []
        level = [Watched(story, answers) for answers in space.starts()]  # type: ignore[arg-type]
        waiting = []
        for session in level:
            waiting += self._meet(session, 0, packed)
        depth = 0
        self.whole = True
        while waiting and self.whole:
            depth += 1
            following = []
            for key, session in waiting:
                if session.scene.ending is not None:
                    good.append(key)
                elif not session.offered and self.stuck is None:
                    self.stuck = depth - 1
                for option in session.offered if session.scene.ending is None else ():
                    child = clone(session)
                    child.choose(option)
                    before[self.key(child)].append(key)
                    following += self._meet(child, depth, packed)
            waiting = following
            self.whole = len(packed) < CAP
        hopeful = set(good)
        while good:
            for previous in before[good.pop()]:
                if previous not in hopeful:
                    hopeful.add(previous)
                    good.append(previous)
        hopeless = [self.depths[packed[key]] for key in packed if key not in hopeful]
        self.hopeless = min(hopeless, default=None)

    def _meet(self, session: Watched, depth: int, packed: dict[object, Place]) -> list[tuple[object, Watched]]:
        for index in session.shown:
            self.shown.setdefault(index, depth)
        key = self.key(session)
        if key in packed:
            return []
        position = self.position(session)
        packed[key] = position, self.space.pack(position, self.values(session))
        self.depths.setdefault(packed[key], depth)
        return [(key, session)]

    def values(self, session: Session) -> dict[Key, int]:
        values = {}
        for key, field in self.space.fields.items():
            kind, name = key
            if kind == "state":
                values[key] = self.space.stored(key, session.state[name])
            elif kind == "visits":
                values[key] = min(session.visits.get(name, 0), field.size - 1)
            elif kind == "chosen":
                values[key] = int(name in session.chosen)
            else:
                values[key] = int(int(name) in session.fired)
        return values

    def position(self, session: Session) -> int:
        if session._menu is session.scene.choices:
            return self.space.pages[session.place]
        return self.space.menus[session._menu[0].id.rsplit("/", 1)[0]]

    def key(self, session: Session) -> object:
        return self.position(session), tuple(self.values(session).values())


def clone(session: Played) -> Played:
    child = copy.copy(session)
    for name in ("state", "visits", "chosen", "fired", "unlocked", "file", "turns", "_closed"):
        setattr(child, name, copy.copy(getattr(session, name)))
    child._met = {chapter: dict(scenes) for chapter, scenes in session._met.items()}
    return child


def stories(folder: Path, first: int, count: int) -> list[tuple[int, Story]]:
    """Random stories that load; the generator also makes some whose conditions can never hold."""
    found: list[tuple[int, Story]] = []
    seed = first
    path = folder / "story.yaml"
    while len(found) < count:
        path.write_text(story_text(seed), encoding="utf-8")
        story = load(path).story
        if story is not None:
            found.append((seed, story))
        seed += 1
    return found


def agree(seed: int, story: Story) -> bool:
    """Compares the searches on one story; False where it is too large to compare."""
    space = Space(story)
    plain = Plain(story, space)
    if not plain.whole:
        return False
    small = SmallSearch(space, limit=10**9, progress=None)
    small.run()
    large = LargeSearch(space, limit=10**9, progress=None)
    large.run()
    waiting = {p for p in small.parents if space.positions[p[0]].kind != "junction"}
    assert waiting == set(plain.depths), seed
    assert {(p, int(s)) for level in large.levels for p, states in level.items() for s in states} == waiting, seed
    assert small.seen.situations == large.seen.situations == len(waiting), seed
    assert (small.seen.scenes, small.seen.options) == (large.seen.scenes, large.seen.options), seed
    for engine in (small, large):
        stuck, hopeless = engine.seen.stuck, engine.hopeless()
        assert (None if stuck is None else len(engine.witness(stuck).steps)) == plain.stuck, seed
        assert (None if hopeless is None else len(engine.witness(hopeless).steps)) == plain.hopeless, seed
    for place in list(waiting)[:: max(len(waiting) // 5, 1)]:
        assert len(small.witness(place).steps) == len(large.witness(place).steps) == plain.depths[place], seed
    for engine in (small, large):
        broken = {index: len(engine.witness(place).steps) for index, place in engine.seen.broken.items()}
        assert broken == plain.shown, seed
    return True


def replay(story: Story, seed: int) -> None:
    """Every witness of a proof is a play, and shows what it says."""
    for finding in prove(story).findings:
        if finding.witness is None:
            continue
        session = Session(story, finding.witness.answers)  # type: ignore[arg-type]
        for step in finding.witness.steps:
            session.choose(step)
        if finding.name == "no page is stuck":
            assert session.page.stuck, seed
        if finding.name.startswith("every ending") and finding.verdict is Verdict.REFUTED:
            assert session.page.ending is not None, seed


def test_both_engines_find_what_a_plain_search_with_sessions_finds(tmp_path: Path) -> None:
    compared = [agree(seed, story) for seed, story in stories(tmp_path, 0, 60)]
    assert sum(compared) >= 50


@FEW_AND_MANY
def test_every_witness_is_a_play_that_shows_what_it_says(tmp_path: Path, many: int) -> None:
    for seed, story in stories(tmp_path, 1_000, 60 * many):
        replay(story, seed)


@FEW_AND_MANY
def test_reductions_never_change_a_verdict(tmp_path: Path, many: int) -> None:
    for seed, story in stories(tmp_path, 2_000, 40 * many):
        reduced = SmallSearch(Space(story), limit=10**9, progress=None)
        whole = SmallSearch(Space(story, reduce=False), limit=20_000, progress=None)
        reduced.run()
        try:
            whole.run()
        except Interrupted:  # too large without the reductions
            continue
        assert (reduced.seen.stuck is None) == (whole.seen.stuck is None), seed
        assert (reduced.hopeless() is None) == (whole.hopeless() is None), seed
        assert reduced.seen.broken.keys() == whole.seen.broken.keys(), seed
        assert reduced.seen.situations <= whole.seen.situations, seed


@FEW_AND_MANY
@pytest.mark.parametrize("narrow", [0, 1 << 32], ids=["64 bits", "32 bits"])
def test_sorted_runs_and_small_chunks_find_the_same(
    narrow: int, many: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What large sparse stories do, done to small ones: no bitmaps, and many chunks and runs at each position."""
    for name, value in {"ALWAYS_DENSE": -1, "DENSE": -1, "CHUNK": 3, "UNSIFTED": 5, "NARROW": narrow}.items():
        monkeypatch.setattr(arrays, name, value)
    compared = [agree(seed, story) for seed, story in stories(tmp_path, 4_000, 20 * many)]
    assert sum(compared) >= 15 * many


@pytest.mark.long
def test_both_engines_find_what_a_plain_search_finds_on_two_thousand_stories(tmp_path: Path) -> None:
    compared = [agree(seed, story) for seed, story in stories(tmp_path, 10_000, 2_200)]
    assert sum(compared) >= 2_000
