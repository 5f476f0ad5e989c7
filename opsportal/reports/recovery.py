"""What backups came to: how many are good, how many were proved, how long a restore takes. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from backups.models import GOOD, BackupStatus


@dataclass(frozen=True, slots=True)
class Run:
    """One that is over. `restore_seconds` is of its restore test, None where there was none."""

    plan: str
    status: str
    is_proved: bool
    restore_seconds: float | None
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """`size_bytes` is the newest's, `grown_percent` since the oldest of the period."""

    plan: str
    good: int
    failed: int
    proved: int
    longest_restore_seconds: float | None
    size_bytes: int | None
    grown_percent: float | None


def figures_by_plan(runs: Iterable[Run]) -> list[PlanFigures]:
    """`runs` oldest first; those that were deleted since were good once."""
    by_plan: dict[str, list[Run]] = {}
    for run in runs:
        by_plan.setdefault(run.plan, []).append(run)
    return [_figures(plan, by_plan[plan]) for plan in sorted(by_plan)]


def _figures(plan: str, runs: list[Run]) -> PlanFigures:
    good = [each for each in runs if each.status in (*GOOD, BackupStatus.DELETED)]
    sizes = [each.size_bytes for each in good if each.size_bytes]
    restores = [each.restore_seconds for each in good if each.restore_seconds is not None]
    return PlanFigures(
        plan=plan,
        good=len(good),
        failed=sum(each.status == BackupStatus.FAILED for each in runs),
        proved=sum(each.is_proved for each in good),
        longest_restore_seconds=max(restores, default=None),
        size_bytes=sizes[-1] if sizes else None,
        grown_percent=100 * (sizes[-1] / sizes[0] - 1) if len(sizes) > 1 else None,
    )
