"""Rows in the admin that are history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.admin.filters import AllValuesFieldListFilter, ChoicesFieldListFilter
from django.db.models import Model, Q, QuerySet
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


class RareValuesFilter(ChoicesFieldListFilter):
    """Finds rows with values of `rare`, by value the condition of the index of just those, among
    any number of others: in the list's order SQLite would rather read all."""

    rare: Mapping[str, Q] = {}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen: Any = super().queryset(request, queryset)
        values: Any = self.lookup_val or []
        if len(values) != 1 or values[0] not in self.rare:
            return chosen  # type: ignore[no-any-return]
        of_the_index = queryset.model._base_manager.filter(self.rare[values[0]])
        return chosen.filter(pk__in=of_the_index.values("pk"))  # type: ignore[no-any-return]


def rarely(rare: Mapping[str, Q]) -> type[RareValuesFilter]:
    """By value the condition of its index."""
    return type("RareValuesFilter", (RareValuesFilter,), {"rare": rare})


class History:
    """Of an admin whose rows the portal writes: nothing to add, change or delete by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
