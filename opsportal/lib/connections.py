"""Connections to a host and port: bounded in time, and only to addresses that were checked."""

from __future__ import annotations

import contextlib
import os
import queue
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from opsportal.lib.addresses import check_address


@dataclass(slots=True)
class Deadline:
    """For everything that a probe does, together."""

    timeout_seconds: float
    started: float = field(default_factory=time.monotonic)

    @property
    def elapsed_ms(self) -> float:
        return (time.monotonic() - self.started) * 1000

    def remaining_seconds(self) -> float:
        """Raises TimeoutError when nothing remains."""
        remaining = self.timeout_seconds - (time.monotonic() - self.started)
        if remaining <= 0:
            raise TimeoutError
        return remaining


def resolve(host: str, port: int, deadline: Deadline) -> list[str]:
    """The checked addresses of a host, in the system's order of preference.

    Raises socket.gaierror, ForbiddenAddressError or TimeoutError. The system's resolver cannot be
    told how long it may take, so it is left alone in a thread when it takes too long.
    """
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(each[4][0]) for each in found)))
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else socket.gaierror(str(error)))

    threading.Thread(target=ask, name="resolving", daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.remaining_seconds())
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise answer
    for address in answer:
        check_address(address)
    return answer


def connect(host: str, port: int, deadline: Deadline) -> tuple[socket.socket, dict[str, float]]:
    """A connected socket, whose timeout is what remains, and the phases "dns" and "connect" in ms.

    Raises what `resolve` does, and OSError of the last address when none can be connected.
    """
    addresses = resolve(host, port, deadline)
    resolved_ms = deadline.elapsed_ms
    last_error: OSError | None = None
    for address in addresses:
        try:
            connection = socket.create_connection((address, port), deadline.remaining_seconds())
        except OSError as error:
            last_error = error
            continue
        connection.settimeout(deadline.remaining_seconds())
        return connection, {"dns": resolved_ms, "connect": deadline.elapsed_ms - resolved_ms}
    raise last_error or socket.gaierror("no address")


def connected_address(host: str, port: int, deadline: Deadline) -> str:
    """The checked address that `connect` would choose, for a client that has to connect itself."""
    connection, _ = connect(host, port, deadline)
    with connection:
        return str(connection.getpeername()[0])


@contextmanager
def cut_off(descriptor: int, deadline: Deadline) -> Iterator[None]:
    """Ends the connection of a socket when the deadline comes, and raises TimeoutError then.

    Libraries know a timeout of each answer at most: a server that sends a byte now and then would
    hold their thread for ever.
    """
    # A twin: the library may close the socket, and another get its number, at any moment.
    twin = socket.socket(fileno=os.dup(descriptor))
    is_late = threading.Event()

    def cut() -> None:
        is_late.set()
        with contextlib.suppress(OSError):
            twin.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(deadline.remaining_seconds(), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception:
        if is_late.is_set():
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
        twin.close()
