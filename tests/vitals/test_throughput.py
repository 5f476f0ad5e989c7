"""Rates are differences of counters; a counter that was reset gives none."""

import pytest

from monitoring.vitals.throughput import NETWORK, Throughput, rates_per_second


@pytest.mark.parametrize(
    ("before", "after", "seconds"),
    [
        ({"eth0": (100, 50)}, {"eth0": (10, 60)}, 10),
        ({"eth0": (100, 50)}, {"eth0": (200, 60)}, 0),
        ({}, {}, 10),
        ({"eth0": (1, 1)}, {"eth1": (2, 2)}, 10),
    ],
    ids=["reset", "no time", "no devices", "another device"],
)
def test_without_a_difference_there_is_no_rate(
    before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]], seconds: float
) -> None:
    assert rates_per_second(before, after, seconds) == ()


def test_devices_add_up() -> None:
    before = {"eth0": (100, 10), "eth1": (0, 0), "gone": (5, 5)}
    after = {"eth0": (300, 20), "eth1": (100, 40), "new": (9, 9)}
    assert rates_per_second(before, after, 10) == (30.0, 5.0)


def test_each_sample_starts_where_the_last_one_ended() -> None:
    counters = iter([{"eth0": (0, 0)}, {"eth0": (50, 5)}, {"eth0": (0, 0)}, {"eth0": (10, 0)}])
    throughput = Throughput(NETWORK, lambda: next(counters))
    assert [reading.metric for reading in throughput.read()] == list(NETWORK)
    assert throughput.read() == []
    assert throughput.read()[0].value > 0
