"""The format declared once: every key of every block, its shape and its meaning.

The loader refuses what is not declared here; the key tables in `docs/authoring.md` are made from it.
"""

import re
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Key:
    shape: str
    meaning: str
    required: bool = False
    of: str = ""  # for block, blocks and named: which block


HEAD: dict[str, Key] = {
    "format": Key("integer", "the version of the format: 1", required=True),
    "id": Key("word", "lower case letters, digits and hyphens", required=True),
    "title": Key("text", "the story's title", required=True),
    "start": Key("id", "the first scene", required=True),
    "author": Key("text", "who wrote it"),
    "language": Key("word", "the language it is written in: en"),
    "about": Key("text", "what the title screen says"),
    "content_note": Key("text", "shown before the first scene"),
    "interrupts": Key("blocks", "scenes that take the place of another when a condition holds", of="interrupt"),
    "toll": Key("blocks", "the people harmed, named at the end", of="toll"),
    "debrief": Key("texts", "the questions at the end"),
    "class": Key("block", "how a class plays it", of="class"),
    "teaching": Key("block", "what the teacher's pack says", of="teaching"),
    "must_hold": Key("blocks", "what the proof must show", of="must_hold"),
}

PARTS: dict[str, Key] = {
    "state": Key("named", "the variables", of="variable"),
    "define": Key("named", "named conditions, usable wherever a flag is"),
    "chapters": Key("named", "the chapters", of="chapter"),
    "glossary": Key("named", "people, places and terms that unlock", of="entry"),
    "sources": Key("named", "what the facts rest on", of="source"),
    "facts": Key("named", "what is known", of="fact"),
    "scenes": Key("named", "the scenes", of="scene"),
    "tests": Key("blocks", "plays and what must hold after them", of="test"),
}

