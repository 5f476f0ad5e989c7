"""What checks have been in the past, read from their transitions."""

from __future__ import annotations

from collections.abc import Collection
from operator import itemgetter

from django.db.models import OuterRef, Subquery

from monitoring.availability import Availability, Span, availability
from monitoring.models import Check, Transition
from monitoring.planned_work import left_out_of, planned_between

DAY_MS = 86_400_000
PERIODS_DAYS = {"24h": 1, "7d": 7, "30d": 30, "90d": 90}


def spans_of(check_ids: Collection[int], since_ms: int) -> dict[int, list[Span]]:
    """By check id, oldest first, in one query; a check that has never changed is absent."""
    if not check_ids:
        return {}
    columns = ("time_ms", "pk", "ended_ms", "status", "owner_id")
    # Each by the index of its check's: a year of changes of a hundred checks is not read for a day.
    before = Transition.objects.filter(owner=OuterRef("pk"), time_ms__lt=since_ms)
    newest = before.order_by("-time_ms", "-pk").values("pk")[:1]
    checks = Check.objects.filter(pk__in=check_ids).order_by()
    lasting = Transition.objects.filter(pk__in=checks.values(newest=Subquery(newest)))
    since = Transition.objects.filter(owner_id__in=check_ids, time_ms__gte=since_ms)
    rows = [each.order_by().values_list(*columns) for each in (lasting, since)]
    found: dict[int, list[Span]] = {}
    for start, _, end, status, check_id in sorted(
        rows[0].union(rows[1], all=True), key=itemgetter(0, 1)
    ):
        if end is None or end > since_ms:
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
