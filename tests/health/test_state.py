"""The state of the whole portal, as a pure judgement."""

import pytest

from monitoring.canary import LATE_AFTER_SECONDS
from opsportal.health.look import OK, Look
from opsportal.health.state import GRACE_SECONDS, judge

LONG = GRACE_SECONDS + 1


def look(canary: float | None = 3.0, **checks: str) -> Look:
    return Look({"database": OK, "migrations": OK, "broker": OK, **checks}, canary)


@pytest.mark.parametrize("part", ["database", "migrations"])
def test_without_its_database_the_portal_is_unhealthy(part: str) -> None:
    state = judge(look(canary=None, **{part: "unreachable"}), LONG)
    assert state.status == "unhealthy"
    assert [each.severity for each in state.problems] == ["critical"]


def test_without_its_broker_the_portal_is_degraded() -> None:
    assert judge(look(broker="unreachable"), LONG).status == "degraded"


def test_a_late_canary_is_told_with_its_age() -> None:
    state = judge(look(canary=42), LONG)
    assert state.status == "degraded"
    assert "nothing came through for 42\N{NO-BREAK SPACE}s" in state.problems[0].text


def test_without_its_network_the_portal_is_degraded() -> None:
    blind = Look({"database": OK, "migrations": OK, "broker": OK}, 3.0, is_blind=True)
    state = judge(blind, LONG)
    assert state.status == "degraded"
    assert state.problems[0].text == "the portal has lost its network, so checks are unknown"


def test_a_canary_just_in_time_is_fine() -> None:
    assert judge(look(canary=LATE_AFTER_SECONDS), LONG).status == "healthy"


def test_a_canary_never_seen_counts_only_after_the_grace() -> None:
    assert judge(look(canary=None), GRACE_SECONDS - 1).status == "healthy"
    assert judge(look(canary=None), LONG).status == "degraded"
