"""The list of plans in the admin: how each is doing, and what can be done to many at once."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest

from backups import queueing
from backups.admin_cells import now_ms
from backups.editing import source_of
from backups.errors import BackupError
from backups.models import GOOD, Backup, BackupStatus, Plan
from backups.sources.registry import LABELS
from backups.summary import LATE_AFTER_MS, OVER
from opsportal.lib.crypto import UnreadableSecretError
from opsportal.lib.kinds import SettingsError

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    PlanBase = admin.ModelAdmin[Plan]
else:
    PlanBase = admin.ModelAdmin

MOST_SIZES = 30


def with_last_runs(plans: QuerySet[Plan]) -> QuerySet[Plan]:
    """Each with `last_status` and `last_error`, `last_over` of the last run that is over, and
    `newest_ms` of its newest good backup."""
    runs = Backup.objects.filter(plan=OuterRef("pk")).order_by("-queued_ms", "-id")
    good = runs.filter(status__in=GOOD)
    return plans.annotate(
        last_over=Subquery(runs.filter(status__in=OVER).values("status")[:1]),
        last_status=Subquery(runs.values("status")[:1]),
        last_error=Subquery(runs.values("error")[:1]),
        newest_ms=Subquery(good.values("started_ms")[:1]),
    )


class HealthFilter(admin.SimpleListFilter):
    title = "health"
    parameter_name = "health"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("failed", "Last run failed"), ("late", "No good backup for 26 hours")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Of what `with_last_runs` has annotated."""
        match self.value():
            case "failed":
                return queryset.filter(failing())
            case "late":
                late = Q(newest_ms=None) | Q(newest_ms__lt=now_ms() - LATE_AFTER_MS)
                return queryset.filter(late, enabled=True)
        return queryset


class KindFilter(admin.SimpleListFilter):
    title = "kind of source"
    parameter_name = "source_kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(LABELS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(source_kind=self.value()) if self.value() else queryset


def failing() -> Q:
    """Of what `with_last_runs` has annotated."""
    return Q(enabled=True, last_over=BackupStatus.FAILED)


class PlanChangeList(ChangeList):
    """Its plans have `sizes`: of their last good backups, the oldest first."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        plans: list[Any] = list(self.result_list)
        sizes = _sizes_of(plans)
        for plan in plans:
            plan.sizes = sizes[plan.pk]
        self.result_list = plans


def _sizes_of(plans: list[Plan]) -> dict[int, list[int]]:
    place = Window(
        RowNumber(), partition_by=F("plan"), order_by=[F("queued_ms").desc(), F("pk").desc()]
    )
    good = Backup.objects.filter(plan__in=plans, status__in=GOOD, size_bytes__isnull=False)
    newest = good.annotate(place=place).filter(place__lte=MOST_SIZES).order_by("queued_ms", "pk")
    sizes: dict[int, list[int]] = defaultdict(list)
    for plan_id, size_bytes in newest.values_list("plan_id", "size_bytes"):
        sizes[plan_id].append(size_bytes or 0)
    return sizes


def source_place(plan: Plan) -> str:
    try:
        return source_of(plan).place
    except (SettingsError, UnreadableSecretError) as error:
        return str(error)


@admin.action(description="Back up now", permissions=["change"])
def back_up_now(listed: PlanBase, request: HttpRequest, chosen: QuerySet[Plan]) -> None:
    queued = []
    for plan in chosen:
        try:
            queued.append(queueing.start(plan, request.user.get_username()).plan_name)
        except BackupError as error:
            messages.warning(request, str(error))
    if queued:
        messages.success(request, f"Queued: {', '.join(queued)}. See Backups for how they go.")


@admin.action(description="Switch on", permissions=["change"])
def switch_on(listed: PlanBase, request: HttpRequest, chosen: QuerySet[Plan]) -> None:
    _switch(request, chosen, True)


@admin.action(description="Switch off", permissions=["change"])
def switch_off(listed: PlanBase, request: HttpRequest, chosen: QuerySet[Plan]) -> None:
    _switch(request, chosen, False)


def _switch(request: HttpRequest, chosen: QuerySet[Plan], enabled: bool) -> None:
    numbers = [plan.pk for plan in chosen]
    Plan.objects.filter(pk__in=numbers).update(enabled=enabled)
    messages.success(request, f"Switched {'on' if enabled else 'off'}: {len(numbers)}.")
