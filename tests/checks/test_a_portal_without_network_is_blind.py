"""When everything fails at once it is the portal's network; no check is called down for it."""

import pytest

from monitoring import store
from monitoring.models import Blindness, Check, CheckState
from tests.checks.watched import GOOD, REFUSED, START_MS, TIMED_OUT, add, probed, state

pytestmark = pytest.mark.django_db
SECOND_MS = 1000


@pytest.fixture
def checks() -> list[Check]:
    found = [add(f"check {number}") for number in range(4)]
    probed(START_MS, dict.fromkeys(found, GOOD))
    return found


def statuses(checks: list[Check]) -> set[str]:
    return {state(check).status for check in checks}


def lose_network(checks: list[Check], at_ms: int = START_MS + SECOND_MS) -> None:
    """One after the other times out, and is tried again."""
    for turn in range(2):
        for number, check in enumerate(checks):
            probed(at_ms + (10 * turn + number) * 100, {check: TIMED_OUT})


def test_nothing_is_down_and_one_episode_is_told(checks: list[Check]) -> None:
    lose_network(checks)
    assert statuses(checks) == {"unknown"}
    (episode,) = Blindness.objects.all()
    assert episode.ended_ms is None


def test_it_is_a_series_that_a_threshold_can_read(checks: list[Check]) -> None:
    lose_network(checks)
    (point,) = store.latest(store.Selector("portal_blind"))
    assert point.value == 1
    later_ms = START_MS + 10 * 60 * SECOND_MS
    probed(later_ms, {checks[0]: TIMED_OUT})
    (point,) = store.latest(store.Selector("portal_blind"))
    assert (point.value, later_ms - point.time_ms < 60 * SECOND_MS) == (1, True)
    probed(later_ms + 5 * SECOND_MS, {checks[0]: GOOD})
    (point,) = store.latest(store.Selector("portal_blind"))
    assert point.value == 0


def test_the_first_answer_ends_it(checks: list[Check]) -> None:
    lose_network(checks)
    probed(START_MS + 60 * SECOND_MS, {checks[0]: GOOD})
    (episode,) = Blindness.objects.all()
    assert episode.ended_ms == START_MS + 60 * SECOND_MS
    assert state(checks[0]).status == "up"


def test_the_first_to_fail_has_others_probed_before_it_is_called_down(checks: list[Check]) -> None:
    now_ms = START_MS + SECOND_MS
    probed(now_ms, {checks[0]: TIMED_OUT})
    assert state(checks[0]).status == "up"
    due_now = CheckState.objects.filter(due_ms=now_ms).exclude(pk=checks[0].pk)
    assert due_now.count() == 3


def test_one_that_fails_alone_is_down(checks: list[Check]) -> None:
    probed(START_MS + SECOND_MS, {checks[0]: TIMED_OUT})
    probed(START_MS + 2 * SECOND_MS, {checks[1]: GOOD})
    probed(START_MS + 3 * SECOND_MS, {checks[0]: TIMED_OUT})
    assert state(checks[0]).status == "down"
    assert not Blindness.objects.exists()


def test_refused_connections_prove_that_there_is_a_network(checks: list[Check]) -> None:
    for check in checks:
        probed(START_MS + SECOND_MS, {check: REFUSED})
    assert statuses(checks) == {"down"}


def test_a_check_of_the_own_host_neither_proves_nor_suffers(checks: list[Check]) -> None:
    local = add("the portal itself", host="127.0.0.1")
    lose_network(checks)
    probed(START_MS + 5 * SECOND_MS, {local: GOOD})
    assert Blindness.objects.filter(ended_ms=None).exists()
    probed(START_MS + 6 * SECOND_MS, {local: TIMED_OUT})
    assert state(local).status == "down"


def test_a_failing_reference_makes_the_portal_blind_and_an_answering_one_does_not(
    checks: list[Check],
) -> None:
    reference = add("always there", is_reference=True)
    probed(START_MS + SECOND_MS, {reference: GOOD})
    probed(START_MS + SECOND_MS, dict.fromkeys(checks, TIMED_OUT))
    assert statuses(checks) == {"down"}

    probed(START_MS + 2 * SECOND_MS, {reference: TIMED_OUT})
    assert state(reference).status == "unknown"
    probed(START_MS + 3 * SECOND_MS, {checks[0]: TIMED_OUT})
    assert state(checks[0]).status == "unknown"

    probed(START_MS + 4 * SECOND_MS, {checks[1]: GOOD})
    assert Blindness.objects.filter(ended_ms=None).exists()
    probed(START_MS + 5 * SECOND_MS, {reference: GOOD})
    assert not Blindness.objects.filter(ended_ms=None).exists()
