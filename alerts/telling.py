"""Decides for alerts that fire who hears now, and who hears again later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from django.db import transaction

from alerts import rules
from alerts.deliveries import Notice, queue
from alerts.models import Alert, AlertEvent, AlertState, DeliveryKind, EventKind
from alerts.routing import (
    Audience,
    Inhibitors,
    Muting,
    RouteRule,
    StepRule,
    Subject,
    Told,
    audience,
    muted,
    next_step,
)
from alerts.writing import write

# How often a muted alert is looked at: a silence may have been ended by hand.
LOOK_EVERY_MS = 10_000
MINUTE_MS = 60_000
_MOST_AT_ONCE = 2000
DECIDED = ("muted_by", "told_ms", "next_look_ms")


def subject_of(alert: Alert, channel_ids: Sequence[int] = ()) -> Subject:
    labels = _labels(alert.labels, alert.name, alert.severity, alert.metric)
    return Subject(labels, alert.fingerprint, alert.threshold_id, tuple(channel_ids))


def _labels(labels: dict[str, str], name: str, severity: str, metric: str) -> dict[str, str]:
    return {**labels, "threshold": name, "severity": severity, "metric": metric}


class Rules:
    """Read when they are first asked for, and once for a batch."""

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms

    @cached_property
    def _routes(self) -> Sequence[RouteRule]:
        return rules.routes()

    @cached_property
    def _mutings(self) -> Sequence[Muting]:
        return rules.mutings(self._now_ms)

    @cached_property
    def _inhibitors(self) -> Inhibitors:
        return _inhibitors()

    def muted(self, subject: Subject) -> str:
        return muted(subject, self._mutings, self._inhibitors)

    def audience(self, subject: Subject) -> Audience:
        return audience(subject, self._routes, self._now_ms)


def _inhibitors() -> Inhibitors:
    """Of all that fires, only what is compared: ten thousand whole rows take half a second."""
    known = rules.inhibitions()
    rows = Alert.objects.filter(state=AlertState.FIRING).values_list(
        "fingerprint", "threshold_id", "labels", "name", "severity", "metric"
    )
    firing = rows.iterator() if known else ()
    return Inhibitors(
        known, [Subject(_labels(*own), series, threshold) for series, threshold, *own in firing]
    )


def tell(alerts: Sequence[Alert], channel_ids: Sequence[int], now_ms: int) -> None:
    """Of alerts that are rows already, within the caller's transaction."""
    notices, events = decide(alerts, channel_ids, Rules(now_ms), now_ms)
    write(alerts, DECIDED)
    AlertEvent.objects.bulk_create(events)
    queue(notices, now_ms)


def decide(
    alerts: Sequence[Alert], channel_ids: Sequence[int], known: Rules, now_ms: int
) -> tuple[list[Notice], list[AlertEvent]]:
    """Sets the fields DECIDED of the alerts; the caller writes them, and then what is returned."""
    notices: list[Notice] = []
    events: list[AlertEvent] = []
    for alert in alerts:
        subject = subject_of(alert, channel_ids)
        found = known.audience(subject)
        reason = known.muted(subject)
        if reason:
            _mute(alert, reason, events, now_ms)
            continue
        alert.muted_by = ""
        notices += [Notice(alert, each, DeliveryKind.FIRING) for each in found.told]
        events += [_not_told(alert, refusal, now_ms) for refusal in found.refusals]
        alert.told_ms = now_ms if found.told else alert.told_ms
        alert.next_look_ms = _next_look_ms(alert, found, now_ms)
    return notices, events


def _mute(alert: Alert, reason: str, events: list[AlertEvent], now_ms: int) -> None:
    if alert.muted_by != reason:
        events.append(_not_told(alert, reason, now_ms))
    alert.muted_by = reason
    alert.next_look_ms = now_ms + LOOK_EVERY_MS


def _not_told(alert: Alert, reason: str, now_ms: int) -> AlertEvent:
    return AlertEvent(alert=alert, time_ms=now_ms, kind=EventKind.NOT_TOLD, reason=reason[:500])


def _next_look_ms(alert: Alert, found: Audience, now_ms: int) -> int | None:
    """For a repetition, a step of escalation, or a route that is outside of its hours: these may
    have come when it is looked at again."""
    moments: list[int] = []
    if found.repeat_ms and alert.told_ms is not None:
        moments.append(alert.told_ms + found.repeat_ms)
    step = next_step(found.steps, alert.escalated, alert.fired_ms or now_ms)
    if step is not None:
        moments.append(max(step[0], now_ms))
    if alert.told_ms is None:
        moments.append(now_ms + LOOK_EVERY_MS)
    elif found.refusals:
        moments.append(now_ms + MINUTE_MS)
    return min(moments, default=None)


