"""A prober gathers answers for a moment, but not when no other can come."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from monitoring.runner import prober as module
from monitoring.runner.lane import now_ms
from monitoring.runner.pipe import Pipe
from monitoring.runner.prober import Answered, Prober
from opsportal.lib.http import Request
from tests.probes.misbehaving import http, sending, serving


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipe]:
    """Ours, of a prober that would gather for an hour."""
    monkeypatch.setattr(module, "_GATHER_SECONDS", 3600)
    ours, theirs = socket.socketpair()
    ours.settimeout(10)
    prober, pipe = Prober(Pipe(theirs)), Pipe(ours)
    thread = threading.Thread(target=_run, args=[prober])
    thread.start()
    assert pipe.receive() == []
    yield pipe
    ours.shutdown(socket.SHUT_RDWR)
    thread.join(10)
    prober._lane.stop()
    pipe.close()


def _run(prober: Prober) -> None:
    with contextlib.suppress(EOFError, OSError):
        prober.run()


def test_all_are_told_when_the_last_has_come(pipe: Pipe) -> None:
    with serving(sending(http(b"ok"))) as port:
        request = Request(url=f"http://127.0.0.1:{port}/")
        pipe.send([(now_ms() + 50 * number, number, 1, request) for number in range(3)])
        answers: list[Answered] = pipe.receive()
    assert [number for number, *_ in answers] == [0, 1, 2]
