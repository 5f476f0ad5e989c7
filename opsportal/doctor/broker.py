"""The broker: answers, has memory left, and its queues do not grow."""

from __future__ import annotations

from collections.abc import Iterator

import redis
from django.conf import settings

from opsportal.doctor.base import Finding, graded, ok, wrong
from opsportal.health.own import broker, queue_lengths

ADVISED_MESSAGES, ALLOWED_MESSAGES = 1_000, 20_000
ADVISED_PERCENT, ALLOWED_PERCENT = 75.0, 90.0


def examine() -> Iterator[Finding]:
    try:
        with broker() as client:
            client.ping()
            lengths = queue_lengths(client)
            memory = client.info("memory")
    except redis.RedisError as error:
        yield wrong(f"it does not answer: {_in_a_line(error)}", _mend())
        return
    yield ok("it answers")
    for name, length in lengths.items():
        text = f"{length} messages wait in “{name}”"
        mend = "Start more workers, or see what they are busy with."
        yield graded(length, ADVISED_MESSAGES, ALLOWED_MESSAGES, text, mend)
    limit = int(memory.get("maxmemory") or 0)
    if limit:
        percent = 100 * int(memory["used_memory"]) / limit
        text = f"{percent:.0f} % of its memory is in use"
        yield graded(percent, ADVISED_PERCENT, ALLOWED_PERCENT, text, "See which queue grows.")


def _in_a_line(error: redis.RedisError) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _mend() -> str:
    if settings.EMBEDDED_BROKER:
        return "Start the portal: make run, or see broker.log in the data directory."
    return "Check REDIS_URL, that the server runs, and that it lets this host in."
