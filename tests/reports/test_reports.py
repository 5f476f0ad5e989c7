"""Reports as pages and by e-mail: who sees them, who gets them, what names may be."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django_celery_beat.models import PeriodicTask

from alerts.models import Alert
from backups.models import Backup, Plan
from monitoring import store
from monitoring.editing import save_check
from monitoring.models import Check, Transition
from opsportal.mail import outbox
from opsportal.mail.models import Mail
from opsportal.reports.models import ReportSettings
from opsportal.reports.sending import send
from opsportal.setup.schedules import make_schedules
from tests.access.conftest import client_as  # noqa: F401

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
LAST_WEEK = datetime(2026, 11, 18, 12, tzinfo=UTC)
PAGE = "/reports/weekly/2026-11-16"
HOSTILE = "<b>Orders</b> \u202e\u05e9\u05dc\u05d5\u05dd🚀" + "x" * 70


@pytest.fixture(autouse=True)
def _nobody_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "wake", lambda: None)


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


@pytest.fixture
def week() -> None:
    """An outage of an hour, an alert, a backup that was proved, a disk that fills."""
    check = Check(name=HOSTILE, kind="tcp")
    save_check(check, {"host": "orders.example", "port": 443})
    Transition.objects.filter(owner=check).delete()
    at = ms(LAST_WEEK)
    for start, end, status in (
        (at - 40 * 86_400_000, at, "up"),
        (at, at + 3_600_000, "down"),
        (at + 3_600_000, None, "up"),
    ):
        Transition.objects.create(
            owner=check, time_ms=start, ended_ms=end, status=status, before="new", why="changed"
        )
    Alert.objects.create(
        name=HOSTILE,
        metric="check_up",
        fingerprint="a",
        state="resolved",
        severity="critical",
        started_ms=at,
        fired_ms=at,
        acknowledged_ms=at + 120_000,
        resolved_ms=at + 3_600_000,
    )
    plan = Plan.objects.create(name="shop", slug="shop", source_kind="files")
    Backup.objects.create(
        plan=plan,
        plan_name="shop",
        status="verified",
        queued_ms=at,
        started_ms=at,
        finished_ms=at + 60_000,
        proof="restored",
        restore_seconds=61,
        size_bytes=4_000_000,
    )


def text(client: Client, address: str = PAGE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/reports/daily",
        "/reports/weekly/2026-13-01",
        "/reports/weekly/0001-01-01",
        "/reports/monthly/9999-12-31",
        "/reports/weekly/2999-01-01",
    ],
)
def test_what_there_is_no_report_of_is_not_found(admin_client: Client, address: str) -> None:
    assert admin_client.get(address).status_code == 404


def test_who_may_not_see_the_dashboard_is_told_why_not(client_as) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    answer = client_as().get(PAGE)
    assert answer.status_code == 403
    assert "You lack the permission" in answer.content.decode()
    assert client_as("viewer").get(PAGE).status_code == 200


def test_an_empty_portal_has_a_report_that_says_so(admin_client: Client) -> None:
    page = text(admin_client)
    assert "No service was measured, no alerts, no backup was made." in page
    assert "No checks." in page
    assert "No backup was made." in page


@pytest.mark.parametrize("kind", ["weekly", "monthly"])
def test_the_newest_that_is_over_is_shown_first(admin_client: Client, kind: str) -> None:
    answer = admin_client.get(f"/reports/{kind}", follow=True)
    assert answer.status_code == 200
    assert "not over yet" not in answer.content.decode()


def test_the_week_is_told_with_names_as_they_were_given(admin_client: Client, week: None) -> None:
    page = text(admin_client)
    assert "<b>Orders" not in page
    assert "&lt;b&gt;Orders" in page
    for words in ("99.405 %", "1 service missed its objective", "2 min", "1 min 1 s", "1 h"):
        assert words in page, words


def test_it_asks_as_many_queries_however_many_checks(
    admin_client: Client, week: None, django_assert_max_num_queries: object
) -> None:
    for number in range(20):
        save_check(Check(name=f"c{number}", kind="tcp"), {"host": "a.example", "port": 1})
    labels = [{"host": f"h{each}", "path": "/"} for each in range(20)]
    store.record([store.Point("disk_percent", each, ms(LAST_WEEK), 50.0) for each in labels])
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        text(admin_client)


def test_nothing_is_sent_until_recipients_are_given(week: None) -> None:
    assert send("weekly", NOW) == 0
    assert not Mail.objects.exists()


@pytest.mark.parametrize("wrong", ["nobody", "a@example.com, b", "a@example.com; b@example.com"])
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError):
        ReportSettings(weekly_to=wrong).full_clean()


def test_each_recipient_gets_it_once(week: None) -> None:
    ReportSettings.objects.create(weekly_to="a@example.com,\nb@example.com, A@example.com")
    assert send("weekly", NOW) == 2
    send("weekly", NOW)
    first, _ = Mail.objects.order_by("recipient")
    assert first.subject == "Weekly report: Week 47, 16 November to 22 November 2026"
    assert "99.405 %" in first.text
    assert "/reports/weekly/2026-11-16" in first.text
    assert "&lt;b&gt;Orders" in first.html


def test_set_up_makes_the_schedules_once_and_they_are_the_admins(admin_client: Client) -> None:
    make_schedules()
    task = PeriodicTask.objects.get(name="Send the weekly report")
    assert (task.crontab.day_of_week, task.crontab.hour) == ("1", "7")
    task.enabled = False
    task.save()
    make_schedules()
    assert not PeriodicTask.objects.get(name="Send the weekly report").enabled
