"""The database: answers, soon enough, and is sound."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

from opsportal.doctor.base import Finding, graded, ok, wrong
from opsportal.health.own import database_latency_ms

ADVISED_MS, ALLOWED_MS = 100.0, 1000.0
# A gigabyte is read through in a few seconds; what is larger has its restore tests.
LONGEST_CHECK_BYTES = 1_000_000_000


def examine() -> Iterator[Finding]:
    try:
        latency_ms = database_latency_ms()
    except DatabaseError as error:
        yield wrong(_in_a_line(error), _mend())
        return
    text = f"{connection.vendor} answers in {latency_ms:.1f} ms"
    yield graded(latency_ms, ADVISED_MS, ALLOWED_MS, text, "See what keeps it busy or far away.")
    if connection.vendor == "sqlite":
        yield from _sound()


def _sound() -> Iterator[Finding]:
    path = Path(settings.DATABASES["default"]["NAME"])
    if path.is_file() and path.stat().st_size > LONGEST_CHECK_BYTES:
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA quick_check(1)")
        verdict = str(cursor.fetchone()[0])
        cursor.execute("PRAGMA journal_mode")
        mode = str(cursor.fetchone()[0])
    if verdict != "ok":
        yield wrong(f"the file {path} is damaged: {verdict}", _mend())
    elif mode != "wal":
        yield wrong(
            f"the journal mode is {mode}, not wal: readers and writers wait for each other",
            "Put the data directory on a local disk: network file systems cannot do WAL.",
        )
    else:
        yield ok("the file is sound")


def _in_a_line(error: DatabaseError) -> str:
    said = str(error).strip().splitlines()
    return f"it does not answer: {said[0] if said else type(error).__name__}"


def _mend() -> str:
    if connection.vendor == "sqlite":
        return (
            "Stop the portal and restore the file: python manage.py backups, then "
            "python manage.py restore BACKUP --to sqlite:////PATH"
        )
    return "Check DATABASE_URL, that the server runs, and that it lets this host in."
