"""What a message says, before a channel gives it its form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["firing", "resolved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An alert as it was when it was told. Times are in ms since the epoch.

    `summary` is a sentence for people ("CPU 97.2 % on web-1, above 90 %"). `recent` are the series'
    values of the last hour, oldest first, at most 60. Links are absolute, or "" where the portal
    does not know its own address; `acknowledge_url` and `silence_url` are signed and expire.
    """

    alert_id: int
    status: Status
    severity: str
    threshold: str
    metric: str
    unit: str
    labels: Mapping[str, str]
    fingerprint: str
    summary: str
    value: float | None
    limit: float | None
    comparison: str
    since_ms: int
    resolved_ms: int | None = None
    runbook_url: str = ""
    url: str = ""
    dashboard_url: str = ""
    acknowledge_url: str = ""
    silence_url: str = ""
    recent: Sequence[float] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`kind` is one of models.DeliveryKind's values. `title` is one line ("12 checks on db-1
    down"). `items` is not empty and holds what a person can read; `more` is how many others there
    are. `severity` is the worst of them. `earlier` is the receipt's data of the message that told
    of the same before (a recovery updates it, a repetition goes into its thread); `earlier_items`
    are what that one told of, as they are now: some may still fire."""

    kind: str
    status: Status
    severity: str
    title: str
    items: Sequence[Item]
    more: int
    idempotency_key: str
    group_key: str
    time_ms: int
    attempt: int = 1
    portal_url: str = ""
    earlier: Mapping[str, Any] = field(default_factory=dict)
    earlier_items: Sequence[Item] = ()
