"""Moments that explain what the charts show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection
from django.urls import reverse

from alerts.models import Alert, Severity
from monitoring.annotations import overlapping
from monitoring.models import Annotation
from opsportal.dashboard.formats import text
from opsportal.dashboard.states import State
from opsportal.lib.prepared import Prepared, attributes

# More would be a curtain in front of the lines; the newest say most.
MOST = 30
# static/js/dashboard/events.js lists as many.
MOST_LISTED = 8
# What fires again so soon after it was over is the same trouble, told once: a check that flaps
# would push what explains it, such as a deployment, out of sight.
AGAIN_MS = 10 * 60_000
_STATES = {Severity.CRITICAL: State.CRITICAL, Severity.WARNING: State.WARNING}


@dataclass(frozen=True, slots=True)
class Mark:
    """Something happened at `time_ms`, or lasted until `end_ms`; `label` says what. `kind`: alert,
    backup, or that of an annotation; `note` says how it went on, `url` leads to it."""

    time_ms: int
    state: State
    label: str
    kind: str = "alert"
    end_ms: int | None = None
    note: str = ""
    url: str = ""

    @property
    def time(self) -> datetime:
        return datetime.fromtimestamp(self.time_ms / 1000, UTC)


def marks_of(alerts: Iterable[Alert]) -> list[Mark]:
    """Pure. The newest MOST of those that fired, oldest first."""
    fired = sorted((each for each in alerts if each.fired_ms), key=_fired_ms)
    runs: list[list[Alert]] = []
    latest: dict[tuple[str, str], list[Alert]] = {}
    for each in fired:
        run = latest.get(key := (each.name, each.fingerprint))
        if run is not None and _fired_ms(each) - _over_ms(run[-1]) < AGAIN_MS:
            run.append(each)
        else:
            latest[key] = [each]
            runs.append(latest[key])
    return [_mark(run) for run in runs[-MOST:]]


def newest(
    alerts: Sequence[Mark], backups: Sequence[Mark], annotations: Sequence[Mark] = ()
) -> list[Mark]:
    """Pure. At most MOST of all, oldest first; backups that went well make room for the others.
    Up to half of the room is for what people did: it explains the alerts, and comes before them."""
    explaining = sorted(annotations, key=_time)[-(MOST // 2) :]
    told = [*alerts, *(mark for mark in backups if mark.state is not State.NORMAL)]
    told = sorted(told, key=_time)[-(MOST - len(explaining)) :]
    told = sorted([*told, *explaining], key=_time)
    well = sorted((mark for mark in backups if mark.state is State.NORMAL), key=_time)
    room = MOST - len(told)
    return sorted([*told, *well[len(well) - min(room, len(well)) :]], key=_time)


def newest_first(marks: Sequence[Mark]) -> list[Mark]:
    """What happened, as it is listed: the newest MOST_LISTED."""
    return sorted(marks, key=_time, reverse=True)[:MOST_LISTED]


_OF_ANNOTATION = attributes(Annotation, *("id", "time_ms", "end_ms", "kind", "text", "created_by"))
_OVERLAPPING = Prepared(
    lambda start_ms, end_ms: overlapping(start_ms, end_ms).values_list(*_OF_ANNOTATION)[:MOST]
)


def read_annotations(start_ms: int, end_ms: int) -> list[Mark]:
    """The newest MOST. One query."""
    found = (
        Annotation.from_db(connection.alias, _OF_ANNOTATION, row)
        for row in _OVERLAPPING.rows(start_ms, end_ms)
    )
    return [
        Mark(
            max(each.time_ms, start_ms),
            State.UNKNOWN,
            each.text,
            each.kind,
            each.end_ms,
            " · ".join(filter(None, (each.get_kind_display().lower(), each.created_by))),
        )
        for each in found
    ]


def _time(mark: Mark) -> int:
    return mark.time_ms


def _fired_ms(alert: Alert) -> int:
    return alert.fired_ms or alert.started_ms


def _over_ms(alert: Alert) -> int:
    """An open one may have been caught up with; then what follows is not far from its beginning."""
    return alert.resolved_ms or _fired_ms(alert)


def _mark(run: Sequence[Alert]) -> Mark:
    """Of one alert, or of one that fired again and again: as the last of them stands."""
    first, last = run[0], run[-1]
    state = _STATES.get(Severity(last.severity), State.UNKNOWN)
    note = [last.severity, _course(last)]
    if len(run) > 1:
        lasted_ms = _over_ms(last) - _fired_ms(first)
        note.insert(1, f"{len(run)} times within {text(lasted_ms / 1000, 's')}, the last")
    return Mark(
        _fired_ms(first),
        state,
        last.message or last.name,
        end_ms=_over_ms(last) if len(run) > 1 else None,
        note=_told(note),
        url=reverse("dashboard:alert", args=[last.pk]),
    )


def _told(parts: Sequence[str]) -> str:
    """Such as "critical · 8 times within 5 min, the last over after 20 s"."""
    return " · ".join([parts[0], " ".join(parts[1:])])


def _course(alert: Alert) -> str:
    if alert.resolved_ms is not None:
        lasted_ms = alert.resolved_ms - _fired_ms(alert)
        return f"over after {text(max(0, lasted_ms) / 1000, 's')}"
    return "acknowledged" if alert.acknowledged_ms is not None else "fires, not acknowledged"
