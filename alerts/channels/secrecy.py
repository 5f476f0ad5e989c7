"""Words of receivers, made fit for people: short, printable and without our secrets. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from alerts.channels.wording import one_line

_MAX_LENGTH = 300
# Shorter parts of an address are words such as "hook", which are needed to understand an error.
_MIN_PART_LENGTH = 6


def safe(text: str, *secrets: str) -> str:
    """Error pages like to repeat the address that was asked for, whole or in parts."""
    parts = {part for secret in secrets for part in _parts(secret) if part}
    if parts:
        pattern = "|".join(map(re.escape, sorted(parts, key=len, reverse=True)))
        text = re.sub(pattern, "…", text, flags=re.IGNORECASE)
    return one_line(text, _MAX_LENGTH)


def _parts(secret: str) -> Iterator[str]:
    yield secret
    yield unquote(secret)
    if "://" not in secret:
        return
    address = secret.partition("://")[2]
    yield address.partition("/")[2]
    for part in re.split(r"[/?&=:@#]+", address):
        if len(part) >= _MIN_PART_LENGTH:
            yield part
            yield unquote(part)
