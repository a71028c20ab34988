"""Records are told apart by their kind and their values, and say both."""

import pytest

from game.story.expressions import Chose, Constant, Seen, Visits
from game.story.model import Story


def test_a_record_is_equal_to_one_of_its_kind_with_the_same_values() -> None:
    assert Seen("a") == Seen("a")
    assert Seen("a") != Seen("b")
    assert Seen("a") != Visits("a")
    assert {Seen("a"), Seen("a"), Visits("a"), Chose("a")} == {Chose("a"), Visits("a"), Seen("a")}
    assert len({Seen("a"), Seen("a"), Visits("a"), Chose("a")}) == 3, "the same values, of three kinds"


def test_a_record_says_its_kind_and_values() -> None:
    assert repr(Constant(3)) == "Constant(value=3)"


def test_a_record_has_no_fields_but_its_own() -> None:
    with pytest.raises(AttributeError):
        Seen("a").other = 1


def test_a_story_is_equal_to_itself_alone() -> None:
    one, other = (Story("a", "A", "", "s", {}, {}) for _ in range(2))
    assert one != other
    assert one == one  # noqa: PLR0124  # what is tested
    assert len({one, other}) == 2
