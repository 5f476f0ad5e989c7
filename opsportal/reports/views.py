"""Reports as pages, which print well."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from opsportal.reports.models import current_settings
from opsportal.reports.periods import Period, containing, last_whole
from opsportal.reports.reading import read_report
from opsportal.reports.sections import headline, sections


@never_cache
@require_safe
def newest(request: HttpRequest, kind: str = "weekly") -> HttpResponse:
    zone = ZoneInfo(current_settings().time_zone)
    period = last_whole(kind, datetime.now(UTC), zone)
    return redirect("reports:report", kind=kind, day=period.first.isoformat())


@never_cache
@require_safe
def report(request: HttpRequest, kind: str, day: str) -> HttpResponse:
    chosen = current_settings()
    period = _period(kind, day, ZoneInfo(chosen.time_zone))
    now_ms = time.time_ns() // 1_000_000
    if period.start_ms >= now_ms:
        raise Http404
    shown = read_report(period, chosen.objective_percent, now_ms)
    context = {
        **admin.site.each_context(request),
        "title": f"{kind.capitalize()} report",
        "is_nav_sidebar_enabled": False,
        "report": shown,
        "headline": headline(shown),
        "sections": sections(shown),
        "later": period.following if period.end_ms < now_ms else None,
    }
    return render(request, "reports/page.html", context)


def _period(kind: str, day: str, zone: ZoneInfo) -> Period:
    """Raises Http404 for a day that no calendar has."""
    try:
        found = containing(kind, date.fromisoformat(day), zone)
        if not 1990 <= found.first.year < 9000:
            raise Http404
    except (ValueError, OverflowError):
        raise Http404 from None
    return found
