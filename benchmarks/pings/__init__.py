"""Pings per second in PostgreSQL, beside a model of Healthchecks (`peer.py`) with persistent
connections to the database and with its default, one for each request; and beside a plain Django
view that inserts one row.

Each is one granian process with eight threads; wrk asks them in turn, and the median round counts.
After the rounds every ping that was answered must be in the database.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from benchmarks.health import ROOT, Round, measure, served
from benchmarks.pings.peer import CHECKS as HEARTBEATS
from benchmarks.probing.nginx import free_ports, running, wait_for
from benchmarks.store import postgresql
from benchmarks.table import Row

# As often as Healthchecks with persistent connections, which it does not have by default.
LEAST_TIMES = 2.0
ONE, PLAIN = f"/ping/{UUID(int=0)}", "/plain-insert"
PERSISTENT, DEFAULT, INSERT = "Healthchecks' model", "its default", "plain insert"
MANY = """
local number = 0
request = function()
  number = number + 1
  return wrk.format("GET", string.format("/ping/%s%%012x", number %% %d))
end
"""


def application() -> Callable[..., Any]:
    """The portal with the peer and heartbeats; granian calls it in its worker."""
    import django
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler

    django.setup()
    _add_heartbeats()
    from opsportal.urls import urlpatterns

    # A tuple of patterns is a URLconf too.
    settings.ROOT_URLCONF = (_peer(), *urlpatterns)
    return WSGIHandler()


def _add_heartbeats() -> None:
    from monitoring.models import Check, CheckState

    names = [(number, f"job-{number}") for number in range(HEARTBEATS)]
    checks = Check.objects.bulk_create(
        Check(name=name, slug=name, uuid=UUID(int=number), kind="heartbeat")
        for number, name in names
    )
    CheckState.objects.bulk_create(CheckState(owner=check) for check in checks)


def _peer() -> Any:
    from django.http import HttpRequest, HttpResponse
    from django.urls import path

    from monitoring.models import Ping

    def insert(request: HttpRequest) -> HttpResponse:
        Ping.objects.create(owner_id=HEARTBEATS, time_ms=0, kind="log", method="GET")
        return HttpResponse("OK")

    return path(PLAIN[1:], insert)


@contextmanager
def _healthchecks(url: str, seconds: int) -> Iterator[int]:
    """The port of the model, whose connections to the database live so long."""
    (port,) = free_ports(1)
    granian = [
        *(str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--factory"),
        *("--port", str(port), "--blocking-threads", "8", "--log-level", "critical"),
        "benchmarks.pings.peer:application",
    ]
    environment = {**os.environ, "DATABASE_URL": url, "CONN_MAX_AGE": str(seconds)}
    with running(granian, cwd=ROOT, env=environment):
        wait_for(f"http://127.0.0.1:{port}{ONE}", Path(os.devnull), "OK")
        yield port


def run(quick: bool) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        directory = Path(name)
        script = directory / "many.lua"
        script.write_text(MANY % (str(UUID(int=0))[:-12], HEARTBEATS), encoding="ascii")
        with (
            postgresql(directory) as url,
            served(directory, "benchmarks.pings:application", [ONE, PLAIN], url) as portal,
        ):
            _create_database(url)
            with _healthchecks(url, 600) as persistent, _healthchecks(url, 0) as default:
                asked = {
                    "ours": (portal, ONE, script),
                    PERSISTENT: (persistent, ONE, script),
                    DEFAULT: (default, ONE, script),
                    "ours, one heartbeat": (portal, ONE, None),
                    f"{PERSISTENT}, one heartbeat": (persistent, ONE, None),
                    INSERT: (portal, PLAIN, None),
                }
                rounds = _rounds(asked, quick)
            answered = [each for name in rounds if name.startswith("ours") for each in rounds[name]]
            lost = sum(each.answered for each in answered) - _recorded(url)
    return [*_rows(rounds, quick), Row("pings", "lost", max(0, lost), "", passed=lost <= 0)]


def _rounds(asked: dict[str, tuple[int, str, Path | None]], quick: bool) -> dict[str, list[Round]]:
    seconds = 2 if quick else 5
    rounds: dict[str, list[Round]] = {name: [] for name in asked}
    # The first ping of a heartbeat is a change, with a transition and new series.
    for name in ("ours", PERSISTENT, DEFAULT):
        port, path, script = asked[name]
        rounds[f"{name}, warming up"] = [measure(port, path, seconds * 2, script)]
    for _ in range(1 if quick else 5):
        for name, (port, path, script) in asked.items():
            rounds[name].append(measure(port, path, seconds, script))
    return rounds


def _create_database(url: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE peer")


def _recorded(url: str) -> int:
    import psycopg

    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT sum(successes) FROM monitoring_checkstate").fetchone()
    return int(row[0]) if row else 0


def _rows(rounds: dict[str, list[Round]], quick: bool) -> list[Row]:
    rate = {name: statistics.median(each.rate for each in got) for name, got in rounds.items()}
    p99_ms = {name: statistics.median(each.p99_ms for each in got) for name, got in rounds.items()}

    def beside(what: str, ours: str, peer: str, bar: str = "", passed: bool | None = None) -> Row:
        return Row("pings", what, rate[ours], "/s", peer, rate[peer], bar, passed)

    many, one = f"{HEARTBEATS} heartbeats", "one heartbeat"
    # A single short round is no measurement.
    passed = None if quick else rate["ours"] >= LEAST_TIMES * rate[PERSISTENT]
    return [
        beside(many, "ours", PERSISTENT, f">= {LEAST_TIMES:g} x", passed),
        beside(many, "ours", DEFAULT),
        beside(many, "ours", INSERT),
        beside(one, f"ours, {one}", f"{PERSISTENT}, {one}"),
        Row("pings", "p99", p99_ms["ours"], "ms", PERSISTENT, p99_ms[PERSISTENT]),
    ]
