"""What goes wrong with backups is a series, and set-up's thresholds alert on it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from alerts.defaults import THRESHOLDS
from alerts.editing import save_threshold
from alerts.engine import evaluate_series
from alerts.models import Alert, Threshold
from backups.editing import save_plan
from backups.errors import SourceError
from backups.models import Plan
from backups.series import record_ages
from backups.sources.base import Readable
from backups.sources.sqlite import SqliteTarget
from monitoring.models import Series
from tests.backups.plans import IDENTITY, backed_up, plan, shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def thresholds() -> None:
    for fields in THRESHOLDS:
        save_threshold(Threshold(**fields), [])


@pytest.fixture
def of(tmp_path: Path) -> Plan:
    return plan(shop(tmp_path / "shop.sqlite3"), tmp_path / "one", tmp_path / "two")


def told() -> set[str]:
    now_ms = time.time_ns() // 1_000_000
    record_ages(now_ms)
    evaluate_series(list(Series.objects.values_list("pk", flat=True)), now_ms)
    return set(Alert.objects.values_list("threshold__name", flat=True))


def test_a_restore_test_that_fails(of: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(self: SqliteTarget, stream: Readable) -> None:
        raise SourceError("SQLite's integrity check says: no")

    monkeypatch.setattr(SqliteTarget, "load", damaged)
    assert backed_up(of).status == "failed"
    assert "Restore test failed" in told()


def test_a_destination_that_does_not_take_it(of: Plan, tmp_path: Path) -> None:
    assert backed_up(of).status == "verified"
    assert told() == set()
    (tmp_path / "two" / of.slug).rename(tmp_path / "before")
    (tmp_path / "two" / of.slug).write_text("in the way")
    assert backed_up(of).status == "verified"
    assert told() == {"Backup not everywhere"}


def test_a_backup_that_has_shrunk_by_half(tmp_path: Path) -> None:
    path = tmp_path / "media"
    path.mkdir()
    (path / "a").write_bytes(os.urandom(200_000))
    of = Plan(name="Media", source_kind="files")
    of.recipients = str(IDENTITY.to_public())
    save_plan(of, {"paths": [str(path)]}, [{"kind": "local", "path": str(tmp_path / "kept")}])
    for size in (200_000, 200_000, 120_000):
        (path / "a").write_bytes(os.urandom(size))
        assert backed_up(of).status == "verified"
    assert told() == set()
    for _ in range(2):
        (path / "a").write_bytes(os.urandom(50_000))
        backed_up(of)
        assert told() == {"Backup shrank by half"}


def test_a_retention_that_has_stopped(of: Plan) -> None:
    Plan.objects.update(retention_stopped="the clock was set back")
    assert told() == {"Backup retention stopped"}
