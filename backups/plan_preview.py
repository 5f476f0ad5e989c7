"""What the settings of a plan that is being edited would do: its next runs, and which of its
backups would go now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from backups.models import Backup, Plan
from backups.pruning import dry_run
from monitoring.heartbeat_preview import times_of
from monitoring.upcoming import upcoming

KEEPING = ("keep_days", "keep_daily", "keep_weekly", "keep_monthly", "keep_yearly")
MOST_ROWS = 30


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    at: datetime
    is_kept: bool
    reason: str


@dataclass(frozen=True, slots=True)
class PlanPreview:
    """`retention` is a sentence, empty for a plan without backups; `more` rows are not listed."""

    times: tuple[str, ...] = ()
    wrong: str = ""
    retention: str = ""
    rows: tuple[Row, ...] = ()
    more: int = 0
    sentence: str = "Runs next:"


def plan_preview(given: Mapping[str, str], plan: Plan | None, now: datetime) -> PlanPreview:
    """`given`: the form's fields as they stand. Changes nothing, also not `plan`'s row."""
    try:
        starts = upcoming(given.get("cron", "").strip(), given.get("time_zone", "").strip(), now)
        rows = _decided(given, plan, now) if plan else []
    except ValueError as error:
        return PlanPreview(wrong=str(error))
    return PlanPreview(
        times=times_of(starts),
        retention=_told(rows),
        rows=tuple(rows[:MOST_ROWS]),
        more=max(0, len(rows) - MOST_ROWS),
    )


def _decided(given: Mapping[str, str], plan: Plan, now: datetime) -> list[Row]:
    for name in KEEPING:
        setattr(plan, name, _count(given, name))
    plan.keep_days = max(1, plan.keep_days)
    plan.verify = given.get("verify", plan.verify)
    decided = dry_run(plan, round(now.timestamp() * 1000))
    return [Row(str(backup), _at(backup), is_kept, reason) for backup, is_kept, reason in decided]


def _told(rows: list[Row]) -> str:
    going = sum(not each.is_kept for each in rows)
    if not rows:
        return ""
    return f"Of {len(rows)} good backups {going or 'none'} would go with the next run."


def _at(backup: Backup) -> datetime:
    return datetime.fromtimestamp((backup.started_ms or backup.queued_ms) / 1000, UTC)


def _count(given: Mapping[str, str], name: str) -> int:
    text = given.get(name, "").strip() or "0"
    if not (text.isascii() and text.isdecimal()) or len(text) > 6:
        raise ValueError("How much is kept is said in whole numbers.")
    return int(text)
