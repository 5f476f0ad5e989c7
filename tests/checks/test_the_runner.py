"""The runner of one process: real probes, real threads, real rows."""

from __future__ import annotations

import contextlib
import gzip
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from monitoring import store
from monitoring.editing import save_check
from monitoring.models import Check, CheckState, CheckStatus
from monitoring.models import Point as HeadRow
from monitoring.runner.engine import CAPACITY, Engine
from monitoring.runner.leasing import Lease
from monitoring.runner.outcomes import Outcome
from monitoring.runner.prepared import prepare
from monitoring.runner.running import Runner
from tests.probes.misbehaving import Answer, http, sending, serving
from tests.probes.test_http_servers_that_misbehave import (
    METADATA,
    a_gigabyte,
    endless_headers,
)
from tests.running_portal import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def runner() -> Iterator[Runner]:
    started = Runner()
    started.start()
    yield started
    started.stop()


def web(name: str, port: int, host: str = "127.0.0.1", **fields: object) -> Check:
    # Not due again within a tick's reach, unless a test wants that.
    own = {"timeout_seconds": 30, "retries": 0, "interval_seconds": 86_400, **fields}
    check = Check(name=name, kind="http", **own)
    save_check(check, {"url": f"http://{host}:{port}/"})
    return check


def until_probed(runner: Runner, *checks: Check, seconds: float = 10) -> dict[str, CheckState]:
    """Ticks as the schedule does, only more often."""
    states = CheckState.objects.filter(pk__in=[check.pk for check in checks])

    def all_probed() -> bool:
        runner.tick()
        return states.filter(probed_ms__isnull=False, leased_until_ms=0).count() == len(checks)

    until(all_probed, seconds, "every check to be probed")
    return {state.owner.name: state for state in states}


def hangs(connection: socket.socket) -> None:
    connection.recv(65_536)
    with contextlib.suppress(OSError):
        connection.recv(1)


def test_checks_of_every_fate_end_with_their_own_reason(runner: Runner) -> None:
    with serving(sending(http(b"ok"))) as good, serving(hangs) as hanging:
        with socket.create_server(("127.0.0.1", 0)) as unused:
            closed = unused.getsockname()[1]
        port = Check(name="port", kind="tcp", retries=0)
        save_check(port, {"host": "127.0.0.1", "port": good})
        hung = web("hanging", hanging, timeout_seconds=0.5)
        found = until_probed(
            runner, web("good", good), hung, web("closed", closed), port, seconds=30
        )
    assert {name: (state.status, state.reason) for name, state in found.items()} == {
        "good": ("up", "ok"),
        "hanging": ("down", "timeout"),
        "closed": ("down", "connection refused"),
        "port": ("up", "ok"),
    }
    (point,) = store.latest(store.Selector("check_up", {"check": "good"}))
    assert point.value == 1


def test_a_hundred_that_hang_hold_up_none_that_answers(runner: Runner) -> None:
    with serving(sending(http(b"ok"))) as good, serving(hangs) as hanging:
        stuck = [web(f"stuck {number}", hanging, timeout_seconds=300) for number in range(100)]
        runner.tick()
        leased = CheckState.objects.filter(leased_until_ms__gt=0)
        until(lambda: leased.count() == len(stuck), 20, "all to be leased")
        until_probed(runner, web("good", good), seconds=30)
        # It has not waited for a single one of them.
        assert leased.count() == len(stuck)


def test_a_crowd_of_which_more_than_half_hang_does_not_wait_for_the_next_tick(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("engine.CAPACITY", "running.CAPACITY", "running._FIRST"):
        monkeypatch.setattr(f"monitoring.runner.{name}", 8)
    with serving(sending(http(b"ok"))) as good, serving(hangs) as hanging:
        hung = [web(f"hanging {number}", hanging) for number in range(5)]
        others = [web(f"good {number}", good) for number in range(9)]
        CheckState.objects.filter(owner__in=hung).update(due_ms=1)
        runner.tick()
        waiting = CheckState.objects.filter(owner__in=others, probed_ms=None)
        until(lambda: not waiting.exists(), 20, "all that answer to be probed")
        assert not CheckState.objects.filter(owner__in=hung, probed_ms__gt=0).exists()


def dribbles(connection: socket.socket) -> None:
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.02)


