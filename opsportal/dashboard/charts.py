"""Every chart of the page, as data. A new chart is one entry in CHARTS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

RESPONSE_TIME = "http_response_time_ms"
SERVICE_TIME = "http_service_response_time_ms"
REQUESTS = "http_requests_per_minute"
# A legend of more would not fit beside its title.
DRAWN_ROUTES = 3


class Scope(StrEnum):
    """What a chart is about, and so which label the page's choice fixes."""

    HOST = "host"
    SERVICE = "service"
    PORTAL = "portal"


@dataclass(frozen=True, slots=True)
class LineDefinition:
    """A line, or with `split_by` one for each value of that label (most `split_most`)."""

    label: str
    metric: str
    aggregation: str = "mean"
    labels: Mapping[str, str] = field(default_factory=dict)
    split_by: str = ""
    split_most: int = 5


@dataclass(frozen=True, slots=True)
class ChartDefinition:
    """`limit_metric` draws that metric's limits; `top` fixes the axis, else it follows the data.

    `missing` tells somebody who sees no data what brings it.
    """

    key: str
    title: str
    unit: str
    scope: Scope
    lines: tuple[LineDefinition, ...]
    missing: str
    limit_metric: str = ""
    top: float | None = None
    filled: bool = False


_VITALS = "Vitals come every 10 seconds from each host where a worker runs: start one there."
_TRAFFIC = "Requests appear within 20 seconds of being answered: open a page of the service."

CHARTS = (
    ChartDefinition(
        "response_time",
        "Response time",
        "ms",
        Scope.SERVICE,
        (
            LineDefinition("p50", SERVICE_TIME, "p50"),
            LineDefinition("p95", SERVICE_TIME, "p95"),
            LineDefinition("p99", SERVICE_TIME, "p99"),
        ),
        _TRAFFIC,
        limit_metric=RESPONSE_TIME,
    ),
    ChartDefinition(
        "errors",
        "Error rate",
        "%",
        Scope.SERVICE,
        (
            LineDefinition("5xx", SERVICE_TIME, "share", {"status_class": "5xx"}),
            LineDefinition("4xx", SERVICE_TIME, "share", {"status_class": "4xx"}),
        ),
        _TRAFFIC,
        limit_metric="http_error_rate_percent",
    ),
    ChartDefinition(
        "requests",
        "Requests",
        "/min",
        Scope.SERVICE,
        (LineDefinition("all routes", SERVICE_TIME, "rate"),),
        _TRAFFIC,
        filled=True,
    ),
    ChartDefinition(
        "routes",
        "Busiest routes, p95",
        "ms",
        Scope.SERVICE,
        (LineDefinition("", RESPONSE_TIME, "p95", split_by="route", split_most=DRAWN_ROUTES),),
        _TRAFFIC,
    ),
    ChartDefinition(
        "cpu",
        "CPU",
        "%",
        Scope.HOST,
        (
            LineDefinition("all cores", "cpu_percent"),
            LineDefinition("busiest core", "cpu_core_max_percent", "maximum"),
        ),
        _VITALS,
        limit_metric="cpu_percent",
        top=100,
    ),
    ChartDefinition(
        "memory",
        "Memory",
        "%",
        Scope.HOST,
        (LineDefinition("memory", "memory_percent"), LineDefinition("swap", "swap_percent")),
        _VITALS,
        limit_metric="memory_percent",
        top=100,
    ),
    ChartDefinition(
        "disk",
        "Disk space",
        "%",
        Scope.HOST,
        (LineDefinition("", "disk_percent", "maximum", split_by="path"),),
        _VITALS,
        limit_metric="disk_percent",
        top=100,
    ),
    ChartDefinition(
        "network",
        "Network",
        "B/s",
        Scope.HOST,
        (
            LineDefinition("in", "net_receive_bytes_per_second"),
            LineDefinition("out", "net_transmit_bytes_per_second"),
        ),
        _VITALS,
    ),
    ChartDefinition(
        "disk_io",
        "Disk traffic",
        "B/s",
        Scope.HOST,
        (
            LineDefinition("read", "disk_read_bytes_per_second"),
            LineDefinition("written", "disk_write_bytes_per_second"),
        ),
        _VITALS,
    ),
    ChartDefinition(
        "queue",
        "Background work",
        "s",
        Scope.PORTAL,
        (LineDefinition("queue lag", "portal_queue_lag_seconds", "maximum"),),
        "A canary runs through scheduler, queue and worker every 10 seconds: start them.",
        filled=True,
    ),
)

GAUGES = sorted(
    {line.metric for chart in CHARTS for line in chart.lines} - {RESPONSE_TIME, SERVICE_TIME}
)
