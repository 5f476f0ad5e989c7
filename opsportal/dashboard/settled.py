"""Remembers what is over, so that a refresh reads only the last minutes.

Of a step that is not over, what has settled is remembered, too: a chart in steps of four hours
would else read four hours again for each refresh. A point that comes later than SETTLED_AFTER_MS
shows at the latest after READ_AGAIN_AFTER_MS, when everything is read again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from monitoring.store import Bucket, Window, WindowRequest, added
from opsportal.dashboard.folding import folded
from opsportal.dashboard.ranges import MINUTE_MS

SETTLED_AFTER_MS = 120_000
READ_AGAIN_AFTER_MS = 900_000
# A step's histogram takes about 2 kB: this bounds what a process remembers to some 12 MB.
MOST_WEIGHT = 60_000
HISTOGRAM_WEIGHT = 10
RAW_MS = 1

WindowsOfEach = Callable[[Sequence[WindowRequest]], list[list[Window]]]
"""As `monitoring.store.windows_of_each`"""
Key = tuple[int, int, bool, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Settled:
    """Windows of all that came from `start_ms` to `until_ms`, first read at `read_at_ms`."""

    start_ms: int
    until_ms: int
    read_at_ms: int
    windows: list[Window]

    @property
    def weight(self) -> int:
        return sum(
            len(w.buckets) * (HISTOGRAM_WEIGHT if w.buckets and w.buckets[0].histogram else 1)
            for w in self.windows
        )


class SettledSteps:
    """Safe to use from several threads: the worst of a race is that something is read twice."""

    def __init__(self) -> None:
        self._known: dict[Key, Settled] = {}
        self._weights: dict[Key, int] = {}
        self._lock = threading.Lock()

    def windows(
        self, requests: Sequence[WindowRequest], now_ms: int, windows_of_each: WindowsOfEach
    ) -> list[list[Window]]:
        """As `windows_of_each`, with what is over from memory where it is known."""
        # The place among the requests is part of what an entry is known by: the same series of last
        # week have one of their own.
        known = [self._covering(place, each, now_ms) for place, each in enumerate(requests)]
        pairs = zip(requests, known, strict=True)
        asked = [request for each, settled in pairs for request in _asked(each, settled, now_ms)]
        read = windows_of_each(asked)
        return [
            self._joined((place, each), settled, read[2 * place : 2 * place + 2], now_ms)
            for place, (each, settled) in enumerate(zip(requests, known, strict=True))
        ]

    def _covering(self, place: int, request: WindowRequest, now_ms: int) -> Settled | None:
        known = self._known.get(_key(place, request))
        return known if known and covers(known, request, now_ms) else None

    def _joined(
        self,
        placed: tuple[int, WindowRequest],
        known: Settled | None,
        read: Sequence[list[Window]],
        now_ms: int,
    ) -> list[Window]:
        place, request = placed
        if not request.series:
            return []
        over, fresh = read
        read_at_ms = now_ms
        if known is not None:
            read_at_ms = known.read_at_ms
            over = joined(known.windows, over, request) if over else since(known.windows, request)
        elif not over:
            over = [Window(each, RAW_MS, []) for each in request.series]
        settled = Settled(_first_ms(request), until(request, now_ms), read_at_ms, over)
        self._remember(_key(place, request), settled)
        if request.whole:
            return beside(over, fresh)
        return joined(over, fresh, request) if fresh else over

    def clear(self) -> None:
        with self._lock:
            self._known.clear()
            self._weights.clear()

    def _remember(self, key: Key, fresh: Settled) -> None:
        """The entries used longest ago go first when they weigh too much together."""
        with self._lock:
            self._known.pop(key, None)
            self._known[key] = fresh
            self._weights[key] = fresh.weight
            total = sum(self._weights.values())
            while total > MOST_WEIGHT:
                oldest = next(iter(self._known))
                del self._known[oldest]
                total -= self._weights.pop(oldest)


def _key(place: int, request: WindowRequest) -> Key:
    return place, request.step_ms, request.whole, tuple(each.id for each in request.series)


def _first_ms(request: WindowRequest) -> int:
    return request.start_ms - request.start_ms % request.step_ms


def _end_ms(request: WindowRequest) -> int:
    return request.end_ms if request.exact else request.end_ms + -request.end_ms % request.step_ms


def _grain_ms(request: WindowRequest) -> int:
    """In which what is not over is read: of whole steps or of whole minutes."""
    return request.step_ms if request.step_ms % MINUTE_MS else MINUTE_MS


def until(request: WindowRequest, now_ms: int) -> int:
    """Before which nothing of it will change any more."""
    last_ms = min(now_ms - SETTLED_AFTER_MS, _end_ms(request))
    return max(_first_ms(request), last_ms - last_ms % _grain_ms(request))


def _asked(
    request: WindowRequest, known: Settled | None, now_ms: int
) -> tuple[WindowRequest, WindowRequest]:
    """What to read of what is over, and of what is not."""
    step_ms, until_ms, grain_ms = request.step_ms, until(request, now_ms), _grain_ms(request)
    start_ms = _first_ms(request)
    if known is not None:
        # Little, and of now: as it was recorded, not as it is rolled up.
        start_ms, step_ms = known.until_ms, grain_ms
    return (
        _part(request, start_ms, until_ms, step_ms),
        _part(request, until_ms, _end_ms(request), grain_ms),
    )


def _part(request: WindowRequest, start_ms: int, end_ms: int, step_ms: int) -> WindowRequest:
    """Without series where there is nothing to read."""
    if start_ms < end_ms:
        return WindowRequest(request.series, start_ms, end_ms, step_ms, True, request.whole)
    return WindowRequest((), 0, 1, 1)


def covers(known: Settled, request: WindowRequest, now_ms: int) -> bool:
    """What is known must not reach beyond what is asked for."""
    fresh = 0 <= now_ms - known.read_at_ms < READ_AGAIN_AFTER_MS
    first_ms = _first_ms(request)
    if request.whole and known.start_ms != first_ms:
        return False
    return fresh and known.start_ms <= first_ms <= known.until_ms <= until(request, now_ms)


def joined(old: Sequence[Window], new: Sequence[Window], request: WindowRequest) -> list[Window]:
    """The steps of `old` from the first on, and `new` added to them. Buckets of `old` that get
    nothing more stay the same objects."""
    return [_added(before, after.buckets, request) for before, after in zip(old, new, strict=True)]


def since(windows: Sequence[Window], request: WindowRequest) -> list[Window]:
    """What is known, from the first step on."""
    return list(windows) if request.whole else [_added(each, [], request) for each in windows]


def beside(old: Sequence[Window], new: Sequence[Window]) -> list[Window]:
    """What is over and what is not as a bucket each: so what is over is the same object at each
    look, and nobody needs the two as one."""
    if not new:
        return list(old)
    return [
        Window(before.series, before.resolution_ms, before.buckets + after.buckets)
        if after.buckets
        else before
        for before, after in zip(old, new, strict=True)
    ]


def _added(window: Window, new: list[Bucket], request: WindowRequest) -> Window:
    if request.whole:
        buckets = [added([*window.buckets, *new])] if new else window.buckets
    else:
        kept = _from(window.buckets, _first_ms(request))
        buckets = folded(kept, new, request.step_ms) if new else kept
    if buckets is window.buckets:
        return window
    return Window(window.series, window.resolution_ms, buckets)


def _from(buckets: list[Bucket], first_ms: int) -> list[Bucket]:
    if not buckets or buckets[0].time_ms >= first_ms:
        return buckets
    return [bucket for bucket in buckets if bucket.time_ms >= first_ms]
