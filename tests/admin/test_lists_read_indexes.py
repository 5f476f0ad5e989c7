"""What lists ask of a long history is answered from an index, in its order."""

import pytest
from django.db import connection

from backups.models import Backup

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("statuses", [[], ["stored", "verified", "failed"]])
def test_the_newest_backup_of_a_plan_is_found_without_sorting_them_all(
    statuses: list[str],
) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Of an empty table it would rather read all of it.
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
    newest = Backup.objects.filter(plan=1).order_by("-queued_ms", "-id")
    if statuses:
        newest = newest.filter(status__in=statuses)
    explained = newest.values("status")[:1].explain()
    assert "newest_backups_of_a_plan" in explained
    assert "TEMP B-TREE" not in explained
