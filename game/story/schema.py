"""The format declared once: every key of every block, its shape and its meaning.

The loader refuses what is not declared here; the JSON Schema for editors and the key tables in `docs/authoring.md` are
made from it.
"""

import re
from typing import Literal, NamedTuple, get_args

FORMAT = 1

# Shapes. `text` is one scalar, and `word` one that is not prose; `passage` is a text, a block or a list of blocks;
# `ids` is one id or a list of them; `way` is a scene or a list of conditional ways; `named` is a mapping from ids to
# blocks.
SHAPES = {
    "text": "text",
    "inline": "a line of text",
    "passage": "text, a block or a list of blocks",
    "expression": "a condition",
    "effects": "variables and their new values",
    "id": "an id",
    "word": "one word",
    "ids": "an id, or a list of ids",
    "flag": "true or false",
    "integer": "a whole number",
    "integers": "a list of two whole numbers",
    "words": "a list of words, or words and what the player reads",
    "bands": "numbers or spans of numbers, and their words",
    "texts": "a list of texts",
    "values": "variables and their values",
    "way": "a scene, or a list of ways",
    "block": "a block",
    "blocks": "a list of blocks",
    "named": "ids, each with a block",
}


SheetKind = Literal["cable", "memo", "letter", "form", "note", "press"]
Standing = Literal["documented", "memoir", "disputed", "invented"]
EntryKind = Literal["person", "place", "term"]
GaugeKind = Literal["number", "words"]
MustHoldKind = Literal["every_ending", "always", "reachable"]
RecordKind = Literal["followed", "departed", "disputed", "invented"]


class Key(NamedTuple):
    shape: str
    meaning: str
    example: str  # its value, as YAML in one line
    required: bool = False
    of: str = ""  # for block, blocks and named: which block
    words: tuple[str, ...] = ()  # the only values, where there are few
    names: str = ""  # what its ids name: scene, outcome, chapter, fact, basis (a fact, or `invented`), source ...


HEAD: dict[str, Key] = {
    "format": Key("integer", "the version of the format: 1", "1", required=True),
    "id": Key("word", "lower case letters, digits and hyphens", "the-letter", required=True),
    "title": Key("text", "the story's title", "The letter", required=True),
    "start": Key("id", "the first scene", "desk", required=True, names="scene"),
    "author": Key("text", "who wrote it", "Class 10b"),
    "language": Key("word", "the language it is written in: en", "en"),
    "about": Key("text", "what the title screen says", "A letter lies on the wrong desk."),
    "content_note": Key("text", "shown before the first scene", "A bridge falls. Nobody is hurt."),
    "interrupts": Key(
        "blocks",
        "scenes that take the place of another when a condition holds",
        "[{when: nerve == 0, go: shown_out}]",
        of="interrupt",
    ),
    "toll": Key("blocks", "the people harmed, named at the end", "[{who: The mason, text: Lost his work.}]", of="toll"),
    "debrief": Key("texts", "the questions at the end", '["Who could have known?", "Who was asked first?"]'),
    "class": Key("block", "how a class plays it", "{answers: {role: mason}, minutes: 20}", of="class"),
    "teaching": Key("block", "what the teacher's pack says", "{aims: [Tell a source from a story.]}", of="teaching"),
    "must_hold": Key("blocks", "what the proof must show", "[{every_ending: seen('desk')}]", of="must_hold"),
}

PARTS: dict[str, Key] = {
    "state": Key("named", "the variables", "{opened: false}", of="variable"),
    "define": Key("named", "named conditions, usable wherever a flag is", "{calm: nerve > 1 and not opened}"),
    "chapters": Key("named", "the chapters", "{town: {title: The town}}", of="chapter"),
    "glossary": Key(
        "named",
        "people, places and terms that unlock",
        "{mason: {title: The mason, kind: person, text: He built it.}}",
        of="entry",
    ),
    "sources": Key(
        "named", "what the facts rest on", "{archive: {title: The town archive, kind: primary}}", of="source"
    ),
    "facts": Key(
        "named", "what is known", "{F1: {text: It was opened., source: archive, standing: documented}}", of="fact"
    ),
    "scenes": Key("named", "the scenes", "{desk: {text: A letter lies on the desk., next: street}}", of="scene"),
    "tests": Key(
        "blocks",
        "plays and what must hold after them",
        "[{name: the short way, choose: [desk/open_it], expect: {scene: street}}]",
        of="test",
    ),
}