BLOCKS: dict[str, dict[str, Key]] = {
    "story": HEAD | PARTS,
    "variable": {
        "range": Key("integers", "a number between these two, both included"),
        "one_of": Key("words", "one word of these"),
        "text": Key("inline", "text that is shown, never tested"),
        "start": Key("word", "its value at the start; needed with `range` and `one_of`"),
        "label": Key("inline", "its name on the screen"),
        "show": Key("id", "its gauge: words or number"),
        "words": Key("bands", "what a number is called: {0-1: marked, 2: watched}"),
        "ask": Key("inline", "the question asked before the first scene"),
    },
    "interrupt": {
        "when": Key("expression", "tested whenever a choice moves to a scene", required=True),
        "go": Key("id", "the scene that takes its place, once in a play", required=True),
    },
    "chapter": {
        "title": Key("text", "its title", required=True),
        "plate": Key("word", "a drawing in text, at most 60x16, inside the story folder"),
        "plate_alt": Key("inline", "the drawing in words; needed with `plate`"),
        "basis": Key("ids", "facts, or `invented`: what its scenes rest on unless they say"),
        "card": Key("passage", "the record card at the chapter's end"),
    },
    "entry": {
        "title": Key("text", "its name", required=True),
        "kind": Key("id", "person, place or term", required=True),
        "text": Key("text", "what it says", required=True),
        "when": Key("expression", "unlocks it; without it, it is there from the start"),
    },
    "toll": {
        "who": Key("text", "the name", required=True),
        "text": Key("text", "what was done to them", required=True),
        "when": Key("expression", "names them only if it holds at the end"),
    },
    "class": {
        "answers": Key("values", "the answers a class starts with", required=True),
        "minutes": Key("integer", "how long that takes", required=True),
    },
    "teaching": {
        "aims": Key("texts", "what students learn"),
        "standards": Key("texts", "the standards it meets"),
        "rubric": Key("texts", "what good work shows"),
    },
    "must_hold": {
        "every_ending": Key("expression", "holds on entering every ending"),
        "always": Key("expression", "holds on every page"),
        "reachable": Key("expression", "holds somewhere"),
    },
    "source": {
        "title": Key("text", "author and title", required=True),
        "kind": Key("inline", "primary, secondary, memoir ...", required=True),
    },
    "fact": {
        "text": Key("text", "the fact in a sentence", required=True),
        "source": Key("ids", "the sources it rests on", required=True),
        "standing": Key("id", "documented, memoir, disputed or invented", required=True),
    },
    "scene": {
        "chapter": Key("id", "its chapter; `same` keeps the player's own; without it, that of the scene before"),
        "title": Key("inline", "its heading"),
        "place": Key("inline", "where it is"),
        "date": Key("inline", "when it is"),
        "basis": Key("ids", "facts, or `invented`"),
        "tags": Key("ids", "`violence` asks for a summary"),
        "summary": Key("text", "two neutral lines instead of a violent scene"),
        "on_enter": Key("effects", "set on every visit, before the text"),
        "text": Key("passage", "what the player reads"),
        "choices": Key("blocks", "what the player can do", of="choice"),
        "next": Key("way", "where it goes on when no choice says"),
        "discuss": Key("text", "a question for the class"),
        "ending": Key("block", "makes it an ending", of="ending"),
        "outcome": Key("block", "counts when the scene is entered", of="outcome"),
        "todo": Key("text", "a note: this scene is to be written"),
    },
    "ending": {
        "title": Key("text", "the ending's title", required=True),
    },
    "outcome": {
        "title": Key("text", "the outcome's title", required=True),
        "summary": Key("text", "what it was, in a sentence", required=True),
    },
    "choice": {
        "label": Key("inline", "what the player does or says", required=True),
        "id": Key("id", "its name; without it, made from the label"),
        "when": Key("expression", "offered only if it holds"),
        "locked": Key("inline", "why it is not offered; with it, the choice is shown all the same"),
        "set": Key("effects", "all reckoned from the state before, then assigned together"),
        "record": Key("block", "how it stands to what happened", of="record"),
        "reply": Key("passage", "the answer, shown at once"),
        "choices": Key("blocks", "choices that follow on this one", of="choice"),
        "go": Key("id", "the scene it leads to"),
        "stay": Key("flag", "true: back to the scene's own choices"),
        "once": Key("flag", "true: not offered again; false: a `stay` choice that is"),
    },
    "record": {
        "followed": Key("ids", "the facts it follows"),
        "departed": Key("ids", "the facts it departs from"),
        "disputed": Key("ids", "the facts in dispute"),
        "invented": Key("text", "a note: nothing on record"),
        "note": Key("text", "a remark for the record"),
    },
    "block": {
        "text": Key("passage", "what is shown"),
        "by": Key("id", "a variable whose value picks the passage: one key a value"),
        "once": Key("passage", "shown on the scene's first visit"),
        "again": Key("passage", "shown on later visits"),
        "sheet": Key("block", "a document", of="sheet"),
        "when": Key("expression", "shown only if it holds"),
        "else": Key("passage", "shown otherwise"),
    },
    "sheet": {
        "kind": Key("id", "cable, memo, letter, form, note or press", required=True),
        "heading": Key("inline", "its heading", required=True),
        "text": Key("passage", "its lines, kept as written", required=True),
        "id": Key("id", "with it, the sheet goes into the file"),
        "stamp": Key("inline", "a word in capitals"),
        "signed": Key("inline", "the signature"),
    },
    "way": {
        "go": Key("id", "the scene", required=True),
        "when": Key("expression", "taken only if it holds; the last has none"),
    },
    "test": {
        "name": Key("text", "what it shows", required=True),
        "answers": Key("values", "the answers; others keep their start"),
        "choose": Key("texts", "choices by id or exact label, or `continue`", required=True),
        "expect": Key("block", "what must then hold", required=True, of="expect"),
    },
    "expect": {
        "scene": Key("id", "the scene the player is in"),
        "state": Key("values", "values of variables"),
        "seen": Key("ids", "scenes visited"),
        "text": Key("text", "words on the last page"),
        "outcome": Key("id", "the last outcome's scene"),
    },
}


def shapes_of(name: str) -> set[str]:
    """The shapes a key of this name has in one block or another; none where it is no key of the format."""
    return {block[name].shape for block in BLOCKS.values() if name in block}


def example_of(shape: str, of: str, text: str) -> str:
    """What to write, in one line, where `text` stands and a value of this shape is wanted; '' where that is plain."""
    given = text if 0 < len(text) <= 40 and not set(text) & set(",:{}[]?=\"'\n") else "..."
    if shape == "effects" and (parts := re.match(r"\W*(\w+)\s*[=:]\s*(\w+)\W*\Z", text)):
        return f"{{{parts[1]}: {parts[2]}}}"
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
