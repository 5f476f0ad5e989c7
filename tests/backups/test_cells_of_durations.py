"""How long a backup took is told in the units that one thinks in."""

import pytest

from backups.admin_cells import seconds


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, ""),
        (0.04, "0.0 s"),
        (4.24, "4.2 s"),
        (95.4, "95 s"),
        (99.9, "100 s"),
        (725.0, "12 min 5 s"),
        (120.0, "2 min"),
        (3599.7, "1 h"),
        (7830.0, "2 h 10 min"),
    ],
)
def test_a_duration_has_two_units_at_most(value: float | None, told: str) -> None:
    assert seconds(value).replace("\N{NO-BREAK SPACE}", " ") == told
