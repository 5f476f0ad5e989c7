"""What is wrong with a series: tables of each kind."""

from __future__ import annotations

import math
from typing import Any

import pytest

from alerts.conditions.aggregation import aggregate
from alerts.conditions.base import Finding, Rule
from alerts.conditions.burn_rate import BurnRate, budget_left
from alerts.conditions.forecast import Forecast
from alerts.conditions.limit import Limit
from alerts.conditions.no_data import NoDataCondition
from alerts.conditions.registry import build
from monitoring.histogram import Histogram
from monitoring.store import Bucket
from opsportal.lib.kinds import SettingsError

NOW_MS = 1_795_435_200_000
MINUTE_MS, HOUR_MS = 60_000, 3_600_000


def buckets(*values: float, step_ms: int = MINUTE_MS) -> list[Bucket]:
    """The last one ends now."""
    start_ms = NOW_MS - len(values) * step_ms
    return [
        Bucket(start_ms + number * step_ms, 1, value, value, value)
        for number, value in enumerate(values)
    ]


def judged(measured: float | None, is_firing: bool = False, **fields: Any) -> tuple[str, str]:
    rule = Rule("cpu_percent", **{"value": 90, "severity": "critical", **fields})
    seen = [] if measured is None else buckets(measured)
    found = Limit().judge(rule, seen, NOW_MS, is_firing)
    return str(found.finding), found.severity


@pytest.mark.parametrize(
    ("value", "fields", "expected"),
    [
        (None, {}, ("no data", "")),
        (math.nan, {}, ("no data", "")),
        (90, {}, ("false", "")),
        (90, {"comparison": ">="}, ("true", "critical")),
        (90.1, {}, ("true", "critical")),
        (85, {"warning_value": 80}, ("true", "warning")),
        (95, {"warning_value": 80}, ("true", "critical")),
        (10, {"comparison": "<", "value": 14}, ("true", "critical")),
        (14, {"comparison": "<=", "value": 14}, ("true", "critical")),
        (85, {"recovery_value": 80}, ("false", "")),
    ],
)
def test_a_value_is_held_against_its_limit(
    value: float | None, fields: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert judged(value, **fields) == expected


def test_what_fires_goes_on_until_it_is_back_within_the_recovery_value() -> None:
    fields = {"recovery_value": 80}
    assert judged(85, is_firing=True, **fields)[0] == "true"
    assert judged(79, is_firing=True, **fields)[0] == "false"


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("last", 4),
        ("mean", 2.5),
        ("max", 4),
        ("min", 1),
        ("p50", 3),
        ("p99", 4),
        ("rate", 1 / 60),
        ("absent", 0),
    ],
)
def test_many_buckets_are_one_value(how: str, expected: float) -> None:
    assert aggregate(how, buckets(1, 2, 3, 4)) == pytest.approx(expected)


def test_nothing_is_no_value_but_can_be_absent() -> None:
    assert aggregate("mean", []) is None
    assert aggregate("absent", []) == 1
    assert aggregate("rate", buckets(1)) is None


def test_the_percentile_of_histograms_is_that_of_all_requests() -> None:
    fast, slow = Histogram.of([10.0] * 99), Histogram.of([1000.0] * 101)
    two = [Bucket(NOW_MS, h.count, h.sum, h.min, h.max, histogram=h) for h in (fast, slow)]
    found = aggregate("p50", two)
    assert found == pytest.approx(1000, rel=0.05)


def test_absence_is_told_as_that_and_not_as_one_and_nought() -> None:
    rule = Rule("cpu_percent", aggregation="absent", window_seconds=60, value=0)
    absent = Limit().judge(rule, [], NOW_MS, False)
    assert (absent.finding, absent.value, absent.why) == (Finding.TRUE, None, "no data for 60 s")
    assert Limit().judge(rule, buckets(5), NOW_MS, True).finding is Finding.FALSE


def test_what_is_no_value_of_the_metric_has_a_unit_of_its_own() -> None:
    rule = Rule("disk_percent", aggregation="rate", value=0.5)
    assert Limit().measures(rule) == ("Change of Disk", "%/s")
    found = Limit().judge(rule, buckets(0, 60), NOW_MS, False)
    assert (found.value, found.why) == (1, "above 0.5 %/s")
    burnt = BurnRate().measures(Rule("http_response_time_ms"))
    assert burnt == ("Burn rate of Response time", "times")
    assert Limit().measures(Rule("cpu_percent")) == ("CPU", "%")


