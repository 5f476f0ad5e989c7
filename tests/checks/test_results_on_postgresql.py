"""What results cost PostgreSQL, ten thousand of them a minute: nothing waits for the disk that is
found again when it is lost, and no index is touched."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monitoring.models import Check
from monitoring.probes.base import Result
from tests.checks.watched import GOOD, REFUSED, START_MS, add, probed, state

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's file has no such thing"),
]


def waits_for_the_disk(time_ms: int, results: dict[Check, Result]) -> bool:
    """Leasing them never does."""
    with CaptureQueriesContext(connection) as captured:
        probed(time_ms, results)
    without = [each for each in captured if "SET LOCAL synchronous_commit = off" in each["sql"]]
    assert 1 <= len(without) <= 2
    return len(without) == 1


def test_a_change_is_on_the_disk_before_anybody_hears_of_it() -> None:
    check = add("new")
    assert waits_for_the_disk(START_MS, {check: GOOD})
    assert waits_for_the_disk(START_MS + 60_000, {check: REFUSED})


def test_a_batch_with_a_change_waits_for_the_disk_as_a_whole() -> None:
    steady, falling = add("steady"), add("falling")
    probed(START_MS, {steady: GOOD, falling: GOOD})
    assert waits_for_the_disk(START_MS + 60_000, {steady: GOOD, falling: REFUSED})


def test_what_is_known_already_does_not_wait() -> None:
    check = add("steady")
    probed(START_MS, {check: GOOD})
    assert not waits_for_the_disk(START_MS + 60_000, {check: GOOD})


def test_leasing_and_writing_a_result_touch_no_index() -> None:
    check = add("often probed")
    before = updates()
    for minute in range(3):
        probed(START_MS + minute * 60_000, {check: GOOD})
    rows, within_their_page = (now - then for now, then in zip(updates(), before, strict=True))
    assert rows >= 3
    assert rows == within_their_page
    assert state(check).status == "up"


def updates() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_xact_user_tables"
            " WHERE relname = 'monitoring_checkstate'"
        )
        rows, within_their_page = cursor.fetchone()
    return rows, within_their_page
