"""Totals of routes: what is over is added up once, what is new at each look."""

from __future__ import annotations

import pytest

from monitoring.histogram import Histogram
from monitoring.store import Bucket, SeriesRef, Window, bucket_of
from opsportal.dashboard import totals
from opsportal.dashboard.totals import Totals
from opsportal.dashboard.traffic import total


def bucket(*values: float) -> Bucket:
    return bucket_of(0, Histogram.of(values))


def window(status_class: str, *buckets: Bucket) -> Window:
    series = SeriesRef(1, "http_response_time_ms", {"status_class": status_class})
    return Window(series, 1, list(buckets))


def test_of_nothing_nothing_is_counted() -> None:
    assert Totals()([]).count == 0
    assert Totals()([window("2xx")]).count == 0


def test_an_old_answer_is_never_told_of_other_buckets_nor_changed_by_a_later_one() -> None:
    known = Totals()
    over = bucket(1.0, 2.0)
    first = known([window("2xx", over, bucket(3.0))])
    later = known([window("2xx", over, bucket(3.0, 4.0))])
    other = known([window("2xx", bucket(1.0, 2.0, 9.0))])
    assert [first.count, later.count, other.count] == [3, 4, 3]
    assert over == bucket(1.0, 2.0)
    assert known([window("2xx", over)]).count == 2


def test_it_says_what_adding_up_everything_says() -> None:
    windows = [
        window("2xx", bucket(1.0, 5.0)),
        window("5xx", bucket(7.0)),
        window("2xx", bucket(2.0), bucket(3.0)),
        window("5xx"),
    ]
    known = Totals()
    for _ in range(2):
        assert known(windows) == total(windows).histogram


def test_what_is_the_same_is_the_same_total_and_its_p95_is_known() -> None:
    known = Totals()
    over, new = bucket(1.0, 2.0), bucket(9.0)
    first = known.total([window("2xx", over, new)])
    assert known.total([window("2xx", over, new)]) is first
    assert first.p95 == first.histogram.percentile(95)
    assert known.total([window("2xx", over, bucket(9.0))]) is not first


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(totals, "MOST_GROUPS", 3)
    known = Totals()
    for _ in range(9):
        known([window("2xx", bucket(1.0))])
    assert len(known._known) == 3
