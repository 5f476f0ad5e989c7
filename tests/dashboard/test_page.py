"""The page at `/` and the data of its refresh."""

import gzip
import json
import re
import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from alerts.defaults import make_defaults
from monitoring import store
from monitoring.histogram import Histogram
from monitoring.store import Point
from opsportal.dashboard import reading
from opsportal.dashboard.charts import CHARTS, GAUGES
from opsportal.health.state import PortalState

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def record_everything(host: str = "web-1", at_ms: int | None = None) -> None:
    at = at_ms or now_ms() - 180_000
    labels = {"host": host, "path": "/", "queue": "celery"}
    points = [Point(metric, labels, at, 12.5) for metric in GAUGES]
    points.append(Point("http_requests_per_minute", {"service": "shop"}, at, 2.0))
    request = {"service": "shop", "host": host, "method": "GET", "status_class": "2xx"}
    times = Histogram.of([12.0, 15.0])
    points.append(Point("http_response_time_ms", {**request, "route": "/<orders>"}, at, times))
    assert store.record(points).rejected == []


@pytest.fixture(autouse=True)
def _healthy_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real look at the parts asks a broker that is not there; tests/health is about it."""
    monkeypatch.setattr(reading, "portal_state", lambda now: PortalState("healthy"))


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("ada", "", "secret"))
    return client


def test_a_stranger_is_sent_to_the_login_and_back(client: Client) -> None:
    response = client.get("/?range=6h")
    assert response.status_code == 302
    assert response.headers["Location"] == "/admin/login/?next=/%3Frange%3D6h"


def test_the_data_of_a_stranger_is_refused_in_json(client: Client) -> None:
    response = client.get("/dashboard/data")
    assert response.status_code == 401
    assert "detail" in response.json()


def test_somebody_who_is_no_staff_sees_nothing(client: Client) -> None:
    client.force_login(User.objects.create_user("bob", "", "secret"))
    assert client.get("/dashboard/data").status_code == 401
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_page_is_only_read(administrator: Client, method: str) -> None:
    assert getattr(administrator, method)("/").status_code == 405


def test_a_new_portal_says_what_it_waits_for(administrator: Client) -> None:
    page = administrator.get("/").content.decode()
    assert "Waiting for the first data" in page
    assert page.count("No data yet. ") >= 2 * len(CHARTS)


def test_the_page_is_complete_without_a_script(administrator: Client) -> None:
    record_everything()
    page = administrator.get("/").content.decode()
    assert page.count("<h1") == 1
    assert page.count('<path class="line-1"') == len(CHARTS)
    assert "GET /&lt;orders&gt;" in page
    assert "<orders>" not in page


def test_each_chart_has_a_summary_in_words_and_a_table(administrator: Client) -> None:
    record_everything()
    page = administrator.get("/").content.decode()
    plots = re.findall(r'<div class="plot[^>]* aria-label="([^"]*)"', page)
    # The heat map is one more.
    assert len(plots) == len(CHARTS) + 1
    assert all(len(words) > 10 for words in plots)
    assert page.count('<details class="values') == len(plots)


def test_the_refresh_brings_what_the_page_showed(administrator: Client) -> None:
    record_everything()
    page = administrator.get("/").content.decode()
    embedded = page.split('id="dashboard-data" type="application/json">')[1].split("</script>")[0]
    refreshed = administrator.get("/dashboard/data").json()
    shown = json.loads(embedded)
    assert refreshed.keys() == shown.keys()
    assert refreshed["routes"] == shown["routes"]
    assert [plot["key"] for plot in refreshed["plots"]] == [chart.key for chart in CHARTS]


@pytest.mark.parametrize("address", ["/", "/dashboard/data"])
@pytest.mark.parametrize("key", ["1h", "24h&compare=1", "30d"])
def test_a_look_takes_few_queries_however_many_hosts_there_are(
    administrator: Client, django_assert_max_num_queries: Any, address: str, key: str
) -> None:
    for host in range(5):
        record_everything(f"web-{host}")
    # Django asks SQLite for it once in a process.
    assert connection.features.supports_json_field
    with django_assert_max_num_queries(MOST_QUERIES):
        assert administrator.get(f"{address}?range={key}").status_code == 200


def test_five_hundred_hosts_are_a_list_to_pick_from_and_one_sentence(
    administrator: Client, django_assert_max_num_queries: Any
) -> None:
    make_defaults("", "", "")
    at = now_ms() - 5_000
    hosts = [f"web-{number}" for number in range(500)]
    points = [Point("cpu_percent", {"host": host}, at, 99.0) for host in hosts]
    assert store.record(points).rejected == []
    assert connection.features.supports_json_field
    with django_assert_max_num_queries(MOST_QUERIES):
        page = administrator.get("/").content.decode()
    assert page.count("<option>web-") + page.count("<option selected>web-") == 500
    sentence = page.split('id="sentence"')[1].split("</h1>")[0]
    assert "498 more" in sentence
    assert len(gzip.compress(page.encode())) < 60_000


def test_a_host_is_chosen_by_the_address(administrator: Client) -> None:
    record_everything("web-1")
    record_everything("web-2")
    data = administrator.get("/dashboard/data?host=web-2").json()
    assert (data["host"], data["hosts"]) == ("web-2", ["web-1", "web-2"])
    assert administrator.get("/dashboard/data?host=nowhere").json()["host"] == "web-1"


def test_a_host_that_was_silent_for_a_day_is_forgotten(administrator: Client) -> None:
    record_everything("old", at_ms=now_ms() - 25 * 3_600_000)
    data = administrator.get("/dashboard/data").json()
    assert data["hosts"] == []
    assert "old" not in str(data["sentence"])


@pytest.mark.parametrize(
    "query",
    [
        "range=%00",
        "range=custom&from=%00&to=-1",
        "range=custom&from=0001-01-01T00:00&to=9999-12-31T23:59",
        "host=%F0%9F%92%A9&service=%3Cscript%3E",
        "range=" + "x" * 5000,
        "range=custom&from=2024-02-01T00:00",
    ],
)
def test_a_wrong_address_never_breaks_the_page(administrator: Client, query: str) -> None:
    assert administrator.get(f"/?{query}").status_code == 200
    assert administrator.get(f"/dashboard/data?{query}").status_code == 200


def test_the_page_is_never_cached_and_always_compressed(administrator: Client) -> None:
    for address in ("/", "/dashboard/data"):
        response = administrator.get(address, headers={"Accept-Encoding": "gzip"})
        assert "no-store" in response.headers["Cache-Control"]
        assert response.headers["Content-Encoding"] == "gzip"


def test_the_security_policy_allows_nothing_inline(administrator: Client) -> None:
    policy = administrator.get("/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
