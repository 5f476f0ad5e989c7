"""Requests counted and timed from merged histograms: pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from monitoring.histogram import Histogram
from monitoring.store import Bucket, SeriesRef, Window
from opsportal.dashboard.grouping import GROUPINGS

SERVER_ERROR = "5xx"
# The usual threshold: a person hardly notices half a second.
APDEX_MS = 500.0


@dataclass(slots=True)
class Traffic:
    """The requests of some series; `failed` are those answered with 5xx."""

    histogram: Histogram = field(default_factory=Histogram)
    failed: Histogram = field(default_factory=Histogram)

    @property
    def errors(self) -> int:
        return self.failed.count

    @property
    def count(self) -> int:
        return self.histogram.count

    @property
    def error_percent(self) -> float | None:
        return 100 * self.errors / self.count if self.count else None

    @property
    def apdex(self) -> float | None:
        """0 to 1: answered within APDEX_MS counts whole, within four times that half, what failed
        or took longer nothing (apdex.org)."""
        if not self.count:
            return None
        satisfied, within = self._served(APDEX_MS), self._served(4 * APDEX_MS)
        return (satisfied + within) / 2 / self.count

    def _served(self, within_ms: float) -> int:
        return self.histogram.count_up_to(within_ms) - self.failed.count_up_to(within_ms)


def total(windows: Iterable[Window]) -> Traffic:
    traffic = Traffic()
    for window in windows:
        failed = has_failed(window.series)
        add(traffic, ((failed, bucket) for bucket in window.buckets))
    return traffic


def add(traffic: Traffic, marked: Iterable[tuple[bool, Bucket]]) -> None:
    """Buckets, and whether the requests of each failed."""
    for failed, bucket in marked:
        if bucket.histogram is not None:
            traffic.histogram.merge(bucket.histogram)
            if failed:
                traffic.failed.merge(bucket.histogram)


def has_failed(series: SeriesRef) -> bool:
    return series.labels.get("status_class") == SERVER_ERROR


def grouped(windows: Iterable[Window], *labels: str) -> dict[tuple[str, ...], list[Window]]:
    """The windows by the values of their `labels`."""
    windows = list(windows)
    places = GROUPINGS([window.series for window in windows], labels)
    return {values: [windows[each] for each in group] for values, group in places.items()}
