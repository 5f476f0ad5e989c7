"""What set-up makes: thresholds, a route and inhibitions. Only on an empty table, so that what
somebody has changed or deleted stays so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from alerts.editing import save_channel, save_threshold
from alerts.models import Channel, Inhibition, Route, Threshold

DAY_SECONDS = 86_400
THRESHOLDS: tuple[dict[str, Any], ...] = (
    {
        "name": "Error rate", "metric": "http_error_rate_percent", "aggregation": "mean",
        "window_seconds": 60, "value": 5, "for_seconds": 120, "severity": "critical",
    },
    {
        "name": "Response time", "metric": "http_response_time_ms", "aggregation": "mean",
        "combine_by": "service", "window_seconds": 60, "value": 1000, "for_seconds": 120,
        "severity": "warning",
    },
    {
        "name": "CPU", "metric": "cpu_percent", "aggregation": "mean", "window_seconds": 60,
        "value": 90, "recovery_value": 80, "for_seconds": 300, "severity": "warning",
    },
    {
        "name": "Memory", "metric": "memory_percent", "aggregation": "mean", "window_seconds": 60,
        "value": 90, "recovery_value": 85, "for_seconds": 300, "severity": "warning",
    },
    {
        "name": "Disk", "metric": "disk_percent", "value": 95, "warning_value": 85,
        "severity": "critical",
    },
    {
        "name": "Disk will be full", "kind": "forecast", "metric": "disk_percent", "value": 100,
        "comparison": ">=", "severity": "warning", "for_seconds": 1800,
    },
    {
        "name": "Check down", "metric": "check_up", "comparison": "<", "value": 1,
        "severity": "critical", "window_seconds": 300,
    },
    {
        "name": "Check flaps", "metric": "check_flapping", "value": 0,
        "window_seconds": DAY_SECONDS, "severity": "warning",
    },
    {
        "name": "Certificate expires", "metric": "tls_days_remaining", "comparison": "<",
        "value": 14, "window_seconds": 2 * DAY_SECONDS, "severity": "warning",
    },
    {
        "name": "Backup too old", "metric": "backup_age_seconds", "value": 26 * 3600,
        "window_seconds": 900, "severity": "critical",
    },
    {
        "name": "Restore test failed", "metric": "restore_test_ok", "comparison": "<", "value": 1,
        "window_seconds": 2 * DAY_SECONDS, "severity": "critical",
    },
    {
        "name": "Backup not everywhere", "metric": "backup_copies_missing", "value": 0,
        "window_seconds": 900, "severity": "warning",
    },
    {
        "name": "Backup shrank by half", "metric": "backup_size_change_percent",
        "comparison": "<", "value": -50, "window_seconds": 2 * DAY_SECONDS, "severity": "warning",
    },
    {
        "name": "Backup retention stopped", "metric": "backup_retention_stopped", "value": 0,
        "window_seconds": 900, "severity": "warning",
    },
    {
        "name": "Scheduler late", "metric": "portal_beat_age_seconds", "value": 60,
        "severity": "critical",
    },
    {
        "name": "Queue late", "metric": "portal_queue_lag_seconds", "value": 30,
        "for_seconds": 60, "severity": "warning",
    },
    {
        "name": "Checks late", "metric": "check_lag_seconds", "value": 10, "for_seconds": 120,
        "severity": "warning",
    },
    {
        "name": "Portal blind", "metric": "portal_blind", "value": 0,
        "window_seconds": DAY_SECONDS, "severity": "warning",
    },
    {
        "name": "Channel fails", "metric": "portal_channel_failing", "value": 0,
        "window_seconds": 7 * DAY_SECONDS, "severity": "critical",
    },
    {
        "name": "Login locked out", "metric": "portal_login_lockouts", "value": 0,
        "window_seconds": 900, "no_data": "ok", "severity": "warning",
    },
)  # fmt: skip
INHIBITIONS = (
    {
        "name": "Critical mutes warning of the same series",
        "source": "severity=critical",
        "target": "severity=warning",
        "equal": "series",
    },
    {
        "name": "A check that flaps is told once",
        "source": "threshold=Check flaps",
        "target": "threshold=Check down",
        "equal": "check",
    },
    {
        "name": "A host that is down mutes what runs on it",
        "source": "threshold=Host down",
        "target": "threshold!=Host down",
        "equal": "host",
    },
)


@transaction.atomic
def make_defaults(slack_url: str, email_to: str, email_url: str) -> list[str]:
    """Names what was made."""
    made: list[str] = []
    if not Threshold.objects.exists():
        for fields in THRESHOLDS:
            save_threshold(Threshold(**fields), [])
        made.append(f"{len(THRESHOLDS)} thresholds")
    if not Route.objects.exists():
        Route.objects.create(name="Every alert")
        made.append("a route for every alert")
    # Asked for by itself: their names are unique, and a route may be deleted without them.
    if not Inhibition.objects.exists():
        for inhibition in INHIBITIONS:
            Inhibition.objects.create(**inhibition)
        made.append(f"{len(INHIBITIONS)} inhibitions")
    return made + _channels(slack_url, email_to, email_url)


def _channels(slack_url: str, email_to: str, email_url: str) -> list[str]:
    """Those of the environment, while there is none of their kind; on the first route."""
    given: dict[str, dict[str, Any]] = {}
    if slack_url:
        given["slack"] = {"url": slack_url}
    if email_to:
        given["email"] = {"to": email_to, **({"url": email_url} if email_url else {})}
    made: list[str] = []
    for kind, settings in given.items():
        if Channel.objects.filter(kind=kind).exists():
            continue
        made.append(f"channel {make_channel(kind, settings).name}")
    return made


def make_channel(kind: str, settings: Mapping[str, Any]) -> Channel:
    """On the first route, so that it hears every alert. Raises SettingsError."""
    channel = Channel(name={"slack": "Slack", "email": "E-mail"}[kind], kind=kind)
    save_channel(channel, settings)
    route = Route.objects.filter(name="Every alert").first()
    if route is not None:
        route.channels.add(channel)
    return channel
