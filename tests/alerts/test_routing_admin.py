"""Routes, inhibitions, silences, maintenance and the history of alerts in the admin."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from alerts.models import (
    Alert,
    AlertEvent,
    Channel,
    Inhibition,
    Maintenance,
    Route,
    Silence,
)

pytestmark = pytest.mark.django_db
ROUTES, INHIBITIONS = "/admin/alerts/route/", "/admin/alerts/inhibition/"
SILENCES, MAINTENANCE = "/admin/alerts/silence/", "/admin/alerts/maintenance/"
ALERTS = "/admin/alerts/alert/"
NOW_MS = time.time_ns() // 1_000_000
HOUR_MS = 3_600_000
ROUTE = {
    "name": "Databases",
    "position": "10",
    "enabled": "on",
    "matchers": "host=~db-.*\nseverity!=info",
    "active_hours": "Mon-Fri 08:00-18:00 Europe/Berlin",
    "group_by": "host",
    "group_wait_seconds": "5",
    "repeat_seconds": "3600",
    "escalations-TOTAL_FORMS": "0",
    "escalations-INITIAL_FORMS": "0",
}
SILENCE = {
    "matchers": "host=db-1",
    "comment": "disk is being replaced",
    "starts_at_0": "2026-11-23",
    "starts_at_1": "12:00:00",
    "duration": "14400",
    "ends_at_0": "",
    "ends_at_1": "",
}
PLANNED = {
    "name": "Backups",
    "enabled": "on",
    "matchers": "host=db-1",
    "starts_at_0": "2026-01-01",
    "starts_at_1": "00:00:00",
    "duration_seconds": "1800",
    "cron": "30 2 * * *",
    "time_zone": "Europe/Berlin",
    "ends_at_0": "",
    "ends_at_1": "",
}


def text(response: Any) -> str:
    return str(response.content.decode())


def errors_beside(response: Any, field: str) -> str:
    """What stands in the row of a field."""
    found = re.search(rf"errorlist.{{0,600}}?id_{field}\b", text(response), re.DOTALL)
    return found[0] if found else ""


def fire(name: str = "CPU", **fields: Any) -> Alert:
    labels = {"host": "db-1"}
    own = {"labels": labels, "state": "firing", "severity": "critical", "metric": "cpu_percent"}
    times = {"started_ms": NOW_MS - HOUR_MS, "fired_ms": NOW_MS - HOUR_MS}
    return Alert.objects.create(name=name, fingerprint=name, **{**own, **times, **fields})


def silence(start_ms: int, end_ms: int, comment: str = "") -> Silence:
    return Silence.objects.create(
        matchers="host=db-1", starts_ms=start_ms, ends_ms=end_ms, author="ann", comment=comment
    )


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("matchers", "host db-1", "write a line such as host=db-1"),
        ("matchers", "host=~(", "is no regular expression"),
        ("active_hours", "Mon-Fri 08:00-18:00 Nowhere", "is no time zone"),
        ("active_hours", "from dusk till dawn", "such as Mon-Fri"),
        ("repeat_seconds", "9000000000000000000", "less than or equal to 2678400"),
        ("group_wait_seconds", "9000000000000000000", "less than or equal to 2678400"),
    ],
)
def test_a_route_that_cannot_be_read_says_so_beside_the_field(
    admin_client: Client, field: str, value: str, words: str
) -> None:
    response = admin_client.post(f"{ROUTES}add/", {**ROUTE, field: value})
    assert words in errors_beside(response, field)
    assert not Route.objects.exists()


def test_an_inhibition_names_the_side_that_cannot_be_read(admin_client: Client) -> None:
    body = {"name": "Switch", "source": "check=switch", "target": "nonsense", "enabled": "on"}
    response = admin_client.post(f"{INHIBITIONS}add/", body)
    assert "cannot read" in errors_beside(response, "target")
    assert not errors_beside(response, "source").count("cannot read")
    admin_client.post(f"{INHIBITIONS}add/", {**body, "target": "host=db-1"})
    assert Inhibition.objects.get().target == "host=db-1"


def test_a_silence_that_ends_before_it_begins_says_so_at_the_end(admin_client: Client) -> None:
    wrong = {**SILENCE, "duration": "", "ends_at_0": "2026-11-23", "ends_at_1": "11:59:59"}
    response = admin_client.post(f"{SILENCES}add/", wrong)
    assert "it ends before it begins" in errors_beside(response, "ends_at_0")
    assert not Silence.objects.exists()


def test_a_silence_without_an_end_or_matchers_is_refused(admin_client: Client) -> None:
    response = admin_client.post(f"{SILENCES}add/", {**SILENCE, "duration": ""})
    assert "choose how long" in errors_beside(response, "duration")
    response = admin_client.post(f"{SILENCES}add/", {**SILENCE, "matchers": " "})
    assert "required" in errors_beside(response, "matchers")
    response = admin_client.post(f"{SILENCES}add/", {**SILENCE, "ends_at_0": "tomorrow"})
    assert "Enter a valid date" in errors_beside(response, "ends_at_0")
    response = admin_client.post(f"{SILENCES}add/", {**SILENCE, "starts_at_0": "9999-12-31"})
    assert "no such year" in errors_beside(response, "starts_at_0")
    assert not Silence.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("cron", "every night", "not a cron expression"),
        ("cron", "0 0 31 4 *", "not a cron expression"),
        ("time_zone", "Europe/Nowhere", "no such time zone"),
        ("matchers", "??", "cannot read"),
        ("duration_seconds", "5", "greater than or equal to 60"),
        ("duration_seconds", "900000000000000", "less than or equal to 31622400"),
        ("starts_at_0", "9999-12-31", "no such year"),
    ],
)
def test_maintenance_that_cannot_be_read_says_so_beside_the_field(
    admin_client: Client, field: str, value: str, words: str
) -> None:
    response = admin_client.post(f"{MAINTENANCE}add/", {**PLANNED, field: value})
    assert words in errors_beside(response, field)
    assert not Maintenance.objects.exists()


def test_maintenance_does_not_end_before_it_begins(admin_client: Client) -> None:
    wrong = {**PLANNED, "ends_at_0": "2025-01-01", "ends_at_1": "00:00:00"}
    response = admin_client.post(f"{MAINTENANCE}add/", wrong)
    assert "it ends before it begins" in errors_beside(response, "ends_at_0")


def test_a_preview_of_nothing_or_nonsense_counts_nothing(admin_client: Client) -> None:
    fire()
    for matchers in ("", "nonsense"):
        page = text(admin_client.post(f"{SILENCES}preview/", {"matchers": matchers}))
        assert "errorlist" in page
        assert "open alert" not in page
    assert admin_client.get(f"{SILENCES}preview/").status_code == 405


def test_whoever_may_only_look_previews_and_ends_nothing(client: Client) -> None:
    reader = User.objects.create_user("eve", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_silence"))
    client.force_login(reader)
    running = silence(NOW_MS - HOUR_MS, NOW_MS + HOUR_MS)
    assert client.post(f"{SILENCES}preview/", {"matchers": "a=b"}).status_code == 403
    client.post(SILENCES, {"_selected_action": str(running.pk), "action": "end_now"})
    running.refresh_from_db()
    assert running.ends_ms == NOW_MS + HOUR_MS
    page = text(client.get(f"{SILENCES}{running.pk}/change/"))
    assert "host=db-1" in page
    assert "Preview" not in page


def test_an_alert_cannot_be_added_changed_or_deleted(admin_client: Client) -> None:
    alert = fire()
    for address in ("add/", f"{alert.pk}/delete/"):
        assert admin_client.get(f"{ALERTS}{address}").status_code == 403
    body = {"_selected_action": str(alert.pk), "action": "delete_selected", "post": "yes"}
    admin_client.post(ALERTS, body)
    assert Alert.objects.exists()


def test_strangers_get_nowhere(client: Client) -> None:
    for address in (ROUTES, INHIBITIONS, SILENCES, MAINTENANCE, ALERTS, f"{SILENCES}preview/"):
        assert client.get(address).status_code == 302


def test_a_route_is_saved_with_its_channels_and_escalation(admin_client: Client) -> None:
    first, second = (Channel.objects.create(name=name, kind="slack") for name in ("a", "b"))
    steps = {
        "escalations-TOTAL_FORMS": "1",
        "escalations-0-after_seconds": "900",
        "escalations-0-channels": [str(second.pk)],
    }
    body = {**ROUTE, **steps, "channels": [str(first.pk)]}
    response = admin_client.post(f"{ROUTES}add/", body)
    assert response.status_code == 302, text(response)
    route = Route.objects.get()
    step = route.escalations.get()
    assert [list(route.channels.all()), list(step.channels.all())] == [[first], [second]]
    page = text(admin_client.get(f"{ROUTES}{route.pk}/change/"))
    assert 'type="checkbox" name="escalations-0-channels"' in page
    assert "host=~db-.*, severity!=info" in text(admin_client.get(ROUTES))


def test_a_step_of_escalation_needs_somebody_who_hears(admin_client: Client) -> None:
    steps = {"escalations-TOTAL_FORMS": "1", "escalations-0-after_seconds": "60"}
    response = admin_client.post(f"{ROUTES}add/", {**ROUTE, **steps})
    assert "This field is required" in text(response)
    assert not Route.objects.exists()


def test_a_silence_lasts_as_long_as_was_chosen_and_knows_who_made_it(admin_client: Client) -> None:
    response = admin_client.post(f"{SILENCES}add/", SILENCE)
    assert response.status_code == 302, text(response)
    made = Silence.objects.get()
    starts_at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert (made.starts_ms, made.ends_ms - made.starts_ms) == (
        int(starts_at.timestamp() * 1000),
        4 * HOUR_MS,
    )
    assert made.author == "admin"


def test_an_edit_keeps_author_and_end_unless_they_are_changed(admin_client: Client) -> None:
    made = silence(NOW_MS - HOUR_MS, NOW_MS + HOUR_MS)
    starts, ends = (
        datetime.fromtimestamp(each / 1000, UTC) for each in (made.starts_ms, made.ends_ms)
    )
    body = {
        "matchers": "host=db-2",
        "starts_at_0": f"{starts:%Y-%m-%d}",
        "starts_at_1": f"{starts:%H:%M:%S}",
        "duration": "",
        "ends_at_0": f"{ends:%Y-%m-%d}",
        "ends_at_1": f"{ends:%H:%M:%S}",
    }
    address = f"{SILENCES}{made.pk}/change/"
    response = admin_client.post(address, body)
    assert response.status_code == 302, text(response)
    made.refresh_from_db()
    assert (made.author, made.matchers) == ("ann", "host=db-2")
    assert abs(made.ends_ms - NOW_MS - HOUR_MS) < 1000
    admin_client.post(address, {**body, "duration": "86400"})
    made.refresh_from_db()
    assert made.ends_ms - made.starts_ms == 24 * HOUR_MS


def test_silences_are_active_planned_or_expired(admin_client: Client) -> None:
    silence(NOW_MS - HOUR_MS, NOW_MS + HOUR_MS, "runs")
    silence(NOW_MS + HOUR_MS, NOW_MS + 2 * HOUR_MS, "waits")
    silence(NOW_MS - 2 * HOUR_MS, NOW_MS - HOUR_MS, "rests")
    for activity, comment in (("active", "runs"), ("planned", "waits"), ("expired", "rests")):
        page = text(admin_client.get(f"{SILENCES}?activity={activity}"))
        assert re.findall(r">(\w+)</a></th>", page) == [comment]
        assert f">{activity}</span>" in page


def test_ending_now_ends_what_runs_and_leaves_the_rest(admin_client: Client) -> None:
    running = silence(NOW_MS - HOUR_MS, NOW_MS + HOUR_MS)
    planned = silence(NOW_MS + HOUR_MS, NOW_MS + 2 * HOUR_MS)
    over = silence(NOW_MS - 2 * HOUR_MS, NOW_MS - HOUR_MS)
    chosen = [str(each.pk) for each in (running, planned, over)]
    body = {"_selected_action": chosen, "action": "end_now"}
    page = text(admin_client.post(SILENCES, body, follow=True))
    assert "1 silence ended" in page
    assert "1 had not begun" in page
    ends = dict(Silence.objects.values_list("pk", "ends_ms"))
    assert NOW_MS <= ends[running.pk] < NOW_MS + HOUR_MS
    assert (ends[planned.pk], ends[over.pk]) == (NOW_MS + 2 * HOUR_MS, NOW_MS - HOUR_MS)


@pytest.mark.parametrize(
    ("matchers", "count"),
    [("host=db-1", 2), ("threshold=CPU", 1), ("metric=cpu_percent\nseverity=info", 1), ("a=b", 0)],
)
def test_a_preview_counts_open_alerts_by_all_of_their_labels(
    admin_client: Client, matchers: str, count: int
) -> None:
    fire("CPU")
    fire("Memory", state="pending", severity="info")
    fire("Disk", state="resolved", resolved_ms=NOW_MS)
    page = text(admin_client.post(f"{SILENCES}preview/", {"matchers": matchers}))
    assert f"<strong>{count}</strong> open alert" in page
    assert not Silence.objects.exists()


def test_the_page_of_a_silence_counts_what_it_matches(admin_client: Client) -> None:
    fire()
    made = silence(NOW_MS - HOUR_MS, NOW_MS + HOUR_MS)
    page = text(admin_client.get(f"{SILENCES}{made.pk}/change/"))
    assert re.search(r'field-matching_now.*?<div class="readonly">1</div>', page, re.DOTALL)


def test_maintenance_shows_its_next_five_starts_in_its_own_zone(admin_client: Client) -> None:
    response = admin_client.post(f"{MAINTENANCE}add/", PLANNED)
    assert response.status_code == 302, text(response)
    page = text(admin_client.get(f"{MAINTENANCE}{Maintenance.objects.get().pk}/change/"))
    starts = re.findall(r"<div>\w{3} ([\d-]+) 02:30 CES?T</div>", page)
    assert len(set(starts)) == 5
    assert starts == sorted(starts)
    assert "saved" in text(admin_client.get(f"{MAINTENANCE}add/"))


def test_maintenance_is_now_planned_over_or_off(admin_client: Client) -> None:
    now = datetime.now(UTC)
    for name, starts_at, enabled in (
        ("now", now - timedelta(minutes=5), True),
        ("planned", now + timedelta(days=1), True),
        ("over", now - timedelta(days=1), True),
        ("off", now, False),
    ):
        Maintenance.objects.create(name=name, starts_at=starts_at, enabled=enabled)
    page = text(admin_client.get(MAINTENANCE))
    for name in ("now", "planned", "over", "off"):
        assert re.search(rf'>{name}</a></th><td class="field-state">[^/]*>{name}<', page)


def test_alerts_are_listed_and_found_in_few_queries(
    admin_client: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        fire(f"CPU {number}", message="CPU 97.2 %", acknowledged_by="ann")
    fire("Disk", state="resolved", resolved_ms=NOW_MS, message="<full>")
    with django_assert_max_num_queries(8):
        page = text(admin_client.get(ALERTS))
    assert 'data-status="down" title="">firing<' in page
    assert "1\xa0hour" in page
    assert "97.2" in page
    for query in ("state__exact=resolved", "q=full"):
        page = text(admin_client.get(f"{ALERTS}?{query}"))
        assert re.findall(r">([\w ]+)</a></th>", page) == ["Disk"]


def test_the_page_of_an_alert_tells_its_history(admin_client: Client) -> None:
    alert = fire(message="CPU <97 %>")
    AlertEvent.objects.create(alert=alert, time_ms=NOW_MS, kind="note", reason="<ok>", by="ann")
    page = text(admin_client.get(f"{ALERTS}{alert.pk}/change/"))
    assert "CPU &lt;97 %&gt;" in page
    assert "note: &lt;ok&gt;" in page
