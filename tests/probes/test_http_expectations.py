"""What is expected of an HTTP answer, and what a rejected credential means."""

from __future__ import annotations

import json
import socket
import threading
import time
from typing import Any

import pytest

from monitoring.probes.base import Reason, Result, Status
from monitoring.probes.http import Http
from opsportal.lib.kinds import SettingsError
from tests.probes.misbehaving import http, sending, serving

CLOCK = b'{"clock": {"state": "open", "delay": 15}, "days": [{"n": 1}, {"n": 2}], "deep": null}'


def of(body: bytes = CLOCK, status: str = "200 OK", **settings: Any) -> Result:
    with serving(sending(http(body, status, "X-Version: 1.2.3"))) as port:
        given = {"url": f"http://127.0.0.1:{port}/", **settings}
        return Http.from_settings(given).probe(2)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"expect_status": "201"}, "200 OK, expected 201"),
        ({"expect_text": "closed"}, 'does not contain "closed"'),
        ({"refuse_text": "open"}, 'contains "open"'),
        ({"expect_pattern": r"state.*closed"}, "does not match"),
        ({"expect_header": {"X-Version": "4"}}, 'X-Version is "1.2.3", expected "4"'),
        ({"expect_header": {"X-Missing": "a"}}, "X-Missing is missing"),
        ({"expect_json": ['$.clock.state == "closed"']}, '$.clock.state is "open"'),
        ({"expect_json": ["$.clock.delay < 10"]}, "$.clock.delay is 15, expected < 10"),
        ({"expect_json": ["$.clock.state > 3"]}, '$.clock.state is "open", expected > 3'),
        ({"expect_json": ["$.nothing exists"]}, "$.nothing is not in the answer"),
        ({"expect_json": ["$.days[?@.n > 2] exists"]}, "$.days[?@.n > 2] is not in the answer"),
        ({"expect_json": ['$.clock.state == "a == b"']}, 'expected == "a == b"'),
        ({"max_size_bytes": 10}, "more than 10 B"),
    ],
)
def test_what_does_not_hold_is_down_and_said(settings: dict[str, Any], message: str) -> None:
    result = of(**settings)
    assert result.status is Status.DOWN
    assert message in result.message


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"expect_status": "404, 200-204"},
        {"expect_text": "open", "refuse_text": "error", "expect_pattern": r"\bstate\b"},
        {"expect_header": {"x-version": "1.2"}},
        {"expect_json": ['$.clock.state == "open"', "$.clock.delay <= 15", "$.days[*].n == 2"]},
        {"expect_json": ['$.clock.state contains "pe"', "$.deep exists", "$.deep == null"]},
        {"expect_json": ["$.days[?@.n == 2] exists", "$.days[?@.n > 1].n == 2"]},
        {"max_size_bytes": len(CLOCK)},
    ],
)
def test_what_holds_is_up(settings: dict[str, Any]) -> None:
    result = of(**settings)
    assert (result.status, result.message) == (Status.UP, "200 OK")
    assert result.response_time_ms
    assert sum(result.phases_ms.values()) == pytest.approx(result.response_time_ms, rel=0.05)


def test_an_answer_that_is_not_json_where_json_is_expected() -> None:
    assert of(b"<html>", expect_json=["$.a exists"]).message == "the answer is not JSON"


def test_json_that_is_nested_without_end() -> None:
    body = b"[" * 200_000
    assert of(body, expect_json=["$..a exists"]).message == "the answer is not JSON"


def test_a_large_document_is_searched_in_bounded_time() -> None:
    body = json.dumps({"rows": [{"id": number, "name": "x" * 10} for number in range(20_000)]})
    started = time.process_time()
    assert of(body.encode(), expect_json=["$..id == 19999"]).status is Status.UP
    assert time.process_time() - started < 20


def test_a_pattern_that_would_explode_elsewhere_takes_no_time() -> None:
    started = time.process_time()
    result = of(b"a" * 50_000, expect_pattern=r"^(a+)+$x")
    assert time.process_time() - started < 10
    assert result.reason is Reason.MISMATCH


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
def test_rejected_credentials_are_not_down(status: str) -> None:
    result = of(b"", status, bearer_token="wrong")
    assert (result.status, result.reason) == (Status.DEGRADED, Reason.CREDENTIALS)
    assert result.message == f"credentials rejected ({status[:3]})"
    assert of(b"", status).status is Status.DOWN


def test_slow_answers_are_degraded_or_down() -> None:
    assert of(degraded_ms=0.001).reason is Reason.SLOW
    assert of(degraded_ms=0.001).status is Status.DEGRADED
    assert of(degraded_ms=0.001, down_ms=0.001).status is Status.DOWN


