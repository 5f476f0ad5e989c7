"""From what an endpoint says to a verdict: pure."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from opsportal.standalone.health import NotHealthError, read
from opsportal.standalone.http import Answer
from opsportal.standalone.judging import Limits, judge
from opsportal.standalone.verdict import Measure, State, Verdict, worst
from tests.standalone.conftest import HEALTHY

# monitoring-plugins.org, development guidelines: 'label'=value[UOM];[warn];[crit];[min];[max]
NUMBER = r"-?\d+(\.\d+)?"
MEASURE = rf"'[^'=]+'={NUMBER}(s|ms|us|%|B|c)?(;({NUMBER})?){{0,4}}"
LINE = re.compile(rf"OPSPORTAL (OK|WARNING|CRITICAL|UNKNOWN): [^|\n]+( \| {MEASURE}( {MEASURE})*)?")


def verdict(
    body: object, status: int = 200, total_ms: float = 83, has_token: bool = False
) -> Verdict:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    found = judge(Answer(status, raw, total_ms), Limits(), has_token=has_token)
    assert LINE.fullmatch(found.line), found.line
    return found


@pytest.mark.parametrize(
    ("changes", "state", "words"),
    [
        ({"status": "unhealthy"}, State.CRITICAL, "unhealthy"),
        ({"status": "degraded"}, State.WARNING, "degraded"),
        ({"application": {"error_rate_percent": 5.1}}, State.CRITICAL, "error rate 5.1 %"),
        ({"application": {"error_rate_percent": 5}}, State.OK, "error rate 5 %"),
        (
            {"application": {"response_time_ms": {"avg": 1001}}},
            State.WARNING,
            "mean response 1001 ms (limit 1000 ms)",
        ),
        ({"application": {"response_time_ms": {"avg": 1000}}}, State.OK, "mean response 1000 ms"),
        ({"dependencies": [{"name": "T|r\n", "status": "down"}]}, State.WARNING, "T|r\n is down"),
        (
            {"alerts": {"items": [{"severity": "critical", "threshold": "Disk"}]}},
            State.WARNING,
            "alert: Disk",
        ),
        ({"application": None, "system": [], "alerts": 7, "dependencies": {}}, State.OK, "healthy"),
    ],
)
def test_a_portal_is_judged_by_its_object(
    changes: dict[str, Any], state: State, words: str
) -> None:
    found = verdict({**HEALTHY, **changes})
    assert found.state == state
    assert words in found.text


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ({"status": "pass"}, State.OK),
        ({"status": "warn"}, State.WARNING),
        ({"status": "fail"}, State.CRITICAL),
        ({"status": "pass", "checks": {"db:time": [{"status": "fail"}]}}, State.CRITICAL),
        ({"status": "UP", "components": {"db": {"status": "DOWN"}}}, State.CRITICAL),
        ({"status": "UP", "checks": [{"name": "db", "status": "UP"}]}, State.OK),
        ({"status": "Healthy", "entries": {"db": {"status": "Degraded"}}}, State.WARNING),
        ({"status": "ready", "checks": {"database": "ok"}}, State.OK),
        ({"status": "not ready", "checks": {"database": "unreachable"}}, State.CRITICAL),
        ({"status": "alive"}, State.OK),
    ],
)
def test_other_endpoints_are_read_by_their_own_words(body: object, state: State) -> None:
    assert verdict(body).state == state


NESTED = pytest.param(b"[" * 99_999, id="nested")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"status":7}', NESTED])
def test_what_says_nothing_of_health_is_unknown_or_with_an_error_critical(body: bytes) -> None:
    with pytest.raises(NotHealthError):
        read(body)
    assert verdict(body).state == State.UNKNOWN
    assert verdict(body, status=502).state == State.CRITICAL


def test_a_word_that_is_not_known_does_not_read_as_healthy() -> None:
    assert verdict({"status": "splendid"}).state == State.UNKNOWN


def test_an_error_over_a_healthy_body_is_critical() -> None:
    assert verdict(HEALTHY, status=503).state == State.CRITICAL


def test_a_slow_answer_is_a_warning() -> None:
    assert verdict(HEALTHY, total_ms=1001).state == State.WARNING


@pytest.mark.parametrize(
    ("status", "has_token", "words"),
    [
        (401, False, "it needs a token"),
        (401, True, "the token is refused"),
        (404, False, "no health endpoint"),
        (400, False, "ALLOWED_HOSTS"),
        (302, False, "it has moved"),
        (429, False, "too often"),
    ],
)
def test_a_refusal_is_unknown_and_says_what_to_do(status: int, has_token: bool, words: str) -> None:
    found = verdict({}, status=status, has_token=has_token)
    assert found.state == State.UNKNOWN
    assert words in found.text


def test_performance_data_has_plain_numbers_limits_and_no_stray_semicolons() -> None:
    assert str(Measure("time", 0.00001, "s", 1, None)) == "'time'=0.00001s;1;;0"
    assert str(Measure("rate", 100, "%", critical=5, maximum=100)) == "'rate'=100%;;5;0;100"


def test_the_worst_state_wins() -> None:
    assert worst(State.OK, State.WARNING) == State.WARNING
    assert worst(State.WARNING, State.UNKNOWN) == State.UNKNOWN
    assert worst(State.UNKNOWN, State.CRITICAL) == State.CRITICAL
