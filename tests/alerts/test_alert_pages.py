"""The pages of alerts."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from alerts.models import Alert, Silence
from monitoring import canary
from monitoring.models import Series
from opsportal.dashboard import alert_pages
from opsportal.dashboard.alerts import read_alerts
from tests.alerts.watched_host import alert, channel, measure, route, threshold

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def work_goes_on() -> None:
    canary.record_canary("celery", 0.01, time.time_ns() // 1_000_000)


def fired(host: str = "web-1") -> Alert:
    route(channel())
    threshold()
    measure(95, 0, host)
    return alert()


@pytest.mark.parametrize("address", ["/alerts", "/alerts/", "/alerts/1", "/alerts/1/"])
def test_a_stranger_is_asked_to_log_in(client: Client, address: str) -> None:
    assert client.get(address).status_code == 302


def test_without_alerts_the_page_says_what_to_do_next(admin_client: Client) -> None:
    page = admin_client.get("/alerts").content.decode()
    assert "No alert fires" in page
    assert "All quiet" in page


def test_while_nothing_is_judged_silence_is_not_called_quiet(admin_client: Client) -> None:
    Series.objects.all().delete()
    page = admin_client.get("/alerts").content.decode()
    assert "Nothing is judged" in page
    assert "All quiet" not in page
    assert "No alert fires" not in page


def test_an_alert_that_is_none_is_not_found(admin_client: Client) -> None:
    assert admin_client.get("/alerts/999999").status_code == 404
    assert admin_client.post("/alerts/999999/resolve").status_code == 404


def test_the_list_has_what_fires_and_what_is_over(admin_client: Client) -> None:
    fired()
    page = admin_client.get("/alerts").content.decode()
    assert "1 alert fires" in page
    assert "CPU 95 % on web-1, above 90 %" in page
    measure(10, 60)
    page = admin_client.get("/alerts?severity=critical").content.decode()
    assert "No alert fires" in page
    assert "CPU 95 % on web-1" in page
    assert "CPU 95 %" not in admin_client.get("/alerts?severity=info").content.decode()


def test_of_very_many_it_says_how_many_there_are(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_pages, "MOST_SHOWN", 2)
    threshold()
    for number in range(3):
        measure(95, number / 10, f"h{number}")
    page = admin_client.get("/alerts").content.decode()
    assert "3 alerts fire<" in page
    assert "and 1 more" in page
    page = admin_client.get("/alerts?severity=info").content.decode()
    assert "3 alerts fire<" in page
    assert "None of these; 3 others fire." in page


def test_the_page_of_an_alert_draws_the_limit(admin_client: Client) -> None:
    route(channel())
    threshold()
    for second, value in ((0, 50), (60, 95), (120, 96), (180, 40)):
        measure(value, second)
    page = admin_client.get(f"/alerts/{alert().pk}").content.decode()
    assert "dashed: the limit, 90 %; shaded: it fired" in page
    assert page.count("<line ") == 1
    # As a table, too, for whoever does not see it.
    assert "<td>96 %</td>" in page
    assert f'href="/admin/alerts/threshold/{alert().threshold_id}/change/"' in page


def test_the_page_of_an_alert_says_why_somebody_was_told(admin_client: Client) -> None:
    found = fired()
    page = admin_client.get(f"/alerts/{found.pk}").content.decode()
    for words in ("Why was I told, or not?", "route Every alert", "hook", "queued", "above 90 %"):
        assert words in page


def test_what_strangers_name_things_is_shown_as_text(admin_client: Client) -> None:
    fired("<script>alert(1)</script>")
    found = alert()
    for address in ("/alerts", f"/alerts/{found.pk}", "/"):
        page = admin_client.get(address).content.decode()
        assert "<script>alert(1)" not in page


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("acknowledge", "Acknowledged"),
        ("resolve", "Resolved"),
        ("silence", "Silenced for an hour"),
        ("note", "Noted"),
        ("unacknowledge", "done already"),
    ],
)
def test_buttons_act_and_say_so(admin_client: Client, action: str, said: str) -> None:
    found = fired()
    page = admin_client.post(f"/alerts/{found.pk}/{action}", {"text": "on it"}, follow=True)
    assert said in page.content.decode()
    assert (Silence.objects.count() == 1) == (action == "silence")


def test_who_may_only_look_cannot_act(client: Client) -> None:
    found = fired()
    user = User.objects.create_user("eve", password="x", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_alert"))
    client.force_login(user)
    assert "Acknowledge<" not in client.get(f"/alerts/{found.pk}").content.decode()
    assert client.post(f"/alerts/{found.pk}/acknowledge").status_code == 403
    assert alert().acknowledged_ms is None


def test_the_dashboard_counts_them_and_the_sentence_names_what_nothing_else_does(
    admin_client: Client,
) -> None:
    threshold("Load", metric="load1", value=10)
    measure(95, 0, metric="load1")
    data = admin_client.get("/dashboard/data").json()
    (tile,) = [each for each in data["tiles"] if each["key"] == "alerts"]
    assert (tile["value"], tile["verdict"]["state"]) == ("1", "critical")
    (problem,) = read_alerts(0, 1)[0].problems()
    assert problem.text == "Load 95 on web-1, above 10"


def test_detailed_health_lists_what_fires(admin_client: Client) -> None:
    fired()
    shown = admin_client.get("/api/health/detailed").json()["alerts"]
    assert (shown["firing"], shown["acknowledged"]) == (1, 0)
    (item,) = shown["items"]
    assert (item["threshold"], item["severity"], item["value"]) == ("CPU", "critical", 95)
    assert item["since"].endswith("Z")


def test_one_that_was_told_and_is_silenced_now_says_so(admin_client: Client) -> None:
    found = fired()
    assert "Nobody is told" not in admin_client.get(f"/alerts/{found.pk}").content.decode()
    admin_client.post(f"/alerts/{found.pk}/silence")
    words = "silenced by admin until"
    assert f"Nobody is told: {words}" in admin_client.get(f"/alerts/{found.pk}").content.decode()
    assert words in admin_client.get("/alerts").content.decode()
