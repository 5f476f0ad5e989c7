"""When a check is due. Pure: times in milliseconds since the epoch come in and go out.

Every check has a phase of its own within its interval, and is due at phase + k × interval for ever:
nothing drifts, checks never come all at once, and what an outage has missed is not made up for.
"""

from __future__ import annotations

import hashlib


def first_due_ms(check_id: int, interval_ms: int, now_ms: int) -> int:
    """At the next moment of its phase, but a new check need not wait for more than a few seconds:
    who has just added it is looking."""
    return next_due_ms(phase_ms(check_id, interval_ms), interval_ms, now_ms)


def phase_ms(check_id: int, interval_ms: int) -> int:
    """Spread evenly over the interval by a digest: ids that are neighbours need not be in time."""
    digest = hashlib.blake2b(str(check_id).encode(), digest_size=8).digest()
    return int.from_bytes(digest) % interval_ms


def next_due_ms(due_ms: int, interval_ms: int, now_ms: int) -> int:
    """The first of due + k × interval (k >= 1) that is after now."""
    missed = max(0, now_ms - due_ms) // interval_ms
    return due_ms + (missed + 1) * interval_ms


def retry_due_ms(due_ms: int, interval_ms: int, retry_interval_ms: int, now_ms: int) -> int:
    """A retry comes early, but never later than the next regular probe."""
    return min(now_ms + retry_interval_ms, next_due_ms(due_ms, interval_ms, now_ms))
