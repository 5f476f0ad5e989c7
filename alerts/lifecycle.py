"""What an alert becomes: inactive, pending, firing, resolved. Pure.

Acknowledged and silenced are attributes of an alert and change nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from alerts.conditions.base import Finding, Judgement, Rule

RANKS = {"info": 0, "warning": 1, "critical": 2}


class Why(StrEnum):
    QUIET = "nothing is wrong"
    STARTED = "began"
    WAITING = "not for long enough yet"
    PASSED = "over before anybody was told"
    FIRED = "fires"
    STILL = "still so"
    WORSE = "became worse"
    BETTER = "became better"
    KEPT = "good, but not for long enough yet"
    UNSEEN = "no data, state kept"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Episode:
    """An open alert. `good_since_ms`: while it is kept firing though the series is good again."""

    state: Literal["pending", "firing"]
    started_ms: int
    fired_ms: int | None
    good_since_ms: int | None
    severity: str


@dataclass(frozen=True, slots=True)
class Step:
    """`episode` None: inactive, or resolved where there was one."""

    episode: Episode | None
    why: Why


def advance(episode: Episode | None, judgement: Judgement, rule: Rule, now_ms: int) -> Step:
    finding = _finding(judgement, rule)
    if finding is Finding.NO_DATA:
        return Step(episode, Why.UNSEEN if episode else Why.QUIET)
    if finding is Finding.FALSE:
        return _good(episode, rule, now_ms)
    return _bad(episode, judgement.severity or rule.severity, rule, now_ms)


def _finding(judgement: Judgement, rule: Rule) -> Finding:
    if judgement.finding is not Finding.NO_DATA:
        return judgement.finding
    meanings = {"alert": Finding.TRUE, "ok": Finding.FALSE}
    return meanings.get(rule.no_data, Finding.NO_DATA)


def _good(episode: Episode | None, rule: Rule, now_ms: int) -> Step:
    if episode is None:
        return Step(None, Why.QUIET)
    if episode.state == "pending":
        return Step(None, Why.PASSED)
    # A clock that was set back must not keep an alert for as long as it had run ahead.
    good_since_ms = min(now_ms, episode.good_since_ms or now_ms)
    if now_ms - good_since_ms >= rule.keep_firing_seconds * 1000:
        return Step(None, Why.RECOVERED)
    return Step(replace(episode, good_since_ms=good_since_ms), Why.KEPT)


def _bad(episode: Episode | None, severity: str, rule: Rule, now_ms: int) -> Step:
    if episode is not None and episode.state == "firing":
        why = _compared(episode.severity, severity)
        return Step(replace(episode, severity=severity, good_since_ms=None), why)
    begun_ms = now_ms if episode is None else min(now_ms, episode.started_ms)
    if now_ms - begun_ms >= rule.for_seconds * 1000:
        return Step(Episode("firing", begun_ms, now_ms, None, severity), Why.FIRED)
    why = Why.STARTED if episode is None else Why.WAITING
    return Step(Episode("pending", begun_ms, None, None, severity), why)


def _compared(before: str, now: str) -> Why:
    if before == now:
        return Why.STILL
    return Why.WORSE if RANKS[now] > RANKS[before] else Why.BETTER


def worst(severities: list[str]) -> str:
    return max(severities, key=RANKS.__getitem__)
