"""kill -9 at a random moment of a run: never a bad backup listed as good, never a good one lost,
nothing left over after the next run. OPSPORTAL_TEST_KILLS asks for more of them."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from backups.leasing import LEASE_MS
from backups.looking import look_around
from backups.models import GOOD, Backup, Plan
from backups.queueing import queue
from tests.backups.plans import backed_up, files_in, opened, plan, shop
from tests.database import url_of_test_database
from tests.running_portal import until

ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("OPSPORTAL_TEST_KILLS", "6"))


def begun(backup: Backup) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "DATABASE_URL": url_of_test_database(),
        "DJANGO_SETTINGS_MODULE": "opsportal.settings",
    }
    command = [sys.executable, "manage.py", "backup", "--run", str(backup.pk)]
    return subprocess.Popen(command, cwd=ROOT, env=environment)


def killed(of: Plan, delay_seconds: float) -> None:
    backup = queue(of, "test", time.time_ns() // 1_000_000)
    process = begun(backup)
    until(lambda: Backup.objects.get(pk=backup.pk).status != "queued", 30, "the run's beginning")
    time.sleep(delay_seconds)
    process.kill()
    process.wait()
    look_around(time.time_ns() // 1_000_000 + LEASE_MS + 1)
    assert Backup.objects.get(pk=backup.pk).status in ("failed", *GOOD)


def is_whole(row: Backup, kept: Path) -> bool:
    artifact = (kept / row.key).read_bytes()
    return hashlib.sha256(artifact).hexdigest() == row.sha256 and bool(opened(kept / row.key))


@pytest.mark.django_db(transaction=True)
def test_at_whatever_moment_it_is_killed(tmp_path: Path) -> None:
    kept, dice = tmp_path / "kept", random.Random(KILLS)  # noqa: S311
    of = plan(shop(tmp_path / "shop.sqlite3", rows=100_000), kept)
    for _ in range(KILLS):
        killed(of, dice.random() * 0.6)
        assert all(is_whole(row, kept) for row in Backup.objects.filter(status__in=GOOD))
    assert backed_up(of).status == "verified"
    keys = Backup.objects.filter(status__in=GOOD).values_list("key", flat=True)
    names = [key.rpartition("/")[2] for key in keys]
    assert files_in(kept) == sorted([*names, *(f"{name}.json" for name in names)])
    assert not list((Path(settings.DATA_DIR) / "work").rglob("*.sqlite3"))
