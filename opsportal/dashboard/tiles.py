"""The tiles: a value, its unit, a sparkline, and the colour and the word of its state. Pure.

A tile that covers two things shows the one that is in the worse state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitoring import canary
from opsportal.dashboard.charts import REQUESTS, RESPONSE_TIME
from opsportal.dashboard.formats import amount, text
from opsportal.dashboard.plots import Plot
from opsportal.dashboard.reading import Reading
from opsportal.dashboard.states import (
    LATE,
    NO_DATA,
    NO_REQUESTS,
    NORMAL,
    RANK,
    State,
    Verdict,
    judge,
    judge_fresh,
)
from opsportal.dashboard.svg import sparkline
from opsportal.dashboard.traffic import Traffic, total


@dataclass(frozen=True, slots=True)
class Tile:
    """`note` stands beside the title, `detail` below the sparkline (an SVG path)."""

    key: str
    title: str
    note: str
    value: str
    unit: str
    verdict: Verdict
    detail: str
    sparkline: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A value with its unit, what it is of, and how it is."""

    value: float | None
    unit: str
    name: str
    verdict: Verdict

    def __str__(self) -> str:
        return f"{self.name} {text(self.value, self.unit)}"


def tiles(reading: Reading, plots: Sequence[Plot]) -> list[Tile]:
    by_key = {plot.key: plot for plot in plots}
    traffic = total(reading.recent_of_service())
    return [
        _requests(reading, traffic, by_key),
        _response_time(reading, traffic, by_key),
        _dependencies(reading),
        _alerts(reading),
        _host(reading, by_key),
        _memory(reading, by_key),
        _backups(reading),
        _portal(reading, by_key),
    ]


def _host(reading: Reading, plots: Mapping[str, Plot]) -> Tile:
    cpu = _of_host(reading, "cpu_percent", "CPU")
    busiest = reading.latest_of_host("cpu_core_max_percent")
    uptime = reading.latest_of_host("host_uptime_seconds")
    parts = [
        f"busiest core {text(busiest.value, '%')}" if busiest else "",
        f"up {text(uptime.value, 's')}" if uptime else "",
    ]
    return _tile("host", "Host", reading.host, cpu, parts, _sparkline(plots, "cpu"))


def _memory(reading: Reading, plots: Mapping[str, Plot]) -> Tile:
    memory = _of_host(reading, "memory_percent", "memory")
    fullest = _fullest_disk(reading)
    first, second = (fullest, memory) if _worse(fullest, memory) else (memory, fullest)
    swap = reading.latest_of_host("swap_percent")
    parts = [
        str(second) if second.value is not None else "",
        f"swap {text(swap.value, '%')}" if swap else "",
    ]
    drawn = "disk" if first is fullest else "memory"
    return _tile("memory", "Memory, disk", "", first, parts, _sparkline(plots, drawn, first.name))


def _fullest_disk(reading: Reading) -> Measured:
    disks = [d for d in reading.latest["disk_percent"] if d.series.labels["host"] == reading.host]
    fullest = max(disks, key=lambda disk: disk.value, default=None)
    if fullest is None:
        return Measured(None, "%", "disk", NO_DATA)
    verdict = judge_fresh(
        fullest.value, reading.limits_of("disk_percent"), reading.age_seconds(fullest)
    )
    return Measured(fullest.value, "%", f"disk {fullest.series.labels['path']}", verdict)


def _requests(reading: Reading, traffic: Traffic, plots: Mapping[str, Plot]) -> Tile:
    points = reading.latest_of_service(REQUESTS)
    newest = max(points, key=lambda point: point.time_ms, default=None)
    value = sum(point.value for point in points) if points else None
    verdict = judge_fresh(value, (), reading.age_seconds(newest))
    if verdict == NORMAL and not traffic.count:
        verdict = NO_REQUESTS
    rate = Measured(value, "/min", "", verdict)
    errors = _judged(reading, traffic.error_percent, "%", "errors", "http_error_rate_percent")
    first, second = (errors, rate) if _worse(errors, rate) else (rate, errors)
    parts = [str(second).strip(), f"{text(traffic.count, '')} in 5 min"] if points else []
    drawn = "errors" if first is errors else "requests"
    return _tile("requests", "Requests", reading.service, first, parts, _sparkline(plots, drawn))


def _response_time(reading: Reading, traffic: Traffic, plots: Mapping[str, Plot]) -> Tile:
    times = traffic.histogram
    measured = bool(traffic.count or reading.latest_of_service(REQUESTS))
    verdict = (
        _judged(reading, times.mean, "ms", "mean", RESPONSE_TIME).verdict if measured else NO_DATA
    )
    p95 = Measured(times.percentile(95), "ms", "p95", verdict)
    parts = [
        f"p50 {text(times.percentile(50), 'ms')}",
        f"p99 {text(times.percentile(99), 'ms')}",
        f"mean {text(times.mean, 'ms')}",
    ]
    path = _sparkline(plots, "response_time", "p95")
    return _tile("response_time", "Responses", "", p95, parts if traffic.count else [], path)


