"""What lists ask of a long history is answered from an index, in its order."""

import pytest
from django.db import connection

from backups.models import Backup
from opsportal.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


def prefer_indexes() -> None:
    """Of an empty table PostgreSQL would rather read all of it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
            cursor.execute("SET LOCAL enable_sort = off")


@pytest.mark.parametrize("statuses", [[], ["stored", "verified", "failed"]])
def test_the_newest_backup_of_a_plan_is_found_without_sorting_them_all(
    statuses: list[str],
) -> None:
    prefer_indexes()
    newest = Backup.objects.filter(plan=1).order_by("-queued_ms", "-id")
    if statuses:
        newest = newest.filter(status__in=statuses)
    explained = newest.values("status")[:1].explain()
    assert "newest_backups_of_a_plan" in explained
    assert "TEMP B-TREE" not in explained


def test_the_newest_entries_of_one_action_are_found_among_any_number() -> None:
    prefer_indexes()
    explained = AuditEntry.objects.filter(action="logged in")[:50].explain()
    assert "audit_entries_by_action" in explained
    assert "TEMP B-TREE" not in explained
