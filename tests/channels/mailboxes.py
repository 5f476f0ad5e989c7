"""Mail servers on the loopback: real ones, and ones that follow a script."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.probes.misbehaving import Answer
from tests.running_portal import free_port

USERNAME, PASSWORD = "portal", "pass-w0rd"


@dataclass
class Mailbox:
    """`refused`: what recipients are answered; `at_data`: what a text is."""

    refused: Mapping[str, str] = field(default_factory=dict)
    at_data: str = "250 Message accepted for delivery"
    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.letters.append(message_from_bytes(envelope.content, policy=policy.SMTP))
        self.recipients.append(list(envelope.rcpt_tos))
        return self.at_data


@contextmanager
def receiving_mail(mailbox: Mailbox, **options: Any) -> Iterator[Mailbox]:
    mailbox.port = free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port, **options)
    controller.start()
    yield mailbox
    controller.stop()


def authenticate(_server: Any, _session: Any, _envelope: Any, _method: str, data: Any) -> Any:
    known = LoginPassword(USERNAME.encode(), PASSWORD.encode())
    return AuthResult(success=data == known, handled=False)


def dropping_after_data(connection: socket.socket) -> None:
    """Takes the whole text and goes away without a word."""
    connection.sendall(b"220 here\r\n")
    lines = connection.makefile("rb")
    answers = {b"DATA": b"354 go on\r\n"}
    for line in lines:
        connection.sendall(answers.get(line.strip().upper(), b"250 OK\r\n"))
        if line.strip().upper() == b"DATA":
            break
    for line in lines:
        if line == b".\r\n":
            return


def one_letter_at_a_time(connection: socket.socket) -> None:
    """Never long enough silent for a timeout of the socket."""
    connection.settimeout(0.05)
    connection.sendall(b"220-")
    while True:
        try:
            if not connection.recv(100):
                return
        except TimeoutError:
            connection.sendall(b"x")


def greeting(words: bytes) -> Answer:
    """Without words it closes at once."""

    def treat(connection: socket.socket) -> None:
        connection.sendall(words)
        if words:
            connection.recv(1000)

    return treat
