"""Records: classes of named fields, as light as a play needs them.

The surprising rule: a record is frozen for the type checker alone. A frozen dataclass takes three times the memory and
the time to make, for methods that are the same for all; and a play makes some sixty kinds.
"""

from dataclasses import dataclass, field
from typing import Any, TypeVar, cast, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(kind: type[T]) -> type[T]:
    """A dataclass with slots, equal to what is of its kind and has the same values in the fields it begins with."""
    made: Any = dataclass(slots=True, eq=False, repr=False)(kind)
    if kind.__eq__ is object.__eq__:
        made.__eq__, made.__hash__ = _equal, _hash
    made.__repr__ = _shown
    return cast("type[T]", made)


def _values(one: Any) -> tuple[object, ...]:
    return tuple([getattr(one, name) for name in one.__match_args__])


def _equal(one: object, other: object) -> bool:
    return one is other or (type(one) is type(other) and _values(one) == _values(other))


def _hash(one: object) -> int:
    return hash((type(one), *_values(one)))


def _shown(one: Any) -> str:
    values = ", ".join(f"{name}={getattr(one, name)!r}" for name in one.__match_args__)
    return f"{type(one).__name__}({values})"
