"""Values as people read them."""

import pytest

from monitoring.amounts import amount


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (float("inf"), "s", "inf s"),
        (float("nan"), "B", "nan B"),
        (1e300, "%", "1e+300 %"),
        (26 * 3600, "s", "26 h"),
        (93_700, "s", "26.03 h"),
        (119, "s", "119 s"),
        (-600, "s", "-10 min"),
        (14 * 86_400, "s", "14 d"),
        (0.0042, "s", "0.0042 s"),
        (1_234_567_890, "B", "1.235 GB"),
        (5_000_000, "B/s", "5 MB/s"),
        (512, "B", "512 B"),
        (97.2345, "%", "97.23 %"),
        (123_456, "", "123,456"),
        (14, "d", "14 d"),
    ],
)
def test_an_amount_is_short_and_has_the_unit_that_fits(value: float, unit: str, words: str) -> None:
    assert amount(value, unit) == words
