"""What a threshold would have done: replays history through the code that judges live. Pure."""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from alerts.conditions.base import Condition, Rule
from alerts.lifecycle import Episode, advance
from monitoring.store import Bucket

# Rollups of five minutes go back far enough.
STEP_MS = 300_000
_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Past:
    """An episode that would have been told; `ended_ms` None while it would still last. `peak` is
    the value that was farthest beyond the limit."""

    started_ms: int
    fired_ms: int
    ended_ms: int | None
    severity: str
    peak: float | None

    def lasted_ms(self, now_ms: int) -> int:
        return (self.ended_ms or now_ms) - self.fired_ms


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Of one series."""

    episodes: Sequence[Past]

    def total_ms(self, now_ms: int) -> int:
        return sum(each.lasted_ms(now_ms) for each in self.episodes)

    def longest_ms(self, now_ms: int) -> int:
        return max((each.lasted_ms(now_ms) for each in self.episodes), default=0)


def step_ms(rule: Rule, condition: Condition) -> int:
    """One that looks far back is asked less often: its answer changes as slowly."""
    return max(STEP_MS, condition.span_ms(rule) // 72)


def replay(
    rule: Rule, condition: Condition, buckets: Sequence[Bucket], start_ms: int, end_ms: int
) -> Verdicts:
    """`buckets` of STEP_MS, oldest first, from a span before the start."""
    times = [each.time_ms for each in buckets]
    # A change is seen between two buckets.
    least_ms = 2 * STEP_MS if rule.aggregation == "rate" else STEP_MS
    span_ms = max(condition.span_ms(rule), least_ms)
    found: list[Past] = []
    episode: Episode | None = None
    peak: float | None = None
    # The present too: what fires by now would be missed by a kind that takes long steps.
    for now_ms in [*range(start_ms, end_ms, step_ms(rule, condition)), end_ms]:
        first = bisect.bisect_right(times, now_ms - span_ms)
        last = bisect.bisect_right(times, now_ms)
        firing = episode is not None and episode.state == "firing"
        judgement = condition.judge(rule, buckets[first:last], now_ms, firing)
        before, episode = episode, advance(episode, judgement, rule, now_ms).episode
        if episode is not None and judgement.value is not None:
            peak = _farther(rule, peak, judgement.value)
        if episode is None and before is not None:
            found += _told(before, now_ms, peak)
            peak = None
    return Verdicts([*found, *(_told(episode, None, peak) if episode else [])])


def _told(episode: Episode, ended_ms: int | None, peak: float | None) -> list[Past]:
    if episode.fired_ms is None:
        return []
    return [Past(episode.started_ms, episode.fired_ms, ended_ms, episode.severity, peak)]


def _farther(rule: Rule, one: float | None, other: float) -> float:
    if one is None:
        return other
    return max(one, other) if rule.comparison in (">", ">=") else min(one, other)


def suggested_value(
    rule: Rule, condition: Condition, histories: Sequence[Sequence[Bucket]], start_ms: int,
    end_ms: int, at_most: int = 1,
) -> float | None:  # fmt: skip
    """The mildest limit that all series together would have gone beyond at most so often. None
    without history."""
    is_upper = rule.comparison in (">", ">=")
    values = {
        _rounded(each.max if is_upper else each.min, is_upper) for h in histories for each in h
    }
    candidates = sorted(values, reverse=not is_upper)
    if not candidates:
        return None
    plain = replace(rule, warning_value=None, recovery_value=None)

    def is_calm(value: float) -> bool:
        tried = replace(plain, value=value)
        count = 0
        for buckets in histories:
            count += len(replay(tried, condition, buckets, start_ms, end_ms).episodes)
            if count > at_most:
                return False
        return True

    # A stricter limit never fires less often, near enough for a search by halves.
    place = bisect.bisect_left(candidates, True, key=is_calm)
    return candidates[min(place, len(candidates) - 1)]


def _rounded(value: float, upwards: bool) -> float:
    """To a number that people would write, on the quiet side."""
    if not value:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - _DIGITS + 1)
    return round((math.ceil if upwards else math.floor)(value / unit) * unit, 12)
