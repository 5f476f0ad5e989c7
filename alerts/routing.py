"""Who hears of an alert, and why nobody does. Pure.

The rules are made from rows once and kept until these change; an alert is what its labels say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.hours import ALWAYS, Hours
from alerts.matching import Matcher, matches


@dataclass(frozen=True, slots=True)
class StepRule:
    after_ms: int
    channel_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RouteRule:
    route_id: int
    name: str
    matchers: tuple[Matcher, ...] = ()
    hours: Hours = ALWAYS
    channel_ids: tuple[int, ...] = ()
    group_by: tuple[str, ...] = ("threshold",)
    group_wait_ms: int = 0
    repeat_ms: int = 0
    goes_on: bool = False
    steps: tuple[StepRule, ...] = ()


@dataclass(frozen=True, slots=True)
class InhibitionRule:
    name: str
    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Muting:
    """A silence or a maintenance window that is in force."""

    reason: str
    matchers: tuple[Matcher, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """An alert as routing sees it: `labels` have threshold, severity and metric among them."""

    labels: Mapping[str, str]
    fingerprint: str
    threshold_id: int | None = None
    direct_channel_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """One channel that hears. `why` is for the alert's page."""

    channel_id: int
    group_key: str
    wait_ms: int
    why: str


@dataclass(frozen=True, slots=True)
class Audience:
    """`refusals` say why others do not hear; `repeat_ms` 0: never again."""

    told: tuple[Told, ...] = ()
    refusals: tuple[str, ...] = ()
    repeat_ms: int = 0
    steps: tuple[StepRule, ...] = ()


def audience(subject: Subject, routes: Sequence[RouteRule], now_ms: int) -> Audience:
    """Each channel once: what the threshold says comes first, and at once."""
    direct_key = f"threshold:{subject.threshold_id}"
    told = {
        channel_id: Told(channel_id, direct_key, 0, "the threshold names this channel")
        for channel_id in subject.direct_channel_ids
    }
    refusals: list[str] = []
    repeats: list[int] = []
    steps: list[StepRule] = []
    for route in routes:
        if not matches(route.matchers, subject.labels):
            continue
        if not route.hours.include(now_ms):
            refusals.append(f"route {route.name}: outside of its hours")
            continue
        for channel_id in route.channel_ids:
            told.setdefault(channel_id, _told(route, channel_id, subject))
        repeats.append(route.repeat_ms)
        steps.extend(route.steps)
        if not route.channel_ids:
            refusals.append(f"route {route.name}: it has no channels")
        if not route.goes_on:
            break
    if not told and not refusals:
        refusals.append("no route matches, and the threshold names no channel")
    repeat_ms = min((each for each in repeats if each), default=0)
    return Audience(tuple(told.values()), tuple(refusals), repeat_ms, tuple(steps))


def _told(route: RouteRule, channel_id: int, subject: Subject) -> Told:
    values = [f"{name}={subject.labels.get(name, '')}" for name in route.group_by]
    key = ",".join([f"route:{route.route_id}", *values])
    return Told(channel_id, key[:200], route.group_wait_ms, f"route {route.name}")


class Inhibitors:
    """Which of the alerts that fire mutes another. Made once for many to be asked about: sources
    are found by the labels in which both have to agree, or ten thousand alerts at once would take
    ten thousand times ten thousand comparisons."""

    def __init__(self, rules: Sequence[InhibitionRule], firing: Sequence[Subject]) -> None:
        self._rules = [(rule, _sources(rule, firing)) for rule in rules]

    def reason(self, subject: Subject) -> str:
        """Empty where none does."""
        for rule, sources in self._rules:
            if not matches(rule.target, subject.labels):
                continue
            among = sources.get(_agreement(rule, subject), ())
            source = next((each for each in among if self._may_mute(each, subject)), None)
            if source is not None:
                return f"inhibition {rule.name}: {source.labels.get('threshold', '')} fires"
        return ""

    def _may_mute(self, source: Subject, target: Subject) -> bool:
        """No alert mutes itself; and two that would mute each other are both told: else nobody
        would hear of anything."""
        if (source.threshold_id, source.fingerprint) == (target.threshold_id, target.fingerprint):
            return False
        return not any(_inhibits(rule, target, source) for rule, _sources in self._rules)


def _sources(
    rule: InhibitionRule, firing: Sequence[Subject]
) -> Mapping[tuple[str, ...], Sequence[Subject]]:
    found: dict[tuple[str, ...], list[Subject]] = {}
    for each in firing:
        if _is_source(rule, each):
            found.setdefault(_agreement(rule, each), []).append(each)
    return found


def _is_source(rule: InhibitionRule, subject: Subject) -> bool:
    """One that is a target as well would mute its like, and that one it."""
    return matches(rule.source, subject.labels) and not matches(rule.target, subject.labels)


def _agreement(rule: InhibitionRule, subject: Subject) -> tuple[str, ...]:
    return tuple(
        subject.fingerprint if name == "series" else subject.labels.get(name, "")
        for name in rule.equal
    )


def _inhibits(rule: InhibitionRule, source: Subject, target: Subject) -> bool:
    return (
        matches(rule.target, target.labels)
        and _is_source(rule, source)
        and _agreement(rule, source) == _agreement(rule, target)
    )


def muted(subject: Subject, mutings: Sequence[Muting], inhibitors: Inhibitors) -> str:
    """Why nobody is told at the moment; empty where nothing keeps it back."""
    for each in mutings:
        if matches(each.matchers, subject.labels):
            return each.reason
    return inhibitors.reason(subject)


def next_step(steps: Sequence[StepRule], taken: int, fired_ms: int) -> tuple[int, StepRule] | None:
    """When the next step of escalation is due, and which; None when all were taken."""
    ordered = sorted(steps, key=lambda each: each.after_ms)
    if taken >= len(ordered):
        return None
    return fired_ms + ordered[taken].after_ms, ordered[taken]
