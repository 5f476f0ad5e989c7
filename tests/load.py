"""Clients that ask on and on, with old and with new connections: of Python's, and wrk."""

from __future__ import annotations

import json
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests

CLIENTS = 3
# Of each between two requests: without it the clients take the machine from what they look at.
PAUSE_SECONDS = 0.2


class Load:
    """Clients that ask on and on until it is told to end."""

    def __init__(self, url: str) -> None:
        self._url, self._over = url, threading.Event()
        self.answered, self.failed = 0, list[str]()
        self._lock = threading.Lock()

    @contextmanager
    def going(self) -> Iterator[Load]:
        asking = [self._with_one_connection, self._with_new_connections] * CLIENTS
        threads = [threading.Thread(target=each) for each in asking]
        for each in threads:
            each.start()
        try:
            yield self
        finally:
            self._over.set()
            for each in threads:
                each.join()

    def _with_one_connection(self) -> None:
        with requests.Session() as session:
            while not self._over.wait(PAUSE_SECONDS):
                self._ask(session)

    def _with_new_connections(self) -> None:
        while not self._over.wait(PAUSE_SECONDS):
            with requests.Session() as session:
                self._ask(session)

    def _ask(self, session: requests.Session) -> None:
        try:
            answer = session.get(self._url, timeout=60)
            failed = "" if answer.status_code == 200 else f"{answer.status_code}: {answer.text}"
        except requests.RequestException as error:
            failed = repr(error)
        with self._lock:
            self.answered += 1
            if failed:
                self.failed.append(failed)


# A pause, for the same reason; and what it counts as an error, in JSON.
SCRIPT = """
function delay() return 80 end
function done(summary)
  local e = summary.errors
  io.write(string.format(
    '{"requests": %d, "connect": %d, "read": %d, "write": %d, "status": %d, "timeout": %d}\\n',
    summary.requests, e.connect, e.read, e.write, e.status, e.timeout))
end
"""


@dataclass
class Asked:
    """By wrk. A status other than 2xx and 3xx is an error, as is a connection that is refused or
    broken."""

    requests: int = 0
    errors: dict[str, int] = field(default_factory=dict)


@contextmanager
def wrk(url: str) -> Iterator[Asked]:
    """Asks over a few connections until it is over; what it has counted is known after it."""
    asked = Asked()
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT)
        script.flush()
        command = ["wrk", "-t1", "-c4", "-d1h", "--timeout", "60s", "-s", script.name, url]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            yield asked
        finally:
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate()
        counted = json.loads(said.splitlines()[-1])
        asked.requests = counted.pop("requests")
        asked.errors = {name: count for name, count in counted.items() if count}
