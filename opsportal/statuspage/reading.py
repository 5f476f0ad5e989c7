"""What the page says, read in a bounded number of queries. Nothing in it is internal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitoring.availability import Span, availability, percent_text, without, worst_of_cells
from monitoring.history import DAY_MS, spans_of
from monitoring.models import Check, CheckState, CheckStatus
from monitoring.planned_work import PlannedWork, Window, left_out_of, merged, planned_between
from opsportal.statuspage import bars
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
    until: datetime

    @property
    def word(self) -> str:
        return WORDS[self.state]

    @property
    def cells(self) -> list[bars.Cell]:
        return list(bars.cells(self.days, self.until))

    @property
    def available(self) -> str:
        """In words."""
        if self.availability is None:
            return "nothing recorded"
        return f"{percent_text(self.availability, 2)} available"

    @property
    def summary(self) -> str:
        """The bar in words."""
        return ", ".join(filter(None, (self.available, bars.in_words(self.days))))


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
    recent = Work.objects.filter(ends_at__gt=now - timedelta(days=DAYS))
    works = list(recent.prefetch_related("components"))
    work = [each for each in works if each.ends_at > now]
    components = _components(opened, works, now)
    states = [each.state for each in components]
    past = [each for each in incidents if is_over(each) and _last_told(each) >= since]
    return Contents(page, now, worst(states), headline(states), components, opened, past, work)


def is_over(incident: Incident) -> bool:
    """Its newest update says so."""
    newest = next(iter(incident.updates.all()), None)
    return newest is not None and newest.stage == Stage.RESOLVED


def _last_told(incident: Incident) -> datetime:
    return max((each.at for each in incident.updates.all()), default=incident.started_at)


def grouped(components: Iterable[Component]) -> list[Component]:
    """Pure. A group stands where its first one does, and is not torn apart by others' positions."""
    groups: dict[str, list[Component]] = {}
    for each in components:
        groups.setdefault(each.group, []).append(each)
    return [each for group in groups.values() for each in group]


def _components(opened: Sequence[Incident], works: Sequence[Work], now: datetime) -> list[Shown]:
    found = grouped(Component.objects.prefetch_related("checks"))
    ids = {check.pk for each in found for check in each.checks.all() if check.enabled}
    statuses = dict(CheckState.objects.filter(pk__in=ids).values_list("pk", "status"))
    end_ms = _ms(now)
    spans = spans_of(ids, end_ms - DAYS * DAY_MS)
    planned = planned_between(end_ms - DAYS * DAY_MS, end_ms)
    impacts: dict[int, list[str]] = {}
    for incident in opened:
        for each in incident.components.all():
            impacts.setdefault(each.pk, []).append(incident.impact)
    return [
        _shown(
            each,
            {pk: statuses[pk] for pk in _watching(each, statuses)},
            [_Past(check, spans.get(check.pk, []), planned) for check in each.checks.all()],
            [work for work in works if each in work.components.all()],
            impacts.get(each.pk, []),
            end_ms,
        )
        for each in found
    ]


@dataclass(frozen=True, slots=True)
class _Past:
    check: Check
    spans: Sequence[Span]
    planned: Sequence[PlannedWork]

    def beside(self, public: Sequence[Window], end_ms: int) -> list[Span]:
        """Without planned work: what was announced here, and what alerts know of."""
        known = left_out_of(self.check, self.planned)
        return list(without(self.spans, merged([*known, *public]), end_ms))


def _watching(component: Component, statuses: Mapping[int, str]) -> list[int]:
    return [check.pk for check in component.checks.all() if check.pk in statuses]


def _shown(
    component: Component,
    statuses: Mapping[int, str],
    pasts: Sequence[_Past],
    works: Sequence[Work],
    impacts: Sequence[str],
    end_ms: int,
) -> Shown:
    windows = merged((_ms(each.starts_at), _ms(each.ends_at)) for each in works)
    histories = [each.beside(windows, end_ms) for each in pasts if each.check.pk in statuses]
    is_maintained = any(start <= end_ms < end for start, end in windows)
    return Shown(
        component.name,
        component.slug,
        component.group,
        component.description,
        component_state(statuses.values(), impacts, is_maintained),
        days_of(histories, end_ms, windows),
        lowest_availability(histories, end_ms),
        datetime.fromtimestamp(end_ms / 1000, UTC),
    )


def days_of(
    histories: Sequence[Sequence[Span]], end_ms: int, maintained: Sequence[Window] = ()
) -> list[State]:
    """Pure. The worst of each day of all histories; the last day ends now. A day of which nothing
    else is known was one of maintenance."""
    start_ms = end_ms - DAYS * DAY_MS
    work = [Span(start, end, CheckStatus.UNKNOWN) for start, end in maintained]
    worked = worst_of_cells(work, start_ms, end_ms, DAYS)
    cells = [worst_of_cells(each, start_ms, end_ms, DAYS) for each in histories]
    days = [worst(of_check(each[day]) for each in cells) for day in range(DAYS)]
    return [
        State.MAINTENANCE if state is State.UNKNOWN and was_work else state
        for state, was_work in zip(days, worked, strict=True)
    ]


def lowest_availability(histories: Sequence[Sequence[Span]], end_ms: int) -> float | None:
    """Pure. Of the worst check, in percent."""
    start_ms = end_ms - DAYS * DAY_MS
    found = [availability(each, start_ms, end_ms).percent for each in histories]
    return min((each for each in found if each is not None), default=None)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def utc_now() -> datetime:
    return datetime.now(UTC)
