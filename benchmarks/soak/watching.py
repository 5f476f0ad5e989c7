"""What is counted while the soak goes on."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

import psutil
import requests

from benchmarks.soak.troubles import Troubles, is_touched
from tests.alerts.receiver import Receiver
from tests.running_portal import RunningPortal

CLIENTS, REQUESTS_PER_SECOND = 8, 200
# In these shares; the last needs a token.
PATHS = (*["/api/health/liveness"] * 5, *["/api/health"] * 3, "/api/health/readiness")
API_PATH = "/api/v1/alerts"
CROSS_EVERY_SECONDS, SAMPLE_SECONDS = 5.0, 5.0
TELL_FAILURES = 20


@dataclass
class Crossed:
    """A threshold that a point has crossed: when it was accepted, by the monotonic clock."""

    host: str
    at: float


@dataclass
class Watch:
    """`portal_now` is the time of day on the portal's machine, by which an agent there stamps its
    points."""

    portal: RunningPortal
    token: str
    troubles: Troubles
    portal_now: Callable[[], int]
    answers: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    accepted: list[int] = field(default_factory=list)
    crossed: list[Crossed] = field(default_factory=list)
    memory: list[dict[str, int]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def start(self) -> list[threading.Thread]:
        jobs = [*[self._ask] * CLIENTS, self._record, self._cross, self._weigh]
        threads = [threading.Thread(target=each, daemon=True) for each in jobs]
        for each in threads:
            each.start()
        return threads

    # --- Requests -------------------------------------------------------------------------------

    def _ask(self) -> None:
        connection = HTTPConnection("127.0.0.1", self.portal.port, timeout=30)
        number, pause = 0, CLIENTS / REQUESTS_PER_SECOND
        due = time.monotonic()
        while not self.over.wait(max(0.0, due - time.monotonic())):
            # What was late is not made up for: that would be a burst of its own.
            due = max(due + pause, time.monotonic() - pause)
            number += 1
            path = [*PATHS, API_PATH][number % (len(PATHS) + 1)]
            begun = time.monotonic()
            said = self._answer(connection, path)
            self.answers[said] += 1
            if said != "200" and not is_touched(begun, time.monotonic(), self.troubles.spans):
                self._fail(f"{time.strftime('%H:%M:%S')} {path}: {said}")

    def _fail(self, words: str) -> None:
        self.failed.append(words)
        if len(self.failed) <= TELL_FAILURES:
            print(f"failed while nothing was broken: {words}", file=sys.stderr, flush=True)

    def _answer(self, connection: HTTPConnection, path: str) -> str:
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, HTTPException) as error:
            connection.close()
            return type(error).__name__
        return "200" if answer.status == 200 else f"{answer.status} {body[:200].decode()}"

    # --- What must not be lost ------------------------------------------------------------------

    def _record(self) -> None:
        """One point a second; those that were accepted must be there in the end."""
        while not self.over.wait(1.0):
            now = int(time.time())
            if (not self.accepted or now > self.accepted[-1]) and self._took("witness", now, 1.0):
                self.accepted.append(now)

    def _cross(self) -> None:
        number = 0
        while not self.over.wait(CROSS_EVERY_SECONDS):
            number += 1
            if self._took(f"k{number}", self.portal_now(), 99.0):
                self.crossed.append(Crossed(f"k{number}", time.monotonic()))

    def _took(self, host: str, now: int, value: float) -> bool:
        point = {"metric": "load1", "labels": {"host": host}, "time": now, "value": value}
        with suppress(requests.RequestException):
            return requests.post(
                f"{self.portal.url}/api/v1/points",
                json={"points": [point]},
                headers={"Authorization": f"Bearer {self.token}"},
                timeout=10,
            ).ok
        return False

    # --- Memory ---------------------------------------------------------------------------------

    def _weigh(self) -> None:
        while not self.over.wait(SAMPLE_SECONDS):
            assert self.portal.process
            weights: Counter[str] = Counter()
            with suppress(psutil.Error):
                supervisor = psutil.Process(self.portal.process.pid)
                for each in [supervisor, *supervisor.children(recursive=True)]:
                    with suppress(psutil.Error):
                        weights[_called(each)] += each.memory_full_info().pss
            self.memory.append(dict(weights))


def _called(process: psutil.Process) -> str:
    """By its command or module: `portal`, `worker`, `opsportal.web_server` …"""
    words = process.cmdline()
    after = next((at for at, word in enumerate(words) if word.endswith(("manage.py", "-m"))), None)
    return process.name() if after is None else words[after + 1]


def told(receiver: Receiver) -> dict[str, list[str]]:
    """By host, the keys of the messages that it fires."""
    found: dict[str, list[str]] = {}
    for each in list(receiver.bodies):
        host = str(each.get("labels", {}).get("host", ""))
        if each.get("status") == "firing" and host.startswith("k"):
            found.setdefault(host, []).append(str(each["idempotency_key"]))
    return found
