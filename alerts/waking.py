"""Brings news to those that act on them: within a worker to its threads, from elsewhere by task."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection
from typing import Any

from django.db import DatabaseError
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

_METRICS_KEPT_SECONDS = 5.0
_MOST_KNOWN = 200_000


class Threads:
    """Those of this process, where it is a worker."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._started: Any = None

    def start(self) -> None:
        from alerts.evaluator import Evaluator
        from alerts.sender import Sender

        with self._lock:
            if self._started is None:
                self._started = (Evaluator(), Sender())
                for each in self._started:
                    each.start()

    def stop(self) -> None:
        with self._lock:
            for each in self._started or ():
                each.stop()
            self._started = None

    @property
    def evaluator(self) -> Any:
        return self._started[0] if self._started else None

    @property
    def sender(self) -> Any:
        return self._started[1] if self._started else None


THREADS = Threads()


class Interest:
    """Which series anybody watches, without asking the database at every point."""

    def __init__(self) -> None:
        self._metric_of: dict[int, str] = {}
        self._metrics: frozenset[str] = frozenset()
        self._read_at = float("-inf")

    def among(self, series_ids: Collection[int]) -> list[int]:
        watched = self._watched()
        if not watched:
            return []
        self._learn([each for each in series_ids if each not in self._metric_of])
        return [each for each in series_ids if self._metric_of.get(each) in watched]

    def _watched(self) -> frozenset[str]:
        from alerts.models import Threshold

        now = time.monotonic()
        if now - self._read_at > _METRICS_KEPT_SECONDS:
            found = Threshold.objects.filter(enabled=True).values_list("metric", flat=True)
            self._metrics, self._read_at = frozenset(found), now
        return self._metrics

    def _learn(self, series_ids: Collection[int]) -> None:
        from monitoring.models import Series

        if len(self._metric_of) > _MOST_KNOWN:
            self._metric_of.clear()
        if series_ids:
            rows = Series.objects.filter(pk__in=series_ids)
            self._metric_of.update(rows.values_list("pk", "metric"))


INTEREST = Interest()


def points_came(series_ids: set[int], **_: object) -> None:
    """After the points are committed. An error here must not become the recorder's."""
    try:
        watched = INTEREST.among(series_ids)
        if not watched:
            return
        if THREADS.evaluator is not None:
            THREADS.evaluator.touch(watched)
        else:
            from alerts.tasks import evaluate

            evaluate.apply_async((watched,), expires=60, retry=False)
    except (DatabaseError, OperationalError, OSError) as error:
        # The sweep sees them a few seconds later.
        logger.warning("nobody was told of new points: %s", error)


def deliveries_came(channel_ids: set[int], **_: object) -> None:
    try:
        if THREADS.sender is not None:
            THREADS.sender.wake(channel_ids)
        else:
            from alerts.tasks import send

            send.apply_async((sorted(channel_ids),), expires=60, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("nobody was told of new deliveries: %s", error)
