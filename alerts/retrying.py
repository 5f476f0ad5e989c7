"""When a message is tried again. Pure but for the dice, which are given."""

from __future__ import annotations

FIRST_SECONDS = 5.0
LONGEST_SECONDS = 15 * 60.0
# No receiver is obeyed that wants a longer pause (alerts.channels.answers); with some room.
LONGEST_WAIT_MS = 65 * 60_000
# A receiver that is away for a day has people who know of it by now.
GIVE_UP_AFTER_MS = 24 * 3_600_000


def next_try_ms(attempts: int, now_ms: int, retry_after_seconds: float | None, dice: float) -> int:
    """After `attempts` that failed. `dice`, 0 to 1, spreads those that failed together; never
    before the receiver has said."""
    doubled = FIRST_SECONDS * 2.0 ** min(attempts - 1, 20)
    seconds = min(doubled, LONGEST_SECONDS) * (0.75 + 0.5 * dice)
    return now_ms + int(1000 * max(seconds, retry_after_seconds or 0.0))


def is_hopeless(created_ms: int, now_ms: int) -> bool:
    return now_ms - created_ms > GIVE_UP_AFTER_MS
