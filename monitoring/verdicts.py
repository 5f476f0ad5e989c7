"""What a result makes of a check. Pure: standing and result in, new standing and its reason out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from monitoring.models import CheckStatus
from monitoring.probes.base import Status

HOUR_MS = 3_600_000
# Turning up and down so often within an hour is said once, as flapping, and then not again until
# there was an hour with less than half of it.
FLAPPING_CHANGES = 6


class Why(StrEnum):
    FIRST = "first result"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    RETRYING = "failed, trying again"
    FAILED = "failed"
    CONFIRMED = "failed again and again"
    RECOVERING = "good, trying again"
    RECOVERED = "recovered"
    PARENT_DOWN = "what it needs is down"
    PARENT_FAILING = "what it needs is failing"
    ASKING_OTHERS = "asking other checks"
    BLIND = "the portal has lost its network"


@dataclass(frozen=True, slots=True)
class Policy:
    """`retries`: failures that are repeated before the check turns down."""

    retries: int
    successes_to_recover: int


class Standing(NamedTuple):
    """How a check stands. `failures` and `successes` count results in a row."""

    status: CheckStatus
    since_ms: int
    failures: int = 0
    successes: int = 0
    failing_since_ms: int | None = None


class Surroundings(StrEnum):
    """What else is known when a failure would turn the check down."""

    CLEAR = "clear"
    PARENT_DOWN = "parent down"
    PARENT_FAILING = "parent failing"
    BLIND = "blind"
    UNSURE = "unsure"


class Verdict(NamedTuple):
    """`again_soon`: the next probe comes after the retry interval, not the regular one."""

    standing: Standing
    why: Why
    again_soon: bool = False

    def changes(self, before: Standing) -> bool:
        return self.standing.status != before.status


_WORKED = {Status.UP: CheckStatus.UP, Status.DEGRADED: CheckStatus.DEGRADED}
_HOLDING = {
    Surroundings.PARENT_DOWN: Why.PARENT_DOWN,
    Surroundings.PARENT_FAILING: Why.PARENT_FAILING,
    Surroundings.BLIND: Why.BLIND,
    Surroundings.UNSURE: Why.ASKING_OTHERS,
}


def judge(
    before: Standing, result: Status, policy: Policy, around: Surroundings, now_ms: int
) -> Verdict:
    """`around` is looked at only when `would_turn_down` says so."""
    if result is Status.DOWN:
        return _failed(before, policy, around, now_ms)
    return _worked(before, _WORKED[result], policy, now_ms)


def would_turn_down(before: Standing, result: Status, policy: Policy) -> bool:
    return result is Status.DOWN and before.failures >= policy.retries


def _failed(before: Standing, policy: Policy, around: Surroundings, now_ms: int) -> Verdict:
    failing_since_ms = before.failing_since_ms if before.failures else now_ms
    failed = before._replace(
        failures=before.failures + 1, successes=0, failing_since_ms=failing_since_ms
    )
    if around in (Surroundings.PARENT_DOWN, Surroundings.BLIND):
        return Verdict(_turned(failed, CheckStatus.UNKNOWN, now_ms), _HOLDING[around])
    if before.status == CheckStatus.DOWN:
        return Verdict(failed, Why.UNCHANGED)
    if failed.failures <= policy.retries:
        return Verdict(failed, Why.RETRYING, again_soon=True)
    if around is not Surroundings.CLEAR:
        return Verdict(failed, _HOLDING[around], again_soon=True)
    why = Why.CONFIRMED if failed.failures > 1 else Why.FAILED
    return Verdict(_turned(failed, CheckStatus.DOWN, now_ms), why)


def _worked(before: Standing, status: CheckStatus, policy: Policy, now_ms: int) -> Verdict:
    worked = Standing(before.status, before.since_ms, successes=before.successes + 1)
    was_down = before.status == CheckStatus.DOWN
    if was_down and worked.successes < policy.successes_to_recover:
        return Verdict(worked, Why.RECOVERING, again_soon=True)
    if before.status == status:
        return Verdict(worked, Why.UNCHANGED)
    if was_down:
        why = Why.RECOVERED
    else:
        why = Why.FIRST if before.status == CheckStatus.NEW else Why.CHANGED
    return Verdict(_turned(worked, status, now_ms), why)


def _turned(standing: Standing, status: CheckStatus, now_ms: int) -> Standing:
    if standing.status == status:
        return standing
    return standing._replace(status=status, since_ms=now_ms)


def flapping_since_ms(since_ms: int | None, changes_ms: Sequence[int], now_ms: int) -> int | None:
    """`changes_ms`: when the check turned down or up again, at least of the last hour."""
    recent = sum(now_ms - HOUR_MS < each <= now_ms for each in changes_ms)
    if recent >= FLAPPING_CHANGES:
        return since_ms or now_ms
    return since_ms if recent >= FLAPPING_CHANGES // 2 else None
