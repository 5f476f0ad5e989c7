"""Running totals say what was counted between two moments, and never what is not true any more."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring import store
from monitoring.histogram import Histogram
from monitoring.models import RunningTotal
from monitoring.store import Point
from monitoring.store.packing import Packed, between, pack, unpack
from monitoring.store.resolutions import DAY_MS, HOUR_MS, MINUTE_MS, floor_to
from monitoring.store.running import (
    FINE_FOR_MS,
    FINE_MS,
    HOURLY_FOR_MS,
    SETTLED_AFTER_MS,
    advance,
    running_totals,
)

DAY_0_MS = floor_to(1_795_000_000_000, DAY_MS)
NOW_MS = DAY_0_MS + 12 * HOUR_MS


def request(time_ms: int, *values: float, route: str = "/a") -> Point:
    return Point("http_response_time_ms", {"route": route}, time_ms, Histogram.of(values))


def record(*points: Point, now_ms: int = NOW_MS) -> None:
    assert store.record(points, now_ms=now_ms).rejected == []


def add_up(now_ms: int = NOW_MS) -> None:
    store.compact(now_ms=now_ms)
    advance(now_ms)


def all_counted() -> dict[int, int]:
    """By time of the row, how many had been counted in all."""
    return {
        row.time_ms: sum(each.count for each in unpack(bytes(row.data)).values())
        for row in RunningTotal.objects.order_by("time_ms")
    }


def counted(start_ms: int, end_ms: int) -> int:
    rows = running_totals([start_ms, end_ms])
    later = Packed(rows[end_ms])
    found = between(Packed(rows[start_ms]), later, list(later.unpack()))
    return sum(each.count for each in found.values())


@pytest.mark.django_db
def test_a_late_request_is_counted_by_the_rows_that_are_made_anew() -> None:
    record(request(NOW_MS - 5 * HOUR_MS, 10.0), request(NOW_MS - 3 * HOUR_MS, 20.0))
    add_up()
    late_ms = NOW_MS - 4 * HOUR_MS
    record(request(late_ms + 1, 30.0, 40.0))
    assert max(running_totals([])) <= late_ms
    add_up()
    assert counted(late_ms, NOW_MS - 3 * HOUR_MS) == 2
    assert counted(NOW_MS - 5 * HOUR_MS, NOW_MS - 2 * HOUR_MS) == 4


@pytest.mark.django_db
def test_what_was_summed_up_while_something_came_late_is_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record(request(NOW_MS - 5 * HOUR_MS, 10.0))
    add_up()
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
        assert advance(later_ms) == 0
    advance(later_ms)
    assert counted(NOW_MS - 2 * HOUR_MS, later_ms - HOUR_MS) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "late_ms",
    [
        pytest.param(NOW_MS - 4 * MINUTE_MS, id="of the newest row, still in the head"),
        pytest.param(NOW_MS - 50 * MINUTE_MS, id="of many rows, still in the head"),
        pytest.param(NOW_MS - 3 * HOUR_MS, id="sealed"),
    ],
)
@pytest.mark.parametrize("route", ["/a", "/silent"])
def test_a_point_of_a_time_that_was_added_up_is_counted_by_the_next_rows(
    late_ms: int, route: str
) -> None:
    """A series that fell silent is not sealed up to the cut: its late points join the head."""
    record(request(NOW_MS - 5 * HOUR_MS, 10.0), request(NOW_MS - 5 * HOUR_MS, 9.0, route="/silent"))
    record(*(request(NOW_MS - minutes * MINUTE_MS, 10.0) for minutes in range(1, 60, 3)))
    add_up()
    before = all_counted()
    record(request(late_ms, 30.0, 40.0, route=route))
    assert max(all_counted()) <= late_ms
    add_up()
    assert all_counted() == {
        time_ms: count + 2 * (time_ms > late_ms) for time_ms, count in before.items()
    }


@pytest.mark.django_db
def test_a_point_of_now_costs_no_row() -> None:
    record(request(NOW_MS - 5 * HOUR_MS, 10.0), request(NOW_MS - 3 * MINUTE_MS, 10.0))
    add_up()
    before = all_counted()
    record(request(max(before), 30.0))
    assert all_counted() == before


@pytest.mark.django_db
def test_the_last_hour_has_a_row_every_five_minutes_however_seldom_they_are_made() -> None:
    record(*(request(NOW_MS - minutes * MINUTE_MS, 10.0) for minutes in range(1, 300)))
    add_up()
    later_ms = NOW_MS + 3 * HOUR_MS + 7 * MINUTE_MS
    record(*(request(each, 10.0) for each in range(NOW_MS, later_ms, MINUTE_MS)), now_ms=later_ms)
    advance(later_ms)
    newest_ms = floor_to(later_ms - SETTLED_AFTER_MS, FINE_MS)
    rows = all_counted()
    assert max(rows) == newest_ms
    for each in range(newest_ms - HOUR_MS, newest_ms, FINE_MS):
        assert rows[each + FINE_MS] - rows[each] == 5
    assert all(each % HOUR_MS == 0 for each in rows if each < later_ms - FINE_FOR_MS - HOUR_MS)


@pytest.mark.django_db
def test_a_clock_that_is_set_back_adds_no_row_and_deletes_none_that_is_true() -> None:
    record(request(NOW_MS - 5 * HOUR_MS, 10.0), request(NOW_MS - 3 * MINUTE_MS, 10.0))
    add_up()
    before = all_counted()
    assert advance(NOW_MS - 20 * MINUTE_MS) == 0
    assert all_counted() == before
    record(request(NOW_MS - 20 * MINUTE_MS, 1.0), now_ms=NOW_MS - 20 * MINUTE_MS)
    advance(NOW_MS)
    assert all_counted()[max(before)] == before[max(before)] + 1


@pytest.mark.django_db
def test_gauges_have_no_running_totals() -> None:
    record(Point("cpu_percent", {"host": "a"}, NOW_MS - 5 * HOUR_MS, 1.0))
    add_up()
    assert running_totals([]) == {}


@pytest.mark.django_db
def test_hours_become_days_after_two_weeks() -> None:
    record(request(NOW_MS - 5 * HOUR_MS, 10.0), request(NOW_MS - 3 * HOUR_MS, 10.0))
    add_up()
    later_ms = NOW_MS + HOURLY_FOR_MS + 3 * DAY_MS
    record(request(later_ms - HOUR_MS, 10.0), now_ms=later_ms)
    advance(later_ms)
    times = sorted(RunningTotal.objects.values_list("time_ms", flat=True))
    steps = {later - earlier for earlier, later in pairwise(times)}
    assert steps == {DAY_MS, HOUR_MS, FINE_MS}
    old = [time for time in times if time < later_ms - HOURLY_FOR_MS - DAY_MS]
    assert old
    assert all(time % DAY_MS == 0 for time in old)
    assert counted(DAY_0_MS, DAY_0_MS + DAY_MS) == 2


@pytest.mark.django_db
def test_blocks_are_not_read_for_what_is_all_in_the_head(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record(request(NOW_MS - 5 * HOUR_MS, 10.0), request(NOW_MS - 60_000, 20.0))
    add_up()
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
    before = Packed(pack({1: earlier, 2: earlier}))
    after = Packed(pack({1: later, 2: earlier, 3: earlier}))
    found = between(before, after, [1, 2, 3, 4])
    assert set(found) == {1, 3}
    assert (found[1].count, found[1].zero_count, found[1].sum) == (2, 1, 200.0)
    assert found[1].percentile(99) == pytest.approx(200, rel=0.05)
    assert found[3] == earlier


TIMES = st.lists(st.one_of(st.just(0.0), st.floats(1e-3, 1e6)), min_size=1)


@given(before=TIMES, after=TIMES)
def test_what_was_before_and_what_grew_make_the_whole(
    before: list[float], after: list[float]
) -> None:
    whole, known = Histogram.of(before + after), Histogram.of(before)
    found = between(Packed(pack({1: known})), Packed(pack({1: whole})), [1])[1]
    expected = Histogram.of(after)
    assert (found.count, found.zero_count) == (len(after), expected.zero_count)
    assert found.buckets == expected.buckets
    assert found.min <= expected.min * (1 + 1e-9)
    assert found.max >= expected.max * (1 - 1e-9)
