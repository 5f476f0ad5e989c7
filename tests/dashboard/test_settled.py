"""Steps that are over are remembered."""

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.histogram import Histogram
from monitoring.store import Bucket, SeriesRef, Window, WindowRequest
from opsportal.dashboard.folding import folded
from opsportal.dashboard.settled import (
    MOST_WEIGHT,
    READ_AGAIN_AFTER_MS,
    SETTLED_AFTER_MS,
    SettledSteps,
)

STEP_MS = POINT_MS = 10_000
HOUR_MS = 3_600_000
NOW_MS = 1_800_000_000_000
SERIES = [SeriesRef(1, "cpu_percent", {}), SeriesRef(2, "memory_percent", {})]


class Store:
    """A value for every step up to `now_ms`; notes what is read of it."""

    def __init__(self) -> None:
        self.now_ms = NOW_MS
        self.reads: list[tuple[int, int]] = []
        self.value = 1.0
        self.histogram: Histogram | None = None

    def windows_of(self, request: WindowRequest) -> list[Window]:
        series, start_ms, end_ms, step_ms, exact, whole = request
        if whole:
            step_ms = end_ms
        if len(series) > 1:
            self.reads.append((start_ms, end_ms))
        first_ms = start_ms if whole else start_ms - start_ms % step_ms
        end_ms = min(end_ms if exact else end_ms + -end_ms % step_ms, self.now_ms)
        times = range(first_ms, end_ms, POINT_MS)
        return [Window(each, 1, folded([], self.points(times), step_ms)) for each in series]

    def points(self, times: Iterable[int]) -> list[Bucket]:
        value = self.value
        return [Bucket(time, 1, value, value, value, self.histogram) for time in times]

    def look(self, steps: SettledSteps, length_ms: int = HOUR_MS) -> list[Window]:
        return self.ask(steps, self.live(length_ms))

    def live(self, length_ms: int, step_ms: int = STEP_MS, *, exact: bool = False) -> WindowRequest:
        now_ms = self.now_ms
        return WindowRequest(SERIES, now_ms - length_ms, now_ms, step_ms, exact)

    def ask(self, steps: SettledSteps, request: WindowRequest) -> list[Window]:
        # Beside another request, as the page asks.
        other = WindowRequest(SERIES[:1], NOW_MS - STEP_MS, NOW_MS, STEP_MS)
        return steps.windows([request, other], self.now_ms, self.windows_of_each)[0]

    def windows_of_each(self, requests: Sequence[WindowRequest]) -> list[list[Window]]:
        return [self.windows_of(each) for each in requests]


@pytest.mark.parametrize("step_ms", [STEP_MS, 600_000, 4 * HOUR_MS])
def test_a_second_look_reads_only_the_last_minutes_however_long_its_steps_are(step_ms: int) -> None:
    store = Store()
    steps = SettledSteps()
    store.ask(steps, store.live(24 * HOUR_MS, step_ms))
    store.now_ms += 30_000
    store.reads.clear()
    store.ask(steps, store.live(24 * HOUR_MS, step_ms))
    assert store.reads[0][0] >= store.now_ms - SETTLED_AFTER_MS - 30_000 - 60_000
    # Whole steps are read to their end, in which nothing is yet.
    assert store.now_ms <= store.reads[-1][1] < store.now_ms + step_ms


def test_a_look_that_ends_earlier_sees_nothing_of_what_a_longer_one_has_found() -> None:
    store = Store()
    steps = SettledSteps()
    store.look(steps)
    past = WindowRequest(SERIES, NOW_MS - HOUR_MS, NOW_MS - HOUR_MS // 2, STEP_MS)
    assert store.ask(steps, past) == store.windows_of(past)


def test_a_late_point_shows_when_everything_is_read_again() -> None:
    store = Store()
    steps = SettledSteps()
    store.look(steps)
    store.value = 2.0
    store.now_ms += 30_000
    assert store.look(steps)[0].buckets[0].mean == 1
    store.now_ms += READ_AGAIN_AFTER_MS
    assert store.look(steps)[0].buckets[0].mean == 2


def test_a_longer_look_back_is_read_whole() -> None:
    store = Store()
    steps = SettledSteps()
    store.look(steps)
    store.look(steps, 2 * HOUR_MS)
    read = [end_ms - start_ms for start_ms, end_ms in store.reads[2:]]
    assert sum(read) == 2 * HOUR_MS


def test_what_is_remembered_is_bounded() -> None:
    store = Store()
    store.histogram = Histogram.of([1.0])
    steps = SettledSteps()
    for hours in range(1, 30):
        store.look(steps, hours * HOUR_MS)
        for step_ms in (10_000, 20_000, 30_000):
            store.ask(steps, WindowRequest(SERIES, NOW_MS - hours * HOUR_MS, NOW_MS, step_ms))
    assert sum(entry.weight for entry in steps._known.values()) <= MOST_WEIGHT


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 400_000), max_size=6),
    st.sampled_from([60_000, HOUR_MS // 4]),
    st.sampled_from([STEP_MS, 60_000, 600_000]),
    st.booleans(),
)
def test_remembering_changes_no_answer(
    waits_ms: list[int], length_ms: int, step_ms: int, exact: bool
) -> None:
    store = Store()
    steps = SettledSteps()
    for wait_ms in waits_ms:
        store.now_ms += wait_ms
        request = store.live(length_ms, step_ms, exact=exact)
        assert store.ask(steps, request) == store.windows_of(request)


def test_steps_that_are_over_are_the_same_objects_at_each_look() -> None:
    """What was made of them is known by them."""
    store = Store()
    steps = SettledSteps()
    before = store.look(steps)[0].buckets
    store.now_ms += 30_000
    after = store.look(steps)[0].buckets
    settled = {id(bucket) for bucket in before} & {id(bucket) for bucket in after}
    assert len(settled) >= (HOUR_MS - SETTLED_AFTER_MS - 60_000) // STEP_MS


def test_a_whole_that_begins_later_has_nothing_of_what_came_before() -> None:
    store = Store()
    steps = SettledSteps()
    first_ms = NOW_MS - NOW_MS % HOUR_MS - 2 * HOUR_MS
    longer = WindowRequest(SERIES, first_ms, NOW_MS, HOUR_MS, exact=True, whole=True)
    shorter = longer._replace(start_ms=first_ms + HOUR_MS)
    counts = [sum(b.count for b in store.ask(steps, each)[0].buckets) for each in (longer, shorter)]
    assert counts[0] - counts[1] == HOUR_MS // POINT_MS


def test_of_a_whole_what_is_over_is_one_bucket_and_the_same_until_there_is_more() -> None:
    store = Store()
    steps = SettledSteps()
    start_ms = NOW_MS - NOW_MS % HOUR_MS - HOUR_MS
    seen = []
    for wait_ms in (0, 100, 60_000):
        store.now_ms += wait_ms
        request = WindowRequest(SERIES, start_ms, store.now_ms, HOUR_MS, exact=True, whole=True)
        buckets = store.ask(steps, request)[0].buckets
        assert sum(each.count for each in buckets) == -(-(store.now_ms - start_ms) // POINT_MS)
        assert len(buckets) == 2
        seen.append(buckets[0])
    assert seen[0] is seen[1]
    assert seen[2].count == seen[0].count + 60_000 // POINT_MS
