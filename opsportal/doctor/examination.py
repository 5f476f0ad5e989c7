"""One part after the other, each with a deadline: one that hangs does not hide the others, and none
makes another look slow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import redis
from django.db import DatabaseError, connection

from opsportal.doctor.base import Examine, Finding, State, wrong
from opsportal.health.bounded import Bounded, LookTimeoutError

TIMEOUT_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Examined:
    part: str
    finding: Finding


def examine(
    parts: Mapping[str, Examine], timeout_seconds: float = TIMEOUT_SECONDS
) -> list[Examined]:
    return [
        Examined(name, finding)
        for name, part in parts.items()
        for finding in _found(name, part, timeout_seconds)
    ]


def is_well(examined: list[Examined]) -> bool:
    return all(each.finding.state != State.WRONG for each in examined)


def _found(name: str, part: Examine, timeout_seconds: float) -> list[Finding]:
    look = Bounded(f"doctor-{name}", _closing(part))
    look.start()
    try:
        return look.result(timeout_seconds)
    except LookTimeoutError:
        return [wrong("it did not answer in time", "See what it waits for: it hangs.")]
    except DatabaseError:
        return [wrong("cannot be judged without the database", "Mend the database first.")]
    except redis.RedisError:
        return [wrong("cannot be judged without the broker", "Mend the broker first.")]
    except Exception as error:
        text = f"the look at it failed: {type(error).__name__}: {error}"
        return [wrong(text, "This is a fault of the portal: please report it.")]


def _closing(part: Examine) -> Callable[[], list[Finding]]:
    """Each look has a thread of its own, and so a connection of its own."""

    def look() -> list[Finding]:
        try:
            return list(part())
        finally:
            connection.close()

    return look
