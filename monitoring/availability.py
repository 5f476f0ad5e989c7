"""How much of the time a check was available, from its transitions. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from operator import itemgetter

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


def rounded(percent: float, digits: int) -> float:
    """What was down for a moment does not come out as 100."""
    return 100.0 if percent >= 100 else min(round(percent, digits), 100 - 10.0**-digits)


def percent_text(percent: float, digits: int) -> str:
    """100 without decimals is the whole of it."""
    return "100 %" if percent >= 100 else f"{rounded(percent, digits):.{digits}f} %"


def availability(
    spans: Iterable[Span],
    start_ms: int,
    end_ms: int,
    left_out: Sequence[tuple[int, int]] = (),
) -> Availability:
    """Between start and end. `left_out` are times of planned work, which do not count; they are in
    order and do not overlap."""
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
    lost = 0
    # A year of nightly work beside a thousand changes: only what can overlap is looked at.
    for start, end in islice(left_out, bisect_right(left_out, first, key=itemgetter(1)), None):
        if start >= last:
            break
        lost += min(end, last) - max(start, first)
    return max(0, last - first - lost)


def without(
    spans: Iterable[Span], left_out: Sequence[tuple[int, int]], now_ms: int
) -> Iterator[Span]:
    """What is left of each beside times of planned work, which are in order and do not overlap."""
    for span in spans:
        start, end = span.start_ms, _end(span, now_ms)
        later = islice(left_out, bisect_right(left_out, start, key=itemgetter(1)), None)
        for first, last in takewhile(lambda window, end=end: window[0] < end, later):  # type: ignore[misc]
            if first > start:
                yield Span(start, first, span.status)
            start = last
        if start < end:
            yield Span(start, end, span.status)


def _end(span: Span, now_ms: int) -> int:
    return now_ms if span.end_ms is None else span.end_ms


def worst_of_cells(
    spans: Sequence[Span], start_ms: int, end_ms: int, cells: int
) -> list[str | None]:
    """For a strip of equal cells: the worst status in each; None where there was none."""
    worst: list[str | None] = [None] * cells
    # The worst are laid on top, so that each span costs only the cells that it covers.
    for status in (CheckStatus.UP, CheckStatus.UNKNOWN, CheckStatus.DEGRADED, CheckStatus.DOWN):
        for span in (each for each in spans if each.status == status):
            first = (span.start_ms - start_ms) * cells // (end_ms - start_ms)
            last = -((start_ms - _end(span, end_ms)) * cells // (end_ms - start_ms))
            for number in range(max(0, first), min(cells, last)):
                worst[number] = str(status)
    return worst