# Each would go on for longer than the test.
ENDLESS: dict[str, Answer] = {"never answers": hangs, "a byte at a time": dribbles}
# Each ends by itself, with its own reason.
REASONS: dict[str, tuple[Answer, str]] = {
    "endless headers": (endless_headers, "invalid answer"),
    "a huge header": (
        sending(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 400_000 + b"\r\n\r\n"),
        "invalid answer",
    ),
    "closes in the headers": (sending(b"HTTP/1.1 200 OK\r\nContent-Le"), "connection closed"),
    "no HTTP": (sending(b"SSH-2.0-OpenSSH_9.2\r\n"), "invalid answer"),
    "redirects in a loop": (sending(http(b"", "302 Found", "Location: /again")), "invalid answer"),
    "redirects to metadata": (
        sending(http(b"", "302 Found", f"Location: {METADATA}")),
        "address not allowed",
    ),
    "a gigabyte": (a_gigabyte, "unexpected answer"),
    "a gzip bomb": (
        sending(http(gzip.compress(b"0" * 50_000_000), "200 OK", "Content-Encoding: gzip")),
        "unexpected answer",
    ),
    # Where other engines go back and forth for ever.
    "a text that explodes": (sending(http(b"0" * 900_000)), "unexpected answer"),
}


def test_servers_that_misbehave_end_with_their_reasons_and_hold_up_nobody(runner: Runner) -> None:
    with ExitStack() as stack:
        for name, answer in ENDLESS.items():
            web(name, stack.enter_context(serving(answer)), timeout_seconds=300)
        runner.tick()
        leased = CheckState.objects.filter(leased_until_ms__gt=0)
        until(lambda: leased.count() == len(ENDLESS), 20, "the endless ones to be asked")
        bad = [
            exploding(name, stack.enter_context(serving(answer)))
            for name, (answer, _reason) in REASONS.items()
        ]
        good = web("good", stack.enter_context(serving(sending(http(b"ok")))), timeout_seconds=30)
        found = until_probed(runner, *bad, good, seconds=60)
        assert leased.filter(owner__name__in=ENDLESS).count() == len(ENDLESS)
    wanted = {name: ("down", reason) for name, (_answer, reason) in REASONS.items()}
    assert {name: (state.status, state.reason) for name, state in found.items()} == {
        **wanted,
        "good": ("up", "ok"),
    }
    assert all(state.message for state in found.values())


def exploding(name: str, port: int) -> Check:
    check = Check(name=name, kind="http", timeout_seconds=30, retries=0, interval_seconds=86_400)
    save_check(check, {"url": f"http://127.0.0.1:{port}/", "expect_pattern": "(0*)*1"})
    return check


