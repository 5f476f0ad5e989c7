"""Rows in the admin that are history."""

from __future__ import annotations

from django.db.models import Model
from django.http import HttpRequest


class History:
    """Of an admin whose rows the portal writes: nothing to add, change or delete by hand."""

    # Of a million rows one count is enough: how many there are beside those filtered is not asked.
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
