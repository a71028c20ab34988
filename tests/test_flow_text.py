"""What a text shows: inserts, blocks that depend on something, sheets, and the glossary."""

from game.play.page import SheetShown, Telling
from tests.flow import Begin, offered, take, told

# --- expressions and inserts ---------------------------------------------------------------------------------------


def test_a_bare_name_is_a_variable_a_definition_a_word_or_a_scene(begin: Begin) -> None:
    play = begin("""
        state:
          deputy: {one_of: [nobody, anna], start: nobody}
          lamp: false
        define: {ready: deputy == anna and lamp}
        scenes:
          a:
            text:
              - {when: deputy == nobody, text: Nobody.}
              - {when: deputy == 'nobody', text: Quoted.}
              - {when: ready, text: Ready.}
              - {when: scene == a, text: Here.}
              - {when: scene == 'end', text: There.}
            choices:
              - {label: Anna., set: {deputy: anna, lamp: true}, go: a}
              - {label: Quoted., set: {deputy: "'anna'"}, go: a}
              - {label: End., go: end}
        """)
    assert told(play) == ["Nobody.", "Quoted.", "Here."]
    assert told(take(play, "anna")) == ["Ready.", "Here."]
    play.undo()
    assert told(take(play, "quoted")) == ["Here."]
    assert play.state["deputy"] == "anna"


def test_a_definition_follows_the_state_and_may_use_definitions(begin: Begin) -> None:
    play = begin("""
        state: {letter: false, ledger: false}
        define: {exposed: both or visits('a') >= 3, both: letter + ledger >= 2}
        scenes:
          a:
            text: ["{exposed}", {by: exposed, true: Out., false: Safe.}]
            choices:
              - {label: Letter., set: {letter: true}, go: a}
              - {label: Ledger., set: {ledger: true}, go: a}
              - {label: End., when: exposed, go: end}
        """)
    assert (told(play), offered(play)) == (["no", "Safe."], ["letter", "ledger"])
    assert told(take(play, "letter")) == ["no", "Safe."]
    assert told(take(play, "ledger")) == ["yes", "Out."]
    play.replay([])
    assert told(take(play, "letter", "letter")) == ["yes", "Out."]
    assert offered(play) == ["letter", "ledger", "end"]


def test_inserts_print_the_words_of_a_lone_variable_and_the_value_of_any_other_expression(begin: Begin) -> None:
    play = begin("""
        state:
          trust: {range: [0, 3], start: 2, words: {0: marked, 1-3: watched}}
          plain: {range: [-5, 3], start: -2}
          deputy: {one_of: {nobody: no one, anna: "*Anna* [b]"}, start: anna}
          met: false
          sign: {text: "*KEEP* {{OUT}}"}
        define: {fine: not met}
        scenes:
          a:
            title: "{deputy}"
            text: |
              {trust} {trust + 0} {plain} {deputy} {met} {not met} {fine} {sign} {{x}}
              {'calm' if trust > 1 else 'hot'} {"He said 'no'"} {visits('a')}
            choices:
              - {label: "Greet {trust}", id: greet, set: {met: true, trust: 0, plain: 1, deputy: nobody}, go: end}
        """)
    assert told(play) == ["watched 2 -2 *Anna* [b] no true yes *KEEP* {OUT} {x} calm He said 'no' 1"]
    assert play.page.title.plain == "*Anna* [b]"
    assert [o.label.plain for o in play.page.options] == ["Greet watched"]


def test_by_chooses_by_the_value_of_a_word_or_a_flag_and_else_covers_the_rest(begin: Begin) -> None:
    play = begin("""
        state: {who: {one_of: [one, two, three], start: one}, lit: false}
        scenes:
          a:
            text:
              - {by: who, one: First., else: Another.}
              - {by: who, one: I., two: II., three: ["III.", "More."]}
              - {by: lit, true: Light., false: Dark.}
              - {by: who, two: Two and lit., else: Lit., when: lit}
            choices:
              - {label: Two., set: {who: two, lit: true}, go: a}
              - {label: Three., set: {who: three, lit: true}, go: a}
              - {label: End., go: end}
        """)
    assert told(play) == ["First.", "I.", "Dark."]
    assert told(take(play, "two")) == ["Another.", "II.", "Light.", "Two and lit."]
    assert told(take(play, "three")) == ["Another.", "III.", "More.", "Light.", "Lit."]


