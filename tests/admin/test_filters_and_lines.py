"""Lists are for finding what is broken, slow, failing or noisy."""

from __future__ import annotations

import time

import pytest
from django.test import Client

from alerts.models import Alert, Channel, Threshold
from backups.models import Backup, Plan
from monitoring import store
from monitoring.editing import save_check
from monitoring.models import Check, CheckState
from monitoring.sparklines import spark
from opsportal.mail.models import Mail

pytestmark = pytest.mark.django_db
MINUTE_MS = 60_000


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def fired(threshold: Threshold, count: int, seconds: int) -> None:
    for number in range(count):
        begun = now_ms() - (number + 1) * 3600_000
        Alert.objects.create(
            threshold=threshold,
            name=threshold.name,
            metric=threshold.metric,
            fingerprint=f"{number}",
            state="resolved",
            severity="warning",
            started_ms=begun,
            fired_ms=begun,
            resolved_ms=begun + seconds * 1000,
        )


def test_noisy_thresholds_are_found_and_their_month_is_drawn(admin_client: Client) -> None:
    loud, calm, _ = (
        Threshold.objects.create(name=name, metric="cpu_percent", kind="limit")
        for name in ("Loud one", "Calm one", "Silent one")
    )
    fired(loud, 6, 60)
    fired(calm, 1, 3600)
    base = "/admin/alerts/threshold/"
    everything = admin_client.get(base).content.decode()
    assert everything.count('class="spark"') == 2
    assert "Fired 6 times in 30 days" in everything
    for health, expected in (("noisy", "Loud one"), ("silent", "Silent one")):
        text = admin_client.get(f"{base}?health={health}").content.decode()
        assert expected in text
        assert "Calm one" not in text


def test_thresholds_that_fire_now_are_found(admin_client: Client) -> None:
    firing, calm = (
        Threshold.objects.create(name=name, metric="cpu_percent", kind="limit")
        for name in ("Fires now", "Is calm")
    )
    fired(firing, 1, 60)
    fired(calm, 1, 60)
    Alert.objects.filter(threshold=firing).update(state="firing", resolved_ms=None)
    text = admin_client.get("/admin/alerts/threshold/?health=firing").content.decode()
    assert "Fires now" in text
    assert "Is calm" not in text


def test_plans_and_channels_that_fail_are_found(admin_client: Client) -> None:
    for name, status in (("good-plan", "verified"), ("bad-plan", "failed")):
        plan = Plan.objects.create(name=name, slug=name, source_kind="files")
        Backup.objects.create(
            plan=plan, plan_name=name, status=status, queued_ms=now_ms(), started_ms=now_ms()
        )
    for health in ("failed", "late"):
        text = admin_client.get(f"/admin/backups/plan/?health={health}").content.decode()
        assert "bad-plan" in text
        assert "good-plan" not in text
    Channel.objects.create(name="works-well", kind="webhook", last_success_ms=2, last_error_ms=1)
    Channel.objects.create(name="fails-now", kind="webhook", last_success_ms=1, last_error_ms=2)
    text = admin_client.get("/admin/alerts/channel/?health=failing").content.decode()
    assert "fails-now" in text
    assert "works-well" not in text


def test_checks_and_series_have_a_line_of_their_day(admin_client: Client) -> None:
    check = Check(name="Orders", kind="tcp")
    save_check(check, {"host": "orders.example", "port": 443})
    CheckState.objects.update(status="up", response_time_ms=30)
    labels = {"check": check.slug, "kind": "tcp"}
    store.record(
        [
            store.Point("check_response_time_ms", labels, now_ms() - each * 31 * MINUTE_MS, 30.0)
            for each in range(4)
        ]
    )
    for address in ("/admin/monitoring/check/", "/admin/monitoring/series/"):
        assert 'class="spark"' in admin_client.get(address).content.decode()


def test_a_line_is_broken_where_nothing_is_known_and_absent_where_nothing_is() -> None:
    assert spark([None, None], "nothing") == ""
    assert str(spark([1, None, 3], "x")).count("M") == 2
    assert "&lt;b&gt;" in str(spark([1, 2], "<b>"))


def test_a_filter_of_values_offers_those_of_the_newest_rows(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitoring.history_admin.LATELY", 2)
    for number, topic in enumerate(("long ago", "report", "status page")):
        Mail.objects.create(key=str(number), topic=topic, created_ms=1, due_ms=1, status="sent")
    page = admin_client.get("/admin/mail/mail/?status__exact=failed").content.decode()
    assert "topic=report" in page
    assert "topic=status%20page" in page or "topic=status+page" in page
    assert "long" not in page
