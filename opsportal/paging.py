"""How lists of the admin are counted: to a limit, so that a page of a million rows costs what one
of a thousand does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    PaginatorBase = Paginator[Any]
else:
    PaginatorBase = Paginator

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
