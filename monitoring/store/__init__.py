"""The metric store: `record`, `latest`, `window`, `compact`. docs/store.md says how it works."""

from monitoring.store.compaction import CompactionReport, compact
from monitoring.store.forgetting import forget
from monitoring.store.head import HeadRow, buckets_of_rows
from monitoring.store.known import KnownPoint, KnownSeries, record_known
from monitoring.store.merging import added, merge_windows
from monitoring.store.points import (
    Bucket,
    LatestPoint,
    Point,
    RecordResult,
    Rejection,
    Selector,
    SeriesRef,
    Window,
    WindowRequest,
    bucket_of,
)
from monitoring.store.reading import (
    latest,
    latest_by_id,
    latest_exact,
    latest_of,
    window,
    windows_of,
    windows_of_each,
)
from monitoring.store.recording import record
from monitoring.store.retention import Reach, reach_once
from monitoring.store.running import running_totals

__all__ = [
    "Bucket",
    "CompactionReport",
    "HeadRow",
    "KnownPoint",
    "KnownSeries",
    "LatestPoint",
    "Point",
    "Reach",
    "RecordResult",
    "Rejection",
    "Selector",
    "SeriesRef",
    "Window",
    "WindowRequest",
    "added",
    "bucket_of",
    "buckets_of_rows",
    "compact",
    "forget",
    "latest",
    "latest_by_id",
    "latest_exact",
    "latest_of",
    "merge_windows",
    "reach_once",
    "record",
    "record_known",
    "running_totals",
    "window",
    "windows_of",
    "windows_of_each",
]
