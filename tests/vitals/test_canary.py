"""The canary's trace in the database, and what its age says."""

from datetime import UTC, datetime, timedelta

import pytest

from monitoring import store
from monitoring.canary import BEAT_AGE, canary_age_seconds, record_beat_age, record_canary
from opsportal.health.look import OK, Look
from opsportal.health.state import GRACE_SECONDS, judge

FINE = {"database": OK, "migrations": OK, "broker": OK}
SETTLED = GRACE_SECONDS + 1


def _now() -> datetime:
    return datetime.now(UTC)


@pytest.mark.django_db
def test_a_canary_that_never_came_has_no_age() -> None:
    assert canary_age_seconds(_now()) is None
    record_beat_age(_now())
    assert store.latest(store.Selector(BEAT_AGE)) == []


@pytest.mark.django_db
def test_the_age_counts_from_the_newest_trace_of_any_queue() -> None:
    now = _now()
    now_ms = int(now.timestamp() * 1000)
    record_canary("default", 0.5, now_ms - 40_000)
    record_canary("backups", 0.1, now_ms - 7_000)
    assert canary_age_seconds(now) == pytest.approx(7, abs=0.01)


@pytest.mark.django_db
def test_the_web_process_records_the_age_as_a_series() -> None:
    now = _now()
    record_canary("default", 0.5, int(now.timestamp() * 1000) - 12_000)
    record_beat_age(now)
    (point,) = store.latest(store.Selector(BEAT_AGE))
    assert point.value == pytest.approx(12, abs=0.01)


@pytest.mark.django_db
def test_a_clock_that_runs_ahead_gives_no_negative_lag() -> None:
    record_canary("default", -3.0, int(_now().timestamp() * 1000))
    (point,) = store.latest(store.Selector("portal_queue_lag_seconds"))
    assert point.value == 0.0


@pytest.mark.parametrize(
    ("age_seconds", "uptime_seconds", "status"),
    [
        (None, 5, "healthy"),
        (600, 5, "healthy"),
        (None, SETTLED, "degraded"),
        (26, SETTLED, "degraded"),
        (24, SETTLED, "healthy"),
    ],
    ids=["just started", "started after a stop", "never ran", "late", "on time"],
)
def test_late_background_work_degrades_the_portal(
    age_seconds: float | None, uptime_seconds: float, status: str
) -> None:
    assert judge(Look(FINE, age_seconds), uptime_seconds).status == status


def test_the_age_is_told_in_words() -> None:
    state = judge(Look(FINE, timedelta(minutes=3).total_seconds()), SETTLED)
    assert [trouble.text for trouble in state.problems] == [
        "background work has stopped: nothing came through for 3\N{NO-BREAK SPACE}min"
    ]
