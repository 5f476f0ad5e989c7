"""What differs between two states of a row, in values that JSON can keep, without secrets."""

from __future__ import annotations

import re
from typing import Any

from django.db import models

LONGEST = 1000
HIDDEN = "(hidden)"
State = dict[str, Any]


_SECRET = ("secret", "secrets", "password", "digest", "token", "key", "authorization", "cookie")
# user:password@ within an address
_CREDENTIALS = re.compile(r"(://[^/@\s:]*:)[^/@\s]+@")


def is_secret(name: str) -> bool:
    return name.lower().endswith(_SECRET)


def state_of(row: models.Model) -> State:
    """Fields that people set. What the portal notes in the row itself is no change of theirs."""
    return {
        field.attname: field.value_from_object(row)
        for field in row._meta.concrete_fields
        if (field.editable or is_secret(field.name))
        and not field.primary_key
        and field.name not in {"last_login", "last_run_at", "total_run_count", "date_changed"}
    }


def differences(before: State, after: State) -> dict[str, list[Any]]:
    """field → [before, after]; of a secret only that it changed."""
    return {
        name: [_shown(name, before.get(name)), _shown(name, after.get(name))]
        for name in (after or before)
        if before.get(name) != after.get(name)
    }


def _shown(name: str, value: Any) -> Any:
    if is_secret(name):
        return HIDDEN if value else ""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict):
        return {str(key): _shown(str(key), each) for key, each in value.items()}
    if isinstance(value, list):
        return [_shown("", each) for each in value[:100]]
    return _CREDENTIALS.sub(r"\1***@", str(value).replace("\0", ""))[:LONGEST]
