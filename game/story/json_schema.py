"""The format as JSON Schema 2020-12, for editors that complete, explain and check while somebody types.

Made from the one declaration, `schema.py`. What it refuses the loader refuses too; only the loader knows what names,
conditions and texts mean. With a story its names are completed, and none is demanded: a schema grows old as its story
grows, and no editor shall underline a new scene.
"""

import keyword
import re
from collections.abc import Iterable
from functools import partial
from typing import Any

from game.story.diagnostics import Problems
from game.story.expression_parser import FUNCTIONS
from game.story.expressions import Kind
from game.story.model import Story, Variable
from game.story.nodes import File, Mapping, Node, Scalar, Sequence
from game.story.schema import BLOCKS, FORMAT, HEAD, PARTS, RESERVED, Key
from game.story.source import Reader

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ID = r"^[A-Za-z][A-Za-z0-9_]*$"
Schema = dict[str, Any]

_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_FEW = 200  # conditions worth offering

# Where text is wanted, a plain scalar is its source text; an editor has made a number or a flag of it by then.
_TEXT: Schema = {"type": ["string", "number", "boolean"], "pattern": r"\S"}
_CONSTANT: Schema = {"type": ["string", "integer", "boolean"]}
_DEFINITIONS: dict[str, Schema] = {
    "text": _TEXT,
    "id": {"type": "string", "pattern": ID, "not": {"enum": sorted({*RESERVED, *FUNCTIONS, *keyword.kwlist})}},
    "condition": {"type": ["string", "boolean"], "pattern": r"\S"},
    "passage": {
        "anyOf": [
            {"$ref": "#/$defs/text"},
            {"$ref": "#/$defs/block"},
            {"type": "array", "minItems": 1, "items": {"anyOf": [{"$ref": f"#/$defs/{d}"} for d in ("text", "block")]}},
        ]
    },
}


def _needs(*keys: str) -> Schema:
    return {"required": list(keys)}


def _one_of(*keys: str) -> list[Schema]:
    return [_needs(key) for key in keys]


def _none_of(*keys: str) -> Schema:
    return {"properties": dict.fromkeys(keys, False)}


# What blocks demand beyond their keys.
_RULES: dict[str, Schema] = {
    "variable": {
        "oneOf": _one_of("range", "one_of", "text"),
        "allOf": [
            {"if": {"anyOf": _one_of("range", "one_of")}, "then": _needs("start")},
            {"if": {"anyOf": _one_of("one_of", "text")}, "then": _none_of("words", "show")},
            {"if": _needs("text"), "then": _none_of("start")},
            {"if": _needs("range"), "then": {"properties": {"start": {"type": "integer"}}}},
            {"if": {"properties": {"show": {"const": "words"}}, "required": ["show"]}, "then": _needs("words")},
        ],
    },
    "chapter": {"dependentRequired": {"plate": ["plate_alt"]}},
    "scene": {
        "anyOf": _one_of("next", "choices", "ending"),
        "allOf": [
            {"if": _needs("ending"), "then": _none_of("next", "choices")},
            {
                "if": {
                    "properties": {
                        "tags": {"anyOf": [{"const": "violence"}, {"type": "array", "contains": {"const": "violence"}}]}
                    },
                    "required": ["tags"],
                },
                "then": _needs("summary"),
            },
            {
                "if": {
                    "properties": {"chapter": {"const": "same"}},
                    "required": ["chapter"],
                    "anyOf": _one_of("text", "choices"),
                },
                "then": _needs("basis"),
            },
        ],
    },
    "choice": {
        "dependentRequired": {"locked": ["when"]},
        "not": {"properties": {"stay": {"const": True}}, "required": ["go", "stay"]},
    },
    "record": {"oneOf": _one_of("followed", "departed", "disputed", "invented")},
    "must_hold": {"minProperties": 1, "maxProperties": 1},
    "block": {
        "if": _needs("by"),
        "then": _none_of("text", "once", "again", "sheet"),
        "else": {
            "propertyNames": {"enum": list(BLOCKS["block"])},
            "oneOf": _one_of("text", "once", "again", "sheet"),
            "dependentRequired": {"else": ["when"]},
        },
        "additionalProperties": {"$ref": "#/$defs/passage"},
    },
}


