"""What the newest pings of one heartbeat tell of its job's runs. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from monitoring.models import Ping

Newest = tuple[str, UUID | None, int, int, int]
"""kind, rid, the ping's place in their order, its time in ms since the epoch, how many there are"""

_NEVER = (-1, 0)


class Runs:
    """Made of the newest ping of each kind and rid. `count`: how many pings there are in all."""

    def __init__(self, newest: Iterable[Newest] = ()) -> None:
        self.count = 0
        self._newest: dict[tuple[str, UUID | None], tuple[int, int]] = {}
        for kind, rid, place, time_ms, count in newest:
            self._newest[kind, rid] = (place, time_ms)
            self.count += count
        self._place = max((place for place, _ in self._newest.values()), default=0)

    def add(self, kind: str, rid: UUID | None, time_ms: int) -> None:
        self._place += 1
        self.count += 1
        self._newest[kind, rid] = (self._place, time_ms)

    def duration_ms(self, rid: UUID | None, end_ms: int) -> int | None:
        """Of the run that ends now; None where it did not tell its start, or has ended before."""
        place, start_ms = self._of(Ping.Kind.START, rid)
        ended = max(self._of(kind, rid)[0] for kind in (Ping.Kind.SUCCESS, Ping.Kind.FAIL))
        return max(0, end_ms - start_ms) if place > ended else None

    def last_success_ms(self) -> int | None:
        successes = [each for (kind, _), each in self._newest.items() if kind == Ping.Kind.SUCCESS]
        return max(successes)[1] if successes else None

    def running_since_ms(self, after_ms: int) -> int | None:
        """Of the longest run that has not ended, of those that began later than `after_ms`. As with
        Healthchecks, a failure ends every run, and so does a success without a rid."""
        ends = [each for (kind, _), each in self._newest.items() if kind == Ping.Kind.FAIL]
        ended_place, _ = max([*ends, self._of(Ping.Kind.SUCCESS, None)])
        starts = [
            time_ms
            for (kind, rid), (place, time_ms) in self._newest.items()
            if kind == Ping.Kind.START
            and place > max(ended_place, self._of(Ping.Kind.SUCCESS, rid)[0])
        ]
        return min((each for each in starts if each > after_ms), default=None)

    def _of(self, kind: str, rid: UUID | None) -> tuple[int, int]:
        return self._newest.get((kind, rid), _NEVER)
