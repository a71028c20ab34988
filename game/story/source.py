"""YAML text in, located nodes or problems out: the only user of PyYAML but for `cover.py`.

The surprising rule: nothing is converted. A scalar keeps the text the author wrote (`no`, `12:30`, `1.10`), and
whoever wants a number or a flag asks for one. Nodes are built from the event stream with an explicit stack and
counters, so that neither depth, nor size, nor aliases can hurt the process.
"""

import re
from sys import intern
from typing import Any, cast

import yaml

from game.story.diagnostics import MAX_PROBLEMS, Problems
from game.story.files import FORBIDDEN, line_column
from game.story.nodes import BROKEN, File, Lines, Mapping, Node, Repeated, Scalar, Sequence
from game.story.schema import BLOCKS, shapes_of

MAX_NODES = 400_000  # of all files together; 10,000 scenes have some 250,000
MAX_KEYS = 50_000  # in one mapping
MAX_DEPTH = 64
SHORT = 24  # characters of a text that may well come again
MAX_ALIASED = 20_000  # nodes that aliases may repeat

_SPECIAL = "\"'*>|[{&!%@`"
_ENTRY = re.compile(r"\s*(?:- +)*(?:[^\s:#\"'\[{][^:#]*?: +)?")
_LONE_KEY = re.compile(r"\s*(?:- +)*\w+\Z")
_GLUED = re.compile(r"[|>][-+0-9]*#")
_GLUED_COLON = re.compile(r":[\[\]{},]")
_ASKED = re.compile(r"[\s\[{,]?\?\Z")
_COMMENT = re.compile(r"\s*#")
_CLOSED = re.compile(r"[}\]]\s*([,;.]+)\s*\Z")
_LAST_WORD = re.compile(r"[^\s{\[,]\s+(\w+)\Z")
_BLANK = re.compile(r"\s*\Z")
_ASKS = re.compile(r"\?(?<![^\s\[{,]\?)\s")
_ASKING = re.compile(r"\?(?:\s|\Z)")


def _find(char: str, lines: Lines, line: int, column: int) -> tuple[int, int]:
    """Where a character stands first at or after a place that is known to come before it."""
    at = lines[line - 1].find(char, column - 1)
    while at < 0:
        line += 1
        at = lines[line - 1].find(char)
    return line, at + 1


def _comment_follows(lines: Lines, end: Any, text: str) -> bool:
    """Whether a comment ends the line of a plain scalar, or stands below where nothing does."""
    if end.line >= len(lines):
        return False
    if not text and end.line + 1 < len(lines) and _BLANK.match(lines[end.line], end.column):
        return _COMMENT.match(lines[end.line + 1]) is not None
    return _COMMENT.match(lines[end.line], end.column) is not None


def _before(line: str, end: int) -> int:
    """The end of what stands before some blanks."""
    while end > 0 and line[end - 1].isspace():
        end -= 1
    return end


def _asked(mapping: Mapping, line: int, column: int) -> tuple[int, int] | None:
    """Where the `?` stands that makes a key of what follows it, if one does."""
    lines = mapping.file.lines
    if mapping.flow:
        end = _before(lines[line - 1], column - 1)
        asks = _ASKED.match(lines[line - 1], max(end - 2, 0), end)
        return (line, end) if asks else None
    if not mapping.values:
        asks = _ASKING.match(lines[mapping.line - 1], mapping.column - 1)
        return (mapping.line, mapping.column) if asks else None
    usual = next(iter(mapping.places.values()))[1]
    if column == usual:
        return None
    while line > 1 and not _ASKING.match(lines[line - 1], usual - 1):
        line -= 1
    return line, usual


def _is_hollow(node: Node | None) -> bool:
    return isinstance(node, Scalar) and node.is_null


