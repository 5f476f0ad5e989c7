"""Adding and changing plans: the one way that admin, API and set-up all take."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from django.db import transaction
from django.utils.text import slugify

from backups import keys
from backups.destinations import registry as destinations
from backups.destinations.base import Destination
from backups.models import Plan, PlanDestination
from backups.sources import registry as sources
from backups.sources.base import Source
from opsportal.lib.crypto import UnreadableSecretError, decrypt, encrypt
from opsportal.lib.kinds import SettingsError, secret_names

MASK = "********"


def source_of(plan: Plan) -> Source:
    """Raises SettingsError and UnreadableSecretError."""
    return sources.build(plan.source_kind, {**plan.source_settings, **decrypt(plan.source_secrets)})


def destination_of(row: PlanDestination) -> Destination:
    """Raises SettingsError and UnreadableSecretError."""
    return destinations.build(row.kind, {**row.settings, **decrypt(row.secrets)})


@transaction.atomic
def save_plan(
    plan: Plan,
    source: Mapping[str, Any] | None = None,
    places: Sequence[Mapping[str, Any]] | None = None,
) -> None:
    """`source` is its settings, each of `places` has a kind and settings; None leaves them as they
    are. A mask stands for the secret that is stored. Raises SettingsError."""
    errors = {name: error for name, check in _CHECKS.items() if (error := check(plan))}
    if errors:
        raise SettingsError(errors)
    if source is not None:
        _take_source(plan, source)
    plan.slug = plan.slug or _free_slug(plan.name)
    plan.save()
    if places is not None:
        _take_places(plan, places)


def masked_source(plan: Plan) -> dict[str, Any]:
    """For people and exports."""
    return {**plan.source_settings, **_masked(plan.source_secrets)}


def masked_place(row: PlanDestination) -> dict[str, Any]:
    return {**row.settings, **_masked(row.secrets)}


def _take_source(plan: Plan, given: Mapping[str, Any]) -> None:
    kind = sources.kind_named(plan.source_kind)
    settings = _unmasked(given, plan.source_secrets)
    kind.from_settings(settings)
    hidden = secret_names(kind)
    plan.source_settings = {name: value for name, value in settings.items() if name not in hidden}
    plan.source_secrets = encrypt({name: settings[name] for name in hidden if settings.get(name)})


def _take_places(plan: Plan, places: Sequence[Mapping[str, Any]]) -> None:
    """Those that go on keep their row, and with it the copies that are there."""
    if not places:
        raise SettingsError({"destinations": "at least one is needed"})
    rows, kept = list(plan.destinations.all()), []
    for place in places:
        row = _row_of(place, rows) or PlanDestination(plan=plan, kind=str(place.get("kind", "")))
        _save_place(row, place)
        kept.append(row.pk)
    plan.destinations.exclude(pk__in=kept).delete()


def _row_of(place: Mapping[str, Any], rows: list[PlanDestination]) -> PlanDestination | None:
    """Taken out of the rows. Of the very same place only: another would make believe that its
    copies are there. A secret may change, or how the same place is reached."""
    for row in rows:
        if row.kind == place.get("kind") and is_same_place(row.settings, place):
            rows.remove(row)
            return row
    return None


def is_same_place(settings: Mapping[str, Any], place: Mapping[str, Any]) -> bool:
    named = ("path", "bucket", "prefix", "endpoint_url")
    return all((settings.get(name) or "") == (place.get(name) or "") for name in named)


def _save_place(row: PlanDestination, place: Mapping[str, Any]) -> None:
    kind = destinations.kind_named(row.kind)
    given = {name: value for name, value in place.items() if name != "kind"}
    settings = _unmasked(given, row.secrets)
    kind.from_settings(settings)
    hidden = secret_names(kind)
    row.settings = {name: value for name, value in settings.items() if name not in hidden}
    row.secrets = encrypt({name: settings[name] for name in hidden if settings.get(name)})
    row.save()


def _unmasked(given: Mapping[str, Any], secrets: str) -> dict[str, Any]:
    masked = [name for name, value in given.items() if value == MASK]
    if not masked:
        return dict(given)
    try:
        stored = decrypt(secrets)
    except UnreadableSecretError as error:
        raise SettingsError(dict.fromkeys(masked, str(error))) from None
    return {name: stored.get(name) if value == MASK else value for name, value in given.items()}


def _masked(secrets: str) -> dict[str, str]:
    try:
        return dict.fromkeys(sorted(decrypt(secrets)), MASK)
    except UnreadableSecretError:
        return {}  # to be entered again


def _free_slug(name: str) -> str:
    base = slugify(name)[:36] or "plan"
    taken = set(Plan.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (base, *numbered) if slug not in taken)


def _cron(plan: Plan) -> str:
    try:
        next(CronSim(plan.cron, datetime(2000, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration) as error:
        return f"not a cron expression ({str(error) or 'it never comes'}); write such as 0 2 * * *"
    return ""


def _zone(plan: Plan) -> str:
    try:
        ZoneInfo(plan.time_zone)
    except (KeyError, ValueError, OSError):
        return "no such time zone; use a name such as Europe/Berlin"
    return ""


def _recipients(plan: Plan) -> str:
    try:
        keys.recipients_in(plan.recipients)
    except ValueError as error:
        return str(error)
    return ""


_CHECKS: dict[str, Callable[[Plan], str]] = {
    "name": lambda plan: "" if plan.name.strip() else "must not be empty",
    "cron": _cron,
    "time_zone": _zone,
    "recipients": _recipients,
    "keep_days": lambda plan: "" if plan.keep_days >= 1 else "must be at least 1",
}