def test_when_and_else_of_a_block(begin: Begin) -> None:
    play = begin("""
        state: {lit: false}
        scenes:
          a:
            text:
              - {when: lit, text: ["Light.", {when: visits('a') == 2, text: Second.}], else: ["Dark.", {text: Black.}]}
              - {when: lit, text: Only lit.}
            choices: [{label: Light., set: {lit: true}, go: a}, {label: End., go: end}]
        """)
    assert told(play) == ["Dark.", "Black."]
    assert told(take(play, "light")) == ["Light.", "Second.", "Only lit."]
    assert told(take(play, "light")) == ["Light.", "Only lit."]


def test_once_and_again_test_whether_this_is_the_scenes_first_visit(begin: Begin) -> None:
    play = begin("""
        state: {lit: false}
        scenes:
          a:
            text:
              - {once: First.}
              - {again: Later.}
              - {once: Unlit., when: not lit, else: Lit.}
            choices:
              - label: Look.
                stay: true
                once: false
                set: {lit: true}
                reply: [{once: New., when: seen('a')}, {again: Old.}]
              - {label: Again., go: a}
              - {label: End., go: end}
        """)
    assert told(play) == ["First.", "Unlit."]
    assert told(take(play, "look")) == ["New."]
    assert told(take(play, "again")) == ["Later.", "Lit."]
    assert told(take(play, "look")) == ["Old."]


# --- sheets --------------------------------------------------------------------------------------------------------

SHEETS = """
state: {n: {range: [0, 9], start: 1}}
scenes:
  a:
    text:
      - sheet:
          id: order
          kind: memo
          heading: "Order {n}"
          stamp: single copy
          signed: P. S.
          text: |
            1. Read.
               Then   burn *it*.

            2. {n}
      - {sheet: {kind: note, heading: Loose, text: Not filed.}}
    choices:
      - {label: Again., set: {n: n + 1}, go: a}
      - label: Ask.
        stay: true
        set: {n: n + 5}
        reply: {sheet: {id: answer, kind: letter, heading: Dear, text: "{n}"}}
      - {label: End., go: end}
"""


def lines(sheet: SheetShown) -> list[str]:
    return [block.plain for text in sheet.text or () for block in text.blocks]


def test_a_sheets_lines_stay_as_written(begin: Begin) -> None:
    (sheet, loose) = [p for t in begin(SHEETS).page.turn if isinstance(t, Telling) for p in t.prose]
    assert isinstance(sheet, SheetShown)
    assert isinstance(loose, SheetShown)
    assert lines(sheet) == ["1. Read.", "   Then   burn it.", "", "2. 1"]
    assert (sheet.kind, sheet.heading.plain, sheet.stamp.plain, sheet.signed.plain) == (
        "memo", "Order 1", "single copy", "P. S.",
    )  # fmt: skip


def test_sheets_with_an_id_are_in_the_file_as_first_shown(begin: Begin) -> None:
    play = begin(SHEETS)
    assert [s.id for s in play.page.file] == ["order"]
    take(play, "again", "ask")
    assert [(s.id, s.heading.plain, lines(s)[-1]) for s in play.page.file] == [
        ("order", "Order 1", "2. 1"),
        ("answer", "Dear", "7"),
    ]
    take(play, "end")
    assert [s.id for s in play.page.file] == ["order", "answer"]
    play.undo()
    play.undo()
    assert [s.id for s in play.page.file] == ["order"]


# --- glossary ------------------------------------------------------------------------------------------------------


def test_glossary_entries_unlock_when_their_when_first_holds_and_stay_so(begin: Begin) -> None:
    play = begin("""
        state: {on: false}
        glossary:
          always: {title: Always, kind: term, text: T.}
          lamp: {title: Lamp, kind: term, text: "{on}", when: on}
          b: {title: B, kind: place, text: B., when: seen('b')}
          j: {title: J, kind: place, text: J., when: scene == j}
          between: {title: Between, kind: term, text: T., when: scene == a and chose('a/move')}
        scenes:
          a:
            text: A.
            choices:
              - {label: Light., id: light, stay: true, set: {on: true}}
              - {label: Dark., id: dark, stay: true, set: {on: false}}
              - {label: Move., id: move, go: j}
          j: {next: b}
          b: {text: B., next: end}
        """)

    def known() -> list[str]:
        return [k.title for k in play.page.glossary]

    assert known() == ["Always"]
    take(play, "light")
    assert known() == ["Always", "Lamp"]
    take(play, "dark")
    assert (known(), play.page.glossary[1].text.plain) == (["Always", "Lamp"], "no")
    take(play, "move")
    assert known() == ["Always", "Lamp", "B", "J", "Between"]
    play.replay(play.steps[:1])
    assert known() == ["Always", "Lamp"]
