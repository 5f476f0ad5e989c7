"""A column of a few known words, such as states. They stand in SQL as they are: SQLite uses an
index of just the rows that have some of them (`condition`) only where the query says which, and
reads a million others where they are parameters."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.lookups import Exact, In


class WordField(models.CharField):  # type: ignore[type-arg]
    """Needs choices. For migrations it is the CharField that it is in the database."""

    def deconstruct(self) -> Any:
        name, _, arguments, options = super().deconstruct()
        return name, "django.db.models.CharField", arguments, options


class _Said:
    """Of a lookup: what is no known word stays a parameter."""

    lhs: Any

    def process_rhs(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        sql, parameters = super().process_rhs(compiler, connection)  # type: ignore[misc]
        known = {str(word) for word, _ in self.lhs.output_field.choices or ()}
        if not parameters or not known.issuperset(map(str, parameters)):
            return sql, parameters
        return sql % tuple(f"'{word}'" for word in parameters), ()


@WordField.register_lookup
class SaidExact(_Said, Exact):  # type: ignore[type-arg]
    pass


@WordField.register_lookup
class SaidIn(_Said, In):  # type: ignore[type-arg]
    pass
