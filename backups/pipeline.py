"""dump | compress | encrypt | digest | destinations: in pieces, never whole."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from pyrage import x25519

from backups.destinations.base import Destination, Upload
from backups.errors import DestinationError
from backups.sources.base import Dump, Readable
from backups.stages import compress, encrypt
from backups.stages.compress import Compression
from backups.stages.digest import Digest

Told = Callable[[int], None]
"""Of how many bytes of the source were read so far. It may raise, which ends the pipeline."""


@dataclass(frozen=True, slots=True)
class Made:
    """`failed` says by index why a destination has no copy."""

    size_bytes: int
    source_bytes: int
    sha256: str
    failed: dict[int, str]


class Copies:
    """Writes to several destinations at once. One that fails does not stop the others."""

    def __init__(self, destinations: Sequence[Destination], key: str) -> None:
        self.failed: dict[int, str] = {}
        # Whose destination itself has compared the checksum.
        self.compared: set[int] = set()
        self._uploads: dict[int, Upload] = {}
        for index, destination in enumerate(destinations):
            with self._one_of_several(index):
                self._uploads[index] = destination.upload(key)
        self.refuse_none()

    def write(self, data: bytes) -> None:
        for index, upload in list(self._uploads.items()):
            with self._one_of_several(index):
                upload.write(data)
        self.refuse_none()

    def commit(self) -> None:
        for index, upload in list(self._uploads.items()):
            with self._one_of_several(index):
                upload.commit()
                if upload.is_compared:
                    self.compared.add(index)
        self.refuse_none()

    def abort(self) -> None:
        for upload in self._uploads.values():
            upload.abort()

    def drop(self, index: int, error: str) -> None:
        self.failed[index] = error
        self._uploads.pop(index, None)

    @contextmanager
    def _one_of_several(self, index: int) -> Iterator[None]:
        try:
            yield
        except DestinationError as error:
            self.failed[index] = str(error)
            upload = self._uploads.pop(index, None)
            if upload is not None:
                upload.abort()

    def refuse_none(self) -> None:
        """Raises DestinationError where none is left."""
        if not self._uploads:
            raise DestinationError("; ".join(self.failed.values()))


def make(
    dump: Dump,
    copies: Copies,
    recipients: Sequence[x25519.Recipient],
    compression: Compression,
    told: Told,
) -> Made:
    """Nothing appears under its final name: that is `commit`, when all the rest has ended well.
    Raises SourceError, DestinationError, and what `told` raises."""
    source, digest = Counted(dump.stream, told), Digest(copies)
    encrypt.forward(compress.forward(source, compression), digest, recipients)
    dump.finish()
    return Made(digest.size_bytes, source.count, digest.hexdigest(), copies.failed)


def encrypted(data: bytes, recipients: Sequence[x25519.Recipient]) -> bytes:
    """Of something small, as an artifact is."""
    whole = io.BytesIO()
    encrypt.forward(compress.forward(io.BytesIO(data), Compression()), Digest(whole), recipients)
    return whole.getvalue()


def write_whole(destination: Destination, key: str, data: bytes) -> None:
    """Something small. Raises DestinationError."""
    upload = destination.upload(key)
    try:
        upload.write(data)
        upload.commit()
    except BaseException:
        upload.abort()
        raise


class Counted:
    """Reads on, and tells how far it is."""

    def __init__(self, stream: Readable, told: Told) -> None:
        self._stream, self._told, self.count = stream, told, 0

    def read(self, size: int = -1, /) -> bytes:
        data = self._stream.read(size)
        self.count += len(data)
        self._told(self.count)
        return data
