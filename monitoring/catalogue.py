"""Every metric that the portal knows: its unit, label and help text.

A point of a metric that is not here is refused: a typing error in a name would otherwise make a
series that no threshold and no chart ever reads.
"""

import difflib
from dataclasses import dataclass
from enum import StrEnum

from monitoring.amounts import amount


class Kind(StrEnum):
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Metric:
    """`unit` is shown after a value; `label` is its name in charts; `help` explains it. `words` are
    what 0 and 1 mean where there is nothing else: nobody should have to know that 0 is "down"."""

    name: str
    unit: str
    label: str
    help: str
    kind: Kind = Kind.GAUGE
    words: tuple[str, str] | None = None


def choices() -> list[tuple[str, str]]:
    """For forms: in words first, as the charts say it, then the name that files and the API use."""
    return [(each.name, f"{each.label} ({each.name}): {each.help}") for each in METRICS.values()]


class UnknownMetricError(ValueError):
    """Names the metric and the known ones that come nearest."""


_ALL = [
    # The host
    Metric("cpu_percent", "%", "CPU", "Time that all cores together were busy"),
    Metric("cpu_core_max_percent", "%", "Busiest core", "Time that the busiest core was busy"),
    Metric("memory_percent", "%", "Memory", "Memory that is not available to programs"),
    Metric("memory_used_bytes", "B", "Memory used", "Memory that is not available to programs"),
    Metric("memory_total_bytes", "B", "Memory size", "Memory that the host or its container has"),
    Metric("swap_percent", "%", "Swap", "Swap space in use"),
    Metric("disk_percent", "%", "Disk", "Space in use on a file system, as its users see it"),
    Metric("disk_used_bytes", "B", "Disk used", "Space in use on a file system"),
    Metric("disk_total_bytes", "B", "Disk size", "Size of a file system"),
    Metric("load1", "", "Load", "Processes running or waiting, averaged over a minute"),
    Metric("load5", "", "Load, 5 min", "Processes running or waiting, averaged over 5 minutes"),
    Metric("load15", "", "Load, 15 min", "Processes running or waiting, averaged over 15 minutes"),
    Metric("host_uptime_seconds", "s", "Host uptime", "Time since the host started"),
    Metric("process_count", "", "Processes", "Processes on the host"),
    Metric("net_receive_bytes_per_second", "B/s", "Received", "Network traffic in"),
    Metric("net_transmit_bytes_per_second", "B/s", "Sent", "Network traffic out"),
    Metric("disk_read_bytes_per_second", "B/s", "Disk read", "Read from all disks"),
    Metric("disk_write_bytes_per_second", "B/s", "Disk written", "Written to all disks"),
    # The requests
    Metric("http_requests_per_minute", "/min", "Requests", "Requests answered in a minute"),
    Metric("http_error_rate_percent", "%", "Errors", "Requests answered with 5xx"),
    Metric(
        "http_response_time_ms",
        "ms",
        "Response time",
        "Time from a request's arrival to the end of its answer",
        Kind.HISTOGRAM,
    ),
    Metric(
        "http_service_response_time_ms",
        "ms",
        "Response time, all routes",
        "As http_response_time_ms, of all routes and methods of a service together",
        Kind.HISTOGRAM,
    ),
    # The dependencies
    Metric(
        "check_up",
        "",
        "Up",
        "1 while the check is up or degraded, 0 while it is down",
        words=("down", "up"),
    ),
    Metric("check_response_time_ms", "ms", "Response time", "Duration of a check's probe"),
    Metric("check_phase_ms", "ms", "Phase", "Part of a probe: DNS, connect, TLS, first byte, rest"),
    Metric(
        "check_flapping",
        "",
        "Flapping",
        "1 while a check turns down and up again and again",
        words=("steady", "flapping"),
    ),
    Metric("check_lag_seconds", "s", "Check lag", "How late probes began, at most"),
    Metric("tls_days_remaining", "d", "Certificate", "Days until a certificate expires"),
    # The backups
    Metric("backup_age_seconds", "s", "Backup age", "Time since a plan's newest good backup"),
    Metric("backup_size_bytes", "B", "Backup size", "Size of a backup's artifact"),
    Metric(
        "backup_size_change_percent",
        "%",
        "Change of backup size",
        "Size of a backup beside the median of the seven before it",
    ),
    Metric("backup_copies_missing", "", "Copies missing", "Destinations without the newest backup"),
    Metric("backup_duration_seconds", "s", "Backup duration", "Time that a backup took"),
    Metric(
        "backup_retention_stopped",
        "",
        "Retention stopped",
        "1 while nothing is deleted",
        words=("going on", "stopped"),
    ),
    Metric(
        "restore_test_ok",
        "",
        "Restore test",
        "1 when a backup was restored, else 0",
        words=("failed", "passed"),
    ),
    Metric("restore_test_duration_seconds", "s", "Restore duration", "Time a restore test took"),
    # The portal itself
    Metric("portal_queue_lag_seconds", "s", "Queue lag", "Time a task waited for a worker"),
    Metric("portal_beat_age_seconds", "s", "Beat's age", "Time since beat's canary came through"),
    Metric("portal_deliveries_pending", "", "Deliveries", "Messages that wait to be sent"),
    Metric(
        "portal_blind",
        "",
        "Blind",
        "1 while the portal has lost its network, else 0",
        words=("connected", "blind"),
    ),
    Metric(
        "portal_login_lockouts",
        "",
        "Lockouts",
        "1 when somebody failed to log in too often",
        words=("nobody", "locked out"),
    ),
    Metric(
        "portal_channel_failing",
        "",
        "Channel fails",
        "1 after a channel refused, else 0",
        words=("works", "fails"),
    ),
    Metric("process_rss_bytes", "B", "Process memory", "Resident memory of a portal process"),
]

METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}
HISTOGRAMS = frozenset(metric.name for metric in _ALL if metric.kind is Kind.HISTOGRAM)


def metric(name: str) -> Metric:
    """Raises UnknownMetricError for a name that is not in the catalogue."""
    try:
        return METRICS[name]
    except KeyError:
        near = difflib.get_close_matches(name[:100], METRICS, n=3)
        hint = f"; did you mean {', '.join(near)}?" if near else "; see docs/metrics.md"
        raise UnknownMetricError(f"unknown metric {name[:100]!r}{hint}") from None


def has_words(name: str) -> bool:
    """Whether its values are states: a limit between two of them says nothing to a person."""
    found = METRICS.get(name)
    return found is not None and found.words is not None


def word(name: str, value: float) -> str:
    """What it is, such as "down"; empty for what is a number, as the mean of two states is."""
    found = METRICS.get(name)
    if found is None or found.words is None or value not in (0, 1):
        return ""
    return found.words[int(value)]


def in_states(name: str) -> bool:
    """Whether its values are two states and no numbers."""
    return name in METRICS and METRICS[name].words is not None


def in_words(name: str, value: float, unit: str) -> str:
    """Such as "97 %" or "down": what has a unit, as a rate of states has, is a number."""
    return (not unit and word(name, value)) or amount(value, unit)
