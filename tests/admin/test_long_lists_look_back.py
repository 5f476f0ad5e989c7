"""A list of a long history searches and sorts its newest rows, and says how far back that is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.contrib.admin import ShowFacets
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alerts.models import Alert, Threshold
from monitoring.models import Annotation, Check
from opsportal import looking_back
from opsportal.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
ALERTS = "/admin/alerts/alert/"
HOUR_MS = 3_600_000
BEGAN_MS = 1_790_000_000_000


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking_back, "MOST_SEARCHED", 5)
    monkeypatch.setattr(looking_back, "MOST_SORTED", 4)
    monkeypatch.setattr(looking_back, "MOST_FOUND", 3)


def alerts(count: int, threshold: Threshold | None = None, began_ms: int = BEGAN_MS) -> None:
    """One an hour, the last the newest."""
    Alert.objects.bulk_create(
        Alert(
            threshold=threshold,
            name=f"{threshold or 'CPU'} {n}",
            metric="cpu_percent",
            fingerprint=f"{began_ms} {n}",
            state="resolved",
            severity="warning",
            message=f"alarm {n:02}",
            started_ms=began_ms + n * HOUR_MS,
        )
        for n in range(count)
    )


def shown(client: Client, address: str, **query: str) -> str:
    return client.get(address, query).content.decode().replace("\N{NO-BREAK SPACE}", " ")


def messages(html: str) -> list[str]:
    return [f"alarm {n:02}" for n in range(20) if f"alarm {n:02}<" in html]


def test_what_is_older_than_the_newest_is_not_searched_and_the_page_says_so(
    admin_client: Client,
) -> None:
    alerts(10)
    html = shown(admin_client, ALERTS, q="alarm 01")
    assert messages(html) == []
    assert "Searched: the newest 5, back to 21 September 2026 19:13." in html
    assert "Choose a time or another filter to look further back." in html
    assert messages(shown(admin_client, ALERTS, q="alarm 07")) == ["alarm 07"]


def test_a_filter_takes_a_search_further_back(admin_client: Client) -> None:
    alerts(10)
    alerts(3, began_ms=BEGAN_MS - 40 * 24 * HOUR_MS)
    html = shown(admin_client, ALERTS, q="alarm 01", when="2026-08")
    assert messages(html) == ["alarm 01"]
    assert "Searched:" not in html


def test_by_the_name_of_its_threshold_an_alert_is_found_however_old(admin_client: Client) -> None:
    alerts(10)
    rare = Threshold.objects.create(name="Rare one", metric="x", kind="limit")
    alerts(2, rare, BEGAN_MS - 90 * 24 * HOUR_MS)
    html = shown(admin_client, ALERTS, q="rare")
    assert messages(html) == ["alarm 00", "alarm 01"]
    assert "By the name of their threshold also older ones." in html


def test_of_more_than_are_kept_the_newest_are_shown(admin_client: Client) -> None:
    alerts(10)
    html = shown(admin_client, ALERTS, q="alarm")
    assert messages(html) == ["alarm 07", "alarm 08", "alarm 09"]
    assert "Shown: the newest 3 of them." in html


def test_another_order_is_of_the_newest(admin_client: Client) -> None:
    alerts(10)
    html = shown(admin_client, ALERTS, o="0")
    assert messages(html) == [f"alarm 0{n}" for n in range(6, 10)]
    assert "Sorted: the newest 4, back to 21 September 2026 20:13." in html


def test_oldest_first_is_of_all(admin_client: Client) -> None:
    alerts(10)
    html = shown(admin_client, ALERTS, o="4")
    assert len(messages(html)) == 10
    assert "Sorted:" not in html


def test_a_short_list_is_searched_and_sorted_whole(admin_client: Client) -> None:
    alerts(4)
    for query in ({"q": "alarm 00"}, {"o": "1"}, {"q": "alarm 00", "o": "-1"}):
        html = shown(admin_client, ALERTS, **query)
        assert "alarm 00" in messages(html)
        assert 'class="limit"' not in html


def test_the_texts_are_read_once(admin_client: Client) -> None:
    alerts(10)
    with CaptureQueriesContext(connection) as queries:
        shown(admin_client, ALERTS, q="alarm", o="-1")
    assert (
        len([each for each in queries if "message" in each["sql"] and "alarm" in each["sql"]]) == 1
    )


def test_the_audit_log_is_drilled_down_by_date_and_tells_how_far_back_it_was_searched(
    admin_client: Client, admin_user: User
) -> None:
    for day in range(1, 10):
        at = datetime(2026, 3, day, 12, tzinfo=UTC)
        AuditEntry.objects.create(time=at, actor=f"ada-{day}", action="changed")
    address = "/admin/audit/auditentry/"
    assert "ada-2" in shown(admin_client, address, when="2026-03-02")
    assert "ada-3" not in shown(admin_client, address, when="2026-03-02")
    html = shown(admin_client, address, q="ada-", when="2026-03")
    assert "ada-9" in html
    assert "back to 5 March 2026 12:00." in html
    assert admin_client.get(address, {"when": "yesterday"}).status_code == 302


def test_lists_that_are_no_history_are_not_cut(admin_client: Client) -> None:
    Check.objects.bulk_create(
        Check(name=f"k{n}", slug=f"k{n}", kind="tcp", settings={"host": "a"}) for n in range(9)
    )
    assert looking_back.newest_first(admin.site._registry[Check]) == ""
    assert looking_back.newest_first(admin.site._registry[Annotation]) == "time_ms"


def test_no_history_counts_a_million_rows_for_each_choice_of_a_filter() -> None:
    facets = {
        each.show_facets
        for each in admin.site._registry.values()
        if looking_back.newest_first(each)
    }
    assert facets == {ShowFacets.NEVER}
