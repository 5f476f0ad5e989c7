"""The range in the page's address."""

import pytest

from opsportal.dashboard.ranges import (
    DAY_MS,
    GAUGE_POINTS,
    HOUR_MS,
    MINUTE_MS,
    PRESETS,
    TRAFFIC_POINTS,
    parse_range,
)

NOW_MS = 1_800_000_000_000


@pytest.mark.parametrize(
    "parameters",
    [
        {"range": "a year"},
        {"range": "custom"},
        {"range": "custom", "from": "yesterday"},
        {"range": "custom", "from": "2027-01-10T00:00", "to": "2027-01-09T00:00"},
        {"range": "custom", "from": "0001-01-01T00:00"},
        {"range": "custom", "from": "9999-12-31T23:59:59-12:00"},
        {"range": "custom", "from": "2001-01-01T00:00", "to": "2027-01-01T00:00"},
    ],
)
def test_a_range_that_cannot_be_read_gives_the_default_and_says_why(
    parameters: dict[str, str],
) -> None:
    shown = parse_range(parameters, NOW_MS)
    assert shown.key == "1h"
    assert shown.end_ms - shown.start_ms == HOUR_MS
    assert "the last hour" in shown.problem


def test_without_a_range_the_last_hour_is_shown() -> None:
    shown = parse_range({}, NOW_MS)
    assert (shown.start_ms, shown.end_ms, shown.problem) == (NOW_MS - HOUR_MS, NOW_MS, "")
    assert shown.live


def test_a_custom_range_is_in_utc_unless_it_says_otherwise() -> None:
    plain = parse_range(
        {"range": "custom", "from": "2027-01-10T10:00", "to": "2027-01-10T12:00"}, NOW_MS
    )
    zoned = parse_range(
        {"range": "custom", "from": "2027-01-10T11:00+01:00", "to": "2027-01-10T12:00Z"}, NOW_MS
    )
    assert (plain.start_ms, plain.end_ms) == (zoned.start_ms, zoned.end_ms)
    assert plain.end_ms - plain.start_ms == 2 * HOUR_MS
    assert not plain.live


def test_a_custom_range_without_an_end_lasts_until_now() -> None:
    shown = parse_range({"range": "custom", "from": "2027-01-10T10:00"}, NOW_MS)
    assert shown.end_ms == NOW_MS


@pytest.mark.parametrize("key", PRESETS)
def test_a_chart_never_has_more_points_than_can_be_told_apart(key: str) -> None:
    shown = parse_range({"range": key}, NOW_MS)
    length_ms = shown.end_ms - shown.start_ms
    assert length_ms / shown.step_ms <= GAUGE_POINTS
    assert length_ms / shown.traffic_step_ms <= TRAFFIC_POINTS


def test_requests_are_never_shown_in_steps_shorter_than_a_minute() -> None:
    shown = parse_range({"range": "1h"}, NOW_MS)
    assert (shown.step_ms, shown.traffic_step_ms) == (10_000, MINUTE_MS)


def test_three_years_are_shown_in_weeks() -> None:
    shown = parse_range({"range": "custom", "from": "2024-02-01T00:00"}, NOW_MS)
    assert shown.step_ms == 7 * DAY_MS
