"""Reads what a report is made of, in a bounded number of queries; the figures are pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.models import Alert
from backups.models import Backup, BackupStatus, Proof
from backups.summary import OVER
from monitoring import store
from monitoring.history import spans_of
from monitoring.models import Check
from monitoring.planned_work import left_out_of, planned_between
from opsportal.reports.alerting import AlertFigures, Fired, figures_of
from opsportal.reports.availability import Availability, availability_of, worst_first
from opsportal.reports.capacity import Capacity, capacity_of
from opsportal.reports.periods import Period
from opsportal.reports.recovery import PlanFigures, Run, figures_by_plan

CAPACITY = ("disk_percent", "memory_percent")
STEP_MS = 6 * 3_600_000


@dataclass(frozen=True, slots=True)
class Report:
    """`until_ms`: a period that is not over is told of as far as it is."""

    period: Period
    until_ms: int
    objective_percent: float
    availability: Sequence[Availability]
    alerts: AlertFigures
    backups: Sequence[PlanFigures]
    capacity: Sequence[Capacity]

    @property
    def is_over(self) -> bool:
        return self.until_ms >= self.period.end_ms


def read_report(period: Period, objective_percent: float, now_ms: int) -> Report:
    until_ms = max(period.start_ms + 1, min(period.end_ms, now_ms))
    return Report(
        period=period,
        until_ms=until_ms,
        objective_percent=objective_percent,
        availability=_availability(period.start_ms, until_ms, objective_percent),
        alerts=_alerts(period.start_ms, until_ms),
        backups=_backups(period.start_ms, until_ms),
        capacity=_capacity(period.start_ms, until_ms, now_ms),
    )


def _availability(start_ms: int, end_ms: int, objective: float) -> list[Availability]:
    checks = list(Check.objects.filter(enabled=True).only("name", "slug", "kind", "tags"))
    spans = spans_of([each.pk for each in checks], start_ms)
    planned = planned_between(start_ms, end_ms)
    rows = [
        availability_of(
            each.name,
            spans.get(each.pk, []),
            left_out_of(each, planned),
            start_ms,
            end_ms,
            objective,
        )
        for each in checks
    ]
    return worst_first(rows)


def _alerts(start_ms: int, end_ms: int) -> AlertFigures:
    rows = Alert.objects.filter(fired_ms__gte=start_ms, fired_ms__lt=end_ms).order_by()
    fields = ("name", "severity", "fired_ms", "acknowledged_ms", "resolved_ms")
    return figures_of(Fired(*row) for row in rows.values_list(*fields).iterator())


def _backups(start_ms: int, end_ms: int) -> list[PlanFigures]:
    statuses = (*OVER, BackupStatus.DELETED)
    rows = Backup.objects.filter(
        status__in=statuses, finished_ms__gte=start_ms, finished_ms__lt=end_ms
    )
    fields = ("plan_name", "status", "proof", "restore_seconds", "size_bytes")
    found = rows.order_by("finished_ms", "pk").values_list(*fields)
    return figures_by_plan(
        Run(plan, status, proof == Proof.RESTORED, seconds, size)
        for plan, status, proof, seconds, size in found
    )


def _capacity(start_ms: int, end_ms: int, now_ms: int) -> list[Capacity]:
    series = [each.series for each in store.latest_of(CAPACITY) if each.time_ms >= start_ms]
    return capacity_of(store.windows_of(series, start_ms, end_ms, STEP_MS, now_ms=now_ms), end_ms)
