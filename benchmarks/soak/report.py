"""What the soak says, as lines of JSON from the process apart to the one that prints the table."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import pairwise
from statistics import median

from benchmarks.table import Row

SUBJECT = "soak"
MOST_GROWTH = 1.1


def must_be_none(what: str, count: int, unit: str) -> Row:
    return Row(SUBJECT, what, count, unit, bar="0", passed=count == 0)


def growth(memory: list[dict[str, int]]) -> Row:
    """Of the last quarter over the second: in the first caches fill."""
    before, after = (sum(weights.values()) for weights in _quarters(memory))
    return Row(
        SUBJECT, "memory (PSS), last quarter", after / 1e6, "MB", "second quarter", before / 1e6,
        bar=f"≤ {MOST_GROWTH}", passed=after <= MOST_GROWTH * before,
    )  # fmt: skip


def by_process(memory: list[dict[str, int]]) -> str:
    before, after = _quarters(memory)
    return ", ".join(
        f"{name} {before.get(name, 0) / 1e6:.0f} → {after[name] / 1e6:.0f} MB" for name in after
    )


def _quarters(memory: list[dict[str, int]]) -> tuple[dict[str, int], dict[str, int]]:
    """The median of each process in the second quarter and in the last."""
    quarter = max(1, len(memory) // 4)
    return _medians(memory[quarter : 2 * quarter]), _medians(memory[-quarter:])


def _medians(memory: list[dict[str, int]]) -> dict[str, int]:
    names = sorted({name for weights in memory for name in weights})
    return {name: int(median(weights.get(name, 0) for weights in memory)) for name in names}


def missed(
    times: dict[str, list[float]], interval: float, troubled: list[tuple[float, float]]
) -> tuple[int, float]:
    """Checks that once waited longer than two intervals, and the longest wait: not counting the
    time in which something was broken, nor the interval after it, which is that of catching up."""
    longest = {path: _longest(asked, interval, troubled) for path, asked in times.items()}
    late = sum(wait > 2 * interval for wait in longest.values())
    return late, max(longest.values(), default=0.0)


def _longest(asked: list[float], interval: float, troubled: list[tuple[float, float]]) -> float:
    waits = (
        later
        - earlier
        - sum(_overlap(earlier, later, begin, end + interval) for begin, end in troubled)
        for earlier, later in pairwise(asked)
    )
    return max(waits, default=0.0)


def _overlap(earlier: float, later: float, begin: float, end: float) -> float:
    return max(0.0, min(later, end) - max(earlier, begin))


def as_lines(rows: list[Row]) -> str:
    return "\n".join(json.dumps(asdict(row)) for row in rows)


def rows_from(said: str) -> list[Row]:
    return [Row(**json.loads(line)) for line in said.splitlines() if line.startswith("{")]
