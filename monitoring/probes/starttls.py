"""The few lines that ask a mail server for TLS on a connection that began without."""

from __future__ import annotations

import socket

from opsportal.lib.connections import Deadline

# What the server greets with, what is sent in turn, and what every answer must begin with.
_DIALOGUES: dict[str, tuple[tuple[bytes, bytes], ...]] = {
    "starttls-smtp": ((b"", b"220"), (b"EHLO opsportal\r\n", b"250"), (b"STARTTLS\r\n", b"220")),
    "starttls-imap": ((b"", b"* OK"), (b"a STARTTLS\r\n", b"a OK")),
    "starttls-pop3": ((b"", b"+OK"), (b"STLS\r\n", b"+OK")),
}
PROTOCOLS = tuple(_DIALOGUES)
_MAX_LINE_BYTES = 4096


class StartTlsRefusedError(ConnectionError):
    """The server does not speak the protocol, or does not offer TLS."""


def negotiate(connection: socket.socket, protocol: str, deadline: Deadline) -> None:
    """Afterwards the TLS handshake begins. Raises StartTlsRefusedError or TimeoutError."""
    for line, expected in _DIALOGUES[protocol]:
        if line:
            connection.sendall(line)
        answer = _last_line(connection, deadline)
        if not answer.startswith(expected):
            words = answer.decode("ascii", "replace").strip()[:80]
            raise StartTlsRefusedError(f"no STARTTLS: the server says {words!r}")


def _last_line(connection: socket.socket, deadline: Deadline) -> bytes:
    """Of an answer in several lines (250-SIZE, 250-…) the last. Byte by byte: what follows belongs
    to the handshake."""
    while True:
        line = b""
        while not line.endswith(b"\n") and len(line) < _MAX_LINE_BYTES:
            connection.settimeout(deadline.remaining_seconds())
            byte = connection.recv(1)
            if not byte:
                raise EOFError
            line += byte
        if line[3:4] != b"-":
            return line
