"""Messages between a runner and its probers: over a socket, pickled, each after its length."""

from __future__ import annotations

import pickle
import socket
import struct
from typing import Any

_LENGTH = struct.Struct("!Q")


class Pipe:
    """One end. One thread may receive while another sends."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._reader = end.makefile("rb")
        self._waiting = bytearray()

    def send(self, message: object) -> None:
        """Waits until the other side has room for it. Raises OSError when it has gone."""
        self._socket.sendall(_packed(message))

    def receive(self) -> Any:
        """Raises EOFError, or OSError, when the other side has gone."""
        (size_bytes,) = _LENGTH.unpack(self._read(_LENGTH.size))
        return pickle.loads(self._read(size_bytes))  # noqa: S301 - from a process of our own

    def put(self, message: object) -> None:
        """For `flush`."""
        self._waiting += _packed(message)

    def flush(self) -> bool:
        """Sends what the other side has room for, without waiting. Whether that is all of it."""
        if self._waiting:
            try:
                sent_bytes = self._socket.send(self._waiting, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return False
            del self._waiting[:sent_bytes]
        return not self._waiting

    def close(self) -> None:
        self._reader.close()
        self._socket.close()

    def _read(self, size_bytes: int) -> bytes:
        data = self._reader.read(size_bytes)
        if len(data) < size_bytes:
            raise EOFError
        return data


def _packed(message: object) -> bytes:
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(data)) + data
