"""What a threshold judges: a series, or those that agree in some labels as one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitoring.store import Bucket, LatestPoint, SeriesRef, Window, merge_windows
from monitoring.store.identity import series_key

# Of a subject that is no series itself.
NO_SERIES = 0


@dataclass(frozen=True, slots=True)
class Subject:
    """`point` is the newest of its `members`, which are numbers of series."""

    point: LatestPoint
    fingerprint: str
    members: Sequence[int]

    def buckets(self, by_series: Mapping[int, list[Bucket]]) -> list[Bucket]:
        """Counts, sums and histograms add up: percentiles are those of all requests."""
        if len(self.members) == 1:
            return by_series.get(self.members[0], [])
        windows = [Window(self.point.series, 1, by_series.get(each, [])) for each in self.members]
        return merge_windows(windows)


def label_names(text: str) -> tuple[str, ...]:
    """Of "service, route"; none of an empty text."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def subjects(points: Iterable[LatestPoint], names: Sequence[str]) -> list[Subject]:
    """`names` are labels; without any, each series is one."""
    if not names:
        return [Subject(each, _key(each.series), (each.series.id,)) for each in points]
    groups: dict[tuple[str | None, ...], list[LatestPoint]] = {}
    for each in points:
        groups.setdefault(tuple(map(each.series.labels.get, names)), []).append(each)
    return [_together(group, names) for group in groups.values()]


def _together(points: Sequence[LatestPoint], names: Sequence[str]) -> Subject:
    newest = max(points, key=lambda each: each.time_ms)
    labels = {name: newest.series.labels[name] for name in names if name in newest.series.labels}
    whole = SeriesRef(NO_SERIES, newest.series.metric, labels)
    point = LatestPoint(whole, newest.time_ms, newest.value)
    return Subject(point, _key(whole), tuple(each.series.id for each in points))


def _key(series: SeriesRef) -> str:
    return series_key(series.metric, tuple(series.labels.items()))
