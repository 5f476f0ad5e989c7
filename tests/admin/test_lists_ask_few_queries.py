"""However many rows there are, a list of the admin asks ten queries at most."""

from __future__ import annotations

import time

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alerts.models import Alert, Channel, Delivery, Threshold
from backups.models import Backup, Plan, PlanDestination
from monitoring import store
from monitoring.models import Annotation, Check, CheckState, Series, Transition
from opsportal.audit.middleware import SENSITIVE
from opsportal.mail.models import Mail
from opsportal.statuspage.models import Component, Incident, Page, Subscriber

pytestmark = pytest.mark.django_db
MOST_QUERIES = 10
# Of a look at what is sensitive: begin, read the head, write the entry, write the head, commit.
ENTRY_OF_AUDIT_LOG = 5
ROWS = range(120)
AUDIT = "/admin/audit/auditentry/"
LISTS = sorted(
    reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    for model in admin.site._registry
)


def fill() -> None:
    now_ms = time.time_ns() // 1_000_000
    Threshold.objects.bulk_create(
        Threshold(name=f"t{n}", metric="cpu_percent", labels={}, kind="limit") for n in ROWS
    )
    thresholds = list(Threshold.objects.all())
    channel = Channel.objects.create(name="c", kind="webhook")
    Channel.objects.bulk_create(Channel(name=f"c{n}", kind="webhook") for n in ROWS)
    Alert.objects.bulk_create(
        Alert(
            threshold=thresholds[n],
            name="CPU",
            metric="cpu_percent",
            labels={"host": f"web-{n}"},
            fingerprint=str(n),
            state="resolved",
            severity="warning",
            started_ms=now_ms - n * 1000,
            fired_ms=now_ms - n * 1000,
            resolved_ms=now_ms,
        )
        for n in ROWS
    )
    Delivery.objects.bulk_create(
        Delivery(channel=channel, kind="firing", created_ms=n, due_ms=n, idempotency_key=f"k{n}")
        for n in ROWS
    )
    Check.objects.bulk_create(
        Check(name=f"k{n}", slug=f"k{n}", kind="tcp", settings={"host": "a"}) for n in ROWS
    )
    checks = list(Check.objects.all())
    CheckState.objects.bulk_create(
        CheckState(owner=each, status="up", response_time_ms=3, since_ms=now_ms) for each in checks
    )
    Transition.objects.bulk_create(
        Transition(owner=each, time_ms=now_ms - 1000, status="up", before="new", why="changed")
        for each in checks
    )
    times = ({"check": each.slug, "kind": "tcp"} for each in checks)
    store.record([store.Point("check_response_time_ms", each, now_ms, 3.0) for each in times])
    Series.objects.bulk_create(Series(metric="cpu_percent", key=f"s{n}") for n in ROWS)
    Annotation.objects.bulk_create(Annotation(time_ms=n, text="done") for n in ROWS)
    Plan.objects.bulk_create(
        Plan(name=f"p{n}", slug=f"p{n}", source_kind="files", source_settings={}) for n in ROWS
    )
    plans = list(Plan.objects.all())
    PlanDestination.objects.bulk_create(PlanDestination(plan=each, kind="local") for each in plans)
    Backup.objects.bulk_create(
        Backup(
            plan=each,
            plan_name=each.name,
            source_kind="files",
            status="verified",
            queued_ms=n,
            started_ms=n,
            size_bytes=1000,
        )
        for each in plans
        for n in range(3)
    )
    Mail.objects.bulk_create(Mail(key=f"m{n}", created_ms=n, due_ms=n) for n in ROWS)
    Page.objects.create(published=True)
    Component.objects.bulk_create(Component(name=f"p{n}", slug=f"p{n}") for n in ROWS)
    Incident.objects.bulk_create(Incident(title=f"i{n}") for n in ROWS)
    Subscriber.objects.bulk_create(
        Subscriber(email=f"s{n}@example.com", asked_at="2026-11-24T10:00Z") for n in ROWS
    )
    User.objects.bulk_create(User(username=f"u{n}") for n in ROWS)
    Group.objects.bulk_create(Group(name=f"g{n}") for n in ROWS)


def asked(client: Client, address: str) -> list[str]:
    """Without transactions, and without what the audit log writes of whoever looks."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200, address
    words = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", 'INSERT INTO "audit_', 'UPDATE "audit_')
    return [
        each["sql"]
        for each in queries
        if not each["sql"].startswith(words) and ("audit_" not in each["sql"] or "audit" in address)
    ]


@pytest.mark.takes_long
def test_no_list_asks_more_and_the_first_page_asks_as_many_however_much_there_is(
    admin_client: Client,
) -> None:
    fill()
    admin_client.get("/admin/")
    assert len(asked(admin_client, "/admin/")) <= 28
    too_many = {}
    for address in [*LISTS, f"{AUDIT}?o=2", f"{AUDIT}?q=ada"]:
        ContentType.objects.clear_cache()
        queries = asked(admin_client, address)
        written = ENTRY_OF_AUDIT_LOG if address.startswith(SENSITIVE) else 0
        if len(queries) + written > MOST_QUERIES:
            too_many[address] = queries
    assert too_many == {}
