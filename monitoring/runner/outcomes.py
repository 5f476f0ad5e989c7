"""Writes what probes have found: state, transitions and points, in one transaction a batch."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence

from django.db import connection, transaction

from monitoring import store
from monitoring.models import CheckState
from monitoring.runner import steady
from monitoring.runner.blindness import Senses
from monitoring.runner.judging import Judged, Outcome
from monitoring.runner.leasing import Lease
from monitoring.runner.rows import State, lock_states
from monitoring.state_rows import update_states, update_steady_states
from monitoring.store.dialect import commit_without_disk
from monitoring.transitions import Turning, note_flapping, write_transitions

__all__ = ["Outcome", "write"]


class LeaseLostError(Exception):
    """Some of them ran out, or their checks were edited or paused: that is rarely so."""


def write(outcomes: Sequence[Outcome]) -> int:
    """Returns how many counted: one whose lease has run out is another's by now."""
    with contextlib.suppress(LeaseLostError), transaction.atomic():
        return _write(outcomes)
    with transaction.atomic():
        return _write(_still_leased(outcomes))


def _write(outcomes: Sequence[Outcome]) -> int:
    if not outcomes:
        return 0
    good, others = _sorted(outcomes)
    if update_steady_states([steady.row(each) for each in good]) < len(good):
        raise LeaseLostError
    senses = Senses(outcomes[0].time_ms)
    judged = _judged(others, senses)
    update_states([each.row() for each in judged])
    if senses.is_blind:
        for each in good:
            senses.saw(each.check)
    now_ms = max(each.time_ms for each in outcomes)
    points = [point for each in good for point in steady.points(each)]
    points += [point for each in judged for point in each.points()]
    if points:
        store.record_known(points, now_ms=now_ms)
    _write_changes(judged, senses, now_ms)
    if not judged:
        # Ten thousand a minute that say what is known; the disk would take a fifth of the time.
        with connection.cursor() as cursor:
            commit_without_disk(cursor)
    return len(good) + len(judged)


def _sorted(outcomes: Sequence[Outcome]) -> tuple[list[Outcome], list[Outcome]]:
    """The steady ones in the order of their checks, which is mostly that of their series: what is
    written of them lies side by side. And all others."""
    good: list[Outcome] = []
    others: list[Outcome] = []
    for each in outcomes:
        (good if steady.is_steady(each) else others).append(each)
    good.sort(key=_check_id)
    return good, others


def _check_id(outcome: Outcome) -> int:
    return outcome.lease.check_id


def _judged(outcomes: Sequence[Outcome], senses: Senses) -> list[Judged]:
    if not outcomes:
        return []
    states = {row.check_id: row for row in lock_states([_check_id(each) for each in outcomes])}
    leased = [(each, states.get(_check_id(each))) for each in outcomes]
    if any(state is None or not _holds(each.lease, state) for each, state in leased):
        raise LeaseLostError
    return [Judged(each, state, senses) for each, state in leased if state is not None]


def _still_leased(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Those whose leases hold, until this transaction ends."""
    states = {row.check_id: row for row in lock_states(list(map(_check_id, outcomes)))}
    found, stale = [], []
    for each in outcomes:
        state = states.get(_check_id(each))
        if state is not None and _holds(each.lease, state):
            found.append(each)
        elif state is not None and state.leased_until_ms == each.lease.until_ms:
            stale.append(state.check_id)
    if stale:
        # Edited or paused in the meantime: what was found is of settings that are no more.
        CheckState.objects.filter(pk__in=stale).update(leased_until_ms=0)
    return found


def _holds(lease: Lease, state: State) -> bool:
    return state.leased_until_ms == lease.until_ms and state.version == lease.version


def _write_changes(judged: Iterable[Judged], senses: Senses, now_ms: int) -> None:
    write_transitions([each.transition() for each in judged if each.changed])
    turning = [
        Turning(each.state.check_id, each.state.flapping_since_ms, each.check.series.labels)
        for each in judged
        if each.changed or each.state.flapping_since_ms
    ]
    points = note_flapping(turning, now_ms) + senses.points
    if points:
        store.record(points, now_ms=now_ms)
