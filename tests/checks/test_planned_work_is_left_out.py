"""Availability leaves out planned work that was on the check, wherever it is shown."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from alerts.models import Maintenance
from monitoring.history import availability_by_period
from monitoring.models import Check, Transition
from monitoring.planned_work import PlannedWork, left_out_of
from opsportal.dashboard.dependencies import read_dependencies
from tests.checks.watched import add

pytestmark = pytest.mark.django_db
HOUR_MS = 3_600_000


@pytest.fixture
def now_ms() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture
def check(now_ms: int) -> Check:
    """Up for twenty hours, down for the two hours before the last two."""
    check = add("Shop", now_ms=now_ms - 24 * HOUR_MS)
    Transition.objects.all().delete()
    story = [(24, 4, "up", "new"), (4, 2, "down", "up"), (2, None, "up", "down")]
    for began, ended, status, before in story:
        Transition.objects.create(
            owner=check,
            time_ms=now_ms - began * HOUR_MS,
            ended_ms=None if ended is None else now_ms - ended * HOUR_MS,
            status=status,
            before=before,
        )
    return check


def plan(now_ms: int, began: int, hours: int, matchers: str, **fields: Any) -> None:
    starts_at = datetime.fromtimestamp((now_ms - began * HOUR_MS) / 1000, UTC)
    seconds = hours * 3600
    Maintenance.objects.create(
        name="work", matchers=matchers, starts_at=starts_at, duration_seconds=seconds, **fields
    )


def percent(check: Check, now_ms: int) -> float:
    found = availability_by_period(check, now_ms)["24h"].percent
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("matchers", "enabled"),
    [("check=another", True), ("host=db-1", True), ("check=shop", False)],
)
def test_work_on_something_else_or_called_off_counts_nothing(
    check: Check, now_ms: int, matchers: str, enabled: bool
) -> None:
    plan(now_ms, 4, 2, matchers, enabled=enabled)
    assert percent(check, now_ms) == pytest.approx(100 * 22 / 24, abs=0.01)


@pytest.mark.parametrize("matchers", ["check=shop", "", "kind=tcp\ncheck=~sh.*"])
def test_downtime_within_planned_work_is_no_downtime(
    check: Check, now_ms: int, matchers: str
) -> None:
    plan(now_ms, 4, 1, matchers)
    assert percent(check, now_ms) == pytest.approx(100 * 22 / 23, abs=0.01)
    plan(now_ms, 4, 2, matchers)
    assert percent(check, now_ms) == 100


def test_the_dashboard_the_list_and_the_api_tell_the_same(
    check: Check, now_ms: int, admin_client: Client
) -> None:
    plan(now_ms, 5, 4, "check=shop")
    (row,) = read_dependencies(now_ms).rows
    assert row.availability == "100 %"
    assert "100 % available" in admin_client.get("/admin/monitoring/check/").text
    rows = admin_client.get(f"/api/v1/checks/{check.pk}/availability").json()
    assert {each["percent"] for each in rows} == {100}
    assert rows[0]["down_seconds"] == 0


def test_windows_that_overlap_are_left_out_once() -> None:
    work = PlannedWork(lambda labels: labels["check"] == "shop", [(50, 60), (0, 10), (5, 20)])
    assert left_out_of(Check(slug="shop", kind="tcp"), [work, work]) == [(0, 20), (50, 60)]
    assert left_out_of(Check(slug="other", kind="tcp"), [work]) == []


def test_work_on_a_host_is_on_the_checks_that_are_tagged_with_it() -> None:
    work = PlannedWork(lambda labels: labels.get("host") == "db-1", [(0, 10)])
    tagged = Check(slug="shop", kind="tcp", tags=["payments", "host=db-1"])
    assert left_out_of(tagged, [work]) == [(0, 10)]
    assert left_out_of(Check(slug="other", kind="tcp"), [work]) == []
