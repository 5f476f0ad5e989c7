"""How each plan is doing, for health endpoints and the dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, CharField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject

from backups.models import GOOD, Backup, BackupStatus, Plan
from monitoring.serializers import iso

# Two hours more than a day: a daily backup may start late, and takes its time.
LATE_AFTER_MS = 26 * 3_600_000
NOTHING_YET = "none"
# What a run came to; one that was cancelled or is under way says nothing about the plan.
OVER = (*GOOD, BackupStatus.FAILED)

Row = tuple[bool, str, str, Mapping[str, Any] | None, str]
_SHAPE = ("is_run", "name_", "verify_", "run_", "last_")


@dataclass(frozen=True, slots=True)
class PlanInShort:
    """`newest` is its newest good backup; `status` what its last run came to."""

    name: str
    verify: str
    status: str
    newest: Mapping[str, Any] | None

    def age_ms(self, now_ms: int) -> int | None:
        """Since it began: what was written later is not in it. The series has the same."""
        if self.newest is None:
            return None
        return max(0, now_ms - int(self.newest["started_ms"] or self.newest["queued_ms"]))


def rows_of_plans() -> QuerySet[Plan, Row]:
    """One for each plan that is on, of the same shape as those of `rows_of_runs`: a page that needs
    both asks for their union."""
    runs = Backup.objects.filter(plan=OuterRef("pk")).order_by("-queued_ms", "-id")
    newest = runs.filter(status__in=GOOD).values(found=_run())[:1]
    last = runs.filter(status__in=OVER).values("status")[:1]
    rows = Plan.objects.filter(enabled=True).order_by()
    return rows.annotate(
        is_run=Value(False, BooleanField()),
        name_=F("name"),
        verify_=F("verify"),
        run_=Subquery(newest),
        last_=Coalesce(Subquery(last), Value(NOTHING_YET)),
    ).values_list(*_SHAPE)


def rows_of_runs(start_ms: int, end_ms: int, most: int) -> QuerySet[Backup, Row]:
    """The newest that were over in between."""
    over = Backup.objects.filter(status__in=OVER, finished_ms__gte=start_ms, finished_ms__lt=end_ms)
    # SQLite knows no limit within a union, but one within a subquery.
    newest = over.order_by("-finished_ms", "-id").values("pk")[:most]
    rows = Backup.objects.filter(pk__in=newest).order_by()
    return rows.annotate(
        is_run=Value(True, BooleanField()),
        name_=F("plan_name"),
        verify_=Value("", CharField()),
        run_=_run(),
        last_=F("status"),
    ).values_list(*_SHAPE)


def plan_in_short(row: Row) -> PlanInShort:
    _, name, verify, newest, status = row
    return PlanInShort(name, verify, status, newest)


def summary(now_ms: int) -> list[dict[str, Any]]:
    """As /api/health/detailed shows it."""
    plans = sorted(map(plan_in_short, rows_of_plans()), key=lambda plan: plan.name)
    return [_item(plan, plan.newest or {}, plan.age_ms(now_ms)) for plan in plans]


def _item(plan: PlanInShort, newest: Mapping[str, Any], age_ms: int | None) -> dict[str, Any]:
    return {
        "plan": plan.name,
        "status": plan.status,
        "last_success_at": _iso(newest.get("started_ms") or newest.get("queued_ms")),
        "age_seconds": None if age_ms is None else age_ms // 1000,
        "verified_at": _iso(newest.get("proved_ms")),
        "size_bytes": newest.get("size_bytes"),
    }


def _run() -> JSONObject:
    names = ("status", "queued_ms", "started_ms", "finished_ms", "proved_ms", "size_bytes")
    return JSONObject(**{name: name for name in (*names, "restore_seconds")})


def _iso(time_ms: int | None) -> str | None:
    return None if time_ms is None else iso(time_ms)
