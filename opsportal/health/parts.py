"""Looks at the parts that the portal needs: database, migrations, broker, canary, network."""

from __future__ import annotations

from datetime import UTC, datetime

import redis
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from monitoring.canary import canary_age_seconds
from monitoring.models import Blindness
from opsportal.health.bounded import LookTimeoutError
from opsportal.health.own import broker

TIMEOUT_SECONDS = 2.0


class NotMigratedError(Exception):
    """Migrations wait to be applied."""


_migrated = False


def look_at_database() -> None:
    try:
        with connection.cursor() as cursor:
            # From a table and not a bare SELECT 1: SQLite would answer that without the file.
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
            cursor.fetchone()
    finally:
        connection.close()


def look_at_migrations() -> None:
    """Applied migrations stay applied: once clean, it is not asked again by this process."""
    global _migrated
    if _migrated:
        return
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise NotMigratedError
        _migrated = True
    finally:
        connection.close()


def look_at_broker() -> None:
    with broker(TIMEOUT_SECONDS) as client:
        client.ping()


def look_at_work() -> tuple[float | None, bool]:
    """The canary's age in seconds, and whether the portal has lost its network."""
    try:
        is_blind = Blindness.objects.filter(ended_ms=None).exists()
        return canary_age_seconds(datetime.now(UTC)), is_blind
    finally:
        connection.close()


def reason(error: BaseException) -> str:
    """In a few words that tell a stranger nothing: no host, no path, no secret."""
    match error:
        case LookTimeoutError():
            return f"no answer within {TIMEOUT_SECONDS:.0f} s"
        case NotMigratedError():
            return "migrations are missing"
        case OperationalError() | redis.ConnectionError() | redis.TimeoutError():
            return "unreachable"
        case DatabaseError():
            return "damaged"
        case _:
            return "failed"
