"""Redis and Valkey: an answer to PING, memory, role and replication."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import redis

from monitoring.probes.base import Probe, Reason, Result, Status
from monitoring.probes.validation import check_broker_url, complaints
from opsportal.lib.connections import Deadline, connect, cut_off
from opsportal.lib.kinds import kind, setting

_EVIDENCE = (
    "redis_version",
    "role",
    "connected_slaves",
    "master_link_status",
    "master_last_io_seconds_ago",
    "used_memory",
    "maxmemory",
    "connected_clients",
    "uptime_in_seconds",
)


@kind
class Redis(Probe):
    name = "redis"
    label = "Redis"

    url: str = setting("URL", "Such as redis://cache.example:6379/0 or unix:///run/redis.sock")
    username: str = setting("User name", default="")
    password: str = setting("Password", default="", secret=True)
    max_memory_percent: int = setting(
        "Memory percent", "Degraded above this share of maxmemory; 0: never", default=0, minimum=0
    )
    expect_role: str = setting("Role", default="", choices=("", "master", "replica"), empty="any")
    expect_replicas: int = setting(
        "Replicas", "Degraded when fewer are connected", default=0, minimum=0
    )

    def validate(self) -> Mapping[str, str]:
        return dict(complaints({"url": lambda: check_broker_url(self.url)}))

    def probe(self, timeout_seconds: float) -> Result:
        deadline = Deadline(timeout_seconds)
        try:
            with client(self.url, self.username, self.password, deadline) as server:
                server.ping()
                answered_ms = deadline.elapsed_ms
                info: dict[str, Any] = server.info()
        except redis.AuthenticationError as error:
            return rejected(error)
        except redis.TimeoutError:
            raise TimeoutError from None
        except redis.ConnectionError as error:
            raise unwrapped(error) from None
        except redis.RedisError as error:
            return Result(Status.DOWN, Reason.PROTOCOL, str(error)[:200])
        status, reason, message = self._verdict(info)
        evidence = {name: info[name] for name in _EVIDENCE if name in info}
        return Result(status, reason, message, answered_ms, {"answer": answered_ms}, evidence)

    def _verdict(self, info: Mapping[str, Any]) -> tuple[Status, Reason, str]:
        role = "replica" if info.get("role") == "slave" else str(info.get("role"))
        if self.expect_role and role != self.expect_role:
            return Status.DOWN, Reason.MISMATCH, f"it is a {role}, expected a {self.expect_role}"
        if info.get("master_link_status") == "down":
            return Status.DEGRADED, Reason.MISMATCH, "the link to its master is down"
        replicas = int(info.get("connected_slaves", 0))
        if replicas < self.expect_replicas:
            missing = f"{replicas} replicas are connected, expected {self.expect_replicas}"
            return Status.DEGRADED, Reason.MISMATCH, missing
        limit = int(info.get("maxmemory") or 0)
        used_percent = 100 * int(info.get("used_memory", 0)) / limit if limit else 0
        if self.max_memory_percent and used_percent > self.max_memory_percent:
            return Status.DEGRADED, Reason.MISMATCH, f"{used_percent:.0f} % of its memory is used"
        return Status.UP, Reason.OK, f"{role}, version {info.get('redis_version', 'unknown')}"


class _Checked(redis.Connection):
    """To an address of the host that was checked, whichever of them answers; cut off in time."""

    def __init__(self, *, deadline: Deadline, ends: ExitStack, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self._deadline, self._ends = deadline, ends

    def _connect(self) -> socket.socket:
        connection, _ = connect(self.host, self.port, self._deadline)
        self._ends.enter_context(cut_off(connection.fileno(), self._deadline))
        connection.settimeout(self.socket_timeout)
        return connection


class _CheckedTls(redis.SSLConnection, _Checked):
    """The certificate has to be the host's."""


@contextmanager
def client(url: str, username: str, password: str, deadline: Deadline) -> Iterator[redis.Redis]:
    """Of a URL that `check_broker_url` has accepted."""
    parts = urlsplit(url)
    options: dict[str, Any] = {
        "username": username or None,
        "password": password or None,
        "socket_timeout": deadline.remaining_seconds(),
        "retry": None,
        "decode_responses": True,
    }
    if parts.scheme == "unix":
        with redis.Redis(unix_socket_path=parts.path, **options) as server:
            yield server
        return
    options |= {
        "connection_class": _CheckedTls if parts.scheme == "rediss" else _Checked,
        "host": parts.hostname or "",
        "port": parts.port or 6379,
        "db": int(parts.path.strip("/") or 0),
        "deadline": deadline,
    }
    with ExitStack() as ends:
        pool = redis.ConnectionPool(ends=ends, **options)
        yield ends.enter_context(redis.Redis.from_pool(pool))


def unwrapped(error: redis.ConnectionError) -> Exception:
    """What the client's own error was made of, where that tells more."""
    context = error.__cause__ or error.__context__
    if isinstance(context, OSError):
        return context
    return EOFError() if "closed" in str(error).lower() else error


def rejected(error: Exception) -> Result:
    return Result(Status.DEGRADED, Reason.CREDENTIALS, f"credentials rejected: {str(error)[:150]}")
