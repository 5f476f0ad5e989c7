"""Whether a failure may be the portal's own lost network."""

import pytest

from monitoring.blindness import Hearing, Witness, hear
from monitoring.verdicts import Surroundings

SINCE_MS = 1000


def witness(number: int, probed_ms: int, *, lost: bool, reference: bool = False) -> Witness:
    return Witness(number, probed_ms, lost, reference)


def test_two_checks_alone_cannot_tell() -> None:
    assert hear([witness(1, 2000, lost=True)], False, SINCE_MS).finding is Surroundings.CLEAR


def test_one_that_answers_makes_it_the_others_own_failure() -> None:
    others = [witness(number, 2000, lost=number != 3) for number in range(1, 6)]
    assert hear(others, False, SINCE_MS) == Hearing(Surroundings.CLEAR)


def test_all_that_were_probed_since_fail_alike() -> None:
    others = [witness(number, 2000, lost=True) for number in range(1, 4)]
    assert hear(others, False, SINCE_MS).finding is Surroundings.BLIND


def test_an_answer_from_before_the_failure_proves_nothing() -> None:
    others = [witness(number, 500, lost=False) for number in range(1, 6)]
    assert hear(others, False, SINCE_MS) == Hearing(Surroundings.UNSURE, (1, 2, 3))


def test_those_that_have_not_spoken_are_asked() -> None:
    others = [witness(1, 2000, lost=True), witness(2, 500, lost=False), witness(3, 0, lost=False)]
    assert hear(others, False, SINCE_MS) == Hearing(Surroundings.UNSURE, (2, 3))


@pytest.mark.parametrize(("lost", "finding"), [(True, "blind"), (False, "clear")])
def test_where_there_is_a_reference_only_it_counts(lost: bool, finding: str) -> None:
    others = [witness(number, 2000, lost=not lost) for number in range(1, 6)]
    reference = witness(9, 2000, lost=lost, reference=True)
    assert hear([*others, reference], False, SINCE_MS).finding.value == finding


def test_a_reference_that_fails_is_blindness_by_itself() -> None:
    assert hear([], True, SINCE_MS).finding is Surroundings.BLIND
