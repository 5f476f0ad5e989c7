"""A threshold on a host's CPU, its points, and a channel that hears, at times that are given."""

from __future__ import annotations

from typing import Any

from alerts.engine import evaluate_all
from alerts.models import Alert, Channel, Route, Threshold
from alerts.telling import look_again
from monitoring import store

START_MS = 1_795_435_200_000  # Monday, 23 November 2026, noon
MINUTE_MS = 60_000


def threshold(name: str = "CPU", **fields: Any) -> Threshold:
    defaults = {"metric": "cpu_percent", "value": 90, "severity": "critical"}
    return Threshold.objects.create(name=name, **{**defaults, **fields})


def channel(name: str = "hook", kind: str = "webhook") -> Channel:
    return Channel.objects.create(name=name, kind=kind, settings={"url": "http://127.0.0.1:1/"})


def route(*channels: Channel, name: str = "Every alert", **fields: Any) -> Route:
    made = Route.objects.create(name=name, **{"group_wait_seconds": 0, **fields})
    made.channels.add(*channels)
    return made


def measure(value: float, second: float, host: str = "web-1", metric: str = "cpu_percent") -> None:
    """Recorded and evaluated, as if at that second."""
    now_ms = START_MS + int(second * 1000)
    store.record([store.Point(metric, {"host": host}, now_ms, value)], now_ms=now_ms)
    evaluate_all(now_ms)


def tick(second: float) -> None:
    now_ms = START_MS + int(second * 1000)
    evaluate_all(now_ms)
    look_again(now_ms)


def alert(**fields: Any) -> Alert:
    return Alert.objects.get(**fields)
