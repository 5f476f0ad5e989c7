"""Collects the timings of requests in the process and writes them every few seconds.

The hot path is one append to a deque, which is atomic and takes no lock. A background thread makes
histograms of what has gathered. Free of models, so that any Django project can use it.
"""

from __future__ import annotations

import atexit
import functools
import logging
import multiprocessing.util
import os
import socket
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from monitoring.histogram import Histogram
from monitoring.route_names import OTHER_ROUTE, readable

logger = logging.getLogger(__name__)

METRIC = "http_response_time_ms"
# Of all routes together: hundreds of routes are merged once, here, and not at each look.
SERVICE_METRIC = "http_service_response_time_ms"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})
OTHER_METHOD = "OTHER"
# A project that makes routes out of data must not make a series of each.
MAX_ROUTES = 500
# Woken early at this length; at 112 bytes each the buffer stays small between flushes.
WAKE_LENGTH = 20_000
# While a writer hangs: 11 MB at most.
MAX_TIMINGS = 100_000
# Points that could not be written, of 1.5 kB each: 30 MB, or half an hour of 100 series.
MAX_PENDING = 20_000
LONGEST_PAUSE_SECONDS = 120.0


# Route (a pattern, never a path), method, status, milliseconds. A plain tuple: it is made five
# times faster than a named one, and the garbage collector does not walk the thousands that wait.
Timing = tuple[str, str, int, float]


class TrafficPoint(NamedTuple):
    """As the store's Point, which other projects do not have."""

    metric: str
    labels: Mapping[str, str]
    time_ms: int
    value: Histogram


class WriteError(Exception):
    """The points could not be written now and may be tried again."""


class Writer(Protocol):
    def write(self, points: Sequence[TrafficPoint]) -> None:
        """Raises WriteError for what may succeed later; drops what never will, and says so."""


class StoreWriter:
    """Writes to this portal's own store."""

    def write(self, points: Sequence[TrafficPoint]) -> None:
        from django.db import Error, connection

        from monitoring import store

        try:
            result = store.record([store.Point(*point) for point in points])
        except Error as error:
            raise WriteError(str(error)) from error
        finally:
            # Held for ten idle seconds, a connection would be one less for requests.
            connection.close()
        if result.rejected:
            logger.warning(
                "%d points refused, the first: %s", len(result.rejected), result.rejected[0].reason
            )


