"""The limits that charts and tiles take from thresholds."""

import pytest

from alerts.models import Threshold
from opsportal.dashboard.limits import limits_of, read_limits
from opsportal.dashboard.states import Limit, State


def threshold(**fields: object) -> Threshold:
    given = {"name": "CPU", "metric": "cpu_percent", "value": 90, "severity": "warning", **fields}
    return Threshold(**given)


@pytest.mark.parametrize(
    "fields",
    [{"labels": {"host": "web-1"}}, {"comparison": "<"}, {"severity": "info"}],
)
def test_what_says_nothing_of_every_series_draws_no_line(fields: dict[str, object]) -> None:
    assert limits_of([threshold(**fields)]) == {}


def test_both_values_of_a_threshold_are_limits() -> None:
    found = limits_of([threshold(value=95, warning_value=85, severity="critical")])
    assert found == {"cpu_percent": [Limit(85, State.WARNING), Limit(95, State.CRITICAL)]}


@pytest.mark.django_db
def test_a_threshold_that_is_off_draws_no_line() -> None:
    threshold(enabled=False).save()
    assert read_limits() == {}
