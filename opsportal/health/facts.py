"""The portal's own parts in figures: `portal` of /api/health/detailed. Bounded and shared as every
look is; null where a part did not answer."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.db import connection

from opsportal.health import own
from opsportal.health.bounded import Bounded
from opsportal.health.parts import TIMEOUT_SECONDS
from opsportal.health.shared import Shared

Facts = dict[str, Any]
NO_DATABASE: Facts = {"database_latency_ms": None, "database_clock_skew_seconds": None}
NO_BROKER: Facts = {
    "broker_latency_ms": None,
    "broker_clock_skew_seconds": None,
    "messages_waiting": None,
}
NO_DISK: Facts = {"data_disk_percent": None}


def _of_database() -> Facts:
    try:
        latency_ms, skew = own.database_latency_ms(), own.database_skew_seconds()
    finally:
        connection.close()
    return {"database_latency_ms": round(latency_ms, 2), **_skew("database", skew)}


def _of_broker() -> Facts:
    with own.broker(TIMEOUT_SECONDS) as client:
        client.ping()
        began = time.perf_counter()
        client.ping()
        latency_ms = (time.perf_counter() - began) * 1000
        return {
            "broker_latency_ms": round(latency_ms, 2),
            **_skew("broker", own.broker_skew_seconds(client)),
            "messages_waiting": own.queue_lengths(client),
        }


def _of_disk() -> Facts:
    """A network file system may hang like any server."""
    return {"data_disk_percent": round(own.used_percent(settings.DATA_DIR), 2)}


def _skew(name: str, seconds: float | None) -> Facts:
    """Null also where it is this host's own clock."""
    return {f"{name}_clock_skew_seconds": None if seconds is None else round(seconds, 3)}


_LOOKS: tuple[tuple[Bounded[Facts], Facts], ...] = (
    (Bounded("database-facts", _of_database), NO_DATABASE),
    (Bounded("broker-facts", _of_broker), NO_BROKER),
    (Bounded("disk-facts", _of_disk), NO_DISK),
)


def take_facts() -> Facts:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    for look, _ in _LOOKS:
        look.start()
    facts: Facts = {}
    for look, nothing in _LOOKS:
        try:
            facts |= look.result(deadline - time.monotonic())
        except Exception:
            # Why is told by the look behind the status, and logged there.
            facts |= nothing
    return facts


shared_facts = Shared(take_facts)
