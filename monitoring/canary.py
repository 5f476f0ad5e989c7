"""The canary: beat → queue → worker → database, and how old its last trace is.

A process that exists proves nothing. The canary's trace is a point in the database, so whoever can
read the database can judge the background work, first of all the web process.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from monitoring import store

LAG = "portal_queue_lag_seconds"
BEAT_AGE = "portal_beat_age_seconds"
INTERVAL_SECONDS = 10
# Two missed canaries and a moment: shown within 30 seconds of the death of a part.
LATE_AFTER_SECONDS = 25.0


def record_canary(queue: str, lag_seconds: float, now_ms: int) -> None:
    """The worker's end: the time that the task waited is the queue's lag."""
    store.record([store.Point(LAG, {"queue": queue}, now_ms, max(0.0, lag_seconds))])


def canary_age_seconds(now: datetime) -> float | None:
    """Since a canary last came through; None when none ever did. Raises DatabaseError."""
    return age_among(store.latest(store.Selector(LAG)), now)


def age_among(points: Iterable[store.LatestPoint], now: datetime) -> float | None:
    """The same of points that have been read already, of whatever metrics."""
    times = [point.time_ms for point in points if point.series.metric == LAG]
    return max(0.0, now.timestamp() - max(times) / 1000) if times else None


def record_beat_age(now: datetime) -> None:
    """The web process's end: the age as a series, so that thresholds can read it."""
    age_seconds = canary_age_seconds(now)
    if age_seconds is not None:
        time_ms = int(now.timestamp()) * 1000
        store.record([store.Point(BEAT_AGE, {}, time_ms, age_seconds)])
