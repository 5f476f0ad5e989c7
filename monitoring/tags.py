"""Checks by their tags."""

from __future__ import annotations

import json

from django.db.models import Q


def tagged(tag: str) -> Q:
    """In a list's JSON as text, since SQLite cannot look into lists. It escapes what is not ASCII;
    PostgreSQL does not."""
    escaped, plain = json.dumps(tag), json.dumps(tag, ensure_ascii=False)
    return Q(tags__icontains=escaped) | Q(tags__icontains=plain)
