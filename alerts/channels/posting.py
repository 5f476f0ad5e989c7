"""A written letter, by a server of its own or by Django's settings."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from alerts.channels import base, smtp
from alerts.channels.base import TemporaryError
from alerts.channels.secrecy import safe
from opsportal.lib.mail_server import server_from

_DJANGOS_SMTP = "django.core.mail.backends.smtp.EmailBackend"


def post(letter: EmailMessage, sender: str, recipients: Sequence[str], url: str = "") -> str:
    """What the server at `url` said, or Django's. Raises DeliveryError."""
    if not url and settings.EMAIL_BACKEND != _DJANGOS_SMTP:
        return _by_django(letter, recipients)
    server = server_from(url) if url else smtp.djangos_server()
    return smtp.deliver(server, letter, parseaddr(sender)[1], recipients)


class _Written(EmailMultiAlternatives):
    """Django's way to send a message that has been written already."""

    def __init__(self, written: EmailMessage, recipients: Sequence[str]) -> None:
        text = written.get_body(("plain",))
        body = text.get_content() if text else ""
        super().__init__(str(written["Subject"]), body, str(written["From"]), list(recipients))
        self.written = written

    def message(self, **_: object) -> EmailMessage:
        return self.written


def _by_django(written: EmailMessage, recipients: Sequence[str]) -> str:
    """Through whatever backend was configured, with whatever exceptions its library has."""
    try:
        backend = get_connection(timeout=base.TIMEOUT_SECONDS)
        sent = backend.send_messages([_Written(written, recipients)])
    except Exception as error:
        raise TemporaryError(f"Django's e-mail backend: {safe(str(error))}") from error
    if not sent:
        raise TemporaryError("Django's e-mail backend has not sent it")
    return f"given to {settings.EMAIL_BACKEND}"
