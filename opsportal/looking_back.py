"""How far back a list of the admin looks where no index answers: its newest rows are searched and
sorted, and the page says so. A million rows would take seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import IntegerField, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

# Rows whose texts are read, matches that are kept of them, and rows that are put in another order.
MOST_SEARCHED, MOST_FOUND, MOST_SORTED = 20_000, 1_000, 10_000
_LIMIT, _COUNT = "_limit_of_search", "_count_of_rows"


@dataclass(frozen=True, slots=True)
class Limit:
    """What was left out. `oldest` is the time of the oldest row that was looked at: in ms since the
    epoch, or a datetime."""

    done: str
    count: int
    oldest: int | datetime
    # Of a search: how many were found, at most one more than MOST_FOUND.
    found: int = 0
    # Of what the names were searched in all rows, such as "threshold".
    parents: Sequence[str] = ()

    def __str__(self) -> str:
        told = [f"{self.done}: the newest {_spaced(self.count)}, back to {_moment(self.oldest)}."]
        if self.parents:
            told.append(f"By the name of their {' or '.join(self.parents)} also older ones.")
        if self.found > MOST_FOUND:
            told.append(f"Shown: the newest {_spaced(MOST_FOUND)} of them.")
        return " ".join([*told, "Choose a time or another filter to look further back."])


def newest_first(listed: ModelAdmin[Any]) -> str:
    """The column of times by which it is sorted, the newest first; empty: it is no history."""
    first = next(iter(listed.ordering or listed.opts.ordering or ()), "")
    return first[1:] if isinstance(first, str) and first.startswith("-") else ""


def oldest_of_newest(rows: QuerySet[Any], column: str, count: int) -> Any:
    """The value in the last of the newest `count` rows; None where there are no more than those."""
    values = rows.order_by(f"-{column}").values_list(column, flat=True)
    last = list(values[count - 1 : count + 1])
    return last[0] if len(last) == 2 else None


class Count(Subquery):
    """How many rows a query has, as a part of another."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def _size(rows: QuerySet[Any], column: str, most: int) -> tuple[int, Any]:
    """In one query, how many there are, at most one more than `most`; and as oldest_of_newest."""
    newest = rows.order_by(f"-{column}")
    told = newest.annotate(
        counted=Count(rows.order_by().values("pk")[: most + 1]),
        oldest=Subquery(newest.values(column)[most - 1 : most]),
    )
    count, oldest = told.values_list("counted", "oldest").first() or (0, None)
    return count, oldest if count > most else None


def is_in_order(rows: QuerySet[Any], column: str) -> bool:
    """By its times, either way: then an index sorts any number of them."""
    first = rows.query.order_by[0] if rows.query.order_by else column
    return isinstance(first, str) and first.lstrip("-") == column


def sorted_newest(rows: QuerySet[Any], column: str) -> tuple[QuerySet[Any], int, Limit | None]:
    """Those of `rows` that are put in the order that they have, and how many they are."""
    count, oldest = _size(rows, column, MOST_SORTED)
    if oldest is None:
        return rows, count, None
    newest = rows.filter(**{f"{column}__gte": oldest})
    return newest, MOST_SORTED, Limit("Sorted", MOST_SORTED, oldest)


def searched_newest(
    rows: QuerySet[Any], found: QuerySet[Any], column: str, parents: Mapping[str, Sequence[Any]]
) -> tuple[QuerySet[Any], int]:
    """Those of `rows` that were `found`, or belong to one of `parents`: by foreign key, their keys.
    Chosen by their own keys, so that their texts are read once, not to count them and again to
    show them; and how many there are, counted to one more than are kept."""
    newest = set(_newest(found, column))
    for key, values in parents.items():
        theirs = rows.filter(**{f"{key}__in": values})
        # An index answers that for a few; of many the newest are among those that were read.
        if values and theirs.order_by()[: MOST_SORTED + 1].count() <= MOST_SORTED:
            newest |= set(_newest(theirs, column))
    keys = [key for _, key in sorted(newest, reverse=True)]
    return rows.filter(pk__in=keys[:MOST_FOUND]), min(len(keys), MOST_FOUND + 1)


def _newest(rows: QuerySet[Any], column: str) -> list[tuple[Any, Any]]:
    return list(rows.order_by(f"-{column}", "-pk").values_list(column, "pk")[: MOST_FOUND + 1])


def named(rows: QuerySet[Any], fields: Sequence[str], words: str) -> QuerySet[Any]:
    """Those that have each of the words in one of their fields."""
    for word in words.replace('"', " ").split():
        rows = rows.filter(reduce(or_, (Q(**{f"{field}__icontains": word}) for field in fields)))
    return rows


def keep_limit(request: HttpRequest, limit: Limit) -> None:
    setattr(request, _LIMIT, limit)


def keep_count(request: HttpRequest, count: int) -> None:
    """Of the rows of the list that this request asked for."""
    setattr(request, _COUNT, count)


def count_of(request: HttpRequest) -> int | None:
    count: int | None = getattr(request, _COUNT, None)
    return count


def limit_of(request: HttpRequest) -> Limit | None:
    """Of the search that this request asked for."""
    limit: Limit | None = getattr(request, _LIMIT, None)
    return limit


def _spaced(count: int) -> str:
    return f"{count:,}".replace(",", "\N{NO-BREAK SPACE}")


def _moment(at: int | datetime) -> str:
    if isinstance(at, int):
        at = datetime.fromtimestamp(at / 1000, UTC)
    return date_format(timezone.localtime(at), "j F Y H:i")