class Recorder:
    """One per process. `append` is for the middleware; everything else is the thread's."""

    def __init__(
        self,
        make_writer: Callable[[], Writer],
        labels: Mapping[str, str],
        flush_seconds: float = 10,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._make_writer, self._labels = make_writer, dict(labels)
        self._flush_seconds, self._clock = flush_seconds, clock
        self._reset()
        if hasattr(os, "register_at_fork"):  # Windows does not fork
            os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        """A forked child starts empty: what was gathered before is its parent's to write."""
        self.running = False
        # Made before the first request: a wrong setting stops the start and breaks no request.
        self._writer = self._make_writer()
        self.buffer: deque[Timing] = deque(maxlen=MAX_TIMINGS)
        self.append = self.buffer.append
        self._flushing = threading.Lock()
        self._wake = threading.Event()
        self._pending: list[TrafficPoint] = []
        self._dropped = 0
        self._routes: set[str] = set()
        self._last_time_ms = 0
        self._failures = 0
        self._paused_until = 0.0

    def start(self) -> None:
        """At the process's first request, by when servers have forked their workers."""
        with self._flushing:
            if self.running:
                return
            try:
                threading.Thread(target=self._run, name="traffic", daemon=True).start()
            except RuntimeError as error:
                # The machine has no thread left: this request goes on, the next one tries again.
                logger.warning("traffic is not written yet: %s", error)
                return
            self.running = True
        # Servers end their workers by different ways; a second flush finds nothing to do.
        atexit.register(self.flush, final=True)
        multiprocessing.util.Finalize(None, self.flush, kwargs={"final": True}, exitpriority=10)

    def wake(self) -> None:
        self._wake.set()

    def _run(self) -> None:
        while True:
            self._wake.wait(self._flush_seconds)
            self._wake.clear()
            try:
                self.flush()
            except Exception:
                # A thread that ends would lose every later request without a word.
                logger.exception("traffic could not be written")

    def flush(self, *, final: bool = False) -> None:
        """Writes what has gathered; what cannot be written now is kept for the next time."""
        with self._flushing:
            if not self.running:
                return
            self._pending += self._drain()
            self._drop_oldest()
            if self._pending and (final or self._clock() >= self._paused_until):
                self._write()

    def _drop_oldest(self) -> None:
        excess = max(0, len(self._pending) - MAX_PENDING)
        if excess and not self._dropped:
            logger.warning("%d points of traffic wait: the oldest are dropped", MAX_PENDING)
        self._dropped += excess
        del self._pending[:excess]

    def _write(self) -> None:
        try:
            self._writer.write(self._pending)
        except WriteError as error:
            self._failures += 1
            pause = min(self._flush_seconds * 2**self._failures, LONGEST_PAUSE_SECONDS)
            self._paused_until = self._clock() + pause
            if self._failures == 1:
                logger.warning("traffic is kept until it can be written: %s", error)
            return
        if self._failures:
            logger.warning("traffic is written again; %d points were dropped", self._dropped)
        self._pending, self._dropped = [], 0
        self._failures, self._paused_until = 0, 0.0

    def _drain(self) -> list[TrafficPoint]:
        gathered: defaultdict[tuple[str, str, int], list[float]] = defaultdict(list)
        if len(self.buffer) == MAX_TIMINGS:
            logger.warning("some requests were not counted: writing the others took too long")
        # As many as there are now: under load the buffer would never be empty.
        for _ in range(len(self.buffer)):
            route, method, status, milliseconds = self.buffer.popleft()
            gathered[route, method, status].append(milliseconds)
        if not gathered:
            return []
        # Labels once per kind of request and not per request: a third of the time, which this
        # thread takes from requests, as only one runs at once.
        histograms: defaultdict[tuple[str, str, str], Histogram] = defaultdict(Histogram)
        for kind, values in gathered.items():
            histograms[self._key(*kind)].merge(Histogram.of(values))
        time_ms = self._time_ms()
        of_routes = [
            TrafficPoint(METRIC, {**self._labels, **_labels(*key)}, time_ms, histogram)
            for key, histogram in histograms.items()
        ]
        return of_routes + self._of_service(histograms, time_ms)

    def _of_service(
        self, histograms: Mapping[tuple[str, str, str], Histogram], time_ms: int
    ) -> list[TrafficPoint]:
        totals: defaultdict[str, Histogram] = defaultdict(Histogram)
        for (_route, _method, status_class), histogram in histograms.items():
            totals[status_class].merge(histogram)
        return [
            TrafficPoint(SERVICE_METRIC, {**self._labels, "status_class": each}, time_ms, total)
            for each, total in totals.items()
        ]

    def _key(self, pattern: str, method: str, status: int) -> tuple[str, str, str]:
        route = readable(pattern)[:200]
        if route not in self._routes:
            if len(self._routes) < MAX_ROUTES:
                self._routes.add(route)
            else:
                route = OTHER_ROUTE
        return route, method if method in METHODS else OTHER_METHOD, f"{status // 100}xx"

    def _time_ms(self) -> int:
        """Processes of a host share series, and must never share a time: the second would replace
        the first. Each has its own millisecond of the second."""
        second_ms = int(self._clock()) * 1000
        time_ms = max(second_ms + os.getpid() % 1000, self._last_time_ms + 1000)
        self._last_time_ms = time_ms
        return time_ms


def _labels(route: str, method: str, status_class: str) -> dict[str, str]:
    return {"route": route, "method": method, "status_class": status_class}


def configuration() -> dict[str, Any]:
    """The TRAFFIC setting with its defaults; docs/traffic.md explains each."""
    given: dict[str, Any] = getattr(settings, "TRAFFIC", {})
    return {
        "SERVICE": "django",
        "HOST": getattr(settings, "HOST_NAME", "") or socket.gethostname(),
        "EXCLUDE": [],
        "WRITER": "monitoring.traffic.StoreWriter",
        "FLUSH_SECONDS": 10,
        **given,
    }


@functools.cache
def process_recorder() -> Recorder:
    """One however many handlers a process has: two would write different points of the same series
    at the same time, and the later ones replace the earlier."""
    chosen = configuration()
    return Recorder(
        import_string(chosen["WRITER"]),
        {"service": chosen["SERVICE"], "host": chosen["HOST"]},
        chosen["FLUSH_SECONDS"],
    )
