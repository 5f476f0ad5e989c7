"""The database: reachable, sound, and migrated."""

from __future__ import annotations

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from opsportal.setup.step import Outcome, Report, SetupError


def check_database() -> Report:
    try:
        with connection.cursor() as cursor:
            # Reads the file's first page, which opening alone does not.
            query = "PRAGMA schema_version" if connection.vendor == "sqlite" else "SELECT 1"
            cursor.execute(query)
    except DatabaseError as error:
        raise SetupError(_explain(error)) from None
    return Report(Outcome.ALREADY, f"database {connection.vendor}")


def migrate_database() -> Report:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return Report(Outcome.ALREADY, "migrations")
    call_command("migrate", interactive=False, verbosity=0)
    return Report(Outcome.DONE, f"migrations ({len(plan)})")


def _explain(error: DatabaseError) -> str:
    name = settings.DATABASES["default"]["NAME"]
    if connection.vendor != "sqlite":
        return (
            "The database does not answer. Check DATABASE_URL and that the server runs. "
            f"It said: {str(error).strip().splitlines()[0] if str(error).strip() else 'nothing'}"
        )
    return (
        f"The database file {name} cannot be used: {error}. It was left as it is. Restore it from "
        "a backup, or move it away and run set-up again to start empty."
    )
