"""What set-up makes: the dashboard's charts as boards, of every host instead of one. Only where
there is no board, so that what somebody has changed or deleted stays so."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction
from django.utils.text import slugify

from opsportal.boards.models import Board, Line
from opsportal.dashboard.charts import CHARTS, LineDefinition, Scope

NAMES = {Scope.SERVICE: "Requests", Scope.HOST: "Hosts", Scope.PORTAL: "Portal"}


@transaction.atomic
def make_defaults() -> list[str]:
    """The names of the boards that were made."""
    if Board.objects.exists():
        return []
    return [_make(scope, name).name for scope, name in NAMES.items()]


def _make(scope: Scope, name: str) -> Board:
    board = Board.objects.create(name=name, slug=slugify(name))
    Line.objects.bulk_create(
        Line(
            board=board,
            position=10 * (place + 1),
            title=title,
            label=line.label,
            metric=line.metric,
            labels=dict(line.labels),
            aggregation=line.aggregation,
            split_by=line.split_by or ("host" if scope is Scope.HOST else ""),
        )
        for place, (title, line) in enumerate(_lines(scope))
    )
    return board


def _lines(scope: Scope) -> Iterator[tuple[str, LineDefinition]]:
    for chart in CHARTS:
        if chart.scope is scope:
            for line in chart.lines:
                yield chart.title, line
