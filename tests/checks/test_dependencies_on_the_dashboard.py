"""What the dashboard says of the checks, and the page of a single one."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from monitoring.availability import Span
from monitoring.models import Blindness, Check, CheckState
from monitoring.probes.base import Reason, Result, Status
from monitoring.strips import DRAWN, strip_paths
from opsportal.dashboard.dependencies import Dependencies, read_dependencies
from opsportal.dashboard.problems import problems
from opsportal.dashboard.reading import read
from tests.checks.watched import GOOD, REFUSED, add, probed

pytestmark = pytest.mark.django_db


@pytest.fixture
def now_ms() -> int:
    """The page's own: transitions of the last day are shown."""
    return time.time_ns() // 1_000_000


@pytest.fixture
def checks(now_ms: int) -> dict[str, Check]:
    found = {name: add(name, now_ms=now_ms) for name in ("Alpaca", "Tradier", "mail")}
    probed(now_ms - 7_200_000, dict.fromkeys(found.values(), GOOD))
    probed(now_ms - 3_600_000, {found["Tradier"]: REFUSED})
    return found


def page(client: Client, address: str = "/") -> str:
    response = client.get(address)
    assert response.status_code == 200
    return str(response.content.decode())


def test_without_checks_it_says_what_to_do_next(admin_client: Client) -> None:
    shown = page(admin_client)
    assert "Nothing outside is watched yet" in shown
    assert "/admin/monitoring/check/add/" in shown


def test_what_is_down_leads_the_sentence_and_the_table(
    admin_client: Client, checks: dict[str, Check]
) -> None:
    # Not the page's sentence: it has room for two, and the tests' process has no broker.
    assert "Tradier is down" in [problem.text for problem in problems(read({}))]
    data = admin_client.get("/dashboard/data").json()
    rows = data["dependencies"]["rows"]
    assert [row["name"] for row in rows] == ["Tradier", "Alpaca", "mail"]
    # A busy machine may look seconds after what it looks at was written.
    assert float(rows[0]["availability"].split()[0]) == pytest.approx(50, abs=0.2)
    (tile,) = [tile for tile in data["tiles"] if tile["key"] == "dependencies"]
    assert (tile["value"], tile["unit"], tile["detail"]) == ("2", "of 3 up", "1 down")
    assert tile["verdict"]["word"] == "Down"


def test_blindness_is_told_by_the_tile(
    admin_client: Client, checks: dict[str, Check], now_ms: int
) -> None:
    Blindness.objects.create(began_ms=now_ms, reason="everything fails")
    (tile,) = [
        tile
        for tile in admin_client.get("/dashboard/data").json()["tiles"]
        if tile["key"] == "dependencies"
    ]
    assert tile["verdict"] == {"state": "warning", "word": "Blind", "limit": None}


def test_paused_checks_are_not_counted(checks: dict[str, Check], now_ms: int) -> None:
    Check.objects.filter(name="Tradier").update(enabled=False)
    assert read_dependencies(now_ms).total == 2


def test_a_thousand_checks_take_no_more_queries(
    now_ms: int, django_assert_num_queries: Any
) -> None:
    for number in range(60):
        add(f"check {number}")
    # Django asks SQLite for it once in a process.
    assert connection.features.supports_json_field
    with django_assert_num_queries(2):
        found = read_dependencies(now_ms)
    assert (found.total, len(found.rows)) == (60, 50)


@pytest.mark.parametrize(
    ("counts", "is_blind", "word"),
    [
        ({}, False, "No checks"),
        ({"new": 2}, False, "Unknown"),
        ({"up": 9, "unknown": 1}, False, "Unknown"),
        ({"up": 9, "degraded": 1, "unknown": 1}, False, "Degraded"),
        ({"up": 9, "degraded": 1, "down": 1}, False, "Down"),
        ({"up": 9, "unknown": 1}, True, "Blind"),
        ({"up": 9, "new": 1}, False, "Normal"),
    ],
)
def test_the_worst_gives_the_word(counts: dict[str, int], is_blind: bool, word: str) -> None:
    assert Dependencies(counts, is_blind=is_blind).verdict.word == word


def test_the_line_of_the_tile_is_of_what_was_broken(checks: dict[str, Check], now_ms: int) -> None:
    broken = read_dependencies(now_ms).broken
    assert (len(broken), broken[0], broken[-1]) == (90, 0, 1)


def test_neighbouring_cells_are_one_rectangle() -> None:
    paths = strip_paths([Span(0, 450, "up"), Span(450, None, "down")], 0, 900)
    assert paths == {
        "up": "M0 5h90v9h-90z",
        "degraded": "",
        "down": "M90 0h90v14h-90z",
        "unknown": "",
    }


def test_each_status_has_a_height_of_its_own() -> None:
    """Colour alone would not tell them apart for everybody."""
    spans = [Span(number, number + 1, status) for number, status in enumerate(DRAWN)]
    heights = {path.split("v")[1].split("h")[0] for path in strip_paths(spans, 0, 4).values()}
    assert len(heights) == len(DRAWN)


def test_the_page_of_a_check_tells_its_story(
    admin_client: Client, checks: dict[str, Check]
) -> None:
    shown = page(admin_client, "/checks/tradier")
    for words in ("failed: connection refused", "available, 90&nbsp;d", "first byte"):
        assert words in shown
    assert "connection refused" in page(admin_client, "/checks/tradier/")


def test_the_page_of_a_check_that_was_never_probed(admin_client: Client, now_ms: int) -> None:
    add("fresh", now_ms=now_ms)
    shown = page(admin_client, "/checks/fresh")
    assert "Not probed yet" in shown
    assert "No response times in the last 24 h." in shown


def test_what_a_server_sent_is_shown_as_text(admin_client: Client, now_ms: int) -> None:
    check = add("hostile", now_ms=now_ms)
    evidence = {"body": "<script>alert(1)</script>"}
    failed = Result(Status.DOWN, Reason.MISMATCH, "<b>bold</b>", evidence=evidence)
    probed(now_ms, {check: failed})
    shown = page(admin_client, "/checks/hostile") + page(admin_client)
    assert "<script>alert" not in shown
    assert "<b>bold" not in shown


def test_strangers_and_unknown_checks(client: Client, admin_client: Client) -> None:
    assert client.get("/checks/tradier").status_code == 302
    assert admin_client.get("/checks/nothing").status_code == 404


def test_a_flapping_check_says_so(
    admin_client: Client, checks: dict[str, Check], now_ms: int
) -> None:
    CheckState.objects.filter(owner__name="mail").update(flapping_since_ms=now_ms)
    assert ">flapping<" in page(admin_client)
    assert "flapping since" in page(admin_client, "/checks/mail")
