"""What lists and sweeps ask of a long history is answered from an index, in its order."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from alerts.models import OPEN, Alert, Delivery
from backups.models import Backup
from opsportal.audit.models import AuditEntry
from opsportal.mail.models import WAITING, Mail

pytestmark = pytest.mark.django_db


def explained(rows: QuerySet[Any, Any]) -> str:
    """Of an empty table PostgreSQL would rather read all of it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
    return rows.explain()


@pytest.mark.parametrize("statuses", [[], ["stored", "verified", "failed"]])
def test_the_newest_backup_of_a_plan_is_found_without_sorting_them_all(
    statuses: list[str],
) -> None:
    newest = Backup.objects.filter(plan=1).order_by("-queued_ms", "-id")
    if statuses:
        newest = newest.filter(status__in=statuses)
    plan = explained(newest.values("status")[:1])
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan
    # Of an empty table PostgreSQL cannot know that the index of all plans' backups is longer.
    if connection.vendor == "sqlite":
        assert "newest_backups_of_a_plan" in plan


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (AuditEntry.objects.filter(action="logged in").order_by("-time"), "entries_of_action"),
        (Alert.objects.filter(severity="info"), "alerts_of_severity"),
        (Alert.objects.filter(threshold=1), "alerts_of_threshold"),
        (Delivery.objects.filter(kind="drill"), "deliveries_of_kind"),
        (Delivery.objects.filter(channel=1), "deliveries_of_channel"),
        (Mail.objects.filter(topic="report"), "mail_of_topic"),
        (Backup.objects.order_by("-queued_ms", "-id"), "backups_by_age"),
    ],
    ids=["action", "severity", "threshold", "kind", "channel", "topic", "any backup"],
)
def test_the_newest_rows_with_a_value_are_found_among_any_number(
    rows: QuerySet[Any], index: str
) -> None:
    plan = explained(rows[:50])
    assert index in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (Alert.objects.filter(state__in=OPEN), "one_open_alert_per_series"),
        (Delivery.objects.filter(status__in=("queued", "failed")), "deliveries_to_send"),
        (
            Delivery.objects.filter(status="dead", channel=1, due_ms__gte=0),
            "deliveries_given_up",
        ),
        (Mail.objects.filter(status__in=WAITING), "mail_to_be_sent"),
        (Mail.objects.filter(status="dead"), "dead_mail"),
    ],
    ids=["open", "waiting", "dead of a channel", "mail", "dead mail"],
)
def test_the_few_in_a_state_have_an_index_of_their_own(rows: QuerySet[Any], index: str) -> None:
    assert index in explained(rows.order_by())


def test_open_alerts_of_thresholds_are_found_among_any_number() -> None:
    rows = Alert.objects.filter(threshold__in=[1, 2], state__in=OPEN, fingerprint__gt="")
    plan = explained(rows.order_by())
    if connection.vendor == "sqlite":
        assert "one_open_alert_per_series" in plan
    else:
        # Goes by its statistics; of an empty table both cost the same.
        assert "one_open_alert_per_series" in plan or "alerts_of_threshold" in plan


def test_alerts_to_be_looked_at_again_are_found_among_any_number() -> None:
    due = Alert.objects.filter(state="firing", next_look_ms__lte=1)
    assert "alerts_to_look_at" in explained(due.order_by("next_look_ms", "pk")[:100])
