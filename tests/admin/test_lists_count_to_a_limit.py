"""A list of the admin counts to a limit, and says so: a page of a million is one of hundreds."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from monitoring.models import Annotation
from opsportal import paging
from opsportal.paging import CountsToALimit, MoreThan

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/monitoring/annotation/"


@pytest.fixture
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MOST_COUNTED", 150)
    Annotation.objects.bulk_create(Annotation(time_ms=n, text=f"done {n}") for n in range(160))


def test_an_empty_list_offers_no_actions(admin_client: Client) -> None:
    assert "action-counter" not in admin_client.get(ADDRESS).content.decode()
    Annotation.objects.create(time_ms=1, text="done")
    assert "action-counter" in admin_client.get(ADDRESS).content.decode()
    assert "action-counter" not in admin_client.get(ADDRESS, {"q": "no"}).content.decode()


@pytest.mark.usefixtures("_few")
def test_more_than_the_limit_is_said_and_its_pages_end_there(admin_client: Client) -> None:
    html = admin_client.get(ADDRESS).content.decode()
    assert "more than 150 annotations" in html
    assert "?p=2" in html
    assert "?p=3" not in html


@pytest.mark.usefixtures("_few")
def test_within_the_limit_the_number_is_exact(admin_client: Client) -> None:
    html = admin_client.get(ADDRESS, {"q": "done 15"}).content.decode()
    assert "12 annotations" in html
    assert "12 results" in html


@pytest.mark.usefixtures("_few")
def test_a_list_that_leaves_nothing_out_tells_of_no_results(admin_client: Client) -> None:
    html = admin_client.get(ADDRESS).content.decode()
    assert "more than 150 results" not in html


@pytest.mark.usefixtures("_few")
def test_every_count_of_a_list_stops_at_the_limit(admin_client: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        admin_client.get(ADDRESS)
    counts = [each["sql"] for each in queries if "COUNT(" in each["sql"] and "annot" in each["sql"]]
    assert counts
    assert all("LIMIT 151" in each for each in counts)


def test_lists_of_libraries_count_so_too() -> None:
    assert {each.paginator for each in admin.site._registry.values()} == {CountsToALimit}
    assert not any(each.show_full_result_count for each in admin.site._registry.values())


def test_a_list_in_memory_is_counted_as_it_is() -> None:
    assert CountsToALimit([1, 2, 3], 2).count == 3


def test_what_is_more_counts_as_the_limit() -> None:
    assert str(MoreThan(10_000)) == "more than 10 000"
    assert MoreThan(10_000) > 100


@pytest.mark.usefixtures("_few")
@pytest.mark.parametrize("page", ["3", "99999999999", "-1"])
def test_a_page_that_is_not_there_leads_to_the_list(admin_client: Client, page: str) -> None:
    response = admin_client.get(ADDRESS, {"p": page})
    assert response.status_code == 302


@pytest.mark.usefixtures("_few")
def test_rows_and_their_number_come_in_one_query(admin_client: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        html = admin_client.get(ADDRESS, {"p": "2"}).content.decode()
    assert "done 59" in html
    assert len([each for each in queries if 'FROM "monitoring_annotation"' in each["sql"]]) == 2
