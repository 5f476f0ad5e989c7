"""Runs a look at one part with a deadline, in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Generic, TypeVar

T = TypeVar("T")


class LookTimeoutError(Exception):
    """The part did not answer in time, or still hangs from the look before."""


class Bounded(Generic[T]):
    """At most one thread for each part, however long it hangs: looks never pile up."""

    def __init__(self, name: str, look: Callable[[], T]) -> None:
        self._look = look
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"look-{name}")
        self._future: Future[T] | None = None

    def start(self) -> None:
        if self._future is not None and not self._future.done():
            return
        try:
            self._future = self._thread.submit(self._look)
        except RuntimeError as error:
            # The process is ending: no thread starts any more, and the caller is told so.
            self._future = Future()
            self._future.set_exception(error)

    def result(self, timeout_seconds: float) -> T:
        """Raises LookTimeoutError, and whatever the look raised."""
        assert self._future is not None, "start comes first"  # noqa: S101
        try:
            return self._future.result(max(0.0, timeout_seconds))
        except FutureTimeoutError:
            if self._future.done():
                raise
            raise LookTimeoutError from None
