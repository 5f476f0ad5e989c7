"""Evaluates on a thread of a worker: what has just got points at once, all at each sweep."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from queue import Empty, SimpleQueue

from django.conf import settings
from django.db import DatabaseError, connection

from alerts.catching_up import catch_up, note
from alerts.deadman import Switch
from alerts.engine import evaluate_all, evaluate_series
from alerts.models import Delivery, DeliveryStatus
from alerts.outbox import set_right
from alerts.telling import look_again
from monitoring import store

logger = logging.getLogger(__name__)

_IDLE_SECONDS = 2.0
SWEEP = None


class Evaluator:
    """One per process."""

    def __init__(self) -> None:
        self._inbox: SimpleQueue[frozenset[int] | None] = SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="evaluating", daemon=True)
        self._switch = Switch(settings.DEAD_MANS_SWITCH_URL)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self.sweep()
        self._thread.join(5)

    def touch(self, series_ids: Iterable[int]) -> None:
        """From any thread; returns at once."""
        self._inbox.put(frozenset(series_ids))

    def sweep(self) -> None:
        self._inbox.put(SWEEP)

    def _run(self) -> None:
        while not self._stopping.is_set():
            touched, swept = self._gathered()
            try:
                if touched:
                    evaluate_series(touched, _now_ms())
                if swept:
                    self._sweep()
            except DatabaseError as error:
                # The next sweep looks at everything again.
                logger.warning("cannot evaluate thresholds: %s", error)
                connection.close()
            except Exception:
                logger.exception("evaluating thresholds")
        connection.close()

    def _gathered(self) -> tuple[set[int], bool]:
        try:
            items = [self._inbox.get(timeout=_IDLE_SECONDS)]
        except Empty:
            connection.close_if_unusable_or_obsolete()
            return set(), False
        while not self._inbox.empty():
            items.append(self._inbox.get())
        touched = {each for item in items if item is not None for each in item}
        return touched, any(item is None for item in items)

    def _sweep(self) -> None:
        now_ms = _now_ms()
        catch_up(now_ms)
        evaluate_all(now_ms)
        note(now_ms)
        set_right(now_ms)
        look_again(now_ms)
        _record_pending(now_ms)
        self._switch.alive(now_ms)


def _record_pending(now_ms: int) -> None:
    waiting = Delivery.objects.filter(status__in=(DeliveryStatus.QUEUED, DeliveryStatus.FAILED))
    point = store.Point("portal_deliveries_pending", {}, now_ms, float(waiting.count()))
    store.record([point])


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
