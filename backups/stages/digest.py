"""SHA-256 of the artifact as it lies in the destination."""

from __future__ import annotations

import hashlib
from typing import Protocol

from backups.errors import ProofError
from backups.sources.base import Readable


class Writable(Protocol):
    def write(self, data: bytes, /) -> object: ...


class Digest:
    """Forward: counts and digests what it passes on."""

    def __init__(self, onward: Writable) -> None:
        self._onward, self._hash, self.size_bytes = onward, hashlib.sha256(), 0

    def write(self, data: bytes, /) -> None:
        self._hash.update(data)
        self.size_bytes += len(data)
        self._onward.write(data)

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


class Checked:
    """Inverse: raises ProofError at the end of what is not the artifact."""

    def __init__(self, stream: Readable, sha256: str, size_bytes: int) -> None:
        self._stream, self._sha256, self._size = stream, sha256, size_bytes
        self._hash, self._count = hashlib.sha256(), 0

    def read(self, size: int = -1, /) -> bytes:
        data = self._stream.read(size)
        self._hash.update(data)
        self._count += len(data)
        if not data:
            self.check()
        return data

    def check(self) -> None:
        if self._count != self._size:
            raise ProofError(f"it has {self._count} bytes instead of {self._size}")
        if self._hash.hexdigest() != self._sha256:
            raise ProofError("its checksum is not that of what was made: it has been damaged")
