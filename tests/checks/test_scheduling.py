"""When a check is due."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from monitoring.scheduling import next_due_ms, phase_ms, retry_due_ms

DAY_MS = 86_400_000
IDS = st.integers(1, 2**62)
INTERVALS = st.integers(1, DAY_MS)
TIMES = st.integers(0, 2**45)


@given(IDS, INTERVALS, TIMES)
def test_the_next_probe_is_later_than_now_and_at_most_an_interval_away(
    check_id: int, interval_ms: int, now_ms: int
) -> None:
    due = next_due_ms(check_id, interval_ms, now_ms)
    assert now_ms < due <= now_ms + interval_ms


@given(IDS, INTERVALS, TIMES, st.integers(0, DAY_MS))
def test_being_late_moves_no_later_probe(
    check_id: int, interval_ms: int, now_ms: int, late_ms: int
) -> None:
    due = next_due_ms(check_id, interval_ms, now_ms)
    assert (next_due_ms(check_id, interval_ms, due + late_ms) - due) % interval_ms == 0


def test_nothing_drifts_over_a_day() -> None:
    due = first = next_due_ms(7, 60_000, 0)
    for _ in range(1440):
        due = next_due_ms(7, 60_000, due + 1700)
    assert due - first == DAY_MS


def test_what_an_outage_has_missed_is_not_made_up_for() -> None:
    due = next_due_ms(7, 60_000, 0)
    later = next_due_ms(7, 60_000, due + DAY_MS)
    assert later == due + DAY_MS + 60_000


def test_ten_thousand_checks_are_spread_over_the_interval() -> None:
    seconds = Counter(phase_ms(check_id, 60_000) // 1000 for check_id in range(1, 10_001))
    assert len(seconds) == 60
    assert max(seconds.values()) < 2 * 10_000 / 60


@given(IDS, INTERVALS, INTERVALS, TIMES)
def test_a_retry_comes_no_later_than_the_regular_probe(
    check_id: int, interval_ms: int, retry_ms: int, now_ms: int
) -> None:
    due = retry_due_ms(check_id, interval_ms, retry_ms, now_ms)
    assert now_ms < due <= next_due_ms(check_id, interval_ms, now_ms)
