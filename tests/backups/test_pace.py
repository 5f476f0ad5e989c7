"""How fast a run goes, and what is left."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from backups.leasing import Lease
from backups.models import Backup
from backups.pace import Pace, seconds_left
from tests.backups.plans import NOW_MS, plan, shop
from tests.running_portal import until


@pytest.mark.parametrize(
    ("done", "expected", "rate"),
    [(0, None, 5.0), (0, 0, 5.0), (0, 10, None), (0, 10, 0.0), (10, 10, 5.0), (12, 10, 5.0)],
)
def test_what_nobody_knows_is_not_guessed(
    done: int, expected: int | None, rate: float | None
) -> None:
    assert seconds_left(done, expected, rate) is None


def test_each_stage_begins_anew() -> None:
    dumping = Pace("dumping", 0, 0).at("dumping", 2, 200)
    assert dumping.bytes_per_second == 100
    assert dumping.at("restoring", 4, 300) == Pace("restoring", 4, 300)
    assert dumping.at("dumping", 4, 0) == Pace("dumping", 4, 0)
    assert Pace("dumping", 0, 0).at("dumping", 2, 0).bytes_per_second is None


def test_a_clock_that_stands_still_tells_nothing() -> None:
    assert Pace("dumping", 1, 0).at("dumping", 1, 50) == Pace("dumping", 1, 0)


def test_what_has_become_slow_is_soon_seen() -> None:
    pace = Pace("dumping", 0, 0).at("dumping", 1, 1000)
    for second in range(2, 12):
        pace = pace.at("dumping", second, 1000)
    assert pace.bytes_per_second is not None
    assert pace.bytes_per_second < 50
    assert seconds_left(400, 1000, 30) == 20


@pytest.mark.django_db(transaction=True)
def test_the_row_tells_it_while_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backups.leasing.RENEW_SECONDS", 0.02)
    of = plan(shop(tmp_path / "shop.sqlite3"), tmp_path / "kept")
    row = Backup.objects.create(plan=of, plan_name="Shop", status="running", queued_ms=NOW_MS)
    lease = Lease(row.pk)
    lease.stage, lease.expected_bytes, began = "dumping", 10**12, time.monotonic()

    def told() -> float | None:
        lease.done_bytes = int(1_000_000 * (time.monotonic() - began))
        row.refresh_from_db()
        return row.seconds_left

    try:
        until(told, 30, "an estimate")
    finally:
        lease.stop()
    assert row.stage == "dumping"
    assert row.bytes_per_second is not None
    assert row.bytes_per_second > 0
