"""What a form would do is shown while it is written: next times, and which backups would go."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from backups.models import Backup, Plan
from monitoring.heartbeat_preview import heartbeat_preview
from monitoring.upcoming import upcoming

NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)
DAY_MS = 86_400_000


@pytest.mark.parametrize(
    ("cron", "zone", "words"),
    [
        ("", "UTC", "not a cron expression"),
        ("61 * * * *", "UTC", "not a cron expression"),
        ("0 2 * * *", "Mars/Olympus", "no such time zone"),
        ("0 2 * * *", "../etc/passwd", "no such time zone"),
        ("0 0 30 2 *", "UTC", "not a cron expression|never comes"),
    ],
)
def test_what_is_no_schedule_is_said_in_words(cron: str, zone: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        upcoming(cron, zone, NOW)


def test_clocks_that_change_are_seen_before_the_night_comes() -> None:
    """In Berlin 02:30 does not exist on the 29th of March 2026."""
    times = upcoming("30 2 * * *", "Europe/Berlin", NOW, 3)
    assert [f"{each:%d %H:%M %Z}" for each in times] == [
        "29 03:00 CEST",
        "30 02:30 CEST",
        "31 02:30 CEST",
    ]


def test_a_heartbeat_says_when_it_is_due_and_when_late() -> None:
    given = {"setting_period_seconds": "86400", "setting_grace_seconds": "3600"}
    assert heartbeat_preview(given, NOW).sentence == "Due 1 d after each ping, late 1 h after that."
    shown = heartbeat_preview({**given, "setting_cron": "0 2 * * *"}, NOW)
    assert len(shown.times) == 5
    assert heartbeat_preview({**given, "setting_grace_seconds": "-1"}, NOW).wrong


@pytest.fixture
def plan(db: None) -> Plan:
    """Ten days of proved backups."""
    made = Plan.objects.create(name="shop", slug="shop", source_kind="files")
    now_ms = time.time_ns() // 1_000_000
    for days in range(10):
        Backup.objects.create(
            plan=made,
            plan_name="shop",
            status="verified",
            queued_ms=now_ms - days * DAY_MS,
            started_ms=now_ms - days * DAY_MS,
        )
    return made


def given(**changed: Any) -> dict[str, Any]:
    keeping = {"keep_days": 7, "keep_daily": 0, "keep_weekly": 0, "keep_monthly": 0}
    return {"cron": "0 2 * * *", "time_zone": "UTC", "keep_yearly": 0, **keeping, **changed}


def test_a_plan_shows_what_would_go_and_lets_all_stay(admin_client: Client, plan: Plan) -> None:
    address = f"/admin/backups/plan/{plan.pk}/preview/"
    text = admin_client.post(address, given(keep_days=3)).content.decode()
    assert "Of 10 good backups" in text
    assert "<strong>goes</strong>" in text
    assert Backup.objects.filter(status="verified").count() == 10
    plan.refresh_from_db()
    assert plan.keep_days == 7
    assert "none would go" in admin_client.post(address, given(keep_days=90)).content.decode()


def test_a_plan_that_is_new_shows_its_runs(admin_client: Client, db: None) -> None:
    text = admin_client.post("/admin/backups/plan/preview/", given()).content.decode()
    assert text.count("<li>") == 5
    wrong = admin_client.post("/admin/backups/plan/preview/", given(cron="<b>"))
    assert wrong.status_code == 200
    assert "not a cron expression" in wrong.content.decode()


def test_who_may_not_see_plans_sees_no_preview(client: Client, plan: Plan) -> None:
    client.force_login(User.objects.create_user("eve", is_staff=True))
    assert client.post(f"/admin/backups/plan/{plan.pk}/preview/", given()).status_code == 403