@transaction.atomic
def look_again(now_ms: int) -> int:
    """Alerts that fire and whose time to be looked at has come. Returns how many."""
    due = Alert.objects.filter(state=AlertState.FIRING, next_look_ms__lte=now_ms)
    # The longest due first, as the index of just those has them: by number SQLite reads all alerts.
    due = due.select_for_update(of=("self",)).order_by("next_look_ms", "pk")
    rows = list(due[:_MOST_AT_ONCE])
    if not rows:
        return 0
    direct = _direct_channels(rows)
    waiting = [each for each in rows if each.muted_by or each.told_ms is None]
    known = Rules(now_ms)
    kept = {each.pk for each in waiting}
    others = [each for each in rows if each.pk not in kept]
    for channel_ids, group in _by_channels(waiting, direct).items():
        others += _tell_at_last(group, channel_ids, known, now_ms)
    _go_on(others, direct, known, now_ms)
    return len(rows)


def _tell_at_last(
    alerts: Sequence[Alert], channel_ids: tuple[int, ...], known: Rules, now_ms: int
) -> list[Alert]:
    """Those that nothing keeps back any more. Returns those that nobody is to hear of at once:
    they may escalate."""
    ready, muted_ones, unheard = [], [], []
    events: list[AlertEvent] = []
    for alert in alerts:
        subject = subject_of(alert, channel_ids)
        reason = known.muted(subject)
        if reason:
            _mute(alert, reason, events, now_ms)
            muted_ones.append(alert)
        elif known.audience(subject).told or alert.muted_by:
            ready.append(alert)
        else:
            unheard.append(alert)
    write(muted_ones, ["muted_by", "next_look_ms"])
    AlertEvent.objects.bulk_create(events)
    if ready:
        tell(ready, channel_ids, now_ms)
    return unheard


def _direct_channels(alerts: Iterable[Alert]) -> dict[int, tuple[int, ...]]:
    from alerts.models import Threshold

    through = Threshold.channels.through.objects.filter(
        threshold__in={each.threshold_id for each in alerts if each.threshold_id}
    )
    found: dict[int, tuple[int, ...]] = {}
    for threshold_id, channel_id in through.values_list("threshold_id", "channel_id"):
        found[threshold_id] = (*found.get(threshold_id, ()), channel_id)
    return found


def _by_channels(
    alerts: Iterable[Alert], direct: dict[int, tuple[int, ...]]
) -> dict[tuple[int, ...], list[Alert]]:
    groups: dict[tuple[int, ...], list[Alert]] = {}
    for alert in alerts:
        groups.setdefault(direct.get(alert.threshold_id or 0, ()), []).append(alert)
    return groups


def _go_on(
    alerts: Sequence[Alert], direct: dict[int, tuple[int, ...]], known: Rules, now_ms: int
) -> None:
    """Repeats and escalates, unless somebody has acknowledged."""
    notices: list[Notice] = []
    withheld: list[tuple[Alert, str]] = []
    for alert in alerts:
        if alert.acknowledged_ms is not None:
            alert.next_look_ms = None
            continue
        subject = subject_of(alert, direct.get(alert.threshold_id or 0, ()))
        reason = known.muted(subject)
        if reason:
            alert.next_look_ms = now_ms + LOOK_EVERY_MS
            withheld.append((alert, reason))
            continue
        found = known.audience(subject)
        notices += _again(alert, found, now_ms)
        alert.next_look_ms = _next_look_ms(alert, found, now_ms)
    write(alerts, ["next_look_ms", "told_ms", "escalated"])
    _say_why(withheld, now_ms)
    queue(notices, now_ms)


def _say_why(withheld: Sequence[tuple[Alert, str]], now_ms: int) -> None:
    """Of what was told before and now is kept back: once, however often it is looked at."""
    known = AlertEvent.objects.filter(
        alert__in=[alert.pk for alert, _reason in withheld],
        kind__in=(EventKind.TOLD, EventKind.NOT_TOLD),
    )
    last = dict(known.order_by("time_ms", "pk").values_list("alert", "reason")) if withheld else {}
    AlertEvent.objects.bulk_create(
        _not_told(alert, reason, now_ms)
        for alert, reason in withheld
        if last.get(alert.pk) != reason
    )


def _again(alert: Alert, found: Audience, now_ms: int) -> list[Notice]:
    notices: list[Notice] = []
    if found.repeat_ms and alert.told_ms is not None and alert.told_ms + found.repeat_ms <= now_ms:
        alert.told_ms = now_ms
        notices += [Notice(alert, each, DeliveryKind.REPEAT) for each in found.told]
    step = next_step(found.steps, alert.escalated, alert.fired_ms or now_ms)
    if step is not None and step[0] <= now_ms:
        alert.escalated += 1
        notices += _escalated(alert, found, step[1])
    return notices


def _escalated(alert: Alert, found: Audience, step: StepRule) -> list[Notice]:
    """Those that were one message escalate as one."""
    why = f"nobody acknowledged within {_in_words(step.after_ms)}"
    group = found.told[0].group_key if found.told else f"threshold:{alert.threshold_id}"
    key = f"escalation:{group}"[:200]
    return [
        Notice(alert, Told(each, key, 0, why), DeliveryKind.ESCALATION) for each in step.channel_ids
    ]


def _in_words(length_ms: int) -> str:
    seconds = length_ms // 1000
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"