def json_schema(story: Story | None = None) -> Schema:
    """The schema of one file of a story, the head or another; with a story, its own names in it."""
    names = _names(story) if story else {}
    conditions = _conditions(story) if story else []
    make = partial(_value, names=names, conditions=conditions, story=story)
    blocks = {name: _block(name, keys, make) for name, keys in BLOCKS.items() if name != "story"}
    blocks["variable"] = {"anyOf": [{"type": "boolean"}, blocks["variable"]]}
    if story:
        blocks["block"]["allOf"] = _cases(story)
    head: Schema = {"if": _needs("format"), "then": _needs(*(k for k in HEAD if HEAD[k].required))}
    return {
        "$schema": DIALECT,
        "title": f"A file of {story.title}" if story else "A file of a story",
        "type": ["object", "null"],
        "properties": {name: make(name, key) for name, key in (HEAD | PARTS).items()},
        "additionalProperties": False,
        **head,
        "else": _none_of(*HEAD),
        "$defs": _DEFINITIONS | blocks | {f"{kind} of this story": {"enum": ids} for kind, ids in names.items() if ids},
    }


def _block(name: str, keys: dict[str, Key], make: Any) -> Schema:
    required = [k for k, key in keys.items() if key.required]
    return {
        "type": "object",
        "properties": {k: make(k, key) for k, key in keys.items()},
        "additionalProperties": False,
        **({"required": required} if required else {}),
        **_RULES.get(name, {}),
    }


def _value(name: str, key: Key, *, names: dict[str, list[str]], conditions: list[str], story: Story | None) -> Schema:
    """What one key takes."""
    schema = dict(_shape(name, key, names, story))
    schema["description"] = f"{key.meaning[:1].upper()}{key.meaning[1:]}."
    if key.shape == "expression" and conditions:
        schema["examples"] = conditions
    elif not names.get(key.names):  # else what is offered are the story's own
        schema["examples"] = [_example(key.example)]
    return schema


def _shape(name: str, key: Key, names: dict[str, list[str]], story: Story | None) -> Schema:
    word: Schema = {"$ref": "#/$defs/id"}
    if names.get(key.names):  # known ids are offered, others are allowed
        word = {"anyOf": [{"$ref": f"#/$defs/{key.names} of this story"}, word]}
    if key.words:
        word = {"enum": list(key.words)}
    match key.shape:
        case "text" | "inline":
            if (name, key.shape) == ("text", "inline"):
                return {"type": _TEXT["type"]}  # a variable's text may start as ""
            return {"$ref": "#/$defs/text"}
        case "word":
            return _TEXT | {"pattern": "^[a-z0-9][a-z0-9-]{0,63}$"} if name == "id" else dict(_TEXT)
        case "passage":
            return {"$ref": "#/$defs/passage"}
        case "expression":
            return {"$ref": "#/$defs/condition"}
        case "id":
            return word
        case "ids":
            return {"anyOf": [word, {"type": "array", "items": word}]}
        case "flag":
            return {"type": "boolean"}
        case "integer":
            return {"const": FORMAT} if name == "format" else {"type": "integer"}
        case "integers":
            return {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}
        case "words":
            listed = {"type": "array", "items": {"$ref": "#/$defs/id"}, "minItems": 1}
            told = {"type": "object", "propertyNames": {"$ref": "#/$defs/id"}, "minProperties": 1}
            return {"anyOf": [listed, told | {"additionalProperties": {"$ref": "#/$defs/text"}}]}
        case "bands":
            spans = {"propertyNames": {"pattern": r"^-?[0-9]{1,9}(-(-?[0-9]{1,9}))?$"}}
            return {"type": "object", **spans, "additionalProperties": {"$ref": "#/$defs/text"}}
        case "texts":
            item = (
                {"anyOf": [word["anyOf"][0], {"$ref": "#/$defs/text"}]} if "anyOf" in word else {"$ref": "#/$defs/text"}
            )
            return {"type": "array", "items": item}
        case "values" | "effects":
            return {"type": "object", "properties": _assigned(key, story), "additionalProperties": _CONSTANT}
        case "way":
            return {"anyOf": [word, {"type": "array", "items": {"$ref": "#/$defs/way"}, "minItems": 1}]}
        case "block":
            return {"$ref": f"#/$defs/{key.of}"}
        case "blocks":
            least = {"minItems": 1} if name == "choices" else {}
            return {"type": "array", "items": {"$ref": f"#/$defs/{key.of}"}, **least}
        case "named":
            held = {"$ref": f"#/$defs/{key.of or 'condition'}"}
            return {"type": "object", "propertyNames": {"$ref": "#/$defs/id"}, "additionalProperties": held}
    raise ValueError(key.shape)


