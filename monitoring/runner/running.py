"""The runner of this process: leases due checks, has them probed, writes what was found.

`tick` is called by a task every few seconds, in whichever worker takes it. The work itself is done
by threads of that worker: a task that waited for slow checks would hold up all others. One thread
does all that concerns the database, so that on SQLite leasing and writing do not wait for each
other.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from functools import cache

from celery.signals import worker_shutdown
from django.conf import settings
from django.db import DatabaseError, DataError, IntegrityError, connection

from monitoring import store
from monitoring.runner.engine import CAPACITY, Engine
from monitoring.runner.inbox import Inbox
from monitoring.runner.leasing import lease_due, release, set_right
from monitoring.runner.outcomes import Outcome, write
from monitoring.runner.prepared import PreparedChecks

logger = logging.getLogger(__name__)

# What comes due before the next tick is leased now and begun on time.
AHEAD_MS = 6000
_LAG_EVERY_MS = 10_000
_SET_RIGHT_EVERY_MS = 60_000
# Waiting a little for so many makes batches; nobody sees a state change a tenth of a second later.
# In larger ones a result costs more again, and the last is written when nothing else is to do.
_BATCH = 500
# Where none are being asked, these are while the rest of a crowd is leased.
_FIRST = 250
_GATHER_SECONDS, _GATHER_TIMES = 0.02, 5
_IDLE_SECONDS = 1.0
# Each look for more of a crowd costs too: with less room than for half of it the next one waits.
_NEXT_LOOK_MS = 500
# By the database, for what stands in them; that it is away is another matter.
_REFUSED = (DataError, IntegrityError, ValueError)


class Runner:
    """One per process."""

    def __init__(self) -> None:
        self._inbox = Inbox()
        self._engine = Engine(self._inbox.put)
        self._checks = PreparedChecks()
        self._stopping = threading.Event()
        self._more_are_due = False
        self._lag_recorded_ms = self._set_right_ms = self._leased_ms = 0
        self._thread = threading.Thread(target=self._run, name="checks", daemon=True)

    def start(self) -> None:
        # Thousands of prepared checks live as long as the process, and every probe leaves garbage
        # that needs no collector: looking through them so often took half of the writing's time.
        gc.freeze()
        gc.set_threshold(100_000, 20, 20)
        self._engine.start()
        self._thread.start()

    def tick(self) -> None:
        """Wakes the thread; returns at once."""
        self._inbox.tick()

    def stop(self) -> None:
        """Writes what has come back; what has not ended is given back."""
        self._engine.stop()
        self._stopping.set()
        self.tick()
        self._thread.join(5)
        # Only now: the thread may just have leased some more.
        release(self._engine.unfinished)

    def _run(self) -> None:
        while not self._stopping.is_set() or self._inbox:
            batch, ticked = self._gathered()
            try:
                # In this order: what is leased is probed while the batch is written.
                if not self._stopping.is_set():
                    self._lease_if(ticked)
                if batch:
                    self._write(batch)
            except DatabaseError as error:
                # What cannot be written is probed again when its lease has run out.
                logger.warning("cannot run checks; %s results are lost: %s", len(batch), error)
                connection.close()
        connection.close()

    def _gathered(self) -> tuple[list[Outcome], bool]:
        """A batch of outcomes, and whether there was a tick among them."""
        if not self._inbox.wait(_IDLE_SECONDS):
            # On PostgreSQL a connection held by an idle thread would be one less for others.
            connection.close_if_unusable_or_obsolete()
            return [], False
        if not self._inbox.has_ticked:
            self._wait_for_more()
        return self._inbox.take(_BATCH)

    def _wait_for_more(self) -> None:
        for _ in range(_GATHER_TIMES):
            if len(self._inbox) >= _BATCH or self._engine.is_idle.wait(_GATHER_SECONDS):
                return

    def _write(self, batch: list[Outcome]) -> None:
        try:
            write(batch)
        except _REFUSED:
            self._write_apart(batch)
        if any(each.check.may_be_due_within(AHEAD_MS) for each in batch):
            # It would wait for the next tick otherwise.
            self._lease(_now_ms())

    def _write_apart(self, batch: list[Outcome]) -> None:
        """One that the database does not take is not to cost the others theirs."""
        for each in batch:
            try:
                write([each])
            except _REFUSED:
                logger.exception("the result of check %s cannot be written", each.check.slug)

    def _lease_if(self, ticked: bool) -> None:
        """At a tick; and when there were more than fitted, while many of them are still asked: what
        probes must not run dry while a batch is gathered and written."""
        now_ms = _now_ms()
        if ticked or (self._more_are_due and self._has_room(now_ms)):
            self._lease(now_ms)

    def _has_room(self, now_ms: int) -> bool:
        """Those that hang may take more than half of it for long."""
        free = self._engine.free
        is_time = _is_over(self._leased_ms, now_ms, _NEXT_LOOK_MS)
        return free >= CAPACITY // 2 or (is_time and free >= CAPACITY // 4)

    def _lease(self, now_ms: int) -> None:
        self._leased_ms = now_ms
        if _is_over(self._set_right_ms, now_ms, _SET_RIGHT_EVERY_MS):
            self._set_right_ms = now_ms
            if found := set_right(now_ms, AHEAD_MS):
                logger.warning("the clock was set back: %s checks waited for its return", found)
        if self._engine.free == CAPACITY:
            self._lease_some(now_ms, _FIRST)
        else:
            self._more_are_due = True
        if self._more_are_due:
            self._lease_some(now_ms, self._engine.free)
        if _is_over(self._lag_recorded_ms, now_ms, _LAG_EVERY_MS):
            self._lag_recorded_ms = now_ms
            self._record_lag(now_ms)

    def _lease_some(self, now_ms: int, limit: int) -> None:
        leases = lease_due(now_ms, AHEAD_MS, limit) if limit > 0 else []
        self._more_are_due = len(leases) == limit
        self._engine.submit(leases, self._checks.of(leases))

    def _record_lag(self, now_ms: int) -> None:
        lag_seconds = self._engine.take_highest_lag_ms() / 1000
        labels = {"host": settings.HOST_NAME}
        store.record([store.Point("check_lag_seconds", labels, now_ms, lag_seconds)])


def _is_over(last_ms: int, now_ms: int, every_ms: int) -> bool:
    """Also at once when the clock was set back."""
    return not 0 <= now_ms - last_ms < every_ms


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


@cache
def runner() -> Runner:
    started = Runner()
    started.start()
    return started


@worker_shutdown.connect
def _stop(**_: object) -> None:
    if runner.cache_info().currsize:
        runner().stop()
