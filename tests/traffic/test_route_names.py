"""Routes made of regular expressions read like those of path()."""

import pytest

from monitoring.route_names import NO_ROUTE, OTHER_ROUTE, readable


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("", "/"),
        ("^$", "/"),
        ("orders/<int:pk>/", "/orders/<int:pk>/"),
        ("/orders/{id}", "/orders/{id}"),
        (r"^metrics/?$", "/metrics/"),
        (r"^status/data\.json$", "/status/data.json"),
        (r"api/^foo/(\d+)/$", "/api/foo/<var>/"),
        (r"^checks/(?P<slug>[-\w]+)/(?P<action>run|test)$", "/checks/<slug>/<action>"),
        (r"ping/^(?P<uuid>[0-9a-f-]{36})(?:/(?P<action>a|b))?/?$", "/ping/<uuid>/<action>/"),
    ],
)
def test_a_pattern_becomes_a_path_with_names(pattern: str, expected: str) -> None:
    assert readable(pattern) == expected


def test_the_label_of_an_older_series_may_end_within_a_group() -> None:
    assert readable("/reports/(?P<kind>weekly|mon") == "/reports/<kind>\N{HORIZONTAL ELLIPSIS}"


@pytest.mark.parametrize("pattern", ["(((", "^((?P<a>", ")^(", "\\", "[(?P<x>)]^" * 40])
def test_what_no_reader_understands_stops_nobody(pattern: str) -> None:
    assert readable(pattern).startswith("/")


@pytest.mark.parametrize("name", [NO_ROUTE, OTHER_ROUTE])
def test_what_is_no_route_keeps_its_name(name: str) -> None:
    assert readable(name) == name