BLOCKS: dict[str, dict[str, Key]] = {
    "story": HEAD | PARTS,
    "variable": {
        "range": Key("integers", "a number between these two, both included", "[0, 3]"),
        "one_of": Key("words", "one word of these", "{mason: the mason, clerk: the clerk}"),
        "text": Key("inline", "text that is shown, never tested", "the new clerk"),
        "start": Key("word", "its value at the start; needed with `range` and `one_of`", "1"),
        "label": Key("inline", "its name on the screen", "Nerve"),
        "show": Key("id", "its gauge: words or number", "words", words=get_args(GaugeKind)),
        "words": Key("bands", "what a number is called: {0-1: marked, 2: watched}", "{0: gone, 1-2: steady, 3: high}"),
        "ask": Key("inline", "the question asked before the first scene", '"Who are you?"'),
    },
    "interrupt": {
        "when": Key("expression", "tested whenever a choice moves to a scene", "nerve == 0", required=True),
        "go": Key("id", "the scene that takes its place, once in a play", "shown_out", required=True, names="scene"),
    },
    "chapter": {
        "title": Key("text", "its title", "I. The town", required=True),
        "plate": Key("word", "a drawing in text, at most 60x16, inside the story folder", "plates/bridge.txt"),
        "plate_alt": Key("inline", "the drawing in words; needed with `plate`", "A bridge of three arches."),
        "basis": Key("ids", "facts, or `invented`: what its scenes rest on unless they say", "[F1, F2]", names="basis"),
        "card": Key("passage", "the record card at the chapter's end", "There was such a letter. The talk is ours."),
    },
    "entry": {
        "title": Key("text", "its name", "The mason", required=True),
        "kind": Key("id", "person, place or term", "person", required=True, words=get_args(EntryKind)),
        "text": Key("text", "what it says", "He signed without a name.", required=True),
        "when": Key("expression", "unlocks it; without it, it is there from the start", "seen('desk')"),
    },
    "toll": {
        "who": Key("text", "the name", "The mason", required=True),
        "text": Key("text", "what was done to them", "Lost his work for a letter.", required=True),
        "when": Key("expression", "names them only if it holds at the end", "opened"),
    },
    "class": {
        "answers": Key("values", "the answers a class starts with", "{role: mason}", required=True, names="asked"),
        "minutes": Key("integer", "how long that takes", "20", required=True),
    },
    "teaching": {
        "aims": Key("texts", "what students learn", "[Tell a source from a story.]"),
        "standards": Key("texts", "the standards it meets", "[CCSS.ELA-LITERACY.RH.9-10.6]"),
        "rubric": Key("texts", "what good work shows", "[Names the source of each claim.]"),
    },
    "must_hold": {
        "every_ending": Key("expression", "holds on entering every ending", "seen('desk')"),
        "always": Key("expression", "holds on every page", "not (nerve == 0 and opened)"),
        "reachable": Key("expression", "holds somewhere", "scene == street"),
    },
    "source": {
        "title": Key("text", "author and title", '"The town archive, box 12"', required=True),
        "kind": Key("inline", "primary, secondary, memoir ...", "primary", required=True),
    },
    "fact": {
        "text": Key("text", "the fact in a sentence", "The letter was opened by the clerk.", required=True),
        "source": Key("ids", "the sources it rests on", "archive", required=True, names="source"),
        "standing": Key(
            "id",
            "documented, memoir, disputed or invented",
            "documented",
            required=True,
            words=get_args(Standing),
        ),
    },
    "scene": {
        "chapter": Key(
            "id",
            "its chapter; `same` keeps the player's own; without it, that of the scene before",
            "town",
            names="chapter",
        ),
        "title": Key("inline", "its heading", "The desk"),
        "place": Key("inline", "where it is", "The town hall"),
        "date": Key("inline", "when it is", "March 1854"),
        "basis": Key("ids", "facts, or `invented`", "F1", names="basis"),
        "tags": Key("ids", "`violence` asks for a summary", "[violence]"),
        "summary": Key("text", "two neutral lines instead of a violent scene", "A man is hurt. He lives."),
        "on_enter": Key("effects", "set on every visit, before the text", "{nerve: nerve - 1}"),
        "text": Key("passage", "what the player reads", "A letter lies on the desk."),
        "choices": Key("blocks", "what the player can do", "[{label: Open it., go: street}]", of="choice"),
        "next": Key("way", "where it goes on when no choice says", "street", names="scene"),
        "discuss": Key("text", "a question for the class", '"Whose letter is it?"'),
        "ending": Key("block", "makes it an ending", "{title: The street}", of="ending"),
        "outcome": Key(
            "block",
            "counts when the scene is entered",
            "{title: Unread, summary: The letter stayed shut.}",
            of="outcome",
        ),
        "todo": Key("text", "a note: this scene is to be written", "the walk to the bridge"),
    },
    "ending": {
        "title": Key("text", "the ending's title", "The street", required=True),
    },
    "outcome": {
        "title": Key("text", "the outcome's title", "Unread", required=True),
        "summary": Key("text", "what it was, in a sentence", "The letter stayed shut.", required=True),
    },
    "choice": {
        "label": Key("inline", "what the player does or says", "Open it.", required=True),
        "id": Key("id", "its name; without it, made from the label", "open"),
        "when": Key("expression", "offered only if it holds", "nerve > 0"),
        "locked": Key("inline", "why it is not offered; with it, the choice is shown all the same", "You don't dare."),
        "set": Key(
            "effects",
            "all reckoned from the state before, then assigned together",
            "{opened: true, nerve: nerve - 1}",
        ),
        "record": Key("block", "how it stands to what happened", "{followed: F1}", of="record"),
        "reply": Key("passage", "the answer, shown at once", "The wax gives way."),
        "choices": Key("blocks", "choices that follow on this one", "[{label: Read on.}]", of="choice"),
        "go": Key("id", "the scene it leads to", "street", names="scene"),
        "stay": Key("flag", "true: back to the scene's own choices", "true"),
        "once": Key("flag", "true: not offered again; false: a `stay` choice that is", "true"),
    },
    "record": {
        "followed": Key("ids", "the facts it follows", "F1", names="fact"),
        "departed": Key("ids", "the facts it departs from", "[F1, F2]", names="fact"),
        "disputed": Key("ids", "the facts in dispute", "F2", names="fact"),
        "invented": Key("text", "a note: nothing on record", "Nobody wrote down what was said."),
        "note": Key("text", "a remark for the record", "The clerk did open it."),
    },
    "block": {
        "text": Key("passage", "what is shown", "Your hand shakes."),
        "by": Key("id", "a variable whose value picks the passage: one key a value", "role", names="subject"),
        "once": Key("passage", "shown on the scene's first visit", "The mayor has your letter."),
        "again": Key("passage", "shown on later visits", "The mayor waits."),
        "sheet": Key("block", "a document", "{kind: memo, heading: To all, text: It will not last.}", of="sheet"),
        "when": Key("expression", "shown only if it holds", "nerve == 0"),
        "else": Key("passage", "shown otherwise", "Your hand is steady."),
    },
    "sheet": {
        "kind": Key(
            "id",
            "cable, memo, letter, form, note or press",
            "letter",
            required=True,
            words=get_args(SheetKind),
        ),
        "heading": Key("inline", "its heading", "To the mayor", required=True),
        "text": Key("passage", "its lines, kept as written", "The bridge will not last the winter.", required=True),
        "id": Key("id", "with it, the sheet goes into the file", "letter"),
        "stamp": Key("inline", "a word in capitals", "received"),
        "signed": Key("inline", "the signature", "a mason"),
    },
    "way": {
        "go": Key("id", "the scene", "street", required=True, names="scene"),
        "when": Key("expression", "taken only if it holds; the last has none", "opened"),
    },
    "test": {
        "name": Key("text", "what it shows", "the short way", required=True),
        "answers": Key("values", "the answers; others keep their start", "{role: clerk}", names="asked"),
        "choose": Key(
            "texts",
            "choices by id or exact label, or `continue`",
            "[desk/open_it, Read on., continue]",
            required=True,
            names="choice",
        ),
        "expect": Key("block", "what must then hold", "{scene: street, seen: [desk]}", required=True, of="expect"),
    },
    "expect": {
        "scene": Key("id", "the scene the player is in", "street", names="scene"),
        "state": Key("values", "values of variables", "{opened: true}", names="variable"),
        "seen": Key("ids", "scenes visited", "[desk, street]", names="scene"),
        "text": Key("text", "words on the last page", "You are outside"),
        "outcome": Key("id", "the last outcome's scene", "street", names="outcome"),
    },
}


