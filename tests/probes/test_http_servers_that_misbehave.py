"""Whatever an HTTP server does, a probe ends within its timeout with a reason."""

from __future__ import annotations

import gzip
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from monitoring.probes.base import Reason, Result, Status
from monitoring.probes.http import Http
from tests.probes.misbehaving import Answer, certificate, http, sending, serving

# Long enough for a busy machine; short where the end is the timeout itself.
LONG_SECONDS, SHORT_SECONDS = 30.0, 0.5
METADATA = "http://169.254.169.254/latest/meta-data/"


def probe(url: str, timeout_seconds: float = LONG_SECONDS, **settings: object) -> Result:
    return Http.from_settings({"url": url, **settings}).probe(timeout_seconds)


def of(answer: Answer, timeout_seconds: float = LONG_SECONDS, **settings: object) -> Result:
    with serving(answer) as port:
        return probe(f"http://127.0.0.1:{port}/", timeout_seconds, **settings)


def never_answers(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.recv(1)


def one_byte_at_a_time(connection: socket.socket) -> None:
    connection.recv(65536)
    for byte in http(b"x" * 1000):
        connection.sendall(bytes([byte]))
        time.sleep(0.02)


def a_gigabyte(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b"x" * 1_000_000)


def endless_headers(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-More: " + b"x" * 1000 + b"\r\n")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (never_answers, Reason.TIMEOUT),
        (one_byte_at_a_time, Reason.TIMEOUT),
        (endless_headers, Reason.PROTOCOL),
        (sending(), Reason.CLOSED),
        (sending(b"HTTP/1.1 200 OK\r\nContent-Le"), Reason.CLOSED),
        (sending(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"), Reason.CLOSED),
        (sending(b"SSH-2.0-OpenSSH_9.2\r\n"), Reason.PROTOCOL),
        (sending(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 400_000 + b"\r\n\r\n"), Reason.PROTOCOL),
        (sending(http(b"not gzip", "200 OK", "Content-Encoding: gzip")), Reason.PROTOCOL),
        (sending(http(b"", "302 Found", "Location: /again")), Reason.PROTOCOL),
        (sending(http(b"", "302 Found", f"Location: {METADATA}")), Reason.FORBIDDEN),
        (sending(http(b"", "302 Found", "Location: file:///etc/passwd")), Reason.PROTOCOL),
        (sending(http(b"", "302 Found", "Location: http://[half")), Reason.PROTOCOL),
    ],
    ids=[
        "never answers",
        "one byte at a time",
        "endless headers",
        "closes at once",
        "closes within the headers",
        "closes within the body",
        "speaks another protocol",
        "a huge header",
        "says gzip and is not",
        "redirects in a loop",
        "redirects to a cloud's metadata",
        "redirects to a file",
        "redirects to rubbish",
    ],
)
def test_it_is_down_with_a_reason_and_in_time(answer: Answer, reason: Reason) -> None:
    started = time.monotonic()
    result = of(answer, SHORT_SECONDS if reason is Reason.TIMEOUT else LONG_SECONDS)
    assert time.monotonic() - started < LONG_SECONDS
    assert (result.status, result.reason) == (Status.DOWN, reason)
    assert result.message


def test_of_a_gigabyte_only_the_beginning_is_read() -> None:
    result = of(a_gigabyte)
    assert result.status is Status.UP
    assert len(str(result.evidence["body"])) == 2000


def test_a_gigabyte_is_too_large_where_a_size_is_expected() -> None:
    result = of(a_gigabyte, max_size_bytes=1_000_000)
    assert (result.status, result.reason) == (Status.DOWN, Reason.TOO_LARGE)


def test_a_gzip_bomb_is_cut_like_any_other_body() -> None:
    bomb = gzip.compress(gzip.compress(b"\0" * 200_000_000))
    inner = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) < 10_000
    result = of(sending(http(inner, "200 OK", "Content-Encoding: gzip")), max_size_bytes=100)
    assert result.reason is Reason.TOO_LARGE


def test_how_far_it_came_is_evidence() -> None:
    result = of(never_answers, SHORT_SECONDS)
    assert result.reason is Reason.TIMEOUT
    assert result.evidence["address"] == "127.0.0.1"
    assert set(result.evidence["after_ms"]) == {"dns", "connect", "total"}


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    result = probe(f"http://127.0.0.1:{port}/")
    assert (result.reason, result.message) == (Reason.REFUSED, "connection refused")


def test_a_name_that_does_not_resolve() -> None:
    result = probe("http://no-such-host.invalid/", SHORT_SECONDS)
    assert result.reason in (Reason.NAME, Reason.TIMEOUT)
    assert result.status is Status.DOWN


@pytest.mark.parametrize(
    ("days", "address", "trusted"),
    [(-3, "127.0.0.1", True), (100, "127.0.0.2", True), (100, "127.0.0.1", False)],
    ids=["expired", "of another host", "signed by itself"],
)
def test_a_certificate_that_is_not_to_be_trusted(
    tmp_path: Path, days: float, address: str, trusted: bool
) -> None:
    pem = certificate("elsewhere.example", days=days, address=address)
    settings: dict[str, Any] = {"ca_certificate": pem.certificate} if trusted else {}
    with serving(sending(http(b"ok")), pem.server(tmp_path)) as port:
        result = probe(f"https://127.0.0.1:{port}/", **settings)
        ignored = probe(f"https://127.0.0.1:{port}/", verify_certificate=False)
    assert (result.status, result.reason) == (Status.DOWN, Reason.CERTIFICATE)
    assert ignored.evidence["status"] == 200


def test_a_certificate_of_an_own_authority_and_its_days(tmp_path: Path) -> None:
    pem = certificate(days=10.5)
    with serving(sending(http(b"ok")), pem.server(tmp_path)) as port:
        result = probe(f"https://127.0.0.1:{port}/", ca_certificate=pem.certificate)
    assert (result.status, result.reason) == (Status.DEGRADED, Reason.EXPIRING)
    (reading,) = result.readings
    assert reading.metric == "tls_days_remaining"
    assert reading.value == pytest.approx(10.5, abs=0.01)
    assert list(result.phases_ms) == ["dns", "connect", "tls", "first_byte", "transfer"]
