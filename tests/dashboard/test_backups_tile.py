"""Backups on the dashboard and in the detailed health: age, state, marks."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backups.models import Backup, Plan
from opsportal.dashboard.backups import BackupsInShort, read_backups
from opsportal.dashboard.marks import MOST, Mark, newest
from opsportal.dashboard.plots import plots
from opsportal.dashboard.reading import Reading
from opsportal.dashboard.states import NO_DATA, State
from opsportal.dashboard.tiles import Tile, tiles
from opsportal.health.detailed import _backups as in_detail
from opsportal.models import Scope
from opsportal.tokens import make_token
from tests.dashboard.readings import NOW_MS

pytestmark = pytest.mark.django_db
MakeReading = Callable[..., Reading]
HOUR_MS = 3_600_000


def plan(name: str = "portal", **fields: Any) -> Plan:
    return Plan.objects.create(name=name, slug=name, source_kind="sqlite", **fields)


def backup(of: Plan, status: str = "verified", hours: float = 1, **fields: Any) -> Backup:
    began = NOW_MS - round(hours * HOUR_MS)
    times = {"queued_ms": began, "started_ms": began, "finished_ms": began + 60_000}
    given = {"plan_name": of.name, "source_kind": "sqlite", **times}
    return Backup.objects.create(plan=of, status=status, **{**given, **fields})


def in_short() -> BackupsInShort:
    return read_backups(NOW_MS, NOW_MS - 24 * HOUR_MS, NOW_MS)[0]


def marks(hours: int = 24) -> list[Mark]:
    return read_backups(NOW_MS, NOW_MS - hours * HOUR_MS, NOW_MS)[1]


def tile(make_reading: MakeReading) -> Tile:
    reading = make_reading(backups=in_short())
    return next(each for each in tiles(reading, plots(reading)) if each.key == "backups")


def test_without_a_plan_nothing_is_called_good(make_reading: MakeReading) -> None:
    shown = tile(make_reading)
    assert (shown.value, shown.verdict.word) == ("—", "No backup yet")
    assert (shown.verdict.state, shown.detail) == (State.UNKNOWN, "no plan is on")
    assert in_detail(NOW_MS) == []


def test_the_page_does_not_wait_for_a_backup_that_nobody_has_planned(
    make_reading: MakeReading,
) -> None:
    assert tile(make_reading).verdict != NO_DATA
    plan()
    assert tile(make_reading).verdict != NO_DATA


def test_a_plan_without_a_backup_is_not_hidden_behind_one_that_has_one() -> None:
    backup(plan())
    plan("shop")
    found = in_short()
    assert (found.verdict.word, found.detail) == ("No backup yet", ["shop"])


def test_of_several_that_are_not_well_the_worst_is_named() -> None:
    plan("a-new-one")
    backup(plan("shop"), "failed")
    found = in_short()
    assert (found.verdict.word, found.detail) == ("Failed", ["shop and 1 more"])


@pytest.mark.parametrize("verify", ["always", "never"])
def test_an_old_backup_is_overdue_however_well_it_was_made(
    make_reading: MakeReading, verify: str
) -> None:
    backup(plan(verify=verify), hours=26.1)
    shown = tile(make_reading)
    assert (shown.verdict.state, shown.verdict.word) == (State.CRITICAL, "Overdue")
    assert (shown.value, shown.unit) == ("1", "d old")


def test_a_run_that_failed_warns_while_an_older_one_is_young_enough() -> None:
    of = plan()
    backup(of, hours=25)
    backup(of, "failed", hours=1)
    assert (in_short().verdict.state, in_short().verdict.word) == (State.WARNING, "Failed")
    assert in_detail(NOW_MS)[0]["status"] == "failed"
    assert in_detail(NOW_MS)[0]["age_seconds"] == 25 * 3600


def test_a_first_run_that_failed_is_no_missing_one() -> None:
    backup(plan(), "failed")
    assert in_short().verdict.word == "Failed"


@pytest.mark.parametrize(
    ("verify", "state", "word"),
    [
        ("always", State.WARNING, "Not verified"),
        ("sometimes", State.NORMAL, "Stored"),
        ("never", State.NORMAL, "Stored"),
    ],
)
def test_an_unproved_backup_warns_where_each_is_to_be_proved(
    verify: str, state: State, word: str
) -> None:
    backup(plan(verify=verify), "stored")
    assert (in_short().verdict.state, in_short().verdict.word) == (state, word)


@pytest.mark.parametrize("status", ["queued", "running", "cancelled", "deleted"])
def test_a_run_that_came_to_nothing_yet_says_nothing(status: str) -> None:
    of = plan()
    backup(of, hours=2)
    backup(of, status, hours=0.1)
    assert (in_short().verdict.word, in_short().oldest_seconds) == ("Verified", 7200)


def test_a_plan_that_is_off_is_not_judged() -> None:
    backup(plan("old", enabled=False), hours=900)
    backup(plan())
    assert in_short().verdict.word == "Verified"
    assert [each["plan"] for each in in_detail(NOW_MS)] == ["portal"]


def test_the_tile_shows_the_oldest_of_the_newest(make_reading: MakeReading) -> None:
    portal, shop = plan(), plan("shop", verify="never")
    for hours in (3, 30, 300):
        backup(portal, hours=hours)
    backup(shop, "stored", hours=5)
    shown = tile(make_reading)
    assert (shown.value, shown.unit, shown.detail) == ("5", "h old", "2 plans")
    assert (shown.verdict.state, shown.verdict.word) == (State.NORMAL, "Stored")


def test_runs_outside_of_the_range_or_under_way_are_no_marks() -> None:
    of = plan()
    backup(of, hours=25)
    backup(of, "running", finished_ms=None)
    assert marks() == []


def test_runs_are_marked_when_they_were_over_with_what_they_came_to() -> None:
    of = plan()
    backup(of, hours=3, restore_seconds=12.4)
    backup(of, "failed", hours=2)
    backup(of, "stored", hours=1)
    told = [(mark.state, mark.label) for mark in marks()]
    assert told == [
        (State.NORMAL, "Backup of portal: verified in 12.4\u202fs"),
        (State.WARNING, "Backup of portal: failed"),
        (State.NORMAL, "Backup of portal: stored"),
    ]
    assert marks()[0].time_ms == NOW_MS - 3 * HOUR_MS + 60_000


def test_the_run_of_a_plan_that_is_gone_is_still_marked() -> None:
    of = plan()
    backup(of)
    of.delete()
    assert [mark.label for mark in marks()] == ["Backup of portal: verified"]


def test_of_many_runs_the_newest_are_marked() -> None:
    of = plan()
    for back in range(1, MOST + 5):
        backup(of, hours=back)
    found = marks(hours=1000)
    assert len(found) == MOST
    assert found[-1].time_ms == NOW_MS - HOUR_MS + 60_000
    assert found == sorted(found, key=lambda mark: mark.time_ms)


def test_good_backups_take_no_place_from_alerts() -> None:
    alerts = [Mark(at, State.CRITICAL, "alert") for at in range(MOST - 2)]
    failed = [Mark(500, State.WARNING, "failed")]
    good = [Mark(at, State.NORMAL, "good") for at in range(1000, 1010)]
    found = newest(alerts, [*failed, *good])
    assert len(found) == MOST
    assert [mark.label for mark in found[-2:]] == ["failed", "good"]
    assert found[-1].time_ms == 1009


def test_plans_and_marks_take_one_query() -> None:
    for number in range(3):
        of = plan(f"plan{number}")
        for hours in (1, 2, 3):
            backup(of, hours=hours)
    with CaptureQueriesContext(connection) as queries:
        found, told = read_backups(NOW_MS, NOW_MS - 24 * HOUR_MS, NOW_MS)
    assert len(queries) == 1
    assert (len(found.plans), len(told)) == (3, 9)


def test_the_page_shows_the_tile_and_the_mark(admin_client: Client) -> None:
    now_ms = time.time_ns() // 1_000_000
    began = now_ms - 2 * HOUR_MS
    backup(plan(), queued_ms=began, started_ms=began, finished_ms=began + 1000)
    page = admin_client.get("/?range=24h").content.decode()
    assert 'data-tile="backups" data-state="normal"' in page
    shown = admin_client.get("/dashboard/data?range=24h").json()
    assert [mark["label"] for mark in shown["marks"]] == ["Backup of portal: verified"]


@pytest.mark.parametrize("newest_is", ["verified", "stored"])
def test_the_detailed_health_tells_of_the_newest_good_one(newest_is: str) -> None:
    of = plan()
    proved = NOW_MS - HOUR_MS + 30_000 if newest_is == "verified" else None
    backup(of, newest_is, hours=1, size_bytes=1234, proved_ms=proved)
    backup(of, hours=2, size_bytes=99, proved_ms=NOW_MS)
    (item,) = in_detail(NOW_MS)
    assert list(item) == [
        *("plan", "status", "last_success_at", "age_seconds", "verified_at", "size_bytes")
    ]
    assert (item["plan"], item["status"], item["size_bytes"]) == ("portal", newest_is, 1234)
    assert (item["age_seconds"], bool(item["verified_at"])) == (3600, newest_is == "verified")


def test_a_plan_without_a_backup_is_told_with_nulls() -> None:
    plan()
    nothing = dict.fromkeys(["last_success_at", "age_seconds", "verified_at", "size_bytes"])
    assert in_detail(NOW_MS) == [{"plan": "portal", "status": "none", **nothing}]
    headers = {"Authorization": f"Bearer {make_token('t', Scope.READ)[1]}"}
    body = Client(headers=headers).get("/api/health/detailed").json()
    assert [each["plan"] for each in body["backups"]] == ["portal"]
