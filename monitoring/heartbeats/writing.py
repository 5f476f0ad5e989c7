"""Writes what heartbeats have heard, within the transaction that has locked their states."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from monitoring import store
from monitoring.heartbeats.listening import Listener, labels_of
from monitoring.heartbeats.pruning import PRUNED_FROM, prune
from monitoring.heartbeats.rows import insert_pings, state_row
from monitoring.models import CheckState
from monitoring.state_rows import update_states
from monitoring.transitions import Turning, note_flapping, write_transitions


def write(listeners: Collection[Listener], now_ms: int) -> None:
    if not listeners:
        return
    insert_pings([ping for each in listeners for ping in each.pings])
    update_states([state_row(each.state) for each in listeners if each.judged])
    _write_deadlines([each.state for each in listeners if each.moved and not each.judged])
    write_transitions([transition for each in listeners for transition in each.transitions])
    turning = [
        Turning(each.state.pk, each.state.flapping_since_ms, labels_of(each.slug))
        for each in listeners
        if each.transitions or each.state.flapping_since_ms
    ]
    flapping = note_flapping(turning, now_ms)
    for each in listeners:
        if each.runs.count >= PRUNED_FROM:
            prune(each.state.pk)
    points = [point for each in listeners for point in each.points]
    if points:
        store.record_known(points, now_ms=now_ms)
    if flapping:
        store.record(flapping, now_ms=now_ms)


def _write_deadlines(states: Sequence[CheckState]) -> None:
    for state in states:
        # Whoever is just about to say that the ping is late loses the lease.
        state.leased_until_ms = 0
        state.save(update_fields=["due_ms", "leased_until_ms"])
