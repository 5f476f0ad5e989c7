"""Planned work is no outage: neither what the page announces nor a maintenance window of alerts."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.models import Maintenance
from monitoring.availability import Span, without
from monitoring.models import Check, CheckState, Transition
from opsportal.statuspage.models import Component, Page, Work
from opsportal.statuspage.reading import Shown, read_contents
from opsportal.statuspage.states import State

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
NIGHT = NOW - timedelta(days=3, hours=4)


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


@pytest.fixture
def component(db: None) -> Component:
    """Its check was down for two hours three days ago, and for an hour before that."""
    check = Check.objects.create(name="Orders", slug="orders", kind="tcp")
    CheckState.objects.create(owner=check, status="up")
    begun, hour = ms(NIGHT), 3_600_000
    for start, end, status in (
        (begun - 100 * 86_400_000, begun - hour, "up"),
        (begun - hour, begun + 2 * hour, "down"),
        (begun + 2 * hour, None, "up"),
    ):
        Transition.objects.create(
            owner=check, time_ms=start, ended_ms=end, status=status, before="new", why="changed"
        )
    Page.objects.create(published=True)
    made = Component.objects.create(name="Orders", slug="orders")
    made.checks.add(check)
    return made


def shown() -> Shown:
    contents = read_contents(NOW)
    assert contents is not None
    return contents.components[0]


def test_what_was_not_planned_counts(component: Component) -> None:
    assert State.DOWN in shown().days
    assert shown().availability == pytest.approx(100 * (1 - 3 / (90 * 24)))


@pytest.mark.parametrize("planned", ["on the page", "in alerts"])
def test_what_was_planned_is_left_out(component: Component, planned: str) -> None:
    start = NIGHT - timedelta(hours=1)
    if planned == "on the page":
        work = Work.objects.create(
            title="Move", starts_at=start, ends_at=start + timedelta(hours=3)
        )
        work.components.add(component)
    else:
        Maintenance.objects.create(
            name="Move", starts_at=start, duration_seconds=3 * 3600, matchers="check=orders"
        )
    assert State.DOWN not in shown().days
    assert shown().availability == 100


def test_a_day_of_nothing_but_planned_work_is_said_to_be_one(component: Component) -> None:
    Transition.objects.all().delete()
    work = Work.objects.create(title="Move", starts_at=NIGHT, ends_at=NIGHT + timedelta(hours=3))
    work.components.add(component)
    assert shown().days.count(State.MAINTENANCE) == 1


def test_what_is_left_beside_windows() -> None:
    spans = [Span(0, 100, "up"), Span(100, None, "down")]
    left = list(without(spans, [(10, 20), (90, 120), (190, 300)], 200))
    assert [(each.start_ms, each.end_ms, each.status) for each in left] == [
        (0, 10, "up"),
        (20, 90, "up"),
        (120, 190, "down"),
    ]
