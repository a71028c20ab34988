"""Small stories whose verdicts are known by hand: each tells its own in its first lines, and both engines agree."""

import tracemalloc
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.yardstick import counter, scattered, wandering
from game.play.session import Session
from game.prove import explore
from game.prove.arrays import LargeSearch
from game.prove.explore import Finding, Proof, SmallSearch, Verdict, Witness, prove
from game.prove.report import report
from game.prove.space import Space
from game.story.loader import load
from game.story.model import MustHold, Story
from tests.test_prove_differential import clone

STORIES = sorted((Path(__file__).parent / "stories" / "verdicts").glob("*.yaml"))
ENDING = "from every situation an ending can be reached"
STUCK = "no page is stuck"
WIDE = "too_wide_for_a_word"  # arrays can't take it


@dataclass(frozen=True)
class Case:
    """A story and what its first lines claim."""

    name: str
    story: Story
    head: dict[str, str]

    @property
    def steps(self) -> int | None:
        return int(self.head["steps"]) if "steps" in self.head else None

    def proof(self, small: int) -> Proof:
        return prove(self.story, small=small)

    def finding(self, proof: Proof) -> Finding:
        return next(f for f in proof.findings if f.name == self.head["property"])


def read(path: Path) -> Case:
    head = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("# "):
            break
        key, _, value = line.removeprefix("# ").partition(": ")
        head[key] = value
    loaded = load(path)
    assert not loaded.diagnostics
    assert loaded.story is not None
    return Case(path.stem, loaded.story, head)


@pytest.fixture(params=STORIES, ids=lambda p: p.stem)
def case(request: pytest.FixtureRequest) -> Case:
    return read(request.param)


@pytest.fixture(params=[explore.SMALL, 0], ids=["sets", "arrays"])
def small(request: pytest.FixtureRequest) -> int:
    """How many situations the engine of sets takes on; 0 gives all of them to the other."""
    return int(request.param)


class Watched(Session):
    """A session that notes, for each page and junction of the last step, whether a claim holds there; nested choices
    are no page.
    """

    claim: MustHold | None = None
    held: tuple[bool, ...] = ()

    def _visit(self, scene: object) -> None:
        super()._visit(scene)  # type: ignore[arg-type]
        self._note()

    def _note(self) -> None:
        if self.claim is not None:
            self.held += (bool(self.claim.condition(self)),)

    def choose(self, step_id: str, hands: tuple[int, ...] | None = None) -> None:
        self.held = ()
        super().choose(step_id, hands)
        if self._menu is self.scene.choices:
            self._note()


def played(story: Story, witness: Witness, claim: MustHold | None = None) -> tuple[Watched, list[tuple[bool, ...]]]:
    """The play that a witness tells, and how the claim fared at each step."""
    Watched.claim = claim
    try:
        session = Watched(story, witness.answers)  # type: ignore[arg-type]
        held = [session.held]
        for step in witness.steps:
            session.choose(step)
            held.append(session.held)
    finally:
        Watched.claim = None
    return session, held


def ends(session: Session) -> bool:
    """Whether some way leads from here to an ending: every way is tried. Visits above nine count as nine."""
    seen: set[object] = set()
    waiting = [session]
    while waiting:
        current = waiting.pop()
        if current.scene.ending is not None:
            return True
        visits = sorted((scene, min(count, 9)) for scene, count in current.visits.items())
        menu = tuple(c.id for c in current._menu)
        key = repr((current.place, menu, current.state, visits, sorted(current.chosen), sorted(current.fired)))
        if key in seen:
            continue
        seen.add(key)
        for option in current.offered:
            child = clone(current)
            child.choose(option)
            waiting.append(child)
    return False


def shows(story: Story, finding: Finding, *, whole: bool = True) -> None:
    """Replays a finding's witness and checks that it shows what is claimed, and not before its last step. Where the
    search is not `whole`, hope may have been lost earlier than it knows.
    """
    witness = finding.witness
    if witness is None:
        return
    if finding.name == STUCK:
        session, _ = played(story, witness)
        assert session.page.stuck
        assert not session.offered
    elif finding.name == ENDING:
        session, _ = played(story, witness)
        assert not ends(session)
        if witness.steps and whole:
            assert ends(played(story, Witness(witness.answers, witness.steps[:-1]))[0])
    else:
        claim = next(m for m in story.must_hold if finding.name.endswith(f": {m.condition.source}"))
        session, held = played(story, witness, claim)
        if claim.kind == "every_ending":
            assert session.page.ending is not None
            assert not held[-1][-1]
        else:
            wanted = claim.kind == "reachable"
            assert wanted in held[-1]
            assert not any(wanted in step for step in held[:-1])


def test_the_corpus_is_whole() -> None:
    cases = [read(path) for path in STORIES]
    assert len(cases) >= 20
    assert {c.head["verdict"] for c in cases} == {"PROVED", "REFUTED"}
    for case in cases:
        assert case.head["why"]
        assert case.head.keys() <= {"verdict", "property", "steps", "also", "answers", "situations", "dropped", "why"}