# --- a story's own names -------------------------------------------------------------------------------------------


def _names(story: Story) -> dict[str, list[str]]:
    subjects = [v.id for v in story.variables.values() if v.kind in (Kind.FLAG, Kind.WORD)]
    return {
        "scene": list(story.scenes),
        "outcome": [s.id for s in story.scenes.values() if s.outcome],
        "chapter": [*story.chapters, "same"],
        "fact": list(story.facts),
        "basis": [*story.facts, "invented"],
        "source": list(story.sources),
        "choice": [*story.choices, "continue"],
        "subject": [*subjects, *story.definitions],
    }


def _conditions(story: Story) -> list[str]:
    """A condition for each thing that one can be about, to begin with."""
    found: list[str] = []
    for v in story.variables.values():
        if v.kind is Kind.FLAG:
            found += [v.id, f"not {v.id}"]
        elif v.kind is Kind.NUMBER:
            found.append(f"{v.id} >= {min(v.low + 1, v.high)}")
        elif v.kind is Kind.WORD:
            found += [f"{v.id} == {word}" for word in v.words]
    found += story.definitions
    found += [f"seen('{scene}')" for scene in story.scenes]
    found += [f"chose('{choice}')" for choice in story.choices]
    return found[:_FEW]


def _assigned(key: Key, story: Story | None) -> Schema:
    """The variables that may stand under `set`, `answers` or `state`, with what each can be."""
    if story is None:
        return {}
    variables: Iterable[Variable] = story.variables.values()
    if key.names == "asked":
        variables = story.questions
    elif key.shape == "effects":
        variables = [v for v in variables if not v.ask and v.kind is not Kind.TEXT]
    return {v.id: _held(v) for v in variables}


def _held(variable: Variable) -> Schema:
    values: list[Any] = []
    told = variable.kind.value
    if variable.kind is Kind.FLAG:
        values = [True, False]
    elif variable.kind is Kind.WORD:
        values, told = list(variable.words), f"one of {', '.join(variable.words)}"
    elif variable.kind is Kind.NUMBER:
        values = [variable.low, variable.high, f"{variable.id} + 1", f"{variable.id} - 1"]
        told = f"a number from {variable.low} to {variable.high}"
    described = {"description": f"{variable.label}: {told}." if variable.label else f"{told}."}
    return _CONSTANT | described | ({"examples": values} if values else {})


def _cases(story: Story) -> list[Schema]:
    """The keys that follow on each `by`."""
    found = {v.id: list(v.words) for v in story.variables.values() if v.kind is Kind.WORD}
    flags = [v.id for v in story.variables.values() if v.kind is Kind.FLAG]
    found |= {name: ["true", "false"] for name in [*flags, *story.definitions]}
    passage = {"$ref": "#/$defs/passage"}
    return [
        {
            "if": {"properties": {"by": {"const": name}}, "required": ["by"]},
            "then": {"properties": dict.fromkeys(words, passage)},
        }
        for name, words in found.items()
    ]


# --- examples ------------------------------------------------------------------------------------------------------


def _example(text: str) -> Any:
    node = Reader(Problems()).read(File("", text))
    assert node is not None
    return plain(node)


def plain(node: Node) -> Any:
    """A node as other programs read it: YAML 1.2 core, keys as their source text."""
    if isinstance(node, Mapping):
        return {name: plain(value) for name, value in node.values.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    if node.is_null:
        return None
    if node.style:
        return node.text
    if node.text in ("true", "false"):
        return node.text == "true"
    if _INTEGER.match(node.text):
        return int(node.text)
    return float(node.text) if _FLOAT.match(node.text) else node.text
