"""The steps of the charts that are over, as they were drawn: of a year only the last step is read
and added up at each look.

One rule: what is known of some series in some steps counts for READ_AGAIN_AFTER_MS from when it was
first read; then, or where more is asked for than is known, all is read from the store again. So a
point that comes later than SETTLED_AFTER_MS shows after that time at the latest. Of the step that
is not over, `settled` remembers what is, by the same rule.

Processes of one machine share what they know through files (`past_files`): one that has just
started begins with what the others have drawn. Here is what is pure; `known_past` keeps it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from opsportal.dashboard.settled import READ_AGAIN_AFTER_MS, SETTLED_AFTER_MS

Values = Sequence[float | None]
Counts = Mapping[int, int]
"""Requests by the bucket of their time"""
VITALS, SERVICE, ROUTES = "vitals", "service", "routes"


@dataclass(frozen=True, slots=True)
class Past:
    """The steps from `start_ms` to `until_ms`, the first of them read at `read_at_ms`. `lines` are
    values by chart and label, `counts` those of the heat map by the time of their step."""

    start_ms: int
    until_ms: int
    read_at_ms: int
    lines: Mapping[str, Mapping[str, Values]]
    counts: Mapping[int, Counts] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        lines = (values for chart in self.lines.values() for values in chart.values())
        return sum(map(len, lines)) + 2 * sum(map(len, self.counts.values()))


@dataclass(frozen=True)
class Part:
    """Series that some charts draw step by step, at one look; `past` is what is known of them."""

    name: str
    key: str
    first_ms: int
    end_ms: int
    step_ms: int
    now_ms: int
    past: Past | None = None

    @cached_property
    def until_ms(self) -> int:
        """Before which all steps are over."""
        last_ms = min(self.now_ms - SETTLED_AFTER_MS, self.end_ms + -self.end_ms % self.step_ms)
        return max(self.first_ms, last_ms - last_ms % self.step_ms)

    @property
    def from_ms(self) -> int:
        """Where to begin to read."""
        return self.past.until_ms if self.past else self.first_ms

    def covered_by(self, past: Past) -> bool:
        fresh = 0 <= self.now_ms - past.read_at_ms < READ_AGAIN_AFTER_MS
        return fresh and past.start_ms <= self.first_ms <= past.until_ms <= self.until_ms

    def labels(self, chart: str) -> Collection[str]:
        return self.past.lines.get(chart, ()) if self.past else ()

    def values(self, chart: str, label: str) -> list[float | None]:
        """Of the steps before `from_ms`."""
        count = (self.from_ms - self.first_ms) // self.step_ms
        known = self.past.lines.get(chart, {}).get(label) if self.past else None
        return list(known[len(known) - count :]) if known and count else [None] * count

    def counts(self) -> dict[int, Counts]:
        known = self.past.counts if self.past else {}
        return {time_ms: each for time_ms, each in known.items() if time_ms >= self.first_ms}
