"""What Apprise is given to say, cut so that the service takes all of it: its own cutting would take
the end away, where the key stands."""

from __future__ import annotations

from typing import Any

from alerts.channels.plain import as_text
from alerts.channels.wording import cut, headline
from alerts.message import Message

# What Apprise puts around a title where the service has none, and leaves free at the end.
_FRAME = 40
_MAX_TITLE_LENGTH = 200


def written(message: Message, service: Any) -> tuple[str, str]:
    """Title and text. A second message of the same delivery has the same words at its end."""
    footer = f"\n\nRef: {message.idempotency_key}"
    room = int(service.body_maxlen) - _length(footer, service)
    title = headline(message)
    if int(service.title_maxlen) <= 0:
        room -= _FRAME
        title = _fitting(headline(message, _MAX_TITLE_LENGTH), room, service)
        room -= _length(title, service)
    return title, f"{_fitting(as_text(message), room, service)}{footer}"


def _fitting(text: str, room: int, service: Any) -> str:
    """Whatever is taken away is at least as long when it is written for the service."""
    excess = max(0, _length(text, service) - room)
    return cut(text, max(0, len(text) - excess)) if excess < len(text) else ""


def _length(text: str, service: Any) -> int:
    from apprise import NotifyFormat
    from apprise.conversion import convert_between

    convert: Any = convert_between
    form = service.resolve_format(NotifyFormat.TEXT)
    return len(convert(NotifyFormat.TEXT, form, text))
