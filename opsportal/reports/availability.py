"""How available what is watched was, and what is left of its error budget. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.availability import Span, availability, without
from monitoring.models import CheckStatus

Window = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Availability:
    """`percent` is None where nothing is known; `budget_left_percent` falls below 0 when more was
    lost than the objective allows."""

    name: str
    percent: float | None
    down_ms: int
    outages: int
    budget_left_percent: float | None


def availability_of(
    name: str,
    spans: Sequence[Span],
    left_out: Sequence[Window],
    start_ms: int,
    end_ms: int,
    objective_percent: float,
) -> Availability:
    """Between start and end, beside planned work."""
    counted = list(without(spans, left_out, end_ms))
    found = availability(counted, start_ms, end_ms)
    known_ms = found.available_ms + found.down_ms
    allowed_ms = known_ms * (100 - objective_percent) / 100
    outages = sum(
        each.status == CheckStatus.DOWN
        and each.start_ms < end_ms
        and (each.end_ms is None or each.end_ms > start_ms)
        for each in counted
    )
    left = 100 * (1 - found.down_ms / allowed_ms) if allowed_ms else None
    return Availability(name, found.percent, found.down_ms, outages, left)


def worst_first(rows: Sequence[Availability]) -> list[Availability]:
    return sorted(rows, key=lambda each: (101 if each.percent is None else each.percent, each.name))
