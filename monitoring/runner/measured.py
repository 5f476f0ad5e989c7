"""What is recorded of a result as points, and of its phases in the state row."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from monitoring.probes.base import Result
from monitoring.runner.leasing import Lease
from monitoring.runner.prepared import Prepared
from monitoring.scheduling import phases_are_due
from monitoring.store import KnownPoint

# Beyond it the phases of a probe are worth a look whenever it comes.
_SLOWER_TIMES, _SLOWER_BY_MS = 2, 10


def are_phases_telling(
    lease: Lease, check: Prepared, result: Result, before_ms: float | None
) -> bool:
    """Of a result like the one before, whose response time was `before_ms`."""
    spent_ms = result.response_time_ms or 0
    is_slower = spent_ms > _SLOWER_TIMES * (before_ms or 0) + _SLOWER_BY_MS
    return is_slower or phases_are_due(lease.due_ms, check.interval_ms)


def points_of(
    check: Prepared, result: Result, time_ms: int, is_up: float | None, *, with_phases: bool
) -> list[KnownPoint]:
    """`is_up`: None while nobody knows."""
    series, points = check.series, list[KnownPoint]()
    if is_up is not None:
        points.append((series.of("check_up"), time_ms, is_up))
    if result.response_time_ms is not None:
        points.append((series.of("check_response_time_ms"), time_ms, result.response_time_ms))
    if with_phases:
        points += [
            (series.of_phase(phase), time_ms, spent_ms)
            for phase, spent_ms in result.phases_ms.items()
        ]
    if result.readings:
        points += [(series.of(each.metric), time_ms, each.value) for each in result.readings]
    return points


def phases_text(phases_ms: Mapping[str, float]) -> str:
    """JSON, in a fifth of `json.dumps`'s time."""
    return _template(tuple(phases_ms)) % tuple(phases_ms.values())


@lru_cache(maxsize=1000)
def _template(names: tuple[str, ...]) -> str:
    parts = [f'"{name}": %.3f' for name in names]
    return f"{{{', '.join(parts)}}}"
