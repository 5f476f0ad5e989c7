"""How long the host has run and how many processes it has."""

from __future__ import annotations

import time

import psutil

from monitoring.vitals.reading import Reading


def uptime() -> list[Reading]:
    return [Reading("host_uptime_seconds", max(0.0, round(time.time() - psutil.boot_time())))]


def process_count() -> list[Reading]:
    return [Reading("process_count", len(psutil.pids()))]
