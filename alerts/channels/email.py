"""E-mail: HTML and text with a chart, by a server of your own or by Django's settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from email.utils import parseaddr
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from alerts.channels.base import ChannelKind, Receipt
from alerts.channels.letter import letter
from alerts.channels.posting import post
from alerts.channels.secrecy import safe
from alerts.message import Message
from monitoring.probes.validation import complaints
from opsportal.lib.kinds import kind, setting
from opsportal.lib.mail_server import server_from

_MAX_RECIPIENTS = 50


@kind
class Email(ChannelKind):
    name = "email"
    label = "E-mail"
    follows_up: ClassVar[bool] = True

    to: str = setting("To", "Addresses, with commas between them")
    url: str = setting(
        "Server",
        "Such as smtp://user:password@mail.example.com:587; empty: the portal's own",
        default="",
        secret=True,
    )
    sender: str = setting("From", "Empty: the portal's own", default="")

    def validate(self) -> Mapping[str, str]:
        checks: dict[str, Callable[[], object]] = {
            "to": lambda: _check_recipients(self.recipients),
            "sender": lambda: _check_sender(self.sender),
            "url": lambda: server_from(self.url or "smtp://localhost"),
        }
        return dict(complaints(checks))

    @property
    def recipients(self) -> list[str]:
        return [each for each in map(str.strip, self.to.split(",")) if each]

    def send(self, message: Message) -> Receipt:
        sender = self.sender or settings.DEFAULT_FROM_EMAIL
        written = letter(message, sender, self.recipients)
        answer = post(written, sender, self.recipients, self.url)
        return Receipt(answer, {"message_id": written["Message-ID"]})


def _check_recipients(recipients: list[str]) -> None:
    if not 0 < len(recipients) <= _MAX_RECIPIENTS:
        raise ValueError(f"must be 1 to {_MAX_RECIPIENTS} addresses")
    for each in recipients:
        _check_address(each)


def _check_sender(sender: str) -> None:
    """Empty is allowed: it is Django's."""
    if not sender.isprintable():
        raise ValueError("must be one line")
    if sender:
        _check_address(parseaddr(sender)[1])


def _check_address(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError:
        raise ValueError(f"{safe(address)!r} is not an e-mail address") from None
    if not address.isascii():
        raise ValueError(f"{safe(address)!r} must be ASCII, its domain as xn--…")
