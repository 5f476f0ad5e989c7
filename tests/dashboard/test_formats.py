"""Numbers as people read them."""

import pytest

from opsportal.dashboard.formats import NARROW_SPACE, text


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (None, "%", "—"),
        (0, "%", "0 %"),
        (0.4, "%", "0.4 %"),
        (38.04, "%", "38 %"),
        (98.24, "/min", "98.2 /min"),
        (1234.5, "ms", "1_234 ms"),
        (12_345, "ms", "12.3 s"),
        (0.0042, "s", "4.2 ms"),
        (4, "s", "4 s"),
        (119, "s", "1 min"),
        (3_654_720, "s", "42 d"),
        (999, "B", "999 B"),
        (999_600, "B/s", "1 MB/s"),
        (164_000, "B/s", "164 kB/s"),
        (1_000_000, "", "1_000_000"),
    ],
)
def test_a_number_is_short_and_has_its_unit(value: float | None, unit: str, expected: str) -> None:
    shown = text(value, unit)
    assert shown.replace(NARROW_SPACE, " ").replace(" ", "") == expected.replace("_", "").replace(
        " ", ""
    )


def test_thousands_are_apart_and_never_broken_over_lines() -> None:
    assert text(1_000_000, "") == f"1{NARROW_SPACE}000{NARROW_SPACE}000"
