"""zstd, with its own checksum of the contents. The window is bounded in both directions: a
decompressor's memory is decided by whoever made the artifact."""

from __future__ import annotations

from typing import IO, NamedTuple, cast

import zstandard

from backups.errors import ProofError
from backups.sources.base import Readable

# 8 MB: what level 19 may use, and what `zstd -d` takes without an option.
MOST_WINDOW_LOG = 23
CHUNK_BYTES = 256 * 1024


class Compression(NamedTuple):
    """zstd's level, and its threads beside the one that reads. At low levels these cost 8 MB and
    gain nothing: the dump is the slower side."""

    level: int = 1
    threads: int = 0


def forward(stream: Readable, compression: Compression) -> Readable:
    level, threads = compression
    parameters = zstandard.ZstdCompressionParameters.from_level(
        level,
        window_log=min(MOST_WINDOW_LOG, 19 + level // 4),
        threads=threads,
        write_checksum=True,
        write_content_size=False,
    )
    compressor = zstandard.ZstdCompressor(compression_params=parameters)
    reader: Readable = compressor.stream_reader(cast("IO[bytes]", stream), read_size=CHUNK_BYTES)
    return reader


class Inverse:
    """Takes what it is given and passes it on decompressed."""

    def __init__(self, stream: Readable) -> None:
        window = 1 << MOST_WINDOW_LOG
        decompressor = zstandard.ZstdDecompressor(max_window_size=window)
        self._reader = decompressor.stream_reader(cast("IO[bytes]", stream), read_size=CHUNK_BYTES)

    def read(self, size: int = -1, /) -> bytes:
        try:
            return bytes(self._reader.read(size))
        except zstandard.ZstdError as error:
            raise ProofError(f"zstd says: {error}") from None
