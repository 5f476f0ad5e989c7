"""What set-up makes, and that it leaves alone what somebody has made of it."""

from __future__ import annotations

import pytest

from alerts.defaults import THRESHOLDS, make_defaults
from alerts.editing import check_threshold, full_settings
from alerts.models import Channel, Inhibition, Route, Threshold

pytestmark = pytest.mark.django_db

# Metric, comparison, value, for, severity: to the letter what the design promises.
PROMISED = {
    "Error rate": ("http_error_rate_percent", ">", 5, 120, "critical"),
    "Response time": ("http_response_time_ms", ">", 1000, 120, "warning"),
    "CPU": ("cpu_percent", ">", 90, 300, "warning"),
    "Memory": ("memory_percent", ">", 90, 300, "warning"),
    "Disk": ("disk_percent", ">", 95, 0, "critical"),
    "Check down": ("check_up", "<", 1, 0, "critical"),
    "Certificate expires": ("tls_days_remaining", "<", 14, 0, "warning"),
    "Backup too old": ("backup_age_seconds", ">", 26 * 3600, 0, "critical"),
    "Restore test failed": ("restore_test_ok", "<", 1, 0, "critical"),
    "Scheduler late": ("portal_beat_age_seconds", ">", 60, 0, "critical"),
    "Queue late": ("portal_queue_lag_seconds", ">", 30, 60, "warning"),
}


def made(**given: str) -> list[str]:
    return make_defaults(*(given.get(name, "") for name in ("slack_url", "email_to", "email_url")))


def test_a_second_set_up_makes_nothing_and_overwrites_nothing() -> None:
    made(slack_url="https://hooks.slack.com/services/T/B/x")
    Threshold.objects.filter(name="CPU").update(value=42)
    Threshold.objects.filter(name="Disk").delete()
    Channel.objects.update(enabled=False)
    assert made(slack_url="https://hooks.slack.com/services/other") == []
    assert Threshold.objects.get(name="CPU").value == 42
    assert not Threshold.objects.filter(name="Disk").exists()
    assert full_settings(Channel.objects.get())["url"].endswith("/T/B/x")
    assert not Channel.objects.get().enabled


def test_a_route_that_was_deleted_does_not_stop_a_set_up() -> None:
    made()
    Route.objects.all().delete()
    assert made() == ["a route for every alert"]
    assert Inhibition.objects.count() == 3


def test_the_thresholds_are_those_of_the_design() -> None:
    made()
    found = {
        each.name: (each.metric, each.comparison, each.value, each.for_seconds, each.severity)
        for each in Threshold.objects.filter(name__in=PROMISED)
    }
    assert found == PROMISED
    assert Threshold.objects.get(name="Disk").warning_value == 85
    assert Threshold.objects.count() == len(THRESHOLDS)


def test_each_of_them_is_one_that_its_form_would_take() -> None:
    for fields in THRESHOLDS:
        check_threshold(Threshold(**fields))


def test_channels_of_the_environment_hear_of_every_alert() -> None:
    said = made(slack_url="https://hooks.slack.com/services/T/B/x", email_to="ops@example.com")
    assert said[-2:] == ["channel Slack", "channel E-mail"]
    route = Route.objects.get()
    assert {each.kind for each in route.channels.all()} == {"slack", "email"}