def _uncut(before: str, flow: Mapping | Sequence | None) -> str:
    """The key before whose colon a flow mapping stopped, if a comma may be missing there."""
    match = _LAST_WORD.search(before)
    if match is None or not isinstance(flow, Mapping) or match[1] in flow.places:
        return ""
    wanted = {match[1], *flow.places}
    return match[1] if any(wanted <= block.keys() for block in BLOCKS.values()) else ""


class _Pieces:
    """A text as a stream, for libyaml, which would copy the whole."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def read(self, most: int) -> str:
        piece = self.text[self.at : self.at + most]
        self.at += len(piece)
        return piece


class _PureLoader(yaml.Loader):
    """PyYAML's own parser, which lets an escape beyond Unicode raise what is no YAML error."""

    def scan_flow_scalar(self, style: str) -> Any:
        start = self.get_mark()
        try:
            return super().scan_flow_scalar(style)
        except (ValueError, OverflowError):
            why = "found an unknown escape"
            raise yaml.scanner.ScannerError("while scanning a quoted scalar", start, why, self.get_mark()) from None


class Reader:
    """Builds the nodes of any number of files, counting over all of them.

    `pure` takes PyYAML's own parser where libyaml's is there too; both give equal nodes.
    """

    def __init__(self, problems: Problems, *, pure: bool = False) -> None:
        self.problems = problems
        self.pure = pure or not getattr(yaml, "__with_libyaml__", False)
        self.count = 0
        self.aliased = 0
        self.asks = False  # whether the file has a `?` that may make a key of what follows
        self.torn = False  # whether names are missing because others stand twice
        self.stray: list[tuple[int, int, str]] = []  # aliases that name no anchor
        self.open: list[Mapping | Sequence] = []  # the collections around the present event

    def admits(self, nodes: int, aliased: int) -> bool:
        """Counts the nodes of a file that was read before, if they are within the limits; else it must be read again,
        which tells where they are not."""
        if self.count + nodes > MAX_NODES or self.aliased + aliased > MAX_ALIASED:
            return False
        self.count, self.aliased = self.count + nodes, self.aliased + aliased
        return True

    def read(self, file: File) -> Node | None:
        """The root node, or None for an empty file or one with problems (which are then in `problems`)."""
        for number, content in enumerate(file.lines, 1):
            if content.startswith("%"):  # a directive, which YAML would obey or pass over
                self.problems.at(file, number, 1, "special-start", char="%")
                return None
            if content.strip() not in ("", "---") and not content.startswith("#"):
                break
        loader: Any = _PureLoader(file.text) if self.pure else yaml.CLoader(cast("Any", _Pieces(file.text)))
        self.asks = _ASKS.search(file.text) is not None
        self.stray.clear()
        self.open.clear()
        root = None
        try:
            root = self._build(loader.get_event, file)
        except yaml.MarkedYAMLError as error:
            self._explain(file, error)
        except yaml.reader.ReaderError as error:
            line, column = line_column(file.text, int(error.position))
            self.problems.at(file, line, column, "yaml", why=str(error.reason))
        finally:
            loader.dispose()
        for line, column, name in self.stray:
            self.problems.at(file, line, column, "unknown-alias", name=name)
        return root

    def _build(self, next_event: Any, file: File) -> Node | None:
        root: Node | None = None
        documents = 0
        stack = self.open
        keys: list[str | None] = []  # the key that waits for its value, per open mapping
        pending: list[tuple[str | None, int]] = []  # anchor and node count at the start, per open node
        anchors: dict[str, tuple[Node, int]] = {}
        unused: dict[str, Scalar] = {}  # anchored scalars that no alias names yet
        shared: dict[str, str] = {}  # words that many scalars are, as ids and `true`
        scalar_event, lines = yaml.ScalarEvent, file.lines
        hashes = {n for n, content in enumerate(file.text.split("\n")) if "#" in content}
        plain_keys = not (self.asks or self.pure)
        while True:
            event = next_event()
            kind = type(event)
            node: Node
            mark = event.start_mark
            if kind is scalar_event:
                text, style = event.value, event.style or ""
                line, column = mark.line + 1, mark.column + 1
                if (
                    plain_keys and text and not style and stack and type(stack[-1]) is Mapping and keys[-1] is None
                    and event.tag is None and event.anchor is None and text.isidentifier()
                    and text not in stack[-1].values and len(stack[-1].values) < MAX_KEYS
                ):  # what `_key` would do with it  # fmt: skip
                    keys[-1] = name = intern(text)
                    stack[-1].begin(name, line, column)
                    continue
                if not (text or stack or style or event.tag):  # an empty file: the parsers see it at different ends
                    return None
                comment = False
                if not style:
                    if not (text or event.tag or event.anchor):  # nothing, which libyaml may place after the blanks
                        column = _before(lines[line - 1], column - 1) + 1 if line <= len(lines) else 1
                    if event.end_mark.line in hashes or (not text and event.end_mark.line + 1 in hashes):
                        comment = _comment_follows(lines, event.end_mark, text)
                    if "?" in text and stack and stack[-1].flow:
                        self.problems.at(file, *_find("?", lines, line, column), "flow-question")
                        return None
                elif style in "|>" and _GLUED.match(lines[line - 1], column - 1):
                    self.problems.at(file, line, column, "special-start", char=style)  # libyaml would read it
                    return None
                if event.tag is not None:
                    self.problems.at(file, line, column, "tag")
                    style = BROKEN
                elif style == '"' and (bad := FORBIDDEN.search(text) or re.search("\t", text)):
                    if "\ud800" <= bad[0] <= "\udfff":  # half a character: libyaml refuses it, PyYAML does not
                        self.problems.at(file, line, column, "bad-escape")
                        return None
                    self.problems.at(file, line, column, "control-character", char=f"U+{ord(bad[0]):04X}")
                    text = FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text).replace("\t", " ")
                    style = BROKEN
                if stack and type(stack[-1]) is Mapping and keys[-1] is None:
                    if event.anchor is not None:
                        self.problems.at(file, line, column, "anchored-key")
                    if self._key(stack[-1], text, style, line, column, keys):
                        continue
                    return None
                if len(text) < SHORT:
                    text = shared.setdefault(text, text)
                node = Scalar(file, line, column, text, style, comment)
                if event.anchor is not None:
                    anchors[event.anchor] = (node, 1)
                    unused[event.anchor] = node
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                line, column = mark.line + 1, mark.column + 1
                if event.tag is not None:
                    self.problems.at(file, line, column, "tag")
                if len(stack) >= MAX_DEPTH:
                    self.problems.at(file, line, column, "too-deep", limit=MAX_DEPTH)
                    return None
                if stack and type(stack[-1]) is Mapping and keys[-1] is None:
                    self.problems.at(file, line, column, "bad-key")
                    return None
                flow = bool(event.flow_style)
                is_mapping = kind is yaml.MappingStartEvent
                opened = (Mapping if is_mapping else Sequence)(file, line, column, flow)
                stack.append(opened)
                keys.append(None)
                pending.append((event.anchor, self.count))
                self.count += 1
                continue
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                node = stack.pop()
                keys.pop()
                if type(node) is Mapping:
                    if node.repeated:
                        self._tell_repeated(node)
                    node.end()
                anchor, before = pending.pop()
                if anchor is not None:
                    anchors[anchor] = (node, self.count - before)
                self.count -= 1  # counted again below, when it is put in its place
            elif kind is yaml.AliasEvent:
                line, column = mark.line + 1, mark.column + 1
                found = anchors.get(event.anchor)
                if found is None:
                    self.stray.append((line, column, event.anchor))
                    found = (Scalar(file, line, column, f"*{event.anchor}", BROKEN), 1)
                elif stack and type(stack[-1]) is Mapping and keys[-1] is None:
                    self.problems.at(file, line, column, "bad-key")
                    return None
                unused.pop(event.anchor, None)
                node, size = found
                self.aliased += size
                if self.aliased > MAX_ALIASED:
                    self.problems.at(file, line, column, "alias-bomb", limit=f"{MAX_ALIASED:,}")
                    return None
                self.count += size
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    self.problems.at(file, mark.line + 1, mark.column + 1, "many-documents")
                    return None
                continue
            elif kind is yaml.StreamEndEvent:
                for scalar in unused.values():  # text such as `&c and so on`
                    self.problems.at(file, scalar.line, scalar.column, "special-start", char="&")
                    scalar.style = BROKEN
                return root
            else:
                continue
            self.count += 1
            if self.count > MAX_NODES:
                self.problems.at(file, node.line, node.column, "too-many-nodes", limit=f"{MAX_NODES:,}")
                return None
            if not stack:
                root = node
                continue
            top = stack[-1]
            if type(top) is Sequence:
                top.items.append(node)
            elif type(top) is Mapping:
                key = keys[-1]
                keys[-1] = None
                if key is None:  # an unknown alias where a key should stand; the problem is noted
                    return None
                top.values[key] = node

    def _key(self, mapping: Mapping, text: str, style: str, line: int, column: int, keys: list[str | None]) -> bool:
        file = mapping.file
        if self.asks and (mapping.flow or column != mapping.column) and (asked := _asked(mapping, line, column)):
            self.problems.at(file, *asked, "special-start", char="?")
            return False
        if (
            self.pure
            and mapping.flow
            and not style
            and _GLUED_COLON.match(file.lines[line - 1], column - 1 + len(text))
        ):
            self._tell_glued(file, line, column + len(text))  # PyYAML would read it
            return False
        if text == "<<" and not style:
            self.problems.at(file, line, column, "merge-key")
            return False
        if text in mapping.values:
            mapping.repeated = mapping.repeated or []
            mapping.repeated.append(Repeated(text, next(reversed(mapping.values), ""), line, column))
            if len(mapping.repeated) > MAX_PROBLEMS:
                self._tell_repeated(mapping)
                return False
        else:
            mapping.begin(text, line, column)
        if len(mapping.values) > MAX_KEYS:
            self.problems.at(file, line, column, "too-many-nodes", limit=f"{MAX_KEYS:,}")
            return False
        keys[-1] = text
        return True

    def _tell_glued(self, file: File, line: int, column: int) -> None:
        """A colon inside brackets with a bracket right after it."""
        content = file.lines[line - 1]
        word = re.search(r"\w*\Z", content[max(column - 40, 0) : column - 1])
        key = word[0] if word else ""
        if shapes_of(key):
            form = f"{key}: {content[column : column + 1]}..."
            self.problems.at(file, line, column, "missing-space", sign=f"{key}:", form=form)
        else:
            self.problems.at(file, line, column, "flow-special", char=":")

    def _tell_repeated(self, mapping: Mapping) -> None:
        """Keys that stand twice; where the first of them shows why, that alone."""
        file, repeated = mapping.file, mapping.repeated or []
        key, behind, line, column = repeated[0]
        hollow = mapping.values.get(behind)
        self.torn = self.torn or len(self.open) < 2
        if not mapping.flow and key == next(iter(mapping.places)) and self.open and type(self.open[-1]) is Sequence:
            self.problems.at(file, line, column, "missing-dash", key=key)
        elif not mapping.flow and key != behind and _is_hollow(hollow) and not shapes_of(behind):
            place = mapping.places[behind]
            del mapping.values[behind]
            self.torn = True
            self.problems.at(file, *place, "name-too-deep", key=behind, beside=key)
        elif not mapping.flow and len(repeated) > 1 and shapes_of(key):
            self.torn = True
            self.problems.at(file, line, column, "begins-again", key=key, first=mapping.places[key][0])
        else:
            for key, _, line, column in repeated:
                self.problems.at(file, line, column, "duplicate-key", key=key, first=mapping.places[key][0])

    def _explain(self, file: File, error: yaml.MarkedYAMLError) -> None:
        """A YAML error in the words of the trap the author stepped into."""
        from game.story.outline import find_slip  # of files that have failed only

        why = str(error.problem or error.context or "")
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        at_end = not any(
            rest.strip() for rest in [*(c[column:] for c in file.lines[line : line + 1]), *file.lines[line + 1 :]]
        )
        context = error.context_mark
        quoted = "quoted scalar" in (error.context or "")
        if context and (quoted or "simple key" in (error.context or "") or "end of stream" in why or "<stream" in why):
            line, column = context.line, context.column
        if line >= len(file.lines):
            line = len(file.lines) - 1
            column = len(file.lines[line])
        while line > 0 and not file.lines[line].strip():  # an end of the file: show the last line that says something
            line -= 1
            column = len(file.lines[line])
        content = file.lines[line]
        flow = self.open[-1] if self.open and self.open[-1].flow else None
        entry = _ENTRY.match(content)
        start = entry.end() if entry else 0
        before = content[:column].rstrip()
        if "unexpected ':'" in why:
            self._tell_glued(file, line + 1, column + 1)
        elif quoted and "escape" in why:
            self.problems.at(file, line + 1, column + 1, "bad-escape")
        elif quoted:
            self.problems.at(file, line + 1, column + 1, "unclosed-quote", quote=content[column : column + 1])
        elif flow is not None and content[column : column + 1] == "?":
            self.problems.at(file, line + 1, column + 1, "flow-question")
        elif flow is not None and (at_end or content[column : column + 1] in ("]", "}") or _LONE_KEY.match(before)):
            char = "{" if isinstance(flow, Mapping) else "["
            self.problems.at(file, flow.line, flow.column, "unclosed-bracket", char=char)
        elif before and before[-1] in "\"'" and content[column : column + 1] not in ("", ":"):
            from game.story.catalogue import TEXT_HINT  # rarely needed

            other = "single" if before[-1] == '"' else "double"
            advice = TEXT_HINT if flow is None else f"Put the whole text in {other} quotes."
            self.problems.at(file, line + 1, len(before), "quote-ends", advice=advice)
        elif content[column : column + 1] == ":" and (key := _uncut(before, flow)):
            self.problems.at(file, line + 1, len(before) - len(key) + 1, "missing-comma", key=key)
        elif flow is not None:
            self.problems.at(file, line + 1, column + 1, "flow-special", char=content[column : column + 1])
        elif slip := find_slip(file.lines, line + 1, column):
            self.problems.at(file, slip.line, slip.column + 1, slip.code, **slip.fields)
        elif "mapping values are not allowed" in why:
            self.problems.at(file, line + 1, column + 1, "colon-in-text")
        elif "sequence entries" in why or "mapping keys" in why:
            self.problems.at(file, line + 1, column + 1, "special-start", char=content[column : column + 1])
        elif line and re.search(r"(^|\s)#", file.lines[line - 1]) and not content[:column].strip():
            cut = re.search(r"(^|\s)#", file.lines[line - 1])
            self.problems.at(file, line, cut.end() if cut else 1, "comment-in-text")
        elif (
            start < len(content)
            and content[start] in "{["
            and (end := _CLOSED.search(content))
            and end.start(1) == column
        ):
            self.problems.at(file, line + 1, column + 1, "bracket-ends", char=content[column])
        elif start < len(content) and content[start] in _SPECIAL and start <= column:
            self.stray = [s for s in self.stray if s[:2] != (line + 1, start + 1)]
            code = "tag" if content[start] == "!" else "special-start"
            self.problems.at(file, line + 1, start + 1, code, char=content[start])
        else:
            self.problems.at(file, line + 1, column + 1, "yaml", why="this line does not go with the lines above it")
