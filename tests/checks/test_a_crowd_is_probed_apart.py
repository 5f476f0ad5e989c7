"""When more checks are due than one interpreter can ask, processes of their own ask them."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from unittest import mock

import psutil
import pytest
from django.conf import LazySettings

from monitoring.editing import save_check
from monitoring.models import Check, CheckState
from monitoring.runner import crowd
from monitoring.runner.engine import Engine
from monitoring.runner.leasing import Lease
from monitoring.runner.prober_process import ProberProcess
from monitoring.runner.running import Runner
from tests.checks.test_the_runner import hangs, until_probed, web
from tests.probes.misbehaving import http, sending, serving
from tests.running_portal import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Iterator[Runner]:
    """One check is a crowd to it."""
    monkeypatch.setattr(crowd, "CROWD", 1)
    monkeypatch.setattr(crowd, "_PROCESSES", 1)
    started = Runner()
    started.start()
    yield started
    started.stop()


def ready_prober(runner: Runner) -> ProberProcess:
    """After a first check, which does not wait for it."""
    with serving(sending(http(b"ok"))) as good:
        until_probed(runner, web("first", good), seconds=30)
    (prober,) = runner._engine._crowd._probers
    until(lambda: prober.is_ready, 30, "the prober to start")
    Check.objects.all().delete()
    return prober


def test_what_a_killed_prober_had_not_answered_is_asked_here(runner: Runner) -> None:
    prober = ready_prober(runner)
    os.kill(prober.pid, signal.SIGSTOP)
    with serving(sending(http(b"ok"))) as good:
        checks = [web(f"web {number}", good, timeout_seconds=60) for number in range(5)]
        runner.tick()
        leased = CheckState.objects.filter(leased_until_ms__gt=0)
        until(lambda: leased.count() == 5 and prober.is_busy, 20, "all to be given to the prober")
        prober.kill()
        found = until_probed(runner, *checks, seconds=30)
    assert {state.status for state in found.values()} == {"up"}


def test_a_prober_that_holds_checks_for_longer_than_their_lease_is_ended(runner: Runner) -> None:
    prober = ready_prober(runner)
    os.kill(prober.pid, signal.SIGSTOP)
    with serving(sending(http(b"ok"))) as good:
        check = web("held", good, timeout_seconds=60)
        runner.tick()
        until(lambda: prober.is_busy, 20, "the check to be given to the prober")
        (job,) = prober._jobs.values()
        job.lease = Lease(check.pk, job.lease.version, job.due_ms, int(time.time() * 1000) - 1)
        # It counts as ended as soon as nothing more is asked of it.
        until(lambda: not psutil.pid_exists(prober.pid), 20, "the prober to be ended")
    assert prober.has_ended


def test_checks_of_every_fate_end_there_with_their_own_reason(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    # What the guard refuses here it refuses there: the prober is told when it starts.
    settings.ALLOWED_ADDRESSES, settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.1"], False
    prober = ready_prober(runner)
    monkeypatch.setattr(Engine, "_begin", lambda *_: None)
    with serving(sending(http(b"ok"))) as good, serving(hangs) as hanging:
        with socket.create_server(("127.0.0.1", 0)) as unused:
            closed = unused.getsockname()[1]
        to_metadata = http(b"", "302 Found", "Location: http://169.254.169.254/latest/")
        with serving(sending(to_metadata)) as redirecting:
            checks = [web("good", good), web("closed", closed)]
            checks.append(web("hanging", hanging, timeout_seconds=0.5))
            checks += [web("redirected", redirecting), web("private", good, host="127.0.0.2")]
            found = until_probed(runner, *checks, seconds=30)
    assert not prober.has_ended
    assert {name: (state.status, state.reason) for name, state in found.items()} == {
        "good": ("up", "ok"),
        "hanging": ("down", "timeout"),
        "closed": ("down", "connection refused"),
        "redirected": ("down", "address not allowed"),
        "private": ("down", "address not allowed"),
    }
    assert set(found["good"].phases_ms) == {"dns", "connect", "first_byte", "transfer"}


def test_an_edited_check_is_asked_as_it_is_now(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready_prober(runner)
    monkeypatch.setattr(Engine, "_begin", lambda *_: None)
    with serving(sending(http(b"ok"))) as old, serving(sending(http(b"new"))) as new:
        check = web("edited", old)
        until_probed(runner, check, seconds=30)
        save_check(check, {"url": f"http://127.0.0.1:{new}/", "expect_text": "new"})
        CheckState.objects.filter(pk=check.pk).update(probed_ms=None)
        (state,) = until_probed(runner, check, seconds=30).values()
    assert (state.status, state.message) == ("up", "200 OK")


def test_a_prober_that_is_behind_gets_less_and_else_each_keeps_its_checks() -> None:
    jobs = [mock.Mock(**{"check.check_id": number}) for number in range(1000)]
    even, odd = crowd.shared_out(jobs, [0, 0])
    assert {job.check.check_id % 2 for job in even} == {0}
    assert (len(even), len(odd)) == (500, 500)
    slow, quick = crowd.shared_out(jobs, [900, 100])
    assert 900 + len(slow) <= 100 + len(quick) + 2 * crowd._UNEVEN
    assert crowd.shared_out(jobs, [2000, 0]) == [[], jobs]
    assert crowd.shared_out(jobs, []) == []


def test_probers_end_when_there_is_no_crowd_any_more(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    prober = ready_prober(runner)
    monkeypatch.setattr(crowd, "CROWD", 500)
    monkeypatch.setattr(crowd, "_KEEP_SECONDS", 0)
    with serving(sending(http(b"ok"))) as good:
        (state,) = until_probed(runner, web("alone", good), seconds=30).values()
    assert state.status == "up"
    assert not psutil.pid_exists(prober.pid)


def test_a_prober_that_is_still_asking_gets_no_more_and_then_ends(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    prober = ready_prober(runner)
    with serving(hangs) as hanging, serving(sending(http(b"ok"))) as good:
        web("slow", hanging, timeout_seconds=60)
        runner.tick()
        until(lambda: prober.is_busy, 20, "the check to be given to the prober")
        monkeypatch.setattr(crowd, "CROWD", 500)
        monkeypatch.setattr(crowd, "_KEEP_SECONDS", 0)
        given = len(prober._told)
        until_probed(runner, web("quick", good), seconds=30)
        assert len(prober._told) == given, "asked there"
        prober._jobs.clear()  # as if it had answered
        until_probed(runner, web("next", good), seconds=30)
    assert not psutil.pid_exists(prober.pid)


def test_a_prober_ends_with_the_process_that_has_started_it() -> None:
    prober = ProberProcess(lambda *_: None, lambda _: None)
    until(lambda: prober.is_ready, 30, "the prober to start")
    # What the system does to the sockets of a process that is killed.
    prober._pipe._socket.shutdown(socket.SHUT_RDWR)
    until(lambda: not psutil.pid_exists(prober.pid), 20, "the prober to end")
