"""age. Decrypting is a pull where age only pushes, so a thread pushes into a pipe."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Thread

import pyrage
from pyrage import x25519

from backups.errors import BackupError, ProofError, WrongKeyError
from backups.sources.base import Readable
from backups.stages.digest import Writable

CHUNK_BYTES = 256 * 1024
WRONG_KEY = "this key does not open it"


def forward(stream: Readable, onward: Writable, recipients: Sequence[x25519.Recipient]) -> None:
    """Reads all of it. What the stream or `onward` raise comes through."""
    reader, writer = _Reading(stream), _Writing(onward)
    try:
        pyrage.encrypt_io(reader, writer, list(recipients))
    except pyrage.EncryptError as error:
        raise (reader.error or writer.error or error) from None


@contextmanager
def inverse(stream: Readable, identities: Sequence[x25519.Identity]) -> Iterator[Readable]:
    """Raises WrongKeyError, and ProofError at a changed byte, at the latest at its end."""
    reading, writing = os.pipe()
    pushing = _Pushing(stream, writing, identities)
    pushing.start()
    try:
        with os.fdopen(reading, "rb") as pipe:
            yield _Checked(pipe, pushing)
    finally:
        pushing.join()


class _Pushing(Thread):
    def __init__(
        self, stream: Readable, writing: int, identities: Sequence[x25519.Identity]
    ) -> None:
        super().__init__(name="age", daemon=True)
        self._stream, self._writing, self._identities = stream, writing, identities
        self.error: BaseException | None = None

    def run(self) -> None:
        # The reader may leave early: that ends this quietly.
        with suppress(BrokenPipeError), os.fdopen(self._writing, "wb") as pipe:
            reader = _Reading(self._stream)
            try:
                pyrage.decrypt_io(reader, pipe, list(self._identities))
                while self._stream.read(65536):
                    pass  # age ends with its last chunk; a digest wants to see the end
            except BaseException as error:  # told to the reader
                self.error = reader.error or error


class _Checked:
    def __init__(self, pipe: Readable, pushing: _Pushing) -> None:
        self._pipe, self._pushing = pipe, pushing

    def read(self, size: int = -1, /) -> bytes:
        data = self._pipe.read(size)
        if not data or (size > 0 and len(data) < size):
            self._pushing.join()
            self._raise()
        return data

    def _raise(self) -> None:
        error = self._pushing.error
        if isinstance(error, BackupError):
            raise error
        if error is not None:
            if "No matching keys" in str(error):
                raise WrongKeyError(WRONG_KEY)
            raise ProofError(f"age says: {error}")


class _Reading:
    """age puts an error of its own in place of the stream's: that one is kept here. Reads in large
    pieces what age asks for in small ones."""

    def __init__(self, stream: Readable) -> None:
        self._stream, self._rest, self._at = stream, b"", 0
        self.error: BaseException | None = None

    def read(self, size: int = -1, /) -> bytes:
        if self._at == len(self._rest):
            self._rest, self._at = self._more(), 0
        piece = self._rest[self._at : self._at + size]
        self._at += len(piece)
        return piece

    def _more(self) -> bytes:
        try:
            return self._stream.read(CHUNK_BYTES)
        except BaseException as error:
            self.error = error
            raise


class _Writing:
    def __init__(self, onward: Writable) -> None:
        self._onward = onward
        self.error: BaseException | None = None

    def write(self, data: bytes, /) -> int:
        try:
            self._onward.write(data)
        except BaseException as error:
            self.error = error
            raise
        return len(data)

    def flush(self) -> None:
        """age asks for it at the end; the destination's commit is what counts."""
