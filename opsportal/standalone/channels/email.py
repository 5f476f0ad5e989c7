"""E-mail by the server of EMAIL_URL."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formatdate
from typing import ClassVar

from opsportal.lib.mail_server import Server
from opsportal.standalone.channels.base import TIMEOUT_SECONDS, Channel, Notice, NotTakenError


class Email(Channel):
    name: ClassVar[str] = "email"

    def __init__(self, server: Server, to: Sequence[str]) -> None:
        self._server, self._to = server, list(to)
        self._host = socket.gethostname()

    def tell(self, notice: Notice) -> None:
        try:
            with self._connected() as session:
                session.send_message(self._letter(notice))
        except smtplib.SMTPResponseException as error:
            raise NotTakenError(f"e-mail: refused with {error.smtp_code}") from None
        except (OSError, smtplib.SMTPException, ValueError) as error:
            # Some of their texts repeat what they were given.
            raise NotTakenError(f"e-mail: {type(error).__name__}") from None

    def _letter(self, notice: Notice) -> EmailMessage:
        letter = EmailMessage()
        letter["Subject"] = notice.subject
        letter["From"] = f"OpsPortal monitor <monitor@{self._host}>"
        letter["To"] = ", ".join(self._to)
        letter["Date"] = formatdate(localtime=True)
        letter["Message-ID"] = f"<{notice.key}@{self._host}>"
        letter.set_content(notice.text)
        return letter

    def _connected(self) -> smtplib.SMTP:
        server, context = self._server, ssl.create_default_context()
        where = (server.host, server.port)
        if server.tls == "implicit":
            session: smtplib.SMTP = smtplib.SMTP_SSL(
                *where, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            session = smtplib.SMTP(*where, timeout=TIMEOUT_SECONDS)
        try:
            self._secured(session, context)
        except BaseException:
            session.close()
            raise
        return session

    def _secured(self, session: smtplib.SMTP, context: ssl.SSLContext) -> None:
        server = self._server
        session.ehlo_or_helo_if_needed()
        offered = server.tls == "offered" and session.has_extn("starttls")
        if server.tls == "required" or offered:
            session.starttls(context=context)
            session.ehlo()
        if server.username:
            if server.tls == "offered" and not offered:
                raise smtplib.SMTPException("no TLS is offered: the password would be readable")
            session.login(server.username, server.password)
