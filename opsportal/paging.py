"""How lists of the admin are counted, searched and sorted: to a limit, so that a page of a million
rows costs what one of a thousand does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.admin import ModelAdmin, ShowFacets
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

from opsportal import looking_back
from opsportal.looking_back import Limit

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
        return _to_the_limit(rows.order_by().values("pk")[: MOST_COUNTED + 1].count())


def _to_the_limit(count: int) -> int:
    return count if count <= MOST_COUNTED else MoreThan(MOST_COUNTED)


class CountedOnce(AdminBase):
    """Of an admin: how many rows there are beside those found is not asked, nor how many there are
    of each choice of a filter; and a history is searched where it is newest."""

    paginator = CountsToALimit
    show_full_result_count = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if looking_back.newest_first(self):
            self.show_facets = ShowFacets.NEVER  # type: ignore[misc]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return _saying_what_is_there(super().get_changelist(request, **kwargs))

    def action_checkbox(self, obj: Any) -> SafeString:
        """As Django's own looks, which takes a quarter of a page: a form's widget for each row."""
        return format_html(
            '<input type="checkbox" name="{}" value="{}" class="action-select" aria-label="{}">',
            *(ACTION_CHECKBOX_NAME, obj.pk, f"Select this object for an action - {obj}"),
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        column = looking_back.newest_first(self)
        oldest = None
        if column and search_term.strip():
            oldest = looking_back.oldest_of_newest(queryset, column, looking_back.MOST_SEARCHED)
        if oldest is None:
            return super().get_search_results(request, queryset, search_term)
        newest = queryset.filter(**{f"{column}__gte": oldest})
        found, _ = super().get_search_results(request, newest, search_term)
        parents = self._parents(search_term)
        rows, count = looking_back.searched_newest(queryset, found, column, parents)
        names = [str(self.opts.get_field(key).verbose_name) for key in parents]  # type: ignore[union-attr]
        limit = Limit("Searched", looking_back.MOST_SEARCHED, oldest, count, names)
        looking_back.keep_limit(request, limit)
        looking_back.keep_count(request, min(count, looking_back.MOST_FOUND))
        return rows, False

    def get_paginator(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """What was counted on the way is not counted again."""
        paginator = super().get_paginator(request, *args, **kwargs)
        count = looking_back.count_of(request)
        if count is not None:
            paginator.count = _to_the_limit(count)
        return paginator

    def _parents(self, words: str) -> dict[str, list[Any]]:
        """The keys of those that have the words in their names. An admin's `searched_by` is, by
        foreign key, the fields of few rows, by which an index finds those of many."""
        searched_by: Mapping[str, Sequence[str]] = getattr(self, "searched_by", {})
        return {
            key: list(
                looking_back.named(
                    self.opts.get_field(key).related_model._default_manager.order_by(),  # type: ignore[union-attr]
                    fields,
                    words,
                ).values_list("pk", flat=True)
            )
            for key, fields in searched_by.items()
        }


class _SaysWhatIsThere(ListBase):
    """Django says "3 results (Show all)" of a list that shows all of them, and offers actions on an
    empty one, if how many there are in all is not known."""

    limit: Limit | None = None

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request, *args, **kwargs)
        self.limit = looking_back.limit_of(request)
        column = looking_back.newest_first(self.model_admin)
        if column and self.limit is None and not looking_back.is_in_order(rows, column):
            rows, count, self.limit = looking_back.sorted_newest(rows, column)
            looking_back.keep_count(request, count)
        return rows

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.show_admin_actions = bool(self.result_count)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count


class _ReadsAtOnce(ChangeList):
    """The rows of the page come with how many there are in all: one query instead of two."""

    def get_results(self, request: HttpRequest) -> None:
        page = None if looking_back.count_of(request) is not None else self._page()
        if page is not None:
            looking_back.keep_count(request, page[0].counted if page else 0)
        super().get_results(request)
        if page is not None:
            self.result_list = page

    def _page(self) -> QuerySet[Any] | None:
        """None where its rows alone do not say how many there are: a later page has none."""
        first = (self.page_num - 1) * self.list_per_page
        if self.show_all or not 0 <= first < MOST_COUNTED:
            return None
        counted = looking_back.Count(self.queryset.order_by().values("pk")[: MOST_COUNTED + 1])
        rows: QuerySet[Any] = self.queryset.annotate(counted=counted)
        page = rows[first : first + self.list_per_page]
        return page if page or first == 0 else None


_MADE: dict[type[ChangeList], type[ChangeList]] = {}


def _saying_what_is_there(base: type[ChangeList]) -> type[ChangeList]:
    if base not in _MADE:
        # After an admin's own list, which adds to the rows, and before Django's, which reads them.
        own = () if base is ChangeList else (base,)
        _MADE[base] = type(base.__name__, (_SaysWhatIsThere, *own, _ReadsAtOnce), {})
    return _MADE[base]
