"""SMTP: one message to one server, with everything that a server may do about it."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from django.conf import settings
from django.core.mail.utils import DNS_NAME

from alerts.channels import base
from alerts.channels.base import DeliveryError, PermanentError, TemporaryError
from alerts.channels.secrecy import safe
from opsportal.lib.addresses import ForbiddenAddressError
from opsportal.lib.connections import Deadline, connect
from opsportal.lib.mail_server import Server

Refused = Mapping[str, tuple[int, bytes]]


def djangos_server() -> Server:
    tls = "required" if settings.EMAIL_USE_TLS else "never"
    return Server(
        host=settings.EMAIL_HOST,
        port=settings.EMAIL_PORT,
        username=settings.EMAIL_HOST_USER,
        password=settings.EMAIL_HOST_PASSWORD,
        tls="implicit" if settings.EMAIL_USE_SSL else tls,
    )


def deliver(server: Server, letter: EmailMessage, sender: str, recipients: Sequence[str]) -> str:
    """What the server said, for people. Raises DeliveryError.

    A connection that breaks after the text may have been in time: the next try has the same
    Message-ID, and most receivers show it once.
    """
    secrets = tuple(filter(None, (server.password, server.username)))
    try:
        with _session(server) as session:
            refused = session.send_message(letter, sender, list(recipients))
    except ForbiddenAddressError as error:
        raise PermanentError(str(error)) from None
    except smtplib.SMTPRecipientsRefused as error:
        raise _refused_by_all(error.recipients, secrets) from None
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code, _text(error.smtp_error), secrets) from None
    except smtplib.SMTPNotSupportedError as error:
        raise PermanentError(safe(str(error), *secrets)) from None
    except (OSError, smtplib.SMTPException) as error:
        raise TemporaryError(_broken(error, secrets)) from None
    return _told(len(recipients), refused, secrets)


class _Session(smtplib.SMTP):
    """Connects only where the portal may."""

    def __init__(self, server: Server, deadline: Deadline) -> None:
        self.server, self.deadline = server, deadline
        self.context = ssl.create_default_context()
        # Asked of Django, which asks the resolver once and not for each connection.
        super().__init__(local_hostname=str(DNS_NAME), timeout=deadline.timeout_seconds)
        # smtplib compares certificates with the name that its constructor was given.
        self._host = server.host

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        connection, _ = connect(host, port, self.deadline)
        if self.server.tls != "implicit":
            return connection
        return self.context.wrap_socket(connection, server_hostname=host)

    def log_in(self) -> None:
        self.ehlo_or_helo_if_needed()
        wants = self.server.tls in ("offered", "required")
        if wants and (self.server.tls == "required" or self.has_extn("starttls")):
            self.starttls(context=self.context)
            self.ehlo()
        if not self.server.username:
            return
        if self.server.tls != "never" and not isinstance(self.sock, ssl.SSLSocket):
            raise PermanentError("no TLS is offered: the password would be readable on its way")
        self.login(self.server.username, self.server.password)


@contextmanager
def _session(server: Server) -> Iterator[_Session]:
    """smtplib's timeout is for each answer; a server that sends a letter at a time is cut off."""
    session = _Session(server, Deadline(base.TIMEOUT_SECONDS))
    guard = threading.Timer(base.TIMEOUT_SECONDS, _cut_off, (session,))
    guard.daemon = True
    guard.start()
    try:
        code, words = session.connect(server.host, server.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, words)
        session.log_in()
        yield session
        # The message has been taken. The answer to this is not waited for: until the delivery is
        # marked, a crash would tell it twice.
        with contextlib.suppress(OSError, smtplib.SMTPException):
            session.putcmd("quit")
    finally:
        guard.cancel()
        session.close()


def _cut_off(session: _Session) -> None:
    connection = session.sock
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


def _refused_by_all(refused: Refused, secrets: Sequence[str]) -> DeliveryError:
    """One who may take it later (greylisting) is worth the try."""
    code, words = min(refused.values(), key=lambda each: each[0])
    return _refusal(code, _text(words), secrets)


def _refusal(code: int, words: str, secrets: Sequence[str]) -> DeliveryError:
    text = f"{code} {safe(words, *secrets)}".strip()
    return PermanentError(text) if 500 <= code < 600 else TemporaryError(text)


def _broken(error: Exception, secrets: Sequence[str]) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, socket.gaierror):
        return "the host name does not resolve"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "the server closed the connection"
    return safe(str(error), *secrets) or type(error).__name__


def _told(count: int, refused: Refused, secrets: Sequence[str]) -> str:
    if not refused:
        return f"taken for {count}"
    each = (f"{name}: {code} {_text(words)}" for name, (code, words) in refused.items())
    return f"taken for {count - len(refused)} of {count}; {safe('; '.join(each), *secrets)}"


def _text(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words
