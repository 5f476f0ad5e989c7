"""A report in words: the same tables for the page, for paper and for e-mail. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from backups.command_line import human
from monitoring.availability import percent_text
from monitoring.heartbeats.durations import duration_text
from opsportal.reports.alerting import AlertFigures
from opsportal.reports.reading import Report

NOTHING = "\N{EN DASH}"
MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Section:
    """`note` stands in place of rows, or below them."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


def headline(report: Report) -> str:
    """What somebody reads who reads one sentence."""
    missed = [each for each in report.availability if (each.budget_left_percent or 0) < 0]
    is_known = any(each.percent is not None for each in report.availability)
    failed = sum(each.failed for each in report.backups)
    parts = [
        # What was not looked at did not go well.
        _counted(len(missed), "service missed its objective", "services missed their objective")
        if is_known
        else "no service was measured",
        _counted(report.alerts.fired, "alert", "alerts"),
        _counted(failed, "failed backup", "failed backups")
        if report.backups
        else "no backup was made",
    ]
    full = [each for each in report.capacity if each.full_in_days is not None]
    if full:
        parts.append(f"{full[0].name} full in about {_days(full[0].full_in_days)}")
    return f"{', '.join(parts)}."


def sections(report: Report) -> list[Section]:
    return [
        _availability(report),
        _alerts(report.alerts),
        _noisiest(report.alerts),
        _backups(report),
        _capacity(report),
    ]


def _availability(report: Report) -> Section:
    objective = f"{report.objective_percent:g} %"
    rows = [
        (
            each.name,
            NOTHING if each.percent is None else percent_text(each.percent, 3),
            duration_text(each.down_ms) if each.down_ms else NOTHING,
            str(each.outages),
            budget(each.budget_left_percent),
        )
        for each in report.availability
    ]
    note = f"The objective is {objective}; planned work is left out." if rows else "No checks."
    columns = ("Service", "Available", "Down", "Outages", "Error budget left")
    return _section("Availability", columns, rows, note)


def _alerts(alerts: AlertFigures) -> Section:
    by_severity = ", ".join(f"{count} {name}" for name, count in sorted(alerts.by_severity.items()))
    rows = [
        ("Fired", f"{alerts.fired} ({by_severity})" if by_severity else "none"),
        ("Acknowledged", str(alerts.acknowledged)),
        ("Mean time to acknowledge (MTTA)", _seconds(alerts.mean_acknowledge_seconds)),
        ("Over by now", str(alerts.resolved)),
        ("Mean time to resolve (MTTR)", _seconds(alerts.mean_resolve_seconds)),
    ]
    return _section("Alerts", ("", ""), rows)


def _noisiest(alerts: AlertFigures) -> Section:
    rows = [(name, str(count)) for name, count in alerts.noisiest]
    note = "" if rows else "None fired."
    return _section("Alerts that fired most", ("Threshold", "Times"), rows, note)


def _backups(report: Report) -> Section:
    rows = [
        (
            each.plan,
            str(each.good),
            str(each.failed),
            str(each.proved),
            _seconds(each.longest_restore_seconds),
            human(each.size_bytes) if each.size_bytes else NOTHING,
            f"{each.grown_percent:+.0f} %" if each.grown_percent is not None else NOTHING,
        )
        for each in report.backups
    ]
    columns = ("Plan", "Good", "Failed", "Restored and counted", "Recovery took at most")
    note = "" if rows else "No backup was made."
    return _section("Backups", (*columns, "Size", "Grown"), rows, note)


def _capacity(report: Report) -> Section:
    rows = [
        (
            each.name,
            _percent(each.percent, 1),
            # Not "-0.0": it has not changed.
            f"{round(each.change_percent, 1) + 0.0:+.1f}",
            _days(each.full_in_days) if each.full_in_days is not None else "not foreseen",
        )
        for each in report.capacity
    ]
    columns = ("What", "Used at the end", "Change in points", "Full in about")
    note = "By a straight line through the period." if rows else "Nothing was measured."
    return _section("Capacity", columns, rows, note)


def _section(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], note: str = ""
) -> Section:
    left = len(rows) - MOST_ROWS
    more = f" {left} more are left out." if left > 0 else ""
    return Section(title, columns, rows[:MOST_ROWS], f"{note}{more}".strip())


def _counted(count: int, one: str, many: str) -> str:
    return f"{count or 'no'} {one if count == 1 else many}"


def _percent(value: float | None, digits: int) -> str:
    return NOTHING if value is None else f"{value:.{digits}f} %"


def budget(left_percent: float | None) -> str:
    """Rounded down: what was missed by a moment is not "0 %"; beyond twice what there was in how
    many times it was spent."""
    if left_percent is None:
        return NOTHING
    if left_percent < -100:
        return f"spent {1 - left_percent / 100:.0f} times"
    return f"{math.floor(left_percent)} %"


def _seconds(value: float | None) -> str:
    return NOTHING if value is None else duration_text(round(value * 1000))


def _days(value: float | None) -> str:
    if value is None:
        return NOTHING
    return "a day" if value < 2 else f"{value:.0f} days"
