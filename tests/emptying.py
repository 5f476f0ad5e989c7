"""What a test has committed is removed when it is over.

Only that: Django's flush truncates every table and has content types and permissions made anew,
which takes half a second on PostgreSQL.
"""

from __future__ import annotations

from django.core.management.color import no_style
from django.db import connection

# As the migrations left them: no test changes them.
STAY = {"django_content_type", "auth_permission"}


def empty_the_database(*_: object) -> None:
    """In the place of TransactionTestCase._fixture_teardown."""
    filled = _with_rows(sorted(_tables() - STAY))
    if filled:
        # PostgreSQL truncates no table that another refers to, unless both are named.
        cascades = connection.vendor == "postgresql"
        sql = connection.ops.sql_flush(no_style(), filled, allow_cascade=cascades)
        connection.ops.execute_sql_flush(sql)


def _tables() -> set[str]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return set(names)


def _with_rows(tables: list[str]) -> list[str]:
    asked = (
        f"SELECT '{each}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(each)})"  # noqa: S608
        for each in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return [name for (name,) in cursor.fetchall()]
