"""Violence, told in full or by a summary."""

from game.play.journal import decisions
from game.play.page import Telling
from tests.flow import Begin, cards, offered, order, prose, take, told

VIOLENCE = """
state: {n: {range: [0, 9], start: 0}}
chapters: {one: {title: One, card: Card.}}
facts:
  V1: {text: It was an axe., source: s, standing: documented}
  Q1: {text: It was hot., source: s, standing: documented}
sources: {s: {title: S, kind: primary}}
scenes:
  a:
    chapter: one
    tags: [violence]
    summary: "A man is attacked ({n})."
    basis: [V1, Q1]
    text:
      - The axe comes down.
      - {sheet: {id: report, kind: form, heading: Report, stamp: secret, text: Two inches deep., signed: X}}
    choices:
      - {label: Look., stay: true, set: {n: n + 1}, reply: Blood., record: {followed: V1, note: A note.}}
      - {label: Ask., stay: true, reply: {sheet: {id: photo, kind: press, heading: Photo, text: Gore.}}}
      - {label: Again., go: a}
      - {label: Run., go: b}
  b: {text: B., basis: Q1, next: end}
"""


def test_a_violent_scene_is_told_by_its_summary_once_a_visit_and_its_replies_print_nothing(begin: Begin) -> None:
    play = begin(VIOLENCE, summarise=True)
    assert told(play) == ["A man is attacked (0)."]
    (telling,) = [p for p in play.page.turn if isinstance(p, Telling)]
    assert telling.summarised
    take(play, "look")
    assert (order(play), told(play), play.state) == (["echo"], [], {"n": 1})
    assert prose(play.page.since) == ["A man is attacked (0)."]
    take(play, "again")
    assert told(play) == ["A man is attacked (1)."]
    assert told(take(play, "run")) == ["B."]


def test_violent_sheets_are_filed_as_heading_and_summary(begin: Begin) -> None:
    play = begin(VIOLENCE, None, "ask", summarise=True)
    assert [
        (s.id, s.heading.plain, s.text, s.summary.plain, s.stamp.plain, s.signed.plain) for s in play.page.file
    ] == [
        ("report", "Report", None, "A man is attacked (0).", "", ""),
        ("photo", "Photo", None, "A man is attacked (0).", "", ""),
    ]


def test_the_facts_of_violent_scenes_are_held_back(begin: Begin) -> None:
    play = begin(VIOLENCE, None, "look", summarise=True)
    assert (play.page.facts, play.page.facts_held) == ((), True)
    (decision,) = decisions(play)
    assert (decision.record, decision.facts, decision.note.plain) == ("followed", (), "A note.")
    take(play, "run")
    assert ([f.id for f in play.page.facts], play.page.facts_held) == (["Q1"], False)
    take(play, "continue")
    (card,) = cards(play)
    assert [f.id for f in card.facts] == ["Q1"]  # another scene rests on it too
    play.summarise = False
    (card,) = cards(play)
    assert [f.id for f in card.facts] == ["V1", "Q1"]
    assert [f.id for f in decisions(play)[0].facts] == ["V1"]


def test_a_fact_is_held_back_only_where_violent_scenes_alone_rest_on_it(begin: Begin) -> None:
    play = begin(
        """
        chapters: {one: {title: One}}
        facts:
          F: {text: F., source: s, standing: documented}
          V: {text: V., source: s, standing: documented}
        sources: {s: {title: S, kind: primary}}
        scenes:
          a: {chapter: one, basis: F, text: A., next: b}
          b: {basis: [F, V], tags: violence, summary: S., text: B., next: end}
        """,
        None,
        "continue",
        "continue",
        summarise=True,
    )
    assert [[f.id for f in c.facts] for c in cards(play)] == [["F"]]


def test_how_violence_is_told_can_change_at_any_time_both_ways_and_is_no_part_of_the_play(begin: Begin) -> None:
    plain, spared = begin(VIOLENCE), begin(VIOLENCE, summarise=True)
    for step in ["look", "ask", "again", "run", "continue"]:
        take(plain, step)
        take(spared, step)
        assert spared.page != plain.page
        spared.summarise, plain.summarise = False, True
        assert spared.page != plain.page
        spared.summarise, plain.summarise = True, False
    assert (spared.steps, spared.state, spared.answers) == (plain.steps, plain.state, plain.answers)
    spared.summarise = False
    assert spared.page == plain.page
    assert [spared.told(t.parts) for t in spared.turns] == [plain.told(t.parts) for t in plain.turns]


def test_choices_and_effects_of_a_violent_scene_stay(begin: Begin) -> None:
    spared = begin(VIOLENCE, summarise=True)
    assert offered(spared) == ["look", "ask", "again", "run"]
    assert offered(take(spared, "look")) == ["ask", "again", "run"]


def test_a_violent_scene_without_text_of_its_own_tells_its_summary_all_the_same(begin: Begin) -> None:
    text = """
        state: {n: {range: [0, 9], start: 0}}
        scenes:
          a:
            tags: [violence]
            summary: A fight.
            choices: [{label: Hit., reply: Blood., set: {n: n + 1}, go: b}]
          b:
            tags: [violence]
            summary: Another fight.
            text: {when: n == 0, text: Never.}
            next: end
        """
    play = begin(text, summarise=True)
    assert told(play) == ["A fight."]
    assert told(take(play, "hit")) == ["Another fight."]
    play.summarise = False
    assert order(play) == ["echo", "reply", "scene b"]
