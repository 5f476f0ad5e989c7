"""Saving a plan in parts, so that what is wrong can be said beside the field that it is about."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from backups.destinations import registry as destinations
from backups.editing import save_plan
from backups.models import Plan
from opsportal.lib.kinds import SettingsError

PLAN, SOURCE, DESTINATIONS = "plan", "source", "destinations"


class PartError(Exception):
    """`errors`: by the field of the plan, or by the setting of its source or of a destination."""

    def __init__(self, part: str, errors: Mapping[str, str]) -> None:
        super().__init__(f"{part}: {errors}")
        self.part, self.errors = part, errors


@transaction.atomic
def save_in_parts(
    plan: Plan, source: Mapping[str, Any] | None, places: Sequence[Mapping[str, Any]] | None
) -> None:
    """As `save_plan`. Raises PartError, and then nothing is saved."""
    parts: list[tuple[str, dict[str, Any]]] = [(PLAN, {})]
    if source is not None:
        parts.append((SOURCE, {"source": source}))
    if places is not None:
        parts.append((DESTINATIONS, {"places": places}))
    for name, given in parts:
        try:
            save_plan(plan, **given)
        except SettingsError as error:
            raise PartError(name, error.errors) from None


def try_in_parts(
    plan: Plan, source: Mapping[str, Any], places: Sequence[Mapping[str, Any]]
) -> None:
    """Raises PartError. Saves nothing: a form asks before it is time to save."""
    with transaction.atomic():
        save_in_parts(copy.copy(plan), source, places)
        transaction.set_rollback(True)


def wrong_with(place: Mapping[str, Any]) -> dict[str, str]:
    """Of one destination alone, to say which it is. A mask passes for the secret here."""
    settings = {name: value for name, value in place.items() if name != "kind"}
    try:
        destinations.kind_named(place["kind"]).from_settings(settings)
    except SettingsError as error:
        return error.errors
    return {}
