"""Pings at the same time, each with its own connection: none is lost, and none breaks another."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test import Client

from monitoring.editing import save_check
from monitoring.models import Check, CheckState, Ping, Transition
from tests.heartbeats.jobs import START_MS, add, state, tick

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


def send(path: str) -> int:
    try:
        return int(Client().get(path).status_code)
    finally:
        connection.close()


@pytest.mark.parametrize("checks", [1, 5])
def test_two_hundred_pings_from_eight_threads_are_all_recorded(
    monkeypatch: pytest.MonkeyPatch, checks: int
) -> None:
    monkeypatch.setattr("monitoring.heartbeats.writing.PRUNED_FROM", 1000)
    added = [add(f"job {number}") for number in range(checks)]
    paths = [f"/ping/{added[number % checks].uuid}" for number in range(200)]
    with ThreadPoolExecutor(THREADS) as threads:
        assert set(threads.map(send, paths)) == {200}
    assert Ping.objects.count() == 200
    assert set(CheckState.objects.values_list("status", "successes")) == {("up", 200 // checks)}
    # However many were first, it turned up once.
    assert Transition.objects.filter(status="up").count() == checks


def test_times_of_one_heartbeat_are_in_the_order_of_its_pings() -> None:
    check = add()
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(send, [f"/ping/{check.uuid}/log"] * 50))
    times = list(Ping.objects.order_by("id").values_list("time_ms", flat=True))
    assert times == sorted(times)


def test_pings_edits_and_ticks_do_not_wait_for_each_other_in_a_circle() -> None:
    check = add()

    def edit(number: int) -> int:
        try:
            save_check(Check.objects.get(pk=check.pk), {"period_seconds": 60 + number})
            CheckState.objects.update(due_ms=START_MS)
            tick(START_MS)
        finally:
            connection.close()
        return 200

    with ThreadPoolExecutor(THREADS) as threads:
        sent = [threads.submit(send, f"/ping/{check.uuid}/{n % 2}") for n in range(60)]
        edited = [threads.submit(edit, number) for number in range(15)]
        assert {each.result(30) for each in sent + edited} == {200}
    open_ones = Transition.objects.filter(owner=check, ended_ms=None)
    assert [each.status for each in open_ones] == [state(check).status]


def test_a_database_that_is_really_locked_answers_503(monkeypatch: pytest.MonkeyPatch) -> None:
    check = add()
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            CheckState.objects.select_for_update().get(pk=check.pk)
            locked.set()
            done.wait(10)
        connection.close()

    with ThreadPoolExecutor(1) as threads:
        holding = threads.submit(hold)
        locked.wait(10)
        with connection.cursor() as cursor:
            wait = "PRAGMA busy_timeout = 50" if connection.vendor == "sqlite" else None
            cursor.execute(wait or "SET lock_timeout = '50ms'")
        response = Client().get(f"/ping/{check.uuid}")
        done.set()
        holding.result()
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    connection.close()
    assert Client().get(f"/ping/{check.uuid}").status_code == 200
