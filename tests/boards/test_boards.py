"""Boards show charts of any series, and can be taken away as CSV."""

from __future__ import annotations

import csv
import io
import time
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from monitoring import store
from monitoring.histogram import Histogram
from monitoring.store import Point
from opsportal.boards.defaults import make_defaults
from opsportal.boards.models import Board, Line
from opsportal.dashboard.charts import CHARTS

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


@pytest.fixture
def board() -> Board:
    return Board.objects.create(name="Shop", slug="shop", range="1h")


def add(board: Board, title: str, metric: str, **fields: Any) -> Line:
    line = Line(board=board, title=title, metric=metric, **fields)
    line.full_clean()
    line.save()
    return line


def record(*points: tuple[str, dict[str, str], float | Histogram]) -> None:
    at = time.time_ns() // 1_000_000 - 120_000
    given = [Point(metric, labels, at, value) for metric, labels, value in points]
    assert store.record(given).rejected == []


def plots(client: Client, address: str = "/boards/shop/") -> list[dict[str, Any]]:
    response = client.get(address)
    assert response.status_code == 200
    found: list[dict[str, Any]] = response.context["data"]["plots"]
    return found


def latest(plot: dict[str, Any]) -> dict[str, float]:
    return {
        line["label"]: next(value for value in reversed(line["values"]) if value is not None)
        for line in plot["lines"]
    }


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"metric": "cpu_percent", "aggregation": "p95"}, "no histogram"),
        ({"metric": "cpu_percnt"}, "not a valid choice"),
        ({"metric": "cpu_percent", "labels": {"host": 1}}, "An object of texts"),
        ({"metric": "cpu_percent", "labels": ["web-1"]}, "An object of texts"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    board: Board, fields: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ValidationError, match=problem):
        add(board, "Chart", **fields)


def test_a_board_without_data_says_what_is_missing(admin_client: Client, board: Board) -> None:
    add(board, "<b>CPU</b>", "cpu_percent", labels={"host": "none"})
    [plot] = plots(admin_client)
    assert plot["empty"].startswith("Nothing of “CPU” was recorded")
    assert "<b>CPU" not in admin_client.get("/boards/shop/").content.decode()


def test_a_board_that_does_not_exist_is_not_found(admin_client: Client, board: Board) -> None:
    assert admin_client.get("/boards/none/").status_code == 404
    assert admin_client.get("/boards/shop/chart-1.csv").status_code == 404


def test_lines_of_one_title_are_one_chart_of_the_series_they_choose(
    admin_client: Client, board: Board
) -> None:
    add(board, "Hosts", "cpu_percent", label="one", labels={"host": "a"})
    add(board, "Hosts", "cpu_percent", split_by="host", aggregation="maximum")
    add(board, "Memory", "memory_percent", position=1)
    record(
        ("cpu_percent", {"host": "a"}, 10.0),
        ("cpu_percent", {"host": "b"}, 50.0),
        ("memory_percent", {"host": "a"}, 20.0),
        ("memory_percent", {"host": "b"}, 40.0),
    )
    hosts, memory = plots(admin_client)
    assert latest(hosts) == {"one": 10.0, "a": 10.0, "b": 50.0}
    assert latest(memory) == {"Memory": 30.0}


def test_percentiles_shares_and_rates_come_from_histograms(
    admin_client: Client, board: Board
) -> None:
    metric = "http_service_response_time_ms"
    add(board, "p50", metric, aggregation="p50")
    add(board, "Errors", metric, aggregation="share", labels={"status_class": "5xx"}, position=1)
    shop = {"service": "shop"}
    record(
        (metric, {**shop, "status_class": "2xx"}, Histogram.of([100.0] * 3)),
        (metric, {**shop, "status_class": "5xx"}, Histogram.of([100.0])),
    )
    middle, errors = plots(admin_client)
    assert list(latest(middle).values()) == [pytest.approx(100, rel=0.05)]
    assert list(latest(errors).values()) == [25.0]
    assert (middle["unit"], errors["unit"]) == ("ms", "%")


def test_a_chart_as_csv_has_a_row_for_each_step_and_no_formulas(
    admin_client: Client, board: Board
) -> None:
    add(board, "CPU", "cpu_percent", label="=HYPERLINK(1)")
    record(("cpu_percent", {"host": "a"}, 12.5))
    response = admin_client.get("/boards/shop/chart-1.csv?range=6h")
    head, row = csv.reader(io.StringIO(response.content.decode()))
    assert head == ["time", "'=HYPERLINK(1) (%)"]
    assert row[0].endswith("Z")
    assert row[1] == "12.5"
    assert 'filename="shop-chart-1.csv"' in response["Content-Disposition"]


def test_a_hundred_lines_cost_no_more_queries_than_one(
    admin_client: Client, board: Board, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        add(board, f"Chart {number}", "cpu_percent", labels={"host": f"host-{number}"})
    record(*(("cpu_percent", {"host": f"host-{number}"}, 1.0) for number in range(30)))
    with django_assert_max_num_queries(MOST_QUERIES):
        admin_client.get("/boards/shop/?range=30d")


def test_the_default_boards_have_the_dashboards_charts_and_are_made_once(
    admin_client: Client,
) -> None:
    assert make_defaults() == ["Requests", "Hosts", "Portal"]
    titles = set(Line.objects.values_list("title", flat=True))
    assert titles == {chart.title for chart in CHARTS}
    for line in Line.objects.all():
        line.full_clean()
    Board.objects.exclude(slug="hosts").delete()
    assert make_defaults() == []
    assert admin_client.get("/boards/hosts/").status_code == 200


def test_the_list_of_boards_links_to_each(admin_client: Client, board: Board) -> None:
    assert 'href="/boards/shop/"' in admin_client.get("/boards/").content.decode()
    assert admin_client.get("/admin/boards/board/").status_code == 200
    assert admin_client.get(f"/admin/boards/board/{board.pk}/change/").status_code == 200