def _dependencies(reading: Reading) -> Tile:
    """How many of all are up, and how the others are; the line is of those that were broken."""
    watched = reading.dependencies
    others = [f"{count} {status}" for status, count in watched.others]
    good = watched.counts.get("up", 0)
    shown = Measured(good if watched.total else None, "", f"of {watched.total} up", watched.verdict)
    if not watched.total:
        shown = Measured(None, "", "", watched.verdict)
    parts = others or ["nothing is wrong" if watched.total else "add a check in the admin"]
    drawn = sparkline(watched.broken) if watched.total else ""
    return _tile("dependencies", "Dependencies", "", shown, parts, drawn)


def _alerts(reading: Reading) -> Tile:
    firing = reading.alerts
    # Without background work nothing is evaluated: that nothing fires says nothing then.
    work = _state(reading)
    if not firing.rows and work != NORMAL:
        verdict = NO_DATA if work == NO_DATA else Verdict(State.UNKNOWN, "Unknown")
        nothing = Measured(None, "", "firing", verdict)
        return _tile("alerts", "Alerts", "", nothing, ["thresholds are not evaluated"], "")
    shown = Measured(len(firing.rows), "", "firing", firing.verdict)
    return _tile("alerts", "Alerts", "", shown, firing.detail, "")


def _backups(reading: Reading) -> Tile:
    """Its age says how much would be lost now."""
    found = reading.backups
    name = "" if found.oldest_seconds is None else "old"
    shown = Measured(found.oldest_seconds, "s", name, found.verdict)
    return _tile("backups", "Backups", "", shown, found.detail, "")


def _portal(reading: Reading, plots: Mapping[str, Plot]) -> Tile:
    lags = reading.latest["portal_queue_lag_seconds"]
    lag = Measured(max((p.value for p in lags), default=None), "s", "lag", _state(reading))
    age = Measured(reading.canary_age_seconds, "s", "silent", lag.verdict)
    first, second = (age, lag) if lag.verdict.word == LATE.word else (lag, age)
    restarts = sum(process.restarts for process in reading.processes)
    parts = [
        "nothing came through yet" if age.value is None else _as_detail(second),
        f"{len(reading.processes)} processes" if reading.processes else "",
        f"{restarts} restart{'' if restarts == 1 else 's'}" if reading.processes else "",
    ]
    return _tile("portal", "Portal itself", "", first, parts, _sparkline(plots, "queue"))


def _as_detail(measured: Measured) -> str:
    if measured.name == "silent":
        return f"worked {text(max(1, int(measured.value or 0)), 's')} ago"
    return str(measured)


def _state(reading: Reading) -> Verdict:
    if reading.portal.status == "unhealthy":
        return Verdict(State.CRITICAL, "Unhealthy")
    if reading.canary_age_seconds is None:
        return NO_DATA
    if reading.canary_age_seconds > canary.LATE_AFTER_SECONDS:
        return Verdict(State.CRITICAL, LATE.word)
    return NORMAL if reading.portal.status == "healthy" else Verdict(State.WARNING, "Degraded")


def _of_host(reading: Reading, metric: str, name: str) -> Measured:
    point = reading.latest_of_host(metric)
    value = point.value if point else None
    verdict = judge_fresh(value, reading.limits_of(metric), reading.age_seconds(point))
    return Measured(value, "%", name, verdict)


def _judged(reading: Reading, value: float | None, unit: str, name: str, metric: str) -> Measured:
    verdict = NO_REQUESTS if value is None else judge(value, reading.limits_of(metric))
    return Measured(value, unit, name, verdict)


def _worse(one: Measured, other: Measured) -> bool:
    """Only what is really wrong takes another's place: no data does not."""
    return one.verdict.limit is not None and RANK[one.verdict.state] > RANK[other.verdict.state]


def _sparkline(plots: Mapping[str, Plot], key: str, name: str = "") -> str:
    """Of the line that is part of `name`, else of the first."""
    lines = plots[key].lines
    named = [line for line in lines if line.label and name.endswith(line.label)]
    return sparkline((named or lines)[0].values) if lines else ""


def _tile(
    key: str, title: str, note: str, shown: Measured, parts: Sequence[str], path: str
) -> Tile:
    value, unit = amount(shown.value, shown.unit)
    detail = " · ".join(part for part in parts if part) or "nothing measured yet"
    return Tile(
        key, title, note, value, f"{unit} {shown.name}".strip(), shown.verdict, detail, path
    )
