"""Writers for tests: one that keeps what it is given, one that fails until it is mended."""

from __future__ import annotations

from collections.abc import Sequence

from monitoring.traffic import METRIC, TrafficPoint, WriteError


class MemoryWriter:
    def __init__(self) -> None:
        self.points: list[TrafficPoint] = []
        # Of all routes together.
        self.whole: list[TrafficPoint] = []
        self.broken = False

    def write(self, points: Sequence[TrafficPoint]) -> None:
        if self.broken:
            raise WriteError("the portal is away")
        self.points += [each for each in points if each.metric == METRIC]
        self.whole += [each for each in points if each.metric != METRIC]

    def counts(self) -> dict[tuple[str, str, str], int]:
        """Requests by (route, method, status class)."""
        counts: dict[tuple[str, str, str], int] = {}
        for point in self.points:
            key = (point.labels["route"], point.labels["method"], point.labels["status_class"])
            counts[key] = counts.get(key, 0) + point.value.count
        return counts


class DiscardingWriter:
    """For all other tests, whose requests are nobody's traffic."""

    def write(self, points: Sequence[TrafficPoint]) -> None:
        pass
