"""The admin's lists with a million rows behind each history: time on the server, and queries.

In one process, on SQLite or the DATABASE_URL given; the median of five looks counts.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.table import Row

ROOT = Path(__file__).resolve().parent.parent
MOST_MS, MOST_QUERIES = 200, 12
DAY_MS = 86_400_000


def run(quick: bool) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "opsportal.settings",
            "OPSPORTAL_DATA_DIR": str(Path(directory) / "var"),
            "SECRET_KEY": "only-for-benchmarks",
            "ALLOWED_HOSTS": "testserver",
        }
        options: dict[str, Any] = {"cwd": ROOT, "env": environment}
        setup = [sys.executable, "manage.py", "setup", "--noinput"]
        subprocess.run(setup, check=True, stdout=subprocess.DEVNULL, **options)
        command = [sys.executable, "-m", "benchmarks.admin", str(20_000 if quick else 1_000_000)]
        told = subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout
    return [_row(line, quick) for line in told.splitlines() if "\t" in line]


def _row(line: str, quick: bool) -> Row:
    address, spent_ms, queries = line.split("\t")
    passed = float(spent_ms) <= MOST_MS and int(queries) < MOST_QUERIES
    bar = f"<= {MOST_MS} ms, {queries} queries < {MOST_QUERIES}"
    return Row("admin", address, float(spent_ms), "ms", bar=bar, passed=None if quick else passed)


# --- In a process of its own ----------------------------------------------------------------------


def _main(rows: int) -> None:
    import django

    django.setup()
    from django.contrib import admin
    from django.urls import reverse

    _fill(rows)
    lists = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
    ]
    client = _client()
    for address in ["/admin/", *lists]:
        looks = [_look(client, address) for _ in range(6)][1:]
        spent_ms = statistics.median(each[0] for each in looks)
        print(f"{address}\t{spent_ms:.1f}\t{max(each[1] for each in looks)}", flush=True)


def _client() -> Any:
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    client.force_login(User.objects.get(is_superuser=True))
    return client


def _look(client: Any, address: str) -> tuple[float, int]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        started = time.perf_counter()
        response = client.get(address)
        spent_ms = (time.perf_counter() - started) * 1000
    assert response.status_code == 200, (address, response.status_code)
    return spent_ms, len(queries)


def _fill(rows: int) -> None:
    """A year of alerts, deliveries, mail, changes and the audit log; thousands of what is few."""
    from alerts.models import Alert, AlertEvent, Channel, Delivery, Threshold
    from backups.models import Backup, Plan
    from monitoring.models import Annotation, Check, CheckState, Series, Transition
    from opsportal.audit.models import AuditEntry
    from opsportal.mail.models import Mail

    now_ms = time.time_ns() // 1_000_000
    ago = f"{now_ms} - CAST(i AS BIGINT) * {365 * DAY_MS // rows}"
    threshold = Threshold.objects.order_by("pk")[0]
    first = threshold.pk
    alert = Alert.objects.create(
        threshold=threshold,
        name="CPU",
        metric="cpu_percent",
        labels={"host": "a"},
        state="resolved",
        severity="warning",
        value=93.0,
        message="CPU 93 %",
        fingerprint="a",
        started_ms=now_ms,
        fired_ms=now_ms,
        resolved_ms=now_ms,
    )
    times = dict.fromkeys(("started_ms", "fired_ms", "resolved_ms"), ago)
    _copies(alert, rows, **times, threshold_id=f"{first} + i %% 15", fingerprint="'f' || i")
    AlertEvent.objects.create(alert=alert, time_ms=now_ms, kind="fired", reason="above 90 %")
    channel = Channel.objects.create(name="Ops", kind="webhook", settings={})
    delivery = Delivery.objects.create(
        channel=channel,
        kind="firing",
        status="sent",
        created_ms=now_ms,
        due_ms=now_ms,
        sent_ms=now_ms,
        idempotency_key="first",
    )
    sent = dict.fromkeys(("created_ms", "due_ms", "sent_ms"), ago)
    _copies(delivery, rows, **sent, idempotency_key="'k' || i")
    mail = Mail.objects.create(key="0", created_ms=now_ms, due_ms=now_ms, status="sent")
    _copies(mail, rows, key="'k' || i", created_ms=ago)
    entry = AuditEntry.objects.order_by("pk")[0]
    # Sealed: what is not, the next look seals.
    _copies(entry, rows, position="100000 + i")
    check = Check.objects.create(name="Bench", slug="bench", kind="tcp", settings={"host": "a"})
    state = CheckState.objects.create(owner=check, status="up", since_ms=now_ms)
    change = Transition.objects.create(
        owner=check, time_ms=now_ms, ended_ms=now_ms, status="up", before="down", why="changed"
    )
    few = rows // 200
    base = check.pk
    _copies(check, few, name="'Bench ' || i", slug="'bench-' || i", uuid=_uuid())
    _copies(state, few, check_id=f"{base} + i")
    _copies(change, rows, time_ms=ago, ended_ms=ago, check_id=f"{base} + i %% {few}")
    series = Series.objects.create(metric="cpu_percent", labels={"host": "a"}, key="a")
    _copies(series, few, key="'k' || i")
    note = Annotation.objects.create(time_ms=now_ms, text="Deployed")
    _copies(note, rows // 10, time_ms=ago)
    plan = Plan.objects.create(name="Bench", slug="bench", source_kind="files")
    backup = Backup.objects.create(
        plan=plan,
        plan_name="Bench",
        source_kind="files",
        status="verified",
        queued_ms=now_ms,
        started_ms=now_ms,
        finished_ms=now_ms,
        size_bytes=1000,
    )
    _copies(backup, rows // 20, queued_ms=ago, started_ms=ago, finished_ms=ago)


def _uuid() -> str:
    from django.db import connection

    return "gen_random_uuid()" if connection.vendor == "postgresql" else "hex(randomblob(16))"


def _copies(row: Any, count: int, **changed: str) -> None:
    """`count` rows like `row`; `changed` are SQL of `i`, from 1, by column."""
    from django.db import connection

    table, key = row._meta.db_table, row._meta.pk
    columns = [each.column for each in row._meta.concrete_fields]
    if key.column == "id":
        columns.remove("id")
    values = [changed.get(each, f't."{each}"') for each in columns]
    named = ", ".join(f'"{each}"' for each in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({named})'
            f" WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
            f' SELECT {", ".join(values)} FROM n, "{table}" t WHERE t."{key.column}" = %s',
            [row.pk],
        )
        if connection.vendor == "postgresql":
            # As the server does by itself, soon after so many rows came.
            cursor.execute(f'VACUUM (ANALYZE) "{table}"')


if __name__ == "__main__":
    _main(int(sys.argv[1]))
