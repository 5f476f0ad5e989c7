"""Every preset is a check that works once its secrets are filled in."""

import json
import socket
from typing import Any

import pytest

from monitoring.probes.base import Reason, Result, Status
from monitoring.probes.presets import PRESETS, Preset
from monitoring.probes.registry import build, kind_named
from opsportal.lib.kinds import secret_names, settings_of
from tests.probes.misbehaving import http, serving


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_its_settings_are_accepted_as_they_stand(preset: Preset) -> None:
    assert build(preset.kind, preset.settings).label


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_what_has_to_be_filled_in_is_a_setting_of_its_kind(preset: Preset) -> None:
    assert set(preset.needs) <= {each.name for each in settings_of(kind_named(preset.kind))}


def test_credentials_of_brokers_are_secrets() -> None:
    for name in ("tradier", "alpaca", "alpaca-paper"):
        preset = PRESETS[name]
        assert set(preset.needs) <= secret_names(kind_named(preset.kind))


# What the brokers document of their clocks, and which headers they want.
TRADIER = {"clock": {"date": "2026-11-27", "description": "Market is open", "state": "open"}}
ALPACA = {"timestamp": "2026-11-27T10:00:00-05:00", "is_open": True}
KEYS = {"APCA-API-KEY-ID": "key-of-test", "APCA-API-SECRET-KEY": "secret-of-test"}
BROKERS = [
    ("tradier", {"bearer_token": "token-of-test"}, "/v1/markets/clock", TRADIER),
    ("alpaca", {"secret_headers": KEYS}, "/v2/clock", ALPACA),
    ("alpaca-paper", {"secret_headers": KEYS}, "/v2/clock", ALPACA),
]


def asked(name: str, secrets: dict[str, Any], path: str, answer: bytes) -> tuple[Result, str]:
    """The preset as it stands, but for its host; and what that was asked."""
    requests: list[str] = []

    def broker(connection: socket.socket) -> None:
        requests.append(connection.recv(65_536).decode("latin-1"))
        connection.sendall(answer)

    preset = PRESETS[name]
    assert preset.settings["url"].endswith(path)
    with serving(broker) as port:
        settings = {**preset.settings, **secrets, "url": f"http://127.0.0.1:{port}{path}"}
        return build(preset.kind, settings).probe(30), requests[0]


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
@pytest.mark.parametrize(("name", "secrets", "path"), [each[:3] for each in BROKERS])
def test_a_broker_that_rejects_the_credentials_is_not_down(
    name: str, secrets: dict[str, Any], path: str, status: str
) -> None:
    result, _ = asked(name, secrets, path, http(b"Invalid Access Token", status))
    assert (result.status, result.reason) == (Status.DEGRADED, Reason.CREDENTIALS)
    assert result.message == f"credentials rejected ({status[:3]})"


@pytest.mark.parametrize(("name", "secrets", "path", "clock"), BROKERS)
def test_a_broker_is_up_when_it_tells_the_time(
    name: str, secrets: dict[str, Any], path: str, clock: dict[str, Any]
) -> None:
    result, request = asked(name, secrets, path, http(json.dumps(clock).encode()))
    assert (result.status, result.message) == (Status.UP, "200 OK")
    sent = {line.lower() for line in request.split("\r\n")}
    if "bearer_token" in secrets:
        assert "authorization: bearer token-of-test" in sent
    else:
        assert {f"{name}: {value}".lower() for name, value in KEYS.items()} <= sent


@pytest.mark.parametrize(("name", "secrets", "path"), [each[:3] for each in BROKERS])
def test_a_broker_that_answers_something_else_is_down(
    name: str, secrets: dict[str, Any], path: str
) -> None:
    result, _ = asked(name, secrets, path, http(b'{"maintenance": true}'))
    assert (result.status, result.reason) == (Status.DOWN, Reason.MISMATCH)
