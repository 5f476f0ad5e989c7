"""What is written of a few series does not cost more with many beside them."""

from __future__ import annotations

import pytest
from django.db import connection

from monitoring.store.dialect import update_latest, update_newer

NOW_MS = 1_800_000_000_000
SERIES, WRITTEN = 20_000, 1000

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="it is PostgreSQL's planner"),
]


def _fill() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO monitoring_series (key, metric, labels, last_time_ms, last_value,"
            " sealed_until_ms, total_count, total_sum, created_at)"
            " SELECT md5(number::text), 'metric', '{}', 0, 0, 0, 0, 0, now()"
            " FROM generate_series(1, %s) AS number",
            [SERIES],
        )
        cursor.execute("ANALYZE monitoring_series")
        cursor.execute("SELECT id FROM monitoring_series ORDER BY id LIMIT %s", [WRITTEN])
        return [row[0] for row in cursor.fetchall()]


def _read_in_sequence() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'monitoring_series'"
        )
        return int(cursor.fetchone()[0])


def test_newer_points_are_noted_without_reading_every_series() -> None:
    ids = _fill()
    before = _read_in_sequence()
    with connection.cursor() as cursor:
        assert update_newer(cursor, [(each, NOW_MS, 1.5) for each in ids]) == WRITTEN
    assert _read_in_sequence() == before


def test_last_points_are_noted_without_reading_every_series() -> None:
    ids = _fill()
    before = _read_in_sequence()
    with connection.cursor() as cursor:
        update_latest(cursor, [(NOW_MS, 1.5, 1, 1.5, each) for each in ids])
    assert _read_in_sequence() == before
