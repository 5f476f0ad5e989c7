"""A worker: asked through the queue, it has to answer through the broker and reach the database.

It does not sing the canary's song: that would hide a scheduler that is dead.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator

import kombu.exceptions
import redis

from opsportal.doctor.base import Finding, ok, wrong
from opsportal.health.own import broker
from opsportal.tasks import answer

WAIT_SECONDS = 8
_MEND = (
    "Start the portal (make run), or a worker (python manage.py worker); when it runs, its log "
    "says what it is busy with."
)


def examine() -> Iterator[Finding]:
    key = f"opsportal:answer:{secrets.token_hex(8)}"
    began = time.monotonic()
    try:
        answer.apply_async((key,), expires=WAIT_SECONDS)
        with broker(WAIT_SECONDS + 2) as client:
            reply = client.blpop([key], timeout=WAIT_SECONDS)
    except (redis.RedisError, kombu.exceptions.OperationalError, OSError):
        yield wrong("cannot be asked while the broker does not answer", "Mend the broker first.")
        return
    if reply is None:
        yield wrong(f"none took a message within {WAIT_SECONDS} s", _MEND)
        return
    yield judged(json.loads(reply[1]), (time.monotonic() - began) * 1000)


def judged(reply: dict[str, str], took_ms: float) -> Finding:
    """Pure."""
    who = f"the one on {reply['host']} (process {reply['pid']})"
    if reply["database"] != "ok":
        mend = "Give it the DATABASE_URL that the web server has, and let its host in."
        return wrong(f"{who} does not reach the database: {reply['database']}", mend)
    return ok(f"{who} answered in {took_ms:.0f} ms")
