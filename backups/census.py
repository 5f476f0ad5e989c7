"""What is in a database: the same before the dump and after the restore. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

# More differences are not named one by one.
MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Census:
    """`rows` by table; `checksums` of those tables that could be read for one. A directory has one
    "table" whose rows are its files."""

    rows: Mapping[str, int] = field(default_factory=dict)
    checksums: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"rows": dict(self.rows), "checksums": dict(self.checksums)}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        return cls(dict(found.get("rows", {})), dict(found.get("checksums", {})))

    @property
    def summary(self) -> str:
        """Such as "12 tables, 4031 rows"."""
        tables = f"{len(self.rows)} table{'' if len(self.rows) == 1 else 's'}"
        return f"{tables}, {sum(self.rows.values())} rows"


def differences(dumped: Census, restored: Census) -> list[str]:
    """In words; none where everything is as it was. Of tables that the first one leaves out (which
    MySQL's does where it cannot be sure) nothing is said; checksums count where both have one."""
    found = [
        f"{name} has {_rows(restored.rows.get(name))} instead of {_rows(dumped.rows.get(name))}"
        for name in sorted(dumped.rows)
        if dumped.rows.get(name) != restored.rows.get(name)
    ]
    found += [
        f"{name} has other contents"
        for name, checksum in sorted(dumped.checksums.items())
        if restored.checksums.get(name, checksum) != checksum
    ]
    return found


def in_words(found: list[str]) -> str:
    more = len(found) - MOST_NAMED
    return "; ".join([*found[:MOST_NAMED], *([f"and {more} more"] if more > 0 else [])])


def _rows(count: int | None) -> str:
    return "no such table" if count is None else f"{count} rows"
