"""A board as a page, and each of its charts as CSV."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, cast

from django.contrib import admin
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from opsportal.boards.export import as_csv
from opsportal.boards.models import Board
from opsportal.boards.plots import charts_of, plots
from opsportal.boards.reading import read_board
from opsportal.dashboard.alerts import read_alerts
from opsportal.dashboard.assembly import plain
from opsportal.dashboard.drawings import draw
from opsportal.dashboard.limits import read_limits
from opsportal.dashboard.marks import newest, read_annotations
from opsportal.dashboard.plots import Plot
from opsportal.dashboard.ranges import PRESETS, Range, moves, parse_range

NEEDED = ("boards.view_board", "monitoring.view_series")


@never_cache
@require_safe
def boards(request: HttpRequest) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": "Boards",
        "boards": Board.objects.annotate(charts=Count("lines__title", distinct=True)),
        "is_nav_sidebar_enabled": False,
    }
    return render(request, "boards/boards.html", context)


@never_cache
@gzip_page
@require_safe
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """Complete as it comes from the server; scripts only keep it fresh."""
    found = get_object_or_404(Board, slug=slug)
    now_ms = _now_ms()
    shown, drawn = _drawn(request, found, now_ms)
    _firing, of_alerts = read_alerts(shown.start_ms, shown.end_ms)
    marks = newest(of_alerts, [], read_annotations(shown.start_ms, shown.end_ms))
    context = {
        **admin.site.each_context(request),
        "title": found.name,
        "board": found,
        "shown": {"range": shown},
        "presets": [(key, label) for key, (label, _) in PRESETS.items()],
        "moves": moves(shown),
        "drawings": [draw(plot, marks) for plot in drawn],
        "export": True,
        "query": request.GET.urlencode(),
        "data": plain({"now_ms": now_ms, "range": shown, "plots": drawn, "marks": marks}),
        "is_nav_sidebar_enabled": False,
    }
    return render(request, "boards/board.html", context)


@never_cache
@require_safe
def chart_csv(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    found = get_object_or_404(Board, slug=slug)
    _shown, drawn = _drawn(request, found, _now_ms())
    plot = next((each for each in drawn if each.key == key), None)
    if plot is None:
        raise Http404("The board has no such chart.")
    response = HttpResponse(as_csv(plot), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.slug}-{key}.csv"'
    return response


def _drawn(request: HttpRequest, board: Board, now_ms: int) -> tuple[Range, Sequence[Plot]]:
    given = cast("dict[str, Any]", request.GET.dict())
    shown = parse_range(given if "from" in given else {"range": board.range, **given}, now_ms)
    charts = charts_of(board.lines.all())
    reading = read_board([lines for _title, lines in charts], shown, now_ms)
    return shown, plots(charts, reading, read_limits())


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
