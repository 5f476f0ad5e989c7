"""What a check records again and again, in series that it has found before."""

from __future__ import annotations

from typing import Any

import pytest

from monitoring.models import Point as HeadRow
from monitoring.models import Series
from monitoring.signals import points_recorded
from monitoring.store import (
    KnownSeries,
    Point,
    Selector,
    compact,
    forget,
    latest,
    record,
    record_known,
)
from tests.store.clock import HOUR_MS, MINUTE_MS, NOW_MS

pytestmark = pytest.mark.django_db
SLUGS = ("shop", "mail")


@pytest.fixture
def two() -> list[KnownSeries]:
    """Each with a point, so that they are known."""
    series = [KnownSeries("check_up", {"check": slug}) for slug in SLUGS]
    record_known([(each, NOW_MS, 1.0) for each in series], now_ms=NOW_MS)
    return series


def values() -> dict[str, float]:
    found = latest(Selector("check_up"))
    return {each.series.labels["check"]: each.value for each in found}


def rows() -> int:
    return HeadRow.objects.count()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300])
def test_a_value_that_is_none_is_left_out_alone(two: list[KnownSeries], value: float) -> None:
    later_ms = NOW_MS + MINUTE_MS
    points = [(two[0], later_ms, value), (two[1], later_ms, 0.0)]
    record_known(points, now_ms=later_ms)
    assert values() == {"shop": 1.0, "mail": 0.0}


def test_a_series_that_was_deleted_is_made_anew(two: list[KnownSeries]) -> None:
    forget([("check_up", {"check": "shop"})])
    later_ms = NOW_MS + MINUTE_MS
    record_known([(each, later_ms, 0.0) for each in two], now_ms=later_ms)
    assert values() == {"shop": 0.0, "mail": 0.0}
    assert {each.id for each in two} == set(Series.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("early_ms", [0, MINUTE_MS])
def test_a_point_that_is_no_newer_is_kept_without_becoming_the_last(
    two: list[KnownSeries], early_ms: int
) -> None:
    points = [(two[0], NOW_MS - early_ms, 0.0), (two[1], NOW_MS + 1, 0.0)]
    record_known(points, now_ms=NOW_MS + 1)
    assert values() == {"shop": 1.0 if early_ms else 0.0, "mail": 0.0}
    assert rows() == (4 if early_ms else 3)


def test_a_point_of_a_sealed_time_goes_into_its_block(two: list[KnownSeries]) -> None:
    later_ms = NOW_MS + 3 * HOUR_MS
    compact(now_ms=later_ms)
    record_known([(two[0], NOW_MS + 1, 0.0)], now_ms=later_ms)
    assert rows() == 0


def test_two_points_of_a_series_in_one_batch(two: list[KnownSeries]) -> None:
    points = [(two[0], NOW_MS + each, float(each)) for each in (2, 1)]
    record_known(points, now_ms=NOW_MS + 2)
    assert values()["shop"] == 2.0
    assert rows() == 4


def test_known_and_new_ones_go_together(
    two: list[KnownSeries], django_capture_on_commit_callbacks: Any
) -> None:
    told: set[int] = set()

    def listen(series_ids: set[int], **_more: object) -> None:
        told.update(series_ids)

    points_recorded.connect(listen)
    new = KnownSeries("check_up", {"check": "new"})
    points = [(each, NOW_MS + 1, 0.0) for each in (*two, new)]
    with django_capture_on_commit_callbacks(execute=True):
        record_known(points, now_ms=NOW_MS + 1)
    points_recorded.disconnect(listen)
    assert values() == {"shop": 0.0, "mail": 0.0, "new": 0.0}
    assert told == {two[0].id, two[1].id, new.id}


@pytest.mark.parametrize("labels", [{"kind": "tcp", "check": "a"}, {"check": "b", "kind": "tcp"}])
def test_the_order_of_its_labels_does_not_matter(labels: dict[str, str]) -> None:
    """A database may give them back in another one; whoever is not found is slow for ever."""
    series = KnownSeries("check_up", labels)
    record_known([(series, NOW_MS, 1.0)], now_ms=NOW_MS)
    assert series.id == Series.objects.get().pk


def test_it_is_what_record_writes(two: list[KnownSeries]) -> None:
    record([Point("check_up", {"check": "other"}, NOW_MS, 1.0)], now_ms=NOW_MS)
    known, plain = (
        Series.objects.filter(labels={"check": slug}).values(
            "last_time_ms", "last_value", "sealed_until_ms", "total_count", "total_sum"
        )
        for slug in ("shop", "other")
    )
    assert list(known) == list(plain)
