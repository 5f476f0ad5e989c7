"""The kinds of checks by name."""

from __future__ import annotations

from monitoring.probes.base import Probe
from opsportal.lib.registry import Registry

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

_registry: Registry[Probe] = Registry("monitoring.probes", _KINDS)
kind_named = _registry.kind_named
build = _registry.build
