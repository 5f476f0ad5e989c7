"""What cells of the admin's lists show: chips and moments."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

# Severities in the colours that checks have for their states.
SEVERITY_COLOURS = {"info": "unknown", "warning": "degraded", "critical": "down"}


def chip(word: str, colour: str, title: str = "") -> SafeString:
    """`colour` is one of a check's states (static/css/checks.css)."""
    return format_html(
        '<span class="chip" data-status="{}" title="{}">{}</span>', colour, title, word
    )


def severity_chip(severity: str) -> SafeString:
    return chip(severity, SEVERITY_COLOURS.get(severity, "unknown"))


def moment(time_ms: int | None) -> SafeString | str:
    """How long ago, or how far ahead; the time itself on hover."""
    if time_ms is None:
        return ""
    at, now = as_datetime(time_ms), datetime.now(UTC)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        _distance(at, now),
    )


def _distance(at: datetime, now: datetime) -> str:
    if abs(at - now) < timedelta(minutes=1):
        return "now"
    return f"in {timesince(now, at, depth=1)}" if at > now else f"{timesince(at, now, depth=1)} ago"


def lasting(length_ms: int) -> str:
    seconds = round(length_ms / 1000)
    if seconds < 60:
        return f"{seconds} s"
    start = datetime(2000, 1, 1, tzinfo=UTC)
    return timesince(start, start + timedelta(seconds=seconds), depth=2)


def milliseconds(spent_ms: float | None) -> str:
    return "" if spent_ms is None else f"{spent_ms:,.0f} ms"


def as_datetime(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1000, UTC)


def now_ms() -> int:
    return time.time_ns() // 1_000_000
