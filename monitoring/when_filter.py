"""Drilling down by date into a history whose times are in ms since the epoch, or dates with times.
Django's own date hierarchy takes only the latter, and asks for every date that there ever was."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import DateTimeField, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

MONTHS = 13


class WhenFilter(admin.SimpleListFilter):
    """Today, yesterday and the last months; of the month that is chosen, its days. In the portal's
    time zone."""

    title = "time"
    parameter_name = "when"
    field = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return choices(self.value() or "", timezone.localdate())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if not chosen:
            return queryset
        try:
            start_ms, end_ms = span(chosen)
        except (ValueError, OverflowError) as error:
            raise IncorrectLookupParameters(str(error)) from error
        bounds: tuple[Any, Any] = (start_ms, end_ms)
        if isinstance(queryset.model._meta.get_field(self.field), DateTimeField):
            bounds = _datetime(start_ms), _datetime(end_ms)
        return queryset.filter(**{f"{self.field}__gte": bounds[0], f"{self.field}__lt": bounds[1]})


def when(field: str) -> type[WhenFilter]:
    """By the column `field`."""
    return type("WhenFilter", (WhenFilter,), {"field": field})


def choices(chosen: str, today: date) -> list[tuple[str, str]]:
    """The newest first; `chosen` is a month (2026-11), a day (2026-11-29) or nothing."""
    yesterday = today - timedelta(days=1)
    offered = [(today.isoformat(), "Today"), (yesterday.isoformat(), "Yesterday")]
    month = today.replace(day=1)
    for _ in range(MONTHS):
        name = f"{month:%Y-%m}"
        offered.append((name, date_format(month, "F Y")))
        if chosen[:7] == name:
            offered += _days(month, today)
        month = (month - timedelta(days=1)).replace(day=1)
    return offered


def _days(month: date, today: date) -> list[tuple[str, str]]:
    days = [month.replace(day=day) for day in range(1, monthrange(month.year, month.month)[1] + 1)]
    past = [day for day in reversed(days) if day < today - timedelta(days=1)]
    return [(day.isoformat(), date_format(day, "D j F")) for day in past]


def span(chosen: str) -> tuple[int, int]:
    """From its first ms to the first after it. Raises ValueError or OverflowError."""
    first = date.fromisoformat(chosen if len(chosen) > len("2026-11") else f"{chosen}-01")
    days = 1 if len(chosen) > len("2026-11") else monthrange(first.year, first.month)[1]
    return _start_ms(first), _start_ms(first + timedelta(days=days))


def _datetime(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1000, UTC)


def _start_ms(day: date) -> int:
    """Midnight there, also on days of 23 or 25 hours."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=timezone.get_current_timezone())
    return round(midnight.timestamp() * 1000)
