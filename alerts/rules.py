"""What routing needs of the rows, read in few queries."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from alerts import hours, matching
from alerts.maintenance import is_now, windows
from alerts.models import Inhibition, Maintenance, Route, Silence
from alerts.routing import InhibitionRule, Muting, RouteRule, StepRule
from monitoring.planned_work import PlannedWork


def routes() -> list[RouteRule]:
    rows = Route.objects.filter(enabled=True)
    return [_rule(row) for row in rows.prefetch_related("channels", "escalations__channels")]


def _rule(row: Route) -> RouteRule:
    steps = [
        StepRule(step.after_seconds * 1000, tuple(channel.pk for channel in step.channels.all()))
        for step in row.escalations.all()
    ]
    return RouteRule(
        route_id=row.pk,
        name=row.name,
        matchers=matching.parse(row.matchers),
        hours=hours.parse(row.active_hours),
        channel_ids=tuple(channel.pk for channel in row.channels.all()),
        group_by=names(row.group_by),
        group_wait_ms=row.group_wait_seconds * 1000,
        repeat_ms=row.repeat_seconds * 1000,
        goes_on=row.goes_on,
        steps=tuple(steps),
    )


def inhibitions() -> list[InhibitionRule]:
    return [
        InhibitionRule(
            row.name, matching.parse(row.source), matching.parse(row.target), names(row.equal)
        )
        for row in Inhibition.objects.filter(enabled=True)
    ]


def mutings(now_ms: int) -> list[Muting]:
    """Silences first: they say who did it."""
    silences = Silence.objects.filter(starts_ms__lte=now_ms, ends_ms__gt=now_ms)
    found = [Muting(_reason(each), matching.parse(each.matchers)) for each in silences]
    moment = datetime.fromtimestamp(now_ms / 1000, UTC)
    planned = Maintenance.objects.filter(enabled=True, starts_at__lte=moment)
    return found + [
        Muting(f"maintenance: {each.name}", matching.parse(each.matchers))
        for each in planned
        if is_now(each, now_ms)
    ]


def planned_work(start_ms: int, end_ms: int, **_: object) -> list[PlannedWork]:
    """Answers `monitoring.signals.planned_work_asked`."""
    return [
        PlannedWork(
            partial(matching.matches, matching.parse(each.matchers)),
            windows(each, start_ms, end_ms),
        )
        for each in Maintenance.objects.filter(enabled=True)
    ]


def _reason(silence: Silence) -> str:
    until = datetime.fromtimestamp(silence.ends_ms / 1000, UTC)
    said = f" ({silence.comment})" if silence.comment else ""
    return f"silenced by {silence.author} until {until:%d %b %H:%M} UTC{said}"[:200]


def names(text: str) -> tuple[str, ...]:
    """Of a list with commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())
