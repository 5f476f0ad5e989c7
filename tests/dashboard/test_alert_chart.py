"""The chart of an alert's page: values, limit and time on one scale."""

from __future__ import annotations

from monitoring.store import Bucket
from opsportal.dashboard.alert_chart import HEIGHT, WIDTH, drawn


def buckets(*values: float) -> list[Bucket]:
    return [Bucket(number * 1000, 1, value, value, value) for number, value in enumerate(values)]


def test_a_limit_far_away_is_within_the_picture() -> None:
    found = drawn(buckets(10, 10, 10), 1e6, 1000, 2000)
    assert found.limit is not None
    assert 0 < found.limit < HEIGHT
    assert found.fired == (WIDTH / 2, WIDTH / 2)


def test_without_a_limit_there_is_no_line_and_what_still_fires_goes_to_the_end() -> None:
    found = drawn(buckets(0, 0), None, -5000, None)
    assert found.limit is None
    assert found.fired == (0, WIDTH)
