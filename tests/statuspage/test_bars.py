"""What a component was in 90 days: as a bar, in words, under its heading."""

from datetime import UTC, datetime

import pytest

from opsportal.statuspage.bars import cells, in_words
from opsportal.statuspage.models import Component
from opsportal.statuspage.reading import grouped
from opsportal.statuspage.states import State

UNTIL = datetime(2026, 11, 24, 10, 5, tzinfo=UTC)


def test_a_group_stays_together_wherever_others_stand() -> None:
    found = [
        Component(name=name, group=group)
        for name, group in (("A", "Trading"), ("B", "Data"), ("C", "Trading"), ("D", ""))
    ]
    assert [each.name for each in grouped(found)] == ["A", "C", "B", "D"]


def test_each_state_has_a_height_of_its_own() -> None:
    """Colour alone would not tell them apart for everybody."""
    drawn = list(cells(list(State), UNTIL))
    assert len({each.height for each in drawn}) == len(State)
    assert all(each.y + each.height == 30 for each in drawn)


def test_a_bad_day_says_when_it_was() -> None:
    first, last = cells([State.DOWN, State.OPERATIONAL], UNTIL)
    assert first.told == "Outage in the day until 23 Nov 10:05 UTC"
    assert last.told == ""


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([], ""),
        ([State.OPERATIONAL, State.UNKNOWN], ""),
        ([State.DOWN, State.DEGRADED, State.DEGRADED], "1 day with an outage, 2 days degraded"),
        ([State.MAINTENANCE], "1 day of maintenance"),
    ],
)
def test_the_bar_is_told_in_words(days: list[State], words: str) -> None:
    assert in_words(days) == words
