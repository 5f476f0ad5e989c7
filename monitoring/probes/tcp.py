"""TCP: a port that accepts connections, and what is said there; with TLS or STARTTLS."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping

from monitoring.probes.base import Probe, Reason, Result, Status
from monitoring.probes.starttls import PROTOCOLS, negotiate
from monitoring.probes.validation import check_certificates, check_host, complaints
from opsportal.lib.connections import Deadline, connect
from opsportal.lib.kinds import kind, setting

_MAX_ANSWER_BYTES = 65_536
_EVIDENCE_BYTES = 2000


@kind
class Tcp(Probe):
    name = "tcp"
    label = "TCP port"

    host: str = setting("Host")
    port: int = setting("Port", minimum=1, maximum=65_535)
    tls: str = setting(
        "TLS",
        "From the beginning, or after a greeting (STARTTLS)",
        default="",
        choices=("", "tls", *PROTOCOLS),
    )
    send: str = setting("Send", "\\r and \\n stand for line ends", default="")
    expect: str = setting("Expect", "Text that comes back", default="")
    verify_certificate: bool = setting("Verify the certificate", default=True)
    ca_certificate: str = setting(
        "Authority", "Its certificate in PEM, where it is your own", default="", multiline=True
    )

    def validate(self) -> Mapping[str, str]:
        return dict(
            complaints(
                {
                    "host": lambda: check_host(self.host),
                    "ca_certificate": lambda: check_certificates(self.ca_certificate),
                }
            )
        )

    def probe(self, timeout_seconds: float) -> Result:
        deadline = Deadline(timeout_seconds)
        connection, phases_ms = connect(self.host, self.port, deadline)
        with connection:
            if self.tls in PROTOCOLS:
                negotiate(connection, self.tls, deadline)
            if self.tls:
                connection = self._secured(connection, deadline, phases_ms)
            with connection:
                return self._talk(connection, deadline, phases_ms)

    def _secured(
        self, connection: socket.socket, deadline: Deadline, phases_ms: dict[str, float]
    ) -> socket.socket:
        before_ms = deadline.elapsed_ms
        context = ssl.create_default_context(cadata=self.ca_certificate or None)
        if not self.verify_certificate:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection.settimeout(deadline.remaining_seconds())
        secured = context.wrap_socket(connection, server_hostname=self.host)
        phases_ms["tls"] = deadline.elapsed_ms - before_ms
        return secured

    def _talk(
        self, connection: socket.socket, deadline: Deadline, phases_ms: dict[str, float]
    ) -> Result:
        before_ms = deadline.elapsed_ms
        if self.send:
            text = self.send.replace("\\r", "\r").replace("\\n", "\n")
            connection.sendall(text.encode())
        answer = self._answer(connection, deadline) if self.expect else b""
        if self.send or self.expect:
            phases_ms["answer"] = deadline.elapsed_ms - before_ms
        evidence = {"answer": answer[:_EVIDENCE_BYTES].decode("utf-8", "replace")}
        if self.expect.encode() not in answer:
            message = f"the answer does not contain {self.expect[:80]!r}"
            mismatch = Reason.MISMATCH
            return Result(Status.DOWN, mismatch, message, deadline.elapsed_ms, phases_ms, evidence)
        return Result(
            Status.UP, Reason.OK, "port is open", deadline.elapsed_ms, phases_ms, evidence
        )

    def _answer(self, connection: socket.socket, deadline: Deadline) -> bytes:
        """Until what is expected has come, the server closes, or says too much."""
        answer = b""
        while self.expect.encode() not in answer and len(answer) < _MAX_ANSWER_BYTES:
            connection.settimeout(deadline.remaining_seconds())
            part = connection.recv(4096)
            if not part:
                break
            answer += part
        return answer
