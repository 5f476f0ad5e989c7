"""Checks by their tags, and what these say of a check's alerts."""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.db.models import Q

from monitoring.store.identity import InvalidSeriesError, check_labels


def tagged(tag: str) -> Q:
    """In a list's JSON as text, since SQLite cannot look into lists. It escapes what is not ASCII;
    PostgreSQL does not."""
    escaped, plain = json.dumps(tag), json.dumps(tag, ensure_ascii=False)
    return Q(tags__icontains=escaped) | Q(tags__icontains=plain)


def labels_of(tags: Iterable[str]) -> dict[str, str]:
    """Of tags such as host=db-1; those that are no label are left out. Pure."""
    found: dict[str, str] = {}
    for tag in tags:
        name, equals, value = str(tag).partition("=")
        label = (name.strip(), value.strip())
        if equals and _is_label(label):
            found[label[0]] = label[1]
    return found


def _is_label(label: tuple[str, str]) -> bool:
    try:
        check_labels([label])
    except InvalidSeriesError:
        return False
    return bool(label[1])
