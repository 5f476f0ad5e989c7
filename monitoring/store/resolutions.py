"""The resolutions that history is kept at, and the period of time that one block of each spans."""

from dataclasses import dataclass

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Resolution:
    """`period_ms` is a multiple of `ms`; both count from the epoch."""

    ms: int
    period_ms: int
    default_keep_days: int


# Raw points carry their own times, so their resolution is the clock's: one millisecond.
RAW = Resolution(1, DAY_MS, 2)
FIVE_MINUTES = Resolution(5 * MINUTE_MS, 7 * DAY_MS, 90)
ONE_HOUR = Resolution(HOUR_MS, 84 * DAY_MS, 1095)

ROLLUPS = (FIVE_MINUTES, ONE_HOUR)
ALL = (RAW, *ROLLUPS)


def floor_to(time_ms: int, step_ms: int) -> int:
    return time_ms - time_ms % step_ms


def ceil_to(time_ms: int, step_ms: int) -> int:
    return time_ms + -time_ms % step_ms
