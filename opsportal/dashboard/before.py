"""The same stretch of time some weeks before, to compare with: pure.

Whole weeks, because a Monday is like a Monday; as many as the range is long, so that the two do not
overlap.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from opsportal.dashboard.ranges import DAY_MS, HOUR_MS, MINUTE_MS, Range

WEEK_MS = 7 * DAY_MS
ENOUGH = 20
# A little less than the 90 days that 5-minute rollups are kept by default.
FINE_FOR_MS = 89 * DAY_MS


@dataclass(frozen=True, slots=True)
class Before:
    """`drawn`: as lines behind those of the charts; else only the table of routes compares."""

    shift_ms: int = WEEK_MS
    drawn: bool = False

    @property
    def label(self) -> str:
        weeks = self.shift_ms // WEEK_MS
        return "last week" if weeks == 1 else f"{weeks} weeks before"


def before_of(shown: Range, parameters: Mapping[str, str]) -> Before:
    weeks = max(1, -(-(shown.end_ms - shown.start_ms) // WEEK_MS))
    return Before(weeks * WEEK_MS, parameters.get("compare") == "1")


def drawn_step_ms(step_ms: int, start_ms: int, now_ms: int) -> int:
    """No finer than what is kept of that time (docs/store.md): a rollup must not fall into a step
    that is shorter than itself."""
    kept = HOUR_MS if now_ms - start_ms > FINE_FOR_MS else 5 * MINUTE_MS
    return max(step_ms, kept)


def change_text(now: float | None, before: float | None) -> str:
    """By how much the value is higher or lower, in whole percent; nothing where one is missing."""
    if now is None or not before:
        return ""
    percent = round(100 * (now / before - 1))
    sign = "+" if percent > 0 else "\N{MINUS SIGN}" if percent < 0 else ""
    return f"{sign}{abs(percent):,}\N{NARROW NO-BREAK SPACE}%".replace(
        ",", "\N{NARROW NO-BREAK SPACE}"
    )


def notable(now: float | None, before: float | None, counts: Collection[int]) -> bool:
    """Worth a look: half as slow again, of enough requests on both sides to mean it."""
    return bool(now and before and now >= 1.5 * before and min(counts) >= ENOUGH)
