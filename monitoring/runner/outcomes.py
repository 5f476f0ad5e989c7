"""Writes what probes have found: state, transitions and points, in one transaction a batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction

from monitoring import store
from monitoring.models import CheckState
from monitoring.runner.blindness import Senses
from monitoring.runner.judging import Judged, Outcome
from monitoring.runner.rows import State, lock_states
from monitoring.runner.steady import Steady, is_steady
from monitoring.state_rows import update_states, update_steady_states
from monitoring.transitions import Turning, note_flapping, write_transitions

__all__ = ["Outcome", "write"]


def write(outcomes: Sequence[Outcome]) -> int:
    """Returns how many counted: one whose lease has run out is another's by now."""
    with transaction.atomic():
        states = _leased_states(outcomes)
        senses = Senses(outcomes[0].time_ms)
        steady, judged = _sorted(outcomes, states, senses)
        update_steady_states([each.row() for each in steady])
        update_states([each.row() for each in judged])
        now_ms = max(each.time_ms for each in outcomes)
        points = [point for each in steady for point in each.points()]
        points += [point for each in judged for point in each.points()]
        if points:
            store.record_known(points, now_ms=now_ms)
        _write_changes(judged, senses, now_ms)
    return len(steady) + len(judged)


def _sorted(
    outcomes: Sequence[Outcome], states: dict[int, State], senses: Senses
) -> tuple[list[Steady], list[Judged]]:
    """The steady ones in the order of their checks, which is mostly that of their series: what is
    written of them lies side by side."""
    steady, judged = [], []
    for each in outcomes:
        state = states.get(each.lease.check_id)
        if state is None:
            continue
        if is_steady(each, state):
            senses.saw(each.check)
            steady.append(Steady(each, state))
        else:
            judged.append(Judged(each, state, senses))
    steady.sort(key=_check_id)
    return steady, judged


def _check_id(steady: Steady) -> int:
    return steady.state.check_id


def _leased_states(outcomes: Sequence[Outcome]) -> dict[int, State]:
    lease_of = {each.lease.check_id: each.lease for each in outcomes}
    found, stale = {}, []
    for row in lock_states(lease_of):
        lease = lease_of[row.check_id]
        if row.leased_until_ms != lease.until_ms:
            continue
        if row.due_ms is None or row.version != lease.version:
            stale.append(row.check_id)
        else:
            found[row.check_id] = row
    if stale:
        # Edited or paused in the meantime: what was found is of settings that are no more.
        CheckState.objects.filter(pk__in=stale).update(leased_until_ms=0)
    return found


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
