"""Where backups go: asked now; and whether what should be there is."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from backups.destinations.base import Destination
from backups.destinations.local import Local
from backups.editing import destination_of
from backups.errors import DestinationError
from backups.models import Plan
from backups.summary import LATE_AFTER_MS, PlanInShort, plan_in_short, rows_of_plans
from opsportal.doctor.base import Finding, advice, ok, wrong
from opsportal.lib.crypto import UnreadableSecretError
from opsportal.lib.kinds import SettingsError


def examine() -> Iterator[Finding]:
    plans = list(Plan.objects.filter(enabled=True).prefetch_related("destinations"))
    if not plans:
        mend = "Add a plan in the admin, or run: python manage.py setup"
        yield advice("nothing is backed up: there is no plan that is on", mend)
    for plan in plans:
        yield from _reached(plan)
    now_ms = time.time_ns() // 1_000_000
    yield from (judged(plan_in_short(row), now_ms) for row in rows_of_plans())


def _reached(plan: Plan) -> Iterator[Finding]:
    for row in plan.destinations.all():
        try:
            destination = destination_of(row)
            _try(destination, plan.slug)
        except (DestinationError, SettingsError, UnreadableSecretError) as error:
            mend = "Mend it in the plan's form in the admin; for S3 see the key's rights."
            yield wrong(f"“{plan.name}”: {error}", mend)
        else:
            yield ok(f"“{plan.name}”: {destination.place} can be reached")


def _try(destination: Destination, slug: str) -> None:
    """Reads; writing is proved by every backup."""
    list(islice(destination.listed(f"{slug}/"), 1))
    if isinstance(destination, Local):
        path = next(
            each
            for each in (Path(destination.path), *Path(destination.path).parents)
            if each.exists()
        )
        if not os.access(path, os.W_OK | os.X_OK):
            raise DestinationError(f"{path} cannot be written to by this user")


def judged(plan: PlanInShort, now_ms: int) -> Finding:
    """Pure."""
    age_ms, mend = plan.age_ms(now_ms), "See Backups in the admin, or run: python manage.py backup"
    if plan.status == "failed":
        return wrong(f"“{plan.name}”: its last backup failed", mend)
    if age_ms is None:
        return advice(f"“{plan.name}”: there is no backup yet", mend)
    text = f"“{plan.name}”: the newest backup is {age_ms / 3_600_000:.0f} h old"
    # A plan that runs once a week is late by its own measure, which its threshold knows.
    return advice(text, mend) if age_ms > LATE_AFTER_MS else ok(f"{text}, {plan.status}")
