"""Everything in a story that some play should use, as goals: a guard at the moments of a play where it can be met.

The surprising rule: what a session keeps besides variables and marks (the chapter, cards shown, the last outcome,
glossary entries unlocked) becomes further variables here, named with a space so that no author's can be the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Literal, NamedTuple

from game.prove.branches import branches, endless_visits
from game.prove.probes import Probe, Site
from game.prove.trees import Guard, Key, Seek, reads
from game.story.catalogue import CATALOGUE
from game.story.checks import links
from game.story.diagnostics import NOWHERE, Location
from game.story.expressions import Compare, Constant, Expression, Kind, Logic, Not, Term, Visits
from game.story.expressions import Variable as Read
from game.story.model import By, Choice, Once, Passage, Scene, Sheet, Story, Variable, When
from game.story.text import Template

What = Literal["scene", "choice", "text", "insert", "condition"]
COUNTED = 1_000  # visits that an insert may do sums with are counted up to here
_ALWAYS = Guard(None, None)


@dataclass(slots=True)
class Goal:
    """Something to meet. Unmet, it is told in the words of a problem's `code`, unless the goal `under` it, which is
    the reason, is unmet too. `twin` is a condition's other side. Of an `endless` one only plays tell, not the search.
    """

    what: What
    code: str
    fields: dict[str, str]
    location: Location
    under: int | None
    twin: int | None = None
    endless: bool = False
    reads: set[Key] = field(default_factory=set)

    def message(self, code: str = "") -> str:
        return CATALOGUE[code or self.code].message.format(**self.fields)


class _Spot(NamedTuple):
    """A moment where something is told or asked, if the terms of the path hold and the mark is not set."""

    site: Site
    path: tuple[Term, ...] = ()
    unmarked: Key | None = None

    def guard(self, *terms: Term) -> Guard:
        path = (*self.path, *terms)
        return Guard(path[0] if len(path) == 1 else Logic(True, path) if path else None, self.unmarked)

    def given(self, *terms: Term) -> "_Spot":
        return self._replace(path=(*self.path, *terms))


class _Setting(NamedTuple):
    """Where a passage stands: the goal that stands for its being told, and every moment that tells it."""

    goal: int | None
    spots: Sequence[_Spot]
    scene: str = ""  # whose visits `once` and `again` ask about

    def where(self, *terms: Term) -> "_Setting":
        return self._replace(spots=[spot.given(*terms) for spot in self.spots])

    def given(self, goal: int, *terms: Term) -> "_Setting":
        return self.where(*terms)._replace(goal=goal)


class Goals:
    """The goals of a story. `used` lists, for each kind of thing, the goal that each one of them waits for; `story` has
    the further variables; `probes` are all the places to look.
    """

    def __init__(self, story: Story) -> None:
        self.goals: list[Goal] = []
        self.used: dict[What, list[int]] = {"scene": [], "choice": [], "text": [], "insert": [], "condition": []}
        self.probes: dict[Site, Probe] = {}
        self._variables: dict[str, Variable] = {}
        self._definitions: dict[str, list[tuple[int, Term]]] = {}
        self._scenes: dict[str, int] = {}
        self.original = story
        self._story()
        self._behind = self._dependencies()
        self.story = replace(story, variables={**story.variables, **self._variables}, must_hold=())

    def at(self, goals: frozenset[int], keep: frozenset[int]) -> dict[Site, Probe]:
        """The probes for some of the goals, with what has to be assigned for those in `keep`."""
        needed = self.cone(keep)
        found = {}
        for site, probe in self.probes.items():
            seeks = [s for s in probe.seeks if s.goal in goals]
            assigns = [(key, term) for key, term in probe.assigns if key in needed]
            if seeks or assigns:
                found[site] = Probe(seeks, assigns)
        return found

    def cone(self, goals: Iterable[int]) -> frozenset[Key]:
        """All fields that what the goals read depends on."""
        cone: set[Key] = set()
        waiting = {key for number in goals for key in self.goals[number].reads}
        while waiting:
            key = waiting.pop()
            cone.add(key)
            waiting |= self._behind[key] - cone
        return frozenset(cone)

    def _dependencies(self) -> dict[Key, set[Key]]:
        """For each field, those that what is assigned to it reads."""
        behind: dict[Key, set[Key]] = defaultdict(set)
        story = self.original
        effects = [*(s.on_enter for s in story.scenes.values()), *(c.set for c in story.choices.values())]
        for assignment in chain.from_iterable(effects):
            behind["state", assignment.variable] |= reads(assignment.value.term)
        for probe in self.probes.values():
            for key, term in probe.assigns:
                behind[key] |= reads(term)
        return behind

    # --- making goals

    def _probe(self, site: Site) -> Probe:
        return self.probes.setdefault(site, Probe())

    def _goal(
        self,
        what: What,
        code: str,
        location: Location,
        under: int | None,
        spots: Iterable[_Spot] = (),
        term: Term | None = None,
        **fields: str,
    ) -> int:
        """A new goal; `code` is '' for one that is never told of itself."""
        self.goals.append(Goal(what, code, fields, location, under))
        number = len(self.goals) - 1
        self._seek(number, spots, term)
        return number

    def _seek(self, number: int, spots: Iterable[_Spot], term: Term | None = None) -> None:
        goal = self.goals[number]
        for spot in spots:
            guard = spot.guard() if term is None else spot.guard(term)
            endless = endless_visits(guard.when)
            if endless:
                goal.endless = True
                exact = [Compare(Visits(scene), (("<", Constant(COUNTED)),)) for scene in endless]
                guard = spot.guard(*exact, *([] if term is None else [term]))
            goal.reads |= reads(guard.when) | ({guard.spent} if guard.spent else set())
            self._probe(spot.site).seeks.append(Seek(number, guard))

    def _sides(
        self, term: Term, text: str, setting: _Setting, location: Location, what: What = "condition"
    ) -> tuple[_Setting, _Setting]:
        """Two goals for a condition that is asked in a setting; the settings where it holds and where it does not."""
        yes = self._goal(what, "never-holds", location, setting.goal, setting.spots, term, condition=text)
        no = self._goal(what, "always-holds", location, setting.goal, setting.spots, Not(term), condition=text)
        self.goals[yes].twin, self.goals[no].twin = no, yes
        self.used["condition"] += [yes, no]
        return setting.given(yes, term), setting.given(no, Not(term))

    def _asked(
        self, condition: Expression, setting: _Setting, location: Location, what: What = "condition"
    ) -> tuple[_Setting, _Setting]:
        self._inner(condition, setting, location)
        return self._sides(condition.term, condition.source, setting, location, what)

    def _inner(self, expression: Expression, setting: _Setting, location: Location, what: What = "condition") -> None:
        """The conditions inside an expression: its `if`s, and the definitions it names."""
        for test, path, text in branches(expression):
            self._sides(test, text, setting.where(*path), location, what)
        waiting, known = list(expression.uses), set(expression.uses)
        while waiting:
            name = waiting.pop()
            for number, term in self._definition(name):
                self._seek(number, setting.spots, term)
            further = self.original.definitions[name].uses - known
            known |= further
            waiting += further

    def _definition(self, name: str) -> list[tuple[int, Term]]:
        """A definition's sides, to be looked for wherever something that names it is asked."""
        if name not in self._definitions:
            expression = self.original.definitions[name]
            location = self.original.definition_places.get(name, NOWHERE)
            asked = [(expression.term, (), name)] if expression.type.kind is Kind.FLAG else []
            found: list[tuple[int, Term]] = []
            for test, path, text in [*asked, *branches(expression)]:
                sides = []
                for code, term in (("never-holds", test), ("always-holds", Not(test))):
                    number = self._goal("condition", code, location, None, condition=text)
                    found.append((number, Logic(True, (*path, term)) if path else term))
                    sides.append(number)
                self.goals[sides[0]].twin, self.goals[sides[1]].twin = sides[1], sides[0]
                self.used["condition"] += sides
            self._definitions[name] = found
        return self._definitions[name]

    # --- text

    def _template(self, template: Template, setting: _Setting) -> None:
        for insert in template.inserts:
            if setting.goal is not None:
                self.used["insert"].append(setting.goal)
            self._inner(insert.expression, setting, insert.location, "insert")

    def _text(self, template: Template, setting: _Setting) -> None:
        if template.source and setting.goal is not None:
            self.used["text"].append(setting.goal)
        self._template(template, setting)

    def _passage(self, passage: Passage, setting: _Setting) -> None:
        for piece in passage:
            match piece:
                case Template():
                    self._text(piece, setting)
                case When():
                    yes, no = self._asked(piece.condition, setting, piece.location)
                    self._passage(piece.body, yes)
                    self._passage(piece.otherwise, no)
                case By():
                    self._by(piece, setting)
                case Once():
                    self._once(piece, setting)
                case Sheet():
                    self._passage(piece.text, setting)
                    for template in (piece.heading, piece.stamp, piece.signed):
                        self._template(template, setting)

    def _by(self, by: By, setting: _Setting) -> None:
        self._inner(by.subject, setting, by.location)
        others: list[Term] = []
        for value, body in by.cases.items():
            subject = by.subject.term
            if isinstance(value, bool):
                term: Term = subject if value else Not(subject)
            else:
                term = Compare(subject, (("==", Constant(value)),))
            name = str(value).lower() if isinstance(value, bool) else str(value)
            self._case(f"`{name}` of `by: {by.subject.source}`", by, body, setting, term)
            others.append(Not(term))
        if by.otherwise:
            self._case(
                f"the `else` of `by: {by.subject.source}`", by, by.otherwise, setting, Logic(True, tuple(others))
            )

    def _case(self, name: str, by: By, body: Passage, setting: _Setting, term: Term) -> None:
        goal = self._goal("condition", "never-told", by.location, setting.goal, setting.spots, term, name=name)
        self.used["condition"].append(goal)
        self._passage(body, setting.given(goal, term))

    def _once(self, once: Once, setting: _Setting) -> None:
        later = Compare(Visits(setting.scene), ((">", Constant(1)),))
        term, other = (later, Not(later)) if once.again else (Not(later), later)
        name = "again" if once.again else "once"
        told = self._goal(
            "condition",
            "never-told",
            once.location,
            setting.goal,
            setting.spots,
            term,
            name=f"what stands under `{name}`",
        )
        untold = self._goal(
            "condition",
            "always-told",
            once.location,
            setting.goal,
            setting.spots,
            other,
            name=f"what stands under `{name}`",
        )
        self.goals[told].twin, self.goals[untold].twin = untold, told
        self.used["condition"] += [told, untold]
        self._passage(once.body, setting.given(told, term))

    # --- the story

    def _story(self) -> None:
        story = self.original
        for scene in story.scenes.values():
            spot = _Spot(("entered", scene.id))
            goal = self._goal("scene", "never-met", scene.location, None, [spot], name=scene.id)
            self._scenes[scene.id] = goal
            self.used["scene"].append(goal)
        for scene in story.scenes.values():
            self._scene(scene)
        for index, interrupt in enumerate(story.interrupts):
            spot = _Spot(("interrupt", str(index)), (), ("fired", str(index)))
            self._asked(interrupt.when, _Setting(None, [spot]), interrupt.location)
        self._cards()
        self._glossary()
        self._endings()

    def _scene(self, scene: Scene) -> None:
        goal = self._scenes[scene.id]
        for assignment in scene.on_enter:
            self._inner(assignment.value, _Setting(goal, [_Spot(("visit", scene.id))]), scene.location)
        setting = _Setting(goal, [_Spot(("entered", scene.id))], scene.id)
        for template in (scene.title, scene.place, scene.date, scene.ending or Template("")):
            self._template(template, setting)
        if scene.is_violent:
            self._text(scene.summary, setting)
        self._passage(scene.text, setting)
        page = _Setting(goal, [_Spot(("page", scene.id))], scene.id)
        for choice in scene.choices:
            self._choice(choice, page, page)
        before = goal
        for index, way in enumerate(scene.next):
            if way.when is not None:
                spot = _Spot(("way", f"{scene.id}/{index}"))
                _, no = self._asked(way.when, _Setting(before, [spot]), way.location)
                before = no.goal if no.goal is not None else before

    def _choice(self, choice: Choice, page: _Setting, asked: _Setting) -> None:
        """`page` is where it is offered, `asked` where that is settled: for a nested one, as its parent is taken."""
        mark = ("chosen", choice.id) if choice.spends else None
        page, asked = (s._replace(spots=[s.spots[0]._replace(unmarked=mark)]) for s in (page, asked))
        above, offered = asked.goal, page
        if choice.when is not None:
            yes, no = self._asked(choice.when, asked, choice.location)
            assert yes.goal is not None
            above = yes.goal
            goal = self.goals[above]
            goal.what, goal.code, goal.fields = "choice", "never-offered", {**goal.fields, "name": choice.id}
            if choice.locked is None:
                offered = page.given(above, choice.when.term)
            else:
                locked = page.where(Not(choice.when.term))
                name = f"`locked` of `{choice.id}`"
                told = self._goal("text", "never-told", choice.location, no.goal, locked.spots, name=name)
                self._text(choice.locked, locked._replace(goal=told))
        self._template(choice.label, offered)
        take = _Spot(("take", choice.id))
        number = self._goal("choice", "never-taken", choice.location, above, [take], name=choice.id)
        self.used["choice"].append(number)
        if choice.record is not None:
            self._template(choice.record.note, _Setting(number, [take]))
        for assignment in choice.set:
            self._inner(assignment.value, _Setting(number, [_Spot(("set", choice.id))]), choice.location)
        taken = _Setting(number, [_Spot(("taken", choice.id))], page.scene)
        self._passage(choice.reply, taken)
        if choice.choices:
            menu = _Spot(("menu", choice.id))
            opened = self._goal("choice", "", choice.location, number, [menu])
            for nested in choice.choices:
                self._choice(nested, _Setting(opened, [menu], page.scene), taken)

    # --- around the scenes

    def _flag(self, name: str) -> Read:
        self._variables[name] = Variable(name, Kind.FLAG, start=False)
        return Read(name)

    def _number(self, name: str, high: int) -> Read:
        self._variables[name] = Variable(name, Kind.NUMBER, 0, 0, high)
        return Read(name)

    def _cards(self) -> None:
        """A chapter's card is told once a play, on entering another chapter or at an ending."""
        story = self.original
        cards = [c for c in story.chapters.values() if c.card]
        if not cards:
            return
        chapters = {name: n for n, name in enumerate(dict.fromkeys(["", *(s.chapter for s in story.scenes.values())]))}
        current = self._number(" chapter", len(chapters) - 1)
        before = _chapters_before(story)
        spots: dict[str, list[_Spot]] = {card.id: [] for card in cards}
        closed = {card.id: self._flag(f" closed {card.id}") for card in cards}
        for scene in story.scenes.values():
            if scene.is_junction:
                continue
            site = ("arrive", scene.id)
            if scene.chapter != "same":
                for name in sorted(before[scene.id] & closed.keys() - {scene.chapter}):
                    told = Compare(current, (("==", Constant(chapters[name])),))
                    spots[name].append(_Spot(site, (told, Not(closed[name]))))
                    self._probe(site).assigns.append((("state", closed[name].name), Logic(False, (closed[name], told))))
                self._probe(site).assigns.append((("state", current.name), Constant(chapters[scene.chapter])))
            if scene.ending is not None:
                own = before[scene.id] if scene.chapter == "same" else {scene.chapter}
                for name in sorted(own & closed.keys()):
                    told = Compare(current, (("==", Constant(chapters[name])),))
                    spots[name].append(_Spot(("entered", scene.id), (told, Not(closed[name]))))
        for card in cards:
            name = f"the card of the chapter `{card.id}`"
            goal = self._goal("text", "never-told", card.location, None, spots[card.id], name=name)
            self._passage(card.card, _Setting(goal, spots[card.id]))

    def _glossary(self) -> None:
        """An entry unlocks when its `when` first holds: asked at the start, and where something it reads changes."""
        story = self.original
        pages = [_Spot(("menu", c.id)) for c in story.choices.values() if c.choices]
        for scene in story.scenes.values():
            if not scene.is_junction:
                pages.append(_Spot(("page" if scene.ending is None else "entered", scene.id)))
        for entry in story.glossary.values():
            setting = _Setting(self._scenes[story.start], pages)
            if entry.when is not None:
                term = entry.when.term
                unlocked = self._flag(f" unlocked {entry.id}")
                sites = list(_changes(story, entry.when))
                asked = _Setting(None, [_Spot(site, (Not(unlocked),)) for site in sites])
                yes, _ = self._asked(entry.when, asked, entry.location)
                for site in sites:
                    self._probe(site).assigns.append((("state", unlocked.name), Logic(False, (unlocked, term))))
                # on the ending's page too, where `entered` comes before what is assigned there
                setting = _Setting(
                    yes.goal, [s.given(Logic(False, (unlocked, term)) if s.site in sites else unlocked) for s in pages]
                )
            self._text(entry.text, setting)

    def _endings(self) -> None:
        """The toll, the last outcome and the questions, on the page of an ending."""
        story = self.original
        endings = [_Spot(("entered", s.id)) for s in story.scenes.values() if s.ending is not None]
        end = _Setting(self._goal("scene", "", NOWHERE, None, endings), endings)
        for toll in story.toll:
            setting = end
            if toll.when is not None:
                setting, _ = self._asked(toll.when, end, toll.location)
            self._template(toll.who, setting)
            self._text(toll.text, setting)
        for question in story.debrief:
            self._text(question, end)
        outcomes = [s for s in story.scenes.values() if s.outcome is not None]
        last = self._number(" outcome", len(outcomes))
        for number, scene in enumerate(outcomes, 1):
            assert scene.outcome is not None
            self._probe(("visit", scene.id)).assigns.append((("state", last.name), Constant(number)))
            term = Compare(last, (("==", Constant(number)),))
            name = f"the outcome `{scene.id}`"
            goal = self._goal("text", "never-told", scene.location, self._scenes[scene.id], end.spots, term, name=name)
            for template in (scene.outcome.title, scene.outcome.summary):
                self._text(template, end.given(goal, term))


def _changes(story: Story, when: Expression) -> Iterator[Site]:
    """Where a condition's value can change: at the start, and after effects, marks and visits that it reads."""
    fields = reads(when.term)
    for scene in story.scenes.values():
        if (
            scene.id == story.start
            or ("scene", "") in when.reads
            or ("visits", scene.id) in fields
            or any(("state", a.variable) in fields for a in scene.on_enter)
        ):
            yield "entered", scene.id
    for choice in story.choices.values():
        if ("chosen", choice.id) in fields or any(("state", a.variable) in fields for a in choice.set):
            yield "taken", choice.id


def _chapters_before(story: Story) -> dict[str, set[str]]:
    """The chapters a player can be in just before entering each scene, as far as links tell."""
    before: dict[str, set[str]] = {name: set() for name in story.scenes}
    before[story.start].add("")
    waiting = {story.start}
    while waiting:
        scene = story.scenes[waiting.pop()]
        after = before[scene.id] if scene.is_junction or scene.chapter == "same" else {scene.chapter}
        for target in [*links(scene), *(i.go for i in story.interrupts)]:
            if not after <= before[target] or not before[target]:
                before[target] |= after
                waiting.add(target)
    return before
