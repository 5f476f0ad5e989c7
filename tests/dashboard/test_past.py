"""Steps that are over are remembered as they were drawn, and say what the points say."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitoring import store
from monitoring.histogram import Histogram
from monitoring.store import Point, SeriesRef
from opsportal.dashboard import assembly, heat, known_past, routes, window_reading
from opsportal.dashboard.assembly import plain, snapshot
from opsportal.dashboard.charts import REQUESTS, RESPONSE_TIME, SERVICE_TIME
from opsportal.dashboard.heat_columns import Columns
from opsportal.dashboard.known_past import KnownPast
from opsportal.dashboard.past import Past
from opsportal.dashboard.past_files import MOST_FILES, PastFiles
from opsportal.dashboard.ranges import DAY_MS, HOUR_MS, MINUTE_MS, Range
from opsportal.dashboard.same_rows import SameRows
from opsportal.dashboard.settled import READ_AGAIN_AFTER_MS, SettledSteps
from opsportal.dashboard.totals import Totals

NOW_MS = 1_795_000_000_000 - 1_795_000_000_000 % DAY_MS + 13 * HOUR_MS + 7_000
SERIES = [SeriesRef(1, "cpu_percent", {"host": "a"})]
LIVE = Range("1h", "1 h", NOW_MS - HOUR_MS, NOW_MS)

Memory = tuple[KnownPast, SettledSteps, SameRows, Totals, Columns]


class Portal:
    """A host and a service that are recorded as time goes by."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
        self.now_ms = NOW_MS
        self._random = random.Random(seed)  # noqa: S311
        self._patch = monkeypatch
        self.forget()

    def forget(self) -> None:
        self._take(
            (KnownPast(PastFiles(None)), SettledSteps(), SameRows(), Totals(), Columns()),
        )

    def _take(self, memory: Memory) -> None:
        self.remembered = memory
        past, settled, same_rows, totals, columns = memory
        self._patch.setattr(window_reading, "PAST", past)
        self._patch.setattr(assembly, "PAST", past)
        self._patch.setattr(window_reading, "SETTLED", settled)
        self._patch.setattr(window_reading, "SAME_ROWS", same_rows)
        self._patch.setattr(routes, "TOTALS", totals)
        self._patch.setattr(heat, "COLUMNS", columns)

    def work(self, length_ms: int, every_ms: int = 20_000) -> None:
        """Of every `every_ms`, but for some; a part of it is recorded a little late."""
        until_ms = self.now_ms + length_ms
        points = [
            point
            for time_ms in range(self.now_ms, until_ms, every_ms)
            if self._random.random() < 0.8
            for point in self.points(time_ms)
        ]
        self.now_ms = until_ms
        self.record(*points)

    def points(self, time_ms: int) -> Iterator[Point]:
        # Whole numbers: rollups keep their sums exactly, so that looks can be compared to the bit.
        yield Point("cpu_percent", {"host": "web-1"}, time_ms, self._random.randint(0, 90))
        for disk in "abcdefg":
            labels = {"host": "web-1", "path": f"/{disk}"}
            yield Point("disk_percent", labels, time_ms, self._random.randint(0, 90))
        shop = {"service": "shop", "host": "web-1"}
        yield Point(REQUESTS, shop, time_ms, 60.0)
        status = self._random.choice(["2xx", "2xx", "4xx", "5xx"])
        times = Histogram.of(
            1000 * self._random.random() for _ in range(self._random.randint(1, 5))
        )
        yield Point(SERVICE_TIME, {**shop, "status_class": status}, time_ms, times)
        route = {"method": "GET", "route": f"/{self._random.choice('aaabbcdef')}"}
        yield Point(RESPONSE_TIME, {**shop, **route, "status_class": status}, time_ms, times)

    def record(self, *points: Point) -> None:
        assert store.record(points, now_ms=self.now_ms).rejected == []

    def look(self, **parameters: str) -> dict[str, Any]:
        shown = snapshot(parameters, datetime.fromtimestamp(self.now_ms / 1000, UTC))
        return {name: plain(getattr(shown, name)) for name in ("plots", "heat", "routes")}

    def look_at_the_points(self, **parameters: str) -> dict[str, Any]:
        """As a process that remembers nothing sees them."""
        remembered = self.remembered
        self.forget()
        seen = self.look(**parameters)
        self._take(remembered)
        return seen


@pytest.fixture
def portal(monkeypatch: pytest.MonkeyPatch, db: None) -> Portal:
    return Portal(monkeypatch, seed=1)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [2, 3])
@pytest.mark.parametrize("parameters", [{}, {"range": "6h"}, {"range": "24h", "compare": "1"}])
def test_each_look_sees_what_a_first_one_would_see(
    monkeypatch: pytest.MonkeyPatch, parameters: dict[str, str], seed: int
) -> None:
    portal = Portal(monkeypatch, seed)
    chance = random.Random(seed)  # noqa: S311
    portal.work(2 * HOUR_MS, every_ms=60_000)
    for turn in range(8):
        assert portal.look(**parameters) == portal.look_at_the_points(**parameters)
        portal.work(chance.choice([10_000, 45_000, 150_000, 600_000]))
        if turn == 4:
            store.compact(now_ms=portal.now_ms)


