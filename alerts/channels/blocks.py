"""A message in Slack's Block Kit, through Slack's own models, which know its limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.attachments import BlockAttachment
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.messages import DateLink

from alerts.channels.wording import (
    MAX_ITEMS,
    against,
    and_more,
    clock,
    colour,
    headline,
    labels,
    lasted,
    links,
    one_line,
    sparkline,
)
from alerts.message import Item, Message

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_MAX_LABELS_LENGTH = 1500
_MAX_FALLBACK_LENGTH = 500
_BUTTONS = ("Acknowledge", "Silence")


def as_attachments(message: Message) -> list[dict[str, Any]]:
    """One, which has a coloured edge; blocks alone have none."""
    items = message.items[:MAX_ITEMS]
    more = and_more(message)
    blocks = [_header(message), *(block for item in items for block in _item(message, item))]
    if more:
        blocks.append(ContextBlock(elements=[MarkdownTextObject(text=more)]))
    attachment = BlockAttachment(
        blocks=blocks,
        color=colour(message.status, message.severity),
        fallback=escaped(headline(message), _MAX_FALLBACK_LENGTH),
    )
    return [attachment.to_dict()]


def escaped(text: str, max_length: int) -> str:
    """Cut so that what Slack counts, which is the escaped text, fits and no entity is halved."""
    parts: list[str] = []
    room = max_length - 1
    for character in text[:max_length]:
        part = _ENTITIES.get(character, character)
        room -= len(part)
        if room < 0:
            break
        parts.append(part)
    shown = "".join(parts)
    return shown if len(parts) == len(text) else f"{shown}…"


def _header(message: Message) -> Block:
    """What the message's text, which stands above, does not say."""
    count = len(message.items) + message.more
    words = message.items[0].threshold if count == 1 else f"{count} alerts"
    state = "Resolved" if message.status == "resolved" else message.severity.capitalize()
    text = escaped(one_line(f"{state}: {words}", 150), HeaderBlock.text_max_length)
    # Slack has no other place for it in a webhook's message.
    key = one_line(message.idempotency_key, 200) or None
    return HeaderBlock(text=PlainTextObject(text=text, emoji=False), block_id=key)


def _item(message: Message, item: Item) -> Sequence[Block]:
    # As plain text nobody's name can format, mention or link anything.
    over = "Over: " if item.status == "resolved" and message.status == "firing" else ""
    words = escaped(one_line(f"{over}{item.summary}", 500), 3000)
    summary = PlainTextObject(text=words or "?", emoji=False)
    details = MarkdownTextObject(text=_details(item), verbatim=True)
    blocks: list[Block] = [SectionBlock(text=summary), SectionBlock(text=details)]
    if len(message.items) == 1 and item.summary == message.title:
        del blocks[0]
    found = links(item)
    buttons = [
        ButtonElement(text=text, url=found[text], action_id=f"{text.lower()}-{item.alert_id}")
        for text in _BUTTONS
        if text in found
    ]
    return [*blocks, ActionsBlock(elements=buttons)] if buttons else blocks


def _details(item: Item) -> str:
    values = f"{escaped(against(item), 200)}  {_code(sparkline(item.recent))}".strip()
    found = [
        f"<{escaped(url, 20_000)}|{text}>"
        for text, url in links(item).items()
        if text not in _BUTTONS and len(url) < 400
    ]
    lines = (values, _times(item), _labels(item), " · ".join(found))
    return "\n".join(filter(None, lines))


def _times(item: Item) -> str:
    since = f"since {_date(item.since_ms)}"
    if item.resolved_ms is None:
        return since
    return f"{since}, until {_date(item.resolved_ms)} ({lasted(item)})"


def _date(time_ms: int) -> str:
    """In the reader's own time zone."""
    words = "{date_short_pretty} {time_secs}"
    return str(DateLink(date=time_ms // 1000, date_format=words, fallback=clock(time_ms)))


def _labels(item: Item) -> str:
    shown: list[str] = []
    room = _MAX_LABELS_LENGTH
    for name, value in labels(item):
        label = _code(f"{name}={value}")
        room -= len(label) + 1
        if room < 0:
            return " ".join([*shown, "…"])
        shown.append(label)
    return " ".join(shown)


def _code(text: str) -> str:
    """Within backticks Slack formats nothing, so only they could get out."""
    return f"`{escaped(text.replace('`', chr(39)), 400)}`" if text else ""
