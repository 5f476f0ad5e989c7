"""Celery tasks: thin shells over callable code, run by the schedules of `monitoring.schedules`.

What they do is imported where it is done: beat only has to know their names, and the web process
only sends them.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from celery import Task, shared_task
from celery.signals import before_task_publish
from django.conf import settings
from django.core.management import call_command
from kombu import Exchange

# A worker that was away does not catch up on samples: their moment has passed.
BROADCAST_EXPIRES_SECONDS = 5

HOSTS = Exchange("hosts", type="fanout")

_compaction = threading.Lock()


@before_task_publish.connect(dispatch_uid="monitoring.stamp")
def stamp(headers: dict[str, Any] | None = None, **_: object) -> None:
    """Every message carries the time of its sending: any task can tell how long it waited."""
    if headers is not None:
        headers["sent_at"] = time.time()


@shared_task
def sample_every_host() -> None:
    """Asks every worker, through a broadcast, to sample the host that it runs on.

    Beat cannot do so itself: on Redis a message is broadcast only by a sender that declared the
    exchange as a broadcast.
    """
    options: dict[str, Any] = {"queue": "hosts", "declare": [HOSTS]}
    sample_host.apply_async(expires=BROADCAST_EXPIRES_SECONDS, **options)


@shared_task
def sample_host() -> None:
    from monitoring.vitals.sampling import record_vitals

    record_vitals(settings.HOST_NAME, settings.RUN_DIR, _now_ms())


@shared_task(bind=True)
def sing(self: Task[Any, None]) -> None:
    """The canary: it passes through beat, the queue and a worker to leave its trace."""
    from monitoring import canary

    sent_at = getattr(self.request, "sent_at", None) or time.time()
    delivery = self.request.delivery_info or {}
    queue = str(delivery.get("routing_key") or "default")
    canary.record_canary(queue, time.time() - float(sent_at), _now_ms())


@shared_task
def derive_rates() -> None:
    from monitoring.rates import record_rates

    record_rates(_now_ms())


@shared_task
def run_due_checks() -> None:
    from monitoring.runner.running import runner

    runner().tick()


@shared_task
def compact_store() -> None:
    """One at a time in a worker; between workers the store's own transactions keep order."""
    from monitoring import store

    if _compaction.acquire(blocking=False):
        try:
            store.compact()
        finally:
            _compaction.release()


@shared_task
def add_up_requests() -> None:
    from monitoring.store.running import advance

    advance(_now_ms())


@shared_task
def forget_old_transitions() -> None:
    from monitoring.transitions import forget_old

    forget_old(_now_ms())


@shared_task
def clear_expired_sessions() -> None:
    call_command("clearsessions")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
