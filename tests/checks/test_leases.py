"""Due checks are leased: by one process at a time, the most overdue first."""

import threading

import pytest
from django.db import connection

from monitoring import store
from monitoring.editing import save_check, set_enabled
from monitoring.models import Check, CheckState
from monitoring.runner.leasing import Lease, lease_due, release
from monitoring.runner.outcomes import write
from monitoring.runner.prepared import PreparedChecks
from tests.checks.watched import GOOD, START_MS, add, outcome, probed, state

pytestmark = pytest.mark.django_db


def ids(leases: list[Lease]) -> list[int]:
    return [lease.check_id for lease in leases]


def test_a_leased_check_is_nobody_elses_until_the_lease_runs_out() -> None:
    check = add("one", timeout_seconds=5)
    (lease,) = lease_due(START_MS, 0, 10)
    assert lease_due(START_MS + 14_000, 0, 10) == []
    assert ids(lease_due(START_MS + 15_000, 0, 10)) == [check.pk]
    assert lease.until_ms == START_MS + 15_000


def test_the_most_overdue_go_first() -> None:
    late, later, latest = (
        add(name, now_ms=START_MS - age) for name, age in (("a", 9), ("b", 5), ("c", 1))
    )
    assert ids(lease_due(START_MS, 0, 2)) == [late.pk, later.pk]
    assert ids(lease_due(START_MS, 0, 2)) == [latest.pk]


def test_what_is_due_shortly_is_leased_ahead() -> None:
    check = add("soon", now_ms=START_MS + 2000)
    assert lease_due(START_MS, 1000, 10) == []
    (lease,) = lease_due(START_MS, 3000, 10)
    assert (lease.check_id, lease.due_ms) == (check.pk, START_MS + 2000)


def test_a_paused_check_is_not_due() -> None:
    set_enabled(add("paused"), False)
    assert lease_due(START_MS * 2, 0, 10) == []


def test_the_result_of_a_lease_that_ran_out_does_not_count() -> None:
    check = add("slow")
    (first,) = lease_due(START_MS, 0, 10)
    (second,) = lease_due(START_MS + 60_000, 0, 10)
    assert write([outcome(first, GOOD, START_MS + 61_000)]) == 0
    assert write([outcome(second, GOOD, START_MS + 62_000)]) == 1
    assert write([outcome(second, GOOD, START_MS + 63_000)]) == 0
    assert state(check).probed_ms == START_MS + 62_000


def test_of_good_results_as_before_only_those_count_whose_leases_hold() -> None:
    kept, edited, lost = checks = [add(name, interval_seconds=60) for name in ("a", "b", "c")]
    probed(START_MS, dict.fromkeys(checks, GOOD))
    later_ms = START_MS + 120_000
    outcomes = [outcome(lease, GOOD, later_ms) for lease in lease_due(later_ms, 0, 10)]
    set_enabled(edited, False)
    other_lease_ms = later_ms + 1
    CheckState.objects.filter(pk=lost.pk).update(leased_until_ms=other_lease_ms)
    assert write(outcomes) == 1
    assert [state(each).probed_ms for each in checks] == [later_ms, START_MS, START_MS]
    assert [state(each).leased_until_ms for each in checks] == [0, 0, other_lease_ms]
    (latest,) = store.latest(store.Selector("check_up", {"check": kept.slug}))
    assert latest.time_ms == later_ms
    (before,) = store.latest(store.Selector("check_up", {"check": lost.slug}))
    assert before.time_ms == START_MS


def test_the_result_of_settings_that_were_edited_meanwhile_does_not_count() -> None:
    check = add("edited")
    (lease,) = lease_due(START_MS, 0, 10)
    result = outcome(lease, GOOD, START_MS)
    save_check(check, {"host": "other.example", "port": 1}, now_ms=START_MS)
    assert write([result]) == 0
    (again,) = lease_due(START_MS, 0, 10)
    assert PreparedChecks().of([again])[check.pk].version == again.version


def test_a_process_that_ends_gives_its_leases_back() -> None:
    check = add("given back")
    leases = lease_due(START_MS, 0, 10)
    release(leases)
    assert ids(lease_due(START_MS, 0, 10)) == [check.pk]


def test_a_probe_ends_the_lease_and_the_next_one_is_in_phase() -> None:
    check = add("regular", interval_seconds=60)
    (lease,) = lease_due(START_MS, 0, 10)
    write([outcome(lease, GOOD, START_MS)])
    first_due = state(check).due_ms
    assert first_due is not None
    assert START_MS < first_due <= START_MS + 60_000
    (lease,) = lease_due(first_due, 0, 10)
    write([outcome(lease, GOOD, first_due + 700)])
    assert state(check).due_ms == first_due + 60_000


def test_a_deleted_check_is_left_out() -> None:
    add("deleted")
    leases = lease_due(START_MS, 0, 10)
    Check.objects.all().delete()
    assert PreparedChecks().of(leases) == {}


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_never_share_a_check() -> None:
    for number in range(40):
        add(f"check {number}")
    taken: list[int] = []
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        for _ in range(5):
            taken.extend(ids(lease_due(START_MS, 0, 4)))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken))
    assert len(taken) + CheckState.objects.filter(leased_until_ms=0).count() == 40
