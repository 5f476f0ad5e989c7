"""Everything that is wrong right now, in words: pure. The sentence of truth is made of it."""

from __future__ import annotations

from collections.abc import Iterable

from monitoring.store import LatestPoint
from opsportal.dashboard.backups import FAILED, NOT_VERIFIED, OVERDUE, verdict_of
from opsportal.dashboard.charts import RESPONSE_TIME
from opsportal.dashboard.formats import text
from opsportal.dashboard.reading import Reading
from opsportal.dashboard.sentence import Problem
from opsportal.dashboard.states import LATE_AFTER_SECONDS, State, judge
from opsportal.dashboard.traffic import grouped, total

# Of the checks that are down at once, or of the plans without a good backup.
MOST_NAMED = 5
# In words, and the metric whose alert says it by itself.
_OF_BACKUPS = (
    (OVERDUE, "the backup of {} is overdue", "backup_age_seconds"),
    (FAILED, "the last backup of {} failed", ""),
    (NOT_VERIFIED, "the newest backup of {} is not verified", "restore_test_ok"),
)
_HOST_NAMES = {"cpu_percent": "CPU", "memory_percent": "memory"}


def problems(reading: Reading) -> list[Problem]:
    """The portal's own troubles, the services', the hosts'; of all, not only those chosen."""
    return [
        *(Problem(State(trouble.severity), trouble.text) for trouble in reading.portal.problems),
        *_dependency_problems(reading),
        *_service_problems(reading),
        *_late_hosts(reading),
        *_host_problems(reading),
        *_backup_problems(reading),
        *reading.alerts.problems(),
    ]


def _dependency_problems(reading: Reading) -> Iterable[Problem]:
    """Each by its name; more than a few at once are one problem, most likely."""
    watched = reading.dependencies
    for state, word in ((State.CRITICAL, "down"), (State.WARNING, "degraded")):
        rows = [row for row in watched.rows if row.state == state]
        count = max(watched.counts.get(word, 0), len(rows))
        if count > MOST_NAMED:
            names = f"{rows[0].name} and {rows[1].name}"
            yield Problem(state, f"{count} checks are {word}, among them {names}")
            continue
        for row in rows:
            why = f" ({row.message[:60]})" if word == "degraded" and row.message else ""
            yield Problem(state, f"{row.name} is {word}{why}")


def _backup_problems(reading: Reading) -> Iterable[Problem]:
    """What the tile shows in amber or red is no normal system."""
    told = {row.metric for row in reading.alerts.rows}
    plans = [(verdict_of(plan, reading.now_ms), plan.name) for plan in reading.backups.plans]
    for verdict, words, metric in _OF_BACKUPS:
        names = [name for found, name in plans if found == verdict]
        if len(names) > MOST_NAMED:
            names = [f"{len(names)} plans, among them {names[0]} and {names[1]},"]
        if metric not in told:
            yield from (Problem(verdict.state, words.format(name)) for name in names)


def is_late(reading: Reading, point: LatestPoint) -> bool:
    return (reading.age_seconds(point) or 0) > LATE_AFTER_SECONDS


def _late_hosts(reading: Reading) -> Iterable[Problem]:
    for point in reading.latest["cpu_percent"]:
        if is_late(reading, point):
            age = text(reading.age_seconds(point), "s")
            yield Problem(State.WARNING, f"no vitals from {point.series.labels['host']} for {age}")


def _host_problems(reading: Reading) -> Iterable[Problem]:
    for metric in ("disk_percent", "memory_percent", "cpu_percent"):
        for point in reading.latest[metric]:
            verdict = judge(point.value, reading.limits_of(metric))
            if verdict.limit is not None and not is_late(reading, point):
                yield Problem(verdict.state, f"{_host_name(point)} is at {text(point.value, '%')}")


def _host_name(point: LatestPoint) -> str:
    labels = point.series.labels
    part = _HOST_NAMES.get(point.series.metric) or f"disk {labels.get('path', '')}"
    return f"{part} of {labels.get('host', '')}"


def _service_problems(reading: Reading) -> Iterable[Problem]:
    for (service,), windows in grouped(reading.recent, "service").items():
        traffic = total(windows)
        errors = judge(traffic.error_percent, reading.limits_of("http_error_rate_percent"))
        if errors.limit is not None:
            share = text(traffic.error_percent, "%")
            yield Problem(errors.state, f"{share} of the requests to {service} fail")
        time = judge(traffic.histogram.mean, reading.limits_of(RESPONSE_TIME))
        if time.limit is not None:
            mean = text(traffic.histogram.mean, "ms")
            yield Problem(time.state, f"{service} answers in {mean} on average")
