"""A libcurl handle asks one request after another: nothing of the one shows in the next."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from opsportal.lib.http import HttpError, Multi, Request, Response
from tests.probes.misbehaving import certificate, http, sending, serving


@pytest.fixture
def multi() -> Iterator[Multi]:
    made = Multi()
    yield made
    made.close()


def asked(multi: Multi, *requests: Request) -> list[Response | HttpError]:
    """One after the other."""
    found: list[Response | HttpError] = []
    for number, request in enumerate(requests):
        multi.add(request, found.append)
        while len(found) <= number:
            multi.run(1)
    return found


def test_a_request_of_another_manner_sends_nothing_of_the_one_before(
    multi: Multi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opsportal.lib.http.spare._MOST", 1)
    heard: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        heard.append(connection.recv(65536))
        connection.sendall(http(b"ok"))

    with serving(answer) as port:
        url = f"http://127.0.0.1:{port}/"
        secret = Request(url=url, method="POST", body=b"sesame", bearer_token="sesame")
        user = Request(url=url, username="ops", password="sesame")
        plain = Request(url=url)
        asked(multi, secret, user, plain, secret, plain, plain)
        # Not with the connection that ends the server.
        seen = list(heard)
    words = [b"sesame" in each or b"Authorization" in each for each in seen]
    assert words == [True, True, False, True, False, False]
    assert [each.split(b" ", 1)[0] for each in seen] == [
        *(b"POST", b"GET", b"GET"),
        *(b"POST", b"GET", b"GET"),
    ]


def test_an_answer_holds_nothing_of_the_one_before(multi: Multi) -> None:
    with (
        serving(sending(http(b"x" * 5000, "200 OK", "X-First: 1"))) as long,
        serving(sending(http(b"", "204 No Content"))) as short,
        serving(sending(b"HTTP/1.1 200 OK\r\nX-Cut: 1\r\n")) as cut,
    ):
        ports = (long, cut, short, long)
        found = asked(
            multi,
            *(Request(url=f"http://127.0.0.1:{port}/", max_body_bytes=100) for port in ports),
        )
    first, broken, second, third = found
    assert isinstance(broken, HttpError)
    assert broken.failure == "closed"
    assert isinstance(first, Response)
    assert isinstance(second, Response)
    assert isinstance(third, Response)
    assert (first.is_cut, second.is_cut, third.is_cut) == (True, False, True)
    assert (len(first.body), second.body, len(third.body)) == (100, b"", 100)
    assert "x-first" not in dict(second.headers)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_guard_is_asked_every_time(multi: Multi, settings: Settings, host: str) -> None:
    """An address in a URL is checked before libcurl has it, that of a name when it is known."""
    with serving(sending(http(b"ok"))) as port:
        literal, again = (Request(url=f"http://{each}:{port}/") for each in ("127.0.0.1", host))
        (allowed,) = asked(multi, literal)
        settings.PRIVATE_ADDRESSES_ALLOWED = False
        (refused,) = asked(multi, again)
    assert isinstance(allowed, Response)
    assert isinstance(refused, HttpError)
    assert refused.failure == "forbidden"


def hangs(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.recv(1)


def test_each_has_its_own_timeout(multi: Multi) -> None:
    with serving(hangs) as hanging, serving(sending(http(b"ok"))) as port:
        patient = Request(url=f"http://127.0.0.1:{port}/", timeout_seconds=60)
        quick = Request(url=f"http://127.0.0.1:{hanging}/", timeout_seconds=0.2)
        answered, late = asked(multi, patient, quick)
    assert isinstance(answered, Response)
    assert isinstance(late, HttpError)
    assert late.failure == "timeout"
    assert late.seen["after_ms"]["total"] < 60_000


def test_a_certificate_is_looked_at_every_time(multi: Multi, tmp_path: Path) -> None:
    """A server that takes up the session before shows none."""
    pem = certificate(days=100)
    with serving(sending(http(b"ok")), pem.server(tmp_path)) as port:
        url = f"https://127.0.0.1:{port}/"
        trust = {"ca_certificate": pem.certificate, "wants_certificate": True}
        found = asked(multi, *(Request(url=url, **trust) for _ in range(3)))  # type: ignore[arg-type]
    assert all(isinstance(each, Response) and each.expires for each in found)
