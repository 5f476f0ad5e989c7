"""The metric store: `record`, `latest`, `window`, `compact`. docs/store.md says how it works."""

from monitoring.store.compaction import CompactionReport, compact
from monitoring.store.points import (
    Bucket,
    LatestPoint,
    Point,
    RecordResult,
    Rejection,
    Selector,
    SeriesRef,
    Window,
)
from monitoring.store.reading import (
    latest,
    latest_by_id,
    latest_exact,
    latest_of,
    merge_windows,
    window,
    windows_of,
)
from monitoring.store.recording import record

__all__ = [
    "Bucket",
    "CompactionReport",
    "LatestPoint",
    "Point",
    "RecordResult",
    "Rejection",
    "Selector",
    "SeriesRef",
    "Window",
    "compact",
    "latest",
    "latest_by_id",
    "latest_exact",
    "latest_of",
    "merge_windows",
    "record",
    "window",
    "windows_of",
]
