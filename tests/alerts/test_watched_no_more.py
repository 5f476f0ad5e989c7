"""An alert that nothing judges any more ends, says why, and is not repeated for ever."""

from __future__ import annotations

import pytest

from alerts.models import AlertState, Delivery, DeliveryItem, DeliveryStatus, Threshold
from monitoring.models import Series
from tests.alerts.watched_host import START_MS, alert, channel, measure, route, threshold, tick

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _firing_and_told() -> None:
    route(channel(), repeat_seconds=60)
    threshold()
    measure(95, 0)
    Delivery.objects.update(status=DeliveryStatus.SENT, sent_ms=START_MS, attempts=1)


def ended() -> tuple[str, str, list[str]]:
    tick(120)
    found = alert()
    kinds = list(Delivery.objects.order_by("pk").values_list("kind", flat=True))
    return found.state, found.resolved_why, kinds


def test_its_threshold_was_switched_off() -> None:
    made = Threshold.objects.get()
    made.enabled = False
    made.save()
    expected = ("resolved", "its threshold is switched off", ["firing", "resolved"])
    assert ended() == expected
    item = DeliveryItem.objects.get(delivery__kind="resolved")
    assert item.snapshot["summary"].endswith("above 90 % (its threshold is switched off)")


def test_its_threshold_was_deleted() -> None:
    Threshold.objects.get().delete()
    assert ended() == ("resolved", "its threshold was deleted", ["firing", "resolved"])


@pytest.mark.parametrize("change", [{"labels": {"host": "db-1"}}, {"metric": "load1"}])
def test_its_threshold_selects_other_series_now(change: dict[str, object]) -> None:
    made = Threshold.objects.get()
    for name, value in change.items():
        setattr(made, name, value)
    made.save()
    assert ended() == ("resolved", "its series is watched no more", ["firing", "resolved"])


def test_its_series_is_gone() -> None:
    Series.objects.all().delete()
    assert ended() == ("resolved", "its series is watched no more", ["firing", "resolved"])


def test_a_series_that_fell_silent_has_not_recovered_and_that_is_said() -> None:
    tick(2 * 86_400)
    assert alert().resolved_why == "nothing was recorded for a day"
    item = DeliveryItem.objects.get(delivery__kind="resolved")
    assert item.snapshot["summary"].endswith("(nothing was recorded for a day)")


def test_points_of_another_series_end_nothing() -> None:
    measure(10, 5, "db-1")
    assert alert().state == AlertState.FIRING
