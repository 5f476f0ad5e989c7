"""E-mail addresses, as people write them."""

from __future__ import annotations

from email.utils import parseaddr

from django.core.exceptions import ValidationError
from django.core.validators import validate_email


def cleaned(address: str) -> str:
    """The same person, however it was written. Raises ValidationError."""
    found = address.strip().lower()
    validate_email(found)
    if not found.isascii() or len(found) > 254:
        raise ValidationError("Only ASCII is understood here, the domain as xn--….")
    return found


def validate_sender(sender: str) -> None:
    """`Name <address>`, or an address alone. Raises ValidationError."""
    if not sender.isprintable():
        raise ValidationError("It has to be one line.")
    cleaned(parseaddr(sender)[1])
