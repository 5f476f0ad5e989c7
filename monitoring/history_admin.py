"""Rows in the admin that are history."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.filters import AllValuesFieldListFilter
from django.db.models import Model
from django.http import HttpRequest

LATELY = 2000


class RecentValuesFilter(AllValuesFieldListFilter):
    """Offers the values of the newest LATELY rows: to look for those of a million takes seconds."""

    def __init__(
        self,
        field: Any,
        request: HttpRequest,
        params: dict[str, Any],
        model: type[Model],
        model_admin: Any,
        field_path: str,
    ) -> None:
        super().__init__(field, request, params, model, model_admin, field_path)
        newest = model_admin.get_queryset(request).order_by("-pk")[:LATELY]
        found: Any = sorted(set(newest.values_list(field.name, flat=True)))
        self.lookup_choices = found


class History:
    """Of an admin whose rows the portal writes: nothing to add, change or delete by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
