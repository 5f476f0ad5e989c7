"""Keeps what was made while it is made anew, so that nobody waits for a slow database."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from django.db import connections

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Kept(Generic[T]):
    """The first caller waits, unless `load` has something from before; later ones get what there
    is, and the first of them after `fresh_seconds` has it made anew in the background. While that
    fails the old one stays."""

    def __init__(
        self,
        make: Callable[[], T],
        fresh_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        start: Callable[[Callable[[], None]], None] | None = None,
        load: Callable[[], T | None] = lambda: None,
    ) -> None:
        self._make, self._fresh_seconds, self._clock = make, fresh_seconds, clock
        self._load = load
        self._start = start or _in_background
        self._lock = threading.Lock()
        self._is_making = False
        self._kept: tuple[float, T] | None = None

    def get(self) -> T:
        kept = self._kept or self._first()
        if self._clock() >= kept[0]:
            self._again()
        return kept[1]

    def forget(self) -> None:
        self._kept = None

    def _first(self) -> tuple[float, T]:
        with self._lock:
            if self._kept is not None:
                return self._kept
            loaded = self._load()
            if loaded is None:
                return self._remember()
            self._kept = (self._clock(), loaded)
            return self._kept

    def _remember(self) -> tuple[float, T]:
        made = self._make()
        self._kept = (self._clock() + self._fresh_seconds, made)
        return self._kept

    def _again(self) -> None:
        with self._lock:
            if self._is_making:
                return
            self._is_making = True
        self._start(self._make_anew)

    def _make_anew(self) -> None:
        try:
            self._remember()
        except Exception:  # whatever it is, what was kept is better than nothing
            logger.warning("The status page could not be made anew", exc_info=True)
        finally:
            self._is_making = False


def _in_background(work: Callable[[], None]) -> None:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()  # nobody else would: they are this thread's

    threading.Thread(target=run, daemon=True).start()
