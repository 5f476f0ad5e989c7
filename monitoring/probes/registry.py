"""The kinds of checks by name. Their modules are imported when first used: each brings a library
along, and most portals use few of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from monitoring.probes.base import Probe
from opsportal.lib.kinds import SettingsError

_KINDS = {
    "http": "http.Http",
    "tcp": "tcp.Tcp",
    "tls": "tls.Tls",
    "dns": "dns.Dns",
    "icmp": "icmp.Icmp",
    "database": "database.Database",
    "redis": "redis.Redis",
    "celery": "celery.Celery",
    "heartbeat": "heartbeat.Heartbeat",
}
ABOUT = {
    "http": "A request, and what its answer says",
    "tcp": "A port, and what is said there",
    "tls": "A certificate: chain, name, expiry, protocol",
    "dns": "What a name resolves to",
    "icmp": "Echo requests to a host",
    "database": "PostgreSQL, MySQL, MariaDB or SQLite: connects and runs a query",
    "redis": "Redis or Valkey: an answer, memory, role, replication",
    "celery": "How many tasks wait in a queue, and whether workers answer",
    "heartbeat": "A job that tells when it is done; late is down",
}
LABELS = {
    "http": "HTTP",
    "tcp": "TCP port",
    "tls": "TLS certificate",
    "dns": "DNS",
    "icmp": "Ping (ICMP)",
    "database": "Database",
    "redis": "Redis",
    "celery": "Celery",
    "heartbeat": "Heartbeat",
}


@cache
def kind_named(name: str) -> type[Probe]:
    """Raises KeyError."""
    module, _, cls = _KINDS[name].partition(".")
    found: type[Probe] = getattr(import_module(f"monitoring.probes.{module}"), cls)
    return found


def build(name: str, settings: Mapping[str, Any]) -> Probe:
    """Raises SettingsError; of an unknown kind, for "kind"."""
    if name not in _KINDS:
        raise SettingsError({"kind": f"must be one of {', '.join(_KINDS)}"})
    return kind_named(name).from_settings(settings)
