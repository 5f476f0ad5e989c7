"""Records pings and what they make of their heartbeats: those of a moment in one transaction."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction

from monitoring.heartbeats.combining import Combiner
from monitoring.heartbeats.listening import Listener
from monitoring.heartbeats.received import Received
from monitoring.heartbeats.rows import Address, Pinged, lock_pinged, runs_of
from monitoring.heartbeats.writing import write
from monitoring.models import CheckState, CheckStatus
from monitoring.verdicts import Surroundings


def record_pings(
    pings: Sequence[tuple[Address, Received]], now_ms: int | None = None
) -> Sequence[bool]:
    """Of each, whether there is such a heartbeat. Raises DatabaseError when none was recorded."""
    with transaction.atomic():
        listeners = _listeners({address for address, _ in pings})
        # After the locks: pings of one check have their times in their order.
        now_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
        for address, received in pings:
            if address in listeners:
                listeners[address].hear(received, now_ms)
        write({each.state.pk: each for each in listeners.values()}.values(), now_ms)
    return [address in listeners for address, _ in pings]


record_ping = Combiner(record_pings)


def _listeners(addresses: Collection[Address]) -> dict[Address, Listener]:
    pinged = lock_pinged(addresses)
    runs, fallen = runs_of([each.state.pk for each in pinged]), _fallen_parents(pinged)
    by_address: dict[Address, Listener] = {}
    for each in pinged:
        around = Surroundings.PARENT_DOWN if each.parent_id in fallen else Surroundings.CLEAR
        listener = Listener(each, runs[each.state.pk], around)
        by_address |= {each.uuid: listener, each.slug: listener}
    return by_address


def _fallen_parents(pinged: Iterable[Pinged]) -> set[int | None]:
    """A portal that has lost its network would not have heard the ping; only parents count."""
    parents = {each.parent_id for each in pinged} - {None}
    if not parents:
        return set()
    down = (CheckStatus.DOWN, CheckStatus.UNKNOWN)
    rows = CheckState.objects.filter(pk__in=parents, status__in=down)
    return set(rows.values_list("pk", flat=True))