def shapes_of(name: str) -> set[str]:
    """The shapes a key of this name has in one block or another; none where it is no key of the format."""
    return {block[name].shape for block in BLOCKS.values() if name in block}


def example_of(shape: str, of: str, text: str) -> str:
    """What to write, in one line, where `text` stands and a value of this shape is wanted; '' where that is plain."""
    given = text if 0 < len(text) <= 40 and not set(text) & set(",:{}[]?=\"'\n") else "..."
    if shape == "effects" and (parts := re.match(r"\W*(\w+)\s*[=:]\s*(\w+(?: [-+*] \w+)*)\W*\Z", text)):
        return f"{{{parts[1]}: {parts[2]}}}"
    if shape == "integers" and (ends := re.match(r"(-?\d{1,9})\s*(?:-|\.\.+|\bto\b|,)\s*(-?\d{1,9})\Z", text)):
        return f"[{ends[1]}, {ends[2]}]"
    if shape in ("block", "blocks"):
        block = BLOCKS[of]
        keys = [k for k, key in block.items() if key.required] or (["followed"] if of == "record" else [])
        taker = next((k for k in keys if len(keys) == 1 or block[k].shape in ("text", "inline")), "")
        inner = ", ".join(f"{k}: {given if k == taker else '...'}" for k in keys)
        if not inner:
            return ""
        return f"{{{inner}}}" if shape == "block" else f"[{{{inner}}}]"
    return _EXAMPLES.get(shape, "")


_EXAMPLES = {
    "effects": "{trust: trust + 1}",
    "integers": "[0, 6]",
    "words": "{first: The first, second: The second}",
    "bands": "{0-1: low, 2-3: high}",
    "texts": "[..., ...]",
    "values": "{trust: 3}",
    "way": "[{when: ..., go: ...}, {go: ...}]",
}

# Ids that would be read as something else.
RESERVED = frozenset(["scene", "continue", "true", "false", "null", *BLOCKS["block"]])
