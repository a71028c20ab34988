"""Every problem a story can have: its stable code, how bad it is, its words and its hint.

Codes are public: they are looked up, tested and silenced by people, and never change meaning. The table is read when
there is a problem, or somebody asks for the codes: a play does without.
"""

from typing import NamedTuple

from game.story.diagnostics import Severity

QUOTE_HINT = "Use `|` and put the text on the next line, indented, or put it in quotes."
TEXT_HINT = "Use `|` and put the text on the next line, indented."
FLOW_HINT = "Inside braces and brackets, put the whole text in quotes."


class Wording(NamedTuple):
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR


W = Severity.WARNING

CATALOGUE: dict[str, Wording] = {
    # files
    "no-files": Wording("no story in {path}", "A story is a .yaml file, or a folder with a story.yaml in it."),
    "no-head": Wording(
        "no file has the story's head",
        "One file, usually story.yaml, begins with `format: 1`, `id`, `title` and `start`.",
    ),
    "two-heads": Wording(
        "a second head: {first} has one already", "Keep `format` and the rest of the head in one file."
    ),
    "head-key": Wording("`{key}` belongs in the story's head", "Move it to the file with `format: 1`."),
    "unreadable": Wording("can't be read: {why}"),
    "not-a-file": Wording("is {what}, where a YAML file was looked for", "Rename it, or move it out of the story."),
    "yml-ending": Wording("ends in .yml and is not read", "Rename it to end in .yaml.", W),
    "not-read": Wording("is not read: its name does not end in .yaml", "Rename it to end in .yaml.", W),
    "repeats-file": Wording(
        "this file repeats `{other}`: most of its names stand there too",
        "If it is a copy, move it out of the story's folder.",
    ),
    "not-utf8": Wording("not UTF-8: {what}", "Save the file as UTF-8."),
    "too-large": Wording("this {what} is too large: the limit is {limit}", "Split it."),
    "unsafe-path": Wording("`{what}` leads out of the story's folder", "Keep every file inside the folder."),
    "missing-file": Wording("no file `{what}`", "Paths start at the story's folder."),
    "bad-plate": Wording(
        "the plate `{what}` can't be used: {why}", "A plate is UTF-8 text, at most 60 wide and 16 high."
    ),
    # YAML
    "yaml": Wording("not YAML: {why}", "Check the indentation here and in the line above. " + QUOTE_HINT),
    "tab": Wording("a tab", "YAML is indented with spaces: set your editor to write spaces for tabs."),
    "control-character": Wording("an invisible control character, {char}", "Delete it."),
    "colon-in-text": Wording("a `: ` here makes what stands before it a key", QUOTE_HINT),
    "key-in-text": Wording("`{key}` was read as a key because a `: ` follows it", QUOTE_HINT),
    "comment-in-text": Wording("` #` begins a comment: the text ends here", QUOTE_HINT),
    "text-cut": Wording("the text ends before the ` #`, which begins a comment", QUOTE_HINT, W),
    "text-is-comment": Wording("`{key}` is empty: everything from `#` on is a comment", QUOTE_HINT),
    "special-start": Wording("text can't begin with `{char}`, which means something to YAML", QUOTE_HINT),
    "unclosed-quote": Wording("the quote {quote} is never closed", "Close it. " + QUOTE_HINT),
    "bad-escape": Wording("an unknown escape after a backslash in double quotes", QUOTE_HINT),
    "flow-comma": Wording("a comma inside {{...}} ends what stands before it: `{key}` is read as a new key", FLOW_HINT),
    "flow-question": Wording("a `?` inside {{...}} or [...] needs quotes", FLOW_HINT),
    "flow-special": Wording("`{char}` inside {{...}} or [...] needs quotes", FLOW_HINT),
    "quote-ends": Wording("the quote ends here, and what follows is outside it", "{advice}"),
    "bracket-ends": Wording("a `{char}` outside the brackets", "Delete it."),
    "missing-comma": Wording(
        "a comma is missing before `{key}`", "Put it there. If `{key}:` is part of the text, put the text in quotes."
    ),
    "missing-space": Wording("a space is missing after `{sign}`", "Write `{form}`."),
    "missing-colon": Wording("`{key}` wants a colon after it", "Write `{key}: ...`."),
    "missing-dash": Wording("a `- ` is missing before `{key}`", "Begin each item of a list with `- `."),
    "stray-dash": Wording(
        "a dash before `{key}`, which is a name and no item of a list", "Leave out the dash, and line the names up."
    ),
    "missing-choices": Wording(
        "a `label` makes a choice, and choices stand under `choices:`", "Put a line `choices:` above the first of them."
    ),
    "missing-heading": Wording(
        "`{key}` can't stand in the list of `{holder}`",
        "If it is a scene, a line `scenes:` is missing above. If it belongs to the item above, indent it further.",
    ),
    "misplaced-key": Wording("`{key}` stands {where} than `{beside}` above it", "Line it up with `{beside}`."),
    "name-too-deep": Wording(
        "`{key}` stands in line with `{beside}`, as if it were a key like it",
        "If it is a name, move it to the left, in line with the other names.",
    ),
    "at-the-margin": Wording(
        "`{key}` stands at the margin, where only the head and sections such as `scenes` do",
        "Indent it, in line with the others of its kind.",
    ),
    "not-indented": Wording(
        "`{key}` stands no further in than `{holder}`, to which it belongs", "Indent it and the lines like it."
    ),
    "text-not-indented": Wording(
        "the text stands no further in than `{key}` above it", "Indent every line of the text, by two spaces or more."
    ),
    "ragged-text": Wording(
        "this line stands further left than the text above it", "Line it up with the first line of the text."
    ),
    "odd-line": Wording(
        "this line has no key",
        "If it goes on with the text above, indent it further. If it is a text of its own, write `text: ` before it.",
    ),
    "odd-space": Wording(
        "a strange space, {char}, at the beginning of the line", "Delete the spaces before the text and type them anew."
    ),
    "slash-comment": Wording("`//` means nothing to YAML", "Comments begin with `#`."),
    "unclosed-bracket": Wording("this `{char}` is never closed", "Close it. " + QUOTE_HINT),
    "tag": Wording("a YAML tag (`!`)", "Stories have no tags. " + QUOTE_HINT),
    "merge-key": Wording("a merge key (`<<`)", "Write the keys out."),
    "unknown-alias": Wording(
        "`*{name}` names no anchor", "To print emphasis: " + QUOTE_HINT[0].lower() + QUOTE_HINT[1:]
    ),
    "anchored-key": Wording("an anchor (`&`) on a key", QUOTE_HINT),
    "alias-bomb": Wording("aliases repeat more than {limit} nodes", "Write the parts out."),
    "many-documents": Wording("a second document (`---`) in one file", "Keep one document a file. " + QUOTE_HINT),
    "duplicate-key": Wording("`{key}` stands here twice: first in line {first}", "Rename or remove one."),
    "begins-again": Wording(
        "`{key}` and what follows stand here twice: first in line {first}",
        "If something new begins here, the line above it is missing: its name and a colon, or a `- `.",
    ),
    "missing-section": Wording(
        "`{key}` stands under `{part}`, and looks like one of the `{other}`",
        "A line `{other}:` is missing above it, or stands too far in.",
    ),
    "bad-key": Wording("a key must be a word", QUOTE_HINT),
    "too-deep": Wording("nested deeper than {limit} levels"),
    "too-many-nodes": Wording("more than {limit} entries"),
    # shape
    "unknown-key": Wording("no key `{name}` in {a_block}", "The keys are: {known}."),
    "missing-key": Wording("`{key}` is missing from this {block}"),
    "comma-list": Wording("`{found}` is no id", "Write a list: `[{found}]`."),
    "wrong-shape": Wording("{what} wants {wanted}, not {found}"),
    "empty": Wording("`{key}` is empty", "Give it a value, or leave the key out."),
    "not-a-flag": Wording("`{key}` wants true or false, not `{found}`"),
    "not-an-integer": Wording("`{key}` wants a whole number, not `{found}`"),
    "out-of-range": Wording("`{key}` goes from {low} to {high}: {found} is outside"),
    "not-one-of": Wording("`{name}` is no {what}", "It is one of: {allowed}."),
    "one-of": Wording("{a_block} has exactly one of {keys}; found: {found}"),
    "bad-id": Wording("`{name}` can't be an id", "Ids are letters, digits and _, and begin with a letter."),
    "reserved-id": Wording("`{name}` means something else already", "Choose another id."),
    "bad-story-id": Wording("`{name}` can't be a story's id", "Lower case letters, digits and hyphens."),
    "wrong-format": Wording("format {found} is not known here", "This program reads format {known}."),
    "duplicate-id": Wording("`{name}` is defined twice: first at {first}", "Rename or remove one."),
    "name-clash": Wording("`{name}` is {other} too", "A bare name must mean one thing: rename one."),
    # state
    "bad-variable": Wording(
        "`{name}` can't start as `{found}`",
        "Write true or false, {{range: [0, 6], start: 3}} or {{one_of: [a, b], start: a}}.",
    ),
    "flag-with-keys": Wording(
        "`{name}` looks like a flag, and a flag takes no keys",
        "Write `{name}: {start}`. What is asked before the first scene wants `one_of`.",
    ),
    "bad-range": Wording("a range is [low, high], two whole numbers within {limit}"),
    "bad-band": Wording("`{name}` is neither a number nor a span such as 0-2"),
    "bands-cover": Wording("`words` must cover {low} to {high} once each, without gaps"),
    "key-not-here": Wording("`{key}` has no meaning with `{kind}`"),
    "definition-circle": Wording("definitions go in a circle: {names}"),
    # names
    "unknown-name": Wording(
        "nothing is called `{name}`", "Variables are declared under `state`, conditions under `define`."
    ),
    "unknown-variable": Wording("no variable `{name}`"),
    "unknown-word": Wording("`{name}` is not a word it can have", "The words are: {known}."),
    "unknown-scene": Wording("no scene `{name}`"),
    "unknown-choice": Wording("no choice `{name}`", "Choices are named scene/choice."),
    "unknown-chapter": Wording("no chapter `{name}`"),
    "unknown-fact": Wording("no fact `{name}`"),
    "unknown-source": Wording("no source `{name}`"),
    "not-asked": Wording("`{name}` is no variable with `ask`"),
    "not-an-outcome": Wording("the scene `{name}` has no `outcome`"),
    # expressions
    "empty-expression": Wording("an empty expression"),
    "expression-syntax": Wording("not an expression: {why}"),
    "expression-form": Wording("`{form}` is not part of the language", "See the list of what conditions may contain."),
    "expression-too-long": Wording(
        "an expression too large: the limit is {limit}", "Give a part of it a name under `define`."
    ),
    "number-too-large": Wording("a number above {limit}"),
    "not-a-condition": Wording("{found}, where a condition was wanted", "Compare it with something: `trust > 2`."),
    "not-a-number": Wording("{found}, where a number was wanted"),
    "mixed-types": Wording("{left} and {right} don't go together here"),
    "wrong-type": Wording("`{key}` is {wanted}; this is {found}"),
    "divisor": Wording("`{sign}` wants a positive whole number on its right"),
    "call-arguments": Wording(
        "`{name}` has the wrong arguments", "seen('scene'), chose('scene/choice'), min(a, b), abs(a)."
    ),
    "in-list": Wording("`in` wants a list of constants: `trust in [1, 2]`"),
    "visits-compared": Wording(
        "`visits()` may only be compared with a whole number", "For instance `visits('hub') >= 3`."
    ),
    "text-tested": Wording("`{name}` is text: it can be shown, not tested"),
    "set-asked": Wording("`{name}` can't be set", "Text, and what the player is asked, stays as it is."),
    "never-true": Wording("`{condition}` can never hold"),
    "always-true": Wording("`{condition}` always holds", severity=W),
    "set-form": Wording("`{found}` sets nothing", "Write `{form}`."),
    "cut-constant": Wording("this is always outside `{key}`, which goes from {low} to {high}", severity=W),
    # text
    "number-list": Wording(
        "a paragraph that begins with `{found}` is read as a numbered list", "For a year, write `{form}`.", W
    ),
    "lone-brace": Wording("a lone `{char}`", "Write {{{{ or }}}} for a brace."),
    "no-insert-here": Wording("nothing can be inserted here: `{insert}`", "Write {{{{ and }}}} for braces."),
    "else-without-when": Wording(
        "`else` without `when` or `by`",
        "Put `else` into the block that has the `when` or `by`, without a dash before it.",
    ),
    "dead-else": Wording("`else` is never used: every value has a passage", severity=W),
    "by-what": Wording("`by` wants a flag, a definition or a one_of variable, not `{found}`"),
    "by-missing": Wording("`by` misses {names}", "Add a passage for each, or an `else`."),
    "no-visits-here": Wording("`{key}` asks about a visit, and a card belongs to no scene"),
    "sheet-in-sheet": Wording("a sheet inside a sheet"),
    # flow
    "choice-needs-id": Wording("this label makes no id", "Give the choice an `id`."),
    "duplicate-choice": Wording("two choices here are both `{name}`: first in line {first}", "Give one an `id`."),
    "go-and-stay": Wording("`go` and `stay` together"),
    "locked-without-when": Wording("`locked` without `when`", "Say when it is not offered."),
    "no-way-out": Wording(
        "`{name}` leads nowhere", "Add `go` or `stay` to the choice, or `next` or `ending` to the scene."
    ),
    "no-last-way": Wording("the last way of `next` has a `when`", "End the list with a way that always holds."),
    "dead-way": Wording("the ways after this one are never taken", "Only the last way of `next` has no `when`."),
    "junction-circle": Wording("junctions go in a circle: {name}", "Give one of them text or choices."),
    "ending-goes-on": Wording("an ending has no `{key}`"),
    "unreachable-scene": Wording("nothing leads to the scene `{name}`", severity=W),
    "no-ending": Wording(
        "no way leads from `{name}` to an ending", "Give a last scene `ending: {{title: ...}}`.", severity=W
    ),
    "all-stay": Wording(
        "every choice of `{name}` comes back to it", "Let one of them `go` somewhere, or give the scene a `next`."
    ),
    "todo": Wording("`{name}` is still to be written: {note}", severity=W),
    # telling
    "missing-summary": Wording("`{name}` is tagged violence and has no `summary`", "Add two neutral lines."),
    "missing-plate-alt": Wording("a plate without `plate_alt`", "Say in words what it shows."),
    "same-without-basis": Wording("`{name}` has `chapter: same` and so needs a `basis` of its own"),
    # unused
    "unused-variable": Wording("nothing reads the variable `{name}`", severity=W),
    "never-set": Wording("nothing sets the variable `{name}`", severity=W),
    "unused-definition": Wording("nothing uses the definition `{name}`", severity=W),
    "unused-fact": Wording("no scene, chapter or record rests on the fact `{name}`", severity=W),
    "unused-source": Wording("no fact rests on the source `{name}`", severity=W),
    "unused-chapter": Wording("no scene belongs to the chapter `{name}`", severity=W),
    # what only a proof tells
    "never-met": Wording("the scene `{name}` is met in no play", severity=W),
    "never-taken": Wording("the choice `{name}` is taken in no play", severity=W),
    "never-offered": Wording("the choice `{name}` is offered in no play: `{condition}` never holds", severity=W),
    "never-told": Wording("{name} is told in no play", severity=W),
    "always-told": Wording("{name} is told in every play that comes here", severity=W),
    "never-asked": Wording("`{condition}` is asked in no play", severity=W),
    "never-holds": Wording("`{condition}` holds in no play", severity=W),
    "always-holds": Wording("`{condition}` always holds when it is asked", severity=W),
    # what silences
    "unknown-silencer": Wording("no warning is called `{name}`", "Only warnings can be silenced, by their codes.", W),
    "unused-silencer": Wording("there is no `{name}` here to be silenced", "Delete the comment.", W),
    "too-many-problems": Wording("more than {limit} problems: the rest are not shown"),
}
