"""When a message is tried again."""

from __future__ import annotations

import pytest

from alerts.retrying import GIVE_UP_AFTER_MS, is_hopeless, next_try_ms

NOW_MS = 1_795_435_200_000


@pytest.mark.parametrize(
    ("attempts", "retry_after_seconds", "dice", "seconds"),
    [
        (1, None, 0.5, 5),
        (2, None, 0.5, 10),
        (4, None, 0.5, 40),
        (100, None, 0.5, 900),
        # Those that failed together do not come again together.
        (1, None, 0.0, 3.75),
        (1, None, 1.0, 6.25),
        # Never before the receiver has said, and not sooner for its saying little.
        (1, 120.0, 0.0, 120),
        (4, 1.0, 0.5, 40),
    ],
)
def test_waits_double_up_to_a_quarter_of_an_hour_and_are_spread(
    attempts: int, retry_after_seconds: float | None, dice: float, seconds: float
) -> None:
    assert next_try_ms(attempts, NOW_MS, retry_after_seconds, dice) == NOW_MS + seconds * 1000


def test_after_a_day_it_is_given_up() -> None:
    assert not is_hopeless(NOW_MS, NOW_MS + GIVE_UP_AFTER_MS)
    assert is_hopeless(NOW_MS, NOW_MS + GIVE_UP_AFTER_MS + 1)
