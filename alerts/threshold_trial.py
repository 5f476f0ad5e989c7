"""Reads history and has a threshold replayed over it, drawn for the admin."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from alerts import error_budget
from alerts.backtest import STEP_MS, Past, replay, suggested_value
from alerts.combining import Subject, label_names, subjects
from alerts.conditions.base import Rule
from alerts.conditions.building import condition_of, rule_of
from alerts.conditions.burn_rate import BurnRate
from alerts.conditions.limit import with_unit
from alerts.models import Threshold
from alerts.wording import place_of
from monitoring import store
from monitoring.catalogue import in_words
from monitoring.store import Selector, SeriesRef, Window

MOST_SERIES = 5
DAY_MS = 86_400_000
WIDTH, HEIGHT = 1000.0, 160.0


@dataclass(frozen=True, slots=True)
class Shown:
    """One series: an SVG path of its values, the heights of limits, the spans of episodes."""

    place: str
    path: str
    limits: Sequence[float]
    bands: Sequence[tuple[float, float]]
    lowest: str
    highest: str
    rows: Sequence[tuple[datetime, str, str, str]]
    budget: error_budget.Budget | None = None


@dataclass(frozen=True, slots=True)
class Tested:
    days: int
    series: Sequence[Shown]
    left_out: int
    sentence: str
    suggested: str


def backtested(threshold: Threshold, days: int, now_ms: int | None = None) -> Tested:
    """Over the series that have moved most, at most MOST_SERIES."""
    now_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    rule, condition = rule_of(threshold), condition_of(threshold)
    start_ms = now_ms - days * DAY_MS
    points = store.latest(Selector(threshold.metric, threshold.labels))
    recent = [each for each in points if each.time_ms > start_ms]
    known = subjects(recent, label_names(threshold.combine_by))
    windows = _windows(known, start_ms - condition.span_ms(rule), now_ms, STEP_MS)
    windows = sorted(windows, key=_movement, reverse=True)
    chosen = windows[:MOST_SERIES]
    tested = [replay(rule, condition, each.buckets, start_ms, now_ms) for each in chosen]
    shown = [
        _shown(threshold, each, found.episodes, start_ms, now_ms)
        for each, found in zip(chosen, tested, strict=True)
    ]
    if isinstance(condition, BurnRate):
        shown = _with_budgets(rule, condition, shown, known, now_ms)
    histories = [each.buckets for each in chosen]
    value = None
    if threshold.kind == "limit" and _limits(threshold):
        value = suggested_value(rule, condition, histories, start_ms, now_ms)
    return Tested(
        days,
        shown,
        len(windows) - len(chosen),
        _sentence([past for found in tested for past in found.episodes], now_ms),
        "" if value is None else f"{value:g}",
    )


def _windows(known: Sequence[Subject], start_ms: int, end_ms: int, step_ms: int) -> list[Window]:
    """One for each subject."""
    series = [SeriesRef(number, "", {}) for each in known for number in each.members]
    if not series:
        return []
    read = store.windows_of(series, start_ms, end_ms, step_ms, now_ms=end_ms)
    by_series = {each.series.id: each.buckets for each in read}
    return [Window(each.point.series, step_ms, each.buckets(by_series)) for each in known]


def _with_budgets(
    rule: Rule, objective: BurnRate, shown: Sequence[Shown], known: Sequence[Subject], now_ms: int
) -> list[Shown]:
    start_ms = now_ms - error_budget.span_ms(objective)
    windows = _windows(known, start_ms, now_ms, error_budget.STEP_MS)
    drawn = {
        place_of(each.series.labels): error_budget.drawn(rule, objective, each.buckets, now_ms)
        for each in windows
    }
    return [replace(each, budget=drawn.get(each.place)) for each in shown]


def _movement(window: Window) -> float:
    values = [each.max for each in window.buckets]
    return max(values) - min(each.min for each in window.buckets) if values else -1.0


def _sentence(episodes: Sequence[Past], now_ms: int) -> str:
    if not episodes:
        return "It would not have fired."
    lasted = [each.lasted_ms(now_ms) for each in episodes]
    times = "once" if len(episodes) == 1 else f"{len(episodes)} times"
    return (
        f"It would have fired {times}, {_in_words(sum(lasted))} in all, "
        f"the longest for {_in_words(max(lasted))}."
    )


def _in_words(length_ms: int) -> str:
    minutes = length_ms / 60_000
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"


def _limits(threshold: Threshold) -> list[float]:
    """Those that are values of the metric."""
    is_other = threshold.kind == "limit" and threshold.aggregation in ("rate", "absent")
    if is_other or threshold.kind == "no_data":
        return []
    return [each for each in (threshold.value, threshold.warning_value) if each is not None]


def _shown(
    threshold: Threshold, window: Window, episodes: Sequence[Past], start_ms: int, end_ms: int
) -> Shown:
    metric, unit = threshold.metric, condition_of(threshold).measures(rule_of(threshold))[1]
    buckets = [each for each in window.buckets if each.time_ms >= start_ms]
    limits = _limits(threshold)
    values = [*(each.mean for each in buckets), *limits] or [0.0]
    low, high = min(values), max(values)

    def x(time_ms: int) -> float:
        return round(WIDTH * (time_ms - start_ms) / (end_ms - start_ms), 1)

    def y(value: float) -> float:
        return round(HEIGHT * (1 - (value - low) / (high - low or 1.0)), 1)

    drawn = " L".join(f"{x(each.time_ms)} {y(each.mean)}" for each in buckets)
    return Shown(
        place_of(window.series.labels),
        f"M{drawn}" if drawn else "",
        [y(each) for each in limits],
        [(x(e.fired_ms), max(2.0, x(e.ended_ms or end_ms) - x(e.fired_ms))) for e in episodes],
        with_unit(metric, low),
        with_unit(metric, high),
        [_row(each, end_ms, metric, unit) for each in episodes[-20:]],
    )


def _row(past: Past, now_ms: int, metric: str, unit: str) -> tuple[datetime, str, str, str]:
    peak = "" if past.peak is None else in_words(metric, past.peak, unit)
    begun = datetime.fromtimestamp(past.fired_ms / 1000, UTC)
    return begun, past.severity, _in_words(past.lasted_ms(now_ms)), peak
