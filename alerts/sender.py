"""Sends what is queued: a thread for each channel that has something, so that a slow one delays no
other. Runs in workers; `due_channels` every two seconds is the guarantee behind the nudges."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from django.db import DatabaseError, connection

from alerts.outbox import drain, due_channels

logger = logging.getLogger(__name__)

# Made when they are needed: as many channels may hang before one of them delays another.
_THREADS = 200
_LOOK_SECONDS = 2.0


class Sender:
    """One per process."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, "sending")
        self._lock = threading.Lock()
        self._busy: set[int] = set()
        self._again: set[int] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._look, name="outbox", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What is being sent ends by itself; what waits is another worker's."""
        self._stopping.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def join(self) -> None:
        self._pool.shutdown(wait=True)
        self._thread.join()

    def wake(self, channel_ids: Iterable[int]) -> None:
        for channel_id in channel_ids:
            with self._lock:
                if channel_id in self._busy:
                    # It may have looked just before the new row was there.
                    self._again.add(channel_id)
                    continue
                self._busy.add(channel_id)
            self._pool.submit(self._drain, channel_id)

    def _drain(self, channel_id: int) -> None:
        goes_on = True
        while goes_on and not self._stopping.is_set():
            try:
                drain(channel_id)
            except DatabaseError as error:
                logger.warning("cannot send to channel %s: %s", channel_id, error)
            except Exception:
                logger.exception("sending to channel %s", channel_id)
            with self._lock:
                goes_on = channel_id in self._again
                self._again.discard(channel_id)
                if not goes_on:
                    self._busy.discard(channel_id)
        connection.close()

    def _look(self) -> None:
        while not self._stopping.wait(_LOOK_SECONDS):
            try:
                self.wake(due_channels(time.time_ns() // 1_000_000))
            except DatabaseError as error:
                logger.warning("cannot look for messages to send: %s", error)
                connection.close()