def test_the_verdict_is_the_known_one_and_nothing_else_is_refuted(case: Case, small: int) -> None:
    proof = case.proof(small)
    refuted = {f.name for f in proof.findings if f.verdict is Verdict.REFUTED}
    expected = {case.head["property"]} if case.head["verdict"] == "REFUTED" else set()
    assert refuted == expected | ({case.head["also"]} if "also" in case.head else set())
    assert case.finding(proof).verdict == proof.verdict == case.head["verdict"]
    assert {f.verdict for f in proof.findings} <= {Verdict.PROVED, Verdict.REFUTED}
    assert not proof.reason


def test_the_witness_has_the_known_number_of_steps(case: Case, small: int) -> None:
    witness = case.finding(case.proof(small)).witness
    assert (None if witness is None else len(witness.steps)) == case.steps


def test_every_witness_is_a_play_that_shows_what_it_claims(case: Case, small: int) -> None:
    for finding in case.proof(small).findings:
        shows(case.story, finding)


def test_the_witness_names_the_answers_that_decide(case: Case, small: int) -> None:
    witness = case.finding(case.proof(small)).witness
    shown = ", ".join(f"{name}: {value}" for name, value in witness.answers.items()) if witness else ""
    assert shown == case.head.get("answers", "").strip("{}")


def test_situations_are_as_many_as_counted_by_hand(case: Case, small: int) -> None:
    proof = case.proof(small)
    assert proof.situations == int(case.head.get("situations", proof.situations))
    assert ", ".join(proof.dropped) == case.head.get("dropped", "")


def test_both_engines_say_the_same(case: Case) -> None:
    sets, arrays = case.proof(explore.SMALL), case.proof(0)
    for one, other in zip(sets.findings, arrays.findings, strict=True):
        assert (one.name, one.verdict, one.location) == (other.name, other.verdict, other.location)
        assert (one.witness and len(one.witness.steps)) == (other.witness and len(other.witness.steps))
    assert (sets.situations, sets.depth, sets.dropped) == (arrays.situations, arrays.depth, arrays.dropped)


