"""Backups as the dashboard shows them: how far back one would fall, and when each was made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from backups.models import BackupStatus, Verify
from backups.summary import (
    LATE_AFTER_MS,
    PlanInShort,
    Row,
    plan_in_short,
    rows_of_plans,
    rows_of_runs,
)
from opsportal.dashboard.formats import shortened, text
from opsportal.dashboard.marks import MOST, Mark
from opsportal.dashboard.states import State, Verdict, worst
from opsportal.lib.prepared import Prepared

NO_BACKUP = Verdict(State.UNKNOWN, "No backup yet")
OVERDUE = Verdict(State.CRITICAL, "Overdue")
FAILED = Verdict(State.WARNING, "Failed")
NOT_VERIFIED = Verdict(State.WARNING, "Not verified")
VERIFIED, STORED = Verdict(State.NORMAL, "Verified"), Verdict(State.NORMAL, "Stored")


@dataclass(frozen=True, slots=True)
class BackupsInShort:
    """Of every plan that is on."""

    now_ms: int = 0
    plans: Sequence[PlanInShort] = ()

    @property
    def oldest_seconds(self) -> float | None:
        """How much would be lost at worst; None where there is no backup at all."""
        ages = [plan.age_ms(self.now_ms) for plan in self.plans]
        return max((age / 1000 for age in ages if age is not None), default=None)

    @property
    def verdict(self) -> Verdict:
        """The worst plan's; one that was only stored makes the whole no better than that."""
        verdicts = [verdict_of(plan, self.now_ms) for plan in self.plans]
        if verdicts and set(verdicts) <= {VERIFIED, STORED}:
            return STORED if STORED in verdicts else VERIFIED
        return worst(verdicts) if verdicts else NO_BACKUP

    @property
    def detail(self) -> list[str]:
        """Which plans are not well, first one that the verdict is of; else how many there are."""
        verdicts = [(plan.name, verdict_of(plan, self.now_ms)) for plan in self.plans]
        worst_first = sorted(verdicts, key=lambda each: each[1] != self.verdict)
        bad = [name for name, verdict in worst_first if verdict.state is not State.NORMAL]
        if bad:
            more = f" and {len(bad) - 1} more" if len(bad) > 1 else ""
            return [f"{shortened(bad[0], 40)}{more}"]
        count = len(self.plans)
        return [f"{count} plan{'' if count == 1 else 's'}" if count else "no plan is on"]


def verdict_of(plan: PlanInShort, now_ms: int) -> Verdict:
    """Pure."""
    age_ms = plan.age_ms(now_ms)
    if age_ms is not None and age_ms > LATE_AFTER_MS:
        return OVERDUE
    if plan.status == BackupStatus.FAILED:
        return FAILED
    if plan.newest is None:
        return NO_BACKUP
    if plan.newest["status"] == BackupStatus.VERIFIED:
        return VERIFIED
    return NOT_VERIFIED if plan.verify == Verify.ALWAYS else STORED


def _plans_and_runs(start_ms: int, end_ms: int) -> QuerySet[Any, Row]:
    return rows_of_plans().union(rows_of_runs(start_ms, end_ms, MOST), all=True)


_PLANS_AND_RUNS = Prepared(_plans_and_runs)


def read_backups(now_ms: int, start_ms: int, end_ms: int) -> tuple[BackupsInShort, list[Mark]]:
    """How the plans are doing, and the marks of the runs that were over in between. One query."""
    rows = _PLANS_AND_RUNS.rows(start_ms, end_ms)
    plans = sorted((plan_in_short(r) for r in rows if not r[0]), key=lambda plan: plan.name)
    return BackupsInShort(now_ms, plans), marks_of(r for r in rows if r[0])


def marks_of(runs: Iterable[Row]) -> list[Mark]:
    """Pure. Oldest first."""
    return sorted((_mark(row) for row in runs), key=lambda mark: mark.time_ms)


def _mark(row: Row) -> Mark:
    _, name, _, run, status = row
    found = run or {}
    state = State.WARNING if status == BackupStatus.FAILED else State.NORMAL
    seconds = found.get("restore_seconds")
    proof = f" in {text(seconds, 's')}" if seconds and status == BackupStatus.VERIFIED else ""
    return Mark(int(found["finished_ms"]), state, f"Backup of {name}: {status}{proof}", "backup")
