"""The limits themselves: pure, and read from the environment before Django is there."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

_PERIODS = {"s": 1.0, "min": 60.0, "h": 3600.0}


class Group(StrEnum):
    """What is counted together."""

    LOGIN = "login"
    PING = "ping"
    HEALTH = "health"
    STATUS = "status"
    SUBSCRIBE = "subscribe"
    API = "api"


class Limit(NamedTuple):
    """`seconds` are between two requests in the long run; `burst` may come at once."""

    seconds: float
    burst: int


Limits = dict[Group, Limit | None]
DEFAULTS = "login=20/min, ping=5000/s, health=2000/s, status=50/s, subscribe=10/h, api=300/s"


def parse_limits(text: str) -> Limits:
    """`login=20/min, api=off`; what is not named keeps its default. Raises ValueError."""
    if text.strip().lower() == "off":
        return dict.fromkeys(Group)
    return {**_parsed(DEFAULTS), **_parsed(text)}


def _parsed(text: str) -> Limits:
    pairs = [each.partition("=") for each in text.split(",") if each.strip()]
    return {_group(name.strip()): _limit(value.strip()) for name, _, value in pairs}


def _group(name: str) -> Group:
    if name not in set(Group):
        raise ValueError(f"{name!r} is none of {', '.join(Group)}")
    return Group(name)


def _limit(value: str) -> Limit | None:
    if value.lower() == "off":
        return None
    count, _, period = value.partition("/")
    if not count.isdecimal() or not 1 <= int(count) <= 10**9 or period not in _PERIODS:
        raise ValueError(f"{value!r} is not a limit such as 20/min or 300/s")
    return Limit(_PERIODS[period] / int(count), int(count))


def admit(due: float, now: float, limit: Limit) -> tuple[float, float]:
    """Generic cell rate algorithm: how many seconds to wait (0: come in), and the new `due`.

    `due` is when the next request would come if all came evenly; 0 for an address not seen yet.
    """
    following = max(due, now) + limit.seconds
    wait = following - now - limit.seconds * limit.burst
    # Half a millisecond is rounding, not a wait.
    return (wait, due) if wait > 0.0005 else (0.0, following)
