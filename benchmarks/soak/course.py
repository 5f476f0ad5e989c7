"""`python -m benchmarks.soak.course MINUTES APART`: the soak itself, apart from the rest of the
machine where APART is not 0."""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import requests

from benchmarks.alerting import SET_UP, _in_portal
from benchmarks.soak.faults import Fault, faults
from benchmarks.soak.report import SUBJECT, as_lines, by_process, growth, missed, must_be_none
from benchmarks.soak.surroundings import Broker, Clock, Database, Disk, Watched, network
from benchmarks.soak.troubles import Troubles
from benchmarks.soak.watching import Crossed, Watch, told
from benchmarks.table import Row
from tests.alerts.receiver import Receiver, receiving
from tests.running_portal import RunningPortal

CHECKS, INTERVAL_SECONDS = 2000, 60
RECOVER_SECONDS, SETTLE_SECONDS = 300.0, 60.0
MAKE_CHECKS = """
from monitoring.editing import save_check
from monitoring.models import Check
from django.db import transaction
with transaction.atomic():
    for number in range({count}):
        check = Check(name=f"soak {{number}}", kind="http", interval_seconds={interval}, retries=0)
        check.timeout_seconds = 10
        save_check(check, {{"url": f"http://127.0.0.1:{port}/c/{{number}}"}})
"""


class Course:
    """From the start of the portal to the count."""

    def __init__(self, minutes: float, is_apart: bool, directory: Path) -> None:
        self._minutes, self._is_apart, self._directory = minutes, is_apart, directory
        self._troubles = Troubles()
        self._rows: list[Row] = []

    def run(self) -> list[Row]:
        if self._is_apart:
            network("up")
        disk = Disk(self._directory, self._is_apart)
        database, broker = Database(self._directory), Broker(self._directory)
        clock, watched = Clock(self._directory), Watched()
        misfortunes = faults(disk, database, broker, clock, self._is_apart)
        try:
            with receiving() as receiver:
                self._portal = self._made(database, broker, clock, watched, receiver)
                self._go(misfortunes, clock, watched, receiver)
        finally:
            self._portal.close()
            broker.kill()
            database.close()
            disk.close()
        return self._rows

    def _made(
        self, database: Database, broker: Broker, clock: Clock, watched: Watched, hook: Receiver
    ) -> RunningPortal:
        variables = {"DATABASE_URL": database.url, "REDIS_URL": f"unix://{broker.socket}"}
        portal = RunningPortal(self._directory / "var", variables)
        portal.set_up()
        made = MAKE_CHECKS.format(count=CHECKS, interval=INTERVAL_SECONDS, port=watched.port)
        _in_portal(portal, SET_UP.format(url=hook.url) + made)
        self._token = portal.token("soak", "write")
        portal.variables |= clock.variables
        portal.start()
        return portal

    def _go(
        self, misfortunes: list[Fault], clock: Clock, watched: Watched, receiver: Receiver
    ) -> None:
        began = time.monotonic()
        self._troubles.begin(began)
        self._watch = Watch(self._portal, self._token, self._troubles, clock.now)
        threads = self._watch.start()
        pause = self._minutes * 60 / (len(misfortunes) + 1)
        self._trouble_is_over("start", watched, receiver)
        for number, fault in enumerate(misfortunes, start=1):
            time.sleep(max(0.0, began + number * pause - time.monotonic()))
            self._tell(f"{fault.name} …")
            self._troubles.begin(time.monotonic())
            fault.strike()
            self._trouble_is_over(fault.name, watched, receiver)
        time.sleep(max(0.0, began + self._minutes * 60 - time.monotonic()))
        self._watch.over.set()
        for each in threads:
            each.join(30)
        self._count(watched, receiver)

    def _trouble_is_over(self, name: str, watched: Watched, receiver: Receiver) -> None:
        """When checks are asked again, a threshold that was crossed after it is told, and the
        portal says that it is ready (a verdict is a second old at most)."""
        given_back = time.monotonic()
        while time.monotonic() < given_back + RECOVER_SECONDS:
            heard = told(receiver)
            is_told = any(each.at > given_back and each.host in heard for each in self._crossed())
            is_asked = watched.asked_at > given_back
            if is_told and is_asked and self._portal.answers("/api/health/readiness") == 200:
                break
            time.sleep(0.1)
        now = time.monotonic()
        self._troubles.end(now)
        row = Row(SUBJECT, f"{name}: asks and tells again after", now - given_back, "s")
        self._rows.append(row)
        self._tell(f"{row.what} {row.ours:.1f} s")

    def _crossed(self) -> list[Crossed]:
        return list(self._watch.crossed)

    def _count(self, watched: Watched, receiver: Receiver) -> None:
        deadline = time.monotonic() + SETTLE_SECONDS
        hosts = {each.host for each in self._crossed()}
        while time.monotonic() < deadline and not hosts <= set(told(receiver)):
            time.sleep(1)
        heard = told(receiver)
        doubled = sum(len(set(keys)) - 1 for keys in heard.values())
        late, longest = missed(dict(watched.times), INTERVAL_SECONDS, self._troubles.spans)
        silent = CHECKS - sum(
            bool(asked) and time.monotonic() - asked[-1] < 2 * INTERVAL_SECONDS + SETTLE_SECONDS
            for path, asked in watched.times.items()
            if path.startswith("/c/")
        )
        watch = self._watch
        self._rows += [
            Row(SUBJECT, "requests", sum(watch.answers.values()), "requests"),
            must_be_none("requests failed while nothing was broken", len(watch.failed), "requests"),
            must_be_none("points accepted and lost", self._lost_points(), "points"),
            Row(SUBJECT, "thresholds crossed", len(hosts), "alerts"),
            must_be_none("alerts lost", len(hosts - set(heard)), "alerts"),
            must_be_none("alerts told twice, another key", doubled, "alerts"),
            Row(SUBJECT, "longest wait of a check, nothing broken", longest, "s"),
            must_be_none("checks late by an interval, nothing broken", late, "checks"),
            must_be_none("checks silent in the end", silent, "checks"),
            growth(watch.memory),
        ]
        self._tell(f"answers: {dict(watch.answers)}")
        self._tell(f"restarts: {self._restarts()}")
        self._tell(f"memory: {by_process(watch.memory)}")

    def _lost_points(self) -> int:
        """Asked for by the second, five minutes at once."""
        accepted, there = set(self._watch.accepted), set[int]()
        series = self._asked("series?metric=load1&label=host:witness")["results"][0]["id"]
        for start in range(min(accepted), max(accepted) + 1, 300):
            window = self._asked(f"series/{series}/window?start={start}&end={start + 300}&step=1")
            there |= {_second(point["time"]) for point in window["points"]}
        return len(accepted - there)

    def _asked(self, what: str) -> dict[str, list[dict[str, str]]]:
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = requests.get(f"{self._portal.url}/api/v1/{what}", headers=headers, timeout=30)
        answer.raise_for_status()
        found: dict[str, list[dict[str, str]]] = answer.json()
        return found

    def _restarts(self) -> dict[str, int]:
        return {name: each["restarts"] for name, each in self._portal.state["processes"].items()}

    def _tell(self, words: str) -> None:
        print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


def _second(time_of_a_step: str) -> int:
    return int(datetime.fromisoformat(time_of_a_step).timestamp())


def main() -> None:
    minutes, is_apart = float(sys.argv[1]), sys.argv[2] != "0"
    with tempfile.TemporaryDirectory(prefix="soak-") as directory:
        print(as_lines(Course(minutes, is_apart, Path(directory)).run()))


if __name__ == "__main__":
    main()
