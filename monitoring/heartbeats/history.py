"""What earlier pings tell: how long a run took, and when the next ping is due."""

from __future__ import annotations

import random
from uuid import UUID

from django.db.models import Max, QuerySet, Subquery

from monitoring.heartbeats.deadlines import deadline_ms, heartbeat_of, open_start_ms
from monitoring.models import Check, CheckState, CheckStatus, Ping
from monitoring.probes.heartbeat import Heartbeat

KEPT_PINGS = 100
_PRUNED_EVERY = 20


def _signals(check_id: int) -> QuerySet[Ping]:
    return Ping.objects.filter(owner_id=check_id).exclude(kind=Ping.Kind.LOG)


def duration_ms_of(check_id: int, rid: UUID | None, end_ms: int) -> int | None:
    """None where the ping before this one of the same run is not its start."""
    before = _signals(check_id).filter(rid=rid).order_by("-id").values_list("kind", "time_ms")
    kind, time_ms = before.first() or (None, 0)
    return max(0, end_ms - time_ms) if kind == Ping.Kind.START else None


def last_success_ms(check_id: int) -> int | None:
    successes = Ping.objects.filter(owner_id=check_id, kind=Ping.Kind.SUCCESS)
    return successes.order_by("-id").values_list("time_ms", flat=True).first()


def running_since_ms(check_id: int, after_ms: int) -> int | None:
    """Of the runs that began later than `after_ms`."""
    recent = _signals(check_id).filter(time_ms__gt=after_ms).order_by("id")
    return open_start_ms(recent.values_list("kind", "rid", "time_ms"))


def due_ms_of(heartbeat: Heartbeat, state: CheckState, now_ms: int) -> int | None:
    """The deadline by what is stored, after a start or an edit. One that is down or unknown keeps
    what it has: only a ping or time moves it on."""
    check_id, grace_start_ms = state.owner_id, now_ms - heartbeat.grace_ms
    match state.status:
        case CheckStatus.UP | CheckStatus.DEGRADED:
            last_ms = last_success_ms(check_id) or now_ms
            return deadline_ms(heartbeat, last_ms, running_since_ms(check_id, grace_start_ms))
        case CheckStatus.NEW:
            # What came before it was paused is forgotten.
            since_ms = max(grace_start_ms, state.since_ms - 1)
            return deadline_ms(heartbeat, None, running_since_ms(check_id, since_ms))
        case CheckStatus.PAUSED:
            return None
    return state.due_ms


def due_after_edit_ms(check: Check, state: CheckState, now_ms: int) -> int | None:
    return due_ms_of(heartbeat_of(check.settings), state, now_ms)


def prune(check_id: int) -> None:
    """Beyond the last ones only the newest of each kind stay: deadlines are reckoned from them.

    By chance and not by the number of the ping: of two jobs that ping in turn, one would never have
    a number that can be divided.
    """
    if random.randrange(_PRUNED_EVERY):  # noqa: S311
        return
    pings = Ping.objects.filter(owner_id=check_id)
    oldest_kept = pings.order_by("-id").values("id")[KEPT_PINGS - 1 : KEPT_PINGS]
    newest_of_kinds = pings.order_by().values("kind").annotate(newest=Max("id")).values("newest")
    pings.filter(id__lt=Subquery(oldest_kept)).exclude(id__in=newest_of_kinds).delete()
