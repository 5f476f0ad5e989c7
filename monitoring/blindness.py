"""Whether a failure may be the portal's own: it has lost its network. Pure.

One failing check says nothing of that; what else was probed since it began to fail does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.verdicts import Surroundings

# So many others that fail in the same way make it the portal's network.
ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Witness:
    """Another check. `lost`: its last probe failed as one does without a network."""

    check_id: int
    probed_ms: int
    lost: bool
    is_reference: bool


@dataclass(frozen=True, slots=True)
class Hearing:
    """`ask`: checks that should be probed at once because their word is missing."""

    finding: Surroundings
    ask: tuple[int, ...] = ()


def hear(witnesses: Sequence[Witness], is_reference: bool, since_ms: int) -> Hearing:
    """`witnesses` without the failing check itself, which `is_reference` is about."""
    references = [each for each in witnesses if each.is_reference]
    if is_reference or references:
        return _unanimous(references, len(references), since_ms)
    if len(witnesses) < ENOUGH - 1:
        # Too few to tell the portal's network from theirs.
        return Hearing(Surroundings.CLEAR)
    return _unanimous(witnesses, ENOUGH, since_ms)


def _unanimous(witnesses: Sequence[Witness], enough: int, since_ms: int) -> Hearing:
    heard = [each for each in witnesses if each.probed_ms >= since_ms]
    if not all(each.lost for each in heard):
        return Hearing(Surroundings.CLEAR)
    if len(heard) >= min(enough, len(witnesses)):
        return Hearing(Surroundings.BLIND)
    silent = [each.check_id for each in witnesses if each.probed_ms < since_ms]
    return Hearing(Surroundings.UNSURE, tuple(silent[:enough]))
