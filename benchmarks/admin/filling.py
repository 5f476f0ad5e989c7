"""A year of alerts, deliveries, mail, changes and the audit log, and thousands of what is few.

Of every column that is filtered by one value is common, one is rare and a year old, and one is not
there at all: what an index is for.
"""

from __future__ import annotations

import time
from typing import Any

DAY_MS = 86_400_000
# Words to search for: that no row, one old row, and every row has.
NOWHERE, ONCE, EVERYWHERE = "nowhere", "needle", "common"


def fill(rows: int) -> None:
    _alerts(rows)
    _deliveries(rows)
    _mail(rows)
    _audit(rows)
    _checks(rows)
    _series_and_notes(rows)
    _backups(rows)


def _ago(rows: int) -> str:
    now_ms = time.time_ns() // 1_000_000
    return f"{now_ms} - CAST(i AS BIGINT) * {365 * DAY_MS // rows}"


def _rare(rows: int, rare: str, common: str) -> str:
    """`rare` in the three oldest rows, `common` elsewhere."""
    return f"CASE WHEN i > {rows - 3} THEN '{rare}' ELSE '{common}' END"


def _text(rows: int) -> str:
    return f"CASE WHEN i = {rows} THEN 'a {ONCE} in it' ELSE 'a {EVERYWHERE} word ' || i END"


def _alerts(rows: int) -> None:
    from alerts.models import Alert, AlertEvent, Threshold

    first = Threshold.objects.order_by("pk")[0].pk
    rare = Threshold.objects.create(name="Rare", metric="cpu_percent", labels={}, kind="limit")
    Threshold.objects.create(name="Never", metric="cpu_percent", labels={}, kind="limit")
    alert = Alert.objects.create(
        threshold_id=first,
        name="CPU",
        metric="cpu_percent",
        labels={"host": "a"},
        state="resolved",
        severity="warning",
        value=93.0,
        message="CPU 93 %",
        fingerprint="a",
        started_ms=1,
        fired_ms=1,
        resolved_ms=1,
    )
    _copies(
        alert,
        rows,
        **dict.fromkeys(("started_ms", "fired_ms", "resolved_ms"), _ago(rows)),
        threshold_id=f"CASE WHEN i > {rows - 3} THEN {rare.pk} ELSE {first} + i %% 15 END",
        state=_rare(rows, "firing", "resolved"),
        severity=_rare(rows, "critical", "warning"),
        message=_text(rows),
        fingerprint="'f' || i",
    )
    AlertEvent.objects.create(alert=alert, time_ms=1, kind="fired", reason="above 90 %")


def _deliveries(rows: int) -> None:
    from alerts.models import Channel, Delivery

    often, rare, _ = (
        Channel.objects.create(name=name, kind="webhook", settings={})
        for name in ("Ops", "Rare", "Never")
    )
    delivery = Delivery.objects.create(
        channel=often,
        kind="firing",
        status="sent",
        created_ms=1,
        due_ms=1,
        sent_ms=1,
        idempotency_key="first",
    )
    _copies(
        delivery,
        rows,
        **dict.fromkeys(("created_ms", "due_ms", "sent_ms"), _ago(rows)),
        channel_id=f"CASE WHEN i > {rows - 3} THEN {rare.pk} ELSE {often.pk} END",
        status=_rare(rows, "dead", "sent"),
        kind=_rare(rows, "drill", "firing"),
        error=_text(rows),
        idempotency_key="'k' || i",
    )


def _mail(rows: int) -> None:
    from opsportal.mail.models import Mail

    mail = Mail.objects.create(key="0", created_ms=1, due_ms=1, status="sent")
    _copies(
        mail,
        rows,
        key="'k' || i",
        created_ms=_ago(rows),
        status=_rare(rows, "dead", "sent"),
        # Also in the newest row, or it would not be offered.
        topic=f"CASE WHEN i = 1 OR i > {rows - 3} THEN 'rare' ELSE 'alert' END",
        subject=_text(rows),
        recipient="'r' || i %% 500 || '@example.com'",
    )


