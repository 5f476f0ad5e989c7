"""How much of the time a check was available, from its transitions. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitoring.models import CheckStatus

AVAILABLE = frozenset({CheckStatus.UP, CheckStatus.DEGRADED})


@dataclass(frozen=True, slots=True)
class Span:
    """A time in one status; `end_ms` None while it lasts."""

    start_ms: int
    end_ms: int | None
    status: str


@dataclass(frozen=True, slots=True)
class Availability:
    """`percent` is None where nothing is known: new, unknown and paused time counts neither way."""

    available_ms: int
    down_ms: int

    @property
    def percent(self) -> float | None:
        known = self.available_ms + self.down_ms
        return 100 * self.available_ms / known if known else None


def availability(
    spans: Iterable[Span],
    start_ms: int,
    end_ms: int,
    left_out: Sequence[tuple[int, int]] = (),
) -> Availability:
    """Between start and end. `left_out` are times (maintenance, blindness) that do not count; they
    do not overlap."""
    available = down = 0
    for span in spans:
        length = _counted(span, start_ms, end_ms, left_out)
        if span.status in AVAILABLE:
            available += length
        elif span.status == CheckStatus.DOWN:
            down += length
    return Availability(available, down)


def _counted(span: Span, start_ms: int, end_ms: int, left_out: Sequence[tuple[int, int]]) -> int:
    first, last = max(span.start_ms, start_ms), min(_end(span, end_ms), end_ms)
    lost = sum(max(0, min(end, last) - max(start, first)) for start, end in left_out)
    return max(0, last - first - lost)


def _end(span: Span, now_ms: int) -> int:
    return now_ms if span.end_ms is None else span.end_ms


def worst_of_cells(
    spans: Sequence[Span], start_ms: int, end_ms: int, cells: int
) -> Iterator[str | None]:
    """For a strip of equal cells: the worst status in each; None where there was none."""
    ranking = [CheckStatus.DOWN, CheckStatus.DEGRADED, CheckStatus.UNKNOWN, CheckStatus.UP]
    width = (end_ms - start_ms) / cells
    for number in range(cells):
        first, last = start_ms + number * width, start_ms + (number + 1) * width
        seen = {
            each.status for each in spans if each.start_ms < last and _end(each, end_ms) > first
        }
        yield next((str(status) for status in ranking if status in seen), None)
