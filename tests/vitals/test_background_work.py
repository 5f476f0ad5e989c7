"""Scheduler, queue and worker in a whole portal, on a real broker."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import psutil

from tests.running_portal import until

if TYPE_CHECKING:
    from tests.running_portal import RunningPortal


def _detailed(portal: RunningPortal, token: str) -> dict[str, object]:
    headers = {"Authorization": f"Bearer {token}"}
    body: dict[str, object] = portal.get("/api/health/detailed", headers=headers).json()
    return body


def test_the_host_is_sampled_and_the_answer_holds_its_values(
    running_portal: RunningPortal,
) -> None:
    token = running_portal.token("vitals")
    system = until(lambda: _has_cpu(_detailed(running_portal, token)), 20, "a sample of this host")
    assert 0 <= system["cpu_percent"] <= 100
    assert system["memory"]["total_bytes"] <= psutil.virtual_memory().total
    assert system["disk"]["path"] == "/"


def _has_cpu(body: dict[str, object]) -> dict[str, object] | None:
    system = body["system"]
    assert isinstance(system, dict)
    return system if system["cpu_percent"] is not None else None


def test_a_worker_that_hangs_shows_within_thirty_seconds_and_its_return_too(
    running_portal: RunningPortal,
) -> None:
    until(lambda: running_portal.health() == "healthy", 45, "healthy to begin with")
    worker = running_portal.pid("worker")
    os.killpg(worker, signal.SIGSTOP)
    try:
        until(lambda: running_portal.health() == "degraded", 30, "degraded")
        assert running_portal.answers("/api/health/readiness") == 200
    finally:
        os.killpg(worker, signal.SIGCONT)
    until(lambda: running_portal.health() == "healthy", 15, "healthy again")
