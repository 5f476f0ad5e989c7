"""TCP ports and TLS certificates, of servers that behave and that do not."""

from __future__ import annotations

import socket
import ssl
import time
from pathlib import Path
from typing import Any

import pytest

from monitoring.probes.base import Probe, Reason, Result, Status
from monitoring.probes.failures import explain
from monitoring.probes.tcp import Tcp
from monitoring.probes.tls import Tls
from opsportal.lib.kinds import SettingsError
from tests.probes.misbehaving import Answer, certificate, serving

# Long enough for a busy machine; short where the end is the timeout itself.
LONG_SECONDS, SHORT_SECONDS = 30.0, 0.5


def probed(probe: Probe, timeout_seconds: float = LONG_SECONDS) -> Result:
    try:
        return probe.probe(timeout_seconds)
    except Exception as error:
        return explain(error, timeout_seconds)


def tcp(port: int, timeout_seconds: float = LONG_SECONDS, **settings: Any) -> Result:
    probe = Tcp.from_settings({"host": "127.0.0.1", "port": port, **settings})
    return probed(probe, timeout_seconds)


def tls(port: int, **settings: Any) -> Result:
    return probed(Tls.from_settings({"host": "127.0.0.1", "port": port, **settings}))


def silent(connection: socket.socket) -> None:
    connection.recv(1)
    time.sleep(2 * LONG_SECONDS)


def drips(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"x")
        time.sleep(0.02)


def floods(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"x" * 65_536)


def greets(connection: socket.socket) -> None:
    connection.sendall(b"+PONG\r\n")
    connection.recv(65_536)


def nothing(connection: socket.socket) -> None:
    connection.recv(1)


@pytest.mark.parametrize(
    ("answer", "settings", "reason"),
    [
        (silent, {"expect": "hello"}, Reason.TIMEOUT),
        (drips, {"expect": "hello"}, Reason.TIMEOUT),
        (floods, {"expect": "hello"}, Reason.MISMATCH),
        (greets, {"expect": "hello", "send": "bye"}, Reason.MISMATCH),
        (lambda connection: None, {"expect": "hello"}, Reason.MISMATCH),
        (silent, {"tls": "tls"}, Reason.TIMEOUT),
        (greets, {"tls": "tls"}, Reason.PROTOCOL),
        (greets, {"tls": "starttls-smtp"}, Reason.UNREACHABLE),
        (drips, {"tls": "starttls-imap"}, Reason.TIMEOUT),
    ],
)
def test_a_port_that_does_not_do_what_is_expected(
    answer: Answer, settings: dict[str, Any], reason: Reason
) -> None:
    started = time.monotonic()
    timeout = SHORT_SECONDS if reason is Reason.TIMEOUT else LONG_SECONDS
    with serving(answer) as port:
        result = tcp(port, timeout, **settings)
    assert time.monotonic() - started < LONG_SECONDS
    assert (result.status, result.reason) == (Status.DOWN, reason)
    assert result.message


def test_nobody_listens_and_nobody_is_called_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    assert tcp(port).reason is Reason.REFUSED
    unknown = probed(Tcp.from_settings({"host": "no-such-host.invalid", "port": 1}), SHORT_SECONDS)
    assert unknown.reason in (Reason.NAME, Reason.TIMEOUT)
    forbidden = probed(Tcp.from_settings({"host": "169.254.169.254", "port": 80}))
    assert forbidden.reason is Reason.FORBIDDEN


def test_a_port_that_answers_as_expected() -> None:
    with serving(greets) as port:
        result = tcp(port, send=r"PING\r\n", expect="PONG")
    assert (result.status, result.message) == (Status.UP, "port is open")
    assert list(result.phases_ms) == ["dns", "connect", "answer"]


def speaks_smtp(context: ssl.SSLContext) -> Answer:
    def answer(connection: socket.socket) -> None:
        connection.sendall(b"220-mail.example\r\n220 ready\r\n")
        connection.recv(100)
        connection.sendall(b"250-mail.example\r\n250-SIZE 1000\r\n250 STARTTLS\r\n")
        connection.recv(100)
        connection.sendall(b"220 go ahead\r\n")
        context.wrap_socket(connection, server_side=True).recv(1)

    return answer


def test_starttls_is_spoken_before_the_handshake(tmp_path: Path) -> None:
    pem = certificate()
    with serving(speaks_smtp(pem.server(tmp_path))) as port:
        settings: dict[str, Any] = {"ca_certificate": pem.certificate}
        assert tls(port, starttls="starttls-smtp", **settings).status is Status.UP
        assert tcp(port, tls="starttls-smtp", **settings).status is Status.UP


def test_a_good_certificate_and_its_days(tmp_path: Path) -> None:
    pem = certificate(days=100.5)
    with serving(nothing, pem.server(tmp_path)) as port:
        result = tls(port, ca_certificate=pem.certificate)
    assert result.status is Status.UP
    assert result.message.startswith("valid until ")
    assert result.message.endswith("(100 days)") or result.message.endswith("(101 days)")
    assert result.readings[0].value == pytest.approx(100.5, abs=0.01)
    assert result.evidence["names"] == ["localhost", "127.0.0.1"]


def test_a_certificate_that_expires_soon_is_degraded(tmp_path: Path) -> None:
    pem = certificate(days=5)
    with serving(nothing, pem.server(tmp_path)) as port:
        result = tls(port, ca_certificate=pem.certificate)
        assert tls(port, ca_certificate=pem.certificate, warn_days=3).status is Status.UP
    assert (result.status, result.reason) == (Status.DEGRADED, Reason.EXPIRING)


@pytest.mark.parametrize(
    ("days", "address", "trusted", "words"),
    [
        (-3, "127.0.0.1", True, "expired"),
        (100, "127.0.0.2", True, "not valid for '127.0.0.1'"),
        (100, "127.0.0.1", False, "self"),
    ],
    ids=["expired", "of another host", "signed by itself"],
)
def test_a_certificate_that_is_not_trusted_is_still_described(
    tmp_path: Path, days: float, address: str, trusted: bool, words: str
) -> None:
    pem = certificate(days=days, address=address)
    settings = {"ca_certificate": pem.certificate} if trusted else {}
    with serving(nothing, pem.server(tmp_path)) as port:
        result = tls(port, **settings)
    assert (result.status, result.reason) == (Status.DOWN, Reason.CERTIFICATE)
    assert words in result.message
    assert result.readings[0].value == pytest.approx(days, abs=0.01)
    assert result.evidence["subject"] == "CN=localhost"


def test_an_old_protocol_is_said(tmp_path: Path) -> None:
    pem = certificate()
    context = pem.server(tmp_path)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with serving(nothing, context) as port:
        result = tls(port, ca_certificate=pem.certificate, minimum_version="TLSv1.3")
    assert result.message == "the server does not speak TLSv1.3 or later"


@pytest.mark.parametrize(
    ("settings", "setting"),
    [
        ({"port": 1}, "host"),
        ({"host": "http://x", "port": 1}, "host"),
        ({"host": "x", "port": 0}, "port"),
        ({"host": "x", "port": "80"}, "port"),
        ({"host": "x", "port": 70_000}, "port"),
        ({"host": "x", "port": 1, "tls": "ssl"}, "tls"),
    ],
)
def test_wrong_settings_are_refused_by_name(settings: dict[str, Any], setting: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Tcp.from_settings(settings)
    assert set(raised.value.errors) == {setting}
