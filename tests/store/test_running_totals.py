"""Running totals say what was counted between two moments, and never what is not true any more."""

from __future__ import annotations

from itertools import pairwise

import pytest

from monitoring import store
from monitoring.histogram import Histogram
from monitoring.models import RunningTotal
from monitoring.store import Point
from monitoring.store.packing import between, pack, unpack
from monitoring.store.resolutions import DAY_MS, HOUR_MS, floor_to
from monitoring.store.running import HOURLY_FOR_MS, advance, running_totals

DAY_0_MS = floor_to(1_795_000_000_000, DAY_MS)
NOW_MS = DAY_0_MS + 12 * HOUR_MS


def request(time_ms: int, *values: float, route: str = "/a") -> Point:
    return Point("http_response_time_ms", {"route": route}, time_ms, Histogram.of(values))


def record(*points: Point, now_ms: int = NOW_MS) -> None:
    assert store.record(points, now_ms=now_ms).rejected == []


def counted(start_ms: int, end_ms: int) -> int:
    rows = running_totals([start_ms, end_ms])
    found = between(unpack(rows[start_ms]), unpack(rows[end_ms]))
    return sum(each.count for each in found.values())


@pytest.mark.django_db
def test_a_late_request_is_counted_by_the_rows_that_are_made_anew() -> None:
    record(request(NOW_MS - 5 * HOUR_MS, 10.0), request(NOW_MS - 3 * HOUR_MS, 20.0))
    store.compact(now_ms=NOW_MS)
    late_ms = NOW_MS - 4 * HOUR_MS
    record(request(late_ms + 1, 30.0, 40.0))
    assert max(running_totals([])) <= late_ms
    store.compact(now_ms=NOW_MS)
    assert counted(late_ms, NOW_MS - 3 * HOUR_MS) == 2
    assert counted(NOW_MS - 5 * HOUR_MS, NOW_MS - 2 * HOUR_MS) == 4


@pytest.mark.django_db
def test_what_was_summed_up_while_something_came_late_is_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record(request(NOW_MS - 5 * HOUR_MS, 10.0))
    store.compact(now_ms=NOW_MS)
    later_ms = NOW_MS + 2 * HOUR_MS
    late = request(NOW_MS - 90 * 60_000, 5.0)
    from monitoring.store import running

    read = store.windows_of

    def interrupted(*args: object, **options: object) -> object:
        found = read(*args, **options)  # type: ignore[arg-type]
        record(late)
        return found

    with monkeypatch.context() as patched:
        patched.setattr(running, "windows_of", interrupted)
        assert advance(later_ms, later_ms - HOUR_MS) == 0
    advance(later_ms, later_ms - HOUR_MS)
    assert counted(NOW_MS - 2 * HOUR_MS, later_ms - HOUR_MS) == 1


@pytest.mark.django_db
def test_gauges_have_no_running_totals() -> None:
    record(Point("cpu_percent", {"host": "a"}, NOW_MS - 5 * HOUR_MS, 1.0))
    store.compact(now_ms=NOW_MS)
    assert running_totals([]) == {}


@pytest.mark.django_db
def test_hours_become_days_after_two_weeks() -> None:
    record(request(NOW_MS - 5 * HOUR_MS, 10.0), request(NOW_MS - 3 * HOUR_MS, 10.0))
    store.compact(now_ms=NOW_MS)
    later_ms = NOW_MS + HOURLY_FOR_MS + 3 * DAY_MS
    record(request(later_ms - HOUR_MS, 10.0), now_ms=later_ms)
    advance(later_ms, later_ms)
    times = sorted(RunningTotal.objects.values_list("time_ms", flat=True))
    steps = {later - earlier for earlier, later in pairwise(times)}
    assert steps == {DAY_MS, HOUR_MS}
    old = [time for time in times if time < later_ms - HOURLY_FOR_MS - DAY_MS]
    assert old
    assert all(time % DAY_MS == 0 for time in old)
    assert counted(DAY_0_MS, DAY_0_MS + DAY_MS) == 2


@pytest.mark.django_db
def test_blocks_are_not_read_for_what_is_all_in_the_head(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record(request(NOW_MS - 5 * HOUR_MS, 10.0), request(NOW_MS - 60_000, 20.0))
    store.compact(now_ms=NOW_MS)
    from monitoring.store import reading

    monkeypatch.setattr(reading, "decode", lambda data: pytest.fail("a block was unpacked"))
    selector = store.Selector("http_response_time_ms")
    start_ms = NOW_MS - HOUR_MS
    [window] = store.window(selector, start_ms, NOW_MS, 5 * 60_000, now_ms=NOW_MS)
    assert [bucket.count for bucket in window.buckets] == [1]


def test_histograms_come_back_as_they_were_packed() -> None:
    totals = {7: Histogram.of([0.0, 1.5, 900.0]), 2**40: Histogram.of([3.0])}
    assert unpack(pack(totals)) == totals
    assert unpack(pack(totals), [2**40, 9]) == {2**40: totals[2**40]}
    assert unpack(pack({})) == {}


def test_the_difference_of_two_rows_holds_just_what_came_between() -> None:
    earlier, later = Histogram.of([0.0, 5.0, 80.0]), Histogram.of([0.0, 5.0, 80.0, 0.0, 200.0])
    found = between({1: earlier, 2: earlier}, {1: later, 2: earlier, 3: earlier})
    assert set(found) == {1, 3}
    assert (found[1].count, found[1].zero_count, found[1].sum) == (2, 1, 200.0)
    assert found[1].percentile(99) == pytest.approx(200, rel=0.05)
    assert found[3] == earlier
