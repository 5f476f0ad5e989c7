"""Pings recorded in PostgreSQL per second, beside a plain Django view that inserts one row.

One granian process with the portal's whole middleware serves both, and is asked in turn; the median
round counts. After the rounds every answered ping must be in the database.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from benchmarks.health import Round, measure, served
from benchmarks.store import postgresql
from benchmarks.table import Row

HEARTBEATS = 1000
# Twice what Healthchecks records with persistent connections on such a machine.
LEAST_PER_SECOND = 700
ONE, PLAIN = f"/ping/{UUID(int=0)}", "/plain-insert"
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


def run(quick: bool) -> list[Row]:
    rounds: dict[str, list[Round]] = {"1000 heartbeats": [], "one heartbeat": [], PLAIN: []}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        directory = Path(name)
        script = directory / "many.lua"
        script.write_text(MANY % (str(UUID(int=0))[:-12], HEARTBEATS), encoding="ascii")
        with (
            postgresql(directory) as url,
            served(directory, "benchmarks.pings:application", [ONE, PLAIN], url) as port,
        ):
            seconds = 2 if quick else 5
            # The first ping of a heartbeat is a change, with a transition and new series.
            rounds["warming up"] = [measure(port, ONE, seconds * 2, script)]
            for _ in range(1 if quick else 5):
                rounds["1000 heartbeats"].append(measure(port, ONE, seconds, script))
                rounds["one heartbeat"].append(measure(port, ONE, seconds))
                rounds[PLAIN].append(measure(port, PLAIN, seconds))
            pings = [each for name, got in rounds.items() if name != PLAIN for each in got]
            lost = sum(each.answered for each in pings) - _recorded(url)
    return [*_rows(rounds, quick), Row("pings", "lost", max(0, lost), "", passed=lost <= 0)]


def _recorded(url: str) -> int:
    import psycopg

    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT sum(successes) FROM monitoring_checkstate").fetchone()
    return int(row[0]) if row else 0


def _rows(rounds: dict[str, list[Round]], quick: bool) -> list[Row]:
    rate = {name: statistics.median(each.rate for each in got) for name, got in rounds.items()}
    p99_ms = {name: statistics.median(each.p99_ms for each in got) for name, got in rounds.items()}
    rows = []
    for name in ("1000 heartbeats", "one heartbeat"):
        # A single short round is no measurement.
        passed = None if quick else rate[name] >= LEAST_PER_SECOND
        bar = f">= {LEAST_PER_SECOND} /s"
        rows += [
            Row("pings", name, rate[name], "/s", "plain insert", rate[PLAIN], bar, passed),
            Row("pings", f"{name} p99", p99_ms[name], "ms", "plain insert", p99_ms[PLAIN]),
        ]
    return rows
