"""A year of 1000 series, as the portal would have kept it: what the dashboard is measured on.

The host that is shown and the service have a point every ten seconds, of which raw points, rollups
of five minutes and of an hour are left, each as long as they are kept by default; every route has
one every five minutes. Of the other hosts only the last two days are there. The last one to two
hours are rows of the head. Each block is made once and copied to the series that are alike.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

SECOND_MS, HOUR_MS, DAY_MS = 1000, 3_600_000, 86_400_000
HOSTS, ROUTES = 60, 200
GAUGES = (
    *("cpu_percent", "cpu_core_max_percent", "memory_percent", "swap_percent", "disk_percent"),
    *("net_receive_bytes_per_second", "net_transmit_bytes_per_second", "host_uptime_seconds"),
    *("disk_read_bytes_per_second", "disk_write_bytes_per_second"),
)
RESPONSE_TIME, SERVICE_TIME = "http_response_time_ms", "http_service_response_time_ms"
FLUSH_MS, ROUTE_MS = 10 * SECOND_MS, 300 * SECOND_MS
# Different ones, so that neither compression nor merging finds the same again and again.
_VARIANTS = 7


def fill(now_ms: int, days: int = 365) -> None:
    """Into the database that Django is set up for, which has the tables and nothing else."""
    from django.db import connection, transaction

    from monitoring.models import Series

    year = _Year(now_ms, days)
    year.record_latest()
    with connection.cursor() as cursor, transaction.atomic():
        for alike, of_resolution, every_ms in year.kinds():
            year.seal(cursor, alike, of_resolution)
            year.write_head(cursor, alike, every_ms)
        Series.objects.update(sealed_until_ms=year.cut_ms)
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")
    year.add_up()


class _Year:
    def __init__(self, now_ms: int, days: int) -> None:
        from monitoring.histogram import Histogram

        self.now_ms, self.days = now_ms, days
        # As compaction cuts: the head keeps one to two hours.
        self.cut_ms = now_ms - HOUR_MS - now_ms % HOUR_MS
        self._random = random.Random(1)
        self._routes = [self._histogram(20) for _ in range(_VARIANTS)]
        self._service = [self._histogram(300) for _ in range(_VARIANTS)]
        self._nothing = Histogram

    def _histogram(self, count: int) -> Any:
        from monitoring.histogram import Histogram

        return Histogram.of(40 * math.exp(self._random.gauss(0, 0.6)) for _ in range(count))

    def record_latest(self) -> None:
        """The series, each with its last point."""
        from monitoring import store

        time_ms = self.now_ms - 5 * SECOND_MS
        points = [
            store.Point(metric, {"host": f"host-{host}", "path": "/"}, time_ms, 50.0)
            for host in range(HOSTS)
            for metric in GAUGES
        ]
        for status in ("2xx", "5xx"):
            shop = {"service": "shop", "status_class": status}
            points.append(store.Point(SERVICE_TIME, shop, time_ms, self._service[0]))
            points += [
                store.Point(
                    RESPONSE_TIME,
                    {**shop, "method": "GET", "route": f"/{n}"},
                    time_ms,
                    self._routes[n % _VARIANTS],
                )
                for n in range(ROUTES)
            ]
        assert store.record(points).rejected == []

    def kinds(self) -> Iterator[tuple[list[int], Callable[[Any], Any], int]]:
        """Series that are alike, what they have of each resolution, and how often they have it."""
        from monitoring.models import Series

        shown: list[int] = []
        others: list[int] = []
        routes: list[int] = []
        services: list[int] = []
        for series in Series.objects.order_by("id"):
            if series.metric in (RESPONSE_TIME, SERVICE_TIME):
                (routes if series.metric == RESPONSE_TIME else services).append(series.pk)
            else:
                (shown if series.labels["host"] == "host-0" else others).append(series.pk)
        yield shown, lambda kept: self._values(self._times(kept, FLUSH_MS, self.days)), FLUSH_MS
        yield others, lambda kept: self._values(self._times(kept, FLUSH_MS, 2)), 0
        yield services, lambda kept: self._histograms(self._service, kept, FLUSH_MS), FLUSH_MS
        yield routes, lambda kept: self._histograms(self._routes, kept, ROUTE_MS), ROUTE_MS

    def _times(self, kept: Any, every_ms: int, days: int) -> list[int]:
        every_ms = max(kept.ms, every_ms)
        start_ms = self.now_ms - min(days, kept.default_keep_days) * DAY_MS
        return list(range(start_ms - start_ms % every_ms, self.cut_ms, every_ms))

    def _values(self, times: list[int]) -> Any:
        from monitoring.store.samples import Samples

        return Samples.of_values(times, [self._random.gauss(50, 10) for _ in times])

    def _histograms(self, variants: Sequence[Any], kept: Any, every_ms: int) -> Any:
        """A rollup's are as many of the variants together as fall into it, at most all."""
        from monitoring.store.samples import Samples

        together = min(_VARIANTS, max(1, kept.ms // every_ms))
        rolled = []
        for first in range(_VARIANTS):
            whole = self._nothing()
            for number in range(together):
                whole.merge(variants[(first + number) % _VARIANTS])
            rolled.append(whole)
        times = self._times(kept, every_ms, self.days)
        return Samples.of_histograms(times, [rolled[n % _VARIANTS] for n in range(len(times))])

    def seal(self, cursor: Any, alike: Sequence[int], of_resolution: Callable[[Any], Any]) -> None:
        from monitoring.store.blocks import encode
        from monitoring.store.dialect import upsert_blocks
        from monitoring.store.resolutions import ALL, RAW

        for kept in ALL:
            samples = of_resolution(kept)
            start_ms = samples.times[0] - samples.times[0] % kept.period_ms
            rows = []
            for period_ms in range(start_ms, self.cut_ms, kept.period_ms):
                part = samples.between(period_ms, period_ms + kept.period_ms)
                rows.append((kept.ms, period_ms, len(part), encode(part, raw=kept is RAW)))
            upsert_blocks(cursor, [(series_id, *row) for series_id in alike for row in rows])

    def write_head(self, cursor: Any, alike: Sequence[int], every_ms: int) -> None:
        """Since the cut, but for the last point, which is there."""
        from monitoring.models import Point
        from monitoring.store.head import HeadPoint, write_head

        times = range(self.cut_ms, self.now_ms - FLUSH_MS, every_ms) if every_ms else ()
        last = Point.objects.filter(series_id=alike[0]).get()
        is_histogram = last.histogram is not None
        points: list[HeadPoint] = [
            (series_id, time_ms, 50.0, self._routes[n % _VARIANTS] if is_histogram else None)
            for series_id in alike
            for n, time_ms in enumerate(times)
        ]
        write_head(cursor, points, replacing=False)

    def add_up(self) -> None:
        """The running totals of each midnight, of the hours of the last fifteen days and of every
        five minutes of the last two hours, but for the last ones."""
        from monitoring.histogram import Histogram
        from monitoring.models import RunningTotal, Series
        from monitoring.store.packing import pack
        from monitoring.store.running import FINE_FOR_MS, FINE_MS, HOURLY_FOR_MS

        ids = Series.objects.filter(metric__in=(RESPONSE_TIME, SERVICE_TIME))
        totals = {pk: Histogram() for pk in ids.values_list("pk", flat=True)}
        start_ms = self.now_ms - self.days * DAY_MS
        hourly_ms = self.cut_ms - HOURLY_FOR_MS
        midnight_ms = start_ms - start_ms % DAY_MS
        moments = list(range(midnight_ms, hourly_ms, DAY_MS))
        moments += range(hourly_ms - hourly_ms % DAY_MS, self.cut_ms + 1, HOUR_MS)
        newest_ms = self.now_ms - 3 * FINE_MS // 2
        newest_ms -= newest_ms % FINE_MS
        moments += range(newest_ms - FINE_FOR_MS, newest_ms + 1, FINE_MS)
        rows = []
        for number, time_ms in enumerate(sorted(set(moments))):
            rows.append(RunningTotal(time_ms=time_ms, data=pack(totals)))
            for place, each in enumerate(totals.values()):
                each.merge(self._routes[(place + number) % _VARIANTS])
        RunningTotal.objects.bulk_create(rows, batch_size=100)
