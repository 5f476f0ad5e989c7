"""kill -9 at a random moment of a run: never a bad backup listed as good, never a good one lost,
nothing left over after the next run. OPSPORTAL_TEST_KILLS asks for more of them, as
`make bench ARGS=killed_backups` does."""

from __future__ import annotations

import hashlib
import logging
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from backups.copies import copies_of, place_of
from backups.destinations.s3 import S3
from backups.editing import save_plan
from backups.leasing import LEASE_MS
from backups.looking import look_around
from backups.models import GOOD, Backup, Plan
from backups.queueing import queue
from backups.stages import encrypt
from backups.stages.compress import Inverse
from tests.backups.conftest import client_of
from tests.backups.plans import IDENTITY, backed_up, files_in, shop
from tests.database import url_of_test_database
from tests.running_portal import until

logger = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("OPSPORTAL_TEST_KILLS", "5"))
# Of the length of a run that is let alone: also the moments after its last word.
BEYOND = 1.1
ROWS = 'CREATE TABLE "ro\'ws" AS SELECT n, md5(n::text) FROM generate_series(1, 60000) n'

pytestmark = pytest.mark.django_db(transaction=True)


def begun(backup: Backup) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "DATABASE_URL": url_of_test_database(),
        "DJANGO_SETTINGS_MODULE": "opsportal.settings",
    }
    command = [sys.executable, "manage.py", "backup", "--run", str(backup.pk)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    until(lambda: Backup.objects.get(pk=backup.pk).status != "queued", 120, "the run's beginning")
    return process


def let_alone(of: Plan) -> float:
    """How many seconds a run takes until it is verified."""
    backup = queue(of, "test", time.time_ns() // 1_000_000)
    process, began = begun(backup), time.monotonic()
    until(lambda: Backup.objects.get(pk=backup.pk).status != "running", 300, "the run's end")
    seconds = time.monotonic() - began
    assert process.wait(300) == 0
    backup.refresh_from_db()
    assert backup.status == "verified", backup.error
    return seconds


def killed(of: Plan, delay_seconds: float) -> str:
    """What the row says after somebody has looked for the dead."""
    backup = queue(of, "test", time.time_ns() // 1_000_000)
    process = begun(backup)
    time.sleep(delay_seconds)
    process.kill()
    process.wait()
    look_around(time.time_ns() // 1_000_000 + LEASE_MS + 1)
    backup.refresh_from_db()
    assert backup.status in ("failed", *GOOD)
    return backup.status


def assert_whole(row: Backup) -> None:
    """Every copy, byte by byte; and the first opens with the recovery key."""
    there = copies_of(row)
    assert len(there) == 2
    for copy in there:
        digest = hashlib.sha256()
        with place_of(copy).open(row.key) as stream:
            while data := stream.read(65536):
                digest.update(data)
        assert digest.hexdigest() == row.sha256
    with (
        place_of(there[0]).open(row.key) as stream,
        encrypt.inverse(stream, [IDENTITY]) as compressed,
    ):
        assert Inverse(compressed).read(5)


def assert_nothing_is_left(kept: Path, bucket: dict[str, Any]) -> None:
    """Beside good backups: no half file, no part of an upload, no copy of the data."""
    keys = Backup.objects.filter(status__in=GOOD).values_list("key", flat=True)
    wanted = sorted([*keys, *(f"{key}.json" for key in keys)])
    assert files_in(kept) == [each.rpartition("/")[2] for each in wanted]
    assert sorted(each.key for each in S3(**bucket).listed("")) == wanted
    uploads = client_of(bucket).list_multipart_uploads(Bucket=bucket["bucket"])
    assert uploads.get("Uploads", []) == []
    assert [path for path in (Path(settings.DATA_DIR) / "work").rglob("*") if path.is_file()] == []


def kill_at_random(of: Plan, kills: int) -> Counter[str]:
    dice, seconds = random.Random(kills), 0.0  # noqa: S311
    outcomes: Counter[str] = Counter()
    good: set[int] = set()
    for number in range(kills):
        if number % 10 == 0:  # what else the machine does changes
            seconds = let_alone(of) * BEYOND
        outcomes[killed(of, dice.random() * seconds)] += 1
        now_good = Backup.objects.filter(status__in=GOOD)
        assert good <= {row.pk for row in now_good}
        good = {row.pk for row in now_good}
        for row in now_good:
            assert_whole(row)
    assert backed_up(of).status == "verified"
    return outcomes


def of_sqlite(tmp_path: Path, url: str) -> tuple[str, dict[str, Any]]:
    return "sqlite", {"path": str(shop(tmp_path / "shop.sqlite3", rows=100_000))}


def of_postgresql(tmp_path: Path, url: str) -> tuple[str, dict[str, Any]]:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(ROWS.encode())
    return "postgresql", {"url": url}


@pytest.mark.parametrize(("source", "share"), [(of_sqlite, 1.0), (of_postgresql, 0.5)])
def test_at_whatever_moment_it_is_killed(
    tmp_path: Path,
    bucket: dict[str, Any],
    empty_postgresql: str,
    source: Callable[[Path, str], tuple[str, dict[str, Any]]],
    share: float,
) -> None:
    kind, given = source(tmp_path, empty_postgresql)
    of = Plan(name=f"Killed {kind}", source_kind=kind, recipients=str(IDENTITY.to_public()))
    kept = tmp_path / "kept"
    save_plan(of, given, [{"kind": "local", "path": str(kept)}, {"kind": "s3", **bucket}])
    outcomes = kill_at_random(of, round(KILLS * share))
    logger.info("killed %d runs of %s: %s", sum(outcomes.values()), kind, dict(outcomes))
    assert_nothing_is_left(kept, bucket)
    with psycopg.connect(empty_postgresql) as connection:
        query = "SELECT datname FROM pg_database WHERE datname LIKE 'opsportal_proof_killed%'"
        assert connection.execute(query).fetchall() == []
