"""From the store's buckets to the values of one line: pure.

Percentiles and shares are computed from merged histograms and counts, never averaged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitoring.store import Bucket

# The middleware flushes every 10 s: until then the last step lacks requests.
FLUSH_MS = 10_000
SETTLED_MS = 300_000
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Grid:
    """The steps of a chart: `count` of them, the first at `start_ms`; `now_ms` cuts the last."""

    start_ms: int
    step_ms: int
    count: int
    now_ms: int

    @classmethod
    def over(cls, start_ms: int, end_ms: int, step_ms: int, now_ms: int) -> Grid:
        """Aligned as the store aligns: the start floored, the end ceiled."""
        first = start_ms - start_ms % step_ms
        return cls(first, step_ms, max(1, -(-(end_ms - first) // step_ms)), now_ms)

    def after(self, time_ms: int) -> Grid:
        """Only the steps from that one on; none where it is the end."""
        gone = (time_ms - self.start_ms) // self.step_ms
        return Grid(time_ms, self.step_ms, max(0, self.count - gone), self.now_ms)

    def covered_ms(self, index: int) -> int:
        """How much of the step lies in the past, by what has been flushed."""
        start_ms = self.start_ms + index * self.step_ms
        return min(self.step_ms, self.now_ms - FLUSH_MS - start_ms)


class Step(NamedTuple):
    """One step as an aggregation sees it.

    `part` holds the line's own series, `whole` all series of the metric; `watched` says that the
    service was being measured, so that no requests means none.
    """

    part: Bucket | None
    whole: Bucket | None
    covered_ms: int
    length_ms: int
    watched: bool


Aggregation = Callable[[Step], float | None]


@dataclass(frozen=True, slots=True)
class OfPart:
    """An aggregation of nothing but the line's own bucket: what it says of one that is remembered
    is known as long as the bucket is."""

    name: str
    read: Callable[[Bucket], float | None]

    def __call__(self, step: Step) -> float | None:
        return self.read(step.part) if step.part else None

    def shown(self, bucket: Bucket) -> float | None:
        known = bucket.shown
        if known is None:
            known = bucket.shown = {}
        if self.name not in known:
            known[self.name] = rounded(self.read(bucket))
        return known[self.name]


mean = OfPart("mean", lambda bucket: bucket.mean)
maximum = OfPart("maximum", lambda bucket: bucket.max)
minimum = OfPart("minimum", lambda bucket: bucket.min)


def percentile(percent: float) -> OfPart:
    def read(bucket: Bucket) -> float | None:
        return bucket.histogram.percentile(percent) if bucket.histogram else None

    return OfPart(f"p{percent:g}", read)


def per_minute(step: Step) -> float | None:
    """None while too little of the step has passed to say."""
    if step.covered_ms < min(step.length_ms, SETTLED_MS):
        return None
    if step.part is None:
        return 0.0 if step.watched else None
    return step.part.count * MINUTE_MS / step.covered_ms


def share_percent(step: Step) -> float | None:
    """The line's requests among all; None when there were none at all."""
    if step.whole is None or not step.whole.count:
        return None
    return 100 * (step.part.count if step.part else 0) / step.whole.count


AGGREGATIONS: dict[str, Aggregation] = {
    "mean": mean,
    "maximum": maximum,
    "minimum": minimum,
    **{f"p{percent}": percentile(percent) for percent in (50, 75, 90, 95, 99)},
    "rate": per_minute,
    "share": share_percent,
}
"""By name, as they are stored. A rate is per minute, a share that of all requests."""
OF_HISTOGRAMS = frozenset(AGGREGATIONS) - {"mean", "maximum", "minimum"}


def line_values(
    part: Iterable[Bucket],
    whole: Iterable[Bucket],
    watched: Iterable[Bucket],
    grid: Grid,
    aggregate: Aggregation,
) -> list[float | None]:
    """One value for each step of `grid`, rounded to what can be seen; None where there is none."""
    if isinstance(aggregate, OfPart):
        return _of_part(part, grid, aggregate)
    parts, wholes = _by_time(part), _by_time(whole)
    watched_times = {bucket.time_ms for bucket in watched}
    values: list[float | None] = []
    for index in range(grid.count):
        time_ms = grid.start_ms + index * grid.step_ms
        step = Step(
            parts.get(time_ms),
            wholes.get(time_ms),
            grid.covered_ms(index),
            grid.step_ms,
            time_ms in watched_times,
        )
        values.append(rounded(aggregate(step)))
    return values


def _of_part(part: Iterable[Bucket], grid: Grid, aggregate: OfPart) -> list[float | None]:
    values: list[float | None] = [None] * grid.count
    for bucket in part:
        index, rest = divmod(bucket.time_ms - grid.start_ms, grid.step_ms)
        if not rest and 0 <= index < grid.count:
            values[index] = aggregate.shown(bucket)
    return values


def rounded(value: float | None) -> float | None:
    """Four significant digits: more cannot be seen, and would double the page's weight."""
    return None if value is None else float(f"{value:.4g}")


def last(values: Sequence[float | None]) -> float | None:
    return next((value for value in reversed(values) if value is not None), None)


def _by_time(buckets: Iterable[Bucket]) -> dict[int, Bucket]:
    return {bucket.time_ms: bucket for bucket in buckets}
