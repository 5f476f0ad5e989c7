"""Series that are asked for by all of their labels."""

import pytest

from monitoring.store import Point, latest_exact, record
from tests.store.clock import NOW_MS

pytestmark = pytest.mark.django_db


def test_only_those_that_exist_and_no_others_are_found() -> None:
    labels = [{"check": "a", "phase": "dns"}, {"check": "b", "phase": "dns"}, {"check": "a"}]
    record([Point("check_phase_ms", each, NOW_MS, 2.5) for each in labels], now_ms=NOW_MS)
    wanted = [
        ("check_phase_ms", {"phase": "dns", "check": "a"}),
        ("check_phase_ms", {"check": "a", "phase": "tls"}),
        ("check_up", {"check": "a", "phase": "dns"}),
    ]
    (found,) = latest_exact(wanted)
    assert (found.series.labels, found.value) == (labels[0], 2.5)
    assert latest_exact([]) == []
