"""What people do with alerts: the one way that pages, links, admin and API all take.

Each is guarded by the state it was seen in; doing it twice is harmless and returns False.
"""

from __future__ import annotations

import time

from django.db import transaction

from alerts import matching
from alerts.endings import BY_HAND, end
from alerts.models import OPEN, Alert, AlertEvent, EventKind, Silence
from opsportal.lib.kinds import SettingsError

HOUR_SECONDS = 3600
LONGEST_SILENCE_SECONDS = 366 * 86_400


@transaction.atomic
def acknowledge(alert: Alert, by: str, now_ms: int | None = None) -> bool:
    """Somebody is at it: nothing is repeated, nothing escalates."""
    now_ms = _now_ms() if now_ms is None else now_ms
    unseen = Alert.objects.filter(pk=alert.pk, state__in=OPEN, acknowledged_ms=None)
    if not unseen.update(acknowledged_ms=now_ms, acknowledged_by=by[:150]):
        return False
    _note(alert, EventKind.ACKNOWLEDGED, "", by, now_ms)
    return True


@transaction.atomic
def unacknowledge(alert: Alert, by: str, now_ms: int | None = None) -> bool:
    now_ms = _now_ms() if now_ms is None else now_ms
    seen = Alert.objects.filter(pk=alert.pk, state__in=OPEN, acknowledged_ms__isnull=False)
    taken_back = {"acknowledged_ms": None, "acknowledged_by": "", "next_look_ms": now_ms}
    if not seen.update(**taken_back):
        return False
    _note(alert, EventKind.ACKNOWLEDGED, "taken back", by, now_ms)
    return True


def resolve(alert: Alert, by: str, now_ms: int | None = None) -> bool:
    """By hand. If it is still true, the next evaluation begins a new alert."""
    now_ms = _now_ms() if now_ms is None else now_ms
    return end([alert.pk], BY_HAND, now_ms, by) > 0


def add_note(alert: Alert, by: str, text: str, now_ms: int | None = None) -> bool:
    text = text.strip()[:500]
    if text:
        _note(alert, EventKind.NOTE, text, by, _now_ms() if now_ms is None else now_ms)
    return bool(text)


def silence(matchers: str, starts_ms: int, ends_ms: int, author: str, comment: str = "") -> Silence:
    """Raises SettingsError by the field's name."""
    errors: dict[str, str] = {}
    try:
        if not matching.parse(matchers):
            errors["matchers"] = "name at least one label: an empty silence would mute everything"
    except ValueError as error:
        errors["matchers"] = str(error)
    if ends_ms <= starts_ms:
        errors["ends_at"] = "must be after the silence begins"
    elif ends_ms - starts_ms > LONGEST_SILENCE_SECONDS * 1000:
        errors["ends_at"] = "at most a year after it begins"
    if errors:
        raise SettingsError(errors)
    return Silence.objects.create(
        matchers=matchers,
        starts_ms=starts_ms,
        ends_ms=ends_ms,
        author=author[:150],
        comment=comment[:500],
    )


def silence_alert(alert: Alert, seconds: int, by: str, now_ms: int | None = None) -> Silence:
    """Just this threshold on just this series."""
    now_ms = _now_ms() if now_ms is None else now_ms
    matchers = matching.exactly({**alert.labels, "threshold": alert.name})
    made = silence(matchers, now_ms, now_ms + seconds * 1000, by, "from the alert")
    _note(alert, EventKind.NOTE, f"silenced for {seconds // 60} min", by, now_ms)
    return made


def _note(alert: Alert, kind: EventKind, reason: str, by: str, now_ms: int) -> None:
    AlertEvent.objects.create(alert=alert, time_ms=now_ms, kind=kind, reason=reason, by=by[:150])


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
