"""What people read: pure."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from socket import gethostname
from urllib.parse import urlsplit

from opsportal.standalone.channels.base import Notice
from opsportal.standalone.deciding import Reason, Told
from opsportal.standalone.verdict import Verdict


def notice(
    reason: Reason, verdict: Verdict, url: str, since: float, told: Told | None, now: float
) -> Notice:
    """`since` when there is trouble. The key stays the same until `told` changes: what is told
    again after a kill -9 has it too."""
    where, lasted = urlsplit(url).netloc.rpartition("@")[2], duration(now - since)
    subject = {
        Reason.RECOVERED: f"RECOVERED: {where} after {lasted}",
        Reason.REPEATED: f"STILL {verdict.state.name}: {where} for {lasted}",
    }.get(reason, f"{verdict.state.name}: {where}")
    text = f"{verdict.text}\ntrouble since {moment(since)}\nasked {_safe(url)} from {gethostname()}"
    identity = f"{url} {reason} {verdict.state} {since} {told.at if told else ''}"
    return Notice(subject, text, hashlib.sha256(identity.encode()).hexdigest()[:24])


def duration(seconds: float) -> str:
    seconds = max(0.0, seconds)
    for limit, unit, word in ((7200, 3600, "h"), (120, 60, "min")):
        if seconds >= limit:
            return f"{seconds / unit:.0f} {word}"
    return f"{seconds:.0f} s"


def moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _safe(url: str) -> str:
    """Without credentials, and without a query that may hold some."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