def test_a_probe_that_forgets_its_timeout_is_given_up(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitoring.runner.engine._GRACE_MS", 200)
    monkeypatch.setattr("monitoring.probes.tcp.Tcp.probe", lambda self, timeout: time.sleep(8))
    check = Check(name="forgetful", kind="tcp", retries=0, timeout_seconds=0.2)
    save_check(check, {"host": "127.0.0.1", "port": 1})
    (state,) = until_probed(runner, check, seconds=7).values()
    assert (state.status, state.message) == ("down", "no answer within 0.2 s")


def test_a_check_that_waits_for_a_thread_is_late_and_not_down(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("monitoring.runner.engine._THREADS", 2)
    monkeypatch.setattr("monitoring.runner.engine._GRACE_MS", 200)
    runner = Runner()
    runner.start()
    with serving(hangs) as hanging:
        for number in range(2):
            stuck = Check(name=f"stuck {number}", kind="tcp", timeout_seconds=4, retries=0)
            save_check(stuck, {"host": "127.0.0.1", "port": hanging, "expect": "word"})
        runner.tick()
        leased = CheckState.objects.filter(leased_until_ms__gt=0)
        until(lambda: leased.count() == 2, 60, "both to be leased")
        waiting = Check(name="waiting", kind="tcp", timeout_seconds=2, retries=0)
        save_check(waiting, {"host": "127.0.0.1", "port": hanging})
        found = until_probed(runner, waiting, seconds=20)
    runner.stop()
    assert found["waiting"].status == "up"


def test_what_waits_longer_than_its_lease_is_left_to_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    delivered: list[Outcome] = []
    monkeypatch.setattr("monitoring.probes.tcp.Tcp.probe", lambda self, timeout: 1 / 0)
    check = Check(name="overdue", kind="tcp", timeout_seconds=5)
    save_check(check, {"host": "127.0.0.1", "port": 1})
    now_ms = time.time_ns() // 1_000_000
    lease = Lease(check.pk, 1, now_ms - 60_000, now_ms + 1000)
    engine = Engine(delivered.extend)
    engine.start()
    engine.submit([lease], {check.pk: prepare(check, 1)})
    until(lambda: engine.free == CAPACITY, 60, "the job to be dropped")
    engine.stop()
    assert delivered == []
    assert engine.take_highest_lag_ms() >= 60_000


def test_a_probe_with_a_bug_is_a_result_that_says_so(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object, timeout_seconds: float) -> None:
        raise KeyError("secret-word")

    monkeypatch.setattr("monitoring.probes.tcp.Tcp.probe", broken)
    check = Check(name="broken", kind="tcp", retries=0)
    save_check(check, {"host": "127.0.0.1", "port": 1})
    (state,) = until_probed(runner, check).values()
    assert (state.reason, state.message) == (
        "probe failed",
        "the probe itself failed (KeyError)",
    )


def test_secrets_that_cannot_be_read_are_said(runner: Runner) -> None:
    check = web("locked", 1)
    Check.objects.filter(pk=check.pk).update(secrets="encrypted with a key that is gone")
    (state,) = until_probed(runner, check).values()
    assert state.status == CheckStatus.DOWN
    assert "enter it again" in state.message


def test_what_has_not_ended_when_the_process_ends_is_given_back() -> None:
    runner = Runner()
    runner.start()
    with serving(hangs) as hanging:
        check = web("hanging", hanging, timeout_seconds=60)
        runner.tick()
        state = CheckState.objects.filter(pk=check.pk)
        until(lambda: state.get().leased_until_ms > 0, 60, "the lease")
        runner.stop()
    assert state.get().leased_until_ms == 0


def test_the_last_result_is_written_without_waiting_for_more(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitoring.runner.running._GATHER_SECONDS", 600)
    with serving(sending(http(b"ok"))) as good:
        (state,) = until_probed(runner, web("only", good)).values()
    assert state.status == "up"


def test_a_check_is_begun_when_it_is_due_though_it_is_leased_before(runner: Runner) -> None:
    with serving(sending(http(b"ok"))) as good:
        check = web("soon", good)
        due_ms = time.time_ns() // 1_000_000 + 1200
        CheckState.objects.filter(pk=check.pk).update(due_ms=due_ms)
        (state,) = until_probed(runner, check).values()
    assert state.probed_ms is not None
    # Not before; and not at the next tick that looks for due checks, seconds later.
    assert due_ms <= state.probed_ms < due_ms + 5000


def test_a_check_of_every_second_does_not_wait_for_the_next_tick(runner: Runner) -> None:
    with serving(sending(http(b"ok"))) as good:
        check = web("often", good, interval_seconds=1)
        runner.tick()
        probed: set[int | None] = set()

        def probed_thrice() -> bool:
            probed.add(CheckState.objects.get(pk=check.pk).probed_ms)
            return len(probed - {None}) >= 3

        until(probed_thrice, 60, "three probes after one tick")


def test_how_late_probes_began_is_a_series(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitoring.runner.running._LAG_EVERY_MS", 0)
    with serving(sending(http(b"ok"))) as good:
        check = web("overdue", good)
        due_ms = time.time_ns() // 1_000_000 - 7000
        CheckState.objects.filter(pk=check.pk).update(due_ms=due_ms)
        until_probed(runner, check)

    def is_recorded() -> bool:
        runner.tick()
        lag = HeadRow.objects.filter(series__metric="check_lag_seconds")
        return lag.filter(value__gte=7).exists()

    until(is_recorded, 60, "the lag to be recorded")
