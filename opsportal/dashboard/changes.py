"""Which series changed most around a moment: pure.

The score is the difference of the medians before and after, over the spread within each: a series
that is always restless needs a larger change than a calm one to stand out. Medians, so that a
single outlier is no change. A steady rise scores 2.7, below what is told.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitoring.catalogue import METRICS, Kind
from monitoring.store import SeriesRef, Window
from opsportal.dashboard.aggregation import MINUTE_MS

LEAST_SCORE = 4.0
# Something that came or went altogether stands between what changed clearly and what jumped.
CAME_OR_WENT = 50.0
LEAST_STEPS = 3
# Of the steps of a series that is there.
MOSTLY = 0.8
# Below this share of its level nobody calls it a change, however calm the series.
LEAST_SHARE = 0.02
_FROM_MAD = 1.4826


@dataclass(frozen=True, slots=True)
class Change:
    """`before` and `after` are medians, None where there was nothing; `values` of each step."""

    series: SeriesRef
    unit: str
    what: str
    before: float | None
    after: float | None
    score: float
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Steps:
    """`before` of them end at the moment, `after` begin there."""

    start_ms: int
    step_ms: int
    before: int
    after: int


def largest_changes(windows: Iterable[Window], steps: Steps, most: int) -> list[Change]:
    """The largest first."""
    found = [change for window in windows for change in _changes(window, steps)]
    found = [change for change in found if change.score >= LEAST_SCORE]
    found.sort(
        key=lambda each: (-each.score, each.series.metric, sorted(each.series.labels.items()))
    )
    return found[:most]


def _changes(window: Window, steps: Steps) -> Iterable[Change]:
    """Of requests both how long they took and how many there were."""
    metric = METRICS.get(window.series.metric)
    if metric is None:
        return
    by_place = {(each.time_ms - steps.start_ms) // steps.step_ms: each for each in window.buckets}
    count = steps.before + steps.after
    buckets = [by_place.get(place) for place in range(count)]
    values = [None if each is None else each.mean for each in buckets]
    timed = _change(window.series, metric.unit, metric.label, values, steps)
    if metric.kind is not Kind.HISTOGRAM:
        yield timed
        return
    # That nobody asks any more, the number of requests says.
    if timed.before is not None and timed.after is not None:
        yield timed
    minutes = steps.step_ms / MINUTE_MS
    rates = [0.0 if each is None else each.count / minutes for each in buckets]
    yield _change(window.series, "/min", "Requests", rates, steps)


def _change(
    series: SeriesRef, unit: str, what: str, values: Sequence[float | None], steps: Steps
) -> Change:
    before = [each for each in values[: steps.before] if each is not None]
    after = [each for each in values[steps.before :] if each is not None]
    return Change(
        series,
        unit,
        what,
        statistics.median(before) if before else None,
        statistics.median(after) if after else None,
        score(before, after) if before and after else _presence(before, after, steps),
        values,
    )


def score(before: Sequence[float], after: Sequence[float]) -> float:
    """0 where too little is known to say."""
    if min(len(before), len(after)) < LEAST_STEPS:
        return 0.0
    one, other = statistics.median(before), statistics.median(after)
    least = LEAST_SHARE * max(abs(one), abs(other))
    spread = max(_spread(before, one), _spread(after, other))
    return abs(other - one) / max(spread, least, 1e-9)


def _presence(before: Sequence[float], after: Sequence[float], steps: Steps) -> float:
    """Of a series that is missing before or after: one that only comes now and then may be so."""
    was_steady = len(before) >= max(LEAST_STEPS, MOSTLY * steps.before)
    is_steady = len(after) >= max(LEAST_STEPS, MOSTLY * steps.after)
    return CAME_OR_WENT if was_steady or is_steady else 0.0


def _spread(values: Sequence[float], median: float) -> float:
    """Like the standard deviation, but unmoved by outliers."""
    return _FROM_MAD * statistics.median(abs(each - median) for each in values)
