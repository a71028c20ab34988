"""Chapters and their record cards; endings, outcomes and decisions."""

from game.play.journal import decisions
from game.play.page import Opening
from tests.flow import Begin, cards, order, prose, take

# --- chapters ------------------------------------------------------------------------------------------------------

CHAPTERS = """
state: {n: {range: [0, 9], start: 1}}
chapters:
  one:
    title: One
    plate: plate.txt
    plate_alt: A roof.
    basis: F1
    card: ["Card {n}.", {when: seen('b'), text: B seen.}]
  two: {title: Two, basis: invented, card: "Two {n}."}
  three: {title: Three}
facts:
  F1: {text: Fact one., source: s, standing: documented}
  F2: {text: Fact two., source: s, standing: memoir}
  F3: {text: Fact three., source: s, standing: disputed}
sources: {s: {title: S, kind: primary}}
scenes:
  a:
    chapter: one
    text: A.
    choices:
      - {label: On., set: {n: n + 1}, reply: So be it., go: c}
      - {label: By b., go: b}
      - {label: Straight., go: j}
      - {label: Aside., go: same}
      - {label: End., go: end}
  b: {text: B., basis: F2, next: c}
  same: {chapter: same, basis: F3, text: Same., next: c}
  c:
    chapter: two
    on_enter: {n: 9}
    text: C.
    choices: [{label: Back., go: a}, {label: Aside., go: same}, {label: End., go: end}]
  j: {chapter: three, on_enter: {n: n + 2}, next: k}
  k: {chapter: one, text: K., next: end}
  end: {chapter: three, basis: F3, ending: {title: End}, text: Over.}
"""


def test_the_order_on_entering_a_chapter_is_reply_card_plate_scene(begin: Begin) -> None:
    play = begin(CHAPTERS)
    assert order(play) == ["open one", "scene a", "text"]
    take(play, "on")
    assert order(play) == ["echo", "reply", "card one", "open two", "scene c", "text"]
    (opening,) = [p for p in play.turns[0].parts if isinstance(p, Opening)]
    assert (opening.chapter.plate, opening.chapter.plate_alt) == ("/\\", "A roof.")
    assert play.page.chapter is not None
    assert play.page.chapter.id == "two"


def test_a_record_card_tells_the_state_before_the_new_visit(begin: Begin) -> None:
    (card,) = cards(begin(CHAPTERS, None, "on"))
    assert prose((card,)) == ["Card 2."]


def test_a_record_card_has_the_facts_of_the_scenes_this_player_visited(begin: Begin) -> None:
    (card,) = cards(begin(CHAPTERS, None, "on"))
    assert [f.id for f in card.facts] == ["F1"]
    (card,) = cards(begin(CHAPTERS, None, "by_b", "continue"))
    assert ([f.id for f in card.facts], prose((card,))) == (["F1", "F2"], ["Card 1.", "B seen."])
    (card,) = cards(begin(CHAPTERS, None, "aside", "continue"))
    assert [f.id for f in card.facts] == ["F1", "F3"]


def test_a_record_card_comes_once_a_play(begin: Begin) -> None:
    play = begin(CHAPTERS, None, "on", "back", "on", "back")
    assert [c.chapter.id for c in cards(play)] == ["one", "two"]
    assert order(play) == ["echo", "open one", "scene a", "text"]
    play.replay(play.steps[:1])
    assert [c.chapter.id for c in cards(play)] == ["one"]


def test_an_ending_closes_the_chapter_left_and_its_own(begin: Begin) -> None:
    play = begin(CHAPTERS, None, "on", "end")
    assert order(play) == ["echo", "card two", "open three", "scene end", "text", "card three"]
    assert [[f.id for f in c.facts] for c in cards(play)] == [["F1"], [], ["F3"]]
    play = begin(CHAPTERS, None, "straight", "continue")
    assert order(play) == ["card one", "open three", "scene end", "text", "card three"]


def test_an_ending_in_the_chapter_left_closes_it_after_its_text(begin: Begin) -> None:
    play = begin("""
        chapters: {one: {title: One, card: Card.}}
        scenes:
          a: {chapter: one, text: A., next: end}
          end: {ending: {title: End}, text: Over.}
        """)
    assert order(take(play, "continue")) == ["scene end", "text", "card one"]


def test_junctions_neither_open_nor_close_a_chapter(begin: Begin) -> None:
    play = begin(CHAPTERS, None, "straight")
    assert (play.place, play.visits["j"], order(play)) == ("k", 1, ["echo", "scene k", "text"])
    assert play.state["n"] == 3


