"""The admin shows the series, changes none of them, and changes how long they are kept."""

import time

import pytest
from django.test import Client

from monitoring.models import Retention, Series
from monitoring.store import Point, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def series() -> Series:
    time_ms = time.time_ns() // 1_000_000 - 3 * 3_600_000
    record([Point("disk_percent", {"host": "web-1", "path": "/srv"}, time_ms, 63.25)])
    return Series.objects.get()


def test_a_series_can_be_neither_added_changed_nor_deleted(
    admin_client: Client, series: Series
) -> None:
    assert admin_client.get("/admin/monitoring/series/add/").status_code == 403
    address = f"/admin/monitoring/series/{series.pk}"
    assert admin_client.post(f"{address}/change/", {"metric": "load1"}).status_code == 403
    assert admin_client.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
    assert Series.objects.get().metric == "disk_percent"


def test_the_list_shows_labels_last_value_and_age(admin_client: Client, series: Series) -> None:
    page = admin_client.get("/admin/monitoring/series/").content.decode()
    for text in ("disk_percent", "host=web-1, path=/srv", "63.25 %", "3\N{NO-BREAK SPACE}hours"):
        assert text in page


def test_values_are_shown_as_people_read_them(admin_client: Client) -> None:
    now_ms = time.time_ns() // 1_000_000
    record([Point("host_uptime_seconds", {"host": "web-1"}, now_ms, 3_655_000.0)])
    assert "42.3 d<" in admin_client.get("/admin/monitoring/series/").content.decode()


def test_a_series_is_found_by_a_label(admin_client: Client, series: Series) -> None:
    for word, count in (("web-1", 1), ("web-2", 0)):
        page = admin_client.get("/admin/monitoring/series/", {"q": word}).content.decode()
        assert page.count("host=web-1") == count


def test_a_series_page_opens(admin_client: Client, series: Series) -> None:
    page = admin_client.get(f"/admin/monitoring/series/{series.pk}/change/")
    assert "63.25 %" in page.content.decode()


def _saved_days(admin_client: Client, days: str) -> bytes:
    rows = list(Retention.objects.all())
    form = {"form-TOTAL_FORMS": "3", "form-INITIAL_FORMS": "3", "_save": "Save"}
    for number, row in enumerate(rows):
        form |= {f"form-{number}-id": str(row.pk), f"form-{number}-keep_days": str(row.keep_days)}
    form["form-0-keep_days"] = days
    return admin_client.post("/admin/monitoring/retention/", form).content


def test_retention_of_no_day_is_refused(admin_client: Client) -> None:
    assert b"greater than or equal to 1" in _saved_days(admin_client, "0")
    assert Retention.objects.get(resolution_ms=1).keep_days == 2


def test_retention_is_edited_in_its_list(admin_client: Client) -> None:
    _saved_days(admin_client, "7")
    assert Retention.objects.get(resolution_ms=1).keep_days == 7


def test_a_resolution_can_be_neither_added_nor_deleted(admin_client: Client) -> None:
    assert admin_client.get("/admin/monitoring/retention/add/").status_code == 403
    row = Retention.objects.get(resolution_ms=1)
    address = f"/admin/monitoring/retention/{row.pk}/delete/"
    assert admin_client.post(address, {"post": "yes"}).status_code == 403
