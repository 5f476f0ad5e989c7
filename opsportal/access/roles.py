"""Three roles: viewers look, operators act on what is there, administrators decide where data goes.

Set-up makes a Django group of each. A release that brings new permissions has them added; what an
administrator has taken from a group, or added to it, stays so.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from opsportal.access.models import Role


class RoleName(StrEnum):
    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"


_WATCHED = frozenset({"monitoring", "alerts", "backups", "boards"})
# Not channels, routes and plans: who edits those decides where messages and copies of data go.
_OPERATED = frozenset(
    {
        *(f"monitoring.{verb}_check" for verb in ("add", "change", "delete")),
        *(f"monitoring.{verb}_annotation" for verb in ("add", "change", "delete")),
        *(
            f"boards.{verb}_{what}"
            for verb in ("add", "change", "delete")
            for what in ("board", "line")
        ),
        *(f"alerts.{verb}_threshold" for verb in ("add", "change", "delete")),
        *(f"alerts.{verb}_silence" for verb in ("add", "change", "delete")),
        *(f"alerts.{verb}_maintenance" for verb in ("add", "change", "delete")),
        *(
            f"statuspage.{verb}_{what}"
            for verb in ("view", "add", "change", "delete")
            for what in ("incident", "incidentupdate", "work")
        ),
        *("alerts.change_alert", "alerts.change_delivery", "backups.change_backup"),
    }
)
# Django's own tables, which nobody edits by hand.
_INTERNAL = frozenset({"contenttypes", "sessions"})


def wanted(role: RoleName, known: Iterable[str]) -> frozenset[str]:
    """Of all known permissions (app.codename) those of a role."""
    return frozenset(each for each in known if _is_of(role, each))


def _is_of(role: RoleName, permission: str) -> bool:
    app, _, codename = permission.partition(".")
    if role == RoleName.ADMINISTRATOR:
        return app not in _INTERNAL
    looks = app in _WATCHED and codename.startswith("view_")
    return looks or (role == RoleName.OPERATOR and permission in _OPERATED)


def ensure_roles() -> list[str]:
    """What was made or extended, in words."""
    rows = {
        f"{each.content_type.app_label}.{each.codename}": each
        for each in Permission.objects.select_related("content_type")
    }
    return [done for role in RoleName if (done := _ensure(role, rows))]


@transaction.atomic
def _ensure(name: RoleName, rows: dict[str, Permission]) -> str:
    group, _ = Group.objects.get_or_create(name=name)
    role, created = Role.objects.get_or_create(group=group)
    new = sorted(wanted(name, rows) - set(role.given))
    if new:
        group.permissions.add(*(rows[each] for each in new))
        Role.objects.filter(pk=role.pk).update(given=sorted({*role.given, *new}))
    if created:
        return str(name)
    return f"{name}: {len(new)} new permissions" if new else ""
