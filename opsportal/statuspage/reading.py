"""What the page says, read in a bounded number of queries. Nothing in it is internal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitoring.availability import Span, availability, worst_of_cells
from monitoring.history import DAY_MS, spans_of
from monitoring.models import CheckState
from opsportal.statuspage.models import Component, Incident, Page, Stage, Work
from opsportal.statuspage.states import WORDS, State, component_state, headline, of_check, worst

DAYS = 90
SHOWN_INCIDENT_DAYS = 14
MOST_INCIDENTS = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """A component: `days` are the worst of each of the last DAYS, oldest first."""

    name: str
    slug: str
    group: str
    description: str
    state: State
    days: Sequence[State]
    availability: float | None

    @property
    def word(self) -> str:
        return WORDS[self.state]

    @property
    def cells(self) -> list[tuple[int, State]]:
        return [(number * 4, state) for number, state in enumerate(self.days)]


@dataclass(frozen=True, slots=True)
class Contents:
    page: Page
    made_at: datetime
    state: State
    headline: str
    components: Sequence[Shown]
    open_incidents: Sequence[Incident]
    past_incidents: Sequence[Incident]
    work: Sequence[Work]


def read_contents(now: datetime) -> Contents | None:
    """None while nothing is published. Raises DatabaseError."""
    page = Page.objects.filter(published=True).order_by("pk").first()
    if page is None:
        return None
    since = now - timedelta(days=SHOWN_INCIDENT_DAYS)
    found = Incident.objects.prefetch_related("updates", "components")
    incidents = list(found[:MOST_INCIDENTS])
    opened = [each for each in incidents if not is_over(each)]
    work = list(Work.objects.filter(ends_at__gt=now).prefetch_related("components"))
    components = _components(opened, [each for each in work if each.starts_at <= now], now)
    states = [each.state for each in components]
    past = [each for each in incidents if is_over(each) and _last_told(each) >= since]
    return Contents(page, now, worst(states), headline(states), components, opened, past, work)


def is_over(incident: Incident) -> bool:
    """Its newest update says so."""
    newest = next(iter(incident.updates.all()), None)
    return newest is not None and newest.stage == Stage.RESOLVED


def _last_told(incident: Incident) -> datetime:
    return max((each.at for each in incident.updates.all()), default=incident.started_at)


def _components(
    opened: Sequence[Incident], under_way: Sequence[Work], now: datetime
) -> list[Shown]:
    found = list(Component.objects.prefetch_related("checks"))
    ids = {check.pk for each in found for check in each.checks.all() if check.enabled}
    statuses = dict(CheckState.objects.filter(pk__in=ids).values_list("pk", "status"))
    end_ms = round(now.timestamp() * 1000)
    spans = spans_of(ids, end_ms - DAYS * DAY_MS)
    maintained = {each.pk for work in under_way for each in work.components.all()}
    impacts: dict[int, list[str]] = {}
    for incident in opened:
        for each in incident.components.all():
            impacts.setdefault(each.pk, []).append(incident.impact)
    return [
        _shown(each, statuses, spans, impacts.get(each.pk, []), each.pk in maintained, end_ms)
        for each in found
    ]


def _shown(
    component: Component,
    statuses: Mapping[int, str],
    spans: Mapping[int, list[Span]],
    impacts: Sequence[str],
    is_maintained: bool,
    end_ms: int,
) -> Shown:
    ids = [check.pk for check in component.checks.all() if check.pk in statuses]
    histories = [spans.get(each, []) for each in ids]
    return Shown(
        component.name,
        component.slug,
        component.group,
        component.description,
        component_state([statuses[each] for each in ids], impacts, is_maintained),
        days_of(histories, end_ms),
        lowest_availability(histories, end_ms),
    )


def days_of(histories: Sequence[Sequence[Span]], end_ms: int) -> list[State]:
    """Pure. The worst of each day of all histories; the last day ends now."""
    start_ms = end_ms - DAYS * DAY_MS
    cells = [worst_of_cells(each, start_ms, end_ms, DAYS) for each in histories]
    if not cells:
        return [State.UNKNOWN] * DAYS
    return [worst(of_check(status) for status in day) for day in zip(*cells, strict=True)]


def lowest_availability(histories: Sequence[Sequence[Span]], end_ms: int) -> float | None:
    """Pure. Of the worst check, in percent."""
    start_ms = end_ms - DAYS * DAY_MS
    found = [availability(each, start_ms, end_ms).percent for each in histories]
    return min((each for each in found if each is not None), default=None)


def utc_now() -> datetime:
    return datetime.now(UTC)
