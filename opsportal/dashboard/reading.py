"""What one look at the portal needs, read in a bounded number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.conf import settings

from monitoring import canary, store
from monitoring.store import LatestPoint, Window
from opsportal.dashboard.alerts import FiringAlerts, read_alerts
from opsportal.dashboard.backups import BackupsInShort, read_backups
from opsportal.dashboard.before import Before, before_of
from opsportal.dashboard.charts import REQUESTS
from opsportal.dashboard.dependencies import Dependencies, read_dependencies
from opsportal.dashboard.limits import Limits, read_limits
from opsportal.dashboard.marks import Mark, newest, read_annotations
from opsportal.dashboard.past import Part
from opsportal.dashboard.processes import Process, read_processes
from opsportal.dashboard.ranges import DAY_MS, Range, parse_range
from opsportal.dashboard.routes import Measured
from opsportal.dashboard.states import Limit
from opsportal.dashboard.window_reading import ALL_METRICS, read_windows
from opsportal.health.state import PortalState, portal_state

# What has been silent for longer was taken away, and is no problem any more.
FORGOTTEN_AFTER_MS = DAY_MS


@dataclass(frozen=True, slots=True)
class Reading:
    """The state of everything at `now_ms`.

    `latest` covers all hosts and services, by metric; the windows only those chosen (an empty
    `service` means all of them), but for `recent`. `window_reading` says what each holds.
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
    routes: Sequence[Measured] = ()
    routes_before: Sequence[Window] = ()
    routes_minutes: float = 1
    parts: Mapping[str, Part] = field(default_factory=dict)

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
    windows = read_windows(known, shown, before, service, host, now_ms)
    return Reading(
        now_ms=now_ms,
        range=shown,
        host=host,
        service=service,
        latest=latest,
        windows=windows.by_metric,
        recent=windows.recent,
        portal=portal_state(moment),
        canary_age_seconds=canary.age_among(known, moment),
        processes=read_processes(settings.RUN_DIR / "portal.json"),
        dependencies=read_dependencies(now_ms),
        alerts=alerts,
        backups=backups,
        limits=read_limits(),
        before=before,
        windows_before=windows.before,
        routes=windows.routes,
        routes_before=windows.routes_before,
        routes_minutes=windows.routes_minutes,
        parts=windows.parts,
        marks=newest(of_alerts, of_backups, read_annotations(shown.start_ms, shown.end_ms)),
    )


def _by_metric(points: Iterable[LatestPoint]) -> dict[str, list[LatestPoint]]:
    latest: dict[str, list[LatestPoint]] = {metric: [] for metric in ALL_METRICS}
    for point in points:
        latest[point.series.metric].append(point)
    return latest


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
