"""What goes into the store and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from monitoring.histogram import Histogram


@dataclass(frozen=True, slots=True)
class Point:
    """`value` is a Histogram where the catalogue says that the metric is one."""

    metric: str
    labels: Mapping[str, str]
    time_ms: int
    value: float | Histogram


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why the point at `index` of the batch was not recorded."""

    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class RecordResult:
    accepted: int
    rejected: list[Rejection]


@dataclass(frozen=True, slots=True)
class Selector:
    """The series of a metric that have every label given; other labels are free."""

    metric: str
    labels: Mapping[str, str] = field(default_factory=dict)


class SeriesRef(NamedTuple):
    id: int
    metric: str
    labels: dict[str, str]


class WindowRequest(NamedTuple):
    """What `windows_of_each` reads for one of its callers. The end is rounded up to a whole step
    unless it is `exact`: then the last step holds only what came before it. `whole`: all steps as
    one bucket, at the start of the first; steps then say only which resolution will do."""

    series: Sequence[SeriesRef]
    start_ms: int
    end_ms: int
    step_ms: int
    exact: bool = False
    whole: bool = False


class LatestPoint(NamedTuple):
    """`value` is the mean where the last point is a histogram."""

    series: SeriesRef
    time_ms: int
    value: float


@dataclass(slots=True)
class Bucket:
    """The points of one step, which starts at `time_ms`; never empty. `shown` is for readers: what
    they have made of it, by a name of theirs."""

    time_ms: int
    count: int
    sum: float
    min: float
    max: float
    histogram: Histogram | None = None
    shown: dict[str, float | None] | None = field(default=None, compare=False, repr=False)

    @property
    def mean(self) -> float:
        return self.sum / self.count


def bucket_of(time_ms: int, whole: Histogram) -> Bucket:
    return Bucket(time_ms, whole.count, whole.sum, whole.min, whole.max, whole)


@dataclass(frozen=True, slots=True)
class Window:
    """The steps of one series that have data, oldest first, read at `resolution_ms`."""

    series: SeriesRef
    resolution_ms: int
    buckets: list[Bucket]
