"""Every part, in the order in which they lean on each other: the first that is wrong explains the
others."""

from __future__ import annotations

from opsportal.doctor import (
    beat,
    broker,
    channels,
    clock,
    configuration,
    database,
    destinations,
    directories,
    disk,
    keys,
    migrations,
    processes,
    web,
    worker,
)
from opsportal.doctor.base import Examine

PARTS: dict[str, Examine] = {
    "configuration": configuration.examine,
    "directories": directories.examine,
    "disk": disk.examine,
    "database": database.examine,
    "migrations": migrations.examine,
    "broker": broker.examine,
    "processes": processes.examine,
    "web": web.examine,
    "worker": worker.examine,
    "beat": beat.examine,
    "channels": channels.examine,
    "destinations": destinations.examine,
    "keys": keys.examine,
    "clock": clock.examine,
}
