from __future__ import annotations

from collections.abc import Iterable

import pytest

from monitoring import store


class AtOnce:
    """Writes points in the test's own transaction."""

    def put(self, points: Iterable[store.Point]) -> None:
        store.record(list(points))


@pytest.fixture(autouse=True)
def points_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitoring.heartbeats.pinging.buffer", AtOnce())