def test_what_is_too_wide_for_arrays_is_left_to_sets(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    run, runs = LargeSearch.run, []
    monkeypatch.setattr(LargeSearch, "run", lambda self: runs.append(run(self)))
    case.proof(0)
    assert len(runs) == (case.name != WIDE)
    assert (max(p.size for p in Space(case.story).positions) > 2**62) == (case.name == WIDE)


# --- limits and Ctrl+C ---------------------------------------------------------------------------------------------


def test_at_every_limit_what_is_said_is_true_and_the_rest_is_undecided(case: Case, small: int) -> None:
    whole = {f.name: f.verdict for f in case.proof(small).findings}
    count = case.proof(small).situations
    for limit in {1, 2, 3, count // 2, count - 1} - {0, -1}:
        proof = prove(case.story, limit=limit, small=min(small, limit))
        assert bool(proof.reason) == (limit < count), limit
        for finding in proof.findings:
            assert finding.verdict in (whole[finding.name], Verdict.UNDECIDED)
            shows(case.story, finding, whole=False)
    assert not prove(case.story, limit=count, small=small).reason


def test_ctrl_c_at_any_moment_says_nothing_that_is_untrue(case: Case, small: int) -> None:
    whole = {f.name: f.verdict for f in case.proof(small).findings}
    interrupted = True
    moment = 0
    while interrupted and moment < 25:
        left = moment
        moment += 1
        interrupted = False

        def progress(_situations: int, _waiting: int) -> None:
            nonlocal left, interrupted
            left -= 1
            if left < 0:
                interrupted = True
                raise KeyboardInterrupt

        proof = prove(case.story, small=small, progress=progress)
        assert (proof.reason == "interrupted") == interrupted
        for finding in proof.findings:
            assert finding.verdict in (whole[finding.name], Verdict.UNDECIDED)
            shows(case.story, finding, whole=False)


@pytest.mark.parametrize("name", ["loop_with_exit", "visits_equal", "answers_decide", "interrupt_saves"])
def test_ctrl_c_between_any_two_arrivals_refutes_nothing_that_holds(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    story = read(next(p for p in STORIES if p.stem == name)).story
    whole = {f.name: f.verdict for f in prove(story).findings}
    look = SmallSearch._look
    for moment in range(prove(story).situations):
        calls = 0

        def stopping(self: SmallSearch, place: tuple[int, int], moment: int = moment) -> None:
            nonlocal calls
            calls += 1
            if calls > moment:
                raise KeyboardInterrupt
            look(self, place)

        monkeypatch.setattr(SmallSearch, "_look", stopping)
        proof = prove(story)
        assert proof.reason == "interrupted"
        for finding in proof.findings:
            assert finding.verdict in (whole[finding.name], Verdict.UNDECIDED)
            shows(story, finding, whole=False)


def test_ctrl_c_while_the_space_is_built_leaves_every_property_undecided(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(_self: Space) -> None:
        raise KeyboardInterrupt

    names = [f.name for f in case.proof(explore.SMALL).findings]
    monkeypatch.setattr(Space, "_build", build)
    proof = prove(case.story)
    assert (proof.reason, proof.situations, proof.verdict) == ("interrupted", 0, Verdict.UNDECIDED)
    assert [f.name for f in proof.findings] == names
    assert {f.verdict for f in proof.findings} == {Verdict.UNDECIDED}


def test_ctrl_c_while_a_witness_is_looked_for_leaves_only_that_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    story = read(next(p for p in STORIES if p.stem == "nested_locked")).story
    whole = prove(story, small=0)
    assert [f.kind for f in whole.findings if f.verdict is Verdict.REFUTED] == ["can_end", "no_stuck_page"]
    witness = LargeSearch.witness
    calls: list[object] = []

    def once(self: LargeSearch, place: explore.Place) -> Witness:
        calls.append(place)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return witness(self, place)

    monkeypatch.setattr(LargeSearch, "witness", once)
    proof = prove(story, small=0)
    assert [f.verdict for f in proof.findings[:2]] == [Verdict.UNDECIDED, Verdict.REFUTED]
    assert (proof.reason, proof.situations) == ("interrupted", whole.situations)


def test_ctrl_c_while_going_backwards_leaves_that_property_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    def hopeless(_self: SmallSearch) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(SmallSearch, "hopeless", hopeless)
    proof = prove(read(next(p for p in STORIES if p.stem == "spent_key")).story)
    assert proof.reason == "interrupted"
    assert proof.verdict is Verdict.UNDECIDED


@pytest.mark.parametrize("small", [explore.SMALL, 0])
def test_more_answers_than_the_limit_are_not_all_tried(tmp_path: Path, small: int) -> None:
    lines = ["format: 1", "id: many", "title: Many", "start: hall", "state:"]
    lines += [f"  n{i}: {{range: [0, 9999], start: 0, ask: How many.}}" for i in range(4)]
    lines += ["scenes:", "  hall:", "    text: A hall.", "    choices:"]
    lines += [f"      - {{label: Door {i}., when: n{i} < 100, go: over}}" for i in range(4)]
    lines += ["      - {label: Leave., go: over}", "  over: {ending: {title: Over}, text: Over.}"]
    path = tmp_path / "story.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    story = load(path).story
    assert story is not None
    proof = prove(story, limit=500, small=min(small, 500))
    assert proof.verdict is Verdict.UNDECIDED
    assert proof.reason == "the limit of 500 situations is met"


def test_without_a_limit_of_its_own_a_search_keeps_within_the_memory_it_may_take(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = case.proof(0).situations
    monkeypatch.setattr(explore, "WIDE_LIMIT", 2)
    monkeypatch.setattr(explore, "LIMIT", 5)
    limit = 2 if case.name == WIDE else 5
    assert prove(case.story, small=0).reason == ("" if count <= limit else f"the limit of {limit} situations is met")


@pytest.mark.parametrize(
    ("text", "limit"),
    [(counter(20, 10), 10_000), (counter(5, 10), None), (scattered(11), None), (wandering(11), None)],
    ids=["sets", "dense", "32 bits", "64 bits"],
)
def test_the_memory_told_is_about_what_is_taken(text: str, limit: int | None, tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(text, encoding="utf-8")
    story = load(path).story
    assert story is not None
    tracemalloc.start()
    try:
        proof = prove(story, limit=limit, small=0)
        taken = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    told = proof.memory
    assert proof.situations >= 10_000
    assert told / 2 < taken < 3 * told + 4_000_000, (told, taken)


LATE = """
format: 1
id: late
title: Late
start: hall
state: {n: {range: [0, 50], start: 0}}
scenes:
  hall: {text: A hall., choices: [{label: Down., go: cellar}, {label: Leave., go: over}]}
  cellar: {text: A cellar., choices: [{label: In., go: trap}, {label: On., go: maze}]}
  trap: {text: A trap., choices: [{label: Wait., go: trap}]}
  maze:
    text: A maze.
    choices: [{label: On., set: {n: (n + 1) % 51}, go: maze}, {label: Back., when: n == 50, go: cellar}]
  over: {ending: {title: Over}, text: Over.}
"""


@pytest.mark.parametrize("small", [explore.SMALL, 0], ids=["sets", "arrays"])
def test_where_the_search_was_cut_short_a_loss_of_all_hope_is_not_called_the_shortest(
    tmp_path: Path, small: int
) -> None:
    """All is lost in the cellar, but as long as its maze is not explored only the trap behind it is known to be one."""
    path = tmp_path / "story.yaml"
    path.write_text(LATE, encoding="utf-8")
    story = load(path).story
    assert story is not None
    for limit, steps in ((None, ("hall/down",)), (20, ("hall/down", "cellar/in"))):
        proof = prove(story, small=small, limit=limit)
        finding = proof.findings[0]
        assert finding.witness is not None
        assert (finding.verdict, finding.witness.steps) == (Verdict.REFUTED, steps)
        assert finding.shortest == (limit is None)
        assert any("fewer may do" in line for line in report(proof)) == (limit is not None)
