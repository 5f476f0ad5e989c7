"""The table of routes, the slowest first: pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from operator import itemgetter

from monitoring.histogram import Histogram
from monitoring.store import Window
from opsportal.dashboard.before import change_text, notable
from opsportal.dashboard.formats import NOTHING, text
from opsportal.dashboard.totals import TOTALS
from opsportal.dashboard.traffic import Traffic, grouped, has_failed

SHOWN = 20
LABELS = ("method", "route", "service")


@dataclass(frozen=True, slots=True)
class Route:
    """One row; everything but `key` is ready to be shown. `change` is that of p95; `place` is the
    service where there are several, which may well have a route in common."""

    key: str
    method: str
    route: str
    service: str
    per_minute: str
    errors: str
    p50: str
    p95: str
    p99: str
    apdex: str
    change: str
    failing: bool
    slower: bool
    place: str = ""


Measured = tuple[tuple[str, ...], Traffic]
"""The values of LABELS, and what was measured."""


def slowest(windows: Iterable[Window]) -> list[Measured]:
    """By p95 over all of the windows, at most SHOWN."""
    groups = grouped(windows, *LABELS)
    totals = ((TOTALS.total(group), labels) for labels, group in groups.items())
    measured = [(-(total.p95 or 0), labels, total) for total, labels in totals if total.count]
    measured.sort(key=itemgetter(0, 1))
    # How many failed is asked of those that are shown.
    return [
        (
            labels,
            Traffic(total.histogram, TOTALS([w for w in groups[labels] if has_failed(w.series)])),
        )
        for _p95, labels, total in measured[:SHOWN]
    ]


def route_rows(
    measured: Iterable[Measured], minutes: float, before: Iterable[Window] = ()
) -> list[Route]:
    """Of what was measured in `minutes`; `before` is what to compare with."""
    earlier = grouped(before, *LABELS)
    rows = [
        _row(labels, traffic, TOTALS(earlier.get(labels, ())), minutes)
        for labels, traffic in measured
    ]
    several = len({row.service for row in rows}) > 1
    return [replace(row, place=row.service) for row in rows] if several else rows


def _row(labels: tuple[str, ...], traffic: Traffic, before: Histogram, minutes: float) -> Route:
    method, route, service = labels
    times = traffic.histogram
    pair = times.percentile(95), before.percentile(95)
    return Route(
        key="|".join(labels),
        method=method,
        route=route,
        service=service,
        per_minute=text(traffic.count / minutes, ""),
        errors=text(traffic.error_percent, "%"),
        p50=text(times.percentile(50), "ms"),
        p95=text(times.percentile(95), "ms"),
        p99=text(times.percentile(99), "ms"),
        apdex=f"{traffic.apdex or 0:.2f}",
        change=change_text(*pair) or NOTHING,
        failing=traffic.errors > 0,
        slower=notable(*pair, (traffic.count, before.count)),
    )
