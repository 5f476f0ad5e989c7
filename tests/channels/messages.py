"""Messages to be sent."""

from __future__ import annotations

from typing import Any

from alerts.message import Item, Message

SINCE_MS = 1_750_000_000_000
HUGE = "n" * 100_000
HOSTILE = (
    "<script>alert(1)</script> {{ 7|add:7 }} {% now 'Y' %} <!channel> & *bold* `x`\r\nBcc: a@b.c"
)


def item(**given: Any) -> Item:
    usual: dict[str, Any] = {
        "alert_id": 7,
        "status": "firing",
        "severity": "critical",
        "threshold": "CPU above 90 %",
        "metric": "cpu_percent",
        "unit": "%",
        "labels": {"host": "web-1"},
        "fingerprint": "f00d",
        "summary": "CPU 97.2 % on web-1, above 90 %",
        "value": 97.2,
        "limit": 90.0,
        "comparison": ">",
        "since_ms": SINCE_MS,
        "runbook_url": "https://wiki.example.com/cpu",
        "url": "https://ops.example.com/alerts/7",
        "dashboard_url": "https://ops.example.com/?at=1750000000",
        "acknowledge_url": "https://ops.example.com/ack/7?s=1&t=2",
        "silence_url": "https://ops.example.com/silence/7",
        "recent": (10.0, 50.0, 97.2),
    }
    return Item(**{**usual, **given})


def resolved_item(**given: Any) -> Item:
    return item(**{"status": "resolved", "resolved_ms": SINCE_MS + 300_000, **given})


def message(*items: Item, **given: Any) -> Message:
    told = items or (item(),)
    usual: dict[str, Any] = {
        "kind": "resolved" if told[0].status == "resolved" else "firing",
        "status": told[0].status,
        "severity": told[0].severity,
        "title": told[0].summary,
        "items": told,
        "more": 0,
        "idempotency_key": "key-1",
        "group_key": "group-1",
        "time_ms": SINCE_MS,
        "portal_url": "https://ops.example.com",
    }
    return Message(**{**usual, **given})


def hostile() -> Message:
    """Everything a user can give says something bad, at any length."""
    labels = {f"{HOSTILE}{number}": HOSTILE for number in range(30)} | {HUGE: HUGE}
    bad = item(
        labels=labels,
        summary=HOSTILE + HUGE,
        threshold=HOSTILE + HUGE,
        unit=HOSTILE,
        fingerprint=HOSTILE,
        runbook_url="javascript:alert(1)",
        value=float("nan"),
        recent=(float("inf"), 1e308, -1e308, float("nan")),
    )
    return message(bad, title=HOSTILE + HUGE)


def many(count: int = 15, more: int = 5) -> Message:
    items = [item(alert_id=number, labels={"host": f"web-{number}"}) for number in range(count)]
    return message(*items, title=f"{count + more} alerts", more=more)
