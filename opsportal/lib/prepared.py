"""Queries that are compiled once. To make SQL of a query with subqueries takes many times as long
as to run it, and a page that is looked at each second asks the same ones again and again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=tuple[Any, ...])
# What stands for the values until they are known: no time in ms and no count is as large.
_FIRST_MARK = 2**60


class Prepared(Generic[Row]):
    """`make` is given whole numbers and returns a query of plain values (`values_list`), in which
    they may stand wherever a value is compared with, but not as a limit."""

    def __init__(self, make: Callable[..., QuerySet[Any, Row]]) -> None:
        self._make = make
        self._compiled: dict[str, tuple[str, list[Any], Any]] = {}

    def rows(self, *values: int) -> list[Row]:
        """As `list(make(*values))`. Raises DatabaseError, and ValueError where a value stands where
        it cannot be put in later."""
        sql, parameters, compiler = self._compile(len(values))
        numbers = {_FIRST_MARK + place: value for place, value in enumerate(values)}
        with connection.cursor() as cursor:
            cursor.execute(sql, [_filled(each, numbers) for each in parameters])
            found = cursor.fetchall()
        # What Django makes of a column's value: booleans and JSON, where a database has none.
        return list(compiler.results_iter([found], tuple_expected=True))

    def _compile(self, count: int) -> tuple[str, list[Any], Any]:
        known = self._compiled.get(connection.vendor)
        if known is None:
            marks = range(_FIRST_MARK, _FIRST_MARK + count)
            compiler = self._make(*marks).query.get_compiler(connection=connection)
            sql, parameters = compiler.as_sql()
            if not set(marks) <= {each for each in parameters if isinstance(each, int)}:
                raise ValueError("a value of this query is not among its parameters")
            known = self._compiled[connection.vendor] = sql, list(parameters), compiler
        return known


def _filled(parameter: Any, numbers: Mapping[int, int]) -> Any:
    """Of the same type: PostgreSQL's driver is told by it how wide a number is."""
    if isinstance(parameter, int) and parameter in numbers:
        return type(parameter)(numbers[parameter])
    return parameter


def attributes(model: type[Model], *names: str) -> tuple[str, ...]:
    """In the order in which `model.from_db` takes their values."""
    return tuple(each.attname for each in model._meta.concrete_fields if each.attname in names)
