"""How alerts went: time to acknowledge, time to resolve, and which thresholds are noise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from alerts.endings import BY_HAND
from alerts.models import Alert

# An alert that is over so soon, without anybody, need not have woken somebody.
BRIEF_MS = 5 * 60_000


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of alerts that fired. Times are means in seconds (MTTA, MTTR), None where there is nothing to
    take them of; shares are percentages."""

    fired: int
    acknowledge_seconds: float | None
    resolve_seconds: float | None
    acknowledged_percent: float | None
    brief_percent: float | None


def since(start_ms: int, threshold_id: int | None = None) -> Statistics:
    rows = Alert.objects.filter(fired_ms__gte=start_ms)
    if threshold_id is not None:
        rows = rows.filter(threshold=threshold_id)
    return of(rows.only("fired_ms", "acknowledged_ms", "resolved_ms", "resolved_why"))


def of(alerts: Iterable[Alert]) -> Statistics:
    """Pure."""
    fired = [(each, each.fired_ms) for each in alerts if each.fired_ms is not None]
    seen = [each.acknowledged_ms - at for each, at in fired if each.acknowledged_ms is not None]
    ended = [each.resolved_ms - at for each, at in fired if each.resolved_ms is not None]
    brief = [
        each
        for each, at in fired
        if each.acknowledged_ms is None
        and each.resolved_ms is not None
        and each.resolved_why != BY_HAND
        and each.resolved_ms - at <= BRIEF_MS
    ]
    return Statistics(
        fired=len(fired),
        acknowledge_seconds=_mean_seconds(seen),
        resolve_seconds=_mean_seconds(ended),
        acknowledged_percent=_percent(len(seen), len(fired)),
        brief_percent=_percent(len(brief), len(fired)),
    )


def _mean_seconds(times_ms: list[int]) -> float | None:
    """A clock that was set back makes no alert end before it began."""
    return fmean(max(0, each) for each in times_ms) / 1000 if times_ms else None


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None