def test_a_series_from_which_nothing_comes_is_missed() -> None:
    rule = Rule("cpu_percent", window_seconds=60, severity="critical")
    condition = NoDataCondition()
    assert condition.judge(rule, buckets(1), NOW_MS, False).finding is Finding.FALSE
    found = condition.judge(rule, [], NOW_MS, False)
    assert (found.finding, found.severity) == (Finding.TRUE, "critical")


def spent(bad_percent: float, minutes: int, *, hours: int = 72) -> list[Bucket]:
    """Buckets of five minutes, of which the last have so many bad points; the others have none."""
    count = hours * 12
    found = []
    for number in range(count):
        bad = bad_percent if number >= count - minutes // 5 else 0.0
        histogram = Histogram.of([2000.0] * round(bad) + [10.0] * (100 - round(bad)))
        time_ms = NOW_MS - (count - number) * 5 * MINUTE_MS
        found.append(Bucket(time_ms, 100, histogram.sum, 10, 2000, histogram=histogram))
    return found


@pytest.mark.parametrize(
    ("bad_percent", "minutes", "expected"),
    [
        (0, 0, ""),
        # Fast: a fiftieth of the month's budget within an hour.
        (15, 60, "critical"),
        # It was bad, and is not any more: the short window is good.
        (1, 600, "critical"),
        (1, 30, ""),
        # Slow: the budget would be spent before the month is over.
        (1, 72 * 60, "critical"),
    ],
)
def test_a_budget_that_is_spent_too_fast(bad_percent: int, minutes: int, expected: str) -> None:
    rule = Rule("http_response_time_ms", value=1000, comparison=">")
    found = BurnRate(objective_percent=99.9).judge(rule, spent(bad_percent, minutes), NOW_MS, False)
    assert (found.severity if found.finding is Finding.TRUE else "") == expected
    if expected:
        assert found.why.endswith("times what 99.9 % allows")


def test_a_burst_that_is_over_alerts_nobody() -> None:
    rule = Rule("http_response_time_ms", value=1000, comparison=">")
    burst = spent(50, 40)
    quiet = [
        Bucket(each.time_ms - HOUR_MS // 2, each.count, each.sum, 10, 10, histogram=each.histogram)
        for each in burst
    ]
    found = BurnRate().judge(rule, quiet, NOW_MS, False)
    assert found.severity != "critical" or found.finding is not Finding.TRUE


def test_the_budget_that_is_left_goes_down_with_what_is_bad() -> None:
    rule = Rule("http_response_time_ms", value=1000, comparison=">")
    line = budget_left(rule, 99, spent(10, 60, hours=24))
    assert line[0][1] == 100
    assert line[-1][1] == pytest.approx(100 * (1 - 120 / 288), abs=0.1)


def rising(hours: float, per_hour: float, last: float) -> list[Bucket]:
    count = round(hours * 12)
    values = [last - per_hour * (count - 1 - number) / 12 for number in range(count)]
    return buckets(*values, step_ms=5 * MINUTE_MS)


@pytest.mark.parametrize(
    ("history", "finding", "words"),
    [
        ([], Finding.NO_DATA, "no data"),
        (rising(12, 0, 60), Finding.FALSE, "not soon"),
        (rising(12, 1, 60), Finding.FALSE, "not soon"),
        (rising(12, 2, 60), Finding.TRUE, "in about 20 h"),
        (rising(12, -2, 60), Finding.FALSE, "not soon"),
        (rising(1, 2, 60), Finding.FALSE, "too little history"),
        (rising(12, 0, 100), Finding.TRUE, "at least 100 %"),
    ],
)
def test_a_disk_that_will_be_full_within_a_day(
    history: list[Bucket], finding: Finding, words: str
) -> None:
    rule = Rule("disk_percent", value=100, comparison=">=")
    found = Forecast().judge(rule, history, NOW_MS, False)
    assert found.finding is finding
    assert words in found.why


def test_a_kind_that_is_none_and_settings_that_are_wrong_are_refused() -> None:
    for kind, settings in (
        ("oracle", {}),
        ("burn_rate", {"objective_percent": 100}),
        ("forecast", {"within_hours": 0}),
        ("limit", {"colour": "red"}),
    ):
        with pytest.raises(SettingsError):
            build(kind, settings)
