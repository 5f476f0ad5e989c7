"""Changes of status as rows."""

from __future__ import annotations

from collections.abc import Sequence

from monitoring.models import CheckState, CheckStatus, Transition
from monitoring.verdicts import HOUR_MS, flapping_since_ms

_TURNS = {CheckStatus.UP, CheckStatus.DEGRADED, CheckStatus.DOWN}


def write_transitions(transitions: Sequence[Transition]) -> None:
    """In the order of their times. Each ends the one that lasted until then."""
    newest: dict[int, Transition] = {}
    for each in transitions:
        if each.owner_id in newest:
            newest[each.owner_id].ended_ms = each.time_ms
        else:
            open_ones = Transition.objects.filter(owner_id=each.owner_id, ended_ms=None)
            open_ones.update(ended_ms=each.time_ms)
        newest[each.owner_id] = each
    Transition.objects.bulk_create(transitions)


def note_flapping(state: CheckState, now_ms: int) -> None:
    changes = Transition.objects.filter(
        owner_id=state.owner_id, time_ms__gt=now_ms - HOUR_MS, status__in=_TURNS, before__in=_TURNS
    )
    since = flapping_since_ms(
        state.flapping_since_ms, list(changes.values_list("time_ms", flat=True)), now_ms
    )
    if since != state.flapping_since_ms:
        CheckState.objects.filter(pk=state.pk).update(flapping_since_ms=since)
