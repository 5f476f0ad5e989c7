"""DNS, asked of a local server that tells the truth or lies; and ICMP."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from monitoring.probes.base import Probe, Reason, Result, Status
from monitoring.probes.dns import Dns
from monitoring.probes.failures import explain
from monitoring.probes.icmp import Icmp
from opsportal.lib.kinds import SettingsError

# Long enough for a busy machine; short where the end is the timeout itself.
LONG_SECONDS, SHORT_SECONDS = 30.0, 0.5
Respond = Callable[[dns.message.Message], bytes | None]


@contextmanager
def name_server(respond: Respond) -> Iterator[int]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    data, client = server.recvfrom(4096)
                    answer = respond(dns.message.from_wire(data))
                    if answer is not None:
                        server.sendto(answer, client)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


def probed(probe: Probe, timeout_seconds: float = LONG_SECONDS) -> Result:
    try:
        return probe.probe(timeout_seconds)
    except Exception as error:
        return explain(error, timeout_seconds)


def of(respond: Respond, timeout_seconds: float = LONG_SECONDS, **settings: Any) -> Result:
    with name_server(respond) as port:
        resolver = {"resolver": "127.0.0.1", "resolver_port": port}
        probe = Dns.from_settings({"query": "www.example.com", **resolver, **settings})
        return probed(probe, timeout_seconds)


def records(*lines: str) -> Respond:
    def respond(query: dns.message.Message) -> bytes:
        answer = dns.message.make_response(query)
        name = query.question[0].name
        for line in lines:
            kind, _, data = line.partition(" ")
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, data))
        return answer.to_wire()

    return respond


def code(rcode: dns.rcode.Rcode) -> Respond:
    def respond(query: dns.message.Message) -> bytes:
        answer = dns.message.make_response(query)
        answer.set_rcode(rcode)
        return answer.to_wire()

    return respond


def of_another_question(query: dns.message.Message) -> bytes:
    other = dns.message.make_query("evil.example.", "A")
    return dns.message.make_response(other).to_wire()


@pytest.mark.parametrize(
    ("respond", "reason", "words"),
    [
        (lambda query: None, Reason.TIMEOUT, "no answer within"),
        (code(dns.rcode.NXDOMAIN), Reason.NAME, "does not exist"),
        (code(dns.rcode.SERVFAIL), Reason.PROTOCOL, "SERVFAIL"),
        (code(dns.rcode.REFUSED), Reason.PROTOCOL, "REFUSED"),
        (records(), Reason.MISMATCH, "no A record"),
        (records("CNAME other.example."), Reason.MISMATCH, "no A record"),
        (of_another_question, Reason.TIMEOUT, "no answer within"),
        (lambda query: b"rubbish", Reason.TIMEOUT, "no answer within"),
    ],
    ids=["silent", "no name", "failing", "refusing", "empty", "another type", "a lie", "rubbish"],
)
def test_a_resolver_that_has_no_answer(respond: Respond, reason: Reason, words: str) -> None:
    result = of(respond, SHORT_SECONDS if reason is Reason.TIMEOUT else LONG_SECONDS)
    assert result.status is Status.DOWN
    assert (result.reason, words in result.message) == (reason, True), result.message


@pytest.mark.parametrize(
    ("line", "record_type", "expected"),
    [
        ("A 192.0.2.1", "A", "192.0.2.1"),
        ("AAAA 2001:db8::1", "AAAA", "2001:db8::1"),
        ("MX 10 mail.example.com.", "MX", "10 mail.example.com"),
        ('TXT "v=spf1 -all"', "TXT", "v=spf1 -all"),
    ],
)
def test_expected_values_are_found_as_people_write_them(
    line: str, record_type: str, expected: str
) -> None:
    result = of(records(line), record_type=record_type, expect=[expected])
    assert (result.status, result.message) == (Status.UP, expected)


def test_a_value_that_is_not_among_the_answers() -> None:
    result = of(records("A 192.0.2.1"), expect=["192.0.2.2"])
    assert (result.reason, result.message) == (
        Reason.MISMATCH,
        "192.0.2.2 is not among 192.0.2.1",
    )


def test_a_resolver_at_a_forbidden_address_is_not_asked() -> None:
    result = probed(Dns.from_settings({"query": "x.example", "resolver": "169.254.169.254"}))
    assert result.reason is Reason.FORBIDDEN


@pytest.mark.parametrize(
    ("settings", "setting"),
    [
        ({"query": "a..b"}, "query"),
        ({"query": "x.example", "resolver": "dns.example"}, "resolver"),
        ({"query": "x.example", "record_type": "ANY"}, "record_type"),
    ],
)
def test_wrong_settings_are_refused_by_name(settings: dict[str, Any], setting: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Dns.from_settings(settings)
    assert set(raised.value.errors) == {setting}


def test_the_own_host_answers_echo_requests_or_says_how_to_allow_them() -> None:
    result = probed(Icmp.from_settings({"host": "127.0.0.1", "count": 1}))
    assert result.status is Status.UP or "ping_group_range" in result.message


def test_echo_requests_are_not_sent_to_forbidden_addresses() -> None:
    assert probed(Icmp.from_settings({"host": "169.254.169.254"})).reason is Reason.FORBIDDEN
