"""The table of routes, the slowest first: pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from monitoring.store import Window
from opsportal.dashboard.formats import text
from opsportal.dashboard.traffic import Traffic, grouped, total

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Route:
    """One row; everything but `key` is ready to be shown."""

    key: str
    method: str
    route: str
    service: str
    per_minute: str
    errors: str
    p50: str
    p95: str
    p99: str
    failing: bool


def slowest_routes(windows: Iterable[Window], minutes: float) -> list[Route]:
    """The slowest by p95 over the whole range, of `minutes`."""
    measured = [
        (labels, total(group))
        for labels, group in grouped(windows, "method", "route", "service").items()
    ]
    measured = [(labels, traffic) for labels, traffic in measured if traffic.count]
    measured.sort(key=lambda pair: (-_percentile(pair[1], 95), pair[0]))
    return [_row(labels, traffic, minutes) for labels, traffic in measured[:SHOWN]]


def _row(labels: tuple[str, ...], traffic: Traffic, minutes: float) -> Route:
    method, route, service = labels
    return Route(
        key="|".join(labels),
        method=method,
        route=route,
        service=service,
        per_minute=text(traffic.count / minutes, ""),
        errors=text(traffic.error_percent, "%"),
        p50=text(_percentile(traffic, 50), "ms"),
        p95=text(_percentile(traffic, 95), "ms"),
        p99=text(_percentile(traffic, 99), "ms"),
        failing=traffic.errors > 0,
    )


def _percentile(traffic: Traffic, percent: float) -> float:
    return traffic.histogram.percentile(percent) or 0.0
