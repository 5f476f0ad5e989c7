"""What a probe has found becomes a state, a transition and points."""

from dataclasses import replace

import pytest

from monitoring import store
from monitoring.models import CheckStatus, Transition
from monitoring.probes.base import Reading, Reason, Result, Status
from tests.checks.watched import GOOD, REFUSED, START_MS, add, probed, state

pytestmark = pytest.mark.django_db
SECOND_MS = 1000


def test_a_first_good_probe_is_seen_everywhere() -> None:
    check = add("Payments API")
    probed(START_MS, {check: GOOD})
    found = state(check)
    assert (found.status, found.message, found.response_time_ms) == ("up", "200 OK", 12.5)
    assert (found.probed_ms, found.leased_until_ms) == (START_MS, 0)
    labels = {"check": "payments-api", "kind": "tcp"}
    assert [point.value for point in store.latest(store.Selector("check_up", labels))] == [1.0]
    (point,) = store.latest(store.Selector("check_response_time_ms", labels))
    assert point.value == 12.5
    phases = store.latest(store.Selector("check_phase_ms", {"check": "payments-api"}))
    assert {point.series.labels["phase"]: point.value for point in phases} == GOOD.phases_ms


def test_every_change_is_a_transition_with_its_reason_and_duration() -> None:
    check = add("changing")
    for seconds, result in ((0, GOOD), (10, REFUSED), (25, REFUSED), (30, GOOD)):
        probed(START_MS + seconds * SECOND_MS, {check: result})
    up, down, first = Transition.objects.filter(owner=check)
    assert (first.before, first.status, first.ended_ms) == ("new", "up", down.time_ms)
    assert (down.reason, down.message) == ("connection refused", "connection refused")
    assert (down.ended_ms or 0) - down.time_ms == 20 * SECOND_MS
    assert (up.why, up.ended_ms) == ("recovered", None)
    assert (down.why, up.evidence) == (
        "failed",
        {"timings_ms": {"connect": 2.5, "first_byte": 10.0, "total": 12.5}},
    )


def test_a_failure_within_its_retries_changes_nothing_but_comes_again_soon() -> None:
    check = add("shaky", retries=2, retry_interval_seconds=5, interval_seconds=3600)
    probed(START_MS, {check: GOOD})
    probed(START_MS + 60_000, {check: REFUSED})
    found = state(check)
    assert (found.status, found.failures) == ("up", 1)
    assert found.due_ms == START_MS + 65_000
    assert Transition.objects.count() == 1


def test_evidence_of_a_failure_is_kept_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = {"status": 500, "headers": {"X-Token": "s3cret-token"}, "body": "no s3cret-token"}
    failed = Result(Status.DOWN, Reason.MISMATCH, "got s3cret-token", evidence=evidence)
    check = add("leaky")
    monkeypatch.setattr(
        "monitoring.runner.prepared.secret_texts", lambda settings, names: ("s3cret-token",)
    )
    probed(START_MS, {check: failed})
    (transition,) = Transition.objects.all()
    for kept in (state(check), transition):
        assert kept.message == "got [secret]"
        assert kept.evidence == {
            "status": 500,
            "headers": {"X-Token": "[secret]"},
            "body": "no [secret]",
        }


def test_readings_become_points_of_their_metric() -> None:
    check = add("certificate")
    probed(START_MS, {check: replace(GOOD, readings=(Reading("tls_days_remaining", 42.5),))})
    (point,) = store.latest(store.Selector("tls_days_remaining", {"check": "certificate"}))
    assert point.value == 42.5


def test_a_child_is_unknown_while_its_parent_is_down() -> None:
    parent = add("router")
    child = add("web", parent=parent)
    probed(START_MS, {parent: GOOD, child: GOOD})
    probed(START_MS + SECOND_MS, {parent: REFUSED})
    probed(START_MS + 2 * SECOND_MS, {child: REFUSED})
    assert state(child).status == CheckStatus.UNKNOWN
    probed(START_MS + 3 * SECOND_MS, {parent: GOOD, child: GOOD})
    assert state(child).status == CheckStatus.UP


def test_a_child_waits_while_its_parent_is_being_tried_again() -> None:
    parent = add("router", retries=3)
    child = add("web", parent=parent)
    probed(START_MS, {parent: GOOD, child: GOOD})
    probed(START_MS + SECOND_MS, {parent: REFUSED})
    probed(START_MS + 2 * SECOND_MS, {child: REFUSED})
    assert state(child).status == CheckStatus.UP


def test_flapping_is_noted_once_and_ends_by_itself() -> None:
    check = add("flapper")
    for turn in range(8):
        probed(START_MS + turn * 60_000, {check: GOOD if turn % 2 else REFUSED})
    since = state(check).flapping_since_ms
    assert since is not None
    assert flapping() == 1
    probed(START_MS + 3 * 3_600_000, {check: GOOD})
    assert state(check).flapping_since_ms is None
    assert flapping() == 0


def flapping() -> float:
    (point,) = store.latest(store.Selector("check_flapping", {"check": "flapper"}))
    return point.value
