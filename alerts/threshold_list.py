"""The list of thresholds in the admin: how noisy each was, and who is to be looked at first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    When,
)
from django.http import HttpRequest
from django.utils.safestring import SafeString

from alerts.admin_cells import now_ms
from alerts.endings import BY_HAND
from alerts.models import Alert, AlertState, Threshold
from alerts.statistics import BRIEF_MS
from monitoring.sparklines import spark

DAY_MS = 86_400_000
DAYS = 30
# More than one a day, or mostly over before anybody could have looked.
NOISY, BRIEF_ENOUGH = DAYS, 5


@dataclass(slots=True)
class Month:
    """What the alerts of a threshold came to in the last 30 days: how many fired, of these were
    acknowledged, and were over in no time; and how many fired on each day."""

    fired: int = 0
    seen: int = 0
    brief: int = 0
    days: list[float | None] = field(default_factory=lambda: [0.0] * DAYS)


def months(ids: Sequence[int], end_ms: int) -> defaultdict[int, Month]:
    """By threshold. Counted in one go, and from what is in the index of each of them: for each of
    the columns PostgreSQL would read the month again."""
    start_ms = end_ms - DAYS * DAY_MS
    fired = Alert.objects.filter(threshold__in=ids, fired_ms__gt=start_ms)
    brief = Q(resolved_ms__lte=F("fired_ms") + BRIEF_MS, acknowledged_ms=None)
    counted = (
        fired.order_by()
        .annotate(day=(F("fired_ms") - start_ms - 1) / DAY_MS)
        .values_list("threshold", "day")
        .annotate(
            fired=Count("threshold"),
            seen=Count("acknowledged_ms"),
            brief=Count("threshold", filter=brief & ~Q(resolved_why=BY_HAND)),
        )
    )
    found: defaultdict[int, Month] = defaultdict(Month)
    for threshold_id, day, *counts in counted:
        month = found[threshold_id or 0]
        # After a clock was set back some fired in what is the future now.
        place = min(int(day), DAYS - 1)
        month.days[place] = (month.days[place] or 0) + counts[0]
        month.fired += counts[0]
        month.seen += counts[1]
        month.brief += counts[2]
    return found


def with_counts(thresholds: QuerySet[Threshold]) -> QuerySet[Threshold]:
    """To sort them by what is in `months`."""
    found = _months_of_all()
    counts = {
        f"{name}_count": {pk: getattr(month, name) for pk, month in found.items()}
        for name in ("fired", "seen", "brief")
    }
    return thresholds.annotate(**{name: _column(of_each) for name, of_each in counts.items()})


def _months_of_all() -> Mapping[int, Month]:
    return months(list(Threshold.objects.order_by().values_list("pk", flat=True)), now_ms())


def _column(counts: Mapping[int, int]) -> Case:
    whens = [When(pk=pk, then=count) for pk, count in counts.items() if count]
    return Case(*whens, default=0, output_field=IntegerField())


class ThresholdChangeList(ChangeList):
    """Its thresholds have a `month`, and how many alerts fire of each."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        found = months([row.pk for row in rows], now_ms())
        # Not counted by the database: it would group all alerts that ever were by another index.
        firing = Counter(_firing().values_list("threshold", flat=True))
        for row in rows:
            row.firing_count = firing[row.pk]
            row.month = found[row.pk]
        self.result_list = rows


def _firing() -> QuerySet[Alert]:
    return Alert.objects.filter(state=AlertState.FIRING).order_by()


def sparkline(month: Month) -> SafeString | str:
    return spark(month.days, f"Fired {month.fired} times in {DAYS} days") if month.fired else ""


def _is_noisy(month: Month) -> bool:
    return month.fired > NOISY or (month.brief >= BRIEF_ENOUGH and month.brief > month.fired // 2)


class HealthFilter(admin.SimpleListFilter):
    """By what it does, not by how it is set."""

    title = "health"
    parameter_name = "health"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("firing", "Firing"),
            ("noisy", f"Noisy (over {NOISY} in {DAYS} days, or mostly over in 5 min)"),
            ("silent", "Never fired"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "firing":
                return queryset.filter(pk__in=_firing().values("threshold"))
            case "noisy":
                found = _months_of_all()
                return queryset.filter(pk__in=[pk for pk in found if _is_noisy(found[pk])])
            case "silent":
                fired = Alert.objects.filter(threshold=OuterRef("pk"), fired_ms__isnull=False)
                return queryset.filter(~Exists(fired))
        return queryset
