"""Transfers that wait for their next request: preparing one takes longer than all else about it."""

from __future__ import annotations

from opsportal.lib.http.transfer import Transfer

# Each takes a few kilobytes.
_MOST = 500


class Spare:
    def __init__(self) -> None:
        self._by_manner: dict[str, list[Transfer]] = {}
        self._of_any_manner: list[Transfer] = []
        self._count = 0

    def take(self, manner: str) -> Transfer:
        same = self._by_manner.get(manner)
        if same:
            self._count -= 1
            return same.pop()
        return self._of_any_manner.pop() if self._of_any_manner else Transfer()

    def give(self, transfer: Transfer) -> None:
        if self._count >= _MOST:
            self._mix()
        self._count += 1
        self._by_manner.setdefault(transfer.manner, []).append(transfer)

    def close(self) -> None:
        self._mix()
        self._close_mixed()

    def _mix(self) -> None:
        """Of many manners few come back soon."""
        self._close_mixed()
        self._of_any_manner = [each for same in self._by_manner.values() for each in same]
        self._by_manner.clear()
        self._count = 0

    def _close_mixed(self) -> None:
        for transfer in self._of_any_manner:
            transfer.close()
        self._of_any_manner = []
