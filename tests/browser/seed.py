"""Fills a portal's store: `python tests/browser/seed.py history`, or now, trouble, note, alert,
calm, yesterday; migrate, collect and administrator make that portal. Without a word it reads one
after the other from its input, and says "done" after each.

Run in a process of its own, since the tests' process has another database.
"""

import math
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from alerts.defaults import make_defaults  # noqa: E402
from alerts.models import Alert, AlertEvent, Threshold  # noqa: E402
from backups.models import Backup, Plan  # noqa: E402
from monitoring import store  # noqa: E402
from monitoring.annotations import Kind, annotate  # noqa: E402
from monitoring.editing import save_check  # noqa: E402
from monitoring.histogram import Histogram  # noqa: E402
from monitoring.models import Check, CheckState, Transition  # noqa: E402
from monitoring.store import Point  # noqa: E402
from opsportal.boards.defaults import make_defaults as make_boards  # noqa: E402
from opsportal.statuspage.models import Component, Incident, Page, Work  # noqa: E402

STEP_MS = 10_000
HOUR_MS = 3_600_000
HOST = {"host": "web-1"}
ROUTES = (("GET", "/api/orders", 40), ("POST", "/api/orders", 90), ("GET", "/quotes/<symbol>", 8))
RANDOM = random.Random(7)  # noqa: S311 (a picture, not a secret)


def vitals(time_ms: int, full_disk: bool) -> Iterator[Point]:
    wave = math.sin(time_ms / 1_500_000)
    noise = RANDOM.random()
    values = {
        "cpu_percent": 34 + 10 * wave + 8 * noise,
        "cpu_core_max_percent": 52 + 10 * wave + 14 * noise,
        "memory_percent": 61 + 2 * wave,
        "swap_percent": 4.0,
        "net_receive_bytes_per_second": 120_000 + 60_000 * noise,
        "net_transmit_bytes_per_second": 60_000 + 40_000 * noise,
        "disk_read_bytes_per_second": 900_000 * noise,
        "disk_write_bytes_per_second": 2_000_000 * noise,
        "host_uptime_seconds": 3_654_000 + time_ms % HOUR_MS / 1000,
    }
    for metric, value in values.items():
        yield Point(metric, HOST, time_ms, value)
    yield Point("disk_percent", {**HOST, "path": "/"}, time_ms, 63.2)
    data_percent = 97.0 if full_disk else 41.0
    yield Point("disk_percent", {**HOST, "path": "/data"}, time_ms, data_percent)
    yield Point("portal_queue_lag_seconds", {"queue": "celery"}, time_ms, 0.004 + 0.002 * noise)


def traffic(time_ms: int, failing: bool) -> Iterator[Point]:
    yield Point("http_requests_per_minute", {"service": "shop"}, time_ms, 96.0)
    for method, route, middle in ROUTES:
        for status_class in ("2xx", "5xx") if failing else ("2xx",):
            times = Histogram.of(middle * math.exp(RANDOM.gauss(0, 0.6)) for _ in range(5))
            labels = {
                **HOST,
                "service": "shop",
                "method": method,
                "route": route,
                "status_class": status_class,
            }
            yield Point("http_response_time_ms", labels, time_ms, times)


def points(mode: str, now_ms: int) -> list[Point]:
    steps = 1 if mode == "now" else 30 if mode == "trouble" else HOUR_MS // STEP_MS
    return [
        point
        for back in range(steps)
        for source in (vitals, traffic)
        for point in source(now_ms - back * STEP_MS, mode == "trouble")
    ]


DEPENDENCIES = (
    # name, host, response time in ms, minutes ago: from when it was slow, then up again
    ("Tradier", "api.tradier.example", 83, (400, 372)),
    ("Alpaca", "api.alpaca.example", 121, ()),
    ("PostgreSQL on db-1", "db-1.example", 2.4, (1100, 1094)),
)


def dependencies(now_ms: int) -> None:
    """Checks with a day of history, as if they had been probed."""
    for name, host, middle_ms, slow in DEPENDENCIES:
        check = Check(name=name, kind="tcp", interval_seconds=3600)
        save_check(check, {"host": host, "port": 443}, now_ms=now_ms)
        slow_ms = [now_ms - minutes * 60_000 for minutes in slow]
        moments = [now_ms - 26 * HOUR_MS, *slow_ms]
        Transition.objects.filter(owner=check).delete()
        for number, (start, end) in enumerate(pairwise([*moments, None])):
            status = "degraded" if number == 1 else "up"
            message = "2100 ms, allowed are 2000" if number == 1 else "port is open"
            Transition.objects.create(
                owner=check,
                time_ms=start or 0,
                ended_ms=end,
                status=status,
                before="new",
                why="changed",
                message=message,
            )
        CheckState.objects.filter(owner=check).update(
            status="up",
            since_ms=slow_ms[-1] if slow else moments[0],
            message="port is open",
            response_time_ms=middle_ms,
            probed_ms=now_ms,
            due_ms=None,
        )
        times_ms = range(now_ms - 24 * HOUR_MS, now_ms, 300_000)
        store.record(
            [point for each in times_ms for point in probe_points(check.slug, each, middle_ms)]
        )