def test_chapter_same_keeps_the_players_own(begin: Begin) -> None:
    play = begin(CHAPTERS, None, "aside")
    assert (play.chapter, order(play)) == ("one", ["echo", "scene same", "text"])
    assert [f.id for f in play.page.facts] == ["F3"]
    play = begin(CHAPTERS, None, "on", "aside")
    assert (play.chapter, order(play)) == ("two", ["echo", "scene same", "text"])
    assert order(take(play, "continue")) == ["scene c", "text"]


def test_a_scene_without_a_chapter_belongs_to_the_chapter_before_it_in_file_order(begin: Begin) -> None:
    story = begin(CHAPTERS).story
    assert {n: s.chapter for n, s in story.scenes.items()} == {
        "a": "one", "b": "one", "same": "same", "c": "two", "j": "three", "k": "one", "end": "three",
    }  # fmt: skip


def test_a_scene_rests_on_its_own_basis_else_its_chapters(begin: Begin) -> None:
    play = begin(CHAPTERS)
    assert [f.id for f in play.page.facts] == ["F1"]
    assert [f.id for f in take(play, "by_b").page.facts] == ["F2"]
    assert not take(play, "continue").page.facts  # invented


# --- endings, outcomes, records ------------------------------------------------------------------------------------


def test_an_outcome_counts_when_its_scene_is_entered_and_the_last_one_stands(begin: Begin) -> None:
    play = begin("""
        state: {n: {range: [0, 9], start: 3}}
        scenes:
          a: {outcome: {title: First, summary: One.}, text: A., choices: [{label: J., go: j}, {label: End., go: end}]}
          j: {outcome: {title: "Second {n}", summary: "*Two*."}, next: b}
          b: {text: B., on_enter: {n: 4}, next: end}
        """)
    assert play.outcome == "a"
    assert take(play, "end").page.ending is not None
    assert play.page.ending is not None
    assert play.page.ending.outcome.plain == "First"
    play.undo()
    take(play, "j", "continue")
    assert play.page.ending is not None
    assert (play.page.ending.outcome.plain, play.page.ending.outcome_summary.plain) == ("Second 4", "Two.")


def test_an_ending_has_its_toll_its_debrief_and_no_outcome_that_was_not_entered(begin: Begin) -> None:
    play = begin("""
        state: {n: {range: [0, 9], start: 3}}
        toll:
          - {who: Anna, text: "Lost {n}."}
          - {who: Boris, text: Lost., when: n == 4}
          - {who: Vera, text: Lost., when: scene == end and seen('end')}
        debrief: ["Who knew {n}?", "Why?"]
        scenes:
          a: {text: A., choices: [{label: Go., set: {n: 4}, go: end}, {label: Wait., go: end}]}
          b: {outcome: {title: Never, summary: N.}, text: B., next: end}
        """)
    take(play, "wait")
    ending = play.page.ending
    assert ending is not None
    assert (ending.title.plain, bool(ending.outcome)) == ("The end", False)
    assert [(w.plain, t.plain) for w, t in ending.toll] == [("Anna", "Lost 3."), ("Vera", "Lost.")]
    assert [q.plain for q in ending.debrief] == ["Who knew 3?", "Why?"]
    play.undo()
    ending = take(play, "go").page.ending
    assert ending is not None
    assert [w.plain for w, _ in ending.toll] == ["Anna", "Boris", "Vera"]


def test_decisions_stand_in_order_with_their_record_and_without_continue(begin: Begin) -> None:
    play = begin("""
        state: {n: {range: [0, 9], start: 3}}
        facts: {F1: {text: Fact., source: s, standing: disputed}, F2: {text: Other., source: s, standing: memoir}}
        sources: {s: {title: S, kind: primary}}
        scenes:
          a: {text: A., basis: [F1, F2], next: b}
          b:
            title: "B {n}"
            text: B.
            choices:
              - {label: Follow., record: {followed: [F1, F2], note: "Note {n}."}, set: {n: 4}, stay: true}
              - {label: Depart., record: {departed: F1}, stay: true}
              - {label: Dispute., record: {disputed: F1}, stay: true}
              - {label: Invent., record: {invented: "Made up {n}."}, stay: true, choices: [{label: None.}]}
            next: end
        """)
    take(play, "continue", "follow", "depart", "dispute", "invent", "invent/none", "continue")
    found = [
        (d.step, d.scene, d.title.plain, d.label.plain, d.record, [f.id for f in d.facts], d.note.plain)
        for d in decisions(play)
    ]
    assert found == [
        (2, "b", "B 3", "Follow.", "followed", ["F1", "F2"], "Note 3."),
        (3, "b", "B 3", "Depart.", "departed", ["F1"], ""),
        (4, "b", "B 3", "Dispute.", "disputed", ["F1"], ""),
        (5, "b", "B 3", "Invent.", "invented", [], "Made up 4."),
        (6, "b", "B 3", "None.", None, [], ""),
    ]
