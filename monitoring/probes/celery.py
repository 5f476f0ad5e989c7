"""Celery on Redis: how many tasks wait in a queue, and whether workers answer."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

import redis
from celery import Celery as Application

from monitoring.probes.base import Probe, Reason, Result, Status
from monitoring.probes.redis import client, rejected, unwrapped
from monitoring.probes.validation import check_broker_url, complaints
from opsportal.lib.connections import Deadline, connected_address
from opsportal.lib.kinds import kind, setting


@kind
class Celery(Probe):
    name = "celery"
    label = "Celery"

    broker_url: str = setting("Broker", "Such as redis://cache.example:6379/0; Redis only")
    username: str = setting("User name", default="")
    password: str = setting("Password", default="", secret=True)
    queue: str = setting("Queue", default="celery")
    max_depth: int = setting(
        "Deepest", "Degraded when more tasks wait; 0: any number", default=1000, minimum=0
    )
    expect_workers: int = setting(
        "Workers", "Down when fewer answer a ping; 0: they are not asked", default=0, minimum=0
    )

    def validate(self) -> Mapping[str, str]:
        return dict(complaints({"broker_url": lambda: check_broker_url(self.broker_url)}))

    def probe(self, timeout_seconds: float) -> Result:
        deadline = Deadline(timeout_seconds)
        try:
            with client(self.broker_url, self.username, self.password, deadline) as server:
                depth = int(server.llen(self.queue))
        except redis.AuthenticationError as error:
            return rejected(error)
        except redis.TimeoutError:
            raise TimeoutError from None
        except redis.ConnectionError as error:
            raise unwrapped(error) from None
        except redis.RedisError as error:
            return Result(Status.DOWN, Reason.PROTOCOL, str(error)[:200])
        workers = self._workers(deadline) if self.expect_workers else []
        return self._judged(depth, workers, deadline)

    def _judged(self, depth: int, workers: list[str], deadline: Deadline) -> Result:
        evidence = {"waiting": depth, "workers": workers[:50]}
        status, reason, message = Status.UP, Reason.OK, f"{depth} waiting"
        if len(workers) < self.expect_workers:
            status, reason = Status.DOWN, Reason.MISMATCH
            message = f"{len(workers)} workers answer, expected {self.expect_workers}"
        elif self.max_depth and depth > self.max_depth:
            status, reason = Status.DEGRADED, Reason.MISMATCH
            message = f"{depth} waiting, allowed are {self.max_depth}"
        return Result(status, reason, message, deadline.elapsed_ms, {}, evidence)

    def _workers(self, deadline: Deadline) -> list[str]:
        """The names of those that answer; a broadcast waits as long as it is told to."""
        broker = self._url_with_credentials(deadline)
        application = Application(broker=broker, set_as_current=False)
        patience = min(1.0, deadline.remaining_seconds() / 2)
        with application.connection_for_write() as connection:
            answers = application.control.ping(
                timeout=patience, connection=connection, limit=self.expect_workers
            )
        return sorted(name for answer in answers or () for name in answer)

    def _url_with_credentials(self, deadline: Deadline) -> str:
        """Of an address that was checked; with TLS of the name, which the certificate has to be
        of."""
        parts = urlsplit(self.broker_url)
        if parts.scheme == "unix":
            return f"redis+socket://{parts.path}"
        host, port = parts.hostname or "", parts.port or 6379
        if parts.scheme == "redis":
            host = connected_address(host, port, deadline)
        credentials = f"{quote(self.username)}:{quote(self.password, safe='')}@"
        bracketed = f"[{host}]" if ":" in host else host
        place = f"{credentials if self.password else ''}{bracketed}:{port}"
        return urlunsplit(parts._replace(netloc=place))