def alerts(now_ms: int) -> None:
    """The usual thresholds, and one alert that is over."""
    make_defaults("", "", "")
    make_boards()
    fired_ms = now_ms - 25 * 60_000
    alert = Alert.objects.create(
        threshold=Threshold.objects.get(name="CPU"),
        name="CPU",
        metric="cpu_percent",
        labels=HOST,
        fingerprint="seed",
        state="resolved",
        severity="warning",
        value=93.4,
        limit=90,
        message="CPU 93.4 % on web-1, above 90 %",
        started_ms=fired_ms - 300_000,
        fired_ms=fired_ms,
        resolved_ms=fired_ms + 400_000,
    )
    for kind, time_ms in (("fired", fired_ms), ("resolved", fired_ms + 400_000)):
        AlertEvent.objects.create(alert=alert, kind=kind, time_ms=time_ms, reason=alert.message)


def backups(now_ms: int) -> None:
    """A plan, whose backup of the night was restored."""
    plan = Plan.objects.create(name="shop", slug="shop", source_kind="postgresql")
    started_ms = now_ms - 8 * HOUR_MS
    Backup.objects.create(
        plan=plan,
        plan_name=plan.name,
        source_kind=plan.source_kind,
        status="verified",
        queued_ms=started_ms,
        started_ms=started_ms,
        finished_ms=started_ms + 95_000,
        size_bytes=412_000_000,
        proof="restored",
        proved_ms=started_ms + 95_000,
        restore_seconds=61.0,
    )
    ages = range(now_ms - HOUR_MS, now_ms, 60_000)
    store.record(
        [
            Point("backup_age_seconds", {"plan": plan.name}, each, (each - started_ms) / 1000)
            for each in ages
        ]
    )


def down(now_ms: int) -> None:
    """An alert that fires, and nothing else."""
    Alert.objects.create(
        name="Check down",
        metric="check_up",
        labels={"check": "tradier", "kind": "tcp"},
        fingerprint="journey",
        state="firing",
        severity="critical",
        value=0,
        limit=1,
        message="Tradier is down",
        started_ms=now_ms - 60_000,
        fired_ms=now_ms - 60_000,
    )


def calm(now_ms: int) -> None:
    Alert.objects.filter(state="firing").update(state="resolved", resolved_ms=now_ms)


def yesterday(now_ms: int) -> None:
    """At 14:10 UTC a deployment; since then one route has been ten times as slow."""
    at = datetime.fromtimestamp(now_ms / 1000, UTC).replace(hour=14, minute=10, second=0)
    at_ms = round((at - timedelta(days=1)).timestamp() * 1000)
    annotate(Kind.DEPLOYMENT, "Deployed 4f2c1e", time_ms=at_ms)
    labels = {**HOST, "service": "shop", "method": "GET", "route": "/api/orders"}
    store.record(
        [
            Point(
                "http_response_time_ms",
                {**labels, "status_class": "2xx"},
                each,
                Histogram.of([40.0 if each < at_ms else 400.0] * 20),
            )
            for each in range(at_ms - 30 * 60_000, at_ms + 30 * 60_000, 60_000)
        ]
    )


def status_page(now_ms: int) -> None:
    """Published, with an incident that is over and maintenance to come."""
    Page.objects.create(
        published=True,
        title="Example status",
        introduction="How our services are.",
        mail_sender="Example status <status@example.com>",
    )
    for name, check in (("Trading", "Tradier"), ("Quotes", "Alpaca")):
        component = Component.objects.create(name=name, slug=name.lower(), group="Markets")
        component.checks.set(Check.objects.filter(name=check))
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    begun = now - timedelta(hours=7)
    incident = Incident.objects.create(title="Slow trading", impact="major", started_at=begun)
    incident.components.set(Component.objects.filter(slug="trading"))
    incident.updates.create(stage="investigating", text="Orders take longer.", at=begun)
    incident.updates.create(stage="resolved", text="As fast as ever.", at=now - timedelta(hours=6))
    Work.objects.create(
        title="New database",
        starts_at=now + timedelta(days=2),
        ends_at=now + timedelta(days=2, hours=1),
    )


PHASES = {"dns": 0.1, "connect": 0.3, "tls": 0.6}


def probe_points(slug: str, time_ms: int, middle_ms: float) -> Iterator[Point]:
    total_ms = middle_ms * RANDOM.gauss(1, 0.1)
    yield Point("check_response_time_ms", {"check": slug, "kind": "tcp"}, time_ms, total_ms)
    for phase, share in PHASES.items():
        yield Point("check_phase_ms", {"check": slug, "phase": phase}, time_ms, share * total_ms)


def administrator(now_ms: int) -> None:
    """With the password in DJANGO_SUPERUSER_PASSWORD."""
    name = os.environ["DJANGO_SUPERUSER_USERNAME"]
    call_command("createsuperuser", interactive=False, username=name, email="", verbosity=0)


def record(mode: str, now_ms: int) -> None:
    result = store.record(points(mode, now_ms))
    if result.rejected:
        sys.exit(str(result.rejected[0]))


def history(now_ms: int) -> None:
    for part in (dependencies, alerts, backups, status_page):
        part(now_ms)
    record("history", now_ms)


MODES: dict[str, Callable[[int], object]] = {
    "migrate": lambda _: call_command("migrate", verbosity=0),
    "collect": lambda _: call_command("collectstatic", interactive=False, verbosity=0),
    "administrator": administrator,
    "history": history,
    "now": partial(record, "now"),
    "trouble": partial(record, "trouble"),
    "note": lambda _: annotate(Kind.NOTE, "Something was done"),
    "alert": down,
    "calm": calm,
    "yesterday": yesterday,
}


if __name__ == "__main__":
    for word in sys.argv[1:] or map(str.strip, iter(sys.stdin.readline, "")):
        MODES[word](time.time_ns() // 1_000_000)
        sys.stdout.write("done\n")
        sys.stdout.flush()
