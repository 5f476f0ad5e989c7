"""Planned work, whose time availability leaves out. Who plans it lives upstairs and is asked by a
signal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from monitoring.models import Check
from monitoring.signals import planned_work_asked
from monitoring.tags import labels_of

Window = tuple[int, int]
"""Start and end in ms."""


@dataclass(frozen=True, slots=True)
class PlannedWork:
    """`covers` says of the labels of a series whether the work is on what it is about."""

    covers: Callable[[Mapping[str, str]], bool]
    windows: Sequence[Window]


def planned_between(start_ms: int, end_ms: int) -> list[PlannedWork]:
    asked = planned_work_asked.send(sender=None, start_ms=start_ms, end_ms=end_ms)
    # The stubs take what a receiver returns for text.
    answers = cast("list[tuple[object, list[PlannedWork]]]", asked)
    return [work for _, found in answers for work in found]


def left_out_of(check: Check, planned: Sequence[PlannedWork]) -> list[Window]:
    """The times of work on a check, oldest first; those that overlap are one."""
    if not planned:
        return []
    own = {"check": check.slug, "kind": check.kind, "metric": "check_up"}
    labels = {**labels_of(check.tags), **own}
    return merged(each for work in planned if work.covers(labels) for each in work.windows)


def merged(windows: Iterable[Window]) -> list[Window]:
    """Oldest first; those that overlap are one."""
    merged: list[Window] = []
    for start, end in sorted(windows):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
