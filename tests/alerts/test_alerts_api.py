"""Alerts, silences, thresholds and channels over REST."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client

from alerts.models import Channel, Silence, Threshold
from opsportal.models import Scope
from opsportal.tokens import make_token
from tests.alerts.receiver import receiving
from tests.alerts.watched_host import alert, measure, threshold

pytestmark = pytest.mark.django_db


class Api:
    """A client with a token of a scope; answers with status and JSON."""

    def __init__(self, scope: Scope) -> None:
        self._client = Client()
        self._headers = {"authorization": f"Bearer {make_token('t', scope)[1]}"}

    def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        call = getattr(self._client, method)
        response = call(
            f"/api/v1/{path}", data=body, content_type="application/json", headers=self._headers
        )
        return response.status_code, response.json() if response.content else None


@pytest.fixture
def api() -> Api:
    return Api(Scope.WRITE)


THRESHOLD = {
    "name": "Busy",
    "metric": "cpu_percent",
    "labels": {},
    "aggregation": "mean",
    "window_seconds": 60,
    "comparison": ">",
    "value": 90,
    "for_seconds": 300,
    "severity": "warning",
    "no_data": "keep",
}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"metric": "cpu_percentage"}, "metric"),
        ({"labels": {"host": 1}}, "labels"),
        ({"labels": []}, "labels"),
        ({"value": "high"}, "value"),
        ({"warning_value": 95}, "warning_value"),
        ({"recovery_value": 95}, "recovery_value"),
        ({"comparison": "=="}, "comparison"),
        ({"active_hours": "always"}, "active_hours"),
        ({"window_seconds": 0}, "window_seconds"),
        ({"channels": [999]}, "channels"),
        ({"severty": "critical"}, "severty"),
        ({"kind": "burn_rate", "settings": {"objective_percent": 100}}, "settings"),
        ({"kind": "forecast", "settings": []}, "settings"),
        ({"settings": 1}, "settings"),
        ({"runbook_url": "javascript:alert(1)"}, "runbook_url"),
        ({"name": "two\nlines"}, "name"),
        ({"labels": {"a b": "x"}}, "labels"),
        ({"extra_labels": {"team": "a\nb"}}, "extra_labels"),
        ({"for_seconds": 2**62}, "for_seconds"),
        ({"value": float("inf")}, "value"),
    ],
)
def test_a_threshold_that_makes_no_sense_is_refused_by_its_field(
    api: Api, changed: dict[str, Any], field: str
) -> None:
    status, answer = api("post", "thresholds", {**THRESHOLD, **changed})
    assert status == 400
    assert field in str(answer)
    assert not Threshold.objects.exists()


def test_a_threshold_is_made_changed_and_deleted(api: Api) -> None:
    status, made = api("post", "thresholds", THRESHOLD)
    assert status == 201
    assert {name: made[name] for name in THRESHOLD} == THRESHOLD
    status, changed = api("patch", f"thresholds/{made['id']}", {"value": 80})
    assert (status, changed["value"]) == (200, 80)
    assert api("delete", f"thresholds/{made['id']}")[0] == 204
    assert api("get", "thresholds")[1]["count"] == 0


def test_a_channel_shows_no_secret_and_is_tested_the_whole_way(api: Api) -> None:
    with receiving() as receiver:
        given = {"name": "hook", "kind": "webhook", "settings": {"url": receiver.url}}
        status, made = api("post", "channels", given)
        assert status == 201
        assert receiver.url not in str(made)
        status, tested = api("post", f"channels/{made['id']}/test")
        assert (status, tested["status"]) == (200, "sent")
        assert len(receiver.bodies) == 1


def test_a_channel_of_no_kind_or_without_its_settings_is_refused(api: Api) -> None:
    for given in (
        {"name": "x", "kind": "pigeon", "settings": {}},
        {"name": "x", "kind": "webhook", "settings": {}},
        {"name": "x", "kind": "webhook", "settings": []},
        {"name": "x", "kind": "webhook", "settings": {"url": 5}},
        {"name": "two\nlines", "kind": "webhook", "settings": {"url": "http://127.0.0.1:1/"}},
    ):
        assert api("post", "channels", given)[0] == 400
    assert not Channel.objects.exists()


def test_a_silence_that_ends_before_it_begins_is_refused_at_its_end(api: Api) -> None:
    given = {"matchers": "host=a", "ends_at": "2020-01-01T00:00:00Z"}
    status, answer = api("post", "silences", given)
    assert (status, "ends_at" in str(answer)) == (400, True)


def test_a_silence_is_made_in_the_name_of_its_token_and_ended_by_deleting(api: Api) -> None:
    status, made = api(
        "post", "silences", {"matchers": "host=a", "ends_at": "2099-01-01T00:00:00Z"}
    )
    assert status == 400, "longer than a year"
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    status, made = api("post", "silences", {"matchers": "host=a", "ends_at": soon})
    assert status == 201
    assert made["author"]
    assert api("delete", f"silences/{made['id']}")[0] == 204
    (kept,) = Silence.objects.all()
    assert kept.ends_ms <= time.time() * 1000


def test_an_alert_says_that_it_is_silenced_though_it_was_told_before(api: Api) -> None:
    threshold()
    measure(95, 0)
    number = alert().pk
    assert api("get", f"alerts/{number}")[1]["muted_by"] == ""
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    api("post", "silences", {"matchers": "threshold=CPU", "ends_at": soon})
    assert api("get", f"alerts/{number}")[1]["muted_by"].startswith("silenced by")
    assert api("get", "alerts")[1]["results"][0]["muted_by"].startswith("silenced by")


def test_alerts_are_listed_filtered_and_acted_upon(api: Api) -> None:
    threshold()
    measure(95, 0)
    assert api("get", "alerts?state=firing&severity=critical&threshold=CPU")[1]["count"] == 1
    assert api("get", "alerts?state=resolved")[1]["count"] == 0
    assert api("get", "alerts?state=burning")[0] == 400
    number = alert().pk
    status, seen = api("post", f"alerts/{number}/acknowledge")
    assert (status, bool(seen["acknowledged"])) == (200, True)
    status, over = api("post", f"alerts/{number}/resolve")
    assert (status, over["state"]) == (200, "resolved")
    kinds = [event["kind"] for event in api("get", f"alerts/{number}")[1]["events"]]
    assert kinds == ["fired", "not told", "acknowledged", "resolved"]


def test_reading_needs_no_more_than_reading(api: Api) -> None:
    reader = Api(Scope.READ)
    assert reader("get", "alerts")[0] == 200
    for path in ("thresholds", "channels", "silences", "alerts/1/resolve"):
        assert reader("post", path, {})[0] == 403
