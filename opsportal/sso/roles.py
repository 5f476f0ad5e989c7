"""The portal's roles of what a provider says about a person: pure, and then written down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import Group, User

from opsportal.sso.configuration import ROLES


def groups_of(claims: Mapping[str, Any], name: str) -> list[str]:
    """Dots lead into objects: realm_access.roles. What is no list of texts is no group."""
    found: Any = claims
    for part in [name] if name in claims else name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    listed = [found] if isinstance(found, str) else found
    return [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []


def roles_of(groups: list[str], mapping: Mapping[str, str]) -> set[str]:
    return {mapping[group] for group in groups if group in mapping}


def give(user: User, roles: set[str]) -> None:
    """Exactly these of the portal's; other groups, and superusers, are the portal's own affair."""
    user.is_staff = bool(roles) or user.is_superuser
    user.save(update_fields=["is_staff"])
    user.groups.remove(*Group.objects.filter(name__in=set(ROLES) - roles))
    user.groups.add(*Group.objects.filter(name__in=roles))
