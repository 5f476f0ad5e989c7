"""kill -9 of a worker in the middle of its batch costs each check at most its lease."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from monitoring.editing import save_check
from monitoring.models import Check, CheckState
from monitoring.runner.leasing import MARGIN_MS, lease_due
from monitoring.runner.running import AHEAD_MS
from tests.database import url_of_test_database
from tests.probes.misbehaving import serving

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_MS = 20_000


def hangs(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.recv(65_536)
        connection.recv(1)


def hanging_check(number: int, port: int) -> Check:
    check = Check(name=f"hanging {number}", kind="http", timeout_seconds=TIMEOUT_MS / 1000)
    save_check(check, {"url": f"http://127.0.0.1:{port}/"})
    return check


@pytest.mark.django_db(transaction=True)
def test_anothers_turn_comes_when_the_lease_of_a_killed_worker_runs_out() -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": url_of_test_database(),
        "DJANGO_SETTINGS_MODULE": "opsportal.settings",
        "PYTHONPATH": str(ROOT),
    }
    with serving(hangs) as port:
        checks = [hanging_check(number, port) for number in range(5)]
        CheckState.objects.update(due_ms=0)
        script = ROOT / "tests" / "checks" / "hold_leases.py"
        with subprocess.Popen(
            [sys.executable, script], env=environment, stdout=subprocess.PIPE, text=True
        ) as worker:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "leased\n"
            worker.kill()
    leases = CheckState.objects.values_list("leased_until_ms", flat=True)
    longest_ms = TIMEOUT_MS + MARGIN_MS + AHEAD_MS
    assert max(leases) <= time.time_ns() // 1_000_000 + longest_ms
    assert lease_due(min(leases) - 1, 0, 10) == []
    taken_over = lease_due(max(leases), 0, 10)
    assert {lease.check_id for lease in taken_over} == {check.pk for check in checks}
