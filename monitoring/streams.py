"""Follows a streaming response to its end: the last byte, an early close, or an error."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from django.http import StreamingHttpResponse

# Takes whether the stream broke.
Ended = Callable[[bool], None]


def follow(response: StreamingHttpResponse, ended: Ended) -> None:
    """`ended` is called once. Django closes what it is given, also when nothing was read of it."""
    content: Any = response.streaming_content
    kind = AsyncStream if response.is_async else Stream
    response.streaming_content = kind(content, ended)


class _End:
    def __init__(self, content: Any, ended: Ended) -> None:
        self._content, self._ended, self._open = content, ended, True

    def _end(self, *, broke: bool = False) -> None:
        if self._open:
            self._open = False
            self._ended(broke)

    def close(self) -> None:
        self._end()


class Stream(_End):
    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            chunk: bytes = next(self._content)
        except StopIteration:
            self._end()
            raise
        except BaseException:
            self._end(broke=True)
            raise
        return chunk


class AsyncStream(_End):
    def __init__(self, content: Any, ended: Ended) -> None:
        super().__init__(aiter(content), ended)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            chunk: bytes = await anext(self._content)
        except (StopAsyncIteration, CancelledError):
            # Cancelled when the client goes away, which is how a stream of events always ends.
            self._end()
            raise
        except BaseException:
            self._end(broke=True)
            raise
        return chunk