def _audit(rows: int) -> None:
    from opsportal.audit.models import AuditEntry

    entry = AuditEntry.objects.order_by("pk")[0]
    # Sealed: what is not, the next look seals.
    _copies(
        entry,
        rows,
        position="100000 + i",
        time=_time_of_log(rows),
        action="CASE WHEN i < 3 THEN 'locked out' ELSE 'changed' END",
        object_name=f"CASE WHEN i = 1 THEN 'a {ONCE} in it' ELSE 'a {EVERYWHERE} word ' || i END",
    )


def _time_of_log(rows: int) -> str:
    from django.db import connection

    seconds = f"({rows} - i) * {365 * 86_400 / rows}"
    if connection.vendor == "postgresql":
        return f"now() - {seconds} * interval '1 second'"
    return f"datetime('now', '-' || CAST({seconds} AS INTEGER) || ' seconds')"


def _checks(rows: int) -> None:
    from monitoring.models import Check, CheckState, Transition

    check = Check.objects.create(
        name="Bench", slug="bench", kind="tcp", settings={"host": "a"}, tags=["shop"]
    )
    state = CheckState.objects.create(
        owner=check, status="up", since_ms=1, response_time_ms=3, message="connected"
    )
    change = Transition.objects.create(
        owner=check, time_ms=1, ended_ms=1, status="up", before="down", why="changed"
    )
    few, base, ago = rows // 200, check.pk, _ago(rows)
    kind, tags = _rare(few, "dns", "tcp"), _rare(few, '["rare"]', '["shop"]')
    name = f"CASE WHEN i = {few} THEN 'a {ONCE} in it' ELSE 'a {EVERYWHERE} word ' || i END"
    many = {"name": name, "slug": "'bench-' || i", "uuid": _uuid(), "kind": kind}
    _copies(check, few, **many, tags=_json(tags), enabled=f"i < {few}")
    slow = f"CASE WHEN i > {few - 3} THEN 5000 ELSE i %% 100 END"
    status = _rare(few, "down", "up")
    flaps = f"CASE WHEN i > {few - 3} THEN 1 END"
    _copies(
        state,
        few,
        check_id=f"{base} + i",
        status=status,
        response_time_ms=slow,
        flapping_since_ms=flaps,
        since_ms=ago,
    )
    _copies(change, rows, time_ms=ago, ended_ms=ago, check_id=f"{base} + i %% {few}")


def _series_and_notes(rows: int) -> None:
    from monitoring.models import Annotation, Series

    few = rows // 200
    series = Series.objects.create(metric="cpu_percent", labels={"host": "a"}, key="a")
    labels = _json(_rare(few, f'{{"host": "{ONCE}"}}', f'{{"host": "{EVERYWHERE}"}}'))
    _copies(series, few, key="'k' || i", metric="'metric_' || i %% 40", labels=labels)
    note = Annotation.objects.create(time_ms=1, text="Deployed", created_by="ada")
    kind = _rare(rows // 10, "incident", "deployment")
    many = {"time_ms": _ago(rows // 10), "kind": kind, "text": _text(rows // 10)}
    _copies(note, rows // 10, **many)


def _backups(rows: int) -> None:
    from backups.models import Backup, Plan

    few = rows // 20
    often, rare = (
        Plan.objects.create(name=name, slug=name.lower(), source_kind="files")
        for name in ("Bench", "Rare")
    )
    backup = Backup.objects.create(
        plan=often,
        plan_name="Bench",
        source_kind="files",
        status="verified",
        queued_ms=1,
        started_ms=1,
        finished_ms=1,
        size_bytes=1000,
    )
    _copies(
        backup,
        few,
        **dict.fromkeys(("queued_ms", "started_ms", "finished_ms"), _ago(few)),
        plan_id=f"CASE WHEN i > {few - 3} THEN {rare.pk} ELSE {often.pk} END",
        status=_rare(few, "failed", "verified"),
        error=_text(few),
    )


def _json(text: str) -> str:
    """SQL of text that is JSON, for a column of it."""
    from django.db import connection

    return f"CAST({text} AS jsonb)" if connection.vendor == "postgresql" else text


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
