"""How lists of the admin are counted: to a limit, so that a page of a million rows costs what one
of a thousand does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.functional import cached_property

if TYPE_CHECKING:  # Django's classes take no parameter when they run; the mixins come before others
    PaginatorBase = Paginator[Any]
    AdminBase = ModelAdmin[Any]
    ListBase = ChangeList
else:
    PaginatorBase = Paginator
    AdminBase = ListBase = object

MOST_COUNTED = 10_000


class MoreThan(int):
    """Counts as the number, and is shown as what is known."""

    def __str__(self) -> str:
        return f"more than {int(self):,}".replace(",", " ")


class CountsToALimit(PaginatorBase):
    """What lies beyond the limit is reached by filters, search, dates, or the other order."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        if not hasattr(rows, "query"):
            return len(rows)
        # Without the order, which would have all sorted first, and what is only shown of each row.
        found = rows.order_by().values("pk")[: MOST_COUNTED + 1].count()
        return found if found <= MOST_COUNTED else MoreThan(MOST_COUNTED)


class CountedOnce(AdminBase):
    """Of an admin: how many rows there are beside those found is not asked."""

    paginator = CountsToALimit
    show_full_result_count = False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return _saying_what_is_there(super().get_changelist(request, **kwargs))


class _SaysWhatIsThere(ListBase):
    """Django says "3 results (Show all)" of a list that shows all of them, and offers actions on an
    empty one, if how many there are in all is not known."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.show_admin_actions = bool(self.result_count)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count


_MADE: dict[type[ChangeList], type[ChangeList]] = {}


def _saying_what_is_there(base: type[ChangeList]) -> type[ChangeList]:
    if base not in _MADE:
        _MADE[base] = type(base.__name__, (_SaysWhatIsThere, base), {})
    return _MADE[base]
