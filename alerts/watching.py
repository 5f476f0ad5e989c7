"""Thresholds made ready for evaluation, kept in each process until one of them is edited."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from django.db.models import Count, Max, Sum

from alerts import hours
from alerts.combining import label_names
from alerts.conditions.base import Condition, Rule
from alerts.conditions.building import condition_of, rule_of
from alerts.lifecycle import RANKS
from alerts.models import Threshold
from opsportal.lib.kinds import SettingsError

logger = logging.getLogger(__name__)

# One that looks further back is not asked at every point: its answer hardly changes.
AT_ONCE_SPAN_MS = 15 * 60_000
# And one that looks back for hours is asked once a minute: it has thousands of buckets to read.
SELDOM_SPAN_MS = 3_600_000
SELDOM_MS = 60_000


@dataclass(frozen=True, slots=True)
class Watched:
    threshold_id: int
    name: str
    rule: Rule
    condition: Condition
    labels: Mapping[str, str]
    extra_labels: Mapping[str, str]
    hours: hours.Hours
    channel_ids: tuple[int, ...]
    combine_by: tuple[str, ...] = ()

    @property
    def at_once(self) -> bool:
        if self.combine_by:
            return False  # needs series that the points were not of
        cheap = self.condition.from_last_point(self.rule)
        return cheap or self.condition.span_ms(self.rule) <= AT_ONCE_SPAN_MS

    @property
    def is_of_absence(self) -> bool:
        return self.condition.name == "no_data" or self.rule.aggregation == "absent"

    @property
    def every_ms(self) -> int:
        return SELDOM_MS if self.condition.span_ms(self.rule) > SELDOM_SPAN_MS else 0

    def selects(self, labels: Mapping[str, str]) -> bool:
        return self.labels.items() <= labels.items()


Signature = tuple[object, ...]


class Watchlist:
    """One per process. Costs a small query while nothing has changed."""

    def __init__(self) -> None:
        self._signature: Signature | None = None
        self._watched: list[Watched] = []
        self._asked_ms: dict[int, int] = {}
        self._lock = Lock()

    def current(self) -> list[Watched]:
        rows = Threshold.objects.filter(enabled=True)
        found = rows.aggregate(
            count=Count("pk"), newest=Max("pk"), edits=Sum("version"), edited=Max("updated_at")
        )
        signature = tuple(found.values())
        with self._lock:
            if signature != self._signature:
                ready = [_watched(row) for row in rows.prefetch_related("channels")]
                # The worst first: what it mutes is then decided when it fires already.
                found_ones = [each for each in ready if each is not None]
                self._watched = sorted(found_ones, key=lambda each: -RANKS[each.rule.severity])
                self._signature = signature
                self._asked_ms = {}
            return self._watched

    def due(self, now_ms: int) -> list[Watched]:
        """Those of `current` whose turn it is; a clock that was set back makes all of them due."""
        due = [each for each in self.current() if self._is_due(each, now_ms)]
        self._asked_ms.update({each.threshold_id: now_ms for each in due if each.every_ms})
        return due

    def _is_due(self, watched: Watched, now_ms: int) -> bool:
        asked_ms = self._asked_ms.get(watched.threshold_id)
        return asked_ms is None or not 0 <= now_ms - asked_ms < watched.every_ms


def _watched(row: Threshold) -> Watched | None:
    """An upgrade may have narrowed what a kind accepts: the others are still evaluated."""
    try:
        return Watched(
            threshold_id=row.pk,
            name=row.name,
            rule=rule_of(row),
            condition=condition_of(row),
            labels=row.labels,
            extra_labels=row.extra_labels,
            hours=hours.parse(row.active_hours),
            channel_ids=tuple(channel.pk for channel in row.channels.all()),
            combine_by=label_names(row.combine_by),
        )
    except (SettingsError, ValueError) as error:
        logger.warning("threshold %s cannot be evaluated: %s", row.name, error)
        return None
