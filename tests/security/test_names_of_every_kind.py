"""Names with HTML, from right to left, with emoji, as long as they may be: shown as they are,
everywhere, and nothing breaks."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client

from alerts.models import Alert, Channel, Silence, Threshold
from backups.models import Backup, Plan
from monitoring import store
from monitoring.editing import save_check
from monitoring.models import Annotation, Check, CheckState
from opsportal.statuspage import views
from opsportal.statuspage.models import Component, Incident, Page, Work

pytestmark = pytest.mark.django_db
HTML = "<img src=x onerror=alert(1)>\"'&"
RTL = "\u202e\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627"
EMOJI = "\U0001f468\u200d\U0001f469\u200d\U0001f467 caf\u00e9"
NAMES = {"html": HTML, "rtl": RTL, "emoji": EMOJI, "long": "w" * 100, "control": "a\x08b\x1bc"}
PAGES = (
    "/",
    "/alerts/",
    "/reports/weekly",
    "/admin/",
    "/admin/monitoring/check/",
    "/admin/monitoring/series/",
    "/admin/monitoring/annotation/",
    "/admin/alerts/alert/",
    "/admin/alerts/threshold/",
    "/admin/alerts/channel/",
    "/admin/alerts/silence/",
    "/admin/backups/plan/",
    "/admin/backups/backup/",
    "/admin/statuspage/incident/",
    "/admin/statuspage/component/",
    "/admin/statuspage/work/",
    "/status/",
)


def make(name: str) -> None:
    now_ms = time.time_ns() // 1_000_000
    check = Check(name=name, kind="tcp")
    save_check(check, {"host": "a.example", "port": 443})
    CheckState.objects.update(status="down", message=name)
    threshold = Threshold.objects.create(name=name, metric="cpu_percent", kind="limit")
    Alert.objects.create(
        threshold=threshold,
        name=name,
        metric="cpu_percent",
        labels={"host": name},
        fingerprint="a",
        state="firing",
        severity="critical",
        message=name,
        started_ms=now_ms,
        fired_ms=now_ms,
    )
    Channel.objects.create(name=name, kind="webhook", last_error_ms=1, last_error=name)
    Silence.objects.create(
        matchers="host=a", comment=name, starts_ms=now_ms, ends_ms=now_ms + 3_600_000
    )
    plan = Plan.objects.create(name=name, slug="plan", source_kind="files")
    Backup.objects.create(plan=plan, plan_name=name, status="failed", queued_ms=1, error=name)
    Annotation.objects.create(time_ms=now_ms, text=name)
    store.record([store.Point("disk_percent", {"host": name, "path": name}, now_ms, 97.0)])
    Page.objects.create(published=True, title=name, introduction=name)
    component = Component.objects.create(name=name, slug="component", description=name)
    component.checks.add(check)
    incident = Incident.objects.create(title=name * 2)
    incident.components.add(component)
    incident.updates.create(text=name)
    now = datetime.now(UTC)
    Work.objects.create(title=name, starts_at=now, ends_at=now + timedelta(hours=1))
    views.forget()


@pytest.mark.parametrize("kind", NAMES)
def test_every_page_shows_it_as_text(admin_client: Client, kind: str) -> None:
    make(NAMES[kind])
    for address in PAGES:
        answer = admin_client.get(address, follow=True)
        text = answer.content.decode()
        assert answer.status_code == 200, address
        assert "<img src=x" not in text, address


@pytest.mark.parametrize("kind", NAMES)
def test_what_machines_read_stays_readable(client: Client, kind: str) -> None:
    make(NAMES[kind])
    shown = json.loads(client.get("/status/data.json").content)
    assert shown["components"][0]["name"] == NAMES[kind]
    for address in ("feed.atom", "badge.svg", "badge/component.svg"):
        ElementTree.fromstring(client.get(f"/status/{address}").content)  # noqa: S314


def test_two_hundred_characters_are_shown_or_refused_with_the_limit(admin_client: Client) -> None:
    name = "w" * 200
    now_ms = time.time_ns() // 1_000_000
    host = store.Point("cpu_percent", {"host": name}, now_ms, 97.0)
    assert store.record([host]).rejected == []
    assert name in admin_client.get("/").content.decode()
    check = {"name": name, "kind": "tcp", "settings": {"host": "a.example", "port": 443}}
    answer = admin_client.post("/api/v1/checks", check, content_type="application/json")
    assert answer.status_code == 400
    assert "no more than 100 characters" in answer.content.decode()
    form = admin_client.post("/admin/statuspage/component/add/", {"name": name, "slug": "a"})
    assert "at most 100 characters (it has 200)" in form.content.decode()
