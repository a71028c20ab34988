"""What a story's text is read into: nodes that know their file and place."""

from array import array
from collections import abc
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple, overload

BROKEN = "!"
_NULLS = frozenset(["", "~", "null", "Null", "NULL"])


class Lines(abc.Sequence[str]):
    """The lines of a text without their ends, each cut out when it is asked for: a large story has many."""

    __slots__ = ("_ends", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = array("I", accumulate([len(line) + 1 for line in text.split("\n")]))

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        end = self._ends[index] - 1
        return self._text[self._text.rfind("\n", 0, end) + 1 : end]


class File:
    """One YAML file: `path` as people should read it, `lines` without their ends, the `marks` of its mappings, and the
    places of scalars with a comment behind them."""

    __slots__ = ("commented", "lines", "marks", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.lines = Lines(text)
        self.marks = array("Q")
        self.commented: set[int] = set()

    def marks_from(self, start: int) -> Iterator[int]:
        """The marks of one mapping."""
        while mark := self.marks[start]:
            yield mark
            start += 1


class Repeated(NamedTuple):
    """A key that its mapping has already; `behind` is the key before it."""

    key: str
    behind: str
    line: int
    column: int


class Node:
    """What every node has: the file and the place (from 1) where it begins. A large story has many: no field is there
    that most do without."""

    __slots__ = ("file", "place")
    file: File
    place: int

    @property
    def line(self) -> int:
        return self.place >> 32

    @property
    def column(self) -> int:
        return self.place & 0xFFFFFFFF


class Scalar(Node):
    """Text as written. `style` is '' for plain, else one of | > " '; `comment` tells that a # follows it.

    The style BROKEN marks what is in error itself: its problem is noted, and nobody should note a second.
    """

    __slots__ = ("style", "text")

    def __init__(self, file: File, line: int, column: int, text: str, style: str, comment: bool = False) -> None:
        self.file = file
        self.place = line << 32 | column
        self.text = text
        self.style = style
        if comment:
            file.commented.add(self.place)

    @property
    def comment(self) -> bool:
        return self.place in self.file.commented

    @property
    def is_null(self) -> bool:
        return not self.style and self.text in _NULLS

    @property
    def is_broken(self) -> bool:
        return self.style == BROKEN


class Mapping(Node):
    """Keys in file order; `places` holds the (line, column) of each.

    Most places are never asked for, so they are numbers until one is: in a list while the mapping is read, then among
    the file's, from `marks` to a 0.
    """

    __slots__ = ("_places", "flow", "marks", "repeated", "values")

    def __init__(self, file: File, line: int, column: int, flow: bool) -> None:
        self.file = file
        self.place = line << 32 | column
        self.flow = flow
        self.values: dict[str, Node] = {}
        self.marks: list[int] | int = []
        self._places: dict[str, tuple[int, int]] | None = None
        self.repeated: list[Repeated] | None = None

    def begin(self, key: str, line: int, column: int) -> None:
        """A new key, whose value is still to come."""
        self.values[key] = TO_COME
        if self._places is None and isinstance(self.marks, list):
            self.marks.append(line << 32 | column)
        else:
            self.places[key] = line, column

    def end(self) -> None:
        """The last key has its value."""
        if isinstance(self.marks, list):
            self.marks.append(0)
            marks, self.marks = self.marks, len(self.file.marks)
            self.file.marks.fromlist(marks)

    @property
    def places(self) -> dict[str, tuple[int, int]]:
        if self._places is None:
            marks = self.marks if isinstance(self.marks, list) else self.file.marks_from(self.marks)
            pairs = [(mark >> 32, mark & 0xFFFFFFFF) for mark in marks]
            self._places = dict(zip(self.values, pairs, strict=False))
        return self._places

    @places.setter
    def places(self, places: dict[str, tuple[int, int]]) -> None:
        self._places = places


TO_COME = Node()  # the value of a key whose value has not been read, or is done with


class Sequence(Node):
    __slots__ = ("flow", "items")

    def __init__(self, file: File, line: int, column: int, flow: bool) -> None:
        self.file = file
        self.place = line << 32 | column
        self.flow = flow
        self.items: list[Node] = []
