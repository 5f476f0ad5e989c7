"""Keeps out of what is stored of a probe what must not be there: secrets, and what no database
takes."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote

HIDDEN = "[secret]"
# Shorter ones would blank out half of any text, and are no secrets.
SHORTEST = 4


def secret_texts(settings: Mapping[str, Any], names: Collection[str]) -> tuple[str, ...]:
    """Every form in which a secret may come back in an answer, the longest first."""
    plain = {text for name in names for text in _texts(settings.get(name))}
    user = str(settings.get("username", ""))
    forms = {form for text in plain for form in _forms(text, user)}
    return tuple(sorted((form for form in forms if len(form) >= SHORTEST), key=len, reverse=True))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from value.values()


def _forms(text: str, user: str) -> Iterator[str]:
    yield text
    yield quote(text, safe="")
    yield json.dumps(text)[1:-1]
    for each in (text, f"{user}:{text}"):
        yield base64.b64encode(each.encode()).decode().rstrip("=")


def redacted(text: str, secrets: tuple[str, ...]) -> str:
    text = storable(text)
    if not secrets:
        return text
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return _without_a_beginning(text, secrets)


def storable(text: str) -> str:
    """PostgreSQL takes no null byte, and neither database half a surrogate pair, which JSON may
    hold: with the text of one server the results of all others would be lost."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode()
    return text.replace("\0", "\ufffd")


def _without_a_beginning(text: str, secrets: tuple[str, ...]) -> str:
    """Texts are cut before they come here, perhaps within a secret."""
    body = text.rstrip("…\"'")
    last = body[-SHORTEST:]
    for secret in secrets:
        place = secret.find(last) if len(last) == SHORTEST else -1
        while place >= 0:
            if body.endswith(secret[: place + SHORTEST]):
                return f"{body[: -place - SHORTEST]}{HIDDEN}{text[len(body) :]}"
            place = secret.find(last, place + 1)
    return text


def redacted_json(value: Mapping[str, Any], secrets: tuple[str, ...]) -> dict[str, Any]:
    """In every text of it, however deep."""
    found: dict[str, Any] = _redacted(value, secrets)
    return found


def _redacted(value: Any, secrets: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        return redacted(value, secrets)
    if isinstance(value, Mapping):
        return {
            redacted(str(name), secrets): _redacted(each, secrets) for name, each in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_redacted(each, secrets) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no word for it
    return value
