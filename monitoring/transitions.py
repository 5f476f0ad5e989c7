"""Changes of status as rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db import connection

from monitoring import store
from monitoring.history import DAY_MS
from monitoring.models import CheckState, CheckStatus, Transition
from monitoring.verdicts import HOUR_MS, flapping_since_ms

# A year and a bit: the longest availability that is shown is of 90 days, and reports are yearly.
KEEP_DAYS = 400
_TURNS = {CheckStatus.UP, CheckStatus.DEGRADED, CheckStatus.DOWN}


def write_transitions(transitions: Sequence[Transition]) -> None:
    """In the order of their times. Each ends the one that lasted until then."""
    if not transitions:
        return
    ended: dict[int, int] = {}
    newest: dict[int, Transition] = {}
    for each in transitions:
        if each.owner_id in newest:
            newest[each.owner_id].ended_ms = each.time_ms
        else:
            ended[each.owner_id] = each.time_ms
        newest[each.owner_id] = each
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE monitoring_transition SET ended_ms = %s"
            " WHERE check_id = %s AND ended_ms IS NULL",
            [(time_ms, owner_id) for owner_id, time_ms in ended.items()],
        )
    Transition.objects.bulk_create(transitions)


class Turning(NamedTuple):
    """A check that turns or flaps, with the labels of its series."""

    check_id: int
    flapping_since_ms: int | None
    labels: Mapping[str, str]


def note_flapping(turning: Sequence[Turning], now_ms: int) -> list[store.Point]:
    """`check_flapping` while it lasts and when it ends."""
    if not turning:
        return []
    turns: dict[int, list[int]] = defaultdict(list)
    changes = Transition.objects.filter(
        owner__in=[each.check_id for each in turning],
        time_ms__gt=now_ms - HOUR_MS,
        status__in=_TURNS,
        before__in=_TURNS,
    )
    for owner_id, time_ms in changes.values_list("owner_id", "time_ms"):
        turns[owner_id].append(time_ms)
    points = []
    for check_id, before_ms, labels in turning:
        since_ms = flapping_since_ms(before_ms, turns[check_id], now_ms)
        if since_ms != before_ms:
            CheckState.objects.filter(pk=check_id).update(flapping_since_ms=since_ms)
        if since_ms or before_ms:
            points.append(
                store.Point("check_flapping", labels, now_ms, float(since_ms is not None))
            )
    return points


def forget_old(now_ms: int) -> int:
    """Deletes those that ended too long ago and says how many; one that lasts is never deleted."""
    oldest_ms = now_ms - KEEP_DAYS * DAY_MS
    deleted, _ = Transition.objects.filter(ended_ms__lt=oldest_ms).delete()
    return deleted
