"""A story from its folder or file: every problem of every file in one run, and a Story when none is an error.

The surprising rule: order. Names come first (state, scenes, choices, definitions), then everything that uses them, so
that files may be in any order and an expression may name what stands further down.
"""

import gc
import re
from collections.abc import Iterator
from pathlib import Path

from game.record import record
from game.story import checks
from game.story.around import AroundBuilder
from game.story.cover import STORY_ID
from game.story.declarations import declare
from game.story.diagnostics import Diagnostic, Location, Problems, printable
from game.story.expression_parser import MAX_LENGTH
from game.story.expressions import ANY, Expression, Kind, Names
from game.story.files import MAX_STORY, decode, find_files, read_bytes, sha256
from game.story.model import Story, Teaching
from game.story.nodes import TO_COME, File, Lines, Mapping, Node, Scalar
from game.story.scenes import SceneBuilder
from game.story.schema import BLOCKS, FORMAT, HEAD, PARTS
from game.story.shapes import is_null
from game.story.silence import Silencer, idle, left, silencers
from game.story.source import Reader
from game.story.values import Shaper


@record
class Loaded:
    """`story` is None exactly when some diagnostic is an error. Diagnostics are in file order, without those that the
    story silences."""

    story: Story | None
    diagnostics: tuple[Diagnostic, ...]
    silenced: tuple[Silencer, ...] = ()

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(d for d in self.diagnostics if d.is_error)


@record
class Known:
    """A file as it was read, with nothing wrong in it."""

    data: bytes
    lines: Lines
    root: Node | None
    nodes: int
    aliased: int


def load(path: Path, *, pure: bool = False, known: dict[str, Known] | None = None) -> Loaded:
    """Reads and checks a story. Never raises for what the files say; `pure` takes PyYAML's own parser.

    `known` keeps files from one reading to the next: those with the same bytes are not parsed again.
    """
    collecting = gc.isenabled()
    gc.disable()  # a tree this size has no garbage, and the collector's walks make reading superlinear
    try:
        return _Loader(path, known).load(pure)
    finally:
        if collecting:
            gc.enable()


