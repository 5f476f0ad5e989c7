"""When a check is due. Pure: times in milliseconds since the epoch come in and go out.

Every check has a phase of its own within its interval, and is due at phase + k * interval for ever:
nothing drifts, checks never come all at once, and what an outage has missed is not made up for.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

# More points than all else of a result, and a chart shows no finer steps of them.
PHASES_EVERY_MS = 300_000


# Asked at every probe of every check.
@lru_cache(maxsize=100_000)
def phase_ms(check_id: int, interval_ms: int) -> int:
    """By a digest, which spreads any set of ids evenly over the interval."""
    digest = hashlib.blake2b(check_id.to_bytes(8), digest_size=8).digest()
    return int.from_bytes(digest) % interval_ms


def next_due_ms(check_id: int, interval_ms: int, after_ms: int) -> int:
    """The first of phase + k * interval that is later than `after_ms`."""
    phase = phase_ms(check_id, interval_ms)
    return after_ms + interval_ms - (after_ms - phase) % interval_ms


def retry_due_ms(check_id: int, interval_ms: int, retry_interval_ms: int, now_ms: int) -> int:
    """A retry comes early, but never later than the next regular probe."""
    return min(now_ms + retry_interval_ms, next_due_ms(check_id, interval_ms, now_ms))


def phases_are_due(due_ms: int, interval_ms: int) -> bool:
    """Of the first regular probe within each five minutes of the clock, and of every one that comes
    more rarely: whichever worker it is that asks, every step of a chart gets one."""
    return due_ms % PHASES_EVERY_MS < interval_ms
