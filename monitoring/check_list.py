"""The list of checks in the admin: chips, strips, and one query for all of its history."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from django.contrib.admin.views.main import ChangeList
from django.db.models import Case, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from monitoring.availability import Span, availability, percent_text
from monitoring.history import DAY_MS, spans_of
from monitoring.models import Check, CheckState, CheckStatus
from monitoring.planned_work import Window, left_out_of, planned_between
from monitoring.sparklines import response_times, spark
from monitoring.strips import VIEW_BOX, strip_paths

MINUTE_MS = 60_000
# Where the list leaves each check's history, read for all of them at once.
_SPANS = "_spans_of_last_day"
_LEFT_OUT = "_left_out_of_last_day"
_TIMES = "_response_times_of_last_day"

_WORST_FIRST = ("down", "degraded", "unknown", "new", "up", "paused")
RANK = Case(
    *(When(state__status=status, then=place) for place, status in enumerate(_WORST_FIRST)),
    default=len(_WORST_FIRST),
)


class CheckChangeList(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        now_ms = time.time_ns() // 1_000_000
        spans = spans_of([check.pk for check in self.result_list], now_ms - DAY_MS)
        planned = planned_between(now_ms - DAY_MS, now_ms)
        times = response_times({check.slug: check.kind for check in self.result_list})
        for check in self.result_list:
            setattr(check, _TIMES, times.get(check.slug, []))
            setattr(check, _SPANS, spans.get(check.pk, []))
            setattr(check, _LEFT_OUT, left_out_of(check, planned))


def chip(check: Check) -> SafeString:
    """Colour and word; what else there is to say on hover, and all of it on the check's page."""
    state = check.state
    flaps = state.flapping_since_ms is not None
    # Green or red as it happens to be at the moment would each say the wrong thing.
    status = CheckStatus.DEGRADED if flaps else state.status
    return format_html(
        '<a class="chip" data-status="{}" title="{}" href="{}">{}</a>',
        status,
        state.message,
        reverse("dashboard:check", args=[check.slug]),
        "flapping" if flaps else state.status,
    )


def since(state: CheckState) -> str:
    if not state.since_ms:
        return ""
    if time.time() * 1000 - state.since_ms < MINUTE_MS:
        return "just now"
    return timesince(datetime.fromtimestamp(state.since_ms / 1000, UTC), depth=1)


def response_time(check: Check) -> SafeString | str:
    """The last one, after a line of the last day."""
    taken_ms = check.state.response_time_ms
    if taken_ms is None:
        return ""
    told = "< 1" if taken_ms < 1 else f"{taken_ms:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    return format_html(
        "{} {}",
        spark(getattr(check, _TIMES), "Response times of 24 hours"),
        f"{told}\N{NO-BREAK SPACE}ms",
    )


def strip(check: Check) -> SafeString:
    now_ms = time.time_ns() // 1_000_000
    left_out = getattr(check, _LEFT_OUT)
    return strip_of(getattr(check, _SPANS), now_ms - DAY_MS, now_ms, left_out)


def strip_of(
    spans: list[Span], start_ms: int, end_ms: int, left_out: Sequence[Window]
) -> SafeString:
    """An SVG whose name says in words what it shows."""
    percent = availability(spans, start_ms, end_ms, left_out).percent
    words = "nothing known" if percent is None else f"{percent_text(percent, 2)} available"
    drawn = strip_paths(spans, start_ms, end_ms)
    paths = format_html_join("", '<path data-status="{}" d="{}"/>', drawn.items())
    return format_html(
        '<svg class="strip" viewBox="{}" preserveAspectRatio="none" role="img" aria-label="{}">'
        "{}</svg>",
        VIEW_BOX,
        words,
        paths,
    )
