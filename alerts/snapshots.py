"""An alert as it was when a message about it was queued: what a message is made of, whatever
becomes of the alert until it is sent."""

from __future__ import annotations

from typing import Any

from alerts.conditions.limit import with_unit
from alerts.lifecycle import Why
from alerts.models import Alert, AlertState
from monitoring.catalogue import METRICS


def snapshot(alert: Alert) -> dict[str, Any]:
    """In JSON's types; of alerts.message.Item those fields that change with time."""
    threshold = alert.threshold
    return {
        "status": "resolved" if alert.state == AlertState.RESOLVED else "firing",
        "severity": alert.severity,
        "threshold": alert.name,
        "metric": alert.metric,
        "labels": alert.labels,
        "fingerprint": alert.fingerprint,
        "summary": f"{alert.message}{_how_it_ended(alert)}"[:500],
        "value": alert.value,
        "limit": alert.limit,
        "unit": alert.shown_unit,
        "comparison": threshold.comparison if threshold else "",
        "since_ms": alert.fired_ms or alert.started_ms,
        "resolved_ms": alert.resolved_ms,
        "runbook_url": threshold.runbook_url if threshold else "",
        "series_id": alert.series_id,
    }


def _how_it_ended(alert: Alert) -> str:
    """A series that fell silent has not recovered: who is told that it is over hears so."""
    is_plain = alert.resolved_why in ("", str(Why.RECOVERED))
    return "" if is_plain else f" ({alert.resolved_why})"


def made_up(channel_name: str, by: str, now_ms: int) -> dict[str, Any]:
    """For a test or a drill."""
    return {
        "status": "firing",
        "severity": "info",
        "threshold": f"Test of {channel_name}",
        "metric": "cpu_percent",
        "labels": {"host": "example"},
        "fingerprint": "test",
        "summary": f"This is a test, sent by {by}. CPU {with_unit('cpu_percent', 97.2)}",
        "value": 97.2,
        "limit": 90.0,
        "unit": METRICS["cpu_percent"].unit,
        "comparison": ">",
        "since_ms": now_ms,
        "resolved_ms": None,
        "runbook_url": "",
        "series_id": None,
    }
