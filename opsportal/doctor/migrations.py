"""The tables are those that the code expects."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from opsportal.doctor.base import Finding, advice, ok, wrong


def examine() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        names = ", ".join(f"{each.app_label} {each.name}" for each, _ in missing[:3])
        yield wrong(f"{len(missing)} are missing ({names} …)", "Run: python manage.py setup")
    known = executor.loader.disk_migrations or {}
    unknown = sorted(set(executor.loader.applied_migrations) - set(known))
    ours = [each for each in unknown if each[0] in executor.loader.migrated_apps]
    replaced = {old for each in known.values() for old in each.replaces}
    newer = [each for each in ours if each not in replaced]
    if newer:
        names = ", ".join(" ".join(each) for each in newer[:3])
        yield advice(
            f"the database is newer than this code ({names})",
            "Run the release that it belongs to, or restore a backup of before.",
        )
    if not missing and not newer:
        yield ok("all are applied")
