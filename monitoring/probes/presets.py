"""Settings to start from: what a good check of a common service looks like. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Preset:
    """`needs`: the settings that have to be filled in before it can work."""

    name: str
    kind: str
    help_text: str
    settings: Mapping[str, Any]
    needs: tuple[str, ...] = ()
    interval_seconds: int = 60


def _alpaca(name: str, host: str) -> Preset:
    return Preset(
        name,
        "http",
        "The market clock; needs a key and its secret",
        {
            "url": f"https://{host}/v2/clock",
            "secret_headers": {"APCA-API-KEY-ID": "", "APCA-API-SECRET-KEY": ""},
            "expect_json": ["$.is_open exists"],
            "degraded_ms": 2000,
        },
        needs=("secret_headers",),
    )


PRESETS: dict[str, Preset] = {
    "tradier": Preset(
        "Tradier",
        "http",
        "The market clock; needs an access token",
        {
            "url": "https://api.tradier.com/v1/markets/clock",
            "headers": {"Accept": "application/json"},
            "bearer_token": "",
            "expect_json": ["$.clock.state exists"],
            "degraded_ms": 2000,
        },
        needs=("bearer_token",),
    ),
    "alpaca": _alpaca("Alpaca", "api.alpaca.markets"),
    "alpaca-paper": _alpaca("Alpaca (paper)", "paper-api.alpaca.markets"),
    "web-page": Preset(
        "Web page",
        "http",
        "Answers with 200, and its certificate is good",
        {"url": "https://www.example.com/", "expect_status": "200", "degraded_ms": 2000},
        needs=("url",),
    ),
    "json-api": Preset(
        "JSON API",
        "http",
        "A health endpoint, and what it says",
        {
            "url": "https://api.example.com/health",
            "headers": {"Accept": "application/json"},
            "expect_json": ['$.status == "ok"'],
            "degraded_ms": 1000,
        },
        needs=("url",),
    ),
    "postgresql": Preset(
        "PostgreSQL",
        "database",
        "Connects and runs a query that cannot write",
        {"url": "postgresql://monitor@db.example.com:5432/app", "password": ""},
        needs=("url", "password"),
    ),
    "redis": Preset(
        "Redis",
        "redis",
        "Answers a ping and has memory left",
        {"url": "redis://cache.example.com:6379/0", "max_memory_percent": 90},
        needs=("url",),
    ),
    "tls-certificate": Preset(
        "TLS certificate",
        "tls",
        "Is trusted, and lasts for two more weeks",
        {"host": "www.example.com", "port": 443},
        needs=("host",),
        interval_seconds=3600,
    ),
    "cron-job": Preset(
        "Cron job",
        "heartbeat",
        "Pings when it is done; late is down",
        {"cron": "0 3 * * *", "time_zone": "UTC", "grace_seconds": 3600},
    ),
}