class _Loader:
    def __init__(self, path: Path, known: dict[str, Known] | None) -> None:
        self.path, self.known, self.keeps = path, {} if known is None else known, known is not None
        self.problems = Problems()
        self.shaper = Shaper(self.problems)
        self.builder = SceneBuilder(self.shaper)
        self.head: Mapping | None = None
        self.headless: list[Mapping] = []  # files without `format` that hold other keys of a head
        self.meant: set[str] = set()  # keys of the head that are there, misspelt
        self.parts: dict[str, dict[str, tuple[Node, Mapping]]] = {name: {} for name in PARTS}
        self.test_nodes: list[Node] = []
        self.aliased = False  # whether a node may stand in several places

    def load(self, pure: bool) -> Loaded:
        digest = self._read(pure)
        self._behead()
        if self.head is None and not self.shaper.partial:
            self.problems.add("no-head", printable(self.path.name or str(self.path)))
        story = self._story(digest)
        silenced = silencers(self.problems.lines, self.problems)
        if not self.problems.errors and not self.shaper.partial:  # else warnings are missing
            for silencer in idle(silenced, tuple(self.problems.found), proved=False):
                at = silencer.location
                self.problems.add("unused-silencer", at.path, at.line, at.column, name=silencer.code)
        self._forget()
        found = left(self.problems.sorted(), silenced)
        return Loaded(story if not any(d.is_error for d in found) else None, found, silenced)

    # --- files and sections

    def _read(self, pure: bool) -> str:
        digest = sha256()
        total = 0
        reader = Reader(self.problems, pure=pure)
        files = list(find_files(self.path, self.problems))
        self.shaper.partial = self.problems.errors > 0
        for shown, path in files:
            before, root = self.problems.errors, None
            data = read_bytes(path, shown, self.problems)
            if data is not None:
                total += len(data)
                if total > MAX_STORY:
                    self.problems.add("too-large", shown, what="story", limit=f"{MAX_STORY / 2**20:g} MiB")
                    self.shaper.partial = True
                    break
                digest.update(f"{shown}\0{len(data)}\0".encode())
                digest.update(data)
                root = self._known(reader, shown, data)
                if root is None:
                    file = decode(data, shown, self.problems)
                    if not self.keeps:
                        data = b""  # a large file is not there twice while its nodes are built
                    root = self._parsed(reader, file, data) if file is not None else None
                self.shaper.partial |= reader.torn
                if root is not None:
                    self._sections(root)
            if self.problems.errors > before and root is None:
                self.shaper.partial = True
        if not files and not self.problems.found:
            self.problems.add("no-files", printable(self.path.name or str(self.path)))
            self.shaper.partial = True
        self.aliased = reader.aliased > 0
        return digest.hexdigest()

    def _forget(self) -> None:
        """Files that are gone, and those with a problem: to go on, a builder may have changed their nodes."""
        wrong = {problem.location.path for problem in self.problems.found}
        for name in list(self.known):
            if name in wrong or name not in self.problems.lines or self.problems.full:
                del self.known[name]

    def _known(self, reader: Reader, shown: str, data: bytes) -> Node | None:
        """The root of a file that is known, if it is within the limits of all files together."""
        known = self.known.get(shown)
        if known is None or known.data != data or not reader.admits(known.nodes, known.aliased):
            return None
        self.problems.lines[shown] = known.lines
        return known.root

    def _parsed(self, reader: Reader, file: File, data: bytes) -> Node | None:
        """The root of a file, which is known from then on."""
        nodes, aliased = reader.count, reader.aliased
        root = reader.read(file)
        if self.keeps:
            nodes, aliased = reader.count - nodes, reader.aliased - aliased
            self.known[file.path] = Known(data, file.lines, root, nodes, aliased)
        return root

    def _sections(self, root: Node) -> None:
        if isinstance(root, Scalar) and root.is_null:
            return
        if not isinstance(root, Mapping):
            self.shaper.error(
                root, "wrong-shape", what="a file", wanted="a block of keys", found=self.shaper.found(root)
            )
            self.shaper.partial = True
            return
        if other := self._repeats(root):
            copy = (other, root.file.path) if Path(root.file.path).name == "story.yaml" else (root.file.path, other)
            self.problems.add("repeats-file", copy[0], other=copy[1])
            self.shaper.partial = True
            return
        is_head = "format" in root.values
        if is_head and self.head is not None:
            self.problems.at(root.file, *root.places["format"], "two-heads", first=self.head.file.path)
        elif is_head:
            self.head = root
        elif root.values.keys() & HEAD.keys():
            self.headless.append(root)
        meant = self.shaper.unknown_keys(root, "story" if is_head else "file", HEAD | PARTS)
        if is_head:
            self.meant = meant
        for name, value in root.values.items():
            if name not in PARTS:
                continue
            if name == "tests":
                if self.shaper.shaped(value, "blocks", name, PARTS[name].of):
                    self.test_nodes += self.shaper.items(value)
            elif self.shaper.shaped(value, "named", name, PARTS[name].of) and isinstance(value, Mapping):
                self._collect(name, value)
            else:
                self.shaper.partial = True

    @staticmethod
    def _other_part(part: str, node: Node) -> str:
        """The section that a block must be meant for, if it can't be meant for this one; else ''."""
        if not isinstance(node, Mapping) or node.values.keys() <= BLOCKS.get(PARTS[part].of, {}).keys():
            return ""
        keys = node.values.keys()
        for name, key in PARTS.items():
            block = BLOCKS.get(key.of, {})
            required = {k for k, v in block.items() if v.required}
            telling = required or keys & {"next", "choices", "ending"}
            if key.shape == "named" and telling and required <= keys <= block.keys():
                return name
        return ""

    def _repeats(self, root: Mapping) -> str:
        """The file that has most of this file's names already, or ''."""
        names = [(part, name) for part in PARTS if isinstance(v := root.values.get(part), Mapping) for name in v.values]
        known = [self.parts[part][name][1].file.path for part, name in names if name in self.parts[part]]
        if len(known) > max(1, len(names) // 2):
            return max(known, key=known.count)
        return ""

    def _behead(self) -> None:
        """Keys of the head in other files; where no file has `format`, the file with most of them is the head."""
        if self.head is None and not self.shaper.partial and self.headless:
            self.head = max(self.headless, key=lambda root: len(root.values.keys() & HEAD.keys()))
        for root in self.headless:
            for name in root.values.keys() & HEAD.keys() if root is not self.head else ():
                self.problems.at(root.file, *root.places[name], "head-key", key=name)

    def _collect(self, part: str, section: Mapping) -> None:
        above: Node | None = None
        other = ""
        for name, node in list(section.values.items()):  # which a half key adds to
            place = section.places[name]
            if (
                isinstance(above, Mapping)
                and part == "scenes"
                and name in BLOCKS["scene"]
                and not isinstance(node, Mapping)
            ):
                beside = next(iter(above.values), "")
                self.problems.at(section.file, *place, "misplaced-key", key=name, where="further left", beside=beside)
                above.values.setdefault(name, node)
                above.places.setdefault(name, place)
                continue
            if name in PARTS and is_null(node) and not other:
                other = name
                self.problems.at(section.file, *place, "misplaced-key", key=name, where="further in", beside=part)
                continue
            above = node
            if self.shaper.half_key(section, name, None):
                continue
            if not other and (other := self._other_part(part, node)):
                self.problems.at(section.file, *place, "missing-section", key=name, part=part, other=other)
            known = self.parts[other or part]
            if name in known:
                first = known[name][1]
                where = f"{first.file.path}:{first.places[name][0]}"
                self.problems.at(section.file, *place, "duplicate-id", name=name, what=part, first=where)
                self.shaper.partial = True  # what should have stood here is missing
            elif self.shaper.id(name, section, part, place):
                known[name] = (node, section)
            else:
                self.shaper.broken.add(name)

    # --- the whole

    def _story(self, digest: str) -> Story | None:
        shaper, builder = self.shaper, self.builder
        get = self._head_fields().get
        scene_nodes = {name: node for name, (node, _) in self.parts["scenes"].items()}
        variables = {name: v for name, (node, _) in self.parts["state"].items() if (v := declare(shaper, name, node))}
        words = frozenset(w for v in variables.values() if v.kind is Kind.WORD for w in v.words)
        shaper.broken |= {w for name in shaper.broken for w in self._words_of(name)}
        choice_ids = {choice: choice for name, node in scene_nodes.items() for choice in builder.choice_ids(name, node)}
        definitions: dict[str, Expression] = {}
        types = {name: v.type for name, v in variables.items()} | dict.fromkeys(shaper.broken, ANY)
        shaper.names = Names(types, definitions, scene_nodes, choice_ids, words)
        shaper.variables = variables
        self._clashes(words)
        self._define(definitions)

        outcomes = {n for n, v in scene_nodes.items() if isinstance(v, Mapping) and "outcome" in v.values}
        around = AroundBuilder(builder, self.path, outcomes)
        sources = {name: around.source(name, node) for name, (node, _) in self.parts["sources"].items()}
        facts = {name: around.fact(name, node, sources) for name, (node, _) in self.parts["facts"].items()}
        shaper.facts = facts
        builder.chapters = {name: node for name, (node, _) in self.parts["chapters"].items()}
        chapters = {name: around.chapter(name, node) for name, node in builder.chapters.items()}
        scenes = {}
        chapter = ""
        nodes = self.parts["scenes"]
        for name, (node, section) in nodes.items():
            scene = builder.scene(name, node, chapter)
            if scene.chapter != "same":
                chapter = scene.chapter
            scenes[name] = scene
            if not (self.aliased or self.keeps):  # a large story is not kept twice
                section.values[name] = scene_nodes[name] = TO_COME
                nodes[name] = TO_COME, section
        glossary = {name: around.entry(name, node) for name, (node, _) in self.parts["glossary"].items()}
        questions = {name: v for name, v in variables.items() if v.ask}
        class_node, teaching = get("class"), get("teaching")
        story = Story(
            id=self._story_id(get("id")),
            title=shaper.text(get("title")),
            digest=digest,
            start=shaper.reference(get("start"), scene_nodes, "unknown-scene"),
            scenes=scenes,
            choices=builder.choices,
            author=shaper.text(get("author")),
            language=shaper.text(get("language")) or "en",
            about=shaper.text(get("about")),
            content_note=shaper.text(get("content_note")),
            variables=variables,
            definitions=definitions,
            definition_places=self._definition_places(),
            interrupts=tuple(i for node in shaper.items(get("interrupts")) if (i := around.interrupt(node))),
            chapters=chapters,
            sources=sources,
            facts=facts,
            glossary=glossary,
            toll=tuple(around.toll(node) for node in shaper.items(get("toll"))),
            debrief=tuple(
                shaper.template(node) for node in shaper.items(get("debrief")) if shaper.shaped(node, "text", "debrief")
            ),
            class_plan=around.class_plan(class_node, questions) if class_node is not None else None,
            teaching=around.teaching(teaching) if teaching is not None else Teaching(),
            must_hold=tuple(m for node in shaper.items(get("must_hold")) if (m := around.must_hold(node))),
            tests=tuple(around.test(node, variables, questions) for node in self.test_nodes),
        )
        if not shaper.partial:
            checks.check(story, shaper, builder.used_chapters)
        return story

    def _words_of(self, name: str) -> Iterator[str]:
        """The words a variable in error would have, for nobody to call them unknown."""
        node = self.parts["state"].get(name, (None, None))[0]
        words = node.values.get("one_of") if isinstance(node, Mapping) else None
        for part in (words, *self.shaper.items(words)):
            yield from part.values if isinstance(part, Mapping) else ()
        yield from (item.text for item in self.shaper.items(words) if isinstance(item, Scalar))

    def _head_fields(self) -> dict[str, Node]:
        fields: dict[str, Node] = {}
        head = self.head
        if head is None:
            return fields
        for name, key in HEAD.items():
            if name in head.values:
                if self.shaper.shaped(head.values[name], key.shape, name, key.of):
                    fields[name] = head.values[name]
            elif key.required and name not in self.meant:
                self.shaper.error(head, "missing-key", key=name, block="story")
        version = fields.get("format")
        if version is not None and self.shaper.integer(version) != FORMAT:
            self.shaper.error(version, "wrong-format", found=self.shaper.integer(version), known=FORMAT)
        return fields

    def _story_id(self, node: Node | None) -> str:
        if isinstance(node, Scalar) and not STORY_ID.match(node.text):
            self.shaper.error(node, "bad-story-id", name=node.text)
        return node.text if isinstance(node, Scalar) else ""

    # --- names

    def _clashes(self, words: frozenset[str]) -> None:
        scenes, state, define = self.parts["scenes"], self.parts["state"], self.parts["define"]
        for part in (state, define):
            for name, (_, section) in part.items():
                other = (
                    "a word"
                    if name in words
                    else "a scene"
                    if name in scenes
                    else "a variable"
                    if part is define and name in state
                    else ""
                )
                if other:
                    self.problems.at(section.file, *section.places[name], "name-clash", name=name, other=other)

    def _define(self, definitions: dict[str, Expression]) -> None:
        """Parses definitions after the ones they use; a circle is an error of each in it."""
        shaper = self.shaper
        nodes = {
            name: node
            for name, (node, _) in self.parts["define"].items()
            if shaper.shaped(node, "expression", name) and isinstance(node, Scalar)
        }
        shaper.broken |= self.parts["define"].keys() - nodes.keys()
        uses = {
            name: [w for w in re.findall(r"[A-Za-z_]\w*", node.text[:MAX_LENGTH]) if w in nodes]
            for name, node in nodes.items()
        }
        order, circles = checks.ordered(uses)
        for circle in circles:
            shaper.error(nodes[circle[0]], "definition-circle", names=" -> ".join(circle))
            shaper.broken.update(circle)
        for name in order:
            expression = shaper.expression(nodes[name]) if name not in shaper.broken else None
            if expression is None:
                shaper.broken.add(name)
            else:
                definitions[name] = expression

    def _definition_places(self) -> dict[str, Location]:
        define = self.parts["define"]
        return {name: Location(s.file.path, *s.places[name]) for name, (_, s) in define.items()}
