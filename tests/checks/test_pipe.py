"""What a runner and its probers tell each other."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from monitoring.runner.pipe import Pipe

LARGE = "x" * 10_000_000


@pytest.fixture
def ends() -> Iterator[tuple[Pipe, Pipe]]:
    here, there = map(Pipe, socket.socketpair())
    yield here, there
    here.close()
    there.close()


def test_a_side_that_does_not_read_holds_up_nobody(ends: tuple[Pipe, Pipe]) -> None:
    here, _there = ends
    here.put(LARGE)
    assert not here.flush()
    assert not here.flush()


def test_what_did_not_fit_is_sent_when_there_is_room(ends: tuple[Pipe, Pipe]) -> None:
    here, there = ends
    here.put(LARGE)
    here.put("and this")
    with ThreadPoolExecutor() as pool:
        received = pool.submit(lambda: [there.receive(), there.receive()])
        while not here.flush():
            pass
    assert received.result() == [LARGE, "and this"]


def test_who_reads_hears_that_the_other_side_has_gone(ends: tuple[Pipe, Pipe]) -> None:
    here, there = ends
    here.send({"first": 1})
    here.close()
    assert there.receive() == {"first": 1}
    with pytest.raises(EOFError):
        there.receive()


def test_who_sends_hears_it_too(ends: tuple[Pipe, Pipe]) -> None:
    here, there = ends
    there.close()
    with pytest.raises(OSError, match="Broken pipe"):
        here.send("anything")
    here.put("anything")
    with pytest.raises(OSError, match="Broken pipe"):
        here.flush()


def test_a_message_that_breaks_off_is_none() -> None:
    raw, other = socket.socketpair()
    there = Pipe(other)
    raw.sendall((100).to_bytes(8) + b"only this")
    raw.close()
    with pytest.raises(EOFError):
        there.receive()
    there.close()