def test_a_point_that_comes_late_shows_after_a_quarter_of_an_hour(portal: Portal) -> None:
    portal.work(HOUR_MS, every_ms=60_000)
    before = portal.look()
    portal.record(Point("cpu_percent", {"host": "web-1"}, portal.now_ms - 30 * MINUTE_MS, 99.9))
    assert portal.look() == before
    portal.work(READ_AGAIN_AFTER_MS, every_ms=60_000)
    found = portal.look()
    [cpu] = [plot for plot in found["plots"] if plot["key"] == "cpu"]
    assert 99.9 in cpu["lines"][0]["values"]
    assert found == portal.look_at_the_points()


def test_a_clock_that_is_set_back_and_a_range_of_long_ago_are_read_anew(portal: Portal) -> None:
    portal.work(3 * HOUR_MS, every_ms=60_000)
    portal.look()
    portal.now_ms -= HOUR_MS
    assert portal.look() == portal.look_at_the_points()
    then = {"from": "2026-11-18T14:00:00Z", "to": "2026-11-18T15:30:00Z"}
    assert portal.look(**then) == portal.look_at_the_points(**then)
    assert portal.look(**then) == portal.look_at_the_points(**then)


def test_a_deleted_series_is_not_drawn_any_more(portal: Portal) -> None:
    portal.work(HOUR_MS, every_ms=60_000)
    portal.look()
    store.forget([("cpu_percent", {"host": "web-1"})])
    found = portal.look()
    assert found == portal.look_at_the_points()
    assert [plot["lines"] for plot in found["plots"] if plot["key"] == "cpu"] == [[]]


def test_of_what_is_over_nothing_is_read_again(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.work(2 * HOUR_MS, every_ms=60_000)
    portal.look()
    read = store.windows_of_each
    lengths: list[int] = []

    def noted(requests: Any, **options: Any) -> Any:
        lengths.extend(each.end_ms - each.start_ms for each in requests if each.series)
        return read(requests, **options)

    monkeypatch.setattr(window_reading, "windows_of_each", noted)
    portal.look()
    assert max(lengths) <= 10 * MINUTE_MS


def past(number: int = 0, length: int = 3) -> Past:
    values = [1.5, None, *(2.0 for _ in range(length))]
    return Past(NOW_MS, NOW_MS + 60_000 + number, NOW_MS, {"cpu": {"all": values}}, {7: {-3: 9}})


def test_another_process_begins_with_what_the_first_has_drawn(tmp_path: Path) -> None:
    written = past()
    PastFiles(tmp_path / "charts").write("key", written, NOW_MS)
    assert PastFiles(tmp_path / "charts").read("key") == written
    assert PastFiles(tmp_path / "charts").read("other") is None
    assert (tmp_path / "charts").stat().st_mode & 0o077 == 0
    assert [each.stat().st_mode & 0o077 for each in (tmp_path / "charts").iterdir()] == [0]


@pytest.mark.parametrize("data", [b"", b"[1,2", b"[1,2,3,4,5]", b"[]", b"\xff", b'{"a":1}'])
def test_a_damaged_file_is_one_that_says_nothing(tmp_path: Path, data: bytes) -> None:
    files = PastFiles(tmp_path)
    files.write("key", past(), NOW_MS)
    [path] = tmp_path.iterdir()
    path.write_bytes(data)
    known = KnownPast(files)
    assert files.read("key") is None
    assert known.part("vitals", SERIES, MINUTE_MS, LIVE, NOW_MS).past is None


def test_where_nothing_can_be_written_the_look_goes_on(tmp_path: Path) -> None:
    (tmp_path / "charts").write_text("no directory")
    files = PastFiles(tmp_path / "charts")
    files.write("key", past(), NOW_MS)
    assert files.read("key") is None


def test_files_are_written_once_a_minute_and_are_so_many_at_most(tmp_path: Path) -> None:
    files = PastFiles(tmp_path)
    for after_ms, until in ((0, 1), (59_000, 2), (61_000, 3)):
        files.write("key", past(until), NOW_MS + after_ms)
        assert files.read("key") == past(1 if until < 3 else 3)
    for number in range(MOST_FILES + 5):
        files.write(f"key {number}", past(), NOW_MS)
    assert len(list(tmp_path.iterdir())) == MOST_FILES


def test_what_a_process_remembers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_past, "MOST_NUMBERS", 100)
    known = KnownPast(PastFiles(None))
    for name in "abcdefgh":
        part = known.part(name, SERIES, MINUTE_MS, LIVE, NOW_MS)
        known._keep(part, past(length=30))
    assert len(known._known) == 2
    assert set(known._weights) == set(known._known)
