"""The dependencies: how many stand how, and the rows of those that matter most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import JSONObject
from django.urls import reverse

from alerts.models import Maintenance
from monitoring.availability import Span, availability, percent_text, worst_of_cells
from monitoring.history import DAY_MS, spans_of
from monitoring.models import Blindness, Check, CheckState, CheckStatus
from monitoring.planned_work import PlannedWork, left_out_of, planned_between
from monitoring.strips import CELLS, strip_paths
from opsportal.dashboard.formats import NOTHING, text
from opsportal.dashboard.states import State, Verdict
from opsportal.lib.prepared import Prepared, attributes

# The worst first; of ten thousand checks nobody reads more on one page.
SHOWN = 50

_STATES = {
    CheckStatus.DOWN: State.CRITICAL,
    CheckStatus.DEGRADED: State.WARNING,
    CheckStatus.UP: State.NORMAL,
}
_NO_MESSAGE = {CheckStatus.NEW: "not looked at yet"}
_BROKEN = (CheckStatus.DOWN, CheckStatus.DEGRADED)
_ORDER = (CheckStatus.DOWN, CheckStatus.DEGRADED, CheckStatus.UNKNOWN, CheckStatus.NEW)


@dataclass(frozen=True, slots=True)
class Dependency:
    """One row, ready to be shown. `strip`: an SVG path of the last 24 hours for each status."""

    key: str
    name: str
    url: str
    kind: str
    status: str
    state: State
    message: str
    response_time: str
    availability: str
    strip: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Dependencies:
    """`counts` by status, of all that are enabled; `rows` of the worst SHOWN, and how many of them
    were `broken` in each cell of the last 24 hours."""

    counts: Mapping[str, int] = field(default_factory=dict)
    rows: Sequence[Dependency] = ()
    is_blind: bool = False
    broken: Sequence[int] = ()

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def others(self) -> list[tuple[str, int]]:
        """Those that are not up, the worst first."""
        return [(status, self.counts[status]) for status in _ORDER if self.counts.get(status)]

    @property
    def verdict(self) -> Verdict:
        """No check at all is neither good nor bad; one of which nothing is known is not good."""
        if self.is_blind:
            return Verdict(State.WARNING, "Blind")
        for status, word in ((CheckStatus.DOWN, "Down"), (CheckStatus.DEGRADED, "Degraded")):
            if self.counts.get(status):
                return Verdict(_STATES[status], word)
        if self.counts.get(CheckStatus.UP) and not self.counts.get(CheckStatus.UNKNOWN):
            return Verdict(State.NORMAL, "Normal")
        return Verdict(State.UNKNOWN, "Unknown" if self.total else "No checks")


def read_dependencies(now_ms: int) -> Dependencies:
    """Two queries, however many checks there are; a third where work is planned that may excuse
    what was down."""
    found = [_state_of(row) for row in _WORST.rows()]
    spans = spans_of([state.pk for state, _ in found], now_ms - DAY_MS)
    # The same in every row; without a row there is nothing to say.
    about_all = found[0][1] if found else _NOTHING
    excusable = about_all["is_planned"] and _any_down(spans.values())
    planned = planned_between(now_ms - DAY_MS, now_ms) if excusable else []
    rows = [_row(state, spans.get(state.pk, []), planned, now_ms) for state, _ in found]
    counts = {status: count for status, count in about_all["counts"].items() if count}
    return Dependencies(counts, rows, about_all["is_blind"], _broken(spans.values(), now_ms))


_OF_STATE = attributes(
    CheckState, *("owner_id", "status", "message", "response_time_ms", "flapping_since_ms")
)
_OF_CHECK = attributes(Check, "id", "slug", "name", "kind", "tags")
_ABOUT_ALL = ("is_blind", "is_planned", "counts")
_NOTHING: Mapping[str, Any] = {"is_blind": False, "is_planned": False, "counts": {}}


def _worst() -> QuerySet[CheckState, Any]:
    """The worst SHOWN, and with each what is true of all."""
    enabled = CheckState.objects.filter(owner__enabled=True)
    ranking = Case(
        *(When(status=status, then=Value(rank)) for rank, status in enumerate(_ORDER)),
        default=Value(len(_ORDER)),
        output_field=IntegerField(),
    )
    return (
        enabled.annotate(is_blind=Exists(Blindness.objects.filter(ended_ms=None)))
        .annotate(is_planned=Exists(Maintenance.objects.filter(enabled=True)))
        .annotate(counts=Subquery(_counts_of(enabled)))
        .order_by(ranking, "owner__name")
        .values_list(*_OF_STATE, *(f"owner__{name}" for name in _OF_CHECK), *_ABOUT_ALL)[:SHOWN]
    )


_WORST = Prepared(_worst)


def _state_of(row: tuple[Any, ...]) -> tuple[CheckState, Mapping[str, Any]]:
    """With its check, and what is true of all."""
    values = iter(row)
    state = CheckState.from_db(connection.alias, _OF_STATE, list(islice(values, len(_OF_STATE))))
    state.owner = Check.from_db(connection.alias, _OF_CHECK, list(islice(values, len(_OF_CHECK))))
    return state, dict(zip(_ABOUT_ALL, values, strict=True))


def _counts_of(states: QuerySet[CheckState]) -> QuerySet[CheckState, Any]:
    """One row: an object with the number of each status."""
    numbers = {each: Count("pk", filter=Q(status=each)) for each in CheckStatus.values}
    rows = states.order_by().values(one=Value(1))
    return rows.annotate(found=JSONObject(**numbers)).values("found")


def _broken(histories: Iterable[Sequence[Span]], now_ms: int) -> list[int]:
    days = [worst_of_cells(spans, now_ms - DAY_MS, now_ms, CELLS) for spans in histories]
    return [sum(status in _BROKEN for status in cell) for cell in zip(*days, strict=True)]


def _any_down(histories: Iterable[Sequence[Span]]) -> bool:
    return any(span.status == CheckStatus.DOWN for spans in histories for span in spans)


def _row(
    state: CheckState, spans: Sequence[Span], planned: Sequence[PlannedWork], now_ms: int
) -> Dependency:
    check = state.owner
    start_ms = now_ms - DAY_MS
    left_out = left_out_of(check, planned)
    percent = availability(spans, start_ms, now_ms, left_out).percent
    return Dependency(
        key=check.slug,
        name=check.name,
        url=reverse("dashboard:check", args=[check.slug]),
        kind=check.get_kind_display(),
        status="flapping" if state.flapping_since_ms else state.status,
        state=_STATES.get(CheckStatus(state.status), State.UNKNOWN),
        message=state.message or _NO_MESSAGE.get(CheckStatus(state.status), ""),
        response_time=text(state.response_time_ms, "ms"),
        availability=NOTHING if percent is None else percent_text(percent, 2),
        strip=strip_paths(spans, start_ms, now_ms),
    )
