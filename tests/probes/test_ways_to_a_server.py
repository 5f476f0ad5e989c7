"""How a server is reached: client certificates, proxies, IPv4 and IPv6."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Any

import pycurl
import pytest

from monitoring.probes.base import Reason, Result, Status
from monitoring.probes.http import Http
from monitoring.probes.redis import Redis
from opsportal.lib.http import HttpError, Request
from opsportal.lib.http.transfer import Transfer
from tests.probes.misbehaving import certificate, http, sending, serving


def probe(url: str, **settings: Any) -> Result:
    return Http.from_settings({"url": url, **settings}).probe(3)


def test_a_server_that_asks_for_a_client_certificate(tmp_path: Path) -> None:
    pem, stranger, client = certificate(), certificate(), certificate("portal.example")
    context = pem.server(tmp_path)
    # Later ones may close the connection before their word on the certificate has come.
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=client.certificate)
    with serving(sending(http(b"ok")), context) as port:
        url, trust = f"https://127.0.0.1:{port}/", {"ca_certificate": pem.certificate}
        without = probe(url, **trust)
        wrong = probe(url, **trust, client_certificate=stranger.key + stranger.certificate)
        known = probe(url, **trust, client_certificate=client.certificate + client.key)
    assert without.status is Status.DOWN
    assert (wrong.status, wrong.reason) == (Status.DEGRADED, Reason.CREDENTIALS)
    assert known.status is Status.UP


def test_a_client_certificate_that_is_asked_for_is_said() -> None:
    """In TLS 1.3 it is said after the handshake."""
    words = "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required"
    error = _failure(words)
    assert error.failure == "client certificate"
    result = Http.from_settings({"url": "https://x/"}).failed(error, 3)
    assert (result.status, result.reason) == (Status.DOWN, Reason.CERTIFICATE)
    assert result.message == "the server asks for a client certificate"


def _failure(words: str) -> HttpError:
    transfer = Transfer()
    transfer.prepare(Request(url="https://x/"), lambda outcome: None)
    outcome = transfer.outcome(pycurl.E_RECV_ERROR, words)
    assert isinstance(outcome, HttpError)
    return outcome


def test_a_proxy_that_refuses_says_so() -> None:
    with serving(sending(http(b"no", "407 Proxy Authentication Required"))) as port:
        plain = probe("http://shop.invalid/", proxy=f"http://127.0.0.1:{port}")
        tunnel = probe("https://shop.invalid/", proxy=f"http://127.0.0.1:{port}")
    assert plain.message == "407 Proxy Authentication Required, expected 200-299"
    assert (tunnel.status, tunnel.reason) == (Status.DOWN, Reason.PROTOCOL)
    assert "407" in tunnel.message


def test_a_proxy_is_asked_and_resolves_the_name() -> None:
    seen: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        seen.append(connection.recv(65536))
        connection.sendall(http(b"ok"))

    with serving(answer) as port:
        result = probe("http://shop.invalid/x", proxy=f"http://127.0.0.1:{port}")
    assert result.status is Status.UP
    assert seen[0].startswith(b"GET http://shop.invalid/x HTTP/1.1\r\n")


def test_a_proxy_is_told_its_password_and_the_server_is_not() -> None:
    seen: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        seen.append(connection.recv(65536))
        connection.sendall(http(b"", "407 Proxy Authentication Required"))

    with serving(answer) as port:
        way = {"proxy": f"http://127.0.0.1:{port}", "proxy_username": "ops"}
        result = probe("https://shop.invalid/x", **way, proxy_password="sesame")
        plain = probe("http://shop.invalid/x", **way, proxy_password="sesame")
    assert b"\r\nProxy-Authorization: Basic b3BzOnNlc2FtZQ==\r\n" in seen[0]
    assert "sesame" not in result.message
    assert (plain.status, plain.reason) == (Status.DEGRADED, Reason.CREDENTIALS)


@pytest.mark.parametrize("host", ["169.254.169.254", "[fd00:ec2::254]", "[::ffff:169.254.1.1]"])
def test_a_proxy_is_not_asked_for_the_metadata_service(host: str) -> None:
    asked: list[bytes] = []
    with serving(lambda connection: asked.append(connection.recv(65536))) as port:
        result = probe(f"http://{host}/latest", proxy=f"http://127.0.0.1:{port}")
    assert (result.status, result.reason) == (Status.DOWN, Reason.FORBIDDEN)
    assert not any(asked)


def test_the_ip_version_is_the_one_that_was_chosen() -> None:
    with serving(sending(http(b"ok"))) as port:
        assert probe(f"http://localhost:{port}/", ip_version="4").evidence["address"] == "127.0.0.1"
        assert probe(f"http://localhost:{port}/", ip_version="6").status is Status.DOWN


def test_of_a_name_with_several_addresses_one_that_answers_is_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As of localhost, where a server listens on 127.0.0.1 alone."""
    addresses = ["::1", "127.0.0.1"]
    monkeypatch.setattr("opsportal.lib.connections.resolve", lambda *_: addresses)
    with serving(sending(b"-NOAUTH Authentication required.\r\n")) as port:
        result = Redis.from_settings({"url": f"redis://cache.example:{port}"}).probe(3)
    assert result.reason is Reason.CREDENTIALS


def test_a_broker_with_the_certificate_of_another_host_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = certificate("elsewhere.example", address="127.0.0.2")
    authority = tmp_path / "authority.pem"
    authority.write_text(pem.certificate, encoding="ascii")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with serving(sending(b"+PONG\r\n"), pem.server(tmp_path)) as port:
        probe = Redis.from_settings({"url": f"rediss://127.0.0.1:{port}"})
        with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
            probe.probe(3)
