"""Real workers and a real scheduler on a broker that may be killed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.running_portal import until

if TYPE_CHECKING:
    from tests.vitals.conftest import BackgroundWork

START_SECONDS = 40


def _sampled_after(work: BackgroundWork, host: str, time_ms: int) -> bool:
    return work.last_time_ms("load1", host=host) > time_ms


def _both_sampled_after(work: BackgroundWork, time_ms: int) -> bool:
    return all(_sampled_after(work, host, time_ms) for host in ("web-1", "web-2"))


def test_every_worker_samples_its_own_host(background_work: BackgroundWork) -> None:
    until(
        lambda: _both_sampled_after(background_work, 0), START_SECONDS, f"\n{background_work.log}"
    )


def test_a_killed_broker_costs_seconds_and_few_lines(background_work: BackgroundWork) -> None:
    until(lambda: _both_sampled_after(background_work, 0), START_SECONDS, "samples to begin with")
    background_work.kill_broker()
    until(lambda: "Couldn't apply scheduled task" in background_work.log, 20, "beat noticed")
    background_work.start_broker()
    back_ms = time.time_ns() // 1_000_000

    def came_back() -> bool:
        background_work.revive()
        return _both_sampled_after(background_work, back_ms)

    until(came_back, 60, f"\n{background_work.log}")
    log = background_work.log
    assert "Traceback" not in log or "Unrecoverable error" in log


def test_an_edit_in_the_admin_counts_within_seconds(background_work: BackgroundWork) -> None:
    until(lambda: _both_sampled_after(background_work, 0), START_SECONDS, "samples to begin with")
    before = background_work.last_time_ms("portal_queue_lag_seconds", queue="default")
    background_work.edit("Send the canary", 1)

    def came() -> bool:
        latest = background_work.last_time_ms("portal_queue_lag_seconds", queue="default")
        return latest > before

    until(came, 60, f"\n{background_work.log}")
