"""The store in the admin: which series there are, and how long each resolution is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model
from django.http import HttpRequest
from django.utils.timesince import timesince

from monitoring import annotation_admin, check_admin  # noqa: F401  register themselves
from monitoring.amounts import amount
from monitoring.catalogue import METRICS
from monitoring.history_admin import History
from monitoring.models import Retention, Series
from monitoring.sparklines import days_of_series, spark
from monitoring.store import SeriesRef

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    SeriesBase = admin.ModelAdmin[Series]
    RetentionBase = admin.ModelAdmin[Retention]
else:
    SeriesBase = RetentionBase = admin.ModelAdmin


class SeriesChangeList(ChangeList):
    """Its series have `day`: the values of the last day, read for all of them at once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        days = days_of_series([SeriesRef(row.pk, row.metric, row.labels) for row in rows])
        for row in rows:
            row.day = days.get(row.pk, [])
        self.result_list = rows


@admin.register(Series)
class SeriesAdmin(History, SeriesBase):
    list_display = ["metric", "shown_labels", "last", "day", "age"]
    list_filter = ["metric"]
    search_fields = ["metric", "labels"]
    ordering = ["metric", "id"]
    fields = ("metric", "labels", "last", "age", "created_at", "total_count", "total_sum")
    readonly_fields = fields

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return SeriesChangeList

    @admin.display(description="last 24 h")
    def day(self, series: Any) -> str:
        return spark(series.day, f"{series.metric} of 24 hours")

    @admin.display(description="labels")
    def shown_labels(self, series: Series) -> str:
        return ", ".join(f"{name}={value}" for name, value in sorted(series.labels.items()))

    @admin.display(description="last value", ordering="last_value")
    def last(self, series: Series) -> str:
        metric = METRICS.get(series.metric)
        return amount(series.last_value, metric.unit if metric else "")

    @admin.display(description="age", ordering="-last_time_ms")
    def age(self, series: Series) -> str:
        return timesince(datetime.fromtimestamp(series.last_time_ms / 1000, UTC))


@admin.register(Retention)
class RetentionAdmin(RetentionBase):
    list_display = ["resolution_ms", "keep_days"]
    list_editable = ["keep_days"]
    list_display_links = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
