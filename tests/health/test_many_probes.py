"""Two hundred probes at once, against a real server: few connections, few looks, no failure."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import requests

from tests.running_portal import OwnDatabase, RunningPortal, free_port, until

ROOT = Path(__file__).resolve().parents[2]
PROBES = 200
# A thread for each part that is looked at, those that serve, and the server's own judge.
MOST_CONNECTIONS = 12


@pytest.fixture
def database(own_database: OwnDatabase) -> Iterator[dict[str, str]]:
    """Not the one of the portals that other tests run: their sessions would count."""
    with own_database("probes") as variables:
        yield variables


@pytest.fixture
def server(
    tmp_path: Path, database: dict[str, str], broker_socket: Path, set_up_once: Path
) -> Iterator[tuple[str, psutil.Process]]:
    """The web process alone; short of a supervisor nothing else connects to the database."""
    variables = {"REDIS_URL": f"unix://{broker_socket}", **database}
    portal = RunningPortal(tmp_path / "var", variables, free_port())
    portal.set_up_like(set_up_once)
    command = [
        *(str(Path(sys.executable).with_name("granian")), "--interface", "wsgi"),
        *("--port", str(portal.port), "--blocking-threads", "8", "opsportal.wsgi:application"),
    ]
    with subprocess.Popen(command, cwd=ROOT, env=portal.environment) as process:
        until(lambda: portal.answers("/api/health/readiness") == 200, 30, "ready")
        yield portal.url, psutil.Process(process.pid)
        process.terminate()
    shutil.rmtree(tmp_path, ignore_errors=True)


def connections(server: psutil.Process, database_url: str) -> int:
    """Sessions of the server's database on PostgreSQL; open handles of the file on SQLite."""
    if database_url:
        import psycopg

        with psycopg.connect(database_url) as connection:
            row = connection.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchone()
            return int(row[0]) if row else 0
    found = 0
    for process in server.children(recursive=True):
        handles = Path(f"/proc/{process.pid}/fd")
        for each in list(handles.iterdir()):
            try:
                found += each.readlink().name == "opsportal.sqlite3"
            except OSError:  # closed in the meantime
                continue
    return found


def test_two_hundred_probes_use_few_connections(
    server: tuple[str, psutil.Process], database: dict[str, str]
) -> None:
    url, process = server
    database_url = database.get("DATABASE_URL", "")
    everybody = threading.Barrier(PROBES + 1)
    highest = 0

    def probe(number: int) -> int:
        address = "/api/health/readiness" if number % 2 else "/api/health"
        everybody.wait(30)
        return requests.get(url + address, timeout=30).status_code

    with ThreadPoolExecutor(PROBES) as pool:
        answers = [pool.submit(probe, number) for number in range(PROBES)]
        everybody.wait(30)
        while not all(answer.done() for answer in answers):
            highest = max(highest, connections(process, database_url))
    assert {answer.result() for answer in answers} == {200}
    assert highest <= MOST_CONNECTIONS
