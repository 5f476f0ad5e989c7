"""The table that `make bench` prints: our figure beside a peer's, measured in the same run."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison. `ours` and `peer` have the unit `unit`; a bar is stated in words.

    `passed` is None where the bar is only a guide.
    """

    subject: str
    what: str
    ours: float
    unit: str
    peer_name: str = ""
    peer: float | None = None
    bar: str = ""
    passed: bool | None = None

    @property
    def ratio(self) -> float | None:
        return self.ours / self.peer if self.peer else None


def render(rows: Iterable[Row]) -> str:
    """A plain-text table, one line a row."""
    head = ("subject", "what", "ours", "beside", "ratio", "bar", "")
    body = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in body) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in body
    )


def _cells(row: Row) -> tuple[str, ...]:
    peer = "" if row.peer is None else f"{row.peer_name} {row.peer:,.4g} {row.unit}"
    ratio = "" if row.ratio is None else f"{row.ratio:.3g}"
    verdict = {True: "ok", False: "MISSED", None: ""}[row.passed]
    return row.subject, row.what, f"{row.ours:,.4g} {row.unit}", peer, ratio, row.bar, verdict
