"""Requests counted and timed from merged histograms: pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from monitoring.histogram import Histogram
from monitoring.store import Window

SERVER_ERROR = "5xx"


@dataclass(slots=True)
class Traffic:
    """The requests of some series; `errors` counts those answered with 5xx."""

    histogram: Histogram
    errors: int = 0

    @property
    def count(self) -> int:
        return self.histogram.count

    @property
    def error_percent(self) -> float | None:
        return 100 * self.errors / self.count if self.count else None


def total(windows: Iterable[Window]) -> Traffic:
    traffic = Traffic(Histogram())
    for window in windows:
        failed = window.series.labels.get("status_class") == SERVER_ERROR
        for bucket in window.buckets:
            if bucket.histogram is not None:
                traffic.histogram.merge(bucket.histogram)
                traffic.errors += bucket.count if failed else 0
    return traffic


def grouped(windows: Iterable[Window], *labels: str) -> dict[tuple[str, ...], list[Window]]:
    """The windows by the values of their `labels`."""
    groups: dict[tuple[str, ...], list[Window]] = {}
    for window in windows:
        key = tuple(window.series.labels.get(label, "") for label in labels)
        groups.setdefault(key, []).append(window)
    return groups
