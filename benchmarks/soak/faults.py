"""The misfortunes, in the order in which they come."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.soak.surroundings import Broker, Clock, Database, Disk, network

FULL_SECONDS, DOWN_SECONDS, LOST_SECONDS, WRONG_SECONDS = 20.0, 5.0, 20.0, 20.0
STEP_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Fault:
    """`strike` returns when all is given back."""

    name: str
    strike: Callable[[], None]


def faults(
    disk: Disk, database: Database, broker: Broker, clock: Clock, is_apart: bool
) -> list[Fault]:
    def full_disk() -> None:
        disk.fill()
        time.sleep(FULL_SECONDS)
        disk.empty()
        # It gives up when it cannot recover for want of room; a service is started again.
        if not database.runs:
            database.start()

    def database_restart() -> None:
        database.stop()
        time.sleep(DOWN_SECONDS)
        database.start()

    def broker_restart() -> None:
        broker.kill()
        time.sleep(DOWN_SECONDS)
        broker.start()

    def lost_network() -> None:
        network("down")
        time.sleep(LOST_SECONDS)
        network("up")

    def step(seconds: int) -> Callable[[], None]:
        def stepped() -> None:
            clock.set(seconds)
            time.sleep(WRONG_SECONDS)

        return stepped

    all_of_them = [
        (Fault("full disk", full_disk), disk.is_real),
        (Fault("database restart", database_restart), True),
        (Fault("broker killed", broker_restart), True),
        (Fault("lost network", lost_network), is_apart),
        (Fault(f"clock {STEP_SECONDS} s ahead", step(STEP_SECONDS)), clock.is_real),
        (Fault("clock back", step(0)), clock.is_real),
    ]
    return [fault for fault, can_be_had in all_of_them if can_be_had]
