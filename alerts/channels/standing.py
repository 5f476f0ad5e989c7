"""A message that was told before, as it would be told now. Pure."""

from __future__ import annotations

from dataclasses import replace

from alerts.lifecycle import worst
from alerts.message import Message
from alerts.wording import title


def told_now(message: Message) -> Message:
    """Of the items of the earlier one: firing for as long as one of them is."""
    items = sorted(message.earlier_items, key=lambda each: each.status)
    firing = [each for each in items if each.status == "firing"]
    words = title(
        [each.summary for each in items],
        [each.threshold for each in items],
        [each.labels.get("host", "") for each in items],
        not firing,
    )
    over = len(items) - len(firing)
    return replace(
        message,
        kind="firing" if firing else "resolved",
        status="firing" if firing else "resolved",
        severity=worst([each.severity for each in firing or items]),
        title=f"{words}, {over} of them over" if firing and over else words,
        items=items,
        more=0,
    )
