"""Points of pings that changed nothing, written every second, many heartbeats in one transaction.

The store has one writer at a time: were each ping such a writer, a thousand jobs that end on the
hour would queue behind each other. What changes a status does not pass here; it is written together
with the change.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections.abc import Iterable

from django.db import Error, connection

from monitoring import store

logger = logging.getLogger(__name__)


class PointBuffer:
    """Keeps the latest point of each series, so that its size is bounded by their number."""

    def __init__(self, every_seconds: float = 1.0) -> None:
        self._every_seconds = every_seconds
        self._reset()
        os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        self._latest: dict[tuple[str, str], store.Point] = {}
        self._lock = threading.Lock()
        self._filled, self._stopping = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def put(self, points: Iterable[store.Point]) -> None:
        with self._lock:
            self._latest |= {(each.metric, each.labels["check"]): each for each in points}
            if self._latest and self._thread is None:
                self._thread = threading.Thread(target=self._run, name="heartbeats", daemon=True)
                self._thread.start()
                atexit.register(self.stop)
        self._filled.set()

    def stop(self) -> None:
        """Writes what waits."""
        self._stopping.set()
        self._filled.set()
        if self._thread is not None:
            self._thread.join(5)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._filled.wait()
            self._filled.clear()
            self._stopping.wait(self._every_seconds)
            self._flush()
        self._flush()

    def _flush(self) -> None:
        """What cannot be written is dropped: the next ping brings the same again."""
        with self._lock:
            points, self._latest = list(self._latest.values()), {}
        try:
            store.record(points)
        except Error as error:
            logger.warning("%d points of heartbeats are lost: %s", len(points), error)
        finally:
            connection.close()


buffer = PointBuffer()
