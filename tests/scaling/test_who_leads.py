"""Of several schedulers one leads. Who has led before finds out; its messages are dropped."""

import pytest

from opsportal.beat.fencing import Fence
from opsportal.beat.leading import LEASE_SECONDS, RENEW_SECONDS, Candidate
from opsportal.models import Lease

pytestmark = pytest.mark.django_db


def candidates() -> tuple[Candidate, Candidate]:
    return Candidate("beat", "one"), Candidate("beat", "two")


def test_the_first_leads_and_the_second_watches() -> None:
    first, second = candidates()
    assert first.stand(0.0)
    assert not second.stand(0.0)
    assert not second.leads(0.0)


def test_a_leader_that_counts_on_is_never_replaced() -> None:
    first, second = candidates()
    now = 0.0
    for _ in range(20):
        assert first.stand(now)
        assert not second.stand(now)
        now += RENEW_SECONDS


def test_a_leader_has_stopped_before_another_may_begin() -> None:
    first, second = candidates()
    first.stand(0.0)
    second.stand(0.0)
    for now in (3.0, 6.0, 9.0):
        assert not second.stand(now)
    assert not first.leads(LEASE_SECONDS - 2.0)
    assert second.stand(12.0)
    # The other wakes up, and finds that it does not lead any more.
    assert not first.stand(12.0)
    assert second.stand(15.0)


def test_clocks_that_differ_do_not_matter() -> None:
    first, second = candidates()
    assert first.stand(1_000_000.0)
    assert not second.stand(5.0)
    assert first.stand(1_000_004.0)
    assert not second.stand(5.0 + LEASE_SECONDS)
    assert not second.stand(5.0 + LEASE_SECONDS + RENEW_SECONDS)


def test_who_gives_up_is_followed_at_once() -> None:
    first, second = candidates()
    first.stand(0.0)
    assert not second.stand(0.0)
    first.give_up()
    assert second.stand(RENEW_SECONDS)


def test_a_process_that_died_is_followed_at_once_by_the_one_started_in_its_place() -> None:
    first, _ = candidates()
    first.stand(0.0)
    assert Candidate("beat", "one").stand(1.0)
    # Which takes the lead from the first, were it alive: it does not take it back in turn.
    assert not first.stand(RENEW_SECONDS)
    assert not first.stand(2 * RENEW_SECONDS)


def test_two_that_see_a_dead_leader_at_once_do_not_both_follow() -> None:
    first, second = candidates()
    third = Candidate("beat", "three")
    first.stand(0.0)
    for each in (second, third):
        each.stand(0.0)
    assert [each.stand(12.0) for each in (second, third)] == [True, False]
    assert Lease.objects.get().token == 2


def test_messages_of_a_former_leader_are_kept_out() -> None:
    fence = Fence()
    assert not fence.keeps_out(None)
    assert not fence.keeps_out(2)
    assert fence.keeps_out(1)
    assert not fence.keeps_out(2)
    assert not fence.keeps_out(3)
