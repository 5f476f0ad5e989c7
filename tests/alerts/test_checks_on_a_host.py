"""Checks that are tagged with their host: told together, and not at all while the host is down."""

from __future__ import annotations

import pytest

from alerts.composing import item_summaries
from alerts.defaults import make_defaults
from alerts.engine import evaluate_all
from alerts.models import Alert, Channel, Delivery, Route
from monitoring import store
from monitoring.models import Check
from monitoring.tags import labels_of
from tests.alerts.watched_host import channel, threshold
from tests.checks.watched import GOOD, REFUSED, START_MS, add, probed

pytestmark = pytest.mark.django_db


@pytest.fixture
def checks() -> list[Check]:
    make_defaults("", "", "")
    Route.objects.update(group_by="host")
    Route.objects.get().channels.add(channel("chat", "slack"))
    found = [add(f"check {number}", tags=["payments", "host=db-1"]) for number in range(3)]
    probed(START_MS, dict.fromkeys([*found, add("elsewhere")], GOOD))
    return found


def all_down(now_ms: int) -> None:
    probed(now_ms, dict.fromkeys(Check.objects.all(), REFUSED))
    evaluate_all(now_ms)


def test_a_tag_that_is_no_label_is_none() -> None:
    tags = ["payments", "=x", "Host=a", "app= shop ", "host=", "a=b=c"]
    assert labels_of(tags) == {"app": "shop", "a": "b=c"}


def test_those_on_one_host_are_one_message(checks: list[Check]) -> None:
    all_down(START_MS + 60_000)
    told = sorted(item_summaries(each) for each in Delivery.objects.all())
    assert told == ["3 alerts on db-1: Check down", "elsewhere is down: connection refused"]


def test_a_host_that_is_down_mutes_its_checks_and_no_others(checks: list[Check]) -> None:
    threshold("Host down", kind="no_data", metric="cpu_percent", window_seconds=30)
    store.record([store.Point("cpu_percent", {"host": "db-1"}, START_MS, 5.0)], now_ms=START_MS)
    evaluate_all(START_MS + 40_000)
    all_down(START_MS + 60_000)
    muted = Alert.objects.filter(name="Check down").exclude(muted_by="")
    assert {each.labels["check"] for each in muted} == {each.slug for each in checks}
    assert {each.muted_by for each in muted} == {
        "inhibition A host that is down mutes what runs on it: Host down fires"
    }
    told = sorted(item_summaries(each) for each in Delivery.objects.all())
    assert told == ["CPU on db-1, no data for 30 s", "elsewhere is down: connection refused"]
    assert Channel.objects.get().deliveries.count() == 2
