"""The soak says "failed while nothing was broken" only of a request that no fault touched."""

import math

import pytest

from benchmarks.soak.troubles import Troubles, is_touched

FAULT = (100.0, 128.0)


@pytest.mark.parametrize(
    ("begun", "ended"),
    [(50.0, 99.9), (128.1, 158.0)],
    ids=["over before it", "begun after it"],
)
def test_a_request_beside_a_fault_is_none_of_its_own(begun: float, ended: float) -> None:
    assert not is_touched(begun, ended, [FAULT])


@pytest.mark.parametrize(
    ("begun", "ended"),
    [(99.9, 129.9), (100.0, 130.0), (99.0, 100.0), (110.0, 120.0), (128.0, 158.0)],
    ids=[
        "lasts through all of it",
        "begun in the moment in which it was made",
        "ended in that moment",
        "within it",
        "begun in the moment in which it was over",
    ],
)
def test_a_request_that_a_fault_touched_is_excused(begun: float, ended: float) -> None:
    assert is_touched(begun, ended, [FAULT])


def test_each_of_several_faults_excuses_and_the_time_between_them_does_not() -> None:
    faults = [FAULT, (200.0, 210.0)]
    assert is_touched(199.0, 229.0, faults)
    assert not is_touched(150.0, 180.0, faults)


def test_a_fault_that_goes_on_has_no_end_yet() -> None:
    troubles = Troubles()
    troubles.begin(100.0)
    assert troubles.spans == [(100.0, math.inf)]
    assert is_touched(500.0, 501.0, troubles.spans)
    troubles.end(128.0)
    assert troubles.spans == [FAULT]
    assert not is_touched(500.0, 501.0, troubles.spans)
