"""The whole page as one value: what the template shows first and each refresh brings again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

from opsportal.dashboard.aggregation import Grid
from opsportal.dashboard.charts import CHARTS, SERVICE_TIME
from opsportal.dashboard.dependencies import Dependencies
from opsportal.dashboard.heat import Heat, counts_of, heat
from opsportal.dashboard.known_past import PAST
from opsportal.dashboard.marks import Mark
from opsportal.dashboard.past import SERVICE, Counts
from opsportal.dashboard.plots import Merger, Plot, part_of, plots
from opsportal.dashboard.problems import problems
from opsportal.dashboard.ranges import Range
from opsportal.dashboard.reading import Reading, read
from opsportal.dashboard.routes import Route, route_rows
from opsportal.dashboard.sentence import Sentence, sentence
from opsportal.dashboard.states import NO_DATA
from opsportal.dashboard.tiles import Tile, tiles


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`waiting` while something that every portal measures has no data yet."""

    now_ms: int
    newest_ms: int | None
    waiting: bool
    range: Range
    host: str
    hosts: Sequence[str]
    service: str
    services: Sequence[str]
    sentence: Sentence
    tiles: Sequence[Tile]
    plots: Sequence[Plot]
    heat: Heat
    marks: Sequence[Mark]
    routes: Sequence[Route]
    dependencies: Dependencies
    compared_with: str
    compared: bool

    def as_json(self) -> dict[str, Any]:
        return {each.name: plain(getattr(self, each.name)) for each in fields(self)}


def _heat(reading: Reading, counts: Mapping[int, Counts], drawn: Sequence[Plot]) -> Heat:
    shown = reading.range
    grid = Grid.over(shown.start_ms, shown.end_ms, shown.traffic_step_ms, reading.now_ms)
    missing = next(plot.empty for plot in drawn if plot.key == "response_time")
    return heat(counts, grid, shown.label, missing)


def plain(value: Any) -> Any:
    """As `dataclasses.asdict`, but without a copy of every number: that takes as long as to read
    them."""
    kind = type(value)
    if kind in (str, float, int) or value is None:
        return value
    if is_dataclass(value):
        return {name: plain(getattr(value, name)) for name in _names_of(kind)}
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple) and any(map(is_dataclass, value[:1])):
        return [plain(each) for each in value]
    return value


_NAMES: dict[type, list[str]] = {}


def _names_of(kind: type[Any]) -> list[str]:
    """Of its fields, found once: there are hundreds of objects on a page."""
    if kind not in _NAMES:
        _NAMES[kind] = [each.name for each in fields(kind)]
    return _NAMES[kind]


def snapshot(parameters: Mapping[str, str], now: datetime | None = None) -> Snapshot:
    """Raises DatabaseError when the database cannot be read."""
    reading = read(parameters, now)
    merge = Merger()
    drawn, counts = plots(reading, merge), _counts(reading, merge)
    for part in reading.parts.values():
        of_part = [
            plot for plot, chart in zip(drawn, CHARTS, strict=True) if part_of(chart) == part.name
        ]
        PAST.remember(part, of_part, counts if part.name == SERVICE else {})
    return _arranged(reading, drawn, counts)


def arrange(reading: Reading) -> Snapshot:
    """Pure: the same reading makes the same page."""
    merge = Merger()
    return _arranged(reading, plots(reading, merge), _counts(reading, merge))


def _counts(reading: Reading, merge: Merger) -> dict[int, Counts]:
    """Of the heat map."""
    part = reading.parts.get(SERVICE)
    read = counts_of(merge(reading.windows[SERVICE_TIME]))
    return {**part.counts(), **read} if part else read


def _arranged(reading: Reading, drawn: Sequence[Plot], counts: Mapping[int, Counts]) -> Snapshot:
    shown = reading.range
    shown_tiles = tiles(reading, drawn)
    waiting = any(tile.verdict == NO_DATA for tile in shown_tiles)
    return Snapshot(
        now_ms=reading.now_ms,
        newest_ms=reading.newest_ms,
        waiting=waiting,
        range=shown,
        host=reading.host,
        hosts=reading.hosts,
        service=reading.service,
        services=reading.services,
        sentence=sentence(problems(reading), waiting),
        tiles=shown_tiles,
        plots=drawn,
        heat=_heat(reading, counts, drawn),
        marks=reading.marks,
        routes=route_rows(reading.routes, reading.routes_minutes, reading.routes_before),
        compared_with=reading.before.label,
        compared=reading.before.drawn,
        dependencies=reading.dependencies,
    )
