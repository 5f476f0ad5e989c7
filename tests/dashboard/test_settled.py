"""Steps that are over are remembered."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.histogram import Histogram
from monitoring.store import Bucket, SeriesRef, Window, WindowRequest
from opsportal.dashboard.settled import (
    MOST_WEIGHT,
    READ_AGAIN_AFTER_MS,
    SETTLED_AFTER_MS,
    SettledSteps,
)

STEP_MS = 10_000
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

    def windows_of(
        self, series: Sequence[SeriesRef], start_ms: int, end_ms: int, step_ms: int
    ) -> list[Window]:
        if len(series) > 1:
            self.reads.append((start_ms, end_ms))
        times = range(start_ms - start_ms % step_ms, min(end_ms, self.now_ms), step_ms)
        return [
            Window(
                each,
                1,
                [
                    Bucket(time, 1, self.value, self.value, self.value, self.histogram)
                    for time in times
                ],
            )
            for each in series
        ]

    def look(self, steps: SettledSteps, length_ms: int = HOUR_MS) -> list[Window]:
        now_ms = self.now_ms
        return self.ask(steps, WindowRequest(SERIES, now_ms - length_ms, now_ms, STEP_MS))

    def ask(self, steps: SettledSteps, request: WindowRequest) -> list[Window]:
        # Beside another request, as the page asks.
        other = WindowRequest(SERIES[:1], NOW_MS - STEP_MS, NOW_MS, STEP_MS)
        return steps.windows([request, other], self.now_ms, self.windows_of_each)[0]

    def windows_of_each(self, requests: Sequence[WindowRequest]) -> list[list[Window]]:
        return [self.windows_of(*each) for each in requests]


def test_a_second_look_reads_only_what_is_not_over() -> None:
    store = Store()
    steps = SettledSteps()
    store.look(steps)
    store.now_ms += 30_000
    store.look(steps)
    start_ms, end_ms = store.reads[1]
    assert end_ms - start_ms <= SETTLED_AFTER_MS + 30_000 + STEP_MS


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
    assert store.reads[1][1] - store.reads[1][0] == 2 * HOUR_MS


def test_what_is_remembered_is_bounded() -> None:
    store = Store()
    store.histogram = Histogram.of([1.0])
    steps = SettledSteps()
    for hours in range(1, 30):
        store.look(steps, hours * HOUR_MS)
        for step_ms in (10_000, 20_000, 30_000):
            store.ask(steps, WindowRequest(SERIES, NOW_MS - hours * HOUR_MS, NOW_MS, step_ms))
    assert sum(entry.weight for entry in steps._known.values()) <= MOST_WEIGHT


@settings(max_examples=50)
@given(st.lists(st.integers(0, 400_000), max_size=12), st.sampled_from([60_000, HOUR_MS]))
def test_remembering_changes_no_answer(waits_ms: list[int], length_ms: int) -> None:
    store = Store()
    steps = SettledSteps()
    for wait_ms in waits_ms:
        store.now_ms += wait_ms
        now_ms = store.now_ms
        remembered = store.look(steps, length_ms)
        assert remembered == store.windows_of(SERIES, now_ms - length_ms, now_ms, STEP_MS)
