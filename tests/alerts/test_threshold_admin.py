"""Thresholds in the admin: the form, the list, and the backtest of what is not saved yet."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from alerts.models import Threshold
from monitoring import store
from tests.alerts.watched_host import measure, threshold

pytestmark = pytest.mark.django_db
ADD, BACKTEST = "/admin/alerts/threshold/add/", "/admin/alerts/threshold/backtest/"
FORM = {
    "name": "Busy",
    "enabled": "on",
    "kind": "limit",
    "metric": "cpu_percent",
    "labels": "host=web-1",
    "aggregation": "mean",
    "window_seconds": "300",
    "comparison": ">",
    "value": "90",
    "for_seconds": "0",
    "keep_firing_seconds": "0",
    "no_data": "keep",
    "severity": "critical",
}


def errors(client: Client, **changed: str) -> dict[str, Any]:
    response = client.post(ADD, {**FORM, **changed})
    assert response.status_code == 200
    assert not Threshold.objects.exists()
    return dict(response.context["adminform"].form.errors)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"labels": "web-1"}, "labels"),
        ({"warning_value": "95"}, "warning_value"),
        ({"recovery_value": "99"}, "recovery_value"),
        ({"value": "nan"}, "value"),
        ({"active_hours": "at night"}, "active_hours"),
        ({"metric": "cpu"}, "metric"),
        ({"kind": "burn_rate", "setting_burn_rate_objective_percent": "100"},
         "setting_burn_rate_objective_percent"),
        ({"runbook_url": "ftp://x/"}, "runbook_url"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field(
    admin_client: Client, changed: dict[str, str], field: str
) -> None:
    assert list(errors(admin_client, **changed)) == [field]


def test_a_threshold_is_added_shown_again_and_changed(admin_client: Client) -> None:
    given = {**FORM, "kind": "forecast", "setting_forecast_within_hours": "48"}
    assert admin_client.post(ADD, given).status_code == 302
    made = Threshold.objects.get()
    assert (made.labels, made.settings) == ({"host": "web-1"}, {"within_hours": 48.0})
    page = admin_client.get(f"/admin/alerts/threshold/{made.pk}/change/").content.decode()
    assert "host=web-1" in page
    assert 'value="48.0"' in page
    version = made.version
    admin_client.post(f"/admin/alerts/threshold/{made.pk}/change/", {**given, "value": "80"})
    made.refresh_from_db()
    assert (made.value, made.version) == (80, version + 1)


def test_the_list_tells_what_fires_and_what_is_noise(admin_client: Client) -> None:
    threshold()
    now = time.time() - 1_795_435_200
    measure(95, now)
    measure(10, now + 60)
    measure(95, now + 120)
    page = admin_client.get("/admin/alerts/threshold/").content.decode()
    assert "1 firing" in page
    assert "above 90 %" in page
    assert "50 %" in page


def test_the_list_is_sorted_by_how_often_each_fired(admin_client: Client) -> None:
    threshold(name="a quiet one", value=99)
    threshold(name="the noisy one")
    measure(95, time.time() - 1_795_435_200)
    for order, first in (("5", "a quiet one"), ("-5", "the noisy one"), ("1", "a quiet one")):
        page = admin_client.get("/admin/alerts/threshold/", {"o": order}).content.decode()
        names = ("a quiet one", "the noisy one")
        assert min(names, key=lambda name: page.index(f">{name}</a>")) == first
    noisy = admin_client.get("/admin/alerts/threshold/", {"health": "noisy"}).content.decode()
    assert "the noisy one" not in noisy


def test_switching_off_and_on(admin_client: Client) -> None:
    made = threshold()
    for action, enabled in (("switch_off", False), ("switch_on", True)):
        given = {"action": action, "_selected_action": [made.pk]}
        admin_client.post("/admin/alerts/threshold/", given)
        made.refresh_from_db()
        assert made.enabled is enabled


def a_week(host: str = "web-1") -> None:
    now_ms = time.time_ns() // 1_000_000
    points = [
        store.Point(
            "cpu_percent", {"host": host}, now_ms - minutes * 60_000, 97.0 if minutes < 30 else 40.0
        )
        for minutes in range(0, 20 * 60, 5)
    ]
    store.record(points, now_ms=now_ms)


def test_a_backtest_says_what_would_have_been(admin_client: Client) -> None:
    a_week()
    page = admin_client.post(BACKTEST, {**FORM, "backtest": "Backtest 7 days"}).content.decode()
    assert "It would have fired once" in page
    assert "<rect" in page
    assert "would fire about once a week" in page
    assert not Threshold.objects.exists()


def test_a_backtest_without_history_or_with_an_error_says_so(admin_client: Client) -> None:
    given = {**FORM, "backtest": "Backtest 30 days"}
    assert "Nothing to replay" in admin_client.post(BACKTEST, given).content.decode()
    page = admin_client.post(BACKTEST, {**given, "labels": "x"}).content.decode()
    assert "something wrong" in page
    assert admin_client.get(BACKTEST).status_code == 405


def test_who_may_not_change_thresholds_may_not_backtest(client: Client) -> None:
    client.force_login(User.objects.create_user("eve", password="x", is_staff=True))
    assert client.post(BACKTEST, FORM).status_code == 403
