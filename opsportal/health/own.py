"""What the portal measures of its own parts, for the doctor and the detailed health."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from django.conf import settings
from django.db import DatabaseError, connection

QUEUES = ("default", "backups")
_LOOKS = 3


def database_latency_ms() -> float:
    """The median of a few: the first one also pays for the connection. Raises DatabaseError."""
    taken_ms = []
    with connection.cursor() as cursor:
        for _ in range(_LOOKS):
            began = time.perf_counter()
            # From a table: SQLite would answer a bare SELECT 1 without its file.
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
            cursor.fetchone()
            taken_ms.append((time.perf_counter() - began) * 1000)
    return sorted(taken_ms)[_LOOKS // 2]


def database_verdict() -> str:
    try:
        database_latency_ms()
    except DatabaseError as error:
        return type(error).__name__
    finally:
        connection.close()
    return "ok"


@contextmanager
def broker(timeout_seconds: float = 2.0) -> Iterator[redis.Redis]:
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=min(timeout_seconds, 2.0),
    )
    try:
        yield client
    finally:
        client.close()


def queue_lengths(client: redis.Redis) -> dict[str, int]:
    """Messages that no worker has taken yet. Raises redis.RedisError."""
    return {name: int(client.llen(name)) for name in QUEUES}


def used_percent(path: Path) -> float:
    """As the users of the file system see it. Raises OSError."""
    found = shutil.disk_usage(path)
    return 100 * found.used / max(1, found.used + found.free)


def database_skew_seconds() -> float | None:
    """How far this host's clock is ahead of the database's. None where it is the same clock."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        before = time.time()
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        theirs = float(cursor.fetchone()[0])
        return (before + time.time()) / 2 - theirs


def broker_skew_seconds(client: redis.Redis) -> float | None:
    if settings.REDIS_URL.startswith("unix:"):
        return None
    before = time.time()
    seconds, microseconds = client.time()
    return (before + time.time()) / 2 - (seconds + microseconds / 1e6)


def clock_skews() -> dict[str, float]:
    """Beside each clock that is another's. Raises DatabaseError, redis.RedisError."""
    with broker() as client:
        found = {
            "database's clock": database_skew_seconds(),
            "broker's clock": broker_skew_seconds(client),
        }
    return {name: seconds for name, seconds in found.items() if seconds is not None}
