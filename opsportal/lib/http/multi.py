"""Many requests at once on one thread, through libcurl's multi interface."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pycurl

from opsportal.lib.addresses import ForbiddenAddressError
from opsportal.lib.http.polling import READ, WRITE, Poller
from opsportal.lib.http.redirects import redirected
from opsportal.lib.http.request import HttpError, Request, Response
from opsportal.lib.http.spare import Spare
from opsportal.lib.http.transfer import Outcome, Transfer

_WATCHED = {pycurl.POLL_IN: READ, pycurl.POLL_OUT: WRITE, pycurl.POLL_INOUT: READ | WRITE}


class Multi:
    """Of one thread, except for `wake`. `done` of a request is called from `run`, exactly once."""

    def __init__(self) -> None:
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        self._poller = Poller()
        self._alarm, self._sleeper = socket.socketpair()
        self._alarm.setblocking(False)
        self._sleeper.setblocking(False)
        self._sleeper_descriptor = self._sleeper.fileno()
        self._poller.register(self._sleeper_descriptor, READ)
        self._watched: set[int] = set()
        self._timer_at: float | None = None
        self._transfers: dict[Any, Transfer] = {}
        self._spare = Spare()

    def __len__(self) -> int:
        return len(self._transfers)

    def add(self, request: Request, done: Callable[[Outcome], None]) -> None:
        transfer = self._spare.take(request.manner)
        try:
            transfer.prepare(request, done)
        except ForbiddenAddressError as error:
            transfer.close()
            done(HttpError("forbidden", str(error)))
            return
        except (pycurl.error, UnicodeError, ValueError) as error:
            transfer.close()
            # What libcurl does not take at all, such as a certificate that is none.
            done(HttpError("protocol", f"the request cannot be made: {error}"))
            return
        self._transfers[transfer.easy] = transfer
        self._multi.add_handle(transfer.easy)

    def wake(self) -> None:
        """Ends a wait in `run`; from any thread."""
        with contextlib.suppress(BlockingIOError):  # then enough of them wait to be heard
            self._alarm.send(b"\0")

    def run(self, wait_seconds: float) -> None:
        """Does what can be done, after waiting for it at most so long."""
        for descriptor, ready in self._poller.wait(self._patience(wait_seconds)):
            if descriptor in self._watched:
                # An error or an end is ready for neither: libcurl is to look.
                events = (pycurl.CSELECT_IN if ready & ~WRITE else 0) | (
                    pycurl.CSELECT_OUT if ready & ~READ else 0
                )
                self._multi.socket_action(descriptor, events)
            elif descriptor == self._sleeper_descriptor:
                self._sleeper.recv(4096)
        if self._timer_at is not None and time.monotonic() >= self._timer_at:
            self._timer_at = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        self._finish()

    def close(self) -> None:
        """Gives all back at once: libcurl's handles and what they call refer to each other, and the
        collector, which would find that out, comes rarely in a worker."""
        for transfer in self._transfers.values():
            self._multi.remove_handle(transfer.easy)
            transfer.close()
        self._transfers.clear()
        self._spare.close()
        self._multi.close()
        del self._multi
        self._poller.close()
        self._alarm.close()
        self._sleeper.close()

    def _patience(self, wait_seconds: float) -> float:
        if self._timer_at is None:
            return wait_seconds
        return max(0.0, min(wait_seconds, self._timer_at - time.monotonic()))

    def _watch(self, event: int, descriptor: int, _multi: object, _data: object) -> None:
        if event == pycurl.POLL_REMOVE:
            self._watched.discard(descriptor)
            self._poller.unregister(descriptor)
        elif descriptor in self._watched:
            self._poller.modify(descriptor, _WATCHED[event])
        else:
            self._watched.add(descriptor)
            self._poller.register(descriptor, _WATCHED[event])

    def _set_timer(self, wait_ms: int) -> None:
        self._timer_at = None if wait_ms < 0 else time.monotonic() + wait_ms / 1000

    def _finish(self) -> None:
        queued = 1
        while queued:
            queued, good, failed = self._multi.info_read()
            for easy in good:
                self._end(easy, 0, "")
            for easy, code, message in failed:
                self._end(easy, code, message)

    def _end(self, easy: Any, code: int, message: str) -> None:
        transfer = self._transfers.pop(easy)
        self._multi.remove_handle(easy)
        request, done = transfer.request, transfer.done
        outcome = transfer.outcome(code, message)
        self._spare.give(transfer)
        if isinstance(outcome, HttpError):
            done(outcome)
        else:
            self._answered(request, done, outcome)

    def _answered(
        self, request: Request, done: Callable[[Outcome], None], response: Response
    ) -> None:
        """After a redirect, the rest of the time and of the redirects is for the next request."""
        try:
            following = redirected(request, response)
        except ValueError:
            done(HttpError("protocol", "redirected to an address that is none"))
            return
        if following is None:
            done(response)
            return
        remaining_seconds = following.timeout_seconds - response.total_ms / 1000
        if following.max_redirects == 0:
            done(HttpError("redirects", "too many redirects"))
        elif remaining_seconds <= 0:
            done(HttpError("timeout", "the redirects took all the time"))
        else:
            following = replace(
                following,
                timeout_seconds=remaining_seconds,
                max_redirects=following.max_redirects - 1,
            )
            self.add(following, lambda outcome: done(_with_way(outcome, response)))


def _with_way(outcome: Outcome, before: Response) -> Outcome:
    """The way there counts too."""
    if isinstance(outcome, HttpError):
        return outcome
    phases = {
        name: outcome.phases_ms.get(name, 0) + before.phases_ms.get(name, 0)
        for name in {**before.phases_ms, **outcome.phases_ms}
    }
    return replace(
        outcome,
        phases_ms=phases,
        total_ms=outcome.total_ms + before.total_ms,
        redirects=outcome.redirects + 1,
    )


def fetch(request: Request) -> Response:
    """One request, waited for. Raises HttpError."""
    outcomes: list[Outcome] = []
    multi = Multi()
    try:
        multi.add(request, outcomes.append)
        while not outcomes:
            multi.run(1)
    finally:
        multi.close()
    if isinstance(outcomes[0], HttpError):
        raise outcomes[0]
    return outcomes[0]