@pytest.mark.parametrize(
    ("settings", "setting"),
    [
        ({"url": "ftp://x"}, "url"),
        ({"url": "http://user:pass@x/"}, "url"),
        ({"url": "http://x:99999/"}, "url"),
        ({"url": "http://"}, "url"),
        ({"method": "BREW"}, "method"),
        ({"headers": {"Bad Name": "x"}}, "headers"),
        ({"headers": {"X": "a\r\nY: b"}}, "headers"),
        ({"headers": ["X"]}, "headers"),
        ({"expect_status": "2xx"}, "expect_status"),
        ({"expect_pattern": "("}, "expect_pattern"),
        ({"expect_pattern": r"(?=look)"}, "expect_pattern"),
        ({"expect_json": ["$.a = 1"]}, "expect_json"),
        ({"expect_json": ["$.a == open"]}, "expect_json"),
        ({"expect_json": ["$[?(1"]}, "expect_json"),
        ({"expect_json": ["$..*..*..* exists"]}, "expect_json"),
        ({"expect_json": ["$[?match(@.a, '(a+)+')] exists"]}, "expect_json"),
        ({"expect_json": ["$[?$[?$[?@ == 1]]] exists"]}, "expect_json"),
        ({"expect_json": ["$[0,0][0,0][0,0][0,0] exists"]}, "expect_json"),
        ({"max_size_bytes": 1_000_001}, "max_size_bytes"),
        ({"ca_certificate": "no pem"}, "ca_certificate"),
        ({"client_certificate": "no pem"}, "client_certificate"),
        ({"degraded_ms": -1}, "degraded_ms"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_wrong_settings_are_refused_by_name(settings: dict[str, Any], setting: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Http.from_settings({"url": "http://x/", **settings})
    assert set(raised.value.errors) == {setting}


def test_secrets_are_sent_to_the_host_they_are_for_and_to_no_other() -> None:
    seen: list[bytes] = []
    arrived = threading.Event()

    def listen(connection: socket.socket) -> None:
        seen.append(connection.recv(65536))
        arrived.set()
        connection.sendall(http(b"ok"))

    settings = {"bearer_token": "t0ken", "secret_headers": {"X-Key": "k3y"}, "headers": {"A": "b"}}
    with serving(listen) as other:
        moved = http(b"", "302 Found", f"Location: http://127.0.0.1:{other}/")

        def move(connection: socket.socket) -> None:
            seen.append(connection.recv(65536))
            connection.sendall(moved)

        with serving(move) as first:
            url = f"http://127.0.0.1:{first}/"
            result = Http.from_settings({"url": url, **settings}).probe(2)
    assert result.status is Status.UP
    assert arrived.is_set()
    assert b"Bearer t0ken" in seen[0]
    assert b"X-Key: k3y" in seen[0]
    assert b"t0ken" not in seen[1]
    assert b"k3y" not in seen[1]
    assert b"A: b" in seen[1]


def test_a_body_and_a_method_are_sent() -> None:
    seen: list[bytes] = []

    def listen(connection: socket.socket) -> None:
        seen.append(connection.recv(65536))
        connection.sendall(http(b"", "204 No Content"))

    with serving(listen) as port:
        given = {"url": f"http://127.0.0.1:{port}/x?y=1", "method": "PUT", "body": '{"a": "ä"}'}
        result = Http.from_settings({**given, "username": "u", "password": "p"}).probe(2)
    assert result.message == "204 No Content"
    assert seen[0].startswith(b"PUT /x?y=1 HTTP/1.1\r\n")
    assert b"Authorization: Basic dTpw" in seen[0]
    assert seen[0].endswith('{"a": "ä"}'.encode())


@pytest.mark.parametrize(
    ("headers", "said"),
    [({}, b"Connection: close"), ({"Connection": "keep-alive"}, b"Connection: keep-alive")],
)
def test_a_server_is_told_that_nothing_follows_on_the_connection(
    headers: dict[str, str], said: bytes
) -> None:
    seen: list[bytes] = []

    def listen(connection: socket.socket) -> None:
        seen.append(connection.recv(65536))
        connection.sendall(http(b"ok"))

    with serving(listen) as port:
        given = {"url": f"http://127.0.0.1:{port}/", "headers": headers}
        assert Http.from_settings(given).probe(2).status is Status.UP
    assert [line for line in seen[0].split(b"\r\n") if line.startswith(b"Connection:")] == [said]


def test_a_pattern_that_is_refused_is_explained_in_words() -> None:
    with pytest.raises(SettingsError, match=r"re2: invalid perl operator: \(\?="):
        Http.from_settings({"url": "http://x/", "expect_pattern": r"(?=look)"})
