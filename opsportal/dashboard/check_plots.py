"""The charts of one check: its response time, the same split by phase, and the days of its
certificate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from monitoring import store
from monitoring.models import Check
from monitoring.probes.base import PHASES
from monitoring.scheduling import PHASES_EVERY_MS
from monitoring.store import Window, WindowRequest
from opsportal.dashboard.aggregation import Grid, last, line_values, mean
from opsportal.dashboard.charts import Scope
from opsportal.dashboard.formats import text
from opsportal.dashboard.plots import LimitLine, Line, Plot, summary
from opsportal.dashboard.ranges import Range, step_at_least
from opsportal.dashboard.states import State

RESPONSE_TIME = "check_response_time_ms"
PHASE = "check_phase_ms"
CERTIFICATE = "tls_days_remaining"
# As the kinds have it where nothing else is set.
WARN_DAYS = 14


def read_windows(check: Check, shown: Range) -> list[Window]:
    """Three queries, however many other checks there are. Of phases that there once were the window
    is there, even without anything in it."""
    own = {"check": check.slug, "kind": check.kind}
    phases = [{"check": check.slug, "phase": phase} for phase in _phases(check)]
    wanted = [(RESPONSE_TIME, own), (CERTIFICATE, own), *((PHASE, each) for each in phases)]
    found = store.latest_exact(wanted)
    parts = [point.series for point in found if point.series.metric == PHASE]
    whole = [
        point.series
        for point in found
        if point.series.metric != PHASE and point.time_ms >= shown.start_ms
    ]
    steps = [(whole, _step_ms(check, shown)), (parts, _phase_step_ms(check, shown))]
    asked = [WindowRequest(each, shown.start_ms, shown.end_ms, step) for each, step in steps]
    return [window for windows in store.windows_of_each(asked) for window in windows]


def check_plots(
    check: Check, shown: Range, windows: Sequence[Window], now_ms: int
) -> Iterator[Plot]:
    """Pure. The first is of the time; those of phases and of a certificate are only there where
    there are some."""
    grid = Grid.over(shown.start_ms, shown.end_ms, _step_ms(check, shown), now_ms)
    yield _time_plot(check, shown, windows, grid)
    parts = {each.series.labels["phase"]: each for each in windows if each.series.metric == PHASE}
    if parts:
        coarse = Grid.over(shown.start_ms, shown.end_ms, _phase_step_ms(check, shown), now_ms)
        yield _phase_plot(check, shown, parts, coarse)
    days = [_line(each, "left", "d", grid) for each in windows if each.series.metric == CERTIFICATE]
    if days:
        warn_days = check.settings.get("certificate_days", check.settings.get("warn_days"))
        limits = _limits("d", [(WARN_DAYS if warn_days is None else warn_days, State.WARNING)])
        yield _plot(
            "certificate", "Days until the certificate expires", "d", shown, grid, days, limits
        )


def _time_plot(check: Check, shown: Range, windows: Sequence[Window], grid: Grid) -> Plot:
    is_heartbeat = check.kind == "heartbeat"
    unit, title = ("s", "Duration of runs") if is_heartbeat else ("ms", "Response time")
    whole = [each for each in windows if each.series.metric == RESPONSE_TIME and each.buckets]
    lines = [_line(each, "run" if is_heartbeat else "total", unit, grid) for each in whole]
    allowed = [("degraded_ms", State.WARNING), ("down_ms", State.CRITICAL)]
    limits = _limits(unit, [(check.settings.get(name), state) for name, state in allowed])
    return _plot("time", title, unit, shown, grid, lines, limits)


def _phase_plot(check: Check, shown: Range, parts: Mapping[str, Window], grid: Grid) -> Plot:
    lines = [
        _line(parts[name], name, "ms", grid)
        for name in _phases(check)
        if name in parts and parts[name].buckets
    ]
    return _plot("phases", "Response time by phase", "ms", shown, grid, lines, ())


def _plot(
    key: str,
    title: str,
    unit: str,
    shown: Range,
    grid: Grid,
    lines: Sequence[Line],
    limits: Sequence[LimitLine],
) -> Plot:
    empty = "" if lines else _why_empty(shown, unit)
    return Plot(
        key=key,
        title=title,
        unit=unit,
        scope=Scope.PORTAL,
        start_ms=grid.start_ms,
        step_ms=grid.step_ms,
        lines=lines,
        limits=limits,
        top=None,
        filled=key != "certificate",
        empty=empty,
        summary=summary(title, unit, shown.label, lines) or f"{title}: {empty}",
        stacked=len(lines) > 1,
    )


def _line(window: Window, label: str, unit: str, grid: Grid) -> Line:
    values = line_values(window.buckets, (), (), grid, mean)
    if unit == "s":
        values = [None if value is None else value / 1000 for value in values]
    return Line(label.replace("_", " "), values, text(last(values), unit))


def _limits(unit: str, given: Sequence[tuple[float | None, State]]) -> list[LimitLine]:
    return [
        LimitLine(value, f"limit {text(value, unit)}", state) for value, state in given if value
    ]


def _why_empty(shown: Range, unit: str) -> str:
    if not shown.live:
        return "Nothing was recorded in this range. Choose another one above."
    if unit == "s":
        return f"No run was timed in the last {shown.label}. A job that also pings /start is timed."
    return (
        f"No response times in the last {shown.label}. They come with every probe that is answered."
    )


def _phases(check: Check) -> list[str]:
    return [*PHASES, *(name for name in check.state.phases_ms if name not in PHASES)]


def _step_ms(check: Check, shown: Range) -> int:
    """Not finer than the probes come, so that there are no gaps between them."""
    every_ms = 0 if check.kind == "heartbeat" else step_at_least(check.interval_seconds * 1000)
    return max(shown.step_ms, every_ms)


def _phase_step_ms(check: Check, shown: Range) -> int:
    return max(_step_ms(check, shown), PHASES_EVERY_MS)
