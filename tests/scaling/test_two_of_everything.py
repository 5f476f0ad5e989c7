"""Two whole portals in data directories of their own, with one PostgreSQL and one broker between
them: one is killed under load, and nothing is lost or told twice."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.channels.receivers import Receiver, receiving
from tests.load import Load
from tests.running_portal import OwnDatabase, RunningPortal, until

# Of the check: taking over takes up to 14 s, and a lease that a killed worker left 12.
INTERVAL_SECONDS = 30
PREPARE = """
from alerts.editing import save_channel
from alerts.models import Channel, Route
from monitoring.editing import save_check
from monitoring.models import Check
channel = Channel(name="Receiver", kind="webhook")
save_channel(channel, {{"url": "{receiver}"}})
Route.objects.get(name="Every alert").channels.add(channel)
Check.objects.all().delete()
check = Check(name="Shop", kind="http", interval_seconds={interval}, timeout_seconds=2, retries=0)
save_check(check, {{"url": "{shop}"}})
"""


@dataclass
class Shop:
    """A service that is watched: when it has answered, and what."""

    status: int = 200
    answered: list[float] = field(default_factory=list)
    url: str = ""

    @property
    def longest_gap_seconds(self) -> float:
        return max(later - earlier for earlier, later in pairwise(self.answered))


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(shop.status)
            self.send_header("Content-Length", "0")
            self.end_headers()
            shop.answered.append(time.monotonic())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    shop.url = f"http://127.0.0.1:{server.server_address[1]}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield shop
    server.shutdown()
    server.server_close()


@pytest.fixture
def pair(
    tmp_path: Path, broker_socket: Path, own_database: OwnDatabase, set_up_once: Path
) -> Iterator[tuple[RunningPortal, RunningPortal]]:
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        pytest.skip("several machines need PostgreSQL: this is a test of the run on PostgreSQL")
    with own_database("pair") as variables:
        common = {
            **variables,
            "REDIS_URL": f"unix://{broker_socket}?db=7",
            "SECRET_KEY": "the same on both machines",
            "ALLOWED_HOSTS": "127.0.0.1",
        }
        one, two = (
            RunningPortal(tmp_path / name, {**common, "OPSPORTAL_HOST_NAME": name})
            for name in ("one", "two")
        )
        one.set_up_like(set_up_once)
        two.set_up_like(set_up_once)
        yield one, two
        two.close()
        one.close()


def kill(portal: RunningPortal) -> None:
    """As when the power fails: nobody says goodbye, and nothing is started again."""
    assert portal.process
    supervisor = psutil.Process(portal.process.pid)
    supervisor.suspend()
    for each in [*supervisor.children(recursive=True), supervisor]:
        with suppress(psutil.NoSuchProcess):
            each.kill()
    portal.process.wait()


def leader(portal: RunningPortal) -> str:
    """The name of the host whose scheduler leads."""
    with psycopg.connect(portal.variables["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT holder FROM opsportal_lease").fetchone()
    return str(row[0]).partition(":")[0] if row else ""


def samples(portal: RunningPortal, token: str) -> int:
    """Series of that portal's own host: there are some when its worker works."""
    answer = portal.get(
        f"/api/v1/series?metric=cpu_percent&label=host:{portal.variables['OPSPORTAL_HOST_NAME']}",
        headers={"Authorization": f"Bearer {token}"},
    )
    return int(answer.json()["count"])


def told(receiver: Receiver, status: str) -> list[str]:
    """The keys of the messages about the shop."""
    messages = [each.json for each in receiver.received]
    return [
        str(each["idempotency_key"])
        for each in messages
        if each["status"] == status and each["labels"].get("check") == "shop"
    ]


@pytest.mark.takes_long
def test_one_of_two_is_killed_under_load_and_nothing_is_missed_or_told_twice(
    pair: tuple[RunningPortal, RunningPortal], shop: Shop
) -> None:
    one, two = pair
    with receiving() as receiver:
        prepared = PREPARE.format(receiver=receiver.url, shop=shop.url, interval=INTERVAL_SECONDS)
        made = one.manage("shell", "--no-imports", "-c", prepared)
        assert made.returncode == 0, made.stderr
        one.start()
        until(lambda: shop.answered, 90, f"the first probe, so that one leads\n{one.log}")
        token = one.token("samples")
        two.start()
        until(lambda: samples(two, token), 90, f"the second worker\n{two.log}")
        assert leader(one) == "one"
        with Load(f"{two.url}/api/health/liveness").going() as load:
            shop.status = 503
            kill(one)
            until(lambda: told(receiver, "firing"), 120, f"the alert\n{two.log}")
            shop.status = 200
            until(lambda: told(receiver, "resolved"), 120, f"the recovery\n{two.log}")
    assert load.failed == []
    assert leader(two) == "two"
    assert shop.longest_gap_seconds < 2 * INTERVAL_SECONDS
    assert [len(told(receiver, status)) for status in ("firing", "resolved")] == [1, 1]
