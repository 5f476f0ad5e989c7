"""How the form of a plan is laid out: what, where to, when, and for how long."""

from __future__ import annotations

from typing import Any

from backups.destinations import registry as destinations
from backups.plan_forms import place_field
from backups.sources.registry import kind_named
from monitoring.setting_fields import PREFIX
from opsportal.lib.kinds import settings_of


def fieldsets(of_kind: str, is_new: bool, may_change: bool) -> list[tuple[str | None, Any]]:
    """What the settings would do is shown of a plan that is there."""
    kind = kind_named(of_kind)
    what, where = _asked(of_kind) if may_change else _told()
    when = ["cron", "time_zone", *([] if is_new else ["next_runs"])]
    how = ["compression_level", "compression_threads", "recipients", "lock_timeout_seconds"]
    kept = ["keep_days", "keep_daily", "keep_weekly", "keep_monthly", "keep_yearly"]
    return [
        (None, {"fields": ["name", "kind", "enabled"] if may_change else ["name", "enabled"]}),
        (f"What: {kind.label}", {"fields": what}),
        *where,
        ("When", {"fields": when}),
        ("Proof", {"fields": ["verify", "verify_every"]}),
        (
            "How long it is kept",
            {"fields": kept if is_new else [*kept, "retention_stopped", "kept"]},
        ),
        ("How", {"fields": how}),
    ]


def _asked(of_kind: str) -> tuple[list[str], list[tuple[str, Any]]]:
    where = []
    for kind in destinations.KINDS.values():
        names = [place_field(kind.name, each.name) for each in settings_of(kind)]
        about = {"fields": names, "description": "Leave it empty where it is not used."}
        where.append((f"Where to: {kind.label}", about))
    return [f"{PREFIX}{each.name}" for each in settings_of(kind_named(of_kind))], where


def _told() -> tuple[list[str], list[tuple[str, Any]]]:
    return ["shown_source"], [("Where to", {"fields": ["shown_destinations"]})]
