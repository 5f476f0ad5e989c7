"""The object of /api/health/detailed. Null where there is no data: nothing is invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError

from alerts.summary import firing_summary
from backups.summary import summary as backups_summary
from monitoring import store
from monitoring.models import CheckState
from monitoring.rates import TrafficSummary, traffic_summary
from monitoring.serializers import iso
from monitoring.store import LatestPoint
from opsportal.health.facts import shared_facts
from opsportal.health.state import portal_state, uptime_seconds
from opsportal.version import VERSION

WINDOW_SECONDS = 300
# Older values are no longer the system's state.
STALE_AFTER_MS = 60_000
LOADS = ("load1", "load5", "load15")
SPACE = ("percent", "used_bytes", "total_bytes")
MEMORY = {name: f"memory_{name}" for name in SPACE}
DISK = {name: f"disk_{name}" for name in SPACE}
METRICS = ("cpu_percent", "host_uptime_seconds", *LOADS, *MEMORY.values(), *DISK.values())


def timestamp(now: datetime) -> str:
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


def summary(now: datetime) -> dict[str, Any]:
    """What everybody may know."""
    return {
        "status": portal_state(now).status,
        "timestamp": timestamp(now),
        "version": VERSION,
    }


def detailed(now: datetime) -> dict[str, Any]:
    now_ms = int(now.timestamp() * 1000)
    points, traffic = _read(now_ms)
    return {
        **summary(now),
        "uptime_seconds": round(uptime_seconds()),
        "system": system(points, settings.HOST_NAME, now_ms),
        "application": application(traffic),
        "dependencies": _dependencies(),
        "alerts": _alerts(),
        "backups": _backups(now_ms),
        # Beyond the contract: what the portal measures of its own parts.
        "portal": shared_facts.get(),
    }


def _read(now_ms: int) -> tuple[list[LatestPoint], TrafficSummary | None]:
    """Nothing where the database fails: the status says so already."""
    try:
        return store.latest_of(METRICS), traffic_summary(now_ms, WINDOW_SECONDS)
    except DatabaseError:
        return [], None


def _alerts() -> dict[str, Any]:
    """Those that fire, the worst first. Nothing where the database fails."""
    try:
        return firing_summary()
    except DatabaseError:
        return {"firing": 0, "acknowledged": 0, "items": []}


def _backups(now_ms: int) -> list[dict[str, Any]]:
    """Of every plan that is on. Nothing where the database fails."""
    try:
        return backups_summary(now_ms)
    except DatabaseError:
        return []


def _dependencies() -> list[dict[str, Any]]:
    """Of every check that is not paused. Nothing where the database fails."""
    states = CheckState.objects.filter(owner__enabled=True).order_by("owner__name")
    try:
        return [
            {
                "name": name,
                "kind": kind,
                "status": status,
                "response_time_ms": _rounded(response_time_ms),
                "checked_at": None if probed_ms is None else iso(probed_ms),
                "message": message,
            }
            for name, kind, status, response_time_ms, probed_ms, message in states.values_list(
                "owner__name", "owner__kind", "status", "response_time_ms", "probed_ms", "message"
            )
        ]
    except DatabaseError:
        return []


def system(points: Sequence[LatestPoint], host: str, now_ms: int) -> dict[str, Any]:
    """Pure: the vitals of `host` that are not stale."""
    own = [
        each
        for each in points
        if each.series.labels.get("host") == host and now_ms - each.time_ms < STALE_AFTER_MS
    ]
    values = {each.series.metric: each.value for each in own if "path" not in each.series.labels}
    loads = [values[name] for name in LOADS if name in values]
    return {
        "host": host,
        "cpu_percent": _rounded(values.get("cpu_percent")),
        "memory": _space(MEMORY, values),
        "disk": _disk(own),
        "load": [round(load, 2) for load in loads] or None,
        "uptime_seconds": values.get("host_uptime_seconds"),
    }


def _disk(points: Sequence[LatestPoint]) -> dict[str, Any]:
    """The root, or where there is none the fullest."""
    by_path: dict[str, dict[str, float]] = {}
    for each in points:
        if "path" in each.series.labels:
            by_path.setdefault(each.series.labels["path"], {})[each.series.metric] = each.value
    fullest = max(by_path, key=lambda path: by_path[path].get("disk_percent", 0), default=None)
    path = "/" if "/" in by_path else fullest
    return {"path": path, **_space(DISK, by_path.get(path or "", {}))}


def _space(names: Mapping[str, str], values: Mapping[str, float]) -> dict[str, float | None]:
    return {key: _rounded(values.get(metric)) for key, metric in names.items()}


def application(traffic: TrafficSummary | None) -> dict[str, Any]:
    return {
        "window_seconds": WINDOW_SECONDS,
        "requests_total": traffic and traffic.requests_total,
        "requests_per_minute": traffic and _rounded(traffic.requests_per_minute),
        "error_rate_percent": traffic and _rounded(traffic.error_rate_percent),
        "response_time_ms": {
            name: traffic and _rounded(getattr(traffic, f"{name}_ms"))
            for name in ("avg", "p50", "p95", "p99")
        },
    }


def _rounded(value: float | None) -> float | None:
    """Bytes are whole, everything else is told to a tenth or a hundredth."""
    if value is None:
        return None
    return round(value) if abs(value) >= 100_000 else round(value, 2)
