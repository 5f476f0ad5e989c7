"""What this process knows of the steps that are over, and the files hold of it; `past` has the
rule."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings

from monitoring.store import SeriesRef
from opsportal.dashboard.past import Counts, Part, Past
from opsportal.dashboard.past_files import PastFiles
from opsportal.dashboard.ranges import Range

if TYPE_CHECKING:
    from opsportal.dashboard.plots import Plot

# About 40 bytes each: some 8 MB.
MOST_NUMBERS = 200_000


class KnownPast:
    """Safe to use from several threads: the worst of a race is that something is read twice."""

    def __init__(self, files: PastFiles) -> None:
        self._files = files
        self._known: dict[str, Past] = {}
        self._weights: dict[str, int] = {}
        self._lock = threading.Lock()

    def part(
        self, name: str, series: Sequence[SeriesRef], step_ms: int, shown: Range, now_ms: int
    ) -> Part:
        """With what is known of it."""
        first_ms = shown.start_ms - shown.start_ms % step_ms
        key = _key(name, series, step_ms, shown)
        part = Part(name, key, first_ms, shown.end_ms, step_ms, now_ms)
        known = self._known.get(key)
        if known is None or not part.covered_by(known):
            known = self._files.read(key)
        return replace(part, past=known) if known and part.covered_by(known) else part

    def remember(
        self, part: Part, plots: Sequence[Plot], counts: Mapping[int, Counts] | None = None
    ) -> None:
        """The charts of the part as they were just drawn, in which all steps are."""
        if part.past and (part.past.start_ms, part.past.until_ms) == (part.first_ms, part.until_ms):
            self._keep(part, part.past)
            return
        count = (part.until_ms - part.first_ms) // part.step_ms
        lines = {
            plot.key: {line.label: line.values[:count] for line in plot.lines} for plot in plots
        }
        over = {time: each for time, each in (counts or {}).items() if time < part.until_ms}
        read_at_ms = part.past.read_at_ms if part.past else part.now_ms
        past = Past(part.first_ms, part.until_ms, read_at_ms, lines, over)
        self._keep(part, past)
        self._files.write(part.key, past, part.now_ms)

    def clear(self) -> None:
        """What this process knows by itself."""
        with self._lock:
            self._known.clear()
            self._weights.clear()
        self._files.clear()

    def _keep(self, part: Part, past: Past) -> None:
        """The ones used longest ago go first when they weigh too much together."""
        with self._lock:
            self._known.pop(part.key, None)
            self._known[part.key] = past
            self._weights[part.key] = past.weight
            total = sum(self._weights.values())
            while total > MOST_NUMBERS and len(self._known) > 1:
                oldest = next(iter(self._known))
                del self._known[oldest]
                total -= self._weights.pop(oldest)


def _key(name: str, series: Sequence[SeriesRef], step_ms: int, shown: Range) -> str:
    """A range that moves on is one and the same."""
    start_ms = 0 if shown.live else shown.start_ms
    ids = ",".join(str(each.id) for each in series)
    return f"{name} {step_ms} {shown.key} {start_ms} {ids}"


PAST = KnownPast(PastFiles(settings.DASHBOARD_PAST_DIR))
