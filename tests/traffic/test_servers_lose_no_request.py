"""Under real servers: what was answered is counted, however a worker ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from tests.running_portal import ROOT, free_port, until
from tests.traffic.portal_stand_in import StandIn

SCRIPTS = Path(sys.executable).parent
APPLICATION = "tests.traffic.shop:application"


def _granian(port: int) -> list[str]:
    options = ["--interface", "wsgi", "--port", str(port), "--workers", "2", "--no-log"]
    # As the portal runs it: a worker that is told to stop while it is still being forked does not
    # hear it. It has answered nothing, and is killed after this time.
    options += ["--workers-kill-timeout", "5"]
    return [str(SCRIPTS / "granian"), *options, APPLICATION]


def _gunicorn(port: int, *options: str) -> list[str]:
    words = ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "2", *options]
    return [str(SCRIPTS / "gunicorn"), *words, "--log-level", "error", APPLICATION]


def _gunicorn_preloaded(port: int) -> list[str]:
    """The application is loaded before the fork: the recorder must start afresh in each child."""
    return _gunicorn(port, "--preload")


def _gunicorn_recycling(port: int) -> list[str]:
    return _gunicorn(port, "--max-requests", "10")


@pytest.fixture
def portal() -> Iterator[StandIn]:
    stand_in = StandIn()
    yield stand_in
    stand_in.close()


@pytest.fixture
def start(portal: StandIn) -> Iterator[Callable[[list[str]], subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def run(command: list[str]) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PORTAL_URL": portal.url, "PORTAL_TOKEN": "ops_shop"}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True))
        return started[-1]

    yield run
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(url: str) -> bool:
    with suppress(requests.RequestException):
        return requests.get(f"{url}/nowhere", timeout=5).status_code == 404
    return False


def _ask(url: str, count: int) -> None:
    """A connection each: the workers share them."""
    for number in range(count):
        assert requests.get(f"{url}/item/{number}/", timeout=10).status_code == 200


def _items(portal: StandIn) -> int:
    points = [point for body in portal.bodies for point in body["points"]]
    return sum(
        point["histogram"]["count"]
        for point in points
        if point["labels"].get("route") == "/item/<int:number>/"
    )


@pytest.mark.parametrize(
    "command", [_granian, _gunicorn_preloaded, _gunicorn_recycling], ids=lambda each: each.__name__
)
def test_a_server_that_is_stopped_or_recycles_has_told_of_every_request(
    portal: StandIn,
    start: Callable[[list[str]], subprocess.Popen[bytes]],
    command: Callable[[int], list[str]],
) -> None:
    port = free_port()
    process = start(command(port))
    url = f"http://127.0.0.1:{port}"
    until(lambda: _answers(url), 20, "the server answers")
    _ask(url, 60)
    process.send_signal(signal.SIGTERM)
    process.wait(20)
    assert _items(portal) == 60
    assert portal.authorizations == {"Bearer ops_shop"}


def test_a_portal_that_hangs_or_fails_slows_no_request_and_hears_of_each_later(
    portal: StandIn,
    start: Callable[[list[str]], subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FLUSH_SECONDS", "0.1")
    portal.status = 503
    portal.may_answer.clear()
    port = free_port()
    start(_granian(port))
    url = f"http://127.0.0.1:{port}"
    until(lambda: _answers(url), 20, "the server answers")
    until(lambda: portal.attempts > 0, 20, "a push hangs")
    for number in range(20):
        # Its own timing: the machine may be slow to connect.
        answer = requests.get(f"{url}/item/{number}/", timeout=10)
        assert float(answer.headers["X-Response-Time-ms"]) < 1000
    assert not portal.bodies
    portal.may_answer.set()
    portal.status = 200
    until(lambda: _items(portal) == 20, 20, "every request is told of")


def test_a_graceful_reload_has_told_of_every_request(
    portal: StandIn, start: Callable[[list[str]], subprocess.Popen[bytes]]
) -> None:
    port = free_port()
    process = start(_granian(port))
    url = f"http://127.0.0.1:{port}"
    until(lambda: _answers(url), 20, "the server answers")
    _ask(url, 20)
    process.send_signal(signal.SIGHUP)
    until(lambda: _items(portal) == 20, 20, "the old workers' requests")
    until(lambda: _answers(url), 20, "the new workers answer")
