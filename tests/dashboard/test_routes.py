"""The table of routes."""

from collections.abc import Sequence

from monitoring.store import Window
from opsportal.dashboard.routes import SHOWN, Route, route_rows, slowest
from tests.dashboard.readings import traffic_window


def slowest_routes(
    windows: list[Window], minutes: float, before: Sequence[Window] = ()
) -> list[Route]:
    return route_rows(slowest(windows), minutes, before)


def test_the_slowest_route_comes_first() -> None:
    windows = [
        traffic_window({0: [10.0] * 50}, route="/fast"),
        traffic_window({0: [900.0] * 5}, route="/slow"),
    ]
    assert [route.route for route in slowest_routes(windows, 10)] == ["/slow", "/fast"]


def test_status_classes_of_a_route_are_one_row() -> None:
    windows = [
        traffic_window({0: [10.0] * 30, 60_000: [10.0] * 30}),
        traffic_window({0: [10.0] * 20}, status_class="5xx"),
    ]
    [route] = slowest_routes(windows, 10)
    assert route.per_minute == "8"
    assert route.errors.startswith("25")
    assert route.failing


def test_a_route_recorded_as_a_regular_expression_is_one_with_its_readable_name() -> None:
    windows = [
        traffic_window({0: [10.0] * 5}, route=r"/reports/(?P<kind>weekly|monthly)/?"),
        traffic_window({60_000: [10.0] * 5}, route="/reports/<kind>/"),
    ]
    [route] = slowest_routes(windows, 10)
    assert (route.route, route.per_minute) == ("/reports/<kind>/", "1")


def test_methods_of_a_route_are_rows_of_their_own() -> None:
    windows = [traffic_window({0: [1.0]}, method=method) for method in ("GET", "POST")]
    assert {route.method for route in slowest_routes(windows, 1)} == {"GET", "POST"}


def test_routes_of_several_services_say_whose_they_are() -> None:
    windows = [traffic_window({0: [1.0]}, service=service) for service in ("broker", "shop")]
    assert {route.place for route in slowest_routes(windows, 1)} == {"broker", "shop"}
    assert [route.place for route in slowest_routes(windows[:1], 1)] == [""]


def test_ten_thousand_routes_do_not_fill_the_page() -> None:
    windows = [traffic_window({0: [float(n + 1)]}, route=f"/{n}") for n in range(300)]
    assert len(slowest_routes(windows, 1)) == SHOWN


def test_a_route_is_compared_with_itself_some_weeks_before() -> None:
    now = [traffic_window({0: [200.0] * 50}), traffic_window({0: [9.0]}, route="/new")]
    before = [traffic_window({0: [100.0] * 50}), traffic_window({0: [5.0]}, route="/gone")]
    compared, new = slowest_routes(now, 10, before)
    assert compared.change == "+100\N{NARROW NO-BREAK SPACE}%"
    assert compared.slower
    assert (new.change, new.slower) == ("\N{EM DASH}", False)


def test_a_few_requests_are_no_reason_to_call_a_route_slower() -> None:
    [route] = slowest_routes(
        [traffic_window({0: [900.0] * 3})], 10, [traffic_window({0: [9.0] * 3})]
    )
    assert not route.slower


def test_apdex_counts_the_slow_half_and_the_failed_not_at_all() -> None:
    windows = [
        traffic_window({0: [10.0] * 5 + [1500.0] * 2 + [9000.0]}),
        traffic_window({0: [10.0] * 2}, status_class="5xx"),
    ]
    [route] = slowest_routes(windows, 10)
    assert route.apdex == "0.60"
