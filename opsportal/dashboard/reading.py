"""What one look at the portal needs, read in a bounded number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import chain

from django.conf import settings

from monitoring import canary, store
from monitoring.store import LatestPoint, Window, WindowRequest, windows_of_each
from opsportal.dashboard.alerts import FiringAlerts, read_alerts
from opsportal.dashboard.backups import BackupsInShort, read_backups
from opsportal.dashboard.before import Before, before_of, drawn_step_ms, total_step_ms
from opsportal.dashboard.charts import GAUGES, REQUESTS, RESPONSE_TIME
from opsportal.dashboard.dependencies import Dependencies, read_dependencies
from opsportal.dashboard.limits import Limits, read_limits
from opsportal.dashboard.marks import Mark, newest, read_annotations
from opsportal.dashboard.processes import Process, read_processes
from opsportal.dashboard.ranges import DAY_MS, MINUTE_MS, SECOND_MS, Range, parse_range
from opsportal.dashboard.settled import SettledSteps
from opsportal.dashboard.states import Limit
from opsportal.health.state import PortalState, portal_state

# As /api/health/detailed: long enough to be calm, short enough to be now.
RECENT_MS = 5 * MINUTE_MS
RECENT_STEP_MS = 10 * SECOND_MS
# What has been silent for longer was taken away, and is no problem any more.
FORGOTTEN_AFTER_MS = DAY_MS

SETTLED = SettledSteps()

ALL_METRICS = [*GAUGES, REQUESTS, "host_uptime_seconds", RESPONSE_TIME]


@dataclass(frozen=True, slots=True)
class Reading:
    """The state of everything at `now_ms`.

    `latest` covers all hosts and services, by metric; `windows` only those chosen, over `range`;
    `recent` holds the response times of the last RECENT_MS of all services. An empty `service`
    means all of them.
    """

    now_ms: int
    range: Range
    host: str
    service: str
    latest: Mapping[str, list[LatestPoint]]
    windows: Mapping[str, list[Window]]
    recent: list[Window]
    portal: PortalState
    canary_age_seconds: float | None
    processes: list[Process] = field(default_factory=list)
    dependencies: Dependencies = field(default_factory=Dependencies)
    alerts: FiringAlerts = field(default_factory=FiringAlerts)
    backups: BackupsInShort = field(default_factory=BackupsInShort)
    limits: Limits = field(default_factory=dict)
    marks: Sequence[Mark] = ()
    before: Before = field(default_factory=Before)
    windows_before: Mapping[str, list[Window]] = field(default_factory=dict)

    @property
    def hosts(self) -> list[str]:
        return _values_of("host", self.latest.get("cpu_percent", []))

    @property
    def services(self) -> list[str]:
        return _values_of("service", self.latest.get(REQUESTS, []))

    def latest_of_host(self, metric: str) -> LatestPoint | None:
        points = self.latest.get(metric, [])
        return next((point for point in points if _host(point) == self.host), None)

    def latest_of_service(self, metric: str) -> list[LatestPoint]:
        points = self.latest.get(metric, [])
        return [point for point in points if self.service in ("", _service(point))]

    def recent_of_service(self) -> list[Window]:
        return [w for w in self.recent if self.service in ("", w.series.labels.get("service"))]

    def limits_of(self, metric: str) -> Sequence[Limit]:
        return self.limits.get(metric, ())

    def age_seconds(self, point: LatestPoint | None) -> float | None:
        return None if point is None else max(0.0, (self.now_ms - point.time_ms) / 1000)

    @property
    def newest_ms(self) -> int | None:
        """The time of the newest point of all that is shown."""
        times = [point.time_ms for points in self.latest.values() for point in points]
        return max(times, default=None)


def read(parameters: Mapping[str, str], now: datetime | None = None) -> Reading:
    """Everything that the page needs; `parameters` are those of its address."""
    moment = now or datetime.now(UTC)
    now_ms = round(moment.timestamp() * 1000)
    shown = parse_range(parameters, now_ms)
    known = store.latest_of(ALL_METRICS)
    latest = _by_metric(p for p in known if now_ms - p.time_ms < FORGOTTEN_AFTER_MS)
    hosts = _values_of("host", latest["cpu_percent"])
    host = _chosen(parameters.get("host"), _values_of("host", known), hosts, settings.HOST_NAME)
    service = _chosen(parameters.get("service"), _values_of("service", known), [], "")
    alerts, of_alerts = read_alerts(shown.start_ms, shown.end_ms)
    backups, of_backups = read_backups(now_ms, shown.start_ms, shown.end_ms)
    before = before_of(shown, parameters)
    of_now = list(_wanted(known, shown, host, service))
    wanted = [_recently(latest[RESPONSE_TIME], now_ms), *of_now, *_earlier(of_now, shown, before)]
    reached = store.reach_once(now_ms)
    recent, vitals, traffic, *earlier = SETTLED.windows(
        wanted, now_ms, partial(windows_of_each, reached=reached)
    )
    return Reading(
        now_ms=now_ms,
        range=shown,
        host=host,
        service=service,
        latest=latest,
        windows=_by_metric_of_window([*vitals, *traffic]),
        recent=recent,
        portal=portal_state(moment),
        canary_age_seconds=canary.age_among(known, moment),
        processes=read_processes(settings.RUN_DIR / "portal.json"),
        dependencies=read_dependencies(now_ms),
        alerts=alerts,
        backups=backups,
        limits=read_limits(),
        before=before,
        windows_before=_by_metric_of_window(chain.from_iterable(earlier)),
        marks=newest(of_alerts, of_backups, read_annotations(shown.start_ms, shown.end_ms)),
    )


def _by_metric(points: Iterable[LatestPoint]) -> dict[str, list[LatestPoint]]:
    latest: dict[str, list[LatestPoint]] = {metric: [] for metric in ALL_METRICS}
    for point in points:
        latest[point.series.metric].append(point)
    return latest


def _recently(points: Iterable[LatestPoint], now_ms: int) -> WindowRequest:
    start_ms = now_ms - RECENT_MS
    series = [point.series for point in points if point.time_ms >= start_ms]
    return WindowRequest(series, start_ms, now_ms, RECENT_STEP_MS)


def _wanted(
    known: Iterable[LatestPoint], shown: Range, host: str, service: str
) -> Iterable[WindowRequest]:
    """Two of them, since requests have longer steps than vitals."""
    vitals, traffic = [], []
    for point in known:
        # What fell silent before the range began has nothing in it.
        if point.time_ms < shown.start_ms:
            continue
        if point.series.metric in (REQUESTS, RESPONSE_TIME):
            if service in ("", _service(point)):
                traffic.append(point.series)
        elif _host(point) in ("", host):
            vitals.append(point.series)
    yield WindowRequest(vitals, shown.start_ms, shown.end_ms, shown.step_ms)
    yield WindowRequest(traffic, shown.start_ms, shown.end_ms, shown.traffic_step_ms)


def _earlier(
    requests: Sequence[WindowRequest], shown: Range, before: Before
) -> list[WindowRequest]:
    """The same some weeks before; only that of requests, in few steps, where it is not drawn."""
    start_ms, end_ms = shown.start_ms - before.shift_ms, shown.end_ms - before.shift_ms
    moved = [
        WindowRequest(
            each.series, start_ms, end_ms, drawn_step_ms(each.step_ms, start_ms, shown.end_ms)
        )
        for each in requests
    ]
    return moved if before.drawn else [moved[-1]._replace(step_ms=total_step_ms(shown))]


def _by_metric_of_window(found: Iterable[Window]) -> dict[str, list[Window]]:
    windows: dict[str, list[Window]] = {metric: [] for metric in ALL_METRICS}
    for window in found:
        windows[window.series.metric].append(window)
    return windows


def _chosen(wanted: str | None, known: list[str], current: list[str], default: str) -> str:
    """What is asked for if it was ever seen; else the default, or what there is in its place."""
    if wanted and wanted in known:
        return wanted
    return default if default in current or not current else current[0]


def _values_of(label: str, points: Iterable[LatestPoint]) -> list[str]:
    return sorted({point.series.labels.get(label, "") for point in points} - {""})


def _host(point: LatestPoint) -> str:
    return point.series.labels.get("host", "")


def _service(point: LatestPoint) -> str:
    return point.series.labels.get("service", "")
