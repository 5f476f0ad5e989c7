"""What messages say in words, whatever channel they go through. Pure.

Whatever a user has given is made printable here, and cut: names may be of any length.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from alerts.message import Item, Message
from monitoring.amounts import amount as in_words
from monitoring.catalogue import has_words, word

MAX_ITEMS = 10
MAX_LABELS = 20
_GREEN = "#2e9e5b"
_COLOURS = {"info": "#3b82c4", "warning": "#d99a1c", "critical": "#cf3434"}
_PREFIXES = {
    "repeat": "Still: ",
    "escalation": "Escalated: ",
    "test": "Test: ",
    "drill": "Drill: ",
}
_BARS = "▁▂▃▄▅▆▇█"
_MAX_URL_LENGTH = 2900
_MINUTE_SECONDS, _HOUR_SECONDS, _DAY_SECONDS = 60, 3600, 86_400


def colour(status: str, severity: str) -> str:
    return _GREEN if status == "resolved" else _COLOURS.get(severity, _COLOURS["critical"])


def one_line(text: str, max_length: int) -> str:
    """Without line breaks, control characters and half surrogates."""
    words = text[: max_length * 4].encode("utf-8", "replace").decode().split()
    return cut("".join(each for each in " ".join(words) if each.isprintable()), max_length)


def cut(text: str, max_length: int) -> str:
    return text if len(text) <= max_length else f"{text[: max_length - 1]}…"


def headline(message: Message, max_length: int = 200) -> str:
    prefix = _PREFIXES.get(message.kind, "")
    return one_line(f"{prefix}{message.title}", max_length)


def finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def amount(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    return in_words(value, one_line(unit, 20))


def value_of(item: Item) -> str:
    """Such as "97.2 %", or "down"."""
    value = finite(item.value)
    state = word(item.metric, value) if value is not None and not item.unit else ""
    return state or amount(item.value, item.unit)


def limit_of(item: Item) -> str:
    """Such as "> 90 %"; empty where there is none, and between two states."""
    limit = amount(item.limit, item.unit)
    is_state = not item.unit and has_words(item.metric)
    return "" if is_state or not limit else f"{item.comparison} {limit}".strip()


def against(item: Item) -> str:
    """Such as "97.2 %, limit > 90 %", or "down"; empty where there is no value."""
    limit = limit_of(item)
    return ", ".join(filter(None, (value_of(item), f"limit {limit}" if limit else "")))


def labels(item: Item) -> list[tuple[str, str]]:
    return [
        (one_line(name, 60), one_line(value, 150))
        for name, value in list(item.labels.items())[:MAX_LABELS]
    ]


def label_line(item: Item) -> str:
    return ", ".join(f"{name}={value}" for name, value in labels(item))


def sparkline(values: Sequence[float]) -> str:
    known = [value for value in values if math.isfinite(value)]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    # Halves first: the difference of two huge numbers is infinite.
    span = high / 2 - low / 2 or 1.0
    return "".join(_BARS[round((value / 2 - low / 2) / span * 7)] for value in known[-60:])


def iso(time_ms: int) -> str:
    moment = datetime.fromtimestamp(time_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def clock(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def lasted(item: Item) -> str:
    """Of a resolved alert, such as "5 min"; else empty."""
    if item.resolved_ms is None:
        return ""
    seconds = max(0, item.resolved_ms - item.since_ms) / 1000
    for unit, unit_seconds in (("d", _DAY_SECONDS), ("h", _HOUR_SECONDS), ("min", _MINUTE_SECONDS)):
        if seconds >= unit_seconds:
            return f"{seconds / unit_seconds:.3g} {unit}"
    return f"{seconds:.0f} s"


def link(url: str) -> str:
    """Empty unless a browser may be sent there: a runbook's address is whatever somebody typed."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc or len(url) > _MAX_URL_LENGTH:
        return ""
    return quote(url.encode("utf-8", "replace"), safe="%/:?#[]@!$&()*+,;=~")


def links(item: Item) -> Mapping[str, str]:
    """By what stands on them; only those that there are."""
    given = {
        "Dashboard": item.dashboard_url,
        "Alert": item.url,
        "Runbook": item.runbook_url,
    }
    if item.status != "resolved":  # nothing is left to be done about it
        given |= {"Acknowledge": item.acknowledge_url, "Silence": item.silence_url}
    found = {text: link(url) for text, url in given.items()}
    return {text: url for text, url in found.items() if url}


def and_more(message: Message) -> str:
    """Of what is not shown; empty where everything is."""
    hidden = message.more + max(0, len(message.items) - MAX_ITEMS)
    return f"and {hidden} more" if hidden else ""
