"""What checks have been in the past, read from their transitions."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from monitoring.availability import Availability, Span, availability
from monitoring.models import Check, Transition
from monitoring.planned_work import left_out_of, planned_between

DAY_MS = 86_400_000
PERIODS_DAYS = {"24h": 1, "7d": 7, "30d": 30, "90d": 90}


def spans_of(check_ids: Collection[int], since_ms: int) -> dict[int, list[Span]]:
    """By check id, oldest first, in one query; a check that has never changed is absent."""
    rows = Transition.objects.filter(owner_id__in=check_ids)
    lasting = rows.filter(Q(ended_ms=None) | Q(ended_ms__gt=since_ms)).order_by("time_ms", "id")
    found: dict[int, list[Span]] = {}
    for check_id, start, end, status in lasting.values_list(
        "owner_id", "time_ms", "ended_ms", "status"
    ):
        found.setdefault(check_id, []).append(Span(start, end, status))
    return found


def paused_slugs() -> set[str]:
    """Of checks that nobody looks at: what their series tell last is no news."""
    return set(Check.objects.filter(enabled=False).values_list("slug", flat=True))


def availability_by_period(check: Check, now_ms: int) -> dict[str, Availability]:
    """Of the last 24 hours, 7, 30 and 90 days, without planned work."""
    longest = now_ms - max(PERIODS_DAYS.values()) * DAY_MS
    spans = spans_of([check.pk], longest).get(check.pk, [])
    left_out = left_out_of(check, planned_between(longest, now_ms))
    return {
        name: availability(spans, now_ms - days * DAY_MS, now_ms, left_out)
        for name, days in PERIODS_DAYS.items()
    }
