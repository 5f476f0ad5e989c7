"""Secrets at rest: encrypted with a key made from SECRET_KEY, which lives outside the database.

A stolen database tells nothing. After SECRET_KEY was changed, the old one stays in
SECRET_KEY_FALLBACKS until `manage.py rotate-keys` has encrypted every secret anew.
"""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    # Six megabytes, which a process that touches no secret saves.
    from cryptography.fernet import MultiFernet


class UnreadableSecretError(ValueError):
    """The key that encrypted it is gone."""


def encrypt(value: dict[str, Any]) -> str:
    """JSON's types to printable text; nothing ("") for an empty dict."""
    if not value:
        return ""
    return _cipher().encrypt(json.dumps(value).encode()).decode("ascii")


def decrypt(token: str) -> dict[str, Any]:
    """Raises UnreadableSecretError."""
    if not token:
        return {}
    from cryptography.fernet import InvalidToken

    try:
        found: dict[str, Any] = json.loads(_cipher().decrypt(token.encode("ascii")))
    except (InvalidToken, UnicodeEncodeError):
        raise UnreadableSecretError(
            "a secret cannot be read: it was encrypted with another SECRET_KEY; enter it again"
        ) from None
    return found


def renewed(token: str) -> str:
    """The same, encrypted with the SECRET_KEY of today. Raises UnreadableSecretError."""
    return encrypt(decrypt(token))


def _cipher() -> MultiFernet:
    return _cipher_of((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@cache
def _cipher_of(keys: tuple[str, ...]) -> MultiFernet:
    from cryptography.fernet import Fernet, MultiFernet

    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    material = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"opsportal secrets at rest")
    return base64.urlsafe_b64encode(material.derive(key.encode()))
