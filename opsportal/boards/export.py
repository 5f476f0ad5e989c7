"""A chart as CSV: pure."""

from __future__ import annotations

import csv
import io

from opsportal.dashboard.plots import Plot
from opsportal.dashboard.ranges import iso

# A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t")


def as_csv(plot: Plot) -> str:
    """A row for each step that has a value, times in UTC; empty where a line has none."""
    text = io.StringIO()
    writer = csv.writer(text)
    unit = f" ({plot.unit})" if plot.unit else ""
    writer.writerow(["time", *(_inert(f"{line.label}{unit}") for line in plot.lines)])
    columns = [line.values for line in plot.lines]
    for step, values in enumerate(zip(*columns, strict=True)):
        if any(value is not None for value in values):
            time_ms = plot.start_ms + step * plot.step_ms
            writer.writerow([iso(time_ms), *("" if v is None else v for v in values)])
    return text.getvalue()


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
