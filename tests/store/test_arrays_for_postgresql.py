"""Columns go to PostgreSQL as its array literals; whatever stands in them comes back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from monitoring.store.dialect import array_literals

TEXTS = ["", "NULL", 'a "quoted" word', "back\\slash", "{braces}, comma", "two\nlines", "δ 🙂", "'"]


def test_a_null_byte_is_refused_before_it_shifts_the_others() -> None:
    with pytest.raises(ValueError, match="null byte"):
        array_literals([("one\0two",), ("three",)])


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no arrays")
@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("text", TEXTS),
        ("text", [*TEXTS, None]),
        ("bigint", [1, -2, 3]),
        ("bigint", [None, 2]),
        ("float8", [0.1, -1e300, 5e-324]),
        ("bytea", [b"\0\xff", b"", None]),
    ],
)
def test_what_is_sent_comes_back(kind: str, column: list[Any]) -> None:
    (literal,) = array_literals([(each,) for each in column])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM unnest(%s::{kind}[])", [literal])  # noqa: S608
        assert [_plain(row[0]) for row in cursor.fetchall()] == column


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
