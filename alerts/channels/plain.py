"""A message as plain text. Pure."""

from __future__ import annotations

from alerts.channels.wording import (
    MAX_ITEMS,
    against,
    and_more,
    clock,
    label_line,
    lasted,
    links,
    one_line,
    sparkline,
)
from alerts.message import Item, Message


def as_text(message: Message) -> str:
    parts = [_item(item) for item in message.items[:MAX_ITEMS]]
    return "\n\n".join(filter(None, [*parts, and_more(message)]))


def _item(item: Item) -> str:
    state = "resolved" if item.status == "resolved" else one_line(item.severity, 20)
    lines = [
        f"[{state}] {one_line(item.summary, 500)}",
        f"{against(item)}  {sparkline(item.recent)}".strip(),
        times(item),
        label_line(item),
        *(f"{text}: {url}" for text, url in links(item).items()),
    ]
    return "\n".join(filter(None, lines))


def times(item: Item) -> str:
    if item.resolved_ms is None:
        return f"since {clock(item.since_ms)}"
    return f"from {clock(item.since_ms)} to {clock(item.resolved_ms)} ({lasted(item)})"
