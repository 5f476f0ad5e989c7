"""Which series are one by some of their labels. A page groups the same hundreds of them at each
look, so what was found is remembered; known by all that they are, not by their numbers alone."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from itertools import repeat

from monitoring.route_names import readable
from monitoring.store import SeriesRef

# Of some hundred series each: those of a few ranges, services and tables.
MOST_GROUPINGS = 40

Places = Mapping[tuple[str, ...], Sequence[int]]
"""Where in what was given the series of a group stand, by the values of the labels."""
Key = tuple[tuple[str, ...], tuple[int, ...]]


class Groupings:
    """The ones asked for longest ago are forgotten first."""

    def __init__(self) -> None:
        self._known: dict[Key, tuple[list[SeriesRef], Places]] = {}
        self._lock = threading.Lock()

    def __call__(self, series: Sequence[SeriesRef], labels: tuple[str, ...]) -> Places:
        series = list(series)
        key = labels, tuple(each.id for each in series)
        known = self._known.get(key)
        if known is None or known[0] != series:
            known = series, _places(series, labels)
        with self._lock:
            self._known.pop(key, None)
            self._known[key] = known
            while len(self._known) > MOST_GROUPINGS:
                del self._known[next(iter(self._known))]
        return known[1]

    def clear(self) -> None:
        with self._lock:
            self._known.clear()


GROUPINGS = Groupings()


def values_of(series: SeriesRef, *labels: str) -> tuple[str, ...]:
    """Of its labels. Series of before routes were recorded as people read them keep theirs, and
    are one with the later ones."""
    values = [series.labels.get(label, "") for label in labels]
    if "route" in labels and (route := series.labels.get("route")):
        values[labels.index("route")] = readable(route)
    return tuple(values)


def _places(series: Sequence[SeriesRef], labels: tuple[str, ...]) -> Places:
    recorded: dict[tuple[str, ...], list[int]] = {}
    for place, each in enumerate(series):
        key = tuple(map(each.labels.get, labels, repeat("")))
        recorded.setdefault(key, []).append(place)
    groups: dict[tuple[str, ...], list[int]] = {}
    for places in recorded.values():
        groups.setdefault(values_of(series[places[0]], *labels), []).extend(places)
    return groups
