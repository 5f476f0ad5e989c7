"""Clients that ask on and on, with old and with new connections."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import requests

CLIENTS = 3
# Of each between two requests: without it the clients take the machine from what they look at.
PAUSE_SECONDS = 0.1


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
