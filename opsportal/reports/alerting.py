"""What alerts came to: how many, how soon somebody saw them, how soon they were over. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Fired:
    """An alert that fired; times in ms, None where it has not happened."""

    name: str
    severity: str
    fired_ms: int
    acknowledged_ms: int | None
    resolved_ms: int | None


@dataclass(frozen=True, slots=True)
class AlertFigures:
    """Means in seconds, None where there is nothing to take them of."""

    fired: int
    by_severity: dict[str, int]
    acknowledged: int
    resolved: int
    mean_acknowledge_seconds: float | None
    mean_resolve_seconds: float | None
    noisiest: Sequence[tuple[str, int]]


def figures_of(alerts: Iterable[Fired]) -> AlertFigures:
    rows = list(alerts)
    # A clock that was set back makes no alert end before it began.
    seen = [max(0, each.acknowledged_ms - each.fired_ms) for each in rows if each.acknowledged_ms]
    over = [max(0, each.resolved_ms - each.fired_ms) for each in rows if each.resolved_ms]
    return AlertFigures(
        fired=len(rows),
        by_severity=dict(Counter(each.severity for each in rows)),
        acknowledged=len(seen),
        resolved=len(over),
        mean_acknowledge_seconds=fmean(seen) / 1000 if seen else None,
        mean_resolve_seconds=fmean(over) / 1000 if over else None,
        noisiest=Counter(each.name for each in rows).most_common(MOST_NAMED),
    )
