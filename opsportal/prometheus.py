"""/metrics: the store's latest points as Prometheus text.

Everything comes from the shared store, so counters do not jump from one worker to another.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector

from monitoring import store
from monitoring.catalogue import METRICS, Kind
from monitoring.catalogue import Metric as CatalogueMetric
from monitoring.models import Series

# What is older is no longer true, and Prometheus has its own way of saying so: absence.
STALE_AFTER_MS = 300_000
# (ending here, ending there, factor): Prometheus wants base units.
BASE_UNITS = (
    ("_percent", "_ratio", 0.01),
    ("_ms", "_seconds", 0.001),
    ("_per_minute", "_per_second", 1 / 60),
    ("days_remaining", "remaining_seconds", 86_400.0),
    # A name that ends in _count would be taken for a histogram's.
    ("process_count", "processes", 1.0),
)


def base_unit(name: str) -> tuple[str, float]:
    """The Prometheus name of a metric and the factor to its base unit."""
    for ending, replacement, factor in BASE_UNITS:
        if name.endswith(ending):
            return f"opsportal_{name.removesuffix(ending)}{replacement}", factor
    return f"opsportal_{name}", 1.0


class StoreCollector(Collector):
    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms

    def collect(self) -> Iterator[Metric]:
        latest = store.latest_of(list(METRICS))
        fresh = [each for each in latest if self._now_ms - each.time_ms < STALE_AFTER_MS]
        for metric in METRICS.values():
            own = [each for each in fresh if each.series.metric == metric.name]
            if own and metric.kind == Kind.GAUGE:
                yield _gauge(metric, own)
            elif metric.kind == Kind.HISTOGRAM:
                yield from _summary(metric)

    def describe(self) -> list[Metric]:
        """Names are not known before the store is read; nothing else is registered beside it."""
        return []


def _gauge(metric: CatalogueMetric, points: list[store.LatestPoint]) -> Metric:
    name, factor = base_unit(metric.name)
    names = sorted({label for each in points for label in each.series.labels})
    family = GaugeMetricFamily(name, metric.help, labels=names)
    for each in points:
        values = [each.series.labels.get(label, "") for label in names]
        family.add_metric(values, each.value * factor)
    return family


def _summary(metric: CatalogueMetric) -> Iterator[Metric]:
    """Count and sum since the portal began: they only grow, whatever is deleted meanwhile."""
    name, factor = base_unit(metric.name)
    rows = list(
        Series.objects.filter(metric=metric.name).values_list("labels", "total_count", "total_sum")
    )
    names = sorted({label for labels, _, _ in rows for label in labels})
    family = SummaryMetricFamily(name, metric.help, labels=names)
    for labels, count, total in rows:
        family.add_metric([labels.get(label, "") for label in names], count, total * factor)
    if rows:
        yield family


def render(now_ms: int) -> bytes:
    """Raises DatabaseError."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(StoreCollector(now_ms))
    return generate_latest(registry)


def respond(request: HttpRequest) -> HttpResponse:
    """The caller has been admitted."""
    try:
        text = render(time.time_ns() // 1_000_000)
    except DatabaseError:
        return JsonResponse({"detail": "The database does not answer."}, status=503)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)
